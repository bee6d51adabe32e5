from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self):
        from assessments import home, tasks  # noqa: F401 - registers what the first page says, and the kinds of runs

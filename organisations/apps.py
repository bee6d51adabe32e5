from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self):
        from organisations import home, tasks  # noqa: F401 - registers what the first page says, and the kinds of runs

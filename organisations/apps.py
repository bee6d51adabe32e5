from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self):
        # They register what the first page says, and the kinds of runs.
        from organisations import home, participant_home, tasks  # noqa: F401 - they register what they do

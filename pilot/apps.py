from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PilotConfig(AppConfig):
    name = "pilot"
    verbose_name = "Pilot"

    def ready(self):
        from pilot import checks  # noqa: F401 - registers the start-up checks


class PilotAdminConfig(AdminConfig):
    default_site = "pilot.admin.PilotAdminSite"

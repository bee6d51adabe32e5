from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpskillingConfig(AppConfig):
    name = "upskilling"
    verbose_name = _("learning")

    def ready(self):
        from upskilling import home  # noqa: F401 - registers what the first page says

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MentoringConfig(AppConfig):
    name = "mentoring"
    verbose_name = _("mentoring")

    def ready(self):
        from mentoring import tasks  # noqa: F401 - registers the kinds of runs

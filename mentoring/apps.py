from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MentoringConfig(AppConfig):
    name = "mentoring"
    verbose_name = _("mentoring")

    def ready(self):
        from mentoring import home, tasks  # noqa: F401 - registers what the first page says, and the kinds of runs

"""Languages that people work in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Languages people work in. The interface speaks the first four."""

    LB = "lb", _("Luxembourgish")
    FR = "fr", _("French")
    DE = "de", _("German")
    EN = "en", _("English")
    PT = "pt", _("Portuguese")
    IT = "it", _("Italian")
    ES = "es", _("Spanish")
    NL = "nl", _("Dutch")

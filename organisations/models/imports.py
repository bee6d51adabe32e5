"""Staff files: what they would do, and what they did."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.files import StoredFile
from organisations.models.organisations import Organisation


class PeopleImportQuerySet(models.QuerySet):
    def for_list(self):
        """With what pages show, and without the bytes of the files."""
        return self.select_related("file", "created_by", "committed_by").defer("file__content", "change_set")


class PeopleImport(models.Model):
    """A staff file: what it would do, and once confirmed, what it did, with what is needed to take it back."""

    class State(models.TextChoices):
        CHECKED = "checked", _("checked, nothing written yet")
        DONE = "done", _("done")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people_imports")
    file = models.ForeignKey(
        StoredFile, models.CASCADE, related_name="people_imports", verbose_name=_("file")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKED)
    mapping = models.JSONField(_("columns"), default=dict, help_text=_("Field of each column of the file."))
    counts = models.JSONField(_("counts"), default=dict)
    findings = models.JSONField(_("findings"), default=dict)
    fingerprint = models.CharField(max_length=64, editable=False)
    change_set = models.JSONField(_("changes made"), default=dict)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    committed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    committed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("staff file"), _("staff files")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="checked", committed_at=None) | Q(state="done", committed_at__isnull=False),
                name="people_import_is_dated_once_done",
            )
        ]

    def __str__(self):
        return _("Staff file of %(date)s") % {"date": self.created_at.date().isoformat()}

    @property
    def is_done(self):
        return self.state == self.State.DONE

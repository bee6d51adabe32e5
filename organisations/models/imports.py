"""Staff files: what they would do, what they did, and how their faults are mended."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.files import StoredFile
from organisations.models.organisations import Organisation
from organisations.models.runs import Run


class PeopleImportQuerySet(models.QuerySet):
    def for_list(self):
        """With what pages show, and without the bytes of the files."""
        return self.select_related("file", "created_by", "committed_by", "run").defer(
            "file__content", "change_set"
        )

    def waiting(self):
        """Files that were uploaded and not yet confirmed."""
        return self.exclude(state__in=[PeopleImport.State.DONE, PeopleImport.State.UNDONE])


class PeopleImport(models.Model):
    """A staff file: what it would do, and once confirmed, what it did, with what is needed to take it back.

    The file stays as it was uploaded. What was repaired stands beside it, in `repairs` and in the organisation's rules.
    """

    class State(models.TextChoices):
        COLUMNS = "columns", _("waits for its columns to be named")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, nothing written yet")
        DONE = "done", _("done")
        UNDONE = "undone", _("undone")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people_imports")
    file = models.ForeignKey(
        StoredFile, models.CASCADE, related_name="people_imports", verbose_name=_("file")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKED)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    revision = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Counts the checks, so that each is a job of its own.")
    )
    mapping = models.JSONField(_("columns"), default=dict, help_text=_("Field of each column of the file."))
    reasons = models.JSONField(default=dict, help_text=_("Why columns were read so that nobody named."))
    repairs = models.JSONField(
        _("repairs"), default=dict, help_text=_("Corrected cells, and rules for this file alone.")
    )
    counts = models.JSONField(_("counts"), default=dict)
    findings = models.JSONField(_("findings"), default=dict)
    fingerprint = models.CharField(max_length=64, editable=False)
    change_set = models.JSONField(_("changes made"), default=dict)
    undo_report = models.JSONField(_("what undoing left alone"), default=dict)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    committed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    committed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("staff file"), _("staff files")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["columns", "checking", "checked"], committed_at=None)
                | Q(state__in=["done", "undone"], committed_at__isnull=False),
                name="people_import_is_dated_once_done",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False)
                | (~Q(state="undone") & Q(undone_at=None)),
                name="people_import_is_dated_once_undone",
            ),
        ]

    def __str__(self):
        return _("Staff file of %(date)s") % {"date": self.created_at.date().isoformat()}

    @property
    def is_done(self):
        return self.state == self.State.DONE

    @property
    def is_undone(self):
        return self.state == self.State.UNDONE

    @property
    def waits_for_columns(self):
        return self.state == self.State.COLUMNS

    @property
    def change_set_name(self):
        """What people call it by: its number, file and day."""
        return _("Change set %(number)s: %(file)s, %(date)s") % {
            "number": self.pk,
            "file": self.file.name,
            "date": (self.committed_at or self.created_at).date().isoformat(),
        }


class ColumnChoice(models.Model):
    """What an organisation said a column of that name holds. Proposed for its next file, with this reason."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="column_choices")
    header = models.CharField(_("column"), max_length=200, help_text=_("Without capitals and accents."))
    field = models.CharField(_("field"), max_length=30, blank=True)
    chosen_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    chosen_at = models.DateTimeField(_("chosen at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("remembered column"), _("remembered columns")
        ordering = ["header"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "header"], name="one_choice_per_column")
        ]

    def __str__(self):
        return self.header


class RepairRule(models.Model):
    """How an organisation mends a fault that its staff files have again and again."""

    class Action(models.TextChoices):
        REPLACE = "replace", _("read the value as another one")
        DAY_FIRST = "day_first", _("read the dates with the day first")
        MONTH_FIRST = "month_first", _("read the dates with the month first")
        EMPTY = "empty", _("read the cells as empty")
        LEAVE_OUT = "leave_out", _("leave the rows out")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="repair_rules")
    field = models.CharField(_("field"), max_length=30)
    action = models.CharField(_("what to do"), max_length=12, choices=Action)
    code = models.CharField(_("fault"), max_length=30, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    replacement = models.CharField(_("read as"), max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("repair rule"), _("repair rules")
        ordering = ["field", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "field", "code", "value"], name="one_rule_per_fault"
            )
        ]

    def __str__(self):
        return f"{self.field} {self.action}"

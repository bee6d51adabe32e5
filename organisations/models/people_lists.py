"""What is done with many people at once: lists taken away, and the same change for all of them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.files import StoredFile
from organisations.models.organisations import Organisation
from organisations.models.runs import Run


class PeopleExport(models.Model):
    """A long list of people, made by a worker, for the one who asked for it."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people_exports")
    format = models.CharField(_("format"), max_length=4, choices=Format)
    filters = models.JSONField(_("filters"), default=dict)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True)
    file = models.OneToOneField(
        StoredFile, models.SET_NULL, related_name="people_export", null=True, blank=True
    )
    requested_by = models.ForeignKey(User, models.CASCADE, related_name="people_exports")
    requested_at = models.DateTimeField(_("asked for at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("list of people"), _("lists of people")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.organisation} {self.requested_at:%Y-%m-%d} {self.format}"


class PeopleChange(models.Model):
    """One change for many people. The page that asks for it names the wish, so a second click finds the first."""

    class Act(models.TextChoices):
        DEPARTMENT = "department", _("set the department")
        SITE = "site", _("set the site")
        JOB_FAMILY = "job_family", _("set the job family")
        MANAGER = "manager", _("set the manager")
        LEFT_ON = "left_on", _("mark as left")
        INVITE = "invite", _("invite to sign in")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people_changes")
    wish = models.UUIDField(editable=False)
    act = models.CharField(_("act"), max_length=10, choices=Act)
    value = models.CharField(_("value"), max_length=100, blank=True)
    number = models.PositiveIntegerField(_("people"))
    changed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("change of many people"), _("changes of many people")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "wish"], name="one_people_change_per_wish"),
            models.CheckConstraint(condition=Q(number__gt=0), name="people_change_is_about_somebody"),
        ]

    def __str__(self):
        return f"{self.get_act_display()}: {self.number}"

"""The levels to reach, and who lets HR see the levels that they have."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.frameworks import HIGHEST_LEVEL, Framework
from organisations.models import Organisation, Person, User


class TargetProfileQuerySet(models.QuerySet):
    def current(self):
        return self.filter(replaced_at=None)


class TargetProfile(models.Model):
    """The level to reach in each competence, for one job family or (with none named) for everyone.

    NULL means no target. A change replaces the row by a new one, so that old reports keep what they used.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="target_profiles")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")
    job_family = models.CharField(_("job family"), max_length=100, blank=True)
    levels = ArrayField(
        models.SmallIntegerField(
            null=True,
            validators=[MinValueValidator(0), MaxValueValidator(HIGHEST_LEVEL)],
        ),
        verbose_name=_("levels"),
    )
    set_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    set_on = models.DateField(_("set on"), default=timezone.localdate)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = TargetProfileQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("target profile"), _("target profiles")
        ordering = ["job_family", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "framework", "job_family"],
                condition=Q(replaced_at=None),
                name="one_current_target_profile",
            )
        ]

    def __str__(self):
        return self.job_family or str(_("everyone"))


class SharingChoice(models.Model):
    """A person lets HR see their levels, from one moment until they take it back."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="sharing_choices")
    person = models.ForeignKey(Person, models.CASCADE, related_name="sharing_choices")
    shared_at = models.DateTimeField(_("shared with HR at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("sharing choice"), _("sharing choices")
        ordering = ["-shared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(revoked_at=None),
                name="one_open_sharing_choice_per_person",
            )
        ]

    def __str__(self):
        return f"{self.person} {self.shared_at:%Y-%m-%d}"

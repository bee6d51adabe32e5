"""Who took part, as the source names them, and what people decided about whom that is."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.imports import Waiting
from organisations.models import Organisation, Person, User


class Sign(models.TextChoices):
    """What speaks for or against a person being the one whom a source names."""

    NUMBER = "number", _("same number")
    NUMBER_NEAR = "number_near", _("the number differs by a slip")
    NUMBER_OTHER = "number_other", _("has another staff number")
    NAME_SAME = "name_same", _("same name")
    NAME_CLOSE = "name_close", _("nearly the same name")
    NAME_PART = "name_part", _("part of the name is the same")
    NAME_SOME = "name_some", _("one word of the name is the same")
    NAME_OTHER = "name_other", _("another name")
    NAMESAKE = "namesake", _("somebody else here is called so, too")
    DEPARTMENT_SAME = "department_same", _("same department")
    DEPARTMENT_OTHER = "department_other", _("another department")
    NOT_YET_HIRED = "not_yet_hired", _("not yet hired on the day of the test")
    HAD_LEFT = "had_left", _("had left before the test")


class Identity(models.Model):
    """Somebody whom campaigns name and who was not recognised without doubt. One row, however often they took part.

    Two spellings that differ in accents, capitals and spaces alone are one identity. It keeps who it may be
    (candidates, each with its signs), so that a person can decide; the decision holds for every later import.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identities")
    key = models.UUIDField(_("key"), editable=False)
    last_name = models.CharField(_("last name"), max_length=255, blank=True)
    first_name = models.CharField(_("first name"), max_length=255, blank=True)
    external_id = models.CharField(_("external id"), max_length=255, blank=True)
    student_number = models.CharField(_("student number"), max_length=255, blank=True)
    participant = models.CharField(_("participant at the partner interface"), max_length=64, blank=True)
    reason = models.CharField(_("why it waits"), max_length=15, choices=Waiting, blank=True)
    candidates = models.JSONField(
        _("candidates"),
        default=list,
        blank=True,
        help_text=_("Numbers of people with the signs for and against each, the likeliest first."),
    )
    postponed_at = models.DateTimeField(_("put off at"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("noticed at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("identity in a source"), _("identities in sources")
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_identity_per_key"),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}".strip() or self.external_id or f"#{self.pk}"


class DecisionQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(reversed_at=None)


class Decision(models.Model):
    """Somebody said who an identity is, or that it is nobody enrolled here. Reversed, it stays as history."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identity_decisions")
    identity = models.ForeignKey(Identity, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        related_name="identity_decisions",
        null=True,
        blank=True,
        help_text=_("Empty: nobody enrolled here."),
    )
    signs = models.JSONField(_("signs at that time"), default=list, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)
    reversed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed at"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("decision about an identity"), _("decisions about identities")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["identity"],
                condition=Q(reversed_at=None),
                name="one_standing_decision_per_identity",
                violation_error_message=_("Somebody has decided this already."),
            ),
        ]

    def __str__(self):
        return f"{self.identity} → {self.person or _('nobody enrolled here')}"

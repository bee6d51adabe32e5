"""The participant's side: what people were told, and their record in the ESF+ operation.

HR may see that something is missing, never an answer: answers and contacts stand in tables of their own, which the
database shows to nobody but the person (`organisations.scope.as_person`) and to work for the programme as a whole.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.organisations import Organisation, Programme
from organisations.models.people import Person


class Acknowledgement(models.Model):
    """A person has read one version of the information notice. That is no consent: it only says they were told."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="acknowledgements")
    person = models.ForeignKey(Person, models.CASCADE, related_name="acknowledgements")
    version = models.CharField(_("version"), max_length=20)
    language = models.CharField(_("language"), max_length=5)
    at = models.DateTimeField(_("acknowledged at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = (
            _("acknowledgement of the notice"),
            _("acknowledgements of the notice"),
        )
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "version"], name="one_acknowledgement_per_version")
        ]

    def __str__(self):
        return f"{self.person} {self.version}"


# --- The record, without answers ------------------------------------------------------------------------------------


class EsfRecordQuerySet(models.QuerySet):
    def counted_once(self):
        """One row for each human being: who takes part in two organisations with one login is counted once.

        Their earliest entry counts.
        """
        being = Coalesce("person__user_id", -models.F("person_id"))
        return self.order_by().values(being=being).annotate(first_entry=models.Min("entered_on"))


class EsfRecord(models.Model):
    """That a person takes part in the operation: since when, and which answers are missing; no answer itself."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="esf_records")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="esf_records")
    person = models.ForeignKey(Person, models.CASCADE, related_name="esf_records")
    reference = models.UUIDField(_("participation number"), default=uuid.uuid4, editable=False)
    entered_on = models.DateField(
        _("entry date"), default=timezone.localdate, help_text=_("The first one; it never changes.")
    )
    due_on = models.DateField(_("answers due by"))
    missing = ArrayField(models.CharField(max_length=40), verbose_name=_("missing answers"), default=list)
    answered_at = models.DateTimeField(_("last answered at"), null=True, blank=True)

    objects = EsfRecordQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("ESF+ record"), _("ESF+ records")
        ordering = ["-entered_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "person"], name="one_esf_record_per_operation")
        ]

    def __str__(self):
        return str(self.reference)


class EsfExit(models.Model):
    """A person leaves the operation, for a reason. Coming back undoes it and keeps it on record."""

    class Reason(models.TextChoices):
        COMPLETED = "completed", _("has finished")
        DROPPED_OUT = "dropped_out", _("has stopped taking part")
        LEFT_EMPLOYER = "left_employer", _("has left the organisation")
        EXCLUDED = "excluded", _("was excluded")
        OTHER = "other", _("another reason")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="esf_exits")
    record = models.ForeignKey(EsfRecord, models.CASCADE, related_name="exits")
    left_on = models.DateField(_("exit date"))
    reason = models.CharField(_("reason"), max_length=15, choices=Reason)
    recorded_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    back_on = models.DateField(_("back on"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("exit"), _("exits")
        ordering = ["-left_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(back_on=None), name="one_current_exit_per_record"
            ),
            models.CheckConstraint(
                condition=Q(back_on=None) | Q(back_on__gte=models.F("left_on")), name="back_after_the_exit"
            ),
        ]

    def __str__(self):
        return f"{self.left_on} {self.get_reason_display()}"


class FollowUpQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(answered_at=None)

    def overdue(self):
        return self.unanswered().filter(due_on__lt=timezone.localdate())

    def to_ask(self, day=None):
        """Those whose day has come, and who have not been asked yet."""
        return self.unanswered().filter(asked_at=None, ask_on__lte=day or timezone.localdate())


class FollowUp(models.Model):
    """A question to somebody who has left the operation, with the day by which the answer must be in."""

    class Kind(models.TextChoices):
        FOUR_WEEKS = "four_weeks", _("within 28 days of leaving")
        SIX_MONTHS = "six_months", _("six months after leaving")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="follow_ups")
    record = models.ForeignKey(EsfRecord, models.CASCADE, related_name="follow_ups")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    ask_on = models.DateField(_("asked from"))
    due_on = models.DateField(_("due by"))
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("follow-up"), _("follow-ups")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["record", "kind"], name="one_follow_up_of_a_kind"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.due_on}"


# --- Private to the person ------------------------------------------------------------------------------------------


class EsfAnswers(models.Model):
    """What a person answered for the ESF+ statistics. Shown to the person alone; counted for the programme."""

    class Gender(models.TextChoices):
        FEMALE = "female", _("woman")
        MALE = "male", _("man")
        NON_BINARY = "non_binary", _("non-binary")

    class Employment(models.TextChoices):
        EMPLOYED = "employed", _("employed")
        SELF_EMPLOYED = "self_employed", _("self-employed")
        UNEMPLOYED = "unemployed", _("unemployed")
        LONG_TERM = "long_term_unemployed", _("unemployed for a long time")
        INACTIVE = "inactive", _("neither employed nor looking for work")

    class Education(models.TextChoices):
        LOWER = "0-2", _("lower secondary school or less")
        UPPER = "3-4", _("upper secondary school, vocational training or the like")
        TERTIARY = "5-8", _("university, higher technician's or master craftsman's diploma")

    class Contract(models.TextChoices):
        PERMANENT = "permanent", _("permanent")
        FIXED_TERM = "fixed_term", _("fixed-term")
        AGENCY = "temporary_agency", _("temporary agency")
        SELF_EMPLOYED = "self_employed", _("self-employed")

    class WorkingTime(models.TextChoices):
        FULL_TIME = "full_time", _("full time")
        VOLUNTARY = "voluntary_part_time", _("part time, as I wish")
        INVOLUNTARY = "involuntary_part_time", _("part time, although I would like more hours")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    person = models.OneToOneField(Person, models.CASCADE, related_name="esf_answers")
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    employment = models.CharField(_("situation at work"), max_length=20, choices=Employment, blank=True)
    education = models.CharField(_("highest diploma"), max_length=3, choices=Education, blank=True)
    contract = models.CharField(_("contract"), max_length=20, choices=Contract, blank=True)
    working_time = models.CharField(_("working time"), max_length=25, choices=WorkingTime, blank=True)
    in_training = models.BooleanField(_("in education or training"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("ESF+ answers"), _("ESF+ answers")

    def __str__(self):
        return f"#{self.pk}"


class EsfSensitiveAnswers(models.Model):
    """Answers about disability and origin, asked only when the managing authority asks for them in writing."""

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNSAID = "unsaid", _("I prefer not to say")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    person = models.OneToOneField(Person, models.CASCADE, related_name="esf_sensitive_answers")
    disability = models.CharField(_("disability"), max_length=6, choices=Answer, blank=True)
    third_country_national = models.CharField(
        _("nationality outside the European Union"), max_length=6, choices=Answer, blank=True
    )
    foreign_background = models.CharField(_("foreign origin"), max_length=6, choices=Answer, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("sensitive ESF+ answers"), _("sensitive ESF+ answers")

    def __str__(self):
        return f"#{self.pk}"


class FollowUpContact(models.Model):
    """How to reach a person after they have left their employer. Deleted once the last question is answered."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    person = models.OneToOneField(Person, models.CASCADE, related_name="follow_up_contact")
    email = models.EmailField(_("private e-mail"), blank=True)
    phone = models.CharField(_("private telephone"), max_length=30, blank=True)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("private contact"), _("private contacts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""), name="a_contact_has_an_address_or_number"
            )
        ]

    def __str__(self):
        return f"#{self.pk}"


class FollowUpAnswer(models.Model):
    """What a person answered after leaving. A later answer to the same question replaces the earlier one."""

    class Improvement(models.TextChoices):
        NONE = "none", _("nothing has changed")
        STABLE = "stable", _("from a fixed-term to a permanent contract")
        HOURS = "hours", _("more hours, as I wished")
        HIGHER = "higher", _("a promotion, or work that asks for more")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="follow_up_answers")
    kind = models.CharField(_("kind"), max_length=10, choices=FollowUp.Kind)
    employment = models.CharField(_("situation at work"), max_length=20, choices=EsfAnswers.Employment)
    in_training = models.BooleanField(_("in education or training"), null=True, blank=True)
    qualification = models.CharField(_("qualification"), max_length=200, blank=True)
    improvement = models.CharField(_("change at work"), max_length=10, choices=Improvement, blank=True)
    answered_on = models.DateField(_("answered on"), default=timezone.localdate)

    class Meta:
        verbose_name, verbose_name_plural = _("answer after leaving"), _("answers after leaving")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_answer_per_question"),
        ]

    def __str__(self):
        return f"#{self.pk}"

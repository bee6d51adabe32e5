"""What was measured: one row for each participation, exactly as the source says."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.frameworks import Framework
from assessments.models.identities import Identity
from assessments.models.imports import Campaign, ResultImport, Waiting
from organisations.models import Organisation, Person


class ResultQuerySet(models.QuerySet):
    def current(self):
        """Without progress that a newer export has overtaken, and without what was deleted at Pix."""
        return self.filter(superseded_by=None)

    def shared(self):
        return self.current().filter(is_shared=True)

    def profiles(self):
        return self.filter(measure=Result.Measure.PROFILE)

    def of_pix(self):
        """Whatever Pix measured or is measuring; not what people say of themselves."""
        return self.exclude(measure=Result.Measure.SELF_DECLARED)

    def with_levels(self):
        """Without those of which the source gave the score only."""
        return self.exclude(levels=None)

    def waiting(self):
        """Results that belong to nobody yet, and of which nobody said that they never will."""
        return self.current().filter(person=None).exclude(waiting_reason=Waiting.NOBODY)

    def deleted_at_pix(self):
        """What the partner interface has shown and shows no more, the latest first."""
        gone = self.filter(superseded_by__syncs__isnull=False, participation__isnull=False)
        return gone.select_related("campaign", "superseded_by").order_by("-superseded_by", "last_name", "pk")

    def held(self):
        """Results in quarantine."""
        return self.exclude(held_until=None)

    def newest_per_person(self):
        return self.exclude(person=None).order_by("person_id", "-shared_at", "-pk").distinct("person_id")


class ReadableResults(models.Manager.from_queryset(ResultQuerySet)):  # type: ignore[misc]
    """What everybody reads: without results in quarantine."""

    def get_queryset(self):
        return super().get_queryset().filter(held_until=None)


class Result(models.Model):
    """One participation: what was measured, exactly as the source says. A shared result is an immutable fact.

    Whoever has not shared in Pix has a row without values: that is progress, and never a zero. Arrays follow the
    positions of the framework's competences; NULL means not measured. Measures are never mixed or averaged:
    a profile has levels and pix, an assessment or exam has shares of items and no level, a certification has
    certified levels, a self-reflection has levels that the person chose.
    """

    class Measure(models.TextChoices):
        PROFILE = "profile", _("level measured by Pix")
        SHARE_OF_ITEMS = "share_of_items", _("share of items")
        CERTIFIED = "certified", _("certified level")
        SELF_DECLARED = "self_declared", _("self-declared level")

    class Status(models.TextChoices):
        """What became of a certification."""

        VALIDATED = "validated", _("validated")
        REJECTED = "rejected", _("rejected")
        CANCELLED = "cancelled", _("cancelled")
        ERROR = "error", _("in error")
        STARTED = "started", _("started")

    class Attached(models.TextChoices):
        """What tied a result to its person."""

        NUMBER = "number", _("by the number")
        NAME = "name", _("by the name")
        DECISION = "decision", _("by somebody's decision")
        SELF = "self", _("by the person")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="results", db_index=False)
    # Within an organisation the composite keys of the second migration check these; a plain key would check twice.
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="results", db_constraint=False)
    result_import = models.ForeignKey(
        ResultImport, models.CASCADE, related_name="results", db_constraint=False
    )
    superseded_by = models.ForeignKey(
        ResultImport,
        models.SET_NULL,
        related_name="superseded_results",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        related_name="results",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(_("measure"), max_length=15, choices=Measure)
    key = models.UUIDField(
        _("key"),
        editable=False,
        help_text=_("Names the participation, whichever file shows it."),
    )

    participation = models.BigIntegerField(
        _("number of the participation"),
        null=True,
        blank=True,
        help_text=_("As the partner interface of Pix gives it; exported files hold none."),
    )
    participant = models.CharField(
        _("participant at the partner interface"),
        max_length=64,
        blank=True,
        db_default="",
        help_text=_("The same for all participations of one person."),
    )
    line = models.PositiveIntegerField(_("line in the file"), default=0)
    last_name = models.CharField(_("last name"), max_length=255, blank=True)
    first_name = models.CharField(_("first name"), max_length=255, blank=True)
    external_id = models.CharField(_("external id"), max_length=255, blank=True)
    student_number = models.CharField(_("student number"), max_length=255, blank=True)
    group = models.CharField(_("group"), max_length=255, blank=True)
    division = models.CharField(_("class"), max_length=255, blank=True)
    imported_columns = models.JSONField(_("imported columns"), default=dict, blank=True)

    is_shared = models.BooleanField(_("shared in Pix"))
    shared_at = models.DateTimeField(_("shared in Pix at"), null=True, blank=True)
    day_only = models.BooleanField(_("only the day is known"), default=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    progress = models.DecimalField(_("progress (0-1)"), max_digits=4, decimal_places=3, null=True, blank=True)
    pix_score = models.PositiveSmallIntegerField(_("Pix score"), null=True, blank=True)
    certifiable = models.BooleanField(_("certifiable"), null=True, blank=True)
    certifiable_count = models.PositiveSmallIntegerField(_("certifiable competences"), null=True, blank=True)
    levels = ArrayField(
        models.SmallIntegerField(null=True),
        verbose_name=_("levels"),
        null=True,
        blank=True,
    )
    pix = ArrayField(
        models.SmallIntegerField(null=True),
        verbose_name=_("pix"),
        null=True,
        blank=True,
    )
    mastery_rate = models.DecimalField(
        _("share of all items (0-1)"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    shares = ArrayField(
        models.SmallIntegerField(null=True),
        verbose_name=_("shares of items, in hundredths"),
        null=True,
        blank=True,
    )
    items = ArrayField(
        models.SmallIntegerField(null=True), verbose_name=_("items in the test"), null=True, blank=True
    )
    validated = ArrayField(
        models.SmallIntegerField(null=True), verbose_name=_("items validated"), null=True, blank=True
    )
    stage = models.PositiveSmallIntegerField(_("stage reached"), null=True, blank=True)
    badges = models.JSONField(_("badges acquired"), null=True, blank=True)
    status = models.CharField(
        _("status of the certification"), max_length=10, choices=Status, blank=True, db_default=""
    )
    details = models.JSONField(
        _("what else the source says"),
        null=True,
        blank=True,
        help_text=_("Competences of other frameworks, skills, complementary certifications."),
    )
    waiting_reason = models.CharField(_("why it waits"), max_length=15, choices=Waiting, blank=True)
    attached = models.CharField(
        _("how it was attached"), max_length=10, choices=Attached, blank=True, db_default=""
    )
    identity = models.ForeignKey(
        Identity,
        models.SET_NULL,
        related_name="results",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        help_text=_("Only of those who were not recognised without doubt."),
    )
    held_until = models.DateTimeField(
        _("held until"),
        null=True,
        blank=True,
        help_text=_("Unread until its person has read the information notice; deleted after this moment."),
    )

    # Reverse relations use the first manager, so no reader can forget the quarantine.
    objects = ReadableResults()
    with_held = ResultQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("result"), _("results")
        ordering = ["-shared_at", "-pk"]
        indexes = [
            models.Index(
                fields=["organisation", "person", "-shared_at"],
                condition=Q(person__isnull=False),
                name="results_of_a_person",
            ),
            models.Index(
                fields=["organisation", "last_name", "first_name"],
                condition=Q(person=None, superseded_by=None),
                name="results_that_wait",
            ),
            models.Index(
                fields=["identity"], condition=Q(identity__isnull=False), name="results_of_an_identity"
            ),
            models.Index(
                fields=["organisation", "held_until"],
                condition=Q(held_until__isnull=False),
                name="results_that_are_held",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_result_per_participation"),
            models.CheckConstraint(
                condition=Q(is_shared=True, shared_at__isnull=False)
                | Q(
                    is_shared=False,
                    shared_at=None,
                    pix_score=None,
                    certifiable=None,
                    levels=None,
                    pix=None,
                    mastery_rate=None,
                    shares=None,
                    validated=None,
                    stage=None,
                ),
                name="not_shared_means_no_values",
            ),
            models.CheckConstraint(
                condition=Q(measure="share_of_items", levels=None, pix=None, pix_score=None, certifiable=None)
                | Q(~Q(measure="share_of_items"), mastery_rate=None, shares=None, validated=None, items=None),
                name="no_level_out_of_a_share_of_items",
            ),
            models.UniqueConstraint(
                fields=["organisation", "participation"],
                condition=Q(participation__isnull=False),
                name="one_result_per_number_of_participation",
            ),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}".strip() or f"#{self.pk}"

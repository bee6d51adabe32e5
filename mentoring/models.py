"""Who learns from whom: rounds, who applied, the pairs that were made, who was left out, and their sessions."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Mod, TruncDate
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import HIGHEST_LEVEL, Framework
from organisations.models import Language, Organisation, Person, Run, User

MOST_MENTEES = 10
SHORTEST_SESSION, LONGEST_SESSION, SESSION_STEP = 5, 480, 5


class TheirRole(models.TextChoices):
    """The side on which somebody stands in a round; a person may stand on both."""

    MENTOR = "mentor", _("mentor")
    MENTEE = "mentee", _("mentee")


# --- Rounds -----------------------------------------------------------------------------------------------------------


class MentoringRoundQuerySet(models.QuerySet):
    def under_way(self):
        """Rounds that people may still apply for and that may still be paired."""
        return self.filter(state__in=MentoringRound.UNDER_WAY)

    def with_counts(self):
        applications = Application.objects.filter(round=OuterRef("pk"))
        pairings = Pairing.objects.filter(round=OuterRef("pk"))
        sessions = MentoringSession.objects.held().filter(pairing__round=OuterRef("pk"))
        return self.annotate(
            application_count=_count_of(applications),
            pair_count=_count_of(pairings),
            session_count=_count_of(sessions),
        )


def _count_of(rows):
    """The number of rows as part of another query; joins would multiply them with each other."""
    return Coalesce(Subquery(rows.order_by().values("organisation").annotate(n=Count("pk")).values("n")), 0)


class MentoringRound(models.Model):
    """One call for mentors and mentees: people apply, all are paired at once, HR publishes the pairs.

    That pairs are being made is no state of its own: the run says so, and a run that fails leaves the round as it was.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open for applications")
        PROPOSED = "proposed", _("pairs proposed")
        PUBLISHED = "published", _("pairs published")
        CLOSED = "closed", _("closed")

    UNDER_WAY = ("open", "proposed")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="mentoring_rounds", db_index=False
    )
    name = models.CharField(_("name"), max_length=100)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    minimum_gap = models.PositiveSmallIntegerField(
        _("levels between mentor and mentee"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_LEVEL)],
        help_text=_(
            "So many levels must the mentor be above, on a competence that the mentee wants to learn."
        ),
    )
    opened_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    opened_on = models.DateField(_("opened on"), default=timezone.localdate)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    rule_version = models.CharField(_("version of the rules"), max_length=20, blank=True)
    paired_at = models.DateTimeField(_("paired at"), null=True, blank=True)
    paired = models.PositiveIntegerField(_("pairs"), null=True, blank=True)
    objective = models.PositiveBigIntegerField(_("score reached"), null=True, blank=True)
    bound = models.PositiveBigIntegerField(_("highest score possible"), null=True, blank=True)
    violations = models.PositiveIntegerField(_("broken rules"), null=True, blank=True)
    seconds = models.FloatField(_("seconds"), null=True, blank=True)
    published_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = MentoringRoundQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("mentoring round"), _("mentoring rounds")
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="one_round_per_name",
                violation_error_message=_("There is already a round with this name."),
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["open", "proposed"]),
                name="one_round_under_way",
                violation_error_message=_("Another round is still under way. Publish or close it first."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_gap__gte=1, minimum_gap__lte=HIGHEST_LEVEL), name="round_gap_is_a_level"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(state="closed") | Q(paired_at__isnull=False),
                name="round_is_paired_before_it_proposes",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_on__isnull=False),
                name="published_round_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__isnull=False), name="closed_round_has_a_date"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_under_way(self):
        return self.state in self.UNDER_WAY

    @property
    def is_being_paired(self):
        return self.is_under_way and self.run is not None and not self.run.is_over

    @property
    def pairs_version(self):
        """Changes whenever the pairs are made anew."""
        return self.paired_at.isoformat() if self.paired_at else ""

    @property
    def is_best_possible(self):
        return self.paired_at is not None and self.objective == self.bound


class ApplicationQuerySet(models.QuerySet):
    def mentors(self):
        return self.filter(as_mentor=True)

    def mentees(self):
        return self.filter(as_mentee=True)


class Application(models.Model):
    """Somebody would mentor, be mentored, or both: what they offer and want, in which languages.

    Competences are positions in the round's framework, counted from 1.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="mentoring_applications", db_index=False
    )
    # Between tables of one organisation the composite keys of the second migration check; plain ones would check twice.
    round = models.ForeignKey(
        MentoringRound, models.CASCADE, related_name="applications", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="mentoring_applications", db_constraint=False
    )
    as_mentor = models.BooleanField(_("would mentor"), default=False)
    as_mentee = models.BooleanField(_("would be mentored"), default=False)
    offered = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("offered"), default=list, blank=True
    )
    wanted = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("wanted"), default=list, blank=True
    )
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language), verbose_name=_("languages"), default=list
    )
    capacity = models.PositiveSmallIntegerField(
        _("mentees at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_MENTEES)]
    )
    stated_at = models.DateTimeField(_("stated at"), default=timezone.now)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("application"), _("applications")
        ordering = ["round", "person"]
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="one_application_per_person_and_round"),
            models.CheckConstraint(
                condition=Q(as_mentor=True) | Q(as_mentee=True), name="application_is_for_something"
            ),
            models.CheckConstraint(
                condition=Q(as_mentor=False) | Q(offered__len__gte=1), name="mentors_offer_something"
            ),
            models.CheckConstraint(
                condition=Q(as_mentee=False) | Q(wanted__len__gte=1), name="mentees_want_something"
            ),
            models.CheckConstraint(condition=~Q(offered__overlap=F("wanted")), name="offered_is_not_wanted"),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=MOST_MENTEES), name="capacity_is_reasonable"
            ),
        ]

    def __str__(self):
        return f"{self.person} ({self.round})"


# --- Pairs ------------------------------------------------------------------------------------------------------------


class PairingQuerySet(models.QuerySet):
    def proposed(self):
        return self.filter(state=Pairing.State.PROPOSED)

    def active(self):
        return self.filter(state=Pairing.State.ACTIVE)

    def not_ended(self):
        return self.exclude(state=Pairing.State.ENDED)

    def with_people(self):
        return self.select_related("mentor", "mentee")

    def with_session_counts(self):
        held = Q(sessions__declined_at=None)
        return self.annotate(
            session_count=Count("sessions", filter=held),
            confirmed_count=Count("sessions", filter=Q(sessions__confirmed_at__isnull=False)),
            session_minutes=Sum("sessions__minutes", filter=held, default=0),
        )

    def by_name(self):
        return self.order_by("mentor__last_name", "mentor__first_name", "mentor", "mentee__last_name", "pk")


class Pairing(models.Model):
    """A mentor and a mentee: proposed by the solver, active once HR has published it, until it is ended.

    The score and the inputs are kept to explain the decision; they would tell levels, so no page shows them.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="pairings", db_index=False)
    round = models.ForeignKey(
        MentoringRound, models.PROTECT, related_name="pairings", db_constraint=False, db_index=False
    )
    mentor = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="pairings_as_mentor",
        db_constraint=False,
        verbose_name=_("mentor"),
    )
    mentee = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="pairings_as_mentee",
        db_constraint=False,
        verbose_name=_("mentee"),
    )
    focus = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("competences to work on"))
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language), verbose_name=_("shared languages")
    )
    score = models.PositiveIntegerField(_("score"))
    explanation = models.JSONField(_("inputs and reasons"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("pairing"), _("pairings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "mentee"], name="one_mentor_per_mentee_and_round"),
            models.UniqueConstraint(
                fields=["mentee"],
                condition=Q(state="active"),
                name="one_current_mentor_per_mentee",
                violation_error_message=_("This mentee already has a mentor."),
            ),
            models.CheckConstraint(
                condition=~Q(mentor=F("mentee")),
                name="nobody_mentors_themselves",
                violation_error_message=_("Nobody can be their own mentor."),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", started_on=None)
                | Q(~Q(state="proposed"), started_on__isnull=False),
                name="pairing_starts_when_published",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(state="ended", ended_on__gte=F("started_on")),
                name="pairing_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_on__isnull=False), name="ended_pairing_has_a_date"
            ),
            models.CheckConstraint(condition=Q(focus__len__gte=1), name="pairing_has_a_focus"),
        ]

    def __str__(self):
        return f"{self.mentor} → {self.mentee}"

    @property
    def is_active(self):
        return self.state == self.State.ACTIVE

    @property
    def hours(self):
        """Hours of all sessions, on rows that came `with_session_counts`."""
        return self.session_minutes / 60


class LeftOut(models.Model):
    """Somebody who applied and got nobody, with the rule at which the last possibility fell away."""

    class Reason(models.TextChoices):
        GONE = "gone", _("has left the organisation")
        HAS_MENTOR = "has_mentor", _("has a mentor already")
        NO_ROOM = "no_room", _("has as many mentees as they have room for")
        NO_RESULT = "no_result", _("no shared Pix result yet")
        NOT_MEASURED = "not_measured", _("not measured on the chosen competences")
        NOBODY_SUITS = "nobody_suits", _("nobody is far enough apart on the chosen competences")
        NO_LANGUAGE = "no_language", _("no language in common with anybody suitable")
        OWN_LINE = "own_line", _("only people of their own reporting line would suit")
        ALL_FULL = "all_full", _("all suitable mentors are taken")
        NOT_NEEDED = "not_needed", _("everybody who would suit has another mentor")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="left_out", db_index=False)
    round = models.ForeignKey(
        MentoringRound, models.CASCADE, related_name="left_out", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(Person, models.CASCADE, related_name="left_out_of", db_constraint=False)
    as_role = models.CharField(_("as"), max_length=10, choices=TheirRole)
    reason = models.CharField(_("reason"), max_length=15, choices=Reason)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("person left out"), _("people left out")
        ordering = ["round", "as_role", "reason", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person", "as_role"], name="left_out_once_per_round_and_role"
            )
        ]

    def __str__(self):
        return f"{self.person}: {self.get_reason_display()}"


# --- Sessions ---------------------------------------------------------------------------------------------------------


class MentoringSessionQuerySet(models.QuerySet):
    def held(self):
        """Sessions that nobody disputes."""
        return self.filter(declined_at=None)

    def confirmed(self):
        return self.exclude(confirmed_at=None)

    def waiting(self):
        return self.filter(confirmed_at=None, declined_at=None)


class MentoringSession(models.Model):
    """One meeting of a pair, logged by the mentor and confirmed, or not, by the mentee.

    There is one session a day; one that the mentee declined may be logged again. No notes about the person are kept:
    `next_step` is a short line that both see and nobody else.
    """

    class Mode(models.TextChoices):
        ONSITE = "onsite", _("in person")
        VIDEO = "video", _("video call")
        PHONE = "phone", _("telephone")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="mentoring_sessions", db_index=False
    )
    pairing = models.ForeignKey(
        Pairing, models.PROTECT, related_name="sessions", db_constraint=False, db_index=False
    )
    held_on = models.DateField(_("date"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=60,
        validators=[MinValueValidator(SHORTEST_SESSION), MaxValueValidator(LONGEST_SESSION)],
    )
    mode = models.CharField(_("how you met"), max_length=10, choices=Mode, default=Mode.ONSITE)
    competences = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("competences"))
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    token = models.UUIDField(default=uuid.uuid4, editable=False, help_text=_("Names one shown form."))
    logged_by = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("logged by"),
    )
    logged_at = models.DateTimeField(_("logged at"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)

    objects = MentoringSessionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("mentoring session"), _("mentoring sessions")
        ordering = ["-held_on", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "held_on"], name="sessions_by_day"),
            models.Index(fields=["organisation", "logged_by"], name="sessions_by_who_logged_them"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pairing", "token"], name="one_session_per_form"),
            models.UniqueConstraint(
                fields=["pairing", "held_on"],
                condition=Q(declined_at=None),
                name="one_session_per_pair_and_day",
                violation_error_message=_("A session on this day is logged already."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST_SESSION, minutes__lte=LONGEST_SESSION)
                & Exact(Mod(F("minutes"), SESSION_STEP), 0),
                name="session_minutes_in_steps_of_five",
                violation_error_message=_("Give 5 to 480 minutes, in steps of 5."),
            ),
            models.CheckConstraint(
                condition=Q(held_on__lte=TruncDate("logged_at")),
                name="session_is_not_in_the_future",
                violation_error_message=_("This day is still to come."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(declined_at=None), name="session_is_confirmed_or_declined"
            ),
        ]

    def __str__(self):
        return f"{self.pairing} {self.held_on:%Y-%m-%d}"

    @property
    def is_waiting(self):
        return self.confirmed_at is None and self.declined_at is None

    @property
    def state(self):
        if self.confirmed_at:
            return _("confirmed")
        return _("declined") if self.declined_at else _("waits for the mentee")

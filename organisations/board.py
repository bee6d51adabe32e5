"""The officers' board: every organisation with its stage, what is missing and what needs somebody."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations import journey
from organisations.models import LicencePot, Membership, Organisation, Person, Programme, Role, StageChange

Stage = Organisation.Stage
SILENT_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Card:
    """One organisation on the board."""

    organisation: Organisation
    enrolled: int
    managers: int
    since: date | None  # in its stage
    seats: int
    seats_left: int
    missing: list[str] = field(default_factory=list)

    @property
    def alerts(self) -> list[str]:
        return list(_alerts(self))


def stage_counts(programme: Programme) -> list[tuple[Stage, int]]:
    """Every stage with its number of organisations, in the order of the journey."""
    counts = dict(programme.organisations.order_by("stage").values_list("stage").annotate(number=Count("pk")))
    return [(stage, counts.get(stage.value, 0)) for stage in Stage]


def cards(programme: Programme, *, stage: str = "", words: str = "") -> list[Card]:
    """The organisations that were asked for, by name, in a number of queries that does not grow with them."""
    organisations = programme.organisations.select_related("checklist")
    if stage:
        organisations = organisations.filter(stage=stage)
    for word in words.split():
        organisations = organisations.filter(Q(name__unaccent__icontains=word) | Q(legal_id__icontains=word))
    organisations = organisations.annotate(
        enrolled=_number(Person.objects.present()),
        managers=_number(Membership.objects.filter(role=Role.HR)),
        seats=_sum_of_pots(F("granted") - F("expired")),
        seats_left=_sum_of_pots(F("granted") - F("expired") - F("assigned") + F("returned")),
        since=Subquery(
            StageChange.objects.filter(organisation=OuterRef("pk"), stage=OuterRef("stage"))
            .order_by()
            .values("organisation")
            .annotate(day=Max("day"))
            .values("day")
        ),
    )
    return [_card(organisation) for organisation in organisations]


def _number(rows):
    counted = rows.filter(organisation=OuterRef("pk")).order_by().values("organisation")
    return Subquery(counted.annotate(number=Count("pk")).values("number"))


def _sum_of_pots(expression):
    pots = LicencePot.objects.filter(organisation=OuterRef("pk")).order_by().values("organisation")
    return Subquery(pots.annotate(total=Sum(expression)).values("total"))


def _card(organisation):
    settled = (Stage.CLOSING, Stage.CLOSED, Stage.WITHDRAWN)
    return Card(
        organisation,
        enrolled=organisation.enrolled or 0,
        managers=organisation.managers or 0,
        since=organisation.since,
        seats=organisation.seats or 0,
        seats_left=organisation.seats_left or 0,
        missing=[] if organisation.stage in settled else journey.missing(organisation),
    )


def _alerts(card):
    """Sentences about what an officer should look at."""
    organisation, today = card.organisation, timezone.localdate()
    if organisation.stage in (Stage.SIGNED, Stage.ACTIVE, Stage.ELIGIBLE) and not card.managers:
        yield _("It has no HR manager yet: invite one.")
    if organisation.stage == Stage.SIGNED and not card.missing:
        yield _("Nothing is missing: make it active.")
    if organisation.stage == Stage.CLOSING and organisation.access_ends_on <= today:
        yield _("Access has ended: close it.")
    if organisation.stage != Stage.ACTIVE:
        return
    if card.missing:
        yield _("It is active, and its checklist has gaps.")
    if not card.seats:
        yield _("It has no Pix seats.")
    elif not card.seats_left:
        yield _("No Pix seat is left.")
    if not card.enrolled and card.since and today - card.since > SILENT_AFTER:
        yield _("Nobody has been enrolled for a month.")

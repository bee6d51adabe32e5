"""The ledger of Pix seats: granted, assigned, used, returned, expired; never more than there are.

    granted ─→ free ─→ assigned to a person ⇄ used   (back when what showed the use was taken back)
                 ↑ └→ expired      │
                 └──── returned ───┘   (not used: free again)

Each move locks the organisation's pots first, so two moves at once take turns, and the database refuses a pot that
would fall below zero. A person holds one seat at most. Everything about many people is written by sets.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import ngettext

from organisations.models import Funder, LicenceMove, LicencePot, Organisation, Person, User

Kind = LicenceMove.Kind
COLUMNS = [kind for kind in Kind.values if kind != Kind.UNUSED]  # a pot counts uses without those taken back
FUNDERS = Funder.values  # seats of the first are given out first


class NoSeatsLeft(ValidationError):
    """More seats were asked for than are free. Carries a sentence."""


@dataclass(frozen=True)
class Balance:
    """Totals of an organisation since the start."""

    granted: int = 0
    assigned: int = 0
    used: int = 0
    returned: int = 0
    expired: int = 0

    @property
    def left(self) -> int:
        return self.granted - self.expired - self.assigned + self.returned

    @property
    def in_hand(self) -> int:
        """Assigned and not used yet."""
        return self.assigned - self.returned - self.used


def balance(organisation: Organisation) -> Balance:
    """What the ledger says, over all funders."""
    totals = organisation.licence_pots.aggregate(**{kind: Sum(kind, default=0) for kind in COLUMNS})
    return Balance(**totals)


def total(pots: Iterable[LicencePot]) -> Balance:
    """The same, of pots that were read already."""
    pots = list(pots)
    return Balance(**{kind: sum(getattr(pot, kind) for pot in pots) for kind in COLUMNS})


def licences_left(organisation: Organisation) -> int:
    """How many seats can still be assigned."""
    return balance(organisation).left


def holders(organisation: Organisation, people: Iterable[Person | int] | None = None) -> set[int]:
    """The ids of people who hold a seat, used or not; among these people, if told."""
    return {pk for pk, _funder, _used in _seats(organisation, people)}


def shortage(needed: int, left: int) -> str:
    """How many seats are missing, as a sentence. Empty: there are enough."""
    missing = needed - left
    if missing <= 0:
        return ""
    sentence = ngettext(
        "One Pix seat is missing (needed: %(needed)d, free: %(left)d). Ask your programme officer for more.",
        "%(missing)d Pix seats are missing (needed: %(needed)d, free: %(left)d). "
        "Ask your programme officer for more.",
        missing,
    )
    return sentence % {"missing": missing, "needed": needed, "left": left}


@transaction.atomic
def grant(
    organisation: Organisation,
    number: int,
    funder: str = Funder.STATE,
    by: User | None = None,
    note: str = "",
) -> LicenceMove:
    """Give an organisation more seats."""
    pots = _locked_pots(organisation)
    if funder not in pots:
        LicencePot.objects.create(organisation=organisation, funder=funder)
    move = _move(organisation, funder, Kind.GRANTED, number, by, note)
    _keep_quota(organisation)
    return move


def grant_first(grants: Iterable[tuple[Organisation, tuple[int, str]]], by: User | None = None) -> None:
    """The first seats of organisations that were just made, by sets."""
    first = [(organisation, number, funder) for organisation, (number, funder) in grants if number]
    LicencePot.objects.bulk_create(
        LicencePot(organisation=each, funder=funder, granted=number) for each, number, funder in first
    )
    LicenceMove.objects.bulk_create(
        LicenceMove(organisation=each, funder=funder, kind=Kind.GRANTED, number=number, by=by)
        for each, number, funder in first
    )


@transaction.atomic
def expire(
    organisation: Organisation, number: int, funder: str, by: User | None = None, note: str = ""
) -> LicenceMove:
    """Take free seats away: their time is over, or their funder wants them back."""
    pot = _locked_pots(organisation).get(funder)
    _check(number, pot.left if pot else 0)
    return _move(organisation, funder, Kind.EXPIRED, number, by, note)


@transaction.atomic
def assign(organisation: Organisation, people: Iterable[Person | int], by: User | None = None) -> int:
    """Give a seat to each of these people who holds none, or to nobody when there are too few. Returns how many."""
    pots = _locked_pots(organisation)
    wanted = _ids(people)
    held = holders(organisation, wanted)
    waiting = [pk for pk in dict.fromkeys(wanted) if pk not in held]
    if sentence := shortage(len(waiting), sum(pot.left for pot in pots.values())):
        raise NoSeatsLeft(sentence)
    start = 0
    for funder in FUNDERS:
        pot = pots.get(funder)
        part = waiting[start : start + (pot.left if pot else 0)]
        _write(organisation, funder, Kind.ASSIGNED, part, by)
        start += len(part)
    return len(waiting)


@transaction.atomic
def use(organisation: Organisation, people: Iterable[Person | int], by: User | None = None) -> int:
    """Note that these people have begun with Pix. Who holds no seat, or has used theirs, is left out."""
    return _move_seats_in_hand(organisation, people, Kind.USED, by)


@transaction.atomic
def take_back_use(organisation: Organisation, people: Iterable[Person | int], by: User | None = None) -> int:
    """Note that these people have not begun with Pix after all: their seats are in hand again. Returns how many."""
    _locked_pots(organisation)
    used = {pk: funder for pk, funder, used in _seats(organisation, people) if used}
    return _write_by_funder(organisation, Kind.UNUSED, used, by)


@transaction.atomic
def take_back(
    organisation: Organisation, people: Iterable[Person | int], by: User | None = None, note: str = ""
) -> int:
    """Return the unused seats of these people to the free ones, such as those of leavers. Returns how many."""
    return _move_seats_in_hand(organisation, people, Kind.RETURNED, by, note)


def holders_of_unused(organisation: Organisation) -> list[int]:
    """The ids of people who hold a seat and have not used it."""
    return list(_in_hand(organisation))


def unused_of_leavers(organisation: Organisation) -> list[int]:
    """The ids of people who left without using their seat."""
    in_hand = _in_hand(organisation)
    return list(organisation.people.left().filter(pk__in=in_hand).values_list("pk", flat=True))


# --- Inside the ledger ------------------------------------------------------------------------------------------------


def _move_seats_in_hand(organisation, people, kind, by, note=""):
    _locked_pots(organisation)
    return _write_by_funder(organisation, kind, _in_hand(organisation, people), by, note)


def _write_by_funder(organisation, kind, seats, by, note=""):
    for funder in FUNDERS:
        part = [pk for pk, each in seats.items() if each == funder]
        _write(organisation, funder, kind, part, by, note)
    return len(seats)


def _in_hand(organisation, people=None):
    """Person id -> funder, of seats that are assigned and not used."""
    return {pk: funder for pk, funder, used in _seats(organisation, people) if not used}


def _seats(organisation, people=None):
    """Person id, funder and whether it is used (1 or 0), of every seat that somebody holds."""
    moves = organisation.licence_moves.filter(person__isnull=False)
    if people is not None:
        if not isinstance(people, QuerySet):
            people = RawSQL("SELECT unnest(%s::bigint[])", [_ids(people)])
        moves = moves.filter(person__in=people)
    kinds = (Kind.ASSIGNED, Kind.RETURNED, Kind.USED, Kind.UNUSED)
    counts = {kind: Count("pk", filter=Q(kind=kind)) for kind in kinds}
    held = moves.values("person_id", "funder").order_by("person_id").annotate(**counts)
    is_used = Case(When(used__gt=F("unused"), then=True), default=False)
    return held.filter(assigned__gt=F("returned")).values_list("person_id", "funder", is_used)


def _locked_pots(organisation):
    """The organisation's pots by funder; other moves wait until this transaction ends."""
    organisation.take_turn()
    pots = organisation.licence_pots.select_for_update(of=("self",)).order_by("pk")
    return {pot.funder: pot for pot in pots}


def _write(organisation, funder, kind, people, by, note=""):
    """One entry for each person, and the pot in step."""
    if not people:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LicenceMove._meta.db_table} "  # noqa: S608 - only our own names
            "(organisation_id, funder, kind, number, person_id, by_id, at, note) "
            "SELECT %s, %s, %s, 1, person, %s, %s, %s FROM unnest(%s::bigint[]) AS person",
            [organisation.pk, funder, kind, by and by.pk, timezone.now(), note, people],
        )
    change = {"used": F("used") - len(people)} if kind == Kind.UNUSED else {kind: F(kind) + len(people)}
    organisation.licence_pots.filter(funder=funder).update(**change)


def _move(organisation, funder, kind, number, by, note):
    move = LicenceMove(
        organisation=organisation, funder=funder, kind=kind, number=number, by=by, note=note[:200]
    )
    move.full_clean(exclude=["organisation", "by"])
    move.save()
    organisation.licence_pots.filter(funder=funder).update(**{kind: F(kind) + number})
    return move


def _check(number, left):
    if number > left:
        raise NoSeatsLeft(
            ngettext("Only %(left)d seat is free.", "Only %(left)d seats are free.", left) % {"left": left}
        )


def _keep_quota(organisation):
    """The organisation's own column is the sum of all grants, for lists and reports."""
    organisation.licence_quota = balance(organisation).granted
    Organisation.objects.filter(pk=organisation.pk).update(licence_quota=organisation.licence_quota)


def _ids(people):
    return [getattr(each, "pk", each) for each in people]

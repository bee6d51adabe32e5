"""How far an organisation has come, who moved it on, and what is still missing before anybody is enrolled.

interest → eligible → agreement signed → active ⇄ closing → closed
    └──────────┴──────────────┴────────────┴→ withdrawn → interest
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organisations import licences, participation
from organisations.models import Checklist, EsfExit, Funder, Interest, Organisation, StageChange, User
from organisations.problems import Problem, Refused

Stage = Organisation.Stage

NEXT: dict[str, tuple[str, ...]] = {
    Stage.INTEREST: (Stage.ELIGIBLE, Stage.WITHDRAWN),
    Stage.ELIGIBLE: (Stage.SIGNED, Stage.WITHDRAWN),
    Stage.SIGNED: (Stage.ACTIVE, Stage.WITHDRAWN),
    Stage.ACTIVE: (Stage.CLOSING, Stage.WITHDRAWN),
    Stage.CLOSING: (Stage.CLOSED, Stage.ACTIVE),
    Stage.CLOSED: (),
    Stage.WITHDRAWN: (Stage.INTEREST,),
}
# Why people leave the operation when their organisation does.
EXIT_REASONS = {
    Stage.CLOSED: EsfExit.Reason.COMPLETED,
    Stage.WITHDRAWN: EsfExit.Reason.DROPPED_OUT,
}


class CannotMove(ValidationError):
    """This step isn't possible now. Carries the sentences that say why."""


class CannotEnrol(Refused):
    """Nobody can be enrolled yet. Carries what is missing, one problem for each."""


@dataclass(frozen=True)
class Item:
    """One line of the checklist: what was settled, or the sentence that asks for it."""

    label: str
    answer: str
    missing: str

    @property
    def is_done(self) -> bool:
        return bool(self.answer)


def checklist(organisation: Organisation) -> list[Item]:
    """Every line of an organisation's checklist, done or missing."""
    kept = _kept(organisation)
    if kept.carried_over:
        return [Item(_("Checklist"), _("took part before the checklist was kept"), "")]
    asked = [
        (
            _("Agreement"),
            _day(kept.agreement_signed_on),
            _("The day on which the agreement was signed is missing."),
        ),
        (
            _("Data-protection roles"),
            kept.get_data_protection_roles_display(),
            _("The data-protection roles are not settled."),
        ),
        (
            _("Staff delegation"),
            _day(kept.delegation_informed_on),
            _("The day on which the staff delegation was informed is missing."),
        ),
        (
            _("Contacts"),
            _all_of(kept.contact_name, kept.contact_email, kept.privacy_email),
            _("A contact person, their e-mail and an e-mail for data protection are needed."),
        ),
        (
            _("Size"),
            _size(organisation, kept),
            _("The size with group links is missing, so nobody can tell whether it is an SME."),
        ),
        (_("Sector"), organisation.get_sector_display(), _("The sector is missing.")),
        (
            _("Kind"),
            organisation.get_kind_display(),
            _("Say whether it is a public body, an employer or a host of jobseekers."),
        ),
        (
            _("Languages"),
            organisation.language_names,
            _("The working languages are missing."),
        ),
    ]
    return [Item(label, str(answer), "" if answer else sentence) for label, answer, sentence in asked]


def missing(organisation: Organisation) -> list[str]:
    """What the checklist still asks for, as sentences."""
    return [item.missing for item in checklist(organisation) if not item.is_done]


def privacy_contact(organisation: Organisation) -> str:
    """The address for questions about people's data; empty where none was given."""
    return _kept(organisation).privacy_email


def may_enrol(organisation: Organisation) -> list[str]:
    """Why nobody can be enrolled now, as sentences. An empty list: enrolment is open."""
    if organisation.is_shut or organisation.stage == Stage.CLOSING:
        return [_("%(organisation)s is closing or has left the pilot.") % {"organisation": organisation}]
    sentences = missing(organisation)
    if not sentences and organisation.stage != Stage.ACTIVE:
        sentences = [
            _("A programme officer has to make %(organisation)s active.") % {"organisation": organisation}
        ]
    return sentences


def check_enrolment_is_open(organisation: Organisation) -> None:
    """Raise `CannotEnrol` with everything that is missing."""
    if sentences := may_enrol(organisation):
        raise CannotEnrol([Problem(sentence) for sentence in sentences])


def possible_steps(organisation: Organisation) -> list[Stage]:
    """Where it may go from its stage, whether or not something is missing."""
    return [Stage(code) for code in NEXT[organisation.stage]]


@transaction.atomic
def move(
    organisation: Organisation,
    stage: str,
    by: User | None = None,
    *,
    day: date | None = None,
    note: str = "",
    access_ends_on: date | None = None,
) -> StageChange:
    """Take one step of the journey, on a day (today unless told). Raises `CannotMove` with the reasons."""
    locked = organisation.take_turn()
    day = day or timezone.localdate()
    if reasons := _reasons_against(locked, stage, day, access_ends_on):
        raise CannotMove(reasons)
    organisation.stage = stage
    organisation.access_ends_on = _end_of_access(stage, day, access_ends_on or locked.access_ends_on)
    organisation.save(update_fields=["stage", "access_ends_on"])
    if stage in EXIT_REASONS:
        participation.record_exits_of_all(organisation, organisation.access_ends_on, EXIT_REASONS[stage], by)
    return organisation.stage_changes.create(stage=stage, by=by, day=day, note=note[:200])


@transaction.atomic
def open_enrolment(organisation: Organisation, by: User | None = None) -> bool:
    """Take the steps up to active that the checklist allows, each on its day. Whether enrolment is open then."""
    signed_on = _kept(organisation).agreement_signed_on
    if organisation.stage == Stage.ELIGIBLE and signed_on:
        move(organisation, Stage.SIGNED, by, day=signed_on)
    if organisation.stage == Stage.SIGNED and not missing(organisation):
        move(organisation, Stage.ACTIVE, by)
    return not may_enrol(organisation)


@transaction.atomic
def take_in(
    organisation: Organisation,
    by: User | None = None,
    *,
    stage: str = Stage.ELIGIBLE,
    seats: int = 0,
    funder: str = Funder.STATE,
    interest: Interest | None = None,
) -> Organisation:
    """Save a new organisation with its checklist, its first stages and its seats."""
    organisation.stage = stage
    organisation.save()
    kept = Checklist(organisation=organisation)
    if interest:
        kept.contact_name, kept.contact_email = interest.contact_name, interest.contact_email
        asked_on = timezone.localdate(interest.received_at)
        organisation.stage_changes.create(stage=Stage.INTEREST, day=asked_on, at=interest.received_at)
    kept.save()
    organisation.stage_changes.create(stage=stage, by=by)
    if seats:
        licences.grant(organisation, seats, funder or Funder.STATE, by)
    return organisation


@transaction.atomic
def take_in_many(
    organisations: list[Organisation], by: User, seats: list[tuple[int, str]]
) -> list[Organisation]:
    """Save new eligible organisations with their checklists, first stages and seats (number, funder), by sets."""
    for organisation, (number, _funder) in zip(organisations, seats, strict=True):
        organisation.stage, organisation.licence_quota = Stage.ELIGIBLE, number
    Organisation.objects.bulk_create(organisations)
    Checklist.objects.bulk_create(Checklist(organisation=each) for each in organisations)
    StageChange.objects.bulk_create(
        StageChange(organisation=each, stage=Stage.ELIGIBLE, by=by) for each in organisations
    )
    licences.grant_first(zip(organisations, seats, strict=True), by)
    return organisations


@transaction.atomic
def welcome(interest: Interest, by: User) -> Organisation:
    """Make an organisation of an expression of interest. A second click finds the first one's."""
    interest = Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    if interest.became_id:
        return interest.became
    legal_id = interest.legal_id.replace(" ", "").upper()
    if interest.programme.organisations.filter(legal_id=legal_id).exists():
        raise CannotMove(_("An organisation with this legal identifier already takes part."))
    organisation = Organisation(
        programme=interest.programme,
        name=interest.name,
        slug=free_slug(interest.name),
        legal_id=legal_id,
        kind=interest.kind,
        sector=interest.sector,
        size_class=interest.size_class,
        languages=[],
    )
    interest.became = take_in(organisation, by, interest=interest)
    interest.answered_at, interest.answered_by = timezone.now(), by
    interest.save(update_fields=["became", "answered_at", "answered_by"])
    return organisation


def decline(interest: Interest, by: User) -> None:
    """Take it off the board; it stays on record."""
    Interest.objects.filter(pk=interest.pk, answered_at=None).update(
        answered_at=timezone.now(), answered_by=by
    )


def free_slug(name: str, taken: Iterable[str] = (), *, ask: bool = True) -> str:
    """A short name for addresses that nobody has yet. Whoever knows all that are taken need not ask for them."""
    start = slugify(name)[:44].strip("-") or "organisation"
    if ask:
        taken = {*taken, *Organisation.objects.filter(slug__startswith=start).values_list("slug", flat=True)}
    number, slug = 1, start
    while slug in taken:
        number += 1
        slug = f"{start}-{number}"
    return slug


def _kept(organisation):
    """Its checklist; an empty one where nobody has begun."""
    try:
        return organisation.checklist
    except Checklist.DoesNotExist:
        return Checklist(organisation=organisation)


def _day(day):
    return date_format(day) if day else ""


def _all_of(*answers):
    return ", ".join(answers) if all(answers) else ""


def _size(organisation, kept):
    """The size class, and what the test of an SME says; empty while it can't say."""
    public = kept.group_links == Checklist.GroupLinks.PUBLIC
    if not organisation.size_class or kept.headcount is None or (kept.is_sme is None and not public):
        return ""
    verdict = _("an SME") if kept.is_sme else _("no SME")
    return f"{organisation.get_size_class_display()}, {verdict}"


def _reasons_against(organisation, stage, day, access_ends_on):
    if stage not in NEXT[organisation.stage]:
        return [
            _("%(organisation)s is “%(stage)s” and can't become “%(next)s” from there.")
            % {
                "organisation": organisation,
                "stage": organisation.get_stage_display(),
                "next": Stage(stage).label if stage in Stage.values else stage,
            }
        ]
    if day > timezone.localdate():
        return [_("This day lies in the future.")]
    if stage == Stage.SIGNED and not (
        _kept(organisation).agreement_signed_on or _kept(organisation).carried_over
    ):
        return [_("The day on which the agreement was signed is missing.")]
    if stage == Stage.ACTIVE:
        return missing(organisation)
    if stage == Stage.CLOSING and access_ends_on is None:
        return [_("Give the day on which access ends.")]
    return []


def _end_of_access(stage, day, access_ends_on):
    """Nobody loses access before closing; whoever has left keeps the day on which it ended."""
    if stage == Stage.CLOSING:
        return access_ends_on
    if stage in (Stage.CLOSED, Stage.WITHDRAWN):
        return min(access_ends_on or day, day)
    return None

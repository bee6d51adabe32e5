"""The life of a round: HR opens it, people apply, HR asks for pairs, publishes them, and closes it."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Framework
from mentoring.candidates import candidates_of
from mentoring.models import Application, MentoringRound, Pairing
from mentoring.rules import violations
from organisations import runs
from organisations.models import Organisation, Person, Run, User


def open_round(
    organisation: Organisation,
    name: str,
    *,
    minimum_gap: int = 2,
    by: User | None = None,
    day: date | None = None,
) -> MentoringRound:
    """Open a round for applications. There is one at a time."""
    mentoring_round = MentoringRound(
        organisation=organisation,
        name=name,
        framework=Framework.objects.pix(),
        minimum_gap=minimum_gap,
        opened_by=by,
        opened_on=day or timezone.localdate(),
    )
    mentoring_round.full_clean()
    try:
        with transaction.atomic():
            mentoring_round.save()
    except IntegrityError as error:
        raise ValidationError(
            _("Another round was opened at the same moment. Look at the list of rounds.")
        ) from error
    return mentoring_round


def apply(
    mentoring_round: MentoringRound,
    person: Person,
    *,
    offered: list[int],
    wanted: list[int],
    languages: list[str],
    capacity: int = 1,
    at: datetime | None = None,
) -> Application:
    """State what somebody offers and wants in this round, in place of what they stated before."""
    mentoring_round = held(mentoring_round)
    _refuse_unless_under_way(mentoring_round)
    application, _new = mentoring_round.applications.update_or_create(
        organisation=mentoring_round.organisation,
        person=person,
        defaults={
            "as_mentor": bool(offered),
            "as_mentee": bool(wanted),
            "offered": sorted(offered),
            "wanted": sorted(wanted),
            "languages": sorted(languages),
            "capacity": capacity,
            "stated_at": at or timezone.now(),
        },
    )
    return application


def withdraw(mentoring_round: MentoringRound, person: Person) -> None:
    """Take an application back. Pairs proposed with it can then not be published."""
    mentoring_round = held(mentoring_round)
    _refuse_unless_under_way(mentoring_round)
    mentoring_round.applications.filter(person=person).delete()


def request_pairs(mentoring_round: MentoringRound, by: User) -> Run:
    """Ask a worker for the pairs. While one is at it, asking again gives the same run."""
    mentoring_round = held(mentoring_round)
    _refuse_unless_under_way(mentoring_round)
    if mentoring_round.is_being_paired:
        return mentoring_round.run
    if (
        not mentoring_round.applications.mentors().exists()
        or not mentoring_round.applications.mentees().exists()
    ):
        raise ValidationError(_("Pairing needs at least one mentor and one mentee who have applied."))
    mentoring_round.run = runs.submit(
        "pair_round",
        f"round {mentoring_round.pk} after run {mentoring_round.run_id or 0}",
        organisation=mentoring_round.organisation,
        requested_by=by,
        round=mentoring_round.pk,
    )
    mentoring_round.save(update_fields=["run"])
    return mentoring_round.run


def publish(
    mentoring_round: MentoringRound,
    *,
    by: User | None = None,
    seen: str | None = None,
    day: date | None = None,
) -> int:
    """Start the proposed pairs, if all rules still hold today. Publishing twice starts nothing twice.

    `seen` is the `pairs_version` that somebody looked at; other pairs than those are not published.
    """
    mentoring_round = held(mentoring_round)
    proposed = mentoring_round.pairings.proposed()
    if mentoring_round.state == MentoringRound.State.PUBLISHED:
        return mentoring_round.pairings.not_ended().count()
    if mentoring_round.state != MentoringRound.State.PROPOSED or mentoring_round.is_being_paired:
        raise ValidationError(_("There are no proposed pairs in this round. Make the pairs first."))
    if seen is not None and seen != mentoring_round.pairs_version:
        raise ValidationError(
            _("The pairs were made again in the meantime. Look at them before you publish.")
        )
    pairs = list(proposed.values_list("mentor", "mentee"))
    if not pairs:
        raise ValidationError(_("This round has no pairs that could be published."))
    mentors, mentees = candidates_of(mentoring_round)
    broken = {
        violation.mentee for violation in violations(mentors, mentees, pairs, mentoring_round.minimum_gap)
    }
    if broken:
        raise ValidationError(
            ngettext(
                "Something has changed since the pairs were made: %(count)d pair does not keep the rules any more. "
                "Make the pairs again.",
                "Something has changed since the pairs were made: %(count)d pairs do not keep the rules any more. "
                "Make the pairs again.",
                len(broken),
            )
            % {"count": len(broken)}
        )
    day = day or timezone.localdate()
    proposed.update(state=Pairing.State.ACTIVE, started_on=day)
    mentoring_round.state = MentoringRound.State.PUBLISHED
    mentoring_round.published_by, mentoring_round.published_on = by, day
    mentoring_round.save(update_fields=["state", "published_by", "published_on"])
    return len(pairs)


def close(mentoring_round: MentoringRound, *, day: date | None = None) -> int:
    """End the round and its pairs; sessions and reasons stay. Returns how many pairs ended."""
    mentoring_round = held(mentoring_round)
    if mentoring_round.state == MentoringRound.State.CLOSED:
        return 0
    if mentoring_round.is_being_paired:
        raise ValidationError(_("The pairs of this round are being made. Wait until that is done."))
    day = day or timezone.localdate()
    mentoring_round.pairings.proposed().delete()
    ended = mentoring_round.pairings.active().update(state=Pairing.State.ENDED, ended_on=day)
    mentoring_round.state, mentoring_round.closed_on = MentoringRound.State.CLOSED, day
    mentoring_round.save(update_fields=["state", "closed_on"])
    return ended


def held(mentoring_round: MentoringRound) -> MentoringRound:
    """The round as it is now, held until the end of the transaction, so that two acts on it follow each other."""
    rounds = mentoring_round.organisation.mentoring_rounds.select_for_update(of=("self",))
    return rounds.select_related("organisation", "run").get(pk=mentoring_round.pk)


def _refuse_unless_under_way(mentoring_round):
    if not mentoring_round.is_under_way:
        raise ValidationError(_("This round is over: it takes no more applications and makes no more pairs."))

"""Pairing a round: everybody at once, as many pairs as the rules allow, with a reason for each and for who is left out.

Heavy (arrays, solver): imported by the worker's task and the command, never by a page.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mentoring.candidates import candidates_of
from mentoring.market import Market
from mentoring.matching import match
from mentoring.models import LeftOut, MentoringRound, Pairing, TheirRole
from mentoring.rounds import held
from mentoring.rules import RULE_VERSION, violations, works_on
from organisations.runs import CannotFinish


@dataclass(frozen=True)
class Outcome:
    """What pairing a round came to."""

    paired: int
    unpaired: int  # mentees left without a mentor
    objective: int
    bound: int
    violations: int
    seconds: float

    def as_dict(self) -> dict:
        return {
            "paired": self.paired,
            "unpaired": self.unpaired,
            "objective": self.objective,
            "bound": self.bound,
            "violations": self.violations,
            "seconds": round(self.seconds, 4),
        }


def no_progress(done: int, total: int, message: str) -> None:
    """For callers whom nobody watches."""


def pair(mentoring_round: MentoringRound, report: Callable[[int, int, str], None] = no_progress) -> Outcome:
    """Propose the best pairs of everybody who applied. Earlier proposals of the round are replaced."""
    with transaction.atomic():
        mentoring_round = held(mentoring_round)
        if not mentoring_round.is_under_way:
            raise CannotFinish(_("This round is over: its pairs have been published, or it was closed."))
        report(0, 3, _("Reading applications and results"))
        mentors, mentees = candidates_of(mentoring_round)
        if not mentors or not mentees:
            raise CannotFinish(_("Pairing needs at least one mentor and one mentee who have applied."))
        report(1, 3, _("Looking for the best pairs"))
        market = Market(mentors, mentees, mentoring_round.minimum_gap)
        matching = match(market.mentors.room, market.scores)
        broken = violations(mentors, mentees, _pairs_of_people(market, matching), mentoring_round.minimum_gap)
        if broken:
            raise CannotFinish(_("The pairs found break a rule, so none was kept. Please tell the support."))
        report(2, 3, _("Keeping the pairs and the reasons"))
        _keep_pairs(mentoring_round, market, matching)
        unpaired = _keep_left_out(mentoring_round, market, matching)
        outcome = Outcome(
            paired=len(matching.mentees),
            unpaired=unpaired,
            objective=matching.objective,
            bound=matching.bound,
            violations=len(broken),
            seconds=matching.seconds,
        )
        _keep_outcome(mentoring_round, outcome)
    return outcome


def _pairs_of_people(market, matching):
    mentors, mentees = market.mentors.people[matching.mentors], market.mentees.people[matching.mentees]
    return list(zip(mentors.tolist(), mentees.tolist(), strict=True))


def _keep_pairs(mentoring_round, market, matching):
    """Store the pairs with what led to them. No levels: whoever looks a decision up finds them by the results' ids.

    One statement from one document, because building a thousand objects takes longer than solving.
    """
    mentoring_round.pairings.all().delete()
    choices = (market.scores >= 0).sum(axis=0)
    proposals = [
        {
            "mentor": mentor.person,
            "mentee": mentee.person,
            "focus": works_on(mentor, mentee, mentoring_round.minimum_gap),
            "languages": sorted(mentor.languages & mentee.languages),
            "score": int(market.scores[row, column]),
            "explanation": {
                "mentor_result": mentor.result,
                "mentee_result": mentee.result,
                "minimum_gap": mentoring_round.minimum_gap,
                "possible_mentors": int(choices[column]),
                "other_department": differ(mentor.department, mentee.department),
                "other_site": differ(mentor.site, mentee.site),
            },
        }
        for row, column in matching.pairs
        for mentor, mentee in [(market.mentors.candidates[row], market.mentees.candidates[column])]
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO mentoring_pairing
                (organisation_id, round_id, state, mentor_id, mentee_id, focus, languages, score, explanation)
            SELECT %s, %s, %s, mentor, mentee, focus, languages, score, explanation
            FROM jsonb_to_recordset(%s) AS proposal
                (mentor bigint, mentee bigint, focus smallint[], languages text[], score int, explanation jsonb)
            """,
            [
                mentoring_round.organisation_id,
                mentoring_round.pk,
                Pairing.State.PROPOSED,
                json.dumps(proposals),
            ],
        )


def differ(one: str, other: str) -> bool:
    """Whether both are known and not the same."""
    return bool(one and other and one != other)


def _keep_left_out(mentoring_round, market, matching):
    """Store a reason for everybody who got nobody; the number of mentees among them."""
    mentoring_round.left_out.all().delete()
    mentors = sorted(set(range(len(market.mentors))) - set(matching.mentors.tolist()))
    mentees = sorted(set(range(len(market.mentees))) - set(matching.mentees.tolist()))
    left_out = [
        *((TheirRole.MENTOR, market.mentors.people[row], market.why_no_mentee(row)) for row in mentors),
        *(
            (TheirRole.MENTEE, market.mentees.people[column], market.why_no_mentor(column))
            for column in mentees
        ),
    ]
    LeftOut.objects.bulk_create(
        LeftOut(
            organisation_id=mentoring_round.organisation_id,
            round=mentoring_round,
            person_id=int(person),
            as_role=role,
            reason=reason,
            detail=detail,
        )
        for role, person, (reason, detail) in left_out
    )
    return len(mentees)


def _keep_outcome(mentoring_round, outcome):
    mentoring_round.state = MentoringRound.State.PROPOSED
    mentoring_round.rule_version = RULE_VERSION
    mentoring_round.paired_at = timezone.now()
    for name in ("paired", "objective", "bound", "violations", "seconds"):
        setattr(mentoring_round, name, getattr(outcome, name))
    mentoring_round.save()

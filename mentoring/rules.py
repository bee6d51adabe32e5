"""The hard rules of pairing: what no pair may break, however well it would score.

Each rule is judged in two ways that share no code: for all pairs at once, as a matrix that limits the solver, and for
one pair at a time, to check what came out. The pages show its sentence.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mentoring.candidates import Candidate

RULE_VERSION = "2026-1"  # kept with every round; a new one whenever a rule or the score changes


@dataclass(frozen=True)
class Rule:
    code: str
    sentence: Promise


@dataclass(frozen=True)
class PairRule(Rule):
    """A condition on one mentor and one mentee."""

    # Given a Market: for each mentor (row) and mentee (column), whether the rule holds.
    matrix: Callable[[Any], Any]
    holds: Callable[[Candidate, Candidate, int], bool]


@dataclass(frozen=True)
class Violation:
    rule: Rule
    mentor: int
    mentee: int


def works_on(mentor: Candidate, mentee: Candidate, minimum_gap: int) -> list[int]:
    """The competences that the pair would work on: offered, wanted, and the mentor far enough above."""
    return [
        position
        for position in sorted(set(mentor.competences) & set(mentee.competences))
        if mentor.level(position) is not None
        and mentee.level(position) is not None
        and mentor.level(position) - mentee.level(position) >= minimum_gap
    ]


PRESENT = PairRule(
    "present",
    _("Both work in the organisation today."),
    matrix=lambda market: market.mentors.present[:, None] & market.mentees.present[None, :],
    holds=lambda mentor, mentee, _gap: mentor.is_present and mentee.is_present,
)
RESULT = PairRule(
    "result",
    _("Both have shared a Pix result."),
    matrix=lambda market: market.mentors.has_result[:, None] & market.mentees.has_result[None, :],
    holds=lambda mentor, mentee, _gap: mentor.result is not None and mentee.result is not None,
)
GAP = PairRule(
    "gap",
    _("The mentor is far enough above on a competence that they offer and the mentee wants."),
    matrix=lambda market: market.gap_points > 0,
    holds=lambda mentor, mentee, minimum_gap: bool(works_on(mentor, mentee, minimum_gap)),
)
SOMEBODY_ELSE = PairRule(
    "somebody_else",
    _("Nobody is their own mentor."),
    matrix=lambda market: market.mentors.people[:, None] != market.mentees.people[None, :],
    holds=lambda mentor, mentee, _gap: mentor.person != mentee.person,
)
LANGUAGE = PairRule(
    "language",
    _("They have a working language in common."),
    matrix=lambda market: market.mentors.languages[:, None] & market.mentees.languages[None, :] != 0,
    holds=lambda mentor, mentee, _gap: not mentor.languages.isdisjoint(mentee.languages),
)
REPORTING_LINE = PairRule(
    "reporting_line",
    _("Neither of them is above the other in the reporting line, at any distance."),
    matrix=lambda market: ~market.in_one_line,
    holds=lambda mentor, mentee, _gap: (
        mentor.person not in mentee.managers and mentee.person not in mentor.managers
    ),
)
CAPACITY = Rule("capacity", _("A mentor has at most as many mentees as they have room for."))
ONE_MENTOR = Rule("one_mentor", _("A mentee has one mentor at a time."))

# The order matters: whoever is left out is told the first rule at which nobody remained.
PAIR_RULES = [PRESENT, RESULT, SOMEBODY_ELSE, GAP, LANGUAGE, REPORTING_LINE]
RULES = [*PAIR_RULES, CAPACITY, ONE_MENTOR]


def violations(
    mentors: list[Candidate], mentees: list[Candidate], pairs: list[tuple[int, int]], minimum_gap: int
) -> list[Violation]:
    """Every rule that these pairs (ids of people) break, judged one by one. Whoever did not apply breaks PRESENT."""
    mentors_by_id = {mentor.person: mentor for mentor in mentors}
    mentees_by_id = {mentee.person: mentee for mentee in mentees}
    found: list[Violation] = []
    for mentor_id, mentee_id in pairs:
        mentor, mentee = mentors_by_id.get(mentor_id), mentees_by_id.get(mentee_id)
        if mentor is None or mentee is None:
            found.append(Violation(PRESENT, mentor_id, mentee_id))
            continue
        found += [
            Violation(rule, mentor_id, mentee_id)
            for rule in PAIR_RULES
            if not rule.holds(mentor, mentee, minimum_gap)
        ]
    return (
        found + _too_many(CAPACITY, mentors_by_id, pairs, 0) + _too_many(ONE_MENTOR, mentees_by_id, pairs, 1)
    )


def _too_many(rule, candidates, pairs, side):
    """Pairs beyond the room that somebody on one side of them has."""
    taken, found = Counter(), []
    for pair in pairs:
        person = pair[side]
        taken[person] += 1
        if person in candidates and taken[person] > candidates[person].room:
            found.append(Violation(rule, *pair))
    return found

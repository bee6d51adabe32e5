"""What somebody could learn next: courses that close their gaps, in an order that depends on fixed rules alone.

The same people, results, targets and catalogue give the same answer on the same day.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, islice

from django.db import transaction
from django.utils import timezone

from assessments.models import Competence
from assessments.results import latest_result
from assessments.targets import targets_for
from organisations.models import Organisation, Person
from upskilling.gaps import Comparison, Gap, comparisons
from upskilling.models import Offer, Recommendation
from upskilling.scoring import FURTHER_GAP, MOST_FURTHER_GAPS, RULE_VERSION, Match, Reason, is_easy
from upskilling.shelf import Shelf

MOST = 6  # suggestions for one person
FIRST = 3  # of these, so many are looked at first and follow the rule of variety
AT_ONCE = 1000  # people whose rows are written together


@dataclass(frozen=True)
class Suggestion:
    """A course, the gap that it is mostly for, and why. The reasons' points add up to the score."""

    offer: Offer
    gap: Gap
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Advice:
    """What there is to say to one person. `missing` says why there are no suggestions, as a code.

    `competences` are those that gaps and reasons speak of, by position.
    """

    person: Person
    missing: str
    gaps: tuple[Gap, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    without_offer: tuple[Gap, ...] = ()
    competences: dict[int, Competence] = field(default_factory=dict, repr=False)


def advise(person: Person, day: date | None = None) -> Advice:
    """Advice for one person. The catalogue is only read when there is a gap."""
    organisation = person.organisation
    result = latest_result(person)
    levels = result.levels if result else None
    comparison = Comparison(person, levels, targets_for(organisation)(person))
    if not comparison.gaps:
        return Advice(person, _what_is_missing(comparison))
    return _advise(comparison, Shelf.of(organisation, day))


def advise_everybody(organisation: Organisation, day: date | None = None) -> Iterator[Advice]:
    """Advice for everybody who is there, one after another. The number of queries does not depend on theirs."""
    shelf = Shelf.of(organisation, day)
    return (_advise(comparison, shelf) for comparison in comparisons(organisation))


def _what_is_missing(comparison: Comparison) -> str:
    if comparison.levels is None:
        return "result"
    if all(target is None for target in comparison.targets):
        return "target"
    return "comparison" if not comparison.pairs else "gap"


def _advise(comparison: Comparison, shelf: Shelf) -> Advice:
    person, gaps = comparison.person, comparison.gaps
    if not gaps:
        return Advice(person, _what_is_missing(comparison))
    matches = {gap: shelf.matches(gap, person.languages) for gap in gaps}
    suggestions = vary(rank(person.pk, (match for found in matches.values() for match in found)))
    return Advice(
        person,
        missing="" if suggestions else "offer",
        gaps=tuple(gaps),
        suggestions=tuple(suggestions[:MOST]),
        without_offer=tuple(gap for gap, found in matches.items() if not found),
        competences=shelf.competences,
    )


# --- The order --------------------------------------------------------------------------------------------------------


def rank(person_id: int, matches: Iterable[Match]) -> list[Suggestion]:
    """One suggestion for each course, the best first; what is equal is ordered by chance, always the same."""
    by_offer: dict[int, list[Match]] = {}
    for match in matches:
        by_offer.setdefault(match.offer.pk, []).append(match)
    suggestions = [_suggestion(found) for found in by_offer.values()]
    return sorted(suggestions, key=lambda one: (-one.score, _lot(person_id, one.offer)))


def _suggestion(matches):
    """A course counts for the gap that it is best for, and a little for others that it helps with."""
    best = max(matches, key=lambda match: (match.points, -match.gap.position))
    further = sorted(match.gap.position for match in matches if match is not best)
    reasons = best.reasons
    if further:
        points = FURTHER_GAP * min(len(further), MOST_FURTHER_GAPS)
        reasons = (*reasons, Reason("also", points, {"competences": further}))
    return Suggestion(best.offer, best.gap, sum(reason.points for reason in reasons), reasons)


def _lot(person_id, offer):
    """Decides between equals: no provider comes first because of its name or of when it was loaded."""
    drawn = f"{person_id}\x1f{offer.provider}\x1f{offer.offer_id}"
    return hashlib.blake2b(drawn.encode(), digest_size=8).digest()


def vary(ranked: list[Suggestion]) -> list[Suggestion]:
    """Give a choice: among the first three, more than one provider and something free or short, where there is any.

    The best one stays the first; the others keep their order as far as the rule allows.
    """
    if len(ranked) <= FIRST:
        return ranked
    several_providers = len({one.offer.provider for one in ranked}) > 1
    any_easy = any(is_easy(one.offer) for one in ranked)
    for others in combinations(range(1, len(ranked)), FIRST - 1):
        places = (0, *others)
        offers = [ranked[place].offer for place in places]
        if several_providers and len({offer.provider for offer in offers}) == 1:
            continue
        if any_easy and not any(map(is_easy, offers)):
            continue
        rest = [one for place, one in enumerate(ranked) if place not in places]
        return [_moved_up(ranked[place]) if place >= FIRST else ranked[place] for place in places] + rest
    return ranked


def _moved_up(suggestion):
    return replace(suggestion, reasons=(*suggestion.reasons, Reason("for_variety")))


# --- Snapshots --------------------------------------------------------------------------------------------------------


def keep(organisation: Organisation, advices: Iterable[Advice], day: date | None = None) -> Iterator[Advice]:
    """Store what is suggested to whom on this day, and pass each advice on.

    Whoever already has the same suggestions of the same day keeps their rows; others get new ones.
    """
    day, advices = day or timezone.localdate(), iter(advices)
    while some := list(islice(advices, AT_ONCE)):
        _keep_some(organisation, some, day)
        yield from some


def _keep_some(organisation, advices, day):
    wanted = {advice.person.pk: _rows(organisation, advice, day) for advice in advices}
    with transaction.atomic():
        today = organisation.recommendations.filter(made_on=day, person__in=wanted)
        kept: dict[int, list[Recommendation]] = {}
        for row in today.order_by("person", "rank"):
            kept.setdefault(row.person_id, []).append(row)
        changed = [
            person
            for person, rows in wanted.items()
            if [_content(row) for row in rows] != [_content(row) for row in kept.get(person, [])]
        ]
        today.filter(person__in=changed).delete()
        Recommendation.objects.bulk_create(row for person in changed for row in wanted[person])


def _rows(organisation, advice, day):
    return [
        Recommendation(
            organisation=organisation,
            person_id=advice.person.pk,
            offer=suggestion.offer,
            rank=rank,
            competence=suggestion.gap.position,
            gap=suggestion.gap.size,
            reasons=[reason.as_dict() for reason in suggestion.reasons],
            rule_version=RULE_VERSION,
            made_on=day,
        )
        for rank, suggestion in enumerate(advice.suggestions, start=1)
    ]


def _content(row):
    return row.offer_id, row.rank, row.competence, row.gap, row.reasons, row.rule_version

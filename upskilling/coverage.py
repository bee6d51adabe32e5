"""How many people are below their targets, and how many of those find no course: for people who may see no individual.

Without small numbers. Everybody who was compared on a competence stands in exactly one of three groups, so that the
groups are protected together. HR can take those who share their levels off each group, so that what is protected is
the others; a programme officer sees nobody's levels, so that for an officer everybody is one of the others.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from assessments.disclosure import Figure, Hidden, protect_distribution, together
from assessments.models import Competence
from assessments.sharing import people_who_share
from assessments.suppression import Reason
from organisations.models import Organisation
from upskilling.gaps import Gap, comparisons
from upskilling.shelf import Shelf

GROUPS = REACHED, WITH_OFFER, WITHOUT_OFFER = "reached", "with_offer", "without_offer"


@dataclass(frozen=True)
class Coverage:
    """One competence: people at their target, below it with a course that suits them, below it without one."""

    competence: Competence
    reached: Figure
    with_offer: Figure
    without_offer: Figure
    compared: Figure

    @property
    def lacks_offer(self) -> bool:
        """Whether the figures say that somebody finds no course. A mark that hides anything at all says nothing."""
        if isinstance(self.without_offer, Hidden):
            return self.without_offer.reason in (Reason.SMALL, Reason.LINKED)
        return self.without_offer > 0


def coverage(
    organisation: Organisation, day: date | None = None, *, seen_by_hr: bool = True
) -> list[Coverage]:
    """Every competence on which somebody was compared with a target."""
    shelf = Shelf.of(organisation, day)
    sharing = people_who_share(organisation) if seen_by_hr else set()
    counts = _counts(organisation, shelf, sharing)
    return [_protected(shelf.competences[position], *counts[position]) for position in sorted(counts)]


def gaps_without_offer(organisation: Organisation, day: date | None = None) -> list[Coverage]:
    """Competences in which people are below their target and find no course: what to buy or to create."""
    return [line for line in coverage(organisation, day) if line.lacks_offer]


def _counts(organisation, shelf, sharing):
    """By position: how many are in each group, of those who share their levels and of the others."""
    counts = defaultdict(lambda: (dict.fromkeys(GROUPS, 0), dict.fromkeys(GROUPS, 0)))
    for comparison in comparisons(organisation):
        for position, level, target in comparison.pairs:
            shared, kept = counts[position]
            groups = shared if comparison.person.pk in sharing else kept
            if level >= target:
                groups[REACHED] += 1
            elif shelf.matches(Gap(position, level, target), comparison.person.languages):
                groups[WITH_OFFER] += 1
            else:
                groups[WITHOUT_OFFER] += 1
    return counts


def _protected(competence, shared, kept):
    line = protect_distribution(kept)
    groups = {group: together(shared[group], line.counts[group]) for group in GROUPS}
    return Coverage(competence, **groups, compared=together(sum(shared.values()), line.total))

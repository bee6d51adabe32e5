"""How many people are below their targets, and how many of those find no course: for people who may see no individual.

Without small numbers. Everybody who was compared on a competence stands in exactly one of three groups, so that the
groups are protected together. HR sets the targets and could try one level after another; so the page counts nobody
afresh, but what the organisation's release knows of whole cohorts, whose levels may be told apart by any target.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from assessments.disclosure import Figure, Hidden, protect_distribution, together
from assessments.models import Competence
from assessments.releases import levels_by_family
from assessments.suppression import Reason
from assessments.targets import current_profiles
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
    """Every competence on which enough people can be compared with a target, as the newest release counts them.

    Courses count when they are held in a working language of the organisation.
    """
    shelf = Shelf.of(organisation, day)
    targets = {profile.job_family: profile.levels for profile in current_profiles(organisation)}
    groups = _empty()
    for family, position, level, keeps, people in levels_by_family(organisation, seen_by_hr=seen_by_hr):
        target = targets.get(family, targets.get(""))
        if target and target[position - 1] is not None:
            shared, kept = groups[position]
            (kept if keeps else shared)[_group(shelf, position, level, target[position - 1], ())] += people
    return [_protected(shelf.competences[position], *groups[position]) for position in sorted(groups)]


def gaps_without_offer(organisation: Organisation, day: date | None = None) -> list[Coverage]:
    """Competences in which people are below their target and find no course in a language of theirs, counted today.

    For whoever runs the platform: what to buy or to create.
    """
    shelf, groups = Shelf.of(organisation, day), _empty()
    for comparison in comparisons(organisation):
        for position, level, target in comparison.pairs:
            _shared, kept = groups[position]
            kept[_group(shelf, position, level, target, comparison.person.languages)] += 1
    lines = [_protected(shelf.competences[position], *groups[position]) for position in sorted(groups)]
    return [line for line in lines if line.lacks_offer]


def _empty():
    """By position: how many are in each group, of those who share their levels and of the others."""
    return defaultdict(lambda: (dict.fromkeys(GROUPS, 0), dict.fromkeys(GROUPS, 0)))


def _group(shelf, position, level, target, languages):
    if level >= target:
        return REACHED
    return WITH_OFFER if shelf.matches(Gap(position, level, target), languages) else WITHOUT_OFFER


def _protected(competence, shared, kept):
    line = protect_distribution(kept)
    groups = {group: together(shared[group], line.counts[group]) for group in GROUPS}
    return Coverage(competence, **groups, compared=together(sum(shared.values()), line.total))

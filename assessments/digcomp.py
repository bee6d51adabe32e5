"""Pix results read in DigComp: each competence is measured, partly measured or not measured, by a stated rule.

Pix tests sixteen competences, DigComp has twenty-one, and their codes mean different things; so every reading goes
through one version of a crosswalk, which it names. The rule (version 1):

- measured: every Pix competence that stands for it was measured. Its level is the lowest of theirs, for a competence
  is had as far as its weakest part.
- partly measured: only some of those, or only competences that cover part of it. Then it has no level.
- not measured: anything else. What only touches a competence says nothing about it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models import Competence, Crosswalk, CrosswalkEntry, Framework, Result

RULE_VERSION = "1"
PRIMARY, SECONDARY = CrosswalkEntry.Strength.PRIMARY, CrosswalkEntry.Strength.SECONDARY
Levels = Sequence[int | None]


class Coverage(models.TextChoices):
    MEASURED = "measured", _("measured")
    PARTLY = "partly", _("partly measured")
    NOT_MEASURED = "not_measured", _("not measured")


@dataclass(frozen=True)
class Source:
    """A Pix competence that says something about a DigComp competence, with the person's level (0-8) in it."""

    competence: Competence
    strength: str
    level: int | None

    @property
    def stands_for_it(self) -> bool:
        return self.strength == PRIMARY


@dataclass(frozen=True)
class Reading:
    """One DigComp competence of one result. The level (0-8) is None unless it was measured."""

    competence: Competence
    coverage: Coverage
    level: int | None
    sources: list[Source]


class Map:
    """One version of a crosswalk, ready to read many results. Two queries, whatever their number."""

    def __init__(self, crosswalk: Crosswalk):
        self.crosswalk = crosswalk
        self.competences = list(crosswalk.target.competences.select_related("area").order_by("position"))
        self.sources = defaultdict(list)
        entries = crosswalk.entries.select_related("source").order_by("source__position")
        for entry in entries:
            if entry.strength in (PRIMARY, SECONDARY):
                self.sources[entry.target_id].append((entry.source, entry.strength))

    def read(self, levels: Levels) -> list[Reading]:
        """The DigComp competences in their order, from levels (0-8, None) in the order of the Pix framework."""
        return [self._read_one(competence, levels) for competence in self.competences]

    def _read_one(self, competence: Competence, levels: Levels) -> Reading:
        sources = [
            Source(source, strength, levels[source.position - 1])
            for source, strength in self.sources[competence.pk]
        ]
        coverage, level = judged(sources)
        return Reading(competence, coverage, level, sources)

    def levels(self, levels: Levels) -> list[int | None]:
        """Only the levels (0-8, None: not or partly measured)."""
        return [reading.level for reading in self.read(levels)]


def judged(sources: Sequence[Source]) -> tuple[Coverage, int | None]:
    """Coverage and level by the rule above."""
    primary = [source.level for source in sources if source.stands_for_it]
    if primary and None not in primary:
        return Coverage.MEASURED, min(level for level in primary if level is not None)
    if any(source.level is not None for source in sources):
        return Coverage.PARTLY, None
    return Coverage.NOT_MEASURED, None


def map_to(code: str, source: Framework | None = None) -> Map:
    """The newest published map from a framework (today's Pix) to the one with this code ("digcomp-3.0").

    Raises `Crosswalk.DoesNotExist`.
    """
    crosswalks = Crosswalk.objects.published().select_related("source", "target")
    source = source or Framework.objects.pix()
    return Map(crosswalks.filter(source=source, target__code=code).latest("published_at", "pk"))


def moved_by_the_map(levels: Levels, before: Map, after: Map) -> list[Competence]:
    """Competences whose reading changes although nobody was tested anew: only the map did."""
    earlier = {reading.competence.pk: (reading.coverage, reading.level) for reading in before.read(levels)}
    return [
        reading.competence
        for reading in after.read(levels)
        if earlier.get(reading.competence.pk) != (reading.coverage, reading.level)
    ]


def moved_people(results: Sequence[Result], before: Map, after: Map) -> dict[int, list[Competence]]:
    """By person: what moves in their reading through a new map alone. To be listed apart from any progress."""
    moved = {
        result.person_id: moved_by_the_map(result.levels, before, after)
        for result in results
        if result.person_id and result.levels
    }
    return {person: competences for person, competences in moved.items() if competences}

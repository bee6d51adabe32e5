"""How far people are below their targets.

What was not measured is not a gap, and where nobody set a target there is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assessments.results import latest_results
from assessments.targets import targets_for
from organisations.models import Organisation, Person


@dataclass(frozen=True)
class Gap:
    """Levels between what somebody can do and what they are meant to reach, in one Pix competence."""

    position: int
    level: int
    target: int

    @property
    def size(self) -> int:
        return self.target - self.level


@dataclass(frozen=True)
class Comparison:
    """Somebody's newest levels (None without a result) beside their targets."""

    person: Person
    levels: Sequence[int | None] | None
    targets: Sequence[int | None]

    @property
    def pairs(self) -> list[tuple[int, int, int]]:
        """Position, level and target wherever there are both."""
        pairs = zip(self.levels or [], self.targets, strict=False)
        return [
            (position, level, target)
            for position, (level, target) in enumerate(pairs, start=1)
            if level is not None and target is not None
        ]

    @property
    def gaps(self) -> list[Gap]:
        return [Gap(*pair) for pair in self.pairs if pair[1] < pair[2]]


def comparisons(organisation: Organisation) -> Iterator[Comparison]:
    """Everybody who is there, with a result or without. Three queries."""
    results, targets_of = latest_results(organisation), targets_for(organisation)
    people = organisation.people.present().order_by("pk").only("organisation", "job_family", "languages")
    for person in people.iterator(chunk_size=5000):
        result = results.get(person.pk)
        yield Comparison(person, result.levels if result else None, targets_of(person))

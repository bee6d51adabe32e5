"""What every export of Pix gives, whatever its kind: parallel lists in the order of the file."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from assessments.pix_layouts import Layout
from assessments.pix_tables import Table
from organisations.problems import Problem


@dataclass(kw_only=True)
class Export(ABC):
    """All participations of one file. `None` is what the file calls not available; it is never a zero."""

    table: Table
    layout: Layout
    generation: str
    organisation_name: str
    campaign_id: str
    campaign_code: str
    campaign_name: str
    last_names: list[str]
    first_names: list[str]
    external_ids: list[str]
    student_numbers: list[str]
    groups: list[str]
    divisions: list[str]
    imported: dict[str, list[str]]
    shared: list[bool]
    shared_at: list[datetime | None]
    day_only: bool
    warnings: list[Problem] = field(default_factory=list)

    kind = ""

    @property
    def language(self) -> str:
        return self.layout.language

    def __len__(self):
        return len(self.shared)

    @property
    def lines(self) -> list[int]:
        return self.table.lines

    @abstractmethod
    def summary(self) -> dict:
        """What the file says in all, under the names that Pix's figures have among us."""

    @abstractmethod
    def row(self, number: int) -> dict:
        """One participation as a dictionary."""

    def rows(self) -> list[dict]:
        return [self.row(number) for number in range(len(self))]

    def head(self) -> dict:
        """How the summary of a campaign's file begins."""
        return {
            "kind": self.kind,
            "language": self.language,
            "generation": self.generation,
            "columns": len(self.table.header),
            "participations": len(self),
            "shared": sum(self.shared),
            "not_shared": len(self) - sum(self.shared),
        }

    def distinct_names(self) -> int:
        return len(set(zip(self.last_names, self.first_names, strict=True)))

    def people(self) -> int:
        """How many different people take part, as far as names, numbers and imported columns tell them apart."""
        told = (self.last_names, self.first_names, self.external_ids, self.student_numbers)
        return len(set(zip(*told, *self.imported.values(), strict=True)))

    def who(self, number: int) -> dict:
        """How the dictionary of one participation begins."""
        external_id = {"ext": self.external_ids[number]} if self.layout.external_id is not None else {}
        return {
            "line": self.lines[number],
            "last": self.last_names[number],
            "first": self.first_names[number],
            **external_id,
        }

    def written_date(self, number: int) -> str | None:
        """The moment of sharing in UTC, no more exact than the file gives it."""
        return written(self.shared_at[number], self.day_only)


def written(moment: datetime | None, day_only: bool) -> str | None:
    if moment is None:
        return None
    return moment.strftime("%Y-%m-%d" if day_only else "%Y-%m-%dT%H:%M:%S.000Z")


def as_number(value: Decimal | None) -> int | float | None:
    """A fraction as JSON writes it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def total(values: Iterable[int | None]) -> int:
    return sum(value for value in values if value)

"""Small numbers: which counts and averages may be shown to people who may not see individuals.

A count of 1 to 4 people is hidden, and so is whatever would let a reader work it out: a neighbour in the row,
a column, a total, the same figure of an earlier quarter. What a reader may conclude from the marks is part of
the sum: "‹5" says 1 to 4, and "·" on a neighbour says 5 or more, since zeros stand as they are.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

from django.conf import settings
from django.utils.translation import gettext

from assessments.suppression import Circulation, Reason

MINIMUM = 5
RULE_VERSION = "1"


@dataclass(frozen=True)
class Hidden:
    """A figure that may not be shown: it has a mark to print and no number to leak."""

    reason: Reason = Reason.SMALL
    minimum: int = MINIMUM

    def __str__(self) -> str:
        return f"‹{self.minimum}" if self.reason == Reason.SMALL else "·"

    @property
    def explanation(self) -> str:
        """What a screen reader says in place of the mark."""
        if self.reason == Reason.SMALL:
            return gettext("fewer than %(minimum)s") % {"minimum": self.minimum}
        return gettext("not shown, to protect people in small groups")


Figure: TypeAlias = int | Hidden


@dataclass(frozen=True)
class Line:
    """One row of counts, protected together with its total (None where no total is printed)."""

    counts: dict[Hashable, Figure]
    total: Figure | None
    primary: int = 0
    secondary: int = 0


@dataclass(frozen=True)
class Table:
    """Counts by row and column with all their totals, protected together."""

    cells: dict[Hashable, dict[Hashable, Figure]]
    row_totals: dict[Hashable, Figure]
    column_totals: dict[Hashable, Figure]
    total: Figure
    primary: int = 0
    secondary: int = 0


@dataclass(frozen=True)
class Mean:
    value: float
    n: int


def minimum_count() -> int:
    """The smallest count that may be shown: five, or more where the settings say so, never less."""
    return max(MINIMUM, getattr(settings, "SMALL_CELL_MINIMUM", MINIMUM))


def protect_count(count: int) -> Figure:
    """A count that stands alone: no total, no part and no earlier value of it is shown anywhere."""
    minimum = minimum_count()
    return Hidden(Reason.SMALL, minimum) if 0 < count < minimum else count


def protect_counts(counts: Mapping[Hashable, int], *, total: bool = True) -> Line:
    """A row of counts; with `total`, what the total and the other cells would give away is hidden as well."""
    if not total:
        line = {key: protect_count(count) for key, count in counts.items()}
        return Line(
            line,
            None,
            primary=sum(isinstance(figure, Hidden) for figure in line.values()),
        )
    return _protect_line(counts)


def protect_distribution(counts: Mapping[Hashable, int]) -> Line:
    """How a group spreads over levels or answers: also hidden when everybody stands in one place.

    Whoever knows that a colleague belongs to the group would otherwise know the colleague's level.
    """
    return _protect_line(counts, is_alike=says_the_same_of_everybody(counts.values()))


def protect_mean(values: Iterable[float]) -> Mean | Hidden:
    """An average of at least five people who are not all alike."""
    values, minimum = list(values), minimum_count()
    if len(values) < minimum:
        return Hidden(Reason.SMALL, minimum)
    if min(values) == max(values):
        return Hidden(Reason.EVERYBODY, minimum)
    return Mean(fmean(values), len(values))


def protect_table(rows: Mapping[Hashable, Mapping[Hashable, int]]) -> Table:
    """A table with row totals, column totals and a grand total."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    numbers = table_of({key: {column: row.get(column, 0) for column in columns} for key, row in rows.items()})
    hide_parts_of_small_lines(numbers, rows, columns)
    numbers.protect()
    return Table(
        {key: {column: shown(numbers, ("cell", key, column)) for column in columns} for key in rows},
        {key: shown(numbers, ("row", key)) for key in rows},
        {column: shown(numbers, ("column", column)) for column in columns},
        shown(numbers, "total"),
        *hidden_counts(numbers),
    )


def table_of(rows: Mapping[Hashable, Mapping[Hashable, int]]) -> Circulation:
    """The numbers of a table, named ("cell", row, column), ("row", row), ("column", column) and "total"."""
    numbers = Circulation(minimum_count())
    column_totals: dict[Hashable, int] = {}
    for row in rows.values():
        for column, value in row.items():
            column_totals[column] = column_totals.get(column, 0) + value
    everybody = sum(column_totals.values())
    for key, row in rows.items():
        total = sum(row.values())
        numbers.add(("row", key), "start", ("at row", key), total, price=total + everybody)
        for column, value in row.items():
            numbers.add(("cell", key, column), ("at row", key), ("at column", column), value)
    for column, value in column_totals.items():
        numbers.add(
            ("column", column),
            ("at column", column),
            "end",
            value,
            price=value + everybody,
        )
    numbers.add("total", "end", "start", everybody, price=3 * everybody)
    return numbers


def hide_parts_of_small_lines(
    numbers: Circulation, rows: Collection[Hashable], columns: Collection[Hashable]
) -> None:
    """Zeros beside "‹5" would say where the few people of a small line are, so its cells all look the same.

    A zero that can be seen from its other line, where nobody is, stays.
    """
    for kind, row, column in [name for name in numbers.arcs if name[0] == "cell"]:
        lines = [("row", row)] * (row in rows) + [("column", column)] * (column in columns)
        totals = [numbers.arcs["row", row], numbers.arcs["column", column]]
        is_empty = any(total.value == 0 and total.is_printed for total in totals)
        if not is_empty and any(numbers.is_small(line) for line in lines):
            numbers.hide((kind, row, column), Reason.BASE)


def says_the_same_of_everybody(counts: Iterable[int]) -> bool:
    return sum(count > 0 for count in counts) == 1


def shown(numbers: Circulation, name: Hashable) -> Figure:
    arc = numbers.arcs[name]
    return Hidden(arc.reason, numbers.minimum) if arc.reason else arc.value


def hidden_counts(numbers: Circulation) -> tuple[int, int]:
    """How many printed numbers are hidden for their own sake, and how many for the sake of those."""
    reasons = [
        arc.reason for arc in numbers.arcs.values() if arc.is_printed and not arc.is_known and arc.reason
    ]
    return len(reasons) - reasons.count(Reason.LINKED), reasons.count(Reason.LINKED)


def _protect_line(counts: Mapping[Hashable, int], *, is_alike: bool = False) -> Line:
    numbers = table_of({"all": counts})
    numbers.drop([("column", key) for key in counts] + ["total"])
    hide_parts_of_small_lines(numbers, ["all"], [])
    if is_alike and not numbers.arcs["row", "all"].reason:
        for key in counts:
            numbers.hide(("cell", "all", key), Reason.EVERYBODY)
    numbers.protect()
    line = {key: shown(numbers, ("cell", "all", key)) for key in counts}
    return Line(line, shown(numbers, ("row", "all")), *hidden_counts(numbers))

"""Small numbers: which counts and averages may be shown to people who may not see individuals.

A count of 1 to 4 people is hidden, and so is whatever would let a reader work it out: a neighbour in the row,
a column, a total, the same figure of an earlier quarter. What a reader may conclude from the marks is part of
the sum: "‹5" says 1 to 4, and "·" on a neighbour says 5 or more, since zeros stand as they are.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from math import inf
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
class OverTime:
    """The same counts of a period and since the start; the totals are None where none are printed."""

    during: dict[Hashable, Figure]
    since: dict[Hashable, Figure]
    during_total: Figure | None = None
    since_total: Figure | None = None
    primary: int = 0
    secondary: int = 0


@dataclass(frozen=True)
class Mean:
    value: float
    n: int


def minimum_count() -> int:
    """The smallest count that may be shown: five, or more where the settings say so, never less."""
    return max(MINIMUM, settings.SMALLEST_PUBLISHED_COUNT)


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


def together(shared: int, kept: Figure) -> Figure:
    """A hidden part hides the whole. Beside known levels "‹5" would be wrong, so the mark then says nothing."""
    if not isinstance(kept, Hidden):
        return shared + kept
    return Hidden(Reason.NOTHING, minimum_count()) if shared else kept


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


def protect_over_time(
    before: Mapping[Hashable, int],
    during: Mapping[Hashable, int],
    *,
    total: bool = True,
    spread: bool = False,
    known_totals: Collection[str] = (),
    few_owners: Collection[Hashable] = (),
) -> OverTime:
    """Counts of a period beside those since the start, which have been published before without the period.

    So whoever kept the last report can subtract: a small newcomer hides the sum as well. With `spread` the keys
    say something about people (levels, answers): see `protect_distribution`. Totals ("during", "since") that are
    shown elsewhere in any case are `known_totals`. Rows of `few_owners` come from so few organisations that they
    would tell what an organisation keeps to itself.
    """
    before = {key: before.get(key, 0) for key in during}
    numbers = table_of({key: {"before": before[key], "during": during[key]} for key in during})
    if total:
        hide_parts_of_small_lines(numbers, [], ["during"])
        _hide_parts_of_a_small_sum(numbers)
    else:
        numbers.drop([("column", "before"), ("column", "during"), "total"])
    _hide_sums_with_a_small_newcomer(numbers, during, with_total=total and "since" not in known_totals)
    for key in few_owners:
        _withhold_row(numbers, key)
    if spread:
        _hide_what_holds_for_everybody(numbers, during)
    if any(before.values()):
        earlier = protect_over_time(
            {},
            before,
            total=total,
            spread=spread,
            known_totals=known_totals,
            few_owners=few_owners,
        )
        _hide_as_it_was_hidden(numbers, earlier)
    numbers.know([("cell", key, "before") for key in during] + [("column", "before")])
    totals = {"during": ("column", "during"), "since": "total"}
    numbers.know(totals[period] for period in known_totals)
    numbers.protect()
    return OverTime(
        {key: shown(numbers, ("cell", key, "during")) for key in during},
        {key: shown(numbers, ("row", key)) for key in during},
        shown(numbers, ("column", "during")) if total else None,
        shown(numbers, "total") if total else None,
        *hidden_counts(numbers),
    )


def protect_funnel(
    before: Mapping[Hashable, int], since: Mapping[Hashable, int], *, keep: Collection[Hashable] = ()
) -> OverTime:
    """Steps that each contain the next one, as they were before a period and after it.

    Two steps that differ by 1 to 4 people would tell how many of those stopped there. The difference is printed
    nowhere, but it must not be worked out either. The steps to `keep` are the last to be hidden.
    """
    keys = list(since)
    numbers = _funnel(before, since)
    if any(before.values()):
        earlier = _funnel(dict.fromkeys(keys, 0), before)
        _make_dear(earlier, keep)
        earlier.protect()
        for key in keys:
            if reason := earlier.arcs["since", key].reason:
                numbers.hide(("before", key), reason)
    numbers.know([("before", key) for key in keys])
    _make_dear(numbers, keep)
    numbers.protect()
    return OverTime(
        {key: shown(numbers, ("during", key)) for key in keys},
        {key: shown(numbers, ("since", key)) for key in keys},
        None,
        None,
        *hidden_counts(numbers),
    )


def mean_is_safe(mean: Mean, counts: Mapping[tuple[int, int], Figure], decimals: int = 1) -> bool:
    """Whether a printed mean leaves every hidden count of the spread beside it all its possible values.

    The keys are the lowest and the highest value of each band. A mean times its people is one more sum.
    """
    hidden = {band: figure for band, figure in counts.items() if isinstance(figure, Hidden)}
    shown_counts = {band: figure for band, figure in counts.items() if band not in hidden}
    small = [band for band, figure in hidden.items() if figure.reason == Reason.SMALL]
    linked = sorted(band for band, figure in hidden.items() if figure.reason == Reason.LINKED)
    if len(small) + len(linked) < len(hidden):
        return False
    half = 0.5 / 10**decimals
    least, most = mean.n * (round(mean.value, decimals) - half), mean.n * (round(mean.value, decimals) + half)
    minimum, rest = minimum_count(), mean.n - sum(shown_counts.values())
    possible = {band: set() for band in small}
    for values in product(range(1, minimum), repeat=len(small)):
        guess = {**shown_counts, **dict(zip(small, values, strict=True)), **dict.fromkeys(linked, minimum)}
        spare = rest - sum(values) - minimum * len(linked)
        if spare < 0 or (spare and not linked):
            continue
        low = sum(count * band[0] for band, count in guess.items()) + (spare * linked[0][0] if linked else 0)
        high = sum(count * band[1] for band, count in guess.items()) + (
            spare * linked[-1][1] if linked else 0
        )
        if low <= most and high >= least:
            for band, value in zip(small, values, strict=True):
                possible[band].add(value)
    return all(len(values) == minimum - 1 for values in possible.values())


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


def _hide_sums_with_a_small_newcomer(
    numbers: Circulation, keys: Iterable[Hashable], with_total: bool
) -> None:
    """Whoever kept the last report could subtract, whatever else it hid."""
    sums = {("cell", key, "during"): ("row", key) for key in keys}
    if with_total:
        sums["column", "during"] = "total"
    for during, since in sums.items():
        if numbers.is_small(during) and not numbers.arcs[since].reason:
            numbers.hide(since, Reason.LINKED)


def _hide_as_it_was_hidden(numbers: Circulation, earlier: OverTime) -> None:
    figures = {("cell", key, "before"): figure for key, figure in earlier.since.items()}
    for name, figure in {**figures, ("column", "before"): earlier.since_total}.items():
        if isinstance(figure, Hidden):
            numbers.hide(name, figure.reason)


def _hide_parts_of_a_small_sum(numbers: Circulation) -> None:
    if numbers.is_small("total"):
        for name, arc in numbers.arcs.items():
            if name[0] == "row" and arc.value:
                numbers.hide(name, Reason.BASE)


def _withhold_row(numbers: Circulation, key: Hashable) -> None:
    for name in (("cell", key, "during"), ("row", key)):
        if numbers.arcs[name].value:
            numbers.hide(name, Reason.OWNERS)


def _hide_what_holds_for_everybody(numbers: Circulation, keys: Iterable[Hashable]) -> None:
    """Everybody in one place: all the places are hidden, those where nobody is included."""
    keys = list(keys)
    rows = [("row", key) for key in keys]
    if says_the_same_of_everybody(numbers.arcs[name].value for name in rows):
        names = rows + [("cell", key, "during") for key in keys]
    else:
        names = [("cell", key, "during") for key in keys if numbers.arcs["row", key].value]
        if not says_the_same_of_everybody(numbers.arcs[name].value for name in names):
            return
    for name in names:
        if not numbers.arcs[name].reason:
            numbers.hide(name, Reason.EVERYBODY)


def _funnel(before: Mapping[Hashable, int], since: Mapping[Hashable, int]) -> Circulation:
    """Each step is the next one and those who stopped; each number since the start is before and during."""
    numbers = Circulation(minimum_count())
    keys = list(since)
    after = dict(pairwise(keys))
    for key in keys:
        was, now = before.get(key, 0), since[key]
        stopped_before = was - before.get(after.get(key), 0)
        stopped = now - since.get(after.get(key), 0)
        upper = next((step for step, following in after.items() if following == key), None)
        numbers.add(("before", key), _node("before", upper), _node("before", key), was)
        numbers.add(("during", key), _node("during", upper), _node("during", key), now - was)
        numbers.add(("since", key), _node("since", key), _node("since", upper), now)
        numbers.add_unprinted(("stopped before", key), ("before", key), ("who stopped", key), stopped_before)
        numbers.add_unprinted(
            ("change", key), ("during", key), ("who stopped", key), stopped - stopped_before
        )
        numbers.add_unprinted(("stopped", key), ("who stopped", key), ("since", key), stopped)
        numbers.arcs["change", key].low, numbers.arcs["change", key].is_delicate = -inf, False
    return numbers


def _make_dear(numbers: Circulation, keys: Iterable[Hashable]) -> None:
    for key in keys:
        numbers.arcs["since", key].price = 1 + 2 * sum(arc.value for arc in numbers.arcs.values())


def _node(period: str, key: Hashable) -> Hashable:
    return "everybody" if key is None else (period, key)


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

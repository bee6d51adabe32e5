"""Which numbers of a table must be hidden together, so that none of them can be worked out.

A table with totals is a circulation: people flow from the grand total through the row totals and the cells
into the column totals and back. Printed numbers are fixed; a hidden one may be anything that its mark says.
How far it can move is exactly how much room the others leave it, which an augmenting path finds in whole
numbers. So the cheapest way round a hidden number names what has to be hidden with it, and the same search
proves the result.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf

DOMINANCE = 0.15  # an organisation's share may not be learned more closely than this


class Reason(StrEnum):
    SMALL = "small"  # 1 to 4 people
    BASE = "base"  # a part of a line that counts 1 to 4 people in all
    EVERYBODY = "everybody"  # says the same of everybody in the group
    OWNERS = "owners"  # comes from too few organisations
    NOTHING = "nothing"  # the marks around it would have said too much
    LINKED = "linked"  # 5 people or more, hidden because another figure could be worked out from it


@dataclass(eq=False)
class Arc:
    """One number of the table: people who flow from `tail` to `head`."""

    tail: Hashable
    head: Hashable
    value: int
    price: int
    reason: Reason | None = None  # None: shown
    is_known: bool = False  # published before: it cannot be hidden any more
    is_printed: bool = True  # False: never printed anywhere, so it may have any value
    is_delicate: bool = False  # not printed, and small: it must not be learned from those that are
    low: int = 0
    high: float = inf

    @property
    def is_free(self) -> bool:
        return self.reason is not None or not self.is_printed

    @property
    def can_be_hidden(self) -> bool:
        return not self.is_known and self.value > 0


class Circulation:
    """The numbers of one publication and what holds between them."""

    def __init__(self, minimum: int):
        self.minimum = minimum
        self.arcs: dict[Hashable, Arc] = {}

    def add(self, name: Hashable, tail: Hashable, head: Hashable, value: int, *, price: int = 0) -> None:
        """A number that is to be printed, unless it is small. The price is paid for hiding it as well."""
        if value < 0:
            raise ValueError("a count cannot be negative")
        self.arcs[name] = Arc(tail, head, value, price or value)
        if self.is_small(name):
            self.hide(name, Reason.SMALL)

    def add_unprinted(self, name: Hashable, tail: Hashable, head: Hashable, value: int) -> None:
        """A difference that is printed nowhere, and that nobody may learn when it is small."""
        arc = self.arcs[name] = Arc(tail, head, value, 0, is_printed=False)
        arc.is_delicate = 0 < value < self.minimum
        arc.low = 0 if value >= 0 else -inf

    def is_small(self, name: Hashable) -> bool:
        return 0 < self.arcs[name].value < self.minimum

    def hide(self, name: Hashable, reason: Reason) -> None:
        self._hide(self.arcs[name], reason)

    def drop(self, names: Iterable[Hashable]) -> None:
        """These numbers are not printed at all."""
        for name in names:
            arc = self.arcs[name]
            arc.reason, arc.is_printed, arc.low, arc.high = None, False, 0, inf

    def know(self, names: Iterable[Hashable]) -> None:
        """These numbers were published earlier, unless they were small."""
        for name in names:
            self.arcs[name].is_known = True

    def protect(self) -> None:
        """Hide more until every hidden number can still be what its mark says.

        Hiding another number only adds room, so what has been protected once stays protected.
        """
        work = [arc for arc in self.arcs.values() if arc.reason or arc.is_delicate]
        for arc in work:  # grows while we walk: whatever is hidden on the way has to be protected as well
            if not self._free(arc, work):
                self._hide_everything()
                return

    def _hide(self, arc: Arc, reason: Reason) -> None:
        arc.reason = reason
        arc.low = {Reason.SMALL: 1, Reason.LINKED: self.minimum}.get(reason, 0)
        arc.high = self.minimum - 1 if reason in (Reason.SMALL, Reason.BASE) else inf

    def _free(self, arc: Arc, work: list[Arc]) -> int:
        """Let the number move as far as its reason asks for, if it can be done. Returns how far it can."""
        if arc.reason in (Reason.LINKED, Reason.EVERYBODY):
            return self._free_a_little(arc, work)
        up, down = self.minimum - 1 - arc.value, arc.value - arc.low
        if arc.reason == Reason.OWNERS:
            up = max(self.minimum - 1, ceil(DOMINANCE * arc.value))
            down = min(up, arc.value)
        return self._make_room(arc, +1, up, work) + self._make_room(arc, -1, down, work)

    def _free_a_little(self, arc: Arc, work: list[Arc]) -> int:
        """By one in either direction, at no price where that is possible."""
        directions = [-1, +1] if arc.value > arc.low else [+1]
        for may_hide in (None, work):
            for direction in directions:
                if room := self._make_room(arc, direction, 1, may_hide):
                    return room
        return 0

    def _make_room(self, moved: Arc, direction: int, wanted: float, work: list[Arc] | None = None) -> int:
        """How far the number can move, at most as far as wanted; with `work`, hide what stands in its way."""
        values = {arc: arc.value for arc in self.arcs.values()}
        start, goal = (moved.head, moved.tail) if direction > 0 else (moved.tail, moved.head)
        room = 0
        while room < wanted:
            way = self._cheapest_way(start, goal, values, moved, may_hide=work is not None)
            if way is None:
                break
            step = min(wanted - room, *(self._slack(arc, sign, values) for arc, sign in way))
            for arc, sign in way:
                if not arc.is_free:
                    self._hide(arc, Reason.LINKED)
                    work.append(arc)
                values[arc] += sign * step
            room += step
        return room

    def _cheapest_way(self, start, goal, values, moved, *, may_hide):
        """Dijkstra's shortest path over the numbers that can give way; hidden ones cost nothing more."""
        ways = self._ways(values, moved, may_hide)
        tie = count()
        queue, seen = [(0, next(tie), start, ())], set()
        while queue:
            price, _, node, way = heappop(queue)
            if node == goal:
                return way
            if node in seen:
                continue
            seen.add(node)
            for arc, sign, neighbour in ways.get(node, ()):
                cost = 0 if arc.is_free else arc.price
                heappush(queue, (price + cost, next(tie), neighbour, (*way, (arc, sign))))
        return None

    def _ways(self, values, moved, may_hide):
        ways = {}
        for arc in values:
            if arc is moved or not (arc.is_free or (may_hide and arc.can_be_hidden)):
                continue
            if self._slack(arc, +1, values) > 0:
                ways.setdefault(arc.tail, []).append((arc, +1, arc.head))
            if self._slack(arc, -1, values) > 0:
                ways.setdefault(arc.head, []).append((arc, -1, arc.tail))
        return ways

    def _slack(self, arc: Arc, sign: int, values: dict[Arc, int]) -> float:
        low = arc.low if arc.is_free else self.minimum  # what its mark would say once it is hidden
        return arc.high - values[arc] if sign > 0 else values[arc] - low

    def _hide_everything(self) -> None:
        """The last resort: the marks themselves would give a number away, so all of them say nothing."""
        for arc in self.arcs.values():
            if arc.is_printed and not arc.is_known:
                self._hide(arc, Reason.NOTHING)

"""Who is counted together with whom, so that no two figures ever tell one person's level.

A rule for each single figure is not enough: whoever sees one figure with somebody in it and another one without can
subtract, and HR decides who works in which department, and when somebody leaves. So people are counted in cohorts.
A cohort has at least five people who keep their levels to themselves, or none; it is counted as a whole or not at
all, in every figure, by every filter, on every day. All that is ever shown is made of sums over cohorts.

What changes is taken up when enough of a cohort's people changed together: those who are taken out and those who
remain are at least five each. Until then the cohort counts as it was counted. A result that was counted and taken out
is spent: it is never counted again in other company.

A column (a competence, an area, a change) is withheld for a cohort of which it would say the same of everybody, or of
everybody but one; and after a split for all parts, when it would do so for one of them.

So even somebody who could see every cohort on every day could exchange the members of any part without changing
anything they see, and at least two members of it stand elsewhere than the others: no person's level is certain.
Plain functions over plain data: the database is elsewhere, and a test attacks this on its own.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Key(NamedTuple):
    """What a cohort's people have in common. None: they come from several."""

    department: str | None
    family: str | None  # the job family whose targets count, '' for those of everyone
    has_baseline: bool | None

    @property
    def wider(self) -> "Key":
        """Where people are counted who are too few for this."""
        return Key(None, self.family, self.has_baseline) if self.department is not None else ANYWHERE


ANYWHERE = Key(None, None, None)


@dataclass(frozen=True)
class Item:
    """One result of one person, with its place in every column. `today` is None once it should not count any more."""

    result: int
    person: int
    today: Key | None
    keeps: bool
    places: tuple[int | None, ...]


@dataclass(frozen=True)
class Cohort:
    """People who are counted together. `number` is None until it is saved."""

    key: Key
    items: tuple[Item, ...]
    withheld: frozenset[int] = frozenset()
    number: int | None = None


@dataclass
class Counting:
    """Who is counted from now on, and which results never again."""

    cohorts: list[Cohort] = field(default_factory=list)
    spent: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Rule:
    """The smallest cohort, and the columns that may be shown only together with others (an area needs its parts).

    `blank` is the place of what was not measured; it may be known of whom that is the case, so it makes no company.
    """

    minimum: int
    needs: Mapping[int, Collection[int]] = field(default_factory=dict)
    blank: int | None = None

    def allows(self, items: Sequence[Item]) -> bool:
        """Whether these people may be counted apart from everybody else."""
        keeping = sum(item.keeps for item in items)
        return len(items) >= self.minimum and (keeping == 0 or keeping >= self.minimum)

    def withholds(self, items: Sequence[Item]) -> frozenset[int]:
        """The columns that say the same of all these people, or of all but one."""
        groups = [items, [item for item in items if item.keeps]]
        columns = range(len(items[0].places)) if items else ()
        return frozenset(
            column for column in columns if any(group and self._are_alike(group, column) for group in groups)
        )

    def _are_alike(self, items: Iterable[Item], column: int) -> bool:
        places = Counter(item.places[column] for item in items)
        del places[self.blank], places[None]
        known = sum(places.values())
        return known < self.minimum or max(places.values()) >= known - 1

    def complete(self, withheld: Iterable[int]) -> frozenset[int]:
        withheld = frozenset(withheld)
        return withheld.union(column for column, parts in self.needs.items() if withheld.intersection(parts))


def count(cohorts: Iterable[Cohort], people: Iterable[Item], rule: Rule) -> Counting:
    """Bring the cohorts up to date as far as the rule allows.

    Args: the cohorts as they were counted last; what should be counted today, spent results left out.
    """
    counting = Counting()
    for cohort in cohorts:
        _renew(cohort, rule, counting)
    counted = {item.person for cohort in counting.cohorts for item in cohort.items}
    spent = {item.result for item in counting.spent}
    free = [item for item in people if item.person not in counted and item.result not in spent]
    counting.cohorts += _form(free, rule)
    return counting


def _renew(cohort: Cohort, rule: Rule, counting: Counting) -> None:
    """Take out of a cohort whoever can be, and let whoever can move to another place."""
    body = list(cohort.items)
    outdated = [item for item in body if item.today is None]
    others = [item for item in body if item.today is not None]
    parts = []
    if outdated and rule.allows(outdated) and rule.allows(others):
        parts, body = [outdated], others
        counting.spent += outdated
    elif outdated and (not others or (rule.allows(outdated) and len(outdated) >= len(others))):
        counting.spent += body  # nobody of the cohort is counted again, so nothing can be subtracted
        return
    where = _by_key(body, cohort.key)
    home, *elsewhere = sorted(where, key=lambda key: (-len(where[key]), key != cohort.key, _order(key)))
    moved = []
    for key in elsewhere:
        rest = [item for item in body if (item.today or cohort.key) != key]
        if rule.allows(where[key]) and rule.allows(rest):
            moved.append((key, where[key]))
            body = rest
    parts += [body, *(items for _key, items in moved)]
    withheld = cohort.withheld
    if len(parts) > 1:
        withheld = rule.complete(withheld.union(*map(rule.withholds, parts)))
    counting.cohorts.append(Cohort(home, tuple(body), withheld, cohort.number))
    counting.cohorts += [Cohort(key, tuple(items), withheld) for key, items in moved]


def _form(free: Iterable[Item], rule: Rule) -> list[Cohort]:
    """New cohorts of people whose results have not been counted yet. Those who are too few wait for others."""
    formed = []
    waiting = list(free)
    while waiting:
        too_few = []
        for key, items in sorted(_by_key(waiting, ANYWHERE).items(), key=lambda each: _order(each[0])):
            if not rule.allows(items):
                too_few += [item for item in items if item.keeps]
                items = [item for item in items if not item.keeps]
            if rule.allows(items):
                formed.append(Cohort(key, tuple(items), rule.complete(rule.withholds(items))))
            else:
                too_few += items
        waiting = [
            replace(item, today=item.today.wider) for item in too_few if item.today not in (ANYWHERE, None)
        ]
    return formed


def _by_key(items: Iterable[Item], otherwise: Key) -> dict[Key, list[Item]]:
    groups = defaultdict(list)
    for item in items:
        groups[item.today or otherwise].append(item)
    return dict(groups)


def _order(key: Key) -> tuple[str, ...]:
    return tuple(str(part) for part in key)

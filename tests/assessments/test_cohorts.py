"""Who is counted with whom; and an attacker who knows everything but the levels."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import product

import pytest

from assessments.cohorts import Cohort, Item, Key, Rule, count

HOME, AWAY = Key("Home", "", False), Key("Away", "", False)
RULE = Rule(5)


def people(number, *, key=HOME, first=1, keeps=True, place=None):
    """So many people, alternately in one of two places unless told."""
    return [
        Item(result, result, key, keeps, (result % 2 if place is None else place,))
        for result in range(first, first + number)
    ]


def sizes(counting):
    return [(cohort.key.department, len(cohort.items)) for cohort in counting.cohorts]


def as_of_today(cohorts, changes):
    """The cohorts with what has become of some results: a new key, or None for out of date."""
    return [
        replace(
            cohort,
            items=tuple(replace(item, today=changes.get(item.result, item.today)) for item in cohort.items),
        )
        for cohort in cohorts
    ]


def test_a_department_of_five_is_counted():
    assert sizes(count([], people(5), RULE)) == [("Home", 5)]


def test_small_departments_are_counted_together():
    anybody = [*people(6), *people(3, key=AWAY, first=11), *people(2, key=Key("Far", "", False), first=21)]

    assert sizes(count([], anybody, RULE)) == [("Home", 6), (None, 5)]


def test_people_who_are_too_few_even_together_wait():
    assert sizes(count([], [*people(6), *people(4, key=AWAY, first=11)], RULE)) == [("Home", 6)]


def test_a_few_who_keep_their_levels_are_not_counted_among_many_who_share():
    anybody = [*people(4), *people(6, first=11, keeps=False)]

    assert sizes(count([], anybody, RULE)) == [("Home", 6)]


@pytest.mark.parametrize("leavers", [1, 4])
def test_a_few_leavers_stay_counted(leavers):
    before = count([], people(12), RULE).cohorts

    after = count(as_of_today(before, dict.fromkeys(range(1, leavers + 1))), [], RULE)

    assert (sizes(after), after.spent) == ([("Home", 12)], [])


def test_five_leavers_are_taken_out_together_and_never_counted_again():
    before = count([], people(12), RULE).cohorts

    after = count(as_of_today(before, dict.fromkeys(range(1, 6))), [], RULE)

    assert sizes(after) == [("Home", 7)]
    assert [item.result for item in after.spent] == [1, 2, 3, 4, 5]


def test_leavers_do_not_leave_fewer_than_five_behind():
    """Nine of twelve have a new result: the three others are taken out with them and wait for theirs."""
    before = count([], people(12), RULE).cohorts
    again = [replace(item, person=item.result - 100) for item in people(9, first=101)]

    after = count(as_of_today(before, dict.fromkeys(range(1, 10))), again, RULE)

    assert sizes(after) == [("Home", 9)]
    assert len(after.spent) == 12


def test_whoever_is_still_counted_with_an_old_result_is_not_counted_with_the_new_one():
    before = count([], people(12), RULE).cohorts
    again = [replace(item, person=item.result - 100) for item in people(4, first=101)]

    after = count(as_of_today(before, dict.fromkeys(range(1, 5))), [*again, *people(5, first=201)], RULE)

    assert sizes(after) == [("Home", 12), ("Home", 5)]


def test_four_who_change_department_stay_where_they_were_and_five_move():
    before = count([], people(12), RULE).cohorts

    assert sizes(count(as_of_today(before, dict.fromkeys(range(1, 5), AWAY)), [], RULE)) == [("Home", 12)]
    assert sizes(count(as_of_today(before, dict.fromkeys(range(1, 6), AWAY)), [], RULE)) == [
        ("Home", 7),
        ("Away", 5),
    ]


def test_a_cohort_that_moves_nearly_as_a_whole_is_counted_where_most_of_it_is():
    before = count([], people(12), RULE).cohorts

    assert sizes(count(as_of_today(before, dict.fromkeys(range(1, 10), AWAY)), [], RULE)) == [("Away", 12)]


def test_what_would_say_the_same_of_everybody_or_of_all_but_one_is_withheld():
    odd = [*people(6, place=3), *people(1, first=11, place=4)]
    mixed = [*people(6, place=3), *people(2, first=11, place=4)]

    assert count([], people(6, place=3), RULE).cohorts[0].withheld == {0}
    assert count([], odd, RULE).cohorts[0].withheld == {0}
    assert count([], mixed, RULE).cohorts[0].withheld == frozenset()


def test_those_who_share_do_not_make_the_others_look_different():
    anybody = [*people(6, place=3), *people(6, first=11, place=4, keeps=False)]

    assert count([], anybody, RULE).cohorts[0].withheld == {0}


def test_after_a_split_neither_part_shows_what_the_other_must_not():
    """All who move are alike: what remains would tell them by subtraction."""
    anybody = [*people(5, place=3), *people(7, first=11)]
    before = count([], anybody, RULE).cohorts

    after = count(as_of_today(before, dict.fromkeys(range(1, 6), AWAY)), [], RULE)

    assert [(len(cohort.items), cohort.withheld) for cohort in after.cohorts] == [(7, {0}), (5, {0})]


def test_an_area_is_withheld_with_any_of_its_competences():
    anybody = [Item(each, each, HOME, True, (0, each % 2, each % 2)) for each in range(8)]

    assert count([], anybody, Rule(5, {2: (0, 1)})).cohorts[0].withheld == {0, 2}


# --- An attacker ------------------------------------------------------------------------------------------------------

PLACES, FEW = (0, 1, 2), 3


@dataclass
class Organisation:
    """What HR sees and changes: who works where and who has a new result. The levels are unknown."""

    departments: dict = field(default_factory=dict)
    sharing: set = field(default_factory=set)  # people whose levels HR knows
    results: dict = field(default_factory=dict)  # by person
    made: int = 0

    def enrol(self, person, department):
        self.departments[person] = department
        self.measure(person)

    def measure(self, person):
        self.made += 1
        self.results[person] = self.made

    def edit(self, chance):
        person = chance.choice(sorted(self.departments))
        act = chance.randrange(4)
        if act == 0:
            self.departments[person] = chance.choice(["Home", "Away", None])
        elif act == 1 and self.made < 10:
            self.measure(person)
        else:
            self.departments[person] = "Away" if self.departments[person] == "Home" else "Home"

    def today(self):
        """Result: who has it, where they work, and whether they keep their levels to themselves."""
        return {
            result: (person, self.departments[person], person not in self.sharing)
            for person, result in self.results.items()
            if self.departments[person]
        }


def histories(seed, steps=7):
    """What is the case on each day of a short story of single edits."""
    chance, organisation = random.Random(seed), Organisation()
    for person in range(chance.choice([6, 7, 8])):
        organisation.enrol(person, chance.choice(["Home", "Home", "Away"]))
        if chance.random() < 0.2:
            organisation.sharing.add(person)
    days = [organisation.today()]
    for _step in range(steps):
        for _edit in range(chance.choice([1, 1, 2, 3, 4])):
            organisation.edit(chance)
        days.append(organisation.today())
    return days, organisation.made


def seen_of_cohorts(days, places):
    """All that could ever be seen: on every day every cohort's members and, unless withheld, its spread."""
    seen, cohorts, spent = [], [], set()
    for today in days:
        where = {
            result: Key(department, "", False) for result, (_person, department, _keeps) in today.items()
        }
        cohorts = [
            replace(cohort, items=tuple(replace(item, today=where.get(item.result)) for item in cohort.items))
            for cohort in cohorts
        ]
        free = [
            Item(result, person, where[result], keeps, (places[result - 1],))
            for result, (person, _department, keeps) in today.items()
            if result not in spent
        ]
        counting = count(cohorts, free, Rule(FEW))
        cohorts = counting.cohorts
        spent |= {item.result for item in counting.spent}
        seen.append(tuple(view_of(cohort) for cohort in cohorts))
    return tuple(seen)


def view_of(cohort: Cohort):
    members = tuple(sorted(item.result for item in cohort.items))
    spread = Counter(item.places[0] for item in cohort.items)
    return members, "withheld" if cohort.withheld else tuple(sorted(spread.items()))


def seen_of_live_counts(days, places):
    """What a page shows that counts afresh every day and only hides small numbers in each figure."""
    seen = []
    for today in days:
        groups = {}
        for result, (_person, department, _keeps) in today.items():
            groups.setdefault(department, []).append(result)
        day = []
        for results in [*groups.values(), list(today)]:
            spread = Counter(places[result - 1] for result in results)
            too_few = len(results) < FEW or len(spread) == 1
            day.append((tuple(sorted(results)), "hidden" if too_few else tuple(sorted(spread.items()))))
        seen.append(tuple(day))
    return tuple(seen)


def determined(days, made, see):
    """Kept results whose place is the same in every world that looks like this one, whichever this one may be."""
    known = {result for today in days for result, (_person, _department, keeps) in today.items() if not keeps}
    worlds = {}
    for places in product(PLACES[: 3 if made <= 7 else 2], repeat=made):
        told = tuple(places[result - 1] for result in sorted(known))
        worlds.setdefault((told, see(days, places)), []).append(places)
    return {
        (result, alike[0][result - 1])
        for alike in worlds.values()
        for result in range(1, made + 1)
        if result not in known and len({places[result - 1] for places in alike}) == 1
    }


@pytest.mark.parametrize("seed", range(12))
def test_no_sequence_of_edits_tells_anybodys_level(seed):
    """Every possible set of levels is tried, and the rule itself is known to the attacker."""
    days, made = histories(seed)

    assert determined(days, made, seen_of_cohorts) == set()


def test_the_same_attacker_finds_people_when_every_day_is_counted_afresh():
    found = [seed for seed in range(12) if determined(*histories(seed), seen_of_live_counts)]

    assert len(found) >= 10

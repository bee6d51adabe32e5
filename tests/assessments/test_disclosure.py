"""What is hidden, what stays, and an attacker who tries every table that the published one could be."""

from itertools import islice, pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assessments.disclosure import (
    Hidden,
    Mean,
    mean_is_safe,
    minimum_count,
    protect_count,
    protect_counts,
    protect_distribution,
    protect_funnel,
    protect_mean,
    protect_over_time,
    protect_table,
)
from assessments.suppression import Reason

SMALL, LINKED, BASE = Hidden(), Hidden(Reason.LINKED), Hidden(Reason.BASE)
EVERYBODY = Hidden(Reason.EVERYBODY)
HIGHEST = 120  # the attacker's patience, well above any number in these tables


def test_a_hidden_figure_has_a_mark_and_no_number():
    assert str(Hidden()) == "‹5"
    assert str(Hidden(Reason.LINKED)) == "·"
    assert Hidden().explanation == "fewer than 5"
    for make_a_number in (int, float, complex, bin, round, abs, sum):
        with pytest.raises(TypeError):
            make_a_number(Hidden())
    with pytest.raises(TypeError):
        f"{Hidden():d}"
    with pytest.raises(TypeError):
        sorted([Hidden(), 7])


def test_the_limit_can_be_raised_and_never_lowered(settings):
    settings.SMALLEST_PUBLISHED_COUNT = 10
    assert minimum_count() == 10
    assert str(protect_count(9)) == "‹10"

    settings.SMALLEST_PUBLISHED_COUNT = 1
    assert minimum_count() == 5
    assert protect_count(4) == SMALL


def test_counts_that_stand_alone_hide_one_to_four():
    line = protect_counts({"none": 0, "few": 1, "four": 4, "five": 5}, total=False)

    assert line.counts == {"none": 0, "few": SMALL, "four": SMALL, "five": 5}
    assert (line.total, line.primary, line.secondary) == (None, 2, 0)


@pytest.mark.parametrize(
    ("counts", "expected", "total"),
    [
        ([6, 7, 8], [6, 7, 8], 21),
        ([3, 7, 20], [SMALL, LINKED, 20], 30),
        ([3, 0, 20], [SMALL, 0, LINKED], 23),
        ([2, 3, 20], [SMALL, SMALL, 20], 25),
        (
            [4, 4, 20],
            [SMALL, SMALL, LINKED],
            28,
        ),  # 4 + 4 = 8 would have given both away
        ([4, 4], [SMALL, SMALL], LINKED),
        ([3, 0], [BASE, BASE], SMALL),
        ([1, 1, 1, 1], [BASE] * 4, SMALL),
        ([], [], 0),
    ],
)
def test_one_hidden_count_never_stays_alone_beside_its_total(counts, expected, total):
    line = protect_counts(dict(enumerate(counts)))

    assert [*line.counts.values()] == expected
    assert line.total == total


def test_a_spread_that_says_the_same_of_everybody_is_hidden_but_not_how_many_they_are():
    line = protect_distribution({"0": 0, "1-2": 12, "3-4": 0})

    assert [*line.counts.values()] == [EVERYBODY] * 3
    assert line.total == 12


def test_a_spread_of_fewer_than_five_people_is_hidden_as_a_whole():
    assert protect_distribution({"0": 1, "1-2": 3}).counts == {"0": BASE, "1-2": BASE}
    assert protect_distribution({"0": 4, "1-2": 0}).counts == {"0": BASE, "1-2": BASE}


def test_means_need_five_people_who_differ():
    assert protect_mean([1, 2, 3, 4, 5]) == Mean(3.0, 5)
    assert protect_mean([1, 2, 3, 4]) == SMALL
    assert protect_mean([]) == SMALL
    assert protect_mean([8] * 30) == EVERYBODY


def test_a_table_hides_a_second_cell_in_the_row_and_in_the_column():
    table = protect_table({"north": {"a": 3, "b": 20}, "south": {"a": 9, "b": 30}})

    assert table.cells == {
        "north": {"a": SMALL, "b": LINKED},
        "south": {"a": LINKED, "b": LINKED},
    }
    assert table.row_totals == {"north": 23, "south": 39}
    assert table.column_totals == {"a": 12, "b": 50}
    assert (table.total, table.primary, table.secondary) == (62, 1, 3)


def test_a_large_table_is_protected_in_no_time():
    table = protect_table(
        {row: {column: (row * 7 + column * 11) % 23 for column in range(9)} for row in range(60)}
    )

    assert table.total == sum((row * 7 + column * 11) % 23 for row in range(60) for column in range(9))
    assert table.primary > 60


def test_a_negative_count_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="negative"):
        protect_counts({"a": -1})


def test_a_small_newcomer_hides_the_sum_from_which_it_could_be_subtracted():
    figures = protect_over_time({"a": 20, "b": 30, "c": 10}, {"a": 3, "b": 10, "c": 12})

    assert figures.during == {"a": SMALL, "b": 10, "c": LINKED}
    assert figures.since == {"a": LINKED, "b": 40, "c": LINKED}
    assert (figures.during_total, figures.since_total) == (25, 85)
    assert (figures.primary, figures.secondary) == (1, 3)


def test_what_was_hidden_before_is_not_given_away_by_what_came_since():
    figures = protect_over_time({"a": 3}, {"a": 20}, total=False)

    assert (figures.during, figures.since) == ({"a": LINKED}, {"a": 23})


def test_a_neighbour_that_can_only_become_smaller_is_protected_as_well():
    levels = {0: 13, 1: 94, 2: 120, 3: 38, 4: 1}, {0: 7, 1: 82, 2: 106, 3: 43, 4: 0}

    figures = protect_over_time(*levels, spread=True, known_totals=["since"])

    assert figures.during == {0: 7, 1: 82, 2: 106, 3: 43, 4: 0}
    assert figures.since == {0: LINKED, 1: 176, 2: 226, 3: 81, 4: SMALL}


def test_figures_without_a_common_total_do_not_hide_each_other():
    figures = protect_over_time({}, {"a": 3, "b": 9}, total=False)

    assert (figures.during, figures.since) == ({"a": SMALL, "b": 9}, {"a": SMALL, "b": 9})
    assert (figures.during_total, figures.since_total) == (None, None)


def test_a_newcomers_spread_that_says_the_same_of_everybody_hides_the_sum_as_well():
    figures = protect_over_time({"low": 20, "high": 30}, {"low": 0, "high": 12}, spread=True)

    assert figures.during == {"low": EVERYBODY, "high": EVERYBODY}
    assert figures.since == {"low": LINKED, "high": LINKED}
    assert (figures.during_total, figures.since_total) == (12, 62)


def test_a_row_of_too_few_organisations_is_hidden_with_room_around_it():
    figures = protect_over_time({"a": 100, "b": 50, "c": 70}, {"a": 50, "b": 20, "c": 80}, few_owners=["c"])

    owners = Hidden(Reason.OWNERS)
    assert figures.during == {"a": 50, "b": LINKED, "c": owners}
    assert figures.since == {"a": 150, "b": LINKED, "c": owners}


def test_two_steps_that_differ_by_a_few_people_are_not_both_shown():
    figures = protect_funnel({}, {"enrolled": 50, "started": 48, "shared": 40, "certifiable": 3})

    assert figures.since == {"enrolled": 50, "started": LINKED, "shared": 40, "certifiable": SMALL}
    assert figures.during == figures.since


def test_the_step_to_keep_is_hidden_last():
    figures = protect_funnel({}, {"enrolled": 90, "started": 50, "shared": 48}, keep=["shared"])

    assert figures.since == {"enrolled": 90, "started": LINKED, "shared": 48}


def test_a_mean_is_not_printed_beside_a_spread_that_it_would_complete():
    spread = {(0, 0): SMALL, (1, 2): 10, (3, 4): 8, (5, 6): LINKED, (7, 8): 0}
    assert not mean_is_safe(Mean(3.4, 30), spread)

    spread = {(0, 0): SMALL, (1, 2): 100, (3, 4): 130, (5, 6): LINKED, (7, 8): LINKED}
    assert mean_is_safe(Mean(3.4, 300), spread)
    assert not mean_is_safe(Mean(3.4, 12), dict.fromkeys(spread, EVERYBODY))


counts = st.integers(0, 4) | st.integers(0, 12)


@settings(deadline=None, max_examples=80)
@given(st.lists(counts, min_size=1, max_size=5))
def test_no_cell_of_a_line_can_be_worked_out(values):
    line = protect_counts(dict(enumerate(values)))

    attack({(0, key): figure for key, figure in line.counts.items()}, {0: line.total}, {})


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(counts, min_size=2, max_size=3), min_size=2, max_size=3))
def test_no_cell_of_a_table_can_be_worked_out(values):
    rows = {row: dict(enumerate(line)) for row, line in enumerate(values)}

    table = protect_table(rows)

    cells = {(row, column): figure for row, line in table.cells.items() for column, figure in line.items()}
    attack(cells, table.row_totals, table.column_totals, table.total)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=4), st.booleans())
def test_no_cell_can_be_worked_out_with_the_last_report_at_hand(values, spread):
    before, during = ({key: pair[at] for key, pair in enumerate(values)} for at in (0, 1))

    figures = protect_over_time(before, during, spread=spread)

    earlier = protect_over_time({}, before, spread=spread)
    cells = {(key, "before"): figure for key, figure in earlier.since.items()}
    cells |= {(key, "during"): figure for key, figure in figures.during.items()}
    column_totals = {"before": earlier.since_total, "during": figures.during_total}
    attack(cells, figures.since, column_totals, figures.since_total)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(counts, min_size=4, max_size=4), min_size=1, max_size=4))
@example([[0, 1, 0, 0], [2, 0, 7, 0], [7, 1, 1, 0]])
def test_four_reports_in_a_row_cannot_be_subtracted_from_each_other(rows):
    reports, so_far = [], dict.fromkeys(range(len(rows)), 0)
    for quarter in range(4):
        added = {key: row[quarter] for key, row in enumerate(rows)}
        reports.append(protect_over_time(so_far, added))
        so_far = {key: so_far[key] + added[key] for key in so_far}

    for earlier, later in pairwise(reports):
        sums = [(earlier.since[key], later.since[key]) for key in so_far]
        sums.append((earlier.since_total, later.since_total))
        assert [
            (before, now)
            for before, now in sums
            if isinstance(before, int) and isinstance(now, int) and 0 < now - before < 5
        ] == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=3))
def test_nobody_learns_how_few_stopped_at_a_step(values):
    keys = "abc"[: len(values)]
    before = dict(zip(keys, sorted((was for was, _came in values), reverse=True), strict=True))
    now = sorted((sum(pair) for pair in values), reverse=True)
    since = {key: max(before[key], count) for key, count in zip(keys, now, strict=True)}

    figures = protect_funnel(before, since)

    earlier = protect_funnel({}, before).since
    known = [dict(zip(keys, chain, strict=True)) for chain in chains(earlier.values())]
    worlds = [
        (was, is_now)
        for is_now in (dict(zip(keys, chain, strict=True)) for chain in chains(figures.since.values()))
        for was in known
        if all(is_now[key] - was[key] in meant_by(figures.during[key]) for key in keys)
    ]
    for key, following in pairwise(keys):
        if 0 < since[key] - since[following] < 5:
            assert len({is_now[key] - is_now[following] for _was, is_now in worlds}) > 1
    for key in keys:
        if isinstance(figures.since[key], Hidden):
            assert len({is_now[key] for _was, is_now in worlds}) > 1
        if isinstance(figures.during[key], Hidden):
            assert len({is_now[key] - was[key] for was, is_now in worlds}) > 1


def chains(figures):
    """Every falling row of numbers that the figures may stand for."""
    ranges = [[value for value in meant_by(figure) if value < 22] for figure in figures]
    return [chain for chain in product(*ranges) if list(chain) == sorted(chain, reverse=True)]


def attack(cells, row_totals, column_totals, total=None):
    """Look for another table that fits all that is published: each hidden number must have several values."""
    lines = [(row_totals[row], [cell for cell in cells if cell[0] == row]) for row in row_totals]
    lines += [
        (column_totals[column], [cell for cell in cells if cell[1] == column]) for column in column_totals
    ]
    if total is not None:
        lines.append((total, [*cells]))
    for cell, figure in cells.items():
        if isinstance(figure, Hidden):
            wanted = 4 if figure.reason == Reason.SMALL and not column_totals else 2
            values = (value for value in meant_by(figure) if fits({cell: [value]}, cells, lines))
            possible = list(islice(values, wanted))
            assert len(possible) == wanted, f"{cell} can only be {possible}"
    for index, (figure, members) in enumerate(lines):
        if isinstance(figure, Hidden):
            values = (value for value in meant_by(figure) if fits({}, cells, swap(lines, index, value)))
            possible = list(islice(values, 2))
            assert len(possible) == 2, f"the total of {members} can only be {possible}"


def meant_by(figure):
    """What a reader who knows all our rules takes the mark for."""
    if not isinstance(figure, Hidden):
        return [figure]
    return {
        Reason.SMALL: range(1, 5),
        Reason.BASE: range(5),
        Reason.LINKED: range(5, HIGHEST),
    }.get(figure.reason, range(HIGHEST))


def swap(lines, index, value):
    return [(value, cells) if at == index else (figure, cells) for at, (figure, cells) in enumerate(lines)]


def fits(fixed, cells, lines):
    """Is there a table with these marks, these totals and this one value?"""
    ranges = {cell: (min(values), max(values)) for cell, values in bounds(fixed, cells).items()}
    return search(
        ranges,
        [((min(meant_by(figure)), max(meant_by(figure))), members) for figure, members in lines],
    )


def bounds(fixed, cells):
    return {cell: fixed.get(cell, meant_by(figure)) for cell, figure in cells.items()}


def search(ranges, lines):
    """Narrow every cell by its lines, then try the values of the narrowest open one."""
    ranges = narrowed(ranges, lines)
    if ranges is None:
        return False
    still_open = [cell for cell, (low, high) in ranges.items() if low < high]
    if not still_open:
        return True
    cell = min(still_open, key=lambda cell: ranges[cell][1] - ranges[cell][0])
    low, high = ranges[cell]
    return any(search({**ranges, cell: (value, value)}, lines) for value in range(low, high + 1))


def narrowed(ranges, lines):
    ranges, changed = dict(ranges), True
    while changed:
        changed = False
        for (least, most), members in lines:
            low, high = (sum(ranges[cell][end] for cell in members) for end in (0, 1))
            if low > most or high < least:
                return None
            for cell in members:
                own_low, own_high = ranges[cell]
                new = (
                    max(own_low, least - (high - own_high)),
                    min(own_high, most - (low - own_low)),
                )
                if new[0] > new[1]:
                    return None
                changed |= new != ranges[cell]
                low, high = low + new[0] - own_low, high + new[1] - own_high
                ranges[cell] = new
    return ranges

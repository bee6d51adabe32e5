"""What is hidden, what stays, and an attacker who tries every table that the published one could be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.disclosure import (
    Hidden,
    Mean,
    minimum_count,
    protect_count,
    protect_counts,
    protect_distribution,
    protect_mean,
    protect_table,
)
from assessments.suppression import Reason

SMALL, LINKED, BASE = Hidden(), Hidden(Reason.LINKED), Hidden(Reason.BASE)
EVERYBODY = Hidden(Reason.EVERYBODY)
HIGHEST = 40  # the attacker's patience, well above any number in these tables


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
    settings.SMALL_CELL_MINIMUM = 10
    assert minimum_count() == 10
    assert str(protect_count(9)) == "‹10"

    settings.SMALL_CELL_MINIMUM = 1
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


counts = st.integers(0, 4) | st.integers(0, 12)


@settings(deadline=None, max_examples=150)
@given(st.lists(counts, min_size=1, max_size=5))
def test_no_cell_of_a_line_can_be_worked_out(values):
    line = protect_counts(dict(enumerate(values)))

    attack({(0, key): figure for key, figure in line.counts.items()}, {0: line.total}, {})


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(counts, min_size=2, max_size=3), min_size=2, max_size=3))
def test_no_cell_of_a_table_can_be_worked_out(values):
    rows = {row: dict(enumerate(line)) for row, line in enumerate(values)}

    table = protect_table(rows)

    cells = {(row, column): figure for row, line in table.cells.items() for column, figure in line.items()}
    attack(cells, table.row_totals, table.column_totals, table.total)


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
            possible = [value for value in meant_by(figure) if fits({cell: [value]}, cells, lines)]
            assert len(possible) > 1, f"{cell} can only be {possible}"
            if figure.reason == Reason.SMALL and not column_totals:
                assert possible == [1, 2, 3, 4]
    for index, (figure, members) in enumerate(lines):
        if isinstance(figure, Hidden):
            possible = [value for value in meant_by(figure) if fits({}, cells, swap(lines, index, value))]
            assert len(possible) > 1, f"the total of {members} can only be {possible}"


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

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format

from reporting.periods import Quarter, check_quarter, last_ended_quarter, quarters_to_report

TODAY = "2026-11-22"
START = date(2025, 6, 1)


@pytest.mark.parametrize("code", ["2026Q3", " 2026q3 ", "2026-Q3", "2026 Q3"])
def test_a_quarter_is_read_from_what_people_type(code):
    assert Quarter.parse(code) == Quarter(2026, 3)


@pytest.mark.parametrize(
    "code", ["", "2026", "2026Q5", "2026Q0", "1999Q1", "Q3 2026", "2026Q33", "2026Q3; DROP", "٢٠٢٦Q3"]
)
def test_anything_else_is_refused_with_an_example(code):
    with pytest.raises(ValidationError) as refusal:
        Quarter.parse(code)

    assert refusal.value.messages == [
        f"“{code[:30]}” is not a quarter. Write the year and the quarter, such as 2026Q3."
    ]


def test_a_quarter_knows_its_days_and_its_neighbours():
    quarter = Quarter(2026, 4)

    assert (quarter.first_day, quarter.last_day) == (date(2026, 10, 1), date(2026, 12, 31))
    assert (quarter.previous, quarter.next) == (Quarter(2026, 3), Quarter(2027, 1))
    assert quarter.next.previous == quarter
    assert date(2026, 12, 31) in quarter
    assert date(2027, 1, 1) not in quarter
    assert [Quarter.of(date(2026, month, 1)).number for month in range(1, 13)] == [
        1,
        1,
        1,
        2,
        2,
        2,
        3,
        3,
        3,
        4,
        4,
        4,
    ]


def test_days_are_counted_in_luxembourg():
    assert Quarter(2026, 3).starts_at == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert Quarter(2026, 1).starts_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 9, 30, 21, 59, tzinfo=UTC), tick=False):
        assert last_ended_quarter() == Quarter(2026, 2)
    with time_machine.travel(datetime(2026, 9, 30, 22, 0, tzinfo=UTC), tick=False):
        assert last_ended_quarter() == Quarter(2026, 3)


def test_a_quarter_has_a_name_in_each_language():
    assert Quarter(2026, 3).label == "third quarter of 2026"
    for language in ("fr", "de"):
        with translation.override(language):
            assert "2026" in Quarter(2026, 3).label


@time_machine.travel(TODAY)
def test_a_quarter_that_has_not_ended_is_refused_with_the_day_from_which_it_can_be_asked_for():
    with pytest.raises(ValidationError) as refusal:
        check_quarter(Quarter(2026, 4), START)

    day = date_format(date(2026, 12, 31), "DATE_FORMAT")
    assert refusal.value.messages == [
        f"The fourth quarter of 2026 ends on {day}. Its report can be made from the next day on."
    ]


@time_machine.travel(TODAY)
def test_a_quarter_before_the_programme_is_refused():
    with pytest.raises(ValidationError, match="nothing to report for the first quarter of 2025"):
        check_quarter(Quarter(2025, 1), START)


@time_machine.travel(TODAY)
def test_the_quarters_to_report_are_those_since_the_start():
    assert [str(quarter) for quarter in quarters_to_report(START)] == [
        "2026Q3",
        "2026Q2",
        "2026Q1",
        "2025Q4",
        "2025Q3",
        "2025Q2",
    ]
    assert quarters_to_report(date(2026, 10, 5)) == []

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upskilling.gaps import Gap
from upskilling.models import Offer
from upskilling.scoring import PRIMARY, SECONDARY, WEAK, Link, Reason, match, suits

TODAY = date(2026, 11, 22)
GAP = Gap(3, level=2, target=4)


def offer(**fields):
    return Offer(
        **{
            "level_min": 1,
            "level_max": 8,
            "hours": Decimal(16),
            "cost_eur": Decimal(100),
            "audience": Offer.Audience.OFFICE,
            "start_type": Offer.StartType.DATED,
            "next_start": date(2027, 6, 1),
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("lowest", "highest", "answer"),
    [
        (1, 8, True),
        (3, 3, True),
        (4, 8, False),  # too hard: somebody at level 2 can follow from level 3 on
        (1, 2, False),  # nothing new
    ],
)
def test_a_course_suits_who_can_follow_it_and_comes_out_higher(lowest, highest, answer):
    assert suits(offer(level_min=lowest, level_max=highest), GAP) is answer


@pytest.mark.parametrize(("hours", "highest"), [(1, 3), (8, 3), (9, 4), (24, 4), (25, 7)])
def test_a_short_course_does_not_promise_what_a_long_one_teaches(hours, highest):
    gap = Gap(3, level=2, target=7)

    first = match(offer(hours=Decimal(hours)), gap, Link(PRIMARY, False), TODAY).reasons[0]

    assert first.params["reaches"] == highest


LEVELS = {"competence": 3, "level": 2, "reaches": 4, "target": 4}


@pytest.mark.parametrize(
    ("fields", "link", "reasons"),
    [
        ({}, Link(PRIMARY, False), [Reason("closes_gap", 20, LEVELS)]),
        (
            {"level_max": 3},
            Link(PRIMARY, False),
            [Reason("narrows_gap", 10, {**LEVELS, "reaches": 3})],
        ),
        ({}, Link(SECONDARY, False), [Reason("closes_gap", 10, LEVELS), Reason("covers_part")]),
        ({}, Link(WEAK, False), [Reason("closes_gap", 4, LEVELS), Reason("touches")]),
        ({}, Link(PRIMARY, True), [Reason("closes_gap", 20, LEVELS), Reason("main_topic", 8)]),
        (
            {"level_min": 2},
            Link(PRIMARY, False),
            [Reason("closes_gap", 20, LEVELS), Reason("at_level", 6)],
        ),
        (
            {"tag_status": "reviewed"},
            Link(PRIMARY, False),
            [Reason("closes_gap", 20, LEVELS), Reason("reviewed", 5)],
        ),
        (
            {"cost_eur": Decimal(0), "hours": Decimal(4)},
            Link(PRIMARY, False),
            [Reason("narrows_gap", 10, {**LEVELS, "reaches": 3}), Reason("free", 4), Reason("short", 3)],
        ),
        ({"hours": Decimal(0)}, Link(PRIMARY, False), [Reason("narrows_gap", 10, {**LEVELS, "reaches": 3})]),
        ({}, Link(SECONDARY, True), [Reason("closes_gap", 10, LEVELS), Reason("covers_part")]),
        (
            {"audience": "all_staff", "start_type": "on_demand", "next_start": None},
            Link(PRIMARY, False),
            [Reason("closes_gap", 20, LEVELS), Reason("for_everybody", 3), Reason("any_time", 2)],
        ),
        (
            {"next_start": date(2027, 1, 21)},
            Link(PRIMARY, False),
            [Reason("closes_gap", 20, LEVELS), Reason("soon", 2, {"date": "2027-01-21"})],
        ),
    ],
)
def test_each_part_of_the_score_has_its_reason(fields, link, reasons):
    assert list(match(offer(**fields), GAP, link, TODAY).reasons) == reasons


@given(
    levels=st.lists(st.integers(1, 8), min_size=2, max_size=2).map(sorted),
    gap=st.integers(0, 7).flatmap(
        lambda low: st.builds(Gap, st.just(1), st.just(low), st.integers(low + 1, 8))
    ),
    link=st.builds(Link, st.sampled_from([PRIMARY, SECONDARY, WEAK]), st.booleans()),
    hours=st.integers(0, 40),
    cost=st.integers(0, 500),
)
def test_a_score_is_the_sum_of_its_reasons_and_promises_no_more_than_the_course_teaches(
    levels, gap, link, hours, cost
):
    course = offer(level_min=levels[0], level_max=levels[1], hours=Decimal(hours), cost_eur=Decimal(cost))
    if not suits(course, gap):
        return

    found = match(course, gap, link, TODAY)

    assert found.points == sum(reason.points for reason in found.reasons) > 0
    reaches = found.reasons[0].params["reaches"]
    assert gap.level < reaches <= min(gap.target, course.level_max)

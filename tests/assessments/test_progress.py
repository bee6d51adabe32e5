"""Baseline and follow-up: only like is compared with like, and every refusal says why."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assessments.models import Framework, Result
from assessments.progress import NotComparable, baseline_and_follow_up, compare, pairs_of
from tests import make

pytestmark = pytest.mark.django_db
MARCH, JUNE, OCTOBER = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (3, 6, 10))
PARTLY = [3, *[None] * 15]


@pytest.fixture
def person(acme):
    return make.person(acme)


def at(person, moment, levels=None, **fields):
    return make.result(person.organisation, person, levels, shared_at=moment, **fields)


def reason_of(first, second):
    with pytest.raises(NotComparable) as error:
        compare(first, second)
    return str(error.value)


def test_two_profiles_of_one_person_give_the_change_of_each_competence(person):
    before, after = at(person, MARCH), at(person, JUNE, [5, 2, *[3] * 14])

    comparison = compare(before, after)

    assert comparison.changes == {1: 2, 2: -1} | dict.fromkeys(range(3, 17), 0)
    assert comparison.days == 92


def test_what_was_not_measured_has_no_change(person):
    comparison = compare(at(person, MARCH, PARTLY), at(person, JUNE, PARTLY))

    assert comparison.changes == {1: 0}


def test_other_people_are_not_compared(acme, person):
    assert reason_of(at(person, MARCH), at(make.person(acme), JUNE)) == "They are of different people."


def test_results_of_nobody_are_not_compared(acme):
    first, second = make.result(acme, shared_at=MARCH), make.result(acme, shared_at=JUNE)

    assert reason_of(first, second) == "They are of different people."


def test_measures_are_not_compared_with_each_other(acme, person):
    share = make.shares_of_items(acme, person, shared_at=JUNE)

    assert reason_of(at(person, MARCH), share) == (
        "One is a level measured by Pix and the other a share of items; these are different measures."
    )


def test_frameworks_are_not_compared_with_each_other(person):
    digcomp = Framework.objects.get(code="digcomp-3.0")
    declared = {"measure": Result.Measure.SELF_DECLARED, "levels": [4] * 21, "pix": None}
    first = at(person, MARCH, framework=Framework.objects.get(code="digcomp-2.2"), **declared)
    second = at(person, JUNE, framework=digcomp, **declared)

    assert reason_of(first, second) == "They were measured in different versions of the framework."


def test_sets_of_competences_are_not_compared_with_each_other(person):
    assert (
        reason_of(at(person, MARCH, PARTLY), at(person, JUNE)) == "They did not measure the same competences."
    )


def test_tests_with_other_numbers_of_items_are_not_compared(acme, person):
    first = make.shares_of_items(acme, person, shared_at=MARCH)
    second = make.shares_of_items(acme, person, shared_at=JUNE, items=[20, *[None] * 15])

    assert reason_of(first, second).startswith("The tests had different numbers of items")


def test_shares_of_the_same_test_are_compared(acme, person):
    first = make.shares_of_items(acme, person, shared_at=MARCH)
    second = make.shares_of_items(acme, person, [80, *[None] * 15], shared_at=JUNE)

    assert compare(first, second).changes == {1: 30}


@pytest.mark.parametrize("later", [MARCH, MARCH + timedelta(hours=5), MARCH - timedelta(days=1)])
def test_the_follow_up_is_of_a_later_day(person, later):
    assert reason_of(at(person, MARCH), at(person, later)) == "The follow-up is not later than the baseline."


def test_days_are_luxembourg_days(person):
    before_midnight = datetime(2026, 6, 9, 21, 59, tzinfo=UTC)  # 23:59 in Luxembourg
    after_midnight = datetime(2026, 6, 9, 22, 1, tzinfo=UTC)

    assert compare(at(person, before_midnight), at(person, after_midnight)).days == 1


def test_the_newest_result_is_compared_with_the_earliest_that_fits(person):
    at(person, MARCH, PARTLY)
    first, last = at(person, JUNE), at(person, OCTOBER)

    comparison = baseline_and_follow_up(person.results.all())

    assert (comparison.baseline, comparison.follow_up) == (first, last)


def test_the_dates_choose(person):
    first, second, _third = at(person, MARCH), at(person, JUNE), at(person, OCTOBER)

    comparison = baseline_and_follow_up(person.results.all(), until=date(2026, 9, 30))

    assert (comparison.baseline, comparison.follow_up) == (first, second)


@pytest.mark.parametrize(
    ("moments", "reason"),
    [
        ([], "There is no result yet."),
        ([MARCH], "There is one result only: a second one, later, would show what has changed."),
        ([MARCH, MARCH], "The follow-up is not later than the baseline."),
    ],
)
def test_without_a_pair_the_reason_is_given(person, moments, reason):
    for moment in moments:
        at(person, moment)

    with pytest.raises(NotComparable) as error:
        baseline_and_follow_up(person.results.all())
    assert str(error.value) == reason


def test_the_pairs_of_an_organisation_follow_the_same_rules(acme, person, django_assert_num_queries):
    at(person, MARCH)
    at(person, JUNE, [4] * 16)
    at(person, OCTOBER, [5] * 16)
    make.sharing_choice(person)
    only_once, other_set, gone = make.person(acme), make.person(acme), make.person(acme, left_on="2026-07-01")
    at(only_once, MARCH)
    at(other_set, MARCH, PARTLY)
    at(other_set, JUNE)
    at(gone, MARCH)
    at(gone, JUNE)
    stranger = make.person(make.organisation())
    at(stranger, MARCH)
    at(stranger, JUNE)

    with django_assert_num_queries(1):
        (pair,) = pairs_of(acme)

    assert (pair.person, pair.shares_with_hr) == (person.pk, True)
    assert (pair.baseline_on, pair.follow_up_on) == (MARCH.date(), OCTOBER.date())
    assert pair.mean_change == 2
    assert [pair.follow_up_on for pair in pairs_of(acme, until=date(2026, 8, 1))] == [JUNE.date()]
    assert pairs_of(acme, since=date(2026, 7, 1)) == []

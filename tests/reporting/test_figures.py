"""Counting, on a programme small enough to count by hand."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from organisations import licences
from reporting.figures import Gap, Growth, Levels, Spread, measure
from reporting.periods import Quarter
from tests import make

QUARTER = Quarter(2026, 3)
EARLIER, DURING, LATER = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in (5, 8, 11))


@pytest.fixture
def bank(programme):
    return make.organisation(
        "bank", joined_on=date(2025, 9, 1), licence_quota=30, kind="private", size_class="large"
    )


@pytest.fixture
def town(programme):
    return make.organisation(
        "town", joined_on=date(2026, 7, 1), licence_quota=10, kind="public", size_class="small"
    )


def measured(programme):
    return measure(programme, QUARTER)


def count(growths):
    return {name: growth for name, growth in growths.items() if growth != Growth()}


def test_organisations_count_from_the_day_they_joined(programme, bank, town):
    make.organisation("late", joined_on=date(2026, 10, 1), licence_quota=99)
    licences.grant(town, 5)  # today, long after the quarter

    figures = measured(programme)

    assert count(figures.organisations["kind"]) == {"private": Growth(1, 0), "public": Growth(0, 1)}
    assert count(figures.organisations["size_class"]) == {"large": Growth(1, 0), "small": Growth(0, 1)}
    assert count(figures.organisations["stage"]) == {"active": Growth(1, 1)}
    assert figures.licences == 40


def test_people_count_at_each_step_from_the_day_they_took_it(programme, bank, town):
    early = make.person(bank, enrolled_at=EARLIER)
    new = make.person(town, enrolled_at=DURING)
    make.person(bank, enrolled_at=LATER)
    make.person(bank, enrolled_at=EARLIER, left_on=date(2026, 6, 1))
    make.result(bank, early, shared_at=EARLIER, certifiable=False)
    make.result(bank, early, shared_at=DURING, certifiable=True)
    started = make.result(town, new, result_import=make.result_import(town, imported_at=DURING))
    town.results.filter(pk=started.pk).update(is_shared=False, shared_at=None, levels=None, pix=None)

    figures = measured(programme)

    assert figures.participants == {
        "enrolled": Growth(2, 1),
        "invited": Growth(),
        "assessed": Growth(1, 1),
        "shared": Growth(1, 0),
        "certifiable": Growth(0, 1),
    }
    assert count(figures.by_kind) == {"private": Growth(2, 0), "public": Growth(0, 1)}
    assert figures.organisations_with_people == {"private": 1, "public": 1}


def test_who_shared_before_being_enrolled_counts_from_the_enrolment(programme, bank):
    person = make.person(bank, enrolled_at=DURING)
    make.result(bank, person, shared_at=EARLIER)

    assert measured(programme).participants["shared"] == Growth(0, 1)


def test_the_newest_result_of_each_person_counts_and_nothing_after_the_quarter(programme, bank):
    early, again = (make.person(bank, enrolled_at=EARLIER) for _ in range(2))
    make.result(bank, early, [2, None, *[3] * 14], shared_at=EARLIER)
    make.result(bank, early, [8] * 16, shared_at=LATER)
    make.result(bank, again, [0] * 16, shared_at=EARLIER)
    make.result(bank, again, [5] * 16, shared_at=DURING)
    make.result(bank, None, [7] * 16, shared_at=DURING)

    figures = measured(programme)

    low, high = Spread((0, 1, 0, 0, 0), 2, 2, 2), Spread((0, 0, 0, 1, 0), 5, 5, 5)
    assert figures.competences["1.1"] == Levels(low, high)
    assert figures.competences["1.2"] == Levels(Spread(), high)
    assert figures.areas["1"] == Levels(Spread(), high)
    assert figures.areas["2"] == Levels(Spread((0, 0, 1, 0, 0), 3, 3, 3), high)


def test_spreads_add_up():
    both = Spread((1, 1, 0, 0, 0), 2, 0, 2) + Spread((0, 0, 0, 0, 2), 15, 7, 8)

    assert both == Spread((1, 1, 0, 0, 2), 17, 0, 8)
    assert (both.n, both.mean) == (4, 4.25)
    assert Spread() + both == both + Spread() == both


def test_mentoring_counts_published_pairs_and_confirmed_sessions(programme, bank):
    pair = make.pairing(bank, started_on=date(2026, 5, 4))
    make.pairing(bank, started_on=date(2026, 7, 1), round=pair.round)
    pair.round.opened_on = date(2026, 4, 1)
    pair.round.save()
    make.mentoring_session(pair, held_on=date(2026, 6, 30), minutes=60, logged_at=DURING, confirmed_at=DURING)
    make.mentoring_session(pair, held_on=date(2026, 8, 3), minutes=45, logged_at=DURING, confirmed_at=DURING)
    make.mentoring_session(pair, held_on=date(2026, 8, 10), minutes=30, logged_at=DURING, confirmed_at=LATER)
    make.mentoring_session(pair, held_on=date(2026, 8, 12), minutes=90, logged_at=DURING, declined_at=DURING)
    make.mentoring_session(pair, held_on=date(2026, 9, 1), minutes=90, logged_at=LATER)

    figures = measured(programme)

    assert figures.mentoring == {
        "rounds": Growth(1, 0),
        "pairs": Growth(1, 1),
        "sessions": Growth(1, 2),
        "confirmed": Growth(0, 2),
    }
    assert figures.minutes == Growth(0, 105)


def test_gaps_compare_with_the_targets_of_the_time(programme, bank, town):
    in_it = make.person(bank, enrolled_at=EARLIER, job_family="IT")
    other = make.person(bank, enrolled_at=EARLIER)
    without_target = make.person(town, enrolled_at=EARLIER)
    for person in (in_it, other, without_target):
        make.result(person.organisation, person, [3, None, *[4] * 14], shared_at=EARLIER)
    make.target_profile(bank, [4] * 16, set_on=date(2026, 1, 1))
    make.target_profile(bank, [3, 3, 5, *[None] * 13], job_family="IT", set_on=date(2026, 1, 1))
    make.target_profile(town, [8] * 16, set_on=date(2026, 10, 1))

    figures = measured(programme)

    assert (figures.compared, figures.below) == (2, 2)
    assert figures.gaps["1.1"] == Gap(compared=2, below=1, same_target=None)
    assert figures.gaps["1.2"] == Gap(compared=0, below=0, same_target=None)
    assert figures.gaps["1.3"] == Gap(compared=2, below=1, same_target=None)
    assert figures.gaps["2.1"] == Gap(compared=1, below=0, same_target=4)


def test_courses_count_when_they_can_be_joined_on_the_last_day(programme, bank):
    from assessments.models import Framework

    pix = Framework.objects.pix()
    course = make.offer("1.1 2.1", framework=pix)
    make.offer("1.1", framework=pix, valid_until=date(2026, 9, 29))
    make.offer("2.1", framework=pix, tag_status="rejected", reviewed_on=timezone.localdate())
    person = make.person(bank, enrolled_at=EARLIER)
    make.plan_item(person, course, chosen_at=EARLIER, dropped_at=DURING)
    make.plan_item(person, course, chosen_at=DURING)

    figures = measured(programme)

    assert figures.offers == 2
    assert {code: gap.offers for code, gap in figures.gaps.items() if gap.offers} == {"1.1": 1, "2.1": 1}
    assert figures.learning == {"choosing": Growth(1, 0), "chosen": Growth(1, 1)}


def test_an_empty_programme_has_figures_too(programme):
    figures = measured(programme)

    assert figures.licences == 0
    assert set(figures.participants.values()) == {Growth()}
    assert set(figures.competences.values()) == {Levels()}


def test_however_many_people_there_are_the_queries_stay_the_same(
    programme, bank, town, django_assert_max_num_queries
):
    for organisation in (bank, town):
        for _ in range(3):
            make.result(organisation, make.person(organisation, enrolled_at=EARLIER), shared_at=DURING)

    with django_assert_max_num_queries(30):
        measured(programme)

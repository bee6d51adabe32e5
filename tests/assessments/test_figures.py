"""Figures that are kept ready."""

from datetime import UTC, date, datetime

import pytest

from assessments import figures, releases
from assessments.models import LevelCount
from organisations.models import Run
from organisations.runs import carry_out
from tests import make


def moment(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


def counts(organisation, position=1):
    rows = LevelCount.objects.filter(organisation=organisation, position=position).order_by(
        "quarter", "level"
    )
    return [(row.quarter.isoformat(), row.level, row.n, row.new, row.sharing) for row in rows]


@pytest.fixture
def end_of_2025(monkeypatch):
    """The query asks the database what day it is."""
    monkeypatch.setattr(figures, "COUNT_LEVELS", figures.COUNT_LEVELS.replace("now()", "date '2025-12-31'"))


def test_a_result_counts_until_the_persons_next_one(acme, end_of_2025):
    person = make.person(acme, enrolled_at=moment(2025, 1, 5))
    make.result(acme, person=person, levels=[2] * 16, shared_at=moment(2025, 2, 1))
    make.result(acme, person=person, levels=[3] * 16, shared_at=moment(2025, 7, 1))
    make.result(acme, person=person, levels=[None] * 16, shared_at=moment(2025, 9, 1))
    make.sharing_choice(person)

    releases.refresh(acme)

    assert counts(acme) == [
        ("2025-01-01", 2, 1, 1, 1),
        ("2025-04-01", 2, 1, 0, 1),
        ("2025-07-01", None, 1, 1, 1),
        ("2025-10-01", None, 1, 0, 1),
    ]


def test_people_count_from_the_quarter_in_which_they_are_enrolled(acme, end_of_2025):
    person = make.person(acme, enrolled_at=moment(2025, 11, 5))
    make.result(acme, person=person, levels=[2] * 16, shared_at=moment(2025, 2, 1))

    releases.refresh(acme)

    assert counts(acme) == [("2025-10-01", 2, 1, 0, 0)]


def test_measures_are_counted_apart_and_waiting_or_held_results_not_at_all(acme, globex, end_of_2025):
    person = make.person(acme, enrolled_at=moment(2025, 1, 5))
    make.result(acme, person=person, levels=[2] * 16, shared_at=moment(2025, 11, 1))
    make.result(acme, person=person, measure="certified", levels=[4] * 16, shared_at=moment(2025, 12, 1))
    make.result(acme, person=person, held_until=moment(2027, 1, 1), shared_at=moment(2025, 12, 2))
    make.result(acme, person=None, shared_at=moment(2025, 12, 2))
    make.result(globex, person=make.person(globex), shared_at=moment(2025, 12, 2))
    LevelCount.objects.create(
        organisation=acme,
        framework_id=acme.results.first().framework_id,
        measure="profile",
        quarter=date(2020, 1, 1),
        position=1,
        level=8,
        n=99,
        new=0,
        sharing=0,
    )

    releases.refresh(acme)

    rows = (
        LevelCount.objects.filter(position=16)
        .order_by("measure")
        .values_list("organisation", "measure", "level")
    )
    assert list(rows) == [(acme.pk, "certified", 4), (acme.pk, "profile", 2)]


def test_many_wishes_make_one_run(acme, globex):
    run = figures.request_refresh(acme)

    assert figures.request_refresh(acme) == run
    assert figures.request_refresh(globex) != run
    carry_out(run.pk)
    assert Run.objects.get(pk=run.pk).outcome["level_counts"] == 0
    assert figures.request_refresh(acme) == run
    assert Run.objects.get(pk=run.pk).state == Run.State.QUEUED


def test_what_changes_during_a_run_gets_another_one(acme):
    run = figures.request_refresh(acme)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)

    assert figures.request_refresh(acme) != run

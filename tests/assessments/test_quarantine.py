"""Results of people who have not been told: written down, read by nobody, released or deleted in time."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from assessments import importing, previewing, quarantine
from assessments.coverage import newest_profiles_of
from assessments.matching import attach_waiting
from assessments.models import Result
from assessments.profiles import profile_of
from assessments.releases import newest_profiles, progress_by_department
from assessments.results import latest_result, latest_results, results_of
from assessments.sharing import share_levels
from assessments.tasks import request_clearing
from mentoring.candidates import candidates_of
from organisations import notices
from organisations.models import Role
from organisations.runs import carry_out
from reporting.figures import measure
from reporting.periods import Quarter
from tests import make
from tests.assessments.pix_export import export, participation
from tests.test_api import token_for
from upskilling.gaps import comparisons
from upskilling.recommending import advise

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def newcomer(acme):
    """Somebody who signs in and has not read the notice."""
    user = make.member(acme, Role.STAFF, email="nina@acme.example")
    return make.person(
        acme, informed=False, user=user, email=user.email, staff_number="00101", last_name="Weber"
    )


def imported(organisation, content=None):
    content = content or export(participation())
    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    return importing.import_results(result_import)


@pytest.fixture
def people_with_targets(acme, newcomer):
    make.target_profile(acme)
    make.offer()
    mentoring_round = make.mentoring_round(acme)
    make.application(mentoring_round, newcomer, wanted=(1,))
    return mentoring_round


def every_reader(client, mentoring_round, person, hr):
    """What each place says that reads results, by its name."""
    acme = person.organisation
    figures = measure(acme.programme, Quarter.of(timezone.localdate()))
    _mentors, (mentee,) = candidates_of(mentoring_round)
    client.force_login(person.user)
    own_page = client.get(reverse("assessments:my-skills", args=["acme"])).context
    own_home = client.get(reverse("organisations:home", args=["acme"])).context
    client.force_login(hr)
    hr_page = client.get(reverse("assessments:skills", args=["acme"])).context
    hr_home = client.get(reverse("organisations:home", args=["acme"])).context
    key = token_for(acme)
    listed = client.get("/api/v1/assessments/", headers=key).json()["results"]
    acme.api_tokens.all().delete()
    return {
        "own page": own_page["profile"].latest,
        "own first page": [(fact.label, fact.value) for fact in own_home["facts"]],
        "HR's page": [person.profile for person in hr_page["page"]],
        "HR's first page": [(fact.label, fact.value) for fact in hr_home["facts"] if "Pix" in fact.label],
        "interface": [(row["person"], row["levels"]) for row in listed],
        "newest of one": latest_result(person),
        "newest of all": latest_results(acme),
        "all of one": list(results_of(person)),
        "profile": profile_of(person).latest,
        "progress": progress_by_department(acme),
        "spread": newest_profiles(acme),
        "shown to HR": newest_profiles_of(acme, [person]),
        "gaps": [comparison.levels for comparison in comparisons(acme)],
        "advice": advise(person).missing,
        "mentoring": mentee.result,
        "report: participants": {name: str(growth) for name, growth in figures.participants.items()},
        "report: competences": str(figures.competences),
        "report: areas": str(figures.areas),
        "report: gaps": (figures.compared, figures.below),
        "relations": (acme.results.count(), person.results.count(), Result.objects.count()),
    }


def test_nobody_reads_a_result_before_its_person_has_read_the_notice(
    client, acme, newcomer, hr, people_with_targets
):
    share_levels(newcomer)
    before = every_reader(client, people_with_targets, newcomer, hr)
    assert imported(acme)["held"] == 1

    assert every_reader(client, people_with_targets, newcomer, hr) == before
    assert quarantine.held_count(acme) == 1

    notices.acknowledge(newcomer, "en")
    after = every_reader(client, people_with_targets, newcomer, hr)
    assert {name for name in before if before[name] == after[name]} == set()
    assert quarantine.held_count(acme) == 0


# They fill in what a second source says of the same participation, held or not, and show it to nobody.
FILLING_IN = {"completing.py", "partner_results.py"}


def test_sql_of_ours_that_reads_results_knows_the_quarantine():
    """Managers don't reach into SQL, so every module that names the table itself must name the column too."""
    readers = {
        path
        for app in ("assessments", "mentoring", "upskilling", "reporting", "organisations")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        and any(
            name in path.read_text()
            for name in ("assessments_result ", "assessments_result\n", "{Result._meta")
        )
    }
    assert {path.name for path in readers} >= {"releases.py", "figures.py", "matching.py", "staging.py"}
    assert {path.name for path in readers if "held_until" not in path.read_text()} == FILLING_IN


def test_results_of_the_informed_and_rows_that_wait_are_not_held(acme):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    outcome = imported(acme, export(participation(), participation("Nobody", "Known", ("77777",))))
    assert (outcome["held"], acme.results.count(), acme.results.waiting().count()) == (0, 2, 1)


def test_an_earlier_version_is_enough_not_to_be_held(acme, newcomer):
    make.acknowledgement(newcomer, version="2025-01")
    assert imported(acme)["held"] == 0


def test_a_row_that_finds_an_uninformed_person_is_held_then(acme):
    imported(acme)
    assert acme.results.waiting().count() == 1
    make.person(acme, informed=False, staff_number="00101", last_name="Weber", first_name="Ada")
    assert attach_waiting(acme) == 1
    assert (acme.results.count(), quarantine.held_count(acme)) == (0, 1)


def test_the_same_file_again_neither_doubles_nor_shows_what_is_held(acme, newcomer):
    imported(acme)
    outcome = imported(acme)
    assert (outcome["created"], outcome["unchanged"], quarantine.held_count(acme)) == (0, 1, 1)
    preview = previewing.preview(acme, "again.csv", export(participation()), None)
    assert (preview.report["new"], preview.report["unchanged"]) == (0, 1)


def test_one_persons_notice_releases_nobody_elses(acme, newcomer):
    other = make.person(acme, informed=False, staff_number="00102", last_name="Weber")
    imported(acme, export(participation(), participation("Weber", "Tom", ("00102",))))
    notices.acknowledge(other, "fr")
    assert list(acme.results.values_list("person", flat=True)) == [other.pk]
    assert quarantine.held_count(acme) == 1


def clear(act_behind_the_fence):
    request_clearing()
    with act_behind_the_fence():
        run = quarantine.request_clearing()
        carry_out(run.pk)
    run.refresh_from_db()
    return run


def test_what_is_held_too_long_is_deleted_by_a_run_once_a_day(
    acme, globex, newcomer, settings, act_behind_the_fence
):
    settings.QUARANTINE_DAYS = 30
    arrived = timezone.now()
    make.result(globex, person=make.person(globex))
    with time_machine.travel(arrived, tick=False):
        imported(acme)
    with time_machine.travel(arrived + timedelta(days=29, hours=23), tick=False):
        run = clear(act_behind_the_fence)
        assert (run.state, run.outcome, quarantine.held_count(acme)) == (
            "done",
            {"deleted": 0, "documents": 0},
            1,
        )
    with time_machine.travel(arrived + timedelta(days=31), tick=False):
        run = clear(act_behind_the_fence)
        assert (run.state, run.outcome, quarantine.held_count(acme)) == (
            "done",
            {"deleted": 1, "documents": 0},
            0,
        )
        assert quarantine.request_clearing() == run
    assert globex.results.count() == 1


def test_beat_rings_for_the_clearing(settings):
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"assessments.tasks.request_clearing", "organisations.tasks.request_follow_ups"} <= tasks


def test_the_import_pages_say_how_many_are_held(client, acme, newcomer, hr, officer):
    imported(acme)
    for user in (hr, officer):
        client.force_login(user)
        page = client.get(reverse("assessments:imports", args=["acme"])).content.decode()
        assert "One result is held unread" in page
        assert "Weber" not in page


def test_the_person_is_led_to_the_notice_from_my_skills(client, newcomer):
    client.force_login(newcomer.user)
    address = reverse("organisations:notice", args=["acme"])
    assert address in client.get(reverse("assessments:my-skills", args=["acme"])).content.decode()
    client.post(address, {"version": notices.current_version(), "language": "en"})
    assert address not in client.get(reverse("assessments:my-skills", args=["acme"])).content.decode()

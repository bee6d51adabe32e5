"""What a person finds under My skills: levels, what has changed, who saw it, and files to take away."""

import csv
import io
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import LevelsReading, SkillsDocument
from assessments.own_data import forget_old_documents
from assessments.profiles import profile_of
from assessments.self_reflections import reflect
from assessments.sharing import share_levels, stop_sharing
from organisations.models import StoredFile
from organisations.runs import carry_out
from organisations.tokens import make_token
from tests import make

pytestmark = pytest.mark.django_db
MARCH, JUNE = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (3, 6))


def address(name, *arguments, slug="acme"):
    return reverse(f"assessments:{name}", args=[slug, *arguments])


@pytest.fixture
def me(staff):
    return staff.people.get()


@pytest.fixture
def two_results(acme, me):
    make.result(acme, me, [2] * 16, shared_at=MARCH)
    make.result(acme, me, [4, 1, *[2] * 14], shared_at=JUNE)


def page_of(client, user, query=""):
    client.force_login(user)
    response = client.get(address("my-skills") + query)
    assert response.status_code == 200
    return response.content.decode()


# --- Then and now -----------------------------------------------------------------------------------------------------


def test_history_shows_each_competence_in_small(client, staff, two_results):
    page = page_of(client, staff)

    assert page.count("<figcaption>") == 16
    assert "1 of 16 competences rose and 1 fell" in page


def test_one_result_says_what_a_second_one_would_tell(client, acme, staff, me):
    make.result(acme, me)

    page = page_of(client, staff)

    assert "a second one, later, would show what has changed" in page
    assert "This result is less than a month old." in page
    assert "<figcaption>" not in page


@pytest.mark.parametrize(
    ("day", "today", "months"),
    [
        ("2026-03-10", "2026-04-09", 0),
        ("2026-03-10", "2026-04-10", 1),
        ("2025-03-10", "2026-03-09", 11),
        ("2025-03-10", "2026-03-10", 12),
        ("2026-03-10", "2026-03-01", 0),
    ],
)
def test_age_counts_whole_months(acme, me, day, today, months):
    make.result(acme, me, shared_at=f"{day}T12:00Z")
    profile = profile_of(me)

    object.__setattr__(profile, "today", datetime.fromisoformat(today).date())
    assert profile.months_old == months


def test_an_old_result_says_so(client, acme, staff, me):
    make.result(acme, me, shared_at="2024-01-10T12:00Z")

    assert "it says more about then than about today" in page_of(client, staff)


# --- DigComp ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["digcomp-3.0", "digcomp-2.2"])
def test_each_edition_of_digcomp_has_its_page(client, staff, two_results, edition):
    page = page_of(client, staff, f"?framework={edition}")

    assert page.count('data-label="Coverage"') == 21
    in_the_picture, in_the_table = "partly measured</text>", "partly measured</td>"
    assert page.count(in_the_picture) == page.count(in_the_table) > 0


def test_what_people_say_stands_beside_what_was_measured(client, staff, me, two_results):
    reflect(me, [7, *[None] * 20])

    page = page_of(client, staff, "?framework=digcomp-3.0")

    assert '<td class="numeric" data-label="You say">7</td>' in page
    assert 'data-label="You say"' not in page_of(client, staff)


def test_an_unknown_edition_is_pix(client, staff, two_results):
    assert 'href="?framework=pix" aria-current="page"' in page_of(client, staff, "?framework=x")


def test_questions_to_the_database_do_not_grow_with_results(client, acme, staff, me, two_results, queries_of):
    client.force_login(staff)
    addresses = [address("my-skills"), address("my-skills") + "?framework=digcomp-3.0"]
    with_two = [queries_of(client, each) for each in addresses]
    for _number in range(3):
        make.result(acme, me)
        reflect(me, [_number + 1, *[None] * 20])

    assert [queries_of(client, each) for each in addresses] == with_two
    assert max(with_two) <= 15


# --- Who saw it -------------------------------------------------------------------------------------------------------


def test_hr_who_look_at_shared_levels_are_named_once_a_day(client, acme, hr, staff, me, two_results):
    share_levels(me)
    client.force_login(hr)
    for _time in range(2):
        client.get(address("skills"))

    reading = LevelsReading.objects.get()
    assert (reading.person, reading.reader, reading.place, reading.day) == (
        me,
        hr,
        "skills",
        timezone.localdate(),
    )
    assert f"{reading.reader_name} (list of shared levels)" in page_of(client, staff)


def test_whoever_does_not_share_is_seen_by_nobody(client, hr, staff, me, two_results):
    share_levels(me)
    stop_sharing(me)
    client.force_login(hr)
    client.get(address("skills"))

    assert not LevelsReading.objects.exists()
    assert "Nobody but you has seen your levels here." in page_of(client, staff)


def test_a_program_that_reads_levels_is_named(client, acme, staff, me, two_results):
    hidden = make.person(acme)
    make.result(acme, hidden)
    share_levels(me)
    _token, secret = make_token(acme, staff, "Payroll", 30, uuid4())

    response = client.get("/api/v1/assessments/", headers={"Authorization": f"Bearer {secret}"})

    assert response.status_code == 200
    assert [(reading.person, reading.place) for reading in LevelsReading.objects.all()] == [(me, "api")]
    assert "Payroll" in page_of(client, staff)


def test_a_program_that_reads_a_score_alone_is_named(client, acme, staff, me):
    make.result(acme, person=me, pix_score=300)
    acme.results.update(levels=None, pix=None)
    share_levels(me)
    _token, secret = make_token(acme, staff, "Payroll", 30, uuid4())

    client.get("/api/v1/assessments/", headers={"Authorization": f"Bearer {secret}"})

    assert LevelsReading.objects.get().person == me


# --- To take away -----------------------------------------------------------------------------------------------------


def test_the_table_has_a_line_for_each_result_and_competence(client, acme, staff, me, two_results):
    make.shares_of_items(acme, me, shared_at=JUNE)
    make.target_profile(acme, [5] * 16)
    client.force_login(staff)

    response = client.get(address("skills-csv"))

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 48
    share = next(row for row in rows if row["measure"] == "share_of_items" and row["competence"] == "1.1")
    assert (share["level"], share["share_of_items"], share["items"]) == ("", "0.5", "10")
    newest = next(row for row in rows if row["measure"] == "profile")
    assert (newest["framework"], newest["competence"], newest["level"], newest["target"]) == (
        "pix",
        "1.1",
        "4",
        "5",
    )
    assert response["Content-Disposition"].startswith("attachment;")


def test_the_data_name_measure_framework_and_map(client, staff, me, two_results):
    reflect(me, [7, *[None] * 20])
    client.force_login(staff)

    data = json.loads(client.get(address("skills-json")).content)

    assert [(result["measure"], result["source"]) for result in data["results"]] == [
        ("self_declared", "form"),
        ("profile", "file"),
        ("profile", "file"),
    ]
    assert [(edition["framework"], edition["map_version"]) for edition in data["digcomp"]] == [
        ("digcomp-3.0", "1"),
        ("digcomp-2.2", "1"),
    ]
    assert data["digcomp"][0]["competences"][0] == {
        "competence": "1.1",
        "title": data["digcomp"][0]["competences"][0]["title"],
        "coverage": "measured",
        "level": 4,
        "sources": ["1.1"],
    }


def test_a_worker_makes_the_document_for_its_person_alone(client, acme, staff, me, two_results):
    client.force_login(staff)
    response = client.post(address("request-skills-document"))
    document = SkillsDocument.objects.get()
    assert response.url == address("skills-document", document.pk)
    assert client.get(address("download-skills-document", document.pk)).status_code == 404

    carry_out(document.run.pk)

    assert "Download the PDF" in client.get(response.url).content.decode()
    file = client.get(address("download-skills-document", document.pk))
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    colleague = make.member(acme, "staff")
    make.person(acme, user=colleague)
    client.force_login(colleague)
    for name in ("skills-document", "download-skills-document"):
        assert client.get(address(name, document.pk)).status_code == 404


def test_a_document_is_forgotten_after_a_day(client, staff, two_results):
    client.force_login(staff)
    client.post(address("request-skills-document"))
    document = SkillsDocument.objects.get()
    carry_out(document.run.pk)
    assert forget_old_documents() == 0

    SkillsDocument.objects.update(requested_at=timezone.now() - timezone.timedelta(hours=25))

    files = StoredFile.objects.count()
    assert forget_old_documents() == 1
    assert (SkillsDocument.objects.count(), StoredFile.objects.count()) == (0, files - 1)


@pytest.mark.parametrize("name", ["skills-csv", "skills-json", "skills-document", "download-skills-document"])
def test_only_staff_take_their_own_away(client, hr, outsider, name):
    arguments = [1] if "document" in name else []
    client.force_login(hr)
    assert client.get(address(name, *arguments)).status_code == 403
    client.force_login(outsider)
    assert client.get(address(name, *arguments)).status_code == 404

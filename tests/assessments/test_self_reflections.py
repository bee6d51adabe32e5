"""What people say of themselves: by form or from a file, a measure of its own."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.models import Result, ResultImport
from assessments.results import latest_result
from assessments.self_reflections import import_file, reflect, reflections_of
from organisations.problems import Refused
from tests import make

pytestmark = pytest.mark.django_db

CODES = "1.1 1.2 1.3 2.1 2.2 2.3 2.4 2.5 2.6 3.1 3.2 3.3 3.4 4.1 4.2 4.3 4.4 5.1 5.2 5.3 5.4".split()
LEVELS = [3, None, 5, *[None] * 18]


def address(name, slug="acme"):
    return reverse(f"assessments:{name}", args=[slug])


def file_of(*rows, header=("staff_number", "email", "answered_on", "framework", *CODES)):
    return "\n".join(";".join(row) for row in (header, *rows)).encode()


def line(number="7", email="", day="2026-03-10", framework="digcomp-3.0", levels=("3", "", "5")):
    return [number, email, day, framework, *levels, *[""] * (21 - len(levels))]


@pytest.fixture
def person(acme):
    return make.person(acme, staff_number="7", email="ada@acme.example")


@pytest.fixture
def me(staff):
    return staff.people.get()


def problems_of(acme, content):
    with pytest.raises(Refused) as refusal:
        import_file(acme, "answers.csv", content, None)
    assert not Result.with_held.exists()
    return [
        (problem.line, problem.column, problem.value, problem.reason) for problem in refusal.value.problems
    ]


# --- By form ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_a_measure_of_its_own(person):
    result = reflect(person, LEVELS)

    assert (result.measure, result.framework.code, result.levels) == ("self_declared", "digcomp-3.0", LEVELS)
    assert (result.person, result.result_import.kind, result.held_until) == (person, "self_declared", None)
    assert latest_result(person) is None


def test_the_same_answer_on_the_same_day_is_kept_once(person):
    reflect(person, LEVELS)
    reflect(person, LEVELS)
    reflect(person, [4, *LEVELS[1:]])

    assert [result.levels[0] for result in reflections_of(person)] == [4, 3]
    assert ResultImport.objects.count() == 1


def test_saying_nothing_is_no_answer(person):
    with pytest.raises(Refused):
        reflect(person, [None] * 21)


def test_staff_answer_the_form_and_find_their_answers_again(client, staff, me):
    client.force_login(staff)

    response = client.post(address("self-reflection"), {"level_1": "3", "level_21": "8"})

    assert response.status_code == 302
    assert reflections_of(me).get().levels == [3, *[None] * 19, 8]
    page = client.get(address("self-reflection")).content.decode()
    assert '<option value="8" selected>' in page


@pytest.mark.parametrize("answers", [{}, {"level_1": "9"}, {"level_1": "x"}, {"level_1": "0"}])
def test_a_form_without_a_level_comes_back(client, staff, me, answers):
    client.force_login(staff)

    assert client.post(address("self-reflection"), answers).status_code == 422
    assert not reflections_of(me).exists()


def test_whoever_has_not_read_the_notice_reads_it_first(client, staff, me):
    me.acknowledgements.all().delete()
    client.force_login(staff)

    response = client.post(address("self-reflection"), {"level_1": "3"})

    assert response.url == reverse("organisations:notice", args=["acme"])
    assert not Result.with_held.exists()


def test_the_form_is_for_staff(client, hr, outsider):
    client.force_login(hr)
    assert client.get(address("self-reflection")).status_code == 403
    client.force_login(outsider)
    assert client.get(address("self-reflection")).status_code == 404


# --- From a file ------------------------------------------------------------------------------------------------------


def test_a_file_is_imported_once(acme, person):
    other = make.person(acme, staff_number="8", email="bo@acme.example")
    content = file_of(line(), line("", "BO@acme.example", "2026-03-11", "digcomp-2.2"))

    assert import_file(acme, "answers.csv", content, None) == {"rows": 2, "created": 2, "unchanged": 0}
    assert import_file(acme, "answers.csv", content, None) == {"rows": 2, "created": 0, "unchanged": 2}
    assert set(
        acme.results.values_list("person", "framework__code", "shared_at__date", "day_only", "levels__0")
    ) == {
        (person.pk, "digcomp-3.0", date(2026, 3, 10), True, 3),
        (other.pk, "digcomp-2.2", date(2026, 3, 11), True, 3),
    }
    assert ResultImport.objects.count() == 2  # one for each version of the framework


def test_a_file_of_guesses_does_not_tell_what_somebody_chose(acme, person):
    reflect(person, LEVELS)
    guess = line(day=timezone.localdate().isoformat())

    assert import_file(acme, "guess.csv", file_of(guess), None) == {"rows": 1, "created": 1, "unchanged": 0}


def test_answers_of_somebody_not_yet_informed_are_held(acme):
    make.person(acme, staff_number="7", informed=False)

    import_file(acme, "answers.csv", file_of(line()), None)

    assert (acme.results.count(), Result.with_held.held().count()) == (0, 1)


def test_every_wrong_cell_is_named_and_nothing_is_saved(acme, person):
    tomorrow = (timezone.localdate() + timezone.timedelta(days=1)).isoformat()
    content = file_of(
        line(),
        line("99"),
        line(day="10/03/2026"),
        line(day=tomorrow),
        line(framework="digcomp"),
        line(day="2026-03-12", levels=("9", "x")),
        line(day="2026-03-13", levels=("",)),
        line(),
    )

    assert problems_of(acme, content) == [
        (3, "staff_number", "99", "Nobody here has this staff number or e-mail."),
        (4, "answered_on", "10/03/2026", "A date looks like 2026-12-31 here."),
        (5, "answered_on", tomorrow, "This day lies in the future or before the framework."),
        (6, "framework", "digcomp", "The framework is digcomp-3.0 / digcomp-2.2."),
        (7, "1.1", "9", "A level is a whole number from 1 to 8, or nothing."),
        (7, "1.2", "x", "A level is a whole number from 1 to 8, or nothing."),
        (8, None, None, "This row has no level at all."),
        (9, None, None, "Line 2 has an answer of the same person on the same day."),
    ]


def test_two_identities_of_one_row_must_agree(acme, person):
    make.person(acme, staff_number="8", email="bo@acme.example")

    problems = problems_of(acme, file_of(line("7", "bo@acme.example")))

    assert problems == [(2, "staff_number", "7", "Staff number and e-mail belong to different people.")]


def test_missing_columns_are_named(acme):
    assert [reason for *_place, reason in problems_of(acme, b"email;levels\na@b.example;3\n")] == [
        "The column answered_on is missing.",
        "The column framework is missing.",
        "The column 1.1 is missing.",
    ]


def test_people_of_other_organisations_are_unknown(acme):
    make.person(make.organisation(), staff_number="7")

    assert problems_of(acme, file_of(line()))[0][0] == 2


def test_hr_uploads_a_filled_template(client, acme, hr):
    make.person(acme, staff_number="00101")
    client.force_login(hr)
    template = client.get(address("self-reflection-template"))
    assert template["Content-Type"].startswith("text/csv")

    upload = SimpleUploadedFile("answers.csv", template.content)
    response = client.post(address("import-self-reflections"), {"file": upload})

    assert response.status_code == 302
    assert acme.results.get().levels == [3] * 21


def test_a_wrong_file_is_answered_with_its_lines(client, hr):
    client.force_login(hr)

    response = client.post(
        address("import-self-reflections"), {"file": SimpleUploadedFile("answers.csv", file_of(line("99")))}
    )

    assert response.status_code == 422
    assert "Nobody here has this staff number or e-mail." in response.content.decode()


@pytest.mark.parametrize("name", ["import-self-reflections", "self-reflection-template"])
def test_files_are_for_hr(client, staff, outsider, name):
    client.force_login(staff)
    assert client.get(address(name)).status_code == 403
    client.force_login(outsider)
    assert client.get(address(name)).status_code == 404

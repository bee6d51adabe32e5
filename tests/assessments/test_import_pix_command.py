"""`import_pix`: the names and values that the samples' expectations use."""

import json

import pytest
from django.core.management import call_command

from assessments.pix_words import competence_codes
from tests import make
from tests.assessments.pix_export import EXPECTED, SAMPLES, export, participation

ANSWER = ["--competences", "1.1,1.2,1.3,2.1,2.3,2.4,4.1,5.1"]
BADGES = ["--badge", "Digitale burger", "--badge", "Veilig & wel"]
TOLD = {"assessment-nl.csv": [*ANSWER, *BADGES]}  # the file names neither
WARNED = {
    "assessment-fr-import-columns.csv": [
        "No column of this file was read as the external id; “Catégorie d'agent” counts as an imported column."
    ]
}
COUNTS = ("matched", "unmatched", "created", "unchanged", "people", "retakes", "warnings", "errors")


@pytest.fixture
def run(acme, capsys):
    """Run the command on a file; gives the exit code and the answer."""

    def run(path, *arguments):
        code = 0
        try:
            call_command("import_pix", "--organisation", "acme", "--json", str(path), *arguments)
        except SystemExit as stop:
            code = stop.code
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def written(tmp_path):
    def written(content):
        path = tmp_path / "export.csv"
        path.write_bytes(content)
        return path

    return written


@pytest.mark.parametrize("name", EXPECTED)
def test_every_key_agrees_with_what_is_expected(run, name):
    code, answer = run(SAMPLES / name, "--rows", *TOLD.get(name, []))

    rows = {row["line"]: row for row in answer.pop("rows")}
    expected = dict(EXPECTED[name])
    expected_rows = expected.pop("rows")
    if name.startswith("legacy"):
        expected_rows = [{**row, "sharedAt": row["sharedAt"][:10]} for row in expected_rows]
    people, participations = expected["distinct_last_first_pairs"], expected["participations"]
    expected |= {
        "people": people,
        "retakes": participations - people,
        "created": participations,
        "errors": [],
    }
    assert code == 0
    assert {key: answer[key] for key in expected} == expected
    assert [rows[row["line"]] for row in expected_rows] == expected_rows
    assert len(rows) == participations
    assert "question" not in answer
    of_the_file = [warning for warning in answer["warnings"] if warning["line"]]
    assert [warning["reason"] for warning in of_the_file] == WARNED.get(name, [])


def test_it_counts_what_an_import_would_do_and_does_nothing(acme, run, written):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    path = written(export(participation(), participation(first="Bob", extra=("8",), sent=None)))

    code, answer = run(path)

    assert (code, {name: answer[name] for name in COUNTS}) == (
        0,
        {
            "matched": 1,
            "unmatched": 1,
            "created": 2,
            "unchanged": 0,
            "people": 2,
            "retakes": 0,
            "warnings": [],
            "errors": [],
        },
    )
    assert "rows" not in answer
    assert (acme.results.count(), acme.files.count(), acme.result_imports.count()) == (0, 0, 0)


def test_with_commit_it_imports_and_the_second_time_nothing(acme, run):
    path = SAMPLES / "profiles-collection-fr.csv"

    assert run(path, "--commit")[1]["created"] == 40
    assert acme.results.count() == 40

    _code, answer = run(path, "--commit")
    assert (answer["created"], answer["unchanged"], acme.results.count()) == (0, 40, 40)


def test_it_says_whose_each_line_is(acme, run, tmp_path):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    file = tmp_path / "export.csv"
    file.write_bytes(export(participation(), participation(first="Bob", extra=("8",))))

    _code, answer = run(file, "--people")

    assert answer["whose"] == [
        {"line": 2, "person": "00101", "attached": "number"},
        {"line": 3, "waits": "unknown_number"},
    ]


def test_people_are_matched_by_staff_number(acme, run):
    people = {"00101": "+Plus", "2026-05": "Havossi", "MAT-1032": "Miruric"}  # the first took part twice
    for number, last_name in people.items():
        make.person(acme, staff_number=number, last_name=last_name)

    _code, answer = run(SAMPLES / "profiles-collection-fr.csv")

    assert (answer["matched"], answer["unmatched"]) == (4, 36)


def test_a_refused_file_says_where_and_why(acme, run, written):
    row = participation()
    row[-1] = "99"

    code, answer = run(written(export(row)), "--commit")

    assert (code, answer) == (
        1,
        {
            "errors": [
                {
                    "line": 2,
                    "column": "Nombre de pix pour la compétence compétence 16",
                    "value": "99",
                    "reason": "Pix per competence are a whole number from 0 to 64.",
                }
            ]
        },
    )


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("learner-import-*.csv")), ids=lambda path: path.stem)
def test_a_file_without_results_is_refused(run, path):
    code, answer = run(path)

    assert (code, [error["line"] for error in answer["errors"]]) == (1, [1])


def test_a_file_that_is_not_there_is_refused(run):
    code, answer = run("/nowhere/export.csv")

    assert (code, answer["errors"][0]["reason"]) == (
        1,
        "/nowhere/export.csv can't be read: No such file or directory.",
    )


def test_warnings_are_told(acme, run, written):
    row = participation()
    row[-35] = 32

    _code, answer = run(written(export(row)))

    stranger, odd_score = answer["warnings"]
    assert "Is it the file of another organisation?" in stranger["reason"]
    assert (odd_score["line"], odd_score["value"]) == (2, "32")


# --- What a Dutch assessment export cannot say ------------------------------------------------------------------------

DUTCH = SAMPLES / "assessment-nl.csv"


def test_a_dutch_assessment_asks_for_its_competences(run):
    code, answer = run(DUTCH)

    assert code == 0
    assert (answer["competences_in_order"], answer["sum_validated_per_competence"]["1"]) == (None, 113)
    assert answer["question"] == {
        "asked": "Which 8 competences does this test measure, in the order of the columns? "
        "The file does not name them.",
        "competences": 8,
        "item_totals": [10, 7, 10, 10, 10, 7, 10, 10],
        "area_totals": [27, 27, 10, 10],
        "badges": 2,
        "possible": 224,
        "candidates": [],
    }


def test_a_wrong_answer_is_refused_with_the_reason(run):
    code, answer = run(DUTCH, "--competences", "1.1,1.2,2.1,2.2,2.3,2.4,4.1,5.1")

    assert (code, [error["reason"] for error in answer["errors"]]) == (
        1,
        ["The areas of these competences would have 17, 37, 10, 10 items; the file says 27, 27, 10, 10."],
    )


def test_only_an_assessment_leaves_competences_to_be_named(run):
    code, answer = run(SAMPLES / "profiles-collection-nl.csv", *ANSWER)

    assert (code, answer["errors"][0]["reason"]) == (
        1,
        "Only the competences and badges of an assessment can be named.",
    )


def test_a_known_campaign_with_the_same_items_answers_the_question(acme, run):
    codes = dict.fromkeys(ANSWER[1].split(","), 10) | {"1.2": 7, "2.4": 7}
    make.shares_of_items(acme, items=[codes.get(code) for code in competence_codes()])

    _code, answer = run(DUTCH)

    assert answer["question"]["candidates"] == [ANSWER[1].split(",")]


def test_a_certification_says_what_became_of_it(run):
    code, answer = run(SAMPLES / "legacy-2022-certification-session-fr.csv")

    assert code == 0
    assert (answer["statuses"], answer["sum_pix_score"], answer["people"], answer["retakes"]) == (
        {"validated": 16, "rejected": 4, "cancelled": 4, "error": 4, "started": 4},
        4744,
        32,
        0,
    )


@pytest.mark.parametrize(
    ("name", "kind", "generation", "people"),
    [
        ("legacy-2022-assessment-fr.csv", "assessment", "2021-03..2022-11", 36),
        ("legacy-2022-profiles-collection-en.csv", "profiles", "2021-03..2023-06", 36),
        ("legacy-2022-certification-session-fr.csv", "certification", "since 2022", 32),
    ],
)
def test_files_of_2022_say_the_same_of_themselves(run, name, kind, generation, people):
    code, answer = run(SAMPLES / name)

    expected = {
        "kind": kind,
        "generation": generation,
        "participations": people,
        "people": people,
        "retakes": 0,
        "created": people,
        "errors": [],
    }
    assert code == 0
    assert {key: answer[key] for key in expected} == expected
    assert [warning["reason"] for warning in answer["warnings"] if warning["line"]] == []

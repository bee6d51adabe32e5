"""Certification results of a session or a class: another writer, whose cells mean other things."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from assessments.pix_files import read_export
from organisations.problems import Refused
from tests.assessments.pix_campaigns import CODES, certification, word
from tests.assessments.pix_export import sample

SESSION = "legacy-2022-certification-session-fr.csv"
STATUSES = ["validated", "rejected", "cancelled", "error", "started"]


def refusal(content):
    with pytest.raises(Refused) as caught:
        read_export(content)
    return caught.value.problems


def by_hand(content):
    """An independent reading of the sample, whose 29 columns are counted by eye."""
    _header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    statuses = dict(zip(["Validée", "Rejetée", "Annulée", "En erreur", "Démarrée"], STATUSES, strict=True))
    complementary = {
        "Validée": "validated",
        "Rejetée": "rejected",
        "Annulée": "cancelled",
        "Non passée": "not_taken",
    }
    return [
        {
            "line": line,
            "last": row[2],
            "first": row[1],
            "ext": row[5],
            "certification": row[0],
            "status": statuses[row[6]],
            "pixScore": None if row[8] == "-" else int(row[8]),
            "perComp": {
                code: None if cell == "-" else int(cell) for code, cell in zip(CODES, row[9:25], strict=True)
            },
            "complementary": {"Pix+ Démo": complementary[row[7]]},
            "session": "9100",
            "centre": 'Centre Démo "Sûre"',
            "certifiedOn": "-".join(reversed(row[28].split("/"))),
        }
        for line, row in enumerate(rows, start=2)
    ]


def test_the_genuine_session_is_read_whole():
    content = sample(SESSION)
    expected = by_hand(content)

    export = read_export(content)

    assert export.rows() == expected
    assert (export.rows()[0]["last"], export.rows()[1]["last"]) == ("=SOMME(A1:A3)", "+Plus")
    assert export.summary() == {
        "kind": "certification",
        "form": "session",
        "language": "fr",
        "generation": "since 2022",
        "columns": 29,
        "participations": 32,
        "statuses": dict(Counter(row["status"] for row in expected)),
        "competences_in_order": CODES,
        "sum_pix_score": sum(row["pixScore"] or 0 for row in expected),
        "sum_level_per_competence": {
            code: sum(row["perComp"][code] or 0 for row in expected) for code in CODES
        },
        "measured_per_competence": {
            code: sum(row["perComp"][code] is not None for row in expected) for code in CODES
        },
        "complementary": {"Pix+ Démo": dict(Counter(row["complementary"]["Pix+ Démo"] for row in expected))},
        "sessions": {"9100": 32},
        "centres": ['Centre Démo "Sûre"'],
        "distinct_last_first_pairs": 32,
    }
    assert export.summary()["statuses"] == {
        "validated": 16, "rejected": 4, "cancelled": 4, "error": 4, "started": 4,
    }  # fmt: skip
    assert export.warnings == []


def test_a_session_is_a_campaign_of_its_own():
    export = read_export(sample(SESSION))

    assert (export.campaign_id, export.campaign_name, export.organisation_name) == (
        "9100",
        "Session 9100",
        'Centre Démo "Sûre"',
    )
    assert (export.certified_on[0], export.shared_at[0], export.day_only) == (
        date(2022, 6, 1),
        datetime(2022, 6, 1, tzinfo=UTC),
        True,
    )


def test_what_is_about_birth_and_the_jury_is_not_kept():
    content = certification([{"birthplace": "Ville-Secrète", "comment": "Commentaire secret"}])

    export = read_export(content)

    assert "secr" not in str(export.rows()) + str(export.summary())


@pytest.mark.parametrize("language", ["fr", "en", "nl"])
@pytest.mark.parametrize("is_class", [False, True])
def test_every_language_and_form_is_read(language, is_class):
    rows = [
        {"status": word("certification_status", language, "validated"), "levels": [8, 0, "-", *[1] * 13]},
        {
            "status": word("certification_status", language, "rejected"),
            "pix": "0",
            "levels": [0] * 15 + ["-"],
        },
        {"status": word("certification_status", language, "cancelled"), "pix": "-", "levels": ["-"] * 16},
        {"status": word("certification_status", language, "error"), "pix": "-", "levels": ["-"] * 16},
        {"status": word("certification_status", language, "started"), "pix": 16, "session": 9101},
    ]

    export = read_export(certification(rows, language, ["Pix+ Droit", "CléA"], is_class))

    assert (export.language, export.statuses) == (language, STATUSES)
    assert export.pix_scores == [240, 0, None, None, 16]
    assert [column[0] for column in export.level_columns] == [8, 0, None, *[1] * 13]
    assert [column[1] for column in export.level_columns] == [0] * 15 + [None]
    assert (export.summary()["form"], export.campaign_id) == ("class" if is_class else "session", "9100-9101")
    assert export.centres == ([""] if is_class else ["Centre"]) * 5
    assert export.complementary == (
        {} if is_class else {"Pix+ Droit": ["not_taken"] * 5, "CléA": ["not_taken"] * 5}
    )
    assert export.warnings == []


def test_a_language_that_we_do_not_know_is_read_by_position():
    header, *rows = certification([{}, {"status": "Abgelehnt", "pix": "0"}]).decode().split("\n")
    header = ";".join(
        name if name.strip('"') in CODES else f'"Spalte {at}"' for at, name in enumerate(header.split(";"))
    )

    export = read_export("\n".join([header, *rows]).replace("Validée", "Bestätigt").encode())

    assert (export.statuses, export.last_names[0]) == (["validated", "rejected"], "Weber")


@pytest.mark.parametrize("name", ["=1+1", "'quoted'", "-5", "@x", "NA", "", "Oui", "12-34", 'a;b\n"c"'])
def test_names_are_not_guarded_and_may_be_anything(name):
    export = read_export(certification([{"last": name, "first": "'=x", "external": "'@4"}]))

    assert (export.last_names, export.first_names, export.external_ids) == ([name], ["'=x"], ["'@4"])


def test_a_session_without_candidates_is_read():
    export = read_export(certification([]))

    assert (len(export), export.campaign_id, export.summary()["sum_pix_score"], export.warnings) == (
        0,
        "",
        0,
        [],
    )


def test_a_file_saved_again_is_read():
    content = certification([{"last": "Müller"}, {"number": 9}])
    text = content.decode("utf-8-sig").replace('"', "").replace("\n", "\r\n")

    for again in (text.encode("cp1252"), text.encode(), (text + "\r\n").encode("utf-8-sig")):
        assert read_export(again).rows() == read_export(content).rows()


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"number": "A7"}, "Numéro de certification", "A7"),
        ({"session": "Lundi"}, "Session", "Lundi"),
        ({"status": "Peut-être"}, "Statut", "Peut-être"),
        ({"status": "Validated"}, "Statut", "Validated"),
        ({"pix": 1025}, "Nombre de Pix", "1025"),
        ({"pix": None}, "Nombre de Pix", ""),
        ({"levels": [9, *[1] * 15]}, "1.1", "9"),
        ({"levels": [*[1] * 15, "-1"]}, "5.2", "-1"),
        ({"levels": [*[1] * 15, None]}, "5.2", ""),
        ({"birthdate": "31/02/1990"}, "Date de naissance", "31/02/1990"),
        ({"date": "2024-05-31"}, "Date de passage de la certification", "2024-05-31"),
        ({"last": "x" * 256}, "Nom", "x" * 79 + "…"),
    ],
)
def test_a_bad_cell_is_refused_with_line_column_and_value(changes, column, value):
    (problem,) = refusal(certification([{}, changes, {}]))

    assert (problem.line, problem.column, problem.value) == (3, column, value)


def test_a_number_of_certification_comes_once():
    problems = refusal(certification([{}, {"number": 7}, {"number": 7}]))

    assert [(problem.line, problem.value) for problem in problems] == [(3, "7"), (4, "7")]


@pytest.mark.parametrize("end", range(1, 12))
def test_a_file_that_was_cut_off_is_refused(end):
    (problem,) = refusal(certification([{}, {}])[:-end])

    assert (problem.line, "ends in the middle of a row" in problem.reason) == (3, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pix": "-"}, "The Pix score is missing."),
        ({"status": "Annulée"}, "A certification that was cancelled or in error measures nothing."),
        ({"status": "Rejetée"}, "A rejected certification gives 0 pix and no level."),
    ],
)
def test_what_does_not_fit_together_is_told(changes, reason):
    (warning,) = read_export(certification([{}, changes, {}])).warnings

    assert (warning.line, warning.column, warning.reason) == (3, "Nombre de Pix", reason)


def test_an_odd_last_row_is_told_as_well():
    (warning,) = read_export(certification([{}, {"pix": "-"}])).warnings

    assert warning.line == 3


def test_columns_beside_the_competences_must_be_there():
    content = certification([{}]).decode().replace('"Statut";', "").encode()

    assert refusal(content)

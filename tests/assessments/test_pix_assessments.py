"""Assessment campaigns: shares of items, competences by name, areas that must add up, and what a file cannot say."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assessments.pix_competences import code_of
from assessments.pix_files import read_export
from organisations.problems import Refused
from tests.assessments import pix_campaigns
from tests.assessments.pix_campaigns import (
    GENERATIONS,
    Campaign,
    Competence,
    Taken,
    assessment,
    pix_competences,
)
from tests.assessments.pix_export import EXPECTED, sample

ASSESSMENTS = [name for name in EXPECTED if name.startswith("assessment")]
DUTCH = "assessment-nl.csv"
ANSWER = EXPECTED[DUTCH]["competences_in_order"]
BADGES = ["Digitale burger", "Veilig & wel"]
SHARED = datetime(2024, 12, 13, 9, 30, tzinfo=UTC)


def refusal(content):
    with pytest.raises(Refused) as caught:
        read_export(content)
    return caught.value.problems


def told(name):
    export = read_export(sample(name))
    return export.told(ANSWER, BADGES) if name == DUTCH else export


# --- Genuine files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSESSMENTS)
def test_the_counts_and_sums_of_a_genuine_file(name):
    expected = {key: value for key, value in EXPECTED[name].items() if key != "rows"}

    summary = told(name).summary()

    assert summary.pop("exam") is False
    assert json.loads(json.dumps(summary)) == expected


@pytest.mark.parametrize("name", ASSESSMENTS)
def test_the_people_of_a_genuine_file(name):
    lines = {row["line"] for row in EXPECTED[name]["rows"]}

    assert [row for row in told(name).rows() if row["line"] in lines] == EXPECTED[name]["rows"]


@pytest.mark.parametrize("name", [*ASSESSMENTS, "legacy-2022-assessment-fr.csv"])
def test_genuine_files_agree_with_themselves(name):
    warnings = [warning.reason for warning in told(name).warnings]

    if name == "assessment-fr-import-columns.csv":
        (imported,) = warnings
        assert "counts as an imported column" in imported
    else:
        assert warnings == []


def by_hand(content):
    """An independent reading of a file whose columns are counted by eye: 27 shared of 36, 8 competences, 4 areas."""
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert (len(header), header[7], header[8]) == (51, "% de progression", "Date de début")
    found = []
    for line, row in enumerate(rows, start=2):
        shared = row[9] == "Oui"
        numbers = [float(cell.replace(",", ".")) for cell in row[15:39]] if shared else []
        competences = {
            code: {"total": numbers[at + 1], "validated": numbers[at + 2], "rate": numbers[at]}
            for code, at in zip(ANSWER, range(0, 24, 3), strict=True)
            if shared
        }
        badges = ["Citoyen·ne numérique", 'L\'essentiel & plus; "sûr"']
        progress = float(row[7].replace(",", "."))
        found.append(
            {
                "line": line,
                "last": re.sub("^'(?=[-@=+])", "", row[4]),
                "first": re.sub("^'(?=[-@=+])", "", row[5]),
                "ext": re.sub("^'(?=[-@=+])", "", row[6]),
                "status": "SHARED" if shared else "TO_SHARE" if progress == 1 else "STARTED",
                "createdAt": row[8],
                "sharedAt": row[10] if shared else None,
                "masteryRate": float(row[14].replace(",", ".")) if shared else None,
                "stage": int(row[11]) if shared else None,
                "badges": [badge for badge, cell in zip(badges, row[12:14], strict=True) if cell == "Oui"],
                "progress": progress,
                "perComp": competences,
            }
        )
    return found


def test_a_file_of_2022_is_read_whole():
    content = sample("legacy-2022-assessment-fr.csv")
    expected = by_hand(content)

    export = read_export(content)

    assert export.rows() == expected
    shared = [row for row in expected if row["status"] == "SHARED"]
    assert export.summary() == {
        "kind": "assessment",
        "language": "fr",
        "generation": "2021-03..2022-11",
        "columns": 51,
        "participations": 36,
        "shared": 27,
        "not_shared": 9,
        "exam": False,
        "competences_in_order": ANSWER,
        "started_not_finished": sum(row["status"] == "STARTED" for row in expected),
        "finished_not_shared": sum(row["status"] == "TO_SHARE" for row in expected),
        "mean_mastery_rate": round(sum(row["masteryRate"] for row in shared) / 27, 6),
        "sum_validated_per_competence": {
            code: sum(row["perComp"][code]["validated"] for row in shared) for code in ANSWER
        },
        "badges_acquired": {"Citoyen·ne numérique": 9, 'L\'essentiel & plus; "sûr"': 2},
        "reached_stage_histogram": {"0": 11, "1": 9, "2": 5, "3": 2},
        "distinct_last_first_pairs": 36,
    }
    assert (export.campaign_id, export.campaign_code, export.target_profile_name) == (
        "801",
        "",
        "Socle numérique de base",
    )
    assert (export.day_only, export.started_day_only, export.highest_stage) == (True, True, 3)


def test_group_student_number_and_skills_are_read():
    export = read_export(sample("assessment-fr-sup-with-skills.csv"))

    assert (export.groups[0], export.student_numbers[0]) == ("Groupe 3; L3", "002600014")
    assert list(export.skills)[:2] == ["@demo24a1", "@demo24a2"]
    assert [column[0] for column in export.skills.values()] == [
        "OK", "KO", "OK", "KO", "OK", "KO", "KO", "OK", "KO", "OK", "KO", "KO", "KO", "OK",
    ]  # fmt: skip
    assert (export.skills["@demo24a1"][4], export.badges[0], export.stages[0]) == (None, None, None)


def test_imported_columns_are_read():
    export = read_export(sample("assessment-fr-import-columns.csv"))

    assert {label: column[0] for label, column in export.imported.items()} == {
        "Direction": "Direction C",
        "Date de naissance": "1984-06-14",
        "Catégorie d'agent": "=cat14",
    }
    assert "ext" not in export.row(0)


# --- What the Dutch file cannot say -----------------------------------------------------------------------------------


def test_a_dutch_file_does_not_name_its_competences():
    export = read_export(sample(DUTCH))

    assert (export.competences, export.summary()["competences_in_order"]) == (None, None)
    assert export.summary()["sum_validated_per_competence"] == dict(
        zip("12345678", EXPECTED[DUTCH]["sum_validated_per_competence"].values(), strict=True)
    )
    assert export.summary()["badges_acquired"] == {"1": 10, "2": 8}
    assert (export.item_totals(), export.area_totals()) == ([10, 7, 10, 10, 10, 7, 10, 10], [27, 27, 10, 10])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ANSWER[:-1], "The file has 8 competences; 7 were named."),
        ([*ANSWER[:-1], "6"], "“6” is no competence of Pix"),
        ([*ANSWER[:-1], "5.3"], "“5.3” is no competence of Pix"),
        ([*ANSWER[:-1], "4.1"], "A competence is named twice."),
        (["1.2", "1.1", *ANSWER[2:]], "in the order of their numbers"),
        (["1.1", "1.2", "1.3", "2.1", "2.3", "2.4", "4.1", "4.2"], "belong to 3 areas; the file has 4"),
        (
            ["1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "4.1", "5.1"],
            "would have 17, 37, 10, 10 items; the file says 27, 27, 10, 10",
        ),
    ],
)
def test_a_wrong_answer_is_refused_with_the_reason(answer, reason):
    with pytest.raises(Refused, match=re.escape(reason)):
        read_export(sample(DUTCH)).told(answer)


def test_an_answer_that_fits_is_taken():
    export = read_export(sample(DUTCH)).told(["1.1", "1.2", "1.3", "3.1", "3.2", "3.3", "4.2", "5.2"])

    assert export.competences == ("1.1", "1.2", "1.3", "3.1", "3.2", "3.3", "4.2", "5.2")


def test_a_file_that_names_its_competences_takes_no_other():
    export = read_export(sample("assessment-fr.csv"))

    assert export.told(ANSWER).codes == export.codes
    with pytest.raises(Refused, match=r"is competence 2\.3, and not 2\.2"):
        export.told(["1.1", "1.2", "1.3", "2.1", "2.2", "2.4", "4.1", "5.1"])


def test_as_many_names_as_badges_are_needed():
    with pytest.raises(Refused, match="The file has 2 badges"):
        read_export(sample(DUTCH)).told(ANSWER, ["Digitale burger"])


def test_all_sixteen_competences_need_no_answer():
    campaign = Campaign(language="nl", competences=pix_competences(pix_campaigns.CODES))

    export = read_export(assessment(campaign, [Taken(shared=SHARED, validated=(5,) * 16)]))

    assert export.competences == tuple(pix_campaigns.CODES)


# --- Other frameworks, other words ------------------------------------------------------------------------------------

PIX_PLUS = (
    Competence("Domaine <juridique>", "Pix+ Droit", 12),
    Competence("Identité & traces", "Pix+ Droit", 5),
)


def test_badges_of_one_name_or_none_are_told_apart():
    names = ("B (3)", "B", "B", "", "4")
    campaign = Campaign(badges=names, competences=pix_competences(["1.1"]))

    export = read_export(assessment(campaign, [Taken(shared=SHARED, badges=(True,) * 5, validated=(5,))]))

    assert export.badges == [["B (3)", "B", "B (3) (3)", "4", "4 (5)"]]


def test_the_stage_may_stand_after_the_badges():
    campaign = Campaign(stages=3, badges=("Badge",), competences=pix_competences(["1.1"]))
    header = pix_campaigns.assessment_header(campaign)
    row = pix_campaigns.assessment_row(
        campaign, Taken(shared=SHARED, stage=2, badges=(True,), validated=(5,))
    )
    at = header.index("Palier obtenu (/3)")
    for cells in (header, row):
        cells[at], cells[at + 1] = cells[at + 1], cells[at]

    export = read_export(pix_campaigns.written([header, row]))

    assert (export.stages, export.badges) == ([2], [["Badge"]])


def test_competences_of_other_frameworks_are_kept_apart():
    campaign = Campaign(competences=(*pix_competences(["1.1", "2.3"]), *PIX_PLUS))

    export = read_export(assessment(campaign, [Taken(shared=SHARED, validated=(5, 10, 12, 1))]))

    assert export.competences == ("1.1", "2.3")
    assert export.validated_columns == [[5], [10]]
    assert {name: (block.items, block.validated) for name, block in export.other_competences.items()} == {
        "Domaine <juridique>": ([12], [12]),
        "Identité & traces": ([5], [1]),
    }
    assert export.summary()["sum_validated_per_other_competence"] == {
        "Domaine <juridique>": 12,
        "Identité & traces": 1,
    }
    assert export.warnings == []


def test_only_other_frameworks_are_no_question():
    export = read_export(assessment(Campaign(competences=PIX_PLUS), [Taken(shared=SHARED, validated=(1, 2))]))

    assert (export.competences, len(export.other_competences)) == ((), 2)


def test_other_frameworks_can_be_named_for_a_dutch_file():
    campaign = Campaign(language="nl", competences=(*pix_competences(["1.1"]), *PIX_PLUS))

    export = read_export(assessment(campaign, [Taken(shared=SHARED, validated=(5, 12, 1))]))
    export = export.told(["1.1", "21.1", "21.2"])

    assert (export.competences, list(export.other_competences)) == (("1.1",), ["21.1", "21.2"])


def test_a_name_in_other_words_is_found_where_only_one_competence_is_left():
    first, second, third = pix_competences(["1.1", "1.2", "1.3"])
    campaign = Campaign(competences=(first, replace(second, name="Organiser ses données"), third))

    export = read_export(assessment(campaign, [Taken(shared=SHARED, validated=(1, 2, 3))]))

    assert export.competences == ("1.1", "1.2", "1.3")


@pytest.mark.parametrize("everybody_shares", [True, False])
def test_words_for_yes_and_no_that_we_do_not_know_are_told_by_the_dates(everybody_shares):
    campaign = Campaign(language="es", badges=("Um", "Dois"), competences=pix_competences(["4.2", "4.3"]))
    people = [Taken(shared=SHARED, badges=(True, False), validated=(1, 2))]
    people += [] if everybody_shares else [Taken(progress="0.5")]
    content = assessment(campaign, people).decode().replace('"Sí"', '"Sim"').replace('"No"', '"Não"').encode()

    export = read_export(content)

    assert (export.shared[0], export.badges[0]) == (True, ["Um obtenido"])
    assert sum(export.shared) == 1


@pytest.mark.parametrize(("language", "written", "mended"), [("nl", "Geen", "Nee"), ("de", "Nicht", "Nein")])
def test_a_word_that_may_be_mended_is_understood(language, written, mended):
    campaign = Campaign(language=language, badges=("B",), competences=pix_competences(["4.2"]))
    people = [Taken(shared=SHARED, badges=(False,), validated=(1,)), Taken(progress="0.5")]
    content = assessment(campaign, people).decode().replace(f'"{written}"', f'"{mended}"').encode()

    export = read_export(content)

    assert (export.shared, export.badges) == ([True, False], [[], None])


def test_names_that_we_know_are_found_behind_words_that_we_do_not():
    campaign = Campaign(language="es", competences=pix_competences(["4.2", "4.3"]))

    export = read_export(assessment(campaign, [Taken(shared=SHARED, validated=(1, 2))]))

    assert export.competences == ("4.2", "4.3")


def test_a_code_before_the_name_says_which_competence_it_is():
    first, second = pix_competences(["2.1", "2.2"])
    campaign = Campaign(
        language="de",
        competences=(
            replace(first, name="2.1 Austausch", area="Zwei"),
            replace(second, name="2.2. Teilen", area="Zwei"),
        ),
    )

    assert read_export(assessment(campaign, [Taken(shared=SHARED, validated=(1, 2))])).competences == (
        "2.1",
        "2.2",
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Mener une recherche et une veille d'informations", "1.1"),
        ("Développer des documents multimédia", "3.2"),
        ("S'INSÉRER DANS LE MONDE NUMÉRIQUE.", "2.4"),
        ("Gérer des données", "1.2"),
        ("Traiter des données", "1.3"),
        ("Pix+Édu - Communiquer", None),
        ("Protéger les données", None),
        ("", None),
    ],
)
def test_a_name_may_differ_by_a_letter_or_two(name, code):
    assert code_of(name) == code


def test_a_name_in_other_words_is_asked_where_several_are_left():
    first, second = pix_competences(["2.1", "2.2"])
    campaign = Campaign(competences=(first, replace(second, name="Diffuser")))

    assert read_export(assessment(campaign, [Taken(shared=SHARED, validated=(1, 2))])).competences is None


@pytest.mark.parametrize("people", [[], [Taken(shared=SHARED, validated=(5, 10, 2, 3))]])
def test_a_language_that_we_do_not_know_is_read_by_position(people):
    names = pix_competences(["1.1", "1.3", "2.1", "5.2"])
    names = tuple(replace(each, name=f"Nombre {place}") for place, each in enumerate(names))
    campaign = Campaign(
        language="es", stages=3, badges=("Ciudadanía",), competences=names, skills=("@uno", "@dos")
    )
    people = [replace(each, stage=2, badges=(True,), skills=("OK", "No probado")) for each in people]
    people.append(Taken(first="Eva", progress="0.5"))

    export = read_export(assessment(campaign, people))

    assert (export.language, export.generation, export.competences) == ("other", "since 2024-12-17", None)
    assert (len(export.blocks), len(export.areas), export.highest_stage) == (4, 3, 3)
    if len(people) == 2:
        assert (export.stages, export.badges[0], export.mastery_rates) == (
            [2, None],
            ["Ciudadanía obtenido"],
            [Decimal("0.5"), None],
        )
        assert export.skills == {"@uno": ["OK", None], "@dos": ["NOT_TESTED", None]}
        assert export.told(["1.1", "1.3", "2.1", "5.2"]).validated_columns == [
            [5, None],
            [10, None],
            [2, None],
            [3, None],
        ]


# --- Columns on the left ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        "Matricule",
        "% de progression",
        "Partage (O/N)",
        "Code",
        "Groupe",
        "12-34",
        "=A1",
        "Date de début",
        "&amp;",
    ],
)
def test_the_external_id_may_be_labelled_like_anything(label):
    campaign = Campaign(label=label, competences=pix_competences(["1.1"]))
    people = [
        Taken(external_id="00101", shared=SHARED, validated=(5,)),
        Taken(external_id="0,5", progress="0.5"),
    ]

    export = read_export(assessment(campaign, people))

    assert (export.external_ids, export.progress) == (["00101", "0,5"], [Decimal(1), Decimal("0.5")])


def test_three_imported_columns_may_be_labelled_like_the_status():
    labels = ("Date de début", "Partage (O/N)", "Date du partage")
    campaign = Campaign(
        generation="2023-07", imported=labels, label="Matricule", competences=pix_competences(["1.1"])
    )
    people = [Taken(imported=("NA", "Oui", "NA"), external_id="1", shared=SHARED, validated=(5,))]

    export = read_export(assessment(campaign, people))

    assert (export.imported, export.external_ids) == (
        {"Date de début": ["NA"], "Partage (O/N)": ["Oui"], "Date du partage": ["NA"]},
        ["1"],
    )


def test_an_exam_may_have_no_progress():
    campaign = Campaign(exam=True, label="% de progression", competences=pix_competences(["1.1"]))

    export = read_export(
        assessment(campaign, [Taken(external_id="A-7", shared=SHARED, validated=(5,)), Taken()])
    )

    assert (export.exam, export.external_ids, export.progress) == (True, ["A-7", ""], [None, None])
    assert export.summary()["started_not_finished"] is None
    assert export.row(1)["status"] == "NOT_SHARED"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_dates_keep_the_precision_of_their_generation(generation):
    campaign = Campaign(generation=generation, competences=pix_competences(["1.1"]))
    evening = datetime(2024, 12, 13, 23, 30, tzinfo=UTC)

    export = read_export(assessment(campaign, [Taken(started=SHARED, shared=evening, validated=(5,))]))

    row = export.row(0)
    days_only = generation not in ("current", "2024-12-utc")
    assert export.generation == GENERATIONS[generation]
    assert (row["createdAt"], row["sharedAt"]) == (
        ("2024-12-13", "2024-12-13")
        if days_only
        else ("2024-12-13T09:30:00.000Z", "2024-12-13T23:30:00.000Z")
    )


# --- Does the file agree with itself? ---------------------------------------------------------------------------------

CAMPAIGN = Campaign(stages=3, badges=("Badge",), competences=pix_competences(["1.1", "1.2", "4.1"]))


def person(**changes):
    return Taken(**{"shared": SHARED, "stage": 1, "badges": (True,), "validated": (5, 2, 3), **changes})


def changed(at, value, people=None):
    """An export whose first row has another value in a column counted from the first competence."""
    people = people or [person()]
    header = pix_campaigns.assessment_header(CAMPAIGN)
    first = next(place for place, cell in enumerate(header) if "de la compétence" in cell)
    rows = [header, *(pix_campaigns.assessment_row(CAMPAIGN, each) for each in people)]
    rows[1][first + at] = value
    return pix_campaigns.written(rows), header[first + at]


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (0, pix_campaigns.Bare("0,6"), "5 of 10 items are another share."),
        (-1, pix_campaigns.Bare("0,9"), "10 of 30 items are another share."),
        (-3, 4, "The highest stage is 3."),
        (-7, pix_campaigns.Bare("0,5"), "Whoever has shared their results has finished the test."),
        (11, 8, "7 of 20 items"),
    ],
)
def test_what_does_not_add_up_is_told(at, value, reason):
    content, _label = changed(at, value)

    warnings = read_export(content).warnings

    assert all(warning.line == 2 for warning in warnings)
    assert reason in " ".join(warning.reason for warning in warnings) or at == 11


def test_an_area_is_the_sum_of_its_competences():
    content, label = changed(11, 8)

    (share, area) = read_export(content).warnings

    assert (share.reason, area.reason) == (
        "8 of 20 items are another share.",
        "The competences of this area have 7 validated items.",
    )
    assert (area.line, area.column, area.value) == (2, label, "8")


def test_the_test_is_the_same_for_everybody():
    people = [person(), person()]
    first, _label = changed(1, 12, people)

    reasons = {warning.reason for warning in read_export(first).warnings}

    assert "The rows above have 12 items here; the test is the same for everybody." in reasons


def test_deleted_accounts_keep_their_rate_and_lose_their_items():
    export = read_export(
        assessment(CAMPAIGN, [person(validated=(0, 0, 0), rate="0.5"), person(validated=(0, 0, 0))])
    )

    assert (export.anonymised, export.mastery_rates) == ([True, False], [Decimal("0.5"), Decimal(0)])
    (warning,) = export.warnings
    assert warning.reason.startswith("1 shared result is of a deleted account")


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, "0.5.5"), (0, "1,1"), (0, "2"), (0, "50"), (0, "NA"), (0, "0,333"), (1, "NA"), (1, ""), (1, "1,5"),
        (2, "11"), (2, "99999"), (2, "²"), (-1, "oui"), (-2, "Yes"), (-2, "1"), (-3, "x"), (-4, "NA"), (-4, "2026"),
        (-5, "NA"), (-6, "NA"), (-6, "31/02/2026 10:00"), (-7, "NA"), (-7, "1,0001"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_with_line_column_and_value(at, value):
    content, label = changed(at, value)

    problems = refusal(content)

    assert (problems[0].line, problems[0].column, problems[0].value) == (2, label, value)


def test_a_value_of_somebody_who_has_not_shared_is_refused():
    content, label = changed(2, 3, [Taken(progress="0.5")])

    (problem,) = refusal(content)

    assert (problem.line, problem.column, problem.value) == (2, label, "3")


@pytest.mark.parametrize("people", [[], [person()]])
@pytest.mark.parametrize("missing", [1, 2, 3, 4, 6, 9, 12])
def test_a_file_that_lost_its_last_columns_is_refused(missing, people):
    header = pix_campaigns.assessment_header(CAMPAIGN)
    rows = [header, *(pix_campaigns.assessment_row(CAMPAIGN, each) for each in people)]

    (problem,) = refusal(pix_campaigns.written(row[:-missing] for row in rows))

    assert (problem.line, "cut off or edited" in problem.reason) == (1, True)


def test_columns_that_somebody_moved_are_refused():
    header = pix_campaigns.assessment_header(CAMPAIGN)
    header[-1], header[-4] = header[-4], header[-1]

    (problem,) = refusal(pix_campaigns.written([header]))

    assert (problem.line, "cut off or edited" in problem.reason) == (1, True)

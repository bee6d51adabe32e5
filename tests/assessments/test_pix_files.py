"""Files of Pix, read by content and position; whatever else comes is refused with where and why."""

import sys
from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.pix_files import read_export
from organisations.problems import Problem, Refused
from tests.assessments import pix_export
from tests.assessments.pix_export import EXPECTED, cell, csv_bytes, export, header, participation, sample

CURRENT = [name for name in EXPECTED if name.startswith("profiles")]
PROFILES = [name for name in EXPECTED if "profiles" in name]
COMPETENCES = EXPECTED["profiles-collection-fr.csv"]["competences_in_order"]


def refusal(content):
    with pytest.raises(Refused) as caught:
        read_export(content)
    return caught.value.problems


def reasons(content):
    return [problem.reason for problem in refusal(content)]


def read_or_refused(content):
    """What the file says, or None where it was refused with reasons."""
    try:
        return read_export(content)
    except Refused as refusal:
        refused = refusal
    assert refused.problems
    assert all(problem.reason for problem in refused.problems)
    return None


# --- Genuine files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROFILES)
def test_the_counts_and_sums_of_a_genuine_file(name):
    expected = {key: value for key, value in EXPECTED[name].items() if key != "rows"}

    assert read_export(sample(name)).summary() == expected


@pytest.mark.parametrize("name", CURRENT)
def test_the_people_of_a_genuine_file(name):
    lines = {row["line"] for row in EXPECTED[name]["rows"]}

    assert [row for row in read_export(sample(name)).rows() if row["line"] in lines] == EXPECTED[name]["rows"]


def test_an_older_file_knows_the_day_and_no_time():
    name = "legacy-2024-profiles-collection-fr.csv"
    lines = {row["line"] for row in EXPECTED[name]["rows"]}
    expected = [{**row, "sharedAt": row["sharedAt"][:10]} for row in EXPECTED[name]["rows"]]

    assert [row for row in read_export(sample(name)).rows() if row["line"] in lines] == expected


def test_a_file_of_2022_has_no_campaign_code():
    collection = read_export(sample("legacy-2022-profiles-collection-en.csv"))

    summary = collection.summary()
    levels = summary.pop("sum_level_per_competence")
    assert summary == {
        "kind": "profiles",
        "language": "en",
        "generation": "2021-03..2023-06",
        "columns": 43,
        "participations": 36,
        "shared": 27,
        "not_shared": 9,
        "competences_in_order": COMPETENCES,
        "sum_pix_score": 14006,
        "certifiable": 24,
        "distinct_last_first_pairs": 36,
    }
    assert list(levels) == COMPETENCES
    assert collection.row(1) == {
        "line": 3,
        "last": "+Plus",
        "first": "Ondine",
        "ext": "00101",
        "status": "SHARED",
        "sharedAt": "2022-03-03",
        "pixScore": 785,
        "certifiable": True,
        "certifiableCount": 16,
        "perComp": dict(
            zip(
                COMPETENCES,
                [
                    [7, 56], [3, 29], [7, 56], [7, 56], [6, 49], [7, 56], [5, 44], [7, 56],
                    [4, 39], [7, 56], [5, 44], [7, 56], [4, 37], [6, 51], [7, 56], [5, 44],
                ],
                strict=True,
            )
        ),
    }  # fmt: skip
    assert (collection.campaign_code, collection.campaign_name) == ("", "Collecte de profils 2022")
    assert collection.organisation_name == 'Commune fictive de "Démo-sur-Sûre"; service RH'


@pytest.mark.parametrize("name", PROFILES)
def test_genuine_files_agree_with_themselves(name):
    assert read_export(sample(name)).warnings == []


# --- Files of another kind --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "learner-import-generic-fr.csv",
        "learner-import-sup-fr.csv",
        "learner-import-template-sup-en.csv",
        "learner-import-template-sup-fr.csv",
    ],
)
def test_a_list_of_people_is_told_that_it_holds_no_results(name):
    assert reasons(sample(name)) == [
        "This is a list of people to be uploaded to Pix Orga. It holds no results."
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04....xl/workbook.xml", "workbook"),
        (b"PK\x03\x04....word/document.xml", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"\x1f\x8b\x08", "compressed"),
        ("Nom;Prénom\n".encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'{"campaigns": []}', "web page or a data file"),
        (b"Nom;Pr\0nom\n", "no text"),
        (b"Last name,First name,Staff number\nWeber,Ada,7\n", "not a file of Pix results"),
        (b"hello", "not a file of Pix results"),
        ("Nom de l'organisation;Prénom".encode().decode("cp1252").encode(), "accents"),
        ("Prénom;\u0081".encode("latin-1"), "accents"),
    ],
)
def test_what_is_no_export_is_refused(content, sentence):
    (reason,) = reasons(content)

    assert sentence in reason


def test_a_refusal_speaks_the_language_of_the_reader():
    with translation.override("fr"):
        (problem,) = refusal(b"")

    assert isinstance(problem.reason, str)


# --- Sizes ------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_refused_before_it_is_read(settings):
    settings.PIX_MAX_BYTES = 1_000_000

    assert reasons(b"x" * 1_000_001) == [
        "The file is larger than 1 MB. Export each campaign to a file of its own."
    ]


def test_a_file_with_too_many_rows_is_refused_with_the_line(settings):
    settings.PIX_MAX_ROWS = 2

    (problem,) = refusal(export(*[participation()] * 3))

    assert (problem.line, "more than 2 rows" in problem.reason) == (4, True)


def test_as_many_rows_as_allowed_are_read(settings):
    settings.PIX_MAX_ROWS = 3

    assert len(read_export(export(*[participation()] * 3))) == 3


def work(function):
    """How many calls it makes: the same on every machine, however busy."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def test_reading_takes_work_in_proportion_to_the_rows():
    small, large = (pix_export.many(rows) for rows in (1_000, 4_000))

    assert work(lambda: read_export(large)) < 4.4 * work(lambda: read_export(small))


def test_rows_of_far_too_many_cells_are_refused():
    wide = b";" * 2_001 + b"\n"

    assert [problem.line for problem in refusal(wide)] == [1]
    assert [problem.line for problem in refusal(export() + wide)] == [2]


@pytest.mark.parametrize("content", [b'"', b";", b"\n", b"\r", b"a", b"&#", b"\xc3\xa9", b'";"', b"NA\n"])
def test_a_monotonous_file_is_refused_with_work_in_proportion_to_its_size(content):
    small, large = (content * (size // len(content)) for size in (100_000, 400_000))

    assert work(lambda: refusal(large)) < 4.4 * work(lambda: refusal(small)) + 1_000
    assert refusal(content * (5_000_000 // len(content)))


def test_a_campaign_without_participants_is_read():
    collection = read_export(export())

    assert (len(collection), collection.summary()["sum_pix_score"], collection.warnings) == (0, 0, [])


# --- Columns ----------------------------------------------------------------------------------------------------------


def places(labels, extra, **options):
    layout = read_export(export(participation(extra=extra), labels=labels, **options)).layout
    names = ("group", "division", "student_number", "external_id")
    return {name: getattr(layout, name) for name in names if getattr(layout, name) is not None} | (
        {"imported": layout.imported} if layout.imported else {}
    )


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((), {}),
        (("Matricule",), {"external_id": 6}),
        (("Groupe",), {"external_id": 6}),
        (("Code",), {"external_id": 6}),
        (("Numéro Étudiant",), {"external_id": 6}),
        (("Nom du Participant",), {"external_id": 6}),
        (("Envoi (O/N)",), {"external_id": 6}),
        (("Classe",), {"division": 6}),
        (("Classe", "Classe"), {"division": 6, "external_id": 7}),
        (("Groupe", "Numéro Étudiant"), {"group": 6, "student_number": 7}),
        (("Groupe", "Numéro Étudiant", "Groupe"), {"group": 6, "student_number": 7, "external_id": 8}),
        (("Service", "Groupe", "Numéro Étudiant"), {"imported": (6,), "group": 7, "student_number": 8}),
        (("Service", "Site", "Classe", "Matricule"), {"imported": (6, 7), "division": 8, "external_id": 9}),
        (("Direction", "Date de naissance", "Matricule"), {"imported": (6, 7), "external_id": 8}),
        (("Direction", "Date de naissance", "Catégorie d'agent"), {"imported": (6, 7, 8)}),
    ],
)
def test_optional_columns_are_found_by_position(labels, expected):
    assert places(labels, extra=tuple("abcd"[: len(labels)])) == expected


def test_a_column_called_class_that_names_people_is_the_external_id():
    rows = [participation(last=f"Nom{number}", extra=(f"M{number}",)) for number in range(6)]

    assert read_export(export(*rows, labels=("Classe",))).external_ids == ["M0", "M1", "M2", "M3", "M4", "M5"]


def test_imported_columns_keep_their_labels_and_values():
    content = export(
        participation(extra=("Direction A", "=cat1", "S1")), labels=("Service", "=Catégorie", "Matricule")
    )

    collection = read_export(content)

    assert collection.imported == {"Service": ["Direction A"], "=Catégorie": ["=cat1"]}
    assert collection.external_ids == ["S1"]


def test_two_imported_columns_of_one_name_are_both_kept():
    content = export(participation(extra=("a", "b", "S1")), labels=("Service", "Service", "Matricule"))

    assert read_export(content).imported == {"Service": ["a"], "Service (8)": ["b"]}


def test_imported_columns_alone_are_told():
    collection = read_export(export(participation(extra=("a", "b")), labels=("Direction", "Site")))

    assert [(warning.line, warning.column) for warning in collection.warnings] == [(1, "Site")]
    assert "ext" not in collection.row(0)


def test_german_is_read():
    content = export(
        participation(language="de", extra=("7",)),
        language="de",
        labels=("Personalnummer",),
        names=[f"{n}." for n in range(16)],
    )

    summary = read_export(content).summary()

    assert (summary["language"], summary["shared"], summary["sum_pix_score"]) == ("de", 1, 31)


def test_a_language_that_we_do_not_know_is_read_by_position():
    rows = [participation(language="es"), participation(language="es", first="Eva", sent=None)]

    summary = read_export(export(*rows, language="es")).summary()

    assert (summary["language"], summary["generation"]) == ("other", "since 2024-12-17")
    assert (summary["shared"], summary["not_shared"], summary["sum_pix_score"]) == (1, 1, 31)


def test_names_in_headers_are_unescaped_and_nothing_else_is():
    names = ["S&#39;insérer dans le monde numérique", "&#" + "9" * 5_000, *pix_export.NAMES[2:]]

    (problem,) = refusal(export(participation(), names=names))

    assert (problem.line, problem.column) == (
        1,
        "Niveau pour la compétence S'insérer dans le monde numérique",
    )


def test_columns_that_somebody_moved_are_refused():
    names = ["Gérer des données", "Mener une recherche et une veille d’information", *pix_export.NAMES[2:]]

    problems = refusal(export(participation(), names=names))

    assert [(problem.line, problem.column) for problem in problems] == [
        (1, "Niveau pour la compétence Gérer des données"),
        (1, "Niveau pour la compétence Mener une recherche et une veille d’information"),
    ]


def test_a_header_that_lost_its_end_is_refused():
    (reason,) = reasons(csv_bytes(header()[:-3], participation()[:-3]))

    assert "cut off or edited" in reason


# --- Cells ------------------------------------------------------------------------------------------------------------


def names_read(content):
    collection = read_export(content)
    return list(zip(collection.last_names, collection.first_names, collection.external_ids, strict=True))


def test_people_may_be_called_anything():
    people = [
        ("NA", "Oui", "NA"),
        ("Non", "NA", "@12"),
        ("12-34", "007", "00101"),
        ("", "", ""),
        ("=SOMME(A1:A3)", "+Plus", "-Tiret"),
        ("'t Hart", "'", "'7"),
        ("O'Fictif", 'Van "Guillemet"', "a;b"),
        ("<b>Gras</b>", "Ñandú & Fils", "&#39;"),
        ("Zwei\nZeilen", "Tab\tulé", "  spaces  "),
        ("Ελληνικά", "東京", "🎓"),
    ]

    assert (
        names_read(export(*[participation(last, first, (number,)) for last, first, number in people]))
        == people
    )


def test_lines_are_counted_as_in_the_file():
    rows = [participation(last="Zwei\nZeilen"), participation(last="Nom"), participation(last="X", sent="NA")]

    (problem,) = refusal(export(*rows))

    assert (problem.line, problem.value) == (5, "NA")
    assert read_export(export(*rows[:2])).lines == [2, 4]


def changed(column, value, **options):
    """An export whose one row has another value in a column, counted from the row's end."""
    row = participation(**options)
    row[column] = value
    return export(row)


@pytest.mark.parametrize(
    ("column", "value", "label"),
    [
        (-37, "Yes", "Envoi (O/N)"),
        (-37, "", "Envoi (O/N)"),
        (-36, "17/03/2026", "Date et heure de l'envoi (Europe/Paris)"),
        (-36, "2026-03-17", "Date et heure de l'envoi (Europe/Paris)"),
        (-36, "31/02/2026 10:00", "Date et heure de l'envoi (Europe/Paris)"),
        (-36, "17/03/0001 10:00", "Date et heure de l'envoi (Europe/Paris)"),
        (-36, "17/03/2026 24:00", "Date et heure de l'envoi (Europe/Paris)"),
        (-36, "NA", "Date et heure de l'envoi (Europe/Paris)"),
        (-35, "1025", "Nombre de pix total"),
        (-35, "-1", "Nombre de pix total"),
        (-35, "NA", "Nombre de pix total"),
        (-34, "Peut-être", "Certifiable (O/N)"),
        (-33, "17", "Nombre de compétences certifiables"),
        (-32, "9", "Niveau pour la compétence compétence 1"),
        (-32, "2,5", "Niveau pour la compétence compétence 1"),
        (-32, "", "Niveau pour la compétence compétence 1"),
        (-32, "٣", "Niveau pour la compétence compétence 1"),
        (-1, "65", "Nombre de pix pour la compétence compétence 16"),
        (-1, "NA", "Nombre de pix pour la compétence compétence 16"),
    ],
)
def test_a_bad_cell_is_refused_with_line_column_and_value(column, value, label):
    (problem,) = refusal(changed(column, value))

    assert (problem.line, problem.column, problem.value) == (2, label, value)
    assert problem.reason


def test_a_value_of_somebody_who_has_not_shared_is_refused():
    (problem,) = refusal(changed(-1, 5, sent=None))

    assert (problem.line, problem.column, problem.value) == (
        2,
        "Nombre de pix pour la compétence compétence 16",
        "5",
    )


def test_every_bad_cell_is_reported():
    rows = [participation(), participation(), participation()]
    rows[0][-32], rows[2][-32], rows[2][-1] = "9", "x", "99"

    assert [(problem.line, problem.value) for problem in refusal(export(*rows))] == [
        (2, "9"),
        (4, "x"),
        (4, "99"),
    ]


def test_a_long_list_of_problems_ends_with_how_many_more():
    row = participation()
    row[-1] = "99"

    problems = refusal(export(*[row] * 502))

    assert len(problems) == 501
    assert problems[-1] == Problem("There are 2 more problems.")


def test_a_row_of_another_width_is_refused():
    problems = refusal(export(participation()[:-1], [*participation(), "x"], participation()))

    assert [(problem.line, problem.reason) for problem in problems] == [
        (2, "This row has 43 cells instead of 44."),
        (3, "This row has 45 cells instead of 44."),
    ]


def test_two_campaigns_in_one_file_are_refused():
    other = participation()
    other[1] = "9999"

    (problem,) = refusal(export(participation(), other))

    assert (problem.line, problem.column, problem.value) == (3, "ID Campagne", "9999")


def test_a_campaign_number_is_a_number():
    row = participation()
    row[1] = "DROP"

    (problem,) = refusal(export(row))

    assert (problem.line, problem.column, problem.value) == (2, "ID Campagne", "DROP")


def test_a_name_too_long_to_keep_is_refused():
    (problem,) = refusal(export(participation(last="x" * 256)))

    assert (problem.line, problem.column, len(problem.value)) == (2, "Nom du Participant", 80)


def test_level_8_is_accepted():
    collection = read_export(export(participation(pix=(64,) * 16)))

    assert (collection.levels, collection.pix_scores, collection.warnings) == ([(8,) * 16], [1024], [])


# --- Dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("17/03/2026 01:54", "2026-03-17T00:54:00.000Z"),
        ("10/05/2026 23:01", "2026-05-10T21:01:00.000Z"),
        ("01/01/2026 00:30", "2025-12-31T23:30:00.000Z"),
        ("25/10/2026 02:30", "2026-10-25T00:30:00.000Z"),
        ("25/10/2026 03:30", "2026-10-25T02:30:00.000Z"),
        ("29/03/2026 03:30", "2026-03-29T01:30:00.000Z"),
    ],
)
def test_times_of_paris_become_utc(written, moment):
    assert read_export(export(participation(sent=written))).written_date(0) == moment


def test_the_repeated_hour_is_told():
    rows = [participation(sent="25/10/2026 02:30"), participation(sent="25/10/2026 03:30")]

    (warning,) = read_export(export(*rows)).warnings

    assert warning.reason.startswith("1 result was shared in the hour that the autumn change repeats")


def test_an_older_day_stays_the_utc_day():
    collection = read_export(export(participation(sent="2024-03-17"), current=False))

    assert collection.generation == "2023-07..2024-12"
    assert (collection.shared_at, collection.day_only) == ([datetime(2024, 3, 17, tzinfo=UTC)], True)
    assert collection.written_date(0) == "2024-03-17"


@pytest.mark.parametrize(
    "written",
    ["2024-12-13T09:12:00.000Z", "2024-12-13 09:12", "2024-12-13T09:12:00+00:00", "13/12/2024 09:12"],
)
def test_the_few_days_of_utc_times_are_read(written):
    collection = read_export(export(participation(sent=written), current=False))

    assert collection.generation == "2024-12-12..2024-12-17"
    assert collection.written_date(0) == "2024-12-13T09:12:00.000Z"


# --- Saved again ------------------------------------------------------------------------------------------------------


def saved_again(content, encoding="cp1252", separator=";"):
    """What a spreadsheet makes of the file."""
    text = content.decode("utf-8-sig").replace('"', "").replace(";", separator).replace("\n", "\r\n")
    return text.encode(encoding, errors="replace")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_file_saved_again_is_read_with_its_accents(encoding, separator):
    collection = read_export(saved_again(export(participation(last="Müller-Ébauche")), encoding, separator))

    assert (collection.last_names, collection.table.saved_again) == (["Müller-Ébauche"], True)
    assert [warning.reason for warning in collection.warnings] == [
        "This file was saved again by another program. Numbers such as 00101 may have lost their zeros."
    ]


def test_a_letter_that_was_lost_in_an_imported_column_is_refused_too():
    rows = [participation(extra=("Łódź", "1")), participation(extra=("Qui ?", "2"))]

    (problem,) = refusal(saved_again(export(*rows, labels=("Ville", "Matricule"))))

    assert (problem.line, problem.column, problem.value) == (2, "Ville", "?ód?")


def test_a_letter_that_was_lost_is_refused_with_its_place():
    (problem,) = refusal(saved_again(export(participation(), participation(last="Łódzka"))))

    assert (problem.line, problem.column, problem.value) == (3, "Nom du Participant", "?ódzka")


def test_a_sign_in_place_of_a_letter_is_refused_as_well():
    (problem,) = refusal(saved_again(export(participation(last="Łódzka", first="Éva")), "cp1250"))

    assert (problem.line, problem.value) == (2, "£ódzka")


@pytest.mark.parametrize("encoding", ["mac-roman", "cp850"])
def test_accents_that_would_be_garbled_are_refused(encoding):
    (reason,) = reasons(saved_again(export(participation(last="Éric Müller")), encoding))

    assert "accents" in reason


def test_a_dutch_file_saved_again_proves_no_encoding():
    content = sample("profiles-collection-nl.csv").decode("utf-8-sig").encode("cp1252", errors="replace")

    (problem,) = refusal(content)

    assert "accents" in problem.reason


# --- Cut off ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", range(0, 12_700, 211))
def test_a_file_that_was_cut_off_gives_whole_rows_or_a_refusal(length):
    content = sample("profiles-collection-fr.csv")

    collection = read_or_refused(content[:length])

    if collection:
        assert collection.rows() == read_export(content).rows()[: len(collection)]


def test_a_number_that_lost_its_last_digit_is_noticed():
    (problem,) = refusal(export(participation(pix=(10,) * 16)).removesuffix(b"0\n"))

    assert (problem.line, "ends in the middle of a row" in problem.reason) == (2, True)


def test_a_file_without_its_last_line_end_is_read_where_it_agrees():
    assert len(read_export(export(participation()).removesuffix(b"\n"))) == 1


@pytest.mark.parametrize("end", ['"', '"Web', '"Weber";"Ada'])
def test_an_open_quotation_mark_is_a_file_cut_off(end):
    (problem,) = refusal(export(participation()) + end.encode())

    assert (problem.line, "ends in the middle of a row" in problem.reason) == (3, True)


# --- Does the file agree with itself? ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (-35, 32, "The Pix score is not the sum of the sixteen competences, which is 31."),
        (-32, 3, "These pix belong to level 2."),
        (-33, 3, "The levels make 2 competences certifiable."),
        (-34, "Oui", "Five certifiable competences make a person certifiable."),
    ],
)
def test_what_does_not_add_up_is_told(column, value, reason):
    label = header()[column]

    assert read_export(changed(column, value)).warnings == [Problem(reason, 2, label, str(value))]


# --- Any bytes --------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=2_000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_result_or_a_refusal(content):
    read_or_refused(content)


@given(st.text(alphabet="\"';,\t\r\n0123456789NAé\ufeff-=&#x", max_size=500))
@settings(max_examples=300, deadline=None)
def test_any_text_under_a_genuine_header_gives_a_result_or_a_refusal(text):
    read_or_refused(export() + text.encode())


@given(
    st.sampled_from(sorted(PROFILES)),
    st.lists(
        st.tuples(st.integers(0, 12_000), st.binary(max_size=6), st.integers(0, 8)), min_size=1, max_size=6
    ),
)
@settings(max_examples=300, deadline=None)
def test_damaged_files_give_a_result_or_a_refusal(name, damages):
    content = sample(name)
    for place, inserted, removed in damages:
        content = content[:place] + inserted + content[place + removed :]

    read_or_refused(content)


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).filter(
    lambda text: text[:1] != "'"
)
pix_values = st.one_of(st.none(), st.tuples(*[st.integers(0, 64)] * 16))


@given(st.lists(st.tuples(words, words, words, pix_values), max_size=8))
@settings(max_examples=200, deadline=None)
def test_what_pix_writes_is_what_we_read(people):
    rows = [
        participation(last, first, (number,), sent="17/03/2026 01:54" if pix else None, pix=pix)
        for last, first, number, pix in people
    ]

    read = read_export(export(*rows)).rows()

    assert [
        (row["last"], row["first"], row["ext"], tuple(pix for _level, pix in row["perComp"].values()) or None)
        for row in read
    ] == people


def test_cells_are_written_like_pix_does():
    assert [cell(text) for text in ("00101", "12-34", "=1+1", 'a"b', "", 7)] == [
        "00101",
        "12-34",
        '"\'=1+1"',
        '"a""b"',
        '""',
        "7",
    ]

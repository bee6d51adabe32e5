"""Reading uploads: every encoding and separator that staff files come in, and every file that is none."""

import csv
import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from organisations.problems import Refused
from organisations.spreadsheets import read_table, safe_cell
from organisations.uploads import FileTooLarge, Limits, WrongKindOfFile, check_size
from organisations.workbooks import cell_text, check_workbook

TEXT = "Nom;Prénom;Courriel\nMüller;Zoë;zoe@acme.lu\nÉtienne;Hélène;helene@acme.lu\n"
ROWS = [(2, ["Müller", "Zoë", "zoe@acme.lu"]), (3, ["Étienne", "Hélène", "helene@acme.lu"])]


def workbook(rows, *, merged=(), sheets=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    for name, cell in sheets:
        book.create_sheet(name)["A1"] = cell
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def archive(parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return content.getvalue()


def with_sheet(xml):
    """A real workbook whose sheet is replaced by this XML."""
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"]])))
    parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/worksheets/sheet1.xml"] = xml
    return archive(parts)


def reasons(refusal):
    return [(problem.line, problem.column, str(problem.reason)) for problem in refusal.value.problems]


# --- What can be read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "windows-1252"),
        ("mac_roman", "mac-roman"),
    ],
)
def test_every_usual_encoding_gives_the_same_rows(encoding, named):
    table = read_table(TEXT.encode(encoding))

    assert (table.header, table.rows, table.encoding) == (["Nom", "Prénom", "Courriel"], ROWS, named)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_every_usual_separator_is_found(separator):
    table = read_table(TEXT.replace(";", separator).encode())

    assert (table.separator, table.rows) == (separator, ROWS)


def test_a_separator_inside_quotation_marks_belongs_to_the_text():
    table = read_table(b'Name;Place\n"Weber; Ada";"Rue ""A"""\nTun;B\n')

    assert table.rows == [(2, ["Weber; Ada", 'Rue "A"']), (3, ["Tun", "B"])]


def test_the_separator_that_a_first_line_declares_is_taken():
    table = read_table(b"sep=|\r\nName|Place;x\r\nWeber|A;b\r\n")

    assert (table.header, table.header_line, table.rows) == (["Name", "Place;x"], 2, [(3, ["Weber", "A;b"])])


def test_mixed_line_ends_and_empty_lines_keep_the_line_numbers():
    table = read_table(b"Name;Place\r\nWeber;A\rTun;B\n\n;\nKlein;C")

    assert table.rows == [(2, ["Weber", "A"]), (3, ["Tun", "B"]), (6, ["Klein", "C"])]


def test_a_text_over_two_lines_counts_as_two_lines():
    table = read_table(b'Name;Place\n"We\nber";A\nTun;B\n')

    assert table.rows == [(2, ["We\nber", "A"]), (4, ["Tun", "B"])]


def test_the_header_is_found_under_title_lines():
    text = b"Staff of Acme;;\nas of 22.11.2026;;\n\nNom;Pr\xc3\xa9nom;E-mail\nWeber;Ada;ada@acme.lu\n"

    table = read_table(text, recognises=lambda name: name in ("Nom", "Prénom", "E-mail"))

    assert (table.header, table.header_line, table.rows) == (
        ["Nom", "Prénom", "E-mail"],
        4,
        [(5, ["Weber", "Ada", "ada@acme.lu"])],
    )


def test_short_rows_are_filled_and_unnamed_columns_at_the_end_are_left_out():
    table = read_table(b"Name;Place;;\nWeber\nTun;B;;\n")

    assert (table.header, table.rows, table.problems) == (
        ["Name", "Place"],
        [(2, ["Weber", ""]), (3, ["Tun", "B"])],
        [],
    )


def test_a_workbook_gives_text_as_people_would_write_it():
    content = workbook(
        [
            ["Name", "Number", "Hired", "Seen", "Part", "On"],
            ["Müller", 1001, date(2024, 3, 1), datetime(2024, 3, 1, 12, 5), 0.5, True],
            ["Tun", "007", None, None, None, None],
        ]
    )

    table = read_table(content)

    assert (table.encoding, table.separator, table.header_line) == ("xlsx", "", 1)
    assert table.rows == [
        (2, ["Müller", "1001", "2024-03-01", "2024-03-01 12:05:00", "0.5", "TRUE"]),
        (3, ["Tun", "007", "", "", "", ""]),
    ]


def test_a_workbook_keeps_its_line_numbers_and_its_first_sheet_with_content_is_read():
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("staff")
    sheet["A3"], sheet["B3"], sheet["A4"], sheet["B4"] = "Name", "Place", "Weber", "A"
    content = io.BytesIO()
    book.save(content)

    table = read_table(content.getvalue())

    assert (table.header_line, table.rows) == (3, [(4, ["Weber", "A"])])


def test_an_empty_cell_far_away_that_only_has_a_format_does_no_harm():
    book = openpyxl.Workbook()
    book.active.append(["Name", "Place"])
    book.active.append(["Weber", "A"])
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    content = io.BytesIO()
    book.save(content)

    assert read_table(content.getvalue()).rows == [(2, ["Weber", "A"])]


@pytest.mark.parametrize(
    ("value", "text"),
    [("x", "x"), (3.0, "3"), (0.1, "0.1"), (True, "TRUE"), (None, ""), (time(4, 5), "04:05:00"), (7, "7")],
)
def test_text_of_a_cell(value, text):
    assert cell_text(value) == text


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n\n \r\n", b"\xef\xbb\xbf", b"\0\0\0"])
def test_an_empty_file(content):
    with pytest.raises(Refused) as refusal:
        read_table(content)
    assert "empty" in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old format"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\x02\x03\x04\x05\x06\x07", "no text"),
        (bytes(range(256)) * 40, "no text"),
        (archive({"word/document.xml": "<w/>"}), "another kind of document"),
        (b"PK\x03\x04" + b"x" * 100, "damaged"),
        (workbook([["Name"], ["Weber"]])[:-300], "damaged"),
        (with_sheet(b"<worksheet><sheetData><row"), "damaged"),
    ],
)
def test_a_file_of_another_kind(content, word):
    with pytest.raises(WrongKindOfFile) as refusal:
        read_table(content)
    assert word in str(refusal.value)
    assert refusal.value.status == 415


def test_a_nul_character_is_refused_with_its_line():
    with pytest.raises(Refused) as refusal:
        read_table(b"Name;Place\nWeber;A\nTu\0n;B\n")
    assert reasons(refusal)[0][0] == 3


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line():
    with pytest.raises(Refused) as refusal:
        read_table(b'Name;Place\nWeber;A\n"Tun;B\nKlein;C\n')
    assert reasons(refusal)[0][0] == 3


@pytest.mark.parametrize("content", [b"Weber;ada@acme.lu;1\nTun;tun@acme.lu;2\n", b"1001;Weber\n1002;Tun\n"])
def test_a_file_without_a_line_of_column_names(content):
    with pytest.raises(Refused) as refusal:
        read_table(content)
    assert reasons(refusal)[0][0] == 1
    assert "column names" in str(refusal.value)


def test_a_header_alone():
    with pytest.raises(Refused) as refusal:
        read_table(b"Name;Place\n")
    assert "no row" in str(refusal.value)


def test_duplicate_headers_are_named_with_their_places():
    with pytest.raises(Refused) as refusal:
        read_table(b"Name;E-mail;Place;e-mail\nWeber;a@b.lu;A;c@d.lu\n")
    assert reasons(refusal) == [
        (1, "E-mail", "The column name “E-mail” stands in columns 2, 4. Give each column a name of its own.")
    ]


def test_ten_thousand_columns():
    for content in [
        (";".join(f"c{n}" for n in range(10_000)) + "\n" + ";".join("x" * 10_000)).encode(),
        workbook([[f"c{n}" for n in range(10_000)], ["x"] * 10_000]),
    ]:
        with pytest.raises(FileTooLarge) as refusal:
            read_table(content)
        assert "200 columns" in str(refusal.value)
    assert refusal.value.status == 413


def test_more_rows_than_the_limit():
    limits = Limits(rows=2)
    rows = [["Name", "Place"], *[["Weber", "A"]] * 3]
    for content in ["\n".join(map(";".join, rows)).encode(), workbook(rows)]:
        with pytest.raises(FileTooLarge) as refusal:
            read_table(content, limits=limits)
        assert "2 rows" in str(refusal.value)


def test_more_bytes_than_the_limit():
    with pytest.raises(FileTooLarge) as refusal:
        read_table(b"x" * 2_000_001, limits=Limits(size=2_000_000))
    assert str(refusal.value).startswith("The file has 2.0 MB; the limit is 2 MB.")


def test_sizes_are_written_as_the_reader_writes_numbers():
    with translation.override("fr"), pytest.raises(FileTooLarge) as refusal:
        check_size(2_600_000, Limits(size=2_500_000))
    assert "2,6" in str(refusal.value)
    assert "2,5" in str(refusal.value)


def test_a_row_with_more_cells_than_names_is_named():
    table = read_table(b"Name;Place\nWeber;A\nTun;B;C\n")

    assert [(problem.line, problem.column) for problem in table.problems] == [(3, None)]
    assert "3 cells" in table.problems[0].reason


def test_a_cell_that_is_too_long_is_named():
    table = read_table(b"Name;Place\nWeber;" + b"A" * 9_000 + b"\nTun;" + b"B" * 200_000 + b"\n")

    assert [(problem.line, problem.column) for problem in table.problems] == [(2, "Place"), (3, "Place")]


def test_merged_cells_are_named_and_a_merged_title_does_no_harm():
    content = workbook(
        [["Staff", None], ["Name", "Place"], ["Weber", "A"], ["Tun", None]], merged=["A1:B1", "B3:B4"]
    )

    table = read_table(content, recognises=lambda name: name in ("Name", "Place"))

    assert [(problem.line, problem.column) for problem in table.problems] == [(3, "Place")]


def test_cells_merged_over_several_columns_are_named():
    content = workbook([["Name", "Place"], ["Weber", None], ["Tun", "B"]], merged=["A2:B2"])

    assert [(problem.line, problem.column) for problem in read_table(content).problems] == [(2, "Name")]


def test_formulas_without_a_result_and_errors_say_what_they_are():
    """The reader of workbooks gives nothing for both, which would be taken for an empty cell."""
    content = with_sheet(
        sheet_of(
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
            b'<c r="B1" t="inlineStr"><is><t>Place</t></is></c></row>'
            b'<row r="2"><c r="A2"><f>B2&amp;C2</f><v></v></c><c r="B2" t="e"><f>VLOOKUP(1)</f><v>#N/A</v></c></row>'
            b'<row r="3"><c r="A3" t="str"><f>UPPER("a")</f><v>A</v></c><c r="B3"/></row>'
            b'<row r="4"><c r="A4"><f t="shared" si="0"/></c><c r="B4"><v>7</v></c></row>'
        )
    )

    table = read_table(content)

    assert table.rows == [(2, ["=B2&C2", "#N/A"]), (3, ["A", ""]), (4, ["=…", "7"])]


def test_a_sheet_of_formulas_alone_is_not_empty():
    table = read_table(workbook([["=A2", "=B2"], ["=A1", "=B1"]]))

    assert (table.header, table.rows) == (["=A2", "=B2"], [(2, ["=A1", "=B1"])])


def test_the_sheet_with_known_names_comes_before_others():
    book = openpyxl.Workbook()
    book.active.append(["About this file"])
    book.active.append(["It was exported today."])
    people = book.create_sheet("People")
    people.append(["Name", "Place"])
    people.append(["Weber", "A"])
    people["B3"] = "=A2"
    content = io.BytesIO()
    book.save(content)

    table = read_table(content.getvalue(), recognises=lambda name: name in ("Name", "Place"))

    assert table.rows == [(2, ["Weber", "A"]), (3, ["", "=A2"])]


def test_notes_beside_a_table_in_a_workbook_are_left_out():
    table = read_table(workbook([["Name", "Place", None], ["Weber", "A", "on leave"]]))

    assert (table.header, table.rows, table.problems) == (["Name", "Place"], [(2, ["Weber", "A"])], [])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Name;Ort\nMüller;Köln\n".encode() + b"Wei\xdf;B\n", 3),
        ("Name;Ort\nMüller;Köln".encode() + b"\xc3", 2),
    ],
)
def test_a_letter_that_is_broken_in_a_file_of_utf_8_is_refused_with_its_line(content, line):
    """Read as Windows-1252, every other letter of the file would be wrong."""
    with pytest.raises(Refused) as refusal:
        read_table(content)
    assert [problem.line for problem in refusal.value.problems] == [line]


# --- Hostile workbooks ------------------------------------------------------------------------------------------------


def sheet_of(cells):
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells
        + b"</sheetData></worksheet>"
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = with_sheet(b" " * 120_000_000)

    assert len(bomb) < 200_000
    with pytest.raises(FileTooLarge):
        read_table(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    bomb = with_sheet(b" " * 120_000_000)
    lie = bomb.replace((120_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))

    assert lie != bomb
    with pytest.raises(Refused):
        check_workbook(lie)


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c s='>' r = 'XFD1048576' ><v>1</v></c></row>",
        b'<row r="1048576"><c><v>1</v></c></row>',
        b'<row><c r="xfd9"><v>1</v></c></row>',
        b'<row><c r="A1048576">/><v>1</v></c></row>',
        b"<row><c " + b" " * 1_200_000 + b'r="XFD1048576"><v>1</v></c></row>',
    ],
)
def test_two_cells_far_apart_would_end_the_process_and_are_refused(far):
    with pytest.raises(FileTooLarge):
        read_table(with_sheet(sheet_of(b'<row r="1"><c r="A1"><v>1</v></c></row>' + far)))


def test_an_archive_of_many_parts():
    parts = {f"xl/{number}.xml": "<x/>" for number in range(300)}
    with pytest.raises(FileTooLarge):
        check_workbook(archive({"xl/workbook.xml": "<x/>", **parts}))


# --- Writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+2", "+352", "-1", "@x", "\tx", "\rx", "\nx", "\0x"])
def test_no_cell_that_we_write_becomes_a_formula(text):
    assert safe_cell(text) == "'" + text


def test_other_cells_are_written_as_they_are():
    assert [safe_cell(value) for value in ("Weber", 3, None, "a=b")] == ["Weber", "3", "", "a=b"]


# --- Properties -------------------------------------------------------------------------------------------------------

LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Co", "Cn"])
CELLS = st.text(LETTERS | st.sampled_from(' ;,|"\n\t'), min_size=1, max_size=12).filter(str.strip)
EUROPEAN = st.text("abcdefghijklmnopqrstuvwxyz ABCÉéèêàâçôöüäëïß-'", min_size=3, max_size=15).filter(
    str.strip
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20), st.sampled_from(";,\t|"))
def test_what_a_csv_writer_wrote_is_read_back(rows, separator):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["Name", "Place", "Note"], *rows])

    table = read_table(text.getvalue().encode())

    assert (table.separator, [tuple(cells) for _line, cells in table.rows]) == (separator, rows)


@given(st.lists(st.tuples(EUROPEAN, EUROPEAN), min_size=3, max_size=30))
def test_names_of_western_europe_survive_windows_1252(rows):
    text = "\n".join(f"{a};{b}" for a, b in [("Nom", "Prénom"), *rows])

    table = read_table(text.encode("cp1252"))

    assert [tuple(cells) for _line, cells in table.rows] == rows


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused_with_a_sentence(content):
    assert_read_or_refused(content)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    assert_read_or_refused(text.encode("utf-8", "surrogatepass"))


def assert_read_or_refused(content):
    try:
        table, problems = read_table(content), []
    except Refused as refusal:
        table, problems = None, refusal.problems
    if table is None:
        assert [problem for problem in problems if str(problem.reason)]
    else:
        assert {len(row) for _line, row in table.rows} == {len(table.header)}

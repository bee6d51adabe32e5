"""Every kind of bad staff file: a sentence with line and column where there is one, and nothing is written."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.utils import translation

from organisations.importing import check_upload, commit_import, problems_of
from organisations.models import Person
from organisations.problems import Refused
from organisations.uploads import FileTooLarge, check_size, staff_file_limits

HEADER = ["last_name", "first_name", "email", "staff_number", "manager", "hired_on"]
ADA = ["Weber", "Ada", "ada@acme.lu", "1", "", ""]
BEN = ["Tun", "Ben", "ben@acme.lu", "2", "", ""]


def text(*rows, end="\n"):
    return end.join(";".join(row) for row in [HEADER, *rows]).encode()


def workbook(*rows, merged=None):
    book = openpyxl.Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 110_000_000)
    return content.getvalue()


def with_cell(name, value, row=ADA):
    return [value if field == name else cell for field, cell in zip(HEADER, row, strict=True)]


BAD = {
    "an empty file": (b"", None, None),
    "a renamed PDF": (b"%PDF-1.7\n%\xe2\xe3\n", None, None),
    "a zip bomb": (bomb, None, None),
    "ten thousand columns": (";".join(f"c{n}" for n in range(10_000)).encode() + b"\nx\n", 1, None),
    "a formula in a text": (text(with_cell("last_name", "=1+2")), 2, "last_name"),
    "a NUL byte": (text(with_cell("last_name", "We\0ber")), 2, None),
    "duplicate headers": (b"last_name;first_name;email;email\nWeber;Ada;a@acme.lu;b@acme.lu\n", 1, "email"),
    "merged cells": (lambda: workbook(ADA, BEN, merged="A2:A3"), 2, "last_name"),
    "an Excel date as number": (text(with_cell("hired_on", "45000")), 2, "hired_on"),
    "an Excel date as number in a workbook": (lambda: workbook(with_cell("hired_on", 45000)), 2, "hired_on"),
    "two people with one e-mail": (text(ADA, with_cell("email", "ada@acme.lu", BEN)), 2, "email"),
    "a look-alike letter": (text(with_cell("email", "аda@acme.lu")), 2, "email"),
    "a manager who reports to himself": (text(with_cell("manager", "1")), 2, "manager"),
}


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("name", BAD)
def test_bad_files_get_a_sentence_and_nothing_is_written(acme, name, language):
    content, line, column = BAD[name]
    content = content() if callable(content) else content
    with translation.override(language):
        problems = problems_with(acme, content)
        told = [(problem.line, problem.column) for problem in problems]
        assert all(str(problem.reason) for problem in problems)
        assert len(set(told)) == len(told), "one reason for each cell"
    if line:
        assert (line, column) in told or (column is None and line in [each for each, _column in told])
    assert acme.people.count() == 0


def problems_with(acme, content):
    try:
        checked = check_upload(acme, "staff.csv", content, None)
    except Refused as refusal:
        return refusal.problems
    assert not commit_import(checked).is_done
    return problems_of(checked)


def test_three_gigabytes_are_refused_by_their_size():
    with pytest.raises(FileTooLarge):
        check_size(3_000_000_000, staff_file_limits())


def test_a_formula_in_every_cell_of_a_workbook_is_refused_with_its_place(acme):
    """openpyxl writes formulas without results, as a machine does."""
    problems = problems_with(acme, workbook(["=A1"] * len(HEADER), ['=HYPERLINK("http://x")'] * len(HEADER)))

    assert [(p.line, p.column, p.value) for p in problems if p.line == 2] == [
        (2, column, "=A1") for column in HEADER
    ]
    assert acme.people.count() == 0


def test_an_error_in_a_column_that_may_be_empty_is_refused_too(acme):
    problems = problems_with(acme, text(with_cell("manager", "#N/A")))
    assert [(p.line, p.column, p.value) for p in problems] == [(2, "manager", "#N/A")]


def test_mixed_line_ends_are_read(acme):
    content = b"\r\n".join([b"last_name;first_name;staff_number", b"Weber;Ada;1\rTun;Ben;2\nLow;Lou;3"])
    assert commit_import(check_upload(acme, "staff.csv", content, None)).counts["create"] == 3


def test_a_date_of_a_workbook_is_a_date(acme):
    content = workbook(with_cell("hired_on", date(2020, 3, 1)))
    assert commit_import(check_upload(acme, "staff.xlsx", content, None)).is_done
    assert acme.people.get().hired_on == date(2020, 3, 1)


FOREIGN_KEYS = """
    SELECT c.conrelid::regclass::text, array_agg(a.attname::text ORDER BY a.attname),
        (SELECT array_agg(i.indkey::text) FROM pg_index i WHERE i.indrelid = c.conrelid AND a_person.attnum = ANY(
            (i.indkey::int2[])[0:cardinality(c.conkey) - 1]))
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
    JOIN pg_attribute a_person ON a_person.attrelid = c.conrelid AND a_person.attnum = c.conkey[cardinality(c.conkey)]
    WHERE c.contype = 'f' AND c.confrelid = %s::regclass
    GROUP BY c.oid, c.conrelid, c.conkey, a_person.attnum
"""


def test_every_foreign_key_to_people_has_an_index(db):
    """Without one, removing people reads the whole table for each of them."""
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN_KEYS, [Person._meta.db_table])
        assert [(table, columns) for table, columns, indexes in cursor.fetchall() if not indexes] == []

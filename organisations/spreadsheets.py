"""Reading the tables that people upload (CSV, XLSX), and writing cells that stay text.

Nothing here knows what the columns mean. Size and kind are judged before anything is parsed; whatever can't be read
ends in a sentence that says where, what, and what to do.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from organisations.problems import Problem, Refused
from organisations.text_encodings import decode, refuse_known_kinds
from organisations.uploads import HEADER_WITHIN, Limits, check_size, too_many_columns, too_many_rows
from organisations.workbooks import read_workbook

SEPARATORS = (";", ",", "\t", "|")
SAMPLE_LINES = 50
# Its own limit would be taken for a quotation mark that is never closed; ours names the cell.
csv.field_size_limit(2**31 - 1)
PLACES_NAMED = 20  # of one structural fault, so that a wholly broken file gives a readable answer


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, each with its line number in the file; empty rows are left out.

    Every row has as many cells as the header. `problems` names the rows that had more cells than the header, and cells
    that are too long or merged with others: such rows are in `rows` too, so that their other cells can be judged.
    """

    header: list[str]
    header_line: int
    rows: list[tuple[int, list[str]]]
    encoding: str
    separator: str = ""
    problems: list[Problem] = field(default_factory=list)


def safe_cell(value: object) -> str:
    """For every CSV and XLSX we write: no cell may become a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0")) else text


def without_guard(text: str) -> str:
    """A cell as it was before `safe_cell` made sure that it is no formula."""
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def read_table(
    content: bytes,
    *,
    limits: Limits | None = None,
    recognises: Callable[[str], bool] | None = None,
) -> Table:
    """Read an upload. `recognises` tells known column names, which finds the header under title lines."""
    limits = limits or Limits()
    check_size(len(content), limits)
    if not content.strip(b"\0 \t\r\n"):
        raise _empty()
    if content.startswith(b"PK\x03\x04"):
        rows, merged = read_workbook(content, limits, recognises)
        return _table(enumerate(rows, start=1), limits, recognises, encoding="xlsx", merged=merged)
    refuse_known_kinds(content)
    return _read_text(content, limits, recognises)


def _empty():
    return Refused(
        _("The file is empty. Choose a file that has a line of column names and one line for each entry.")
    )


# --- CSV: separator and rows ------------------------------------------------------------------------------------------


def _read_text(content, limits, recognises):
    text, encoding = decode(content)
    text = text.removeprefix("\ufeff").removesuffix("\x1a")
    first_line, separator = 0, ""
    if declared := re.match(r"sep=(.)\r?\n", text):
        first_line, separator, text = 1, declared[1], text[declared.end() :]
    separator = separator or _find_separator(text)
    rows = _csv_rows(text, separator, first_line, limits)
    return _table(rows, limits, recognises, encoding=encoding, separator=separator)


def _find_separator(text):
    """The one that cuts the first lines most evenly, and into most columns."""
    start = "".join(io.StringIO(text[:200_000], newline="").readlines()[: SAMPLE_LINES + 1])
    best, separator = (0.0, 0), ","
    for candidate in SEPARATORS:
        widths = Counter(len(row) for row in _sample_rows(start, candidate) if len(row) > 1)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        even = round(
            count / max(sum(1 for row in _sample_rows(start, candidate) if any(row)), 1),
            1,
        )
        if (even, width) > best:
            best, separator = (even, width), candidate
    return separator


def _sample_rows(start, separator):
    rows = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    try:
        yield from rows
    except csv.Error:
        return


def _csv_rows(text, separator, first_line, limits) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = first_line + 1
    try:
        for row in reader:
            yield line, row
            line = first_line + reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            [
                Problem(
                    _("A quotation mark opens in this line and isn't closed properly. Close or remove it."),
                    line=line,
                )
            ]
        ) from error


# --- Header and rows --------------------------------------------------------------------------------------------------


def _table(
    rows: Iterable[tuple[int, list[str]]],
    limits,
    recognises,
    *,
    encoding,
    separator="",
    merged=(),
):
    rows = ((line, row) for line, row in rows if "".join(row).strip())
    start = []
    for _count, (line, row) in zip(range(HEADER_WITHIN), rows, strict=False):
        start.append((line, _checked_width(row, limits, line)))
    if not start:
        raise _empty()
    place = _find_header(start, recognises)
    header_line, header = start[place]
    header = [plain(name) for name in header]
    while header and not header[-1]:
        header.pop()
    _refuse_duplicates(header, header_line)
    table = Table(header, header_line, [], encoding, separator)
    for line, row in start[place + 1 :]:
        _add_row(table, line, row, limits)
    for line, row in rows:
        _add_row(table, line, row, limits)
    if not table.rows:
        raise Refused(
            [
                Problem(
                    _("There is no row below the column names. Add one line for each entry."),
                    line=header_line,
                )
            ]
        )
    _name_merged_cells(table, merged)
    return table


def _checked_width(row, limits, line):
    if len(row) > limits.columns and any(row[limits.columns :]):
        raise too_many_columns(limits, line)
    return row[: limits.columns]


def _add_row(table, line, row, limits):
    if len(table.rows) >= limits.rows:
        raise too_many_rows(limits)
    width = len(table.header)
    if len(row) > width:
        if len(row) > limits.columns:
            _checked_width(row, limits, line)
        if table.separator and any(row[width:]):  # in a workbook, cells never move
            _note(
                table,
                line,
                None,
                None,
                _(
                    "This line has %(found)s cells, but there are %(expected)s column names. "
                    "Put a text that holds the separator in quotation marks."
                )
                % {"found": len(row), "expected": width},
            )
        row = row[:width]
    elif len(row) < width:
        row = row + [""] * (width - len(row))
    if max(map(len, row)) > limits.cell:
        row = _shorten(table, line, row, limits)
    table.rows.append((line, row))


def _shorten(table, line, row, limits):
    for number, cell in enumerate(row):
        if len(cell) > limits.cell:
            sentence = _("This cell has %(found)s characters; the limit is %(limit)s. Shorten it.")
            _note(
                table,
                line,
                table.header[number],
                cell[:60] + "…",
                sentence % {"found": len(cell), "limit": limits.cell},
            )
    return [cell[: limits.cell] for cell in row]


def _note(table, line, column, value, reason):
    table.problems.append(Problem(reason, line=line, column=column, value=value))


def _name_merged_cells(table, merged):
    """Only the first of several merged cells holds the value; the others would be read as empty."""
    last_line = table.rows[-1][0]
    for (top, left), (bottom, _right) in merged:
        if bottom + 1 > table.header_line and top + 1 <= last_line and left < len(table.header):
            sentence = (
                _("Cells are merged here (lines %(first)s to %(last)s). Unmerge them and fill each one.")
                if bottom > top
                else _("Cells of several columns are merged here. Unmerge them and fill each one.")
            )
            first = max(top + 1, table.header_line)
            _note(
                table,
                first,
                table.header[left] or None,
                None,
                sentence % {"first": top + 1, "last": bottom + 1},
            )


def _find_header(start, recognises):
    """The line with most of the names we know; otherwise the first that could be one."""
    if recognises:
        known = [sum(1 for cell in row if cell and recognises(cell)) for _line, row in start]
        if max(known) >= min(2, max(len([cell for cell in row if cell.strip()]) for _line, row in start)):
            return known.index(max(known))
    usual_width = max(sum(1 for cell in row if cell.strip()) for _line, row in start)
    for place, (_line, row) in enumerate(start):
        if 2 * sum(1 for cell in row if cell.strip()) >= usual_width:
            if all(map(_could_be_a_name, row)):
                return place
            break
    line, row = start[0]
    example = next((cell for cell in row if cell and not _could_be_a_name(cell)), row[0])
    raise Refused(
        [
            Problem(
                _(
                    "There is no line of column names: this one already holds data. Put a line with the names above it."
                ),
                line=line,
                value=example[:60],
            )
        ]
    )


def _could_be_a_name(cell):
    """An address, a number or a date is a value, not the name of a column."""
    return "@" not in cell and len(cell) <= 200 and not re.fullmatch(r"\s*[\d.,/:+%-]*\d[\d.,/:+% -]*", cell)


def _refuse_duplicates(header, line):
    places = {}
    for number, name in enumerate(header, start=1):
        if name:
            places.setdefault(name.casefold(), []).append((number, name))
    problems = [
        Problem(
            _("The column name “%(name)s” stands in columns %(columns)s. Give each column a name of its own.")
            % {
                "name": found[0][1],
                "columns": ", ".join(str(number) for number, _name in found[:PLACES_NAMED]),
            },
            line=line,
            column=found[0][1],
        )
        for found in places.values()
        if len(found) > 1
    ]
    if problems:
        raise Refused(problems)


_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e",
    )
)


def plain(text: str) -> str:
    """Composed letters, no invisible characters, single spaces."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())

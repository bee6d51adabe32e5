"""Reading the tables that people upload (CSV, XLSX), and writing cells that stay text.

Nothing here knows what the columns mean. Size and kind are judged before anything is parsed; whatever can't be read
ends in a sentence that says where, what, and what to do.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zipfile import ZipFile

from django.conf import settings
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from organisations.problems import Problem, Refused

SEPARATORS = (";", ",", "\t", "|")
HEADER_WITHIN = 20  # a header further down is not looked for
SAMPLE_LINES = 50
PLACES_NAMED = (
    20  # of one structural fault, so that a wholly broken file gives a readable answer
)


class FileTooLarge(Refused):
    """More bytes, rows or columns than we take."""

    status = 413


class WrongKindOfFile(Refused):
    """Not a table at all, or not one of the two kinds that we read."""

    status = 415


@dataclass(frozen=True)
class Limits:
    """How much of a file we are willing to read."""

    size: int = 20_000_000
    rows: int = 50_000
    columns: int = 200
    cell: int = 5_000
    parts: int = 200
    unpacked: int = 100_000_000


def staff_file_limits() -> Limits:
    return Limits(
        size=settings.STAFF_FILE_MAX_BYTES,
        rows=settings.STAFF_FILE_MAX_ROWS,
        columns=settings.STAFF_FILE_MAX_COLUMNS,
    )


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
    return (
        "'" + text
        if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
        else text
    )


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
        return _read_workbook(content, limits, recognises)
    refuse_known_kinds(content)
    return _read_text(content, limits, recognises)


def _empty():
    return Refused(
        _(
            "The file is empty. Choose a file that has a line of column names and a line per person."
        )
    )


def check_size(size: int, limits: Limits) -> None:
    """Also for the page, which knows the size before it holds the content."""
    if size > limits.size:
        raise FileTooLarge(
            _(
                "The file has %(size)s MB; the limit is %(limit)s MB. Remove sheets and columns that aren't needed, or split it."
            )
            % {
                "size": f"{size / 1_000_000:.1f}",
                "limit": f"{limits.size / 1_000_000:g}",
            }
        )


# --- Kinds of file ----------------------------------------------------------------------------------------------------


def refuse_known_kinds(content: bytes) -> None:
    """Whatever its name says: some files show by their first bytes that they are no table."""
    if content.startswith(b"%PDF"):
        raise WrongKindOfFile(
            _(
                "This is a PDF, whatever its name says. Export the table itself as CSV or XLSX."
            )
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise WrongKindOfFile(
            _(
                "This workbook is in an old format or locked with a password. Save it as .xlsx without a password."
            )
        )
    if (
        content[:200]
        .lstrip()
        .lower()
        .startswith((b"<!doctype", b"<html", b"<?xml", b"{\\rtf"))
    ):
        raise WrongKindOfFile(
            _(
                "This is a web page or a document, not a table. Export the table as CSV or XLSX."
            )
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    control = len(content[:65_536]) - len(
        content[:65_536].translate(None, _CONTROL_BYTES)
    )
    if control > 5 and not _looks_like_utf_16(content):
        raise WrongKindOfFile(
            _(
                "This file holds no text. Export the table as CSV or XLSX and upload that file."
            )
        )


_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\r\n\f\v\x1a"))


def _looks_like_utf_16(content: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of Latin text is zero."""
    sample = content[:4_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


# --- CSV: encoding ----------------------------------------------------------------------------------------------------


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_utf_16(content, "utf-16")
    if encoding := _looks_like_utf_16(content):
        return _decode_utf_16(content, encoding)
    _refuse_nul(content)
    try:
        return content.decode("utf-8-sig"), "utf-8-sig" if content.startswith(
            codecs.BOM_UTF8
        ) else "utf-8"
    except UnicodeDecodeError:
        return _decode_one_byte(content)


def _decode_utf_16(content, encoding):
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongKindOfFile(
            _(
                "The file starts as UTF-16 text and then breaks off. Export it again as CSV UTF-8."
            )
        ) from error
    if "\0" in text:
        _refuse_nul(text.encode())
    return text, "utf-16"


def _refuse_nul(content):
    place = content.find(b"\0")
    if place < 0:
        return
    raise Refused(
        [
            Problem(
                _(
                    "This line holds a NUL character, which no text has. Export the file again as CSV UTF-8."
                ),
                line=content.count(b"\n", 0, place) + 1,
            )
        ]
    )


_LOWER = "éèêëàâäçîïôöùûüÿœæßãõáíóúñåøì"
_UPPER = "ÉÈÊËÀÂÄÇÎÏÔÖÙÛÜŒÆÃÕÁÍÓÚÑÅØ"
_SIGNS = "’‘“”–—…€«»°§·²³´`•¿¡\xa0©®™±×ºªšžŠŽ"


def _decode_one_byte(content):
    """Windows-1252 or Mac Roman, whichever gives the likelier letters."""
    pairs = Counter(re.findall(rb"[A-Za-z]?[\x80-\xff]", content[:2_000_000]))
    windows, mac = _likelihood(pairs, "cp1252"), _likelihood(pairs, "mac_roman")
    encoding = "cp1252" if windows >= mac else "mac_roman"
    if max(windows, mac) < 0:
        raise WrongKindOfFile(
            _(
                "The file's letters can't be read: its encoding is none of UTF-8, UTF-16, Windows-1252 and Mac Roman. "
                "Export it as CSV UTF-8."
            )
        )
    try:
        return content.decode(encoding), {
            "cp1252": "windows-1252",
            "mac_roman": "mac-roman",
        }[encoding]
    except UnicodeDecodeError:
        return content.decode("mac_roman"), "mac-roman"


def _likelihood(pairs, encoding):
    total = 0
    for pair, count in pairs.items():
        try:
            text = pair.decode(encoding)
        except UnicodeDecodeError:
            return -1_000_000_000
        total += count * _worth(text)
    return total


def _worth(text):
    letter, after_small_letter = text[-1], text[:-1].islower()
    if letter in _LOWER:
        return 2
    if letter in _UPPER:
        return -1 if after_small_letter else 2
    return 1 if letter in _SIGNS else -2


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
    start = "".join(
        io.StringIO(text[:200_000], newline="").readlines()[: SAMPLE_LINES + 1]
    )
    best, separator = (0.0, 0), ","
    for candidate in SEPARATORS:
        widths = Counter(
            len(row) for row in _sample_rows(start, candidate) if len(row) > 1
        )
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        even = round(
            count
            / max(sum(1 for row in _sample_rows(start, candidate) if any(row)), 1),
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
                    _(
                        "A quotation mark opens in this line and isn't closed properly. Close or remove it."
                    ),
                    line=line,
                )
            ]
        ) from error


# --- XLSX -------------------------------------------------------------------------------------------------------------


def check_workbook(content: bytes, limits: Limits | None = None) -> None:
    """Ask the archive how large it is before anybody unpacks it: 300 kB can become gigabytes."""
    limits = limits or Limits()
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise WrongKindOfFile(
                    _("This workbook is locked with a password. Save it without one.")
                )
            if "xl/workbook.xml" not in names:
                raise WrongKindOfFile(
                    _(
                        "This is an archive or another kind of document, not an Excel workbook. Save the table as .xlsx or CSV."
                    )
                )
            if (
                len(parts) > limits.parts
                or sum(part.file_size for part in parts) > limits.unpacked
            ):
                raise _too_large_unpacked()
            _look_inside(archive, limits)
    except Refused:
        raise
    except Exception as error:
        raise WrongKindOfFile(
            _(
                "This workbook is damaged and can't be read. Open it in Excel, save it again as .xlsx, and upload that."
            )
        ) from error


_PLACE = re.compile(
    rb"\sr\s*=\s*[\"']([A-Za-z]{0,9})([0-9]{1,12})[\"']([^<]*)(</(?:\w+:)?c>)?"
)
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")


def _too_large_unpacked():
    return FileTooLarge(
        _(
            "Unpacked, this workbook is too large. Copy the table alone into a new workbook, or save it as CSV."
        )
    )


def _look_inside(archive, limits):
    """Two cells far apart make the reader set aside the whole area between them, which ends the process.

    Every part is looked at, because the archive decides itself which of them is a sheet. Cells without a place of their
    own take the line of their row, so lines count only if there are such cells.
    """
    unpacked = 0
    for part in archive.infolist():
        last_row = cells = placed_cells = 0
        for piece in _whole_tags(archive, part):
            unpacked += len(piece)
            if unpacked > limits.unpacked:
                raise _too_large_unpacked()
            cells += len(_CELL.findall(piece))
            for letters, row, rest, end in _PLACE.findall(piece):
                placed_cells += bool(letters)
                if rest.count(b">") == 1 and rest.rstrip().endswith(
                    b">" if end else b"/>"
                ):
                    continue  # an empty cell that only has a format
                if not letters:
                    last_row = max(last_row, int(row))
                elif int(row) > limits.rows + HEADER_WITHIN:
                    raise _too_many_rows(limits)
                elif _column_number(letters) > limits.columns:
                    raise _too_many_columns(limits)
        if cells > placed_cells and last_row > limits.rows + HEADER_WITHIN:
            raise _too_many_rows(limits)


def _whole_tags(archive, part):
    """The part in pieces that end before a cell or another tag.

    The archive may lie about the size of a part, so read on to the real end.
    """
    part.file_size = 1 << 40
    rest = b""
    with archive.open(part) as content:
        while piece := content.read(1 << 20):
            rest += piece
            border = max(rest.rfind(b"<c"), 0) or max(rest.rfind(b"<"), 0)
            if border == 0 and len(rest) > 1 << 24:
                raise _too_large_unpacked()
            yield rest[:border]
            rest = rest[border:]
    yield rest


def _column_number(letters):
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _read_workbook(content, limits, recognises):
    check_workbook(content, limits)
    try:
        sheet = _first_sheet(CalamineWorkbook.from_filelike(io.BytesIO(content)))
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except Refused:
        raise
    except Exception as error:
        raise WrongKindOfFile(
            _(
                "This workbook is damaged and can't be read. Open it in Excel, save it again as .xlsx, and upload that."
            )
        ) from error
    numbered = (
        (line, [cell_text(value) for value in row])
        for line, row in enumerate(rows, start=1)
    )
    return _table(numbered, limits, recognises, encoding="xlsx", merged=merged)


def _first_sheet(workbook):
    """The first visible sheet that holds something."""
    for number, about in enumerate(workbook.sheets_metadata):
        if (
            about.typ == SheetTypeEnum.WorkSheet
            and about.visible == SheetVisibleEnum.Visible
        ):
            sheet = workbook.get_sheet_by_index(number)
            if sheet.height:
                return sheet
    raise Refused(_("The workbook has no visible sheet with anything in it."))


def cell_text(value: object) -> str:
    """What a cell of a workbook says, as a person would write it in a CSV file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        )
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == time()
            else value.isoformat(sep=" ")
        )
    if isinstance(value, date | time | timedelta):
        return value.isoformat() if not isinstance(value, timedelta) else str(value)
    return "" if value is None else str(value)


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
    rows = (
        (line, row)
        for line, row in rows
        if any(cell and not cell.isspace() for cell in row)
    )
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
                    _(
                        "There is no row below the column names. Add one line per person."
                    ),
                    line=header_line,
                )
            ]
        )
    _name_merged_cells(table, merged)
    return table


def _checked_width(row, limits, line):
    if len(row) > limits.columns and any(row[limits.columns :]):
        raise _too_many_columns(limits, line)
    return row[: limits.columns]


def _too_many_columns(limits, line=None):
    sentence = _(
        "The table has more than %(limit)s columns. Remove those that aren't needed."
    ) % {"limit": limits.columns}
    return FileTooLarge([Problem(sentence, line=line)])


def _too_many_rows(limits):
    return FileTooLarge(
        _("The table has more than %(limit)s rows. Split it into several files.")
        % {"limit": limits.rows}
    )


def _add_row(table, line, row, limits):
    if len(table.rows) >= limits.rows:
        raise _too_many_rows(limits)
    width = len(table.header)
    if len(row) > width:
        if len(row) > limits.columns:
            _checked_width(row, limits, line)
        if any(row[width:]):
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
            sentence = _(
                "This cell has %(found)s characters; the limit is %(limit)s. Shorten it."
            )
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
        if (
            bottom + 1 > table.header_line
            and top + 1 <= last_line
            and left < len(table.header)
        ):
            sentence = _(
                "Cells are merged here (lines %(first)s to %(last)s). Unmerge them and fill each one."
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
        known = [
            sum(1 for cell in row if cell and recognises(cell)) for _line, row in start
        ]
        if max(known) >= min(
            2, max(len([cell for cell in row if cell.strip()]) for _line, row in start)
        ):
            return known.index(max(known))
    usual_width = max(sum(1 for cell in row if cell.strip()) for _line, row in start)
    for place, (_line, row) in enumerate(start):
        if 2 * sum(1 for cell in row if cell.strip()) >= usual_width:
            if all(map(_could_be_a_name, row)):
                return place
            break
    line, row = start[0]
    example = next(
        (cell for cell in row if cell and not _could_be_a_name(cell)), row[0]
    )
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
    return (
        "@" not in cell
        and len(cell) <= 200
        and not re.fullmatch(r"\s*[\d.,/:+%-]*\d[\d.,/:+% -]*", cell)
    )


def _refuse_duplicates(header, line):
    places = {}
    for number, name in enumerate(header, start=1):
        if name:
            places.setdefault(name.casefold(), []).append((number, name))
    problems = [
        Problem(
            _(
                "The column name “%(name)s” stands in columns %(columns)s. Give each column a name of its own."
            )
            % {
                "name": found[0][1],
                "columns": ", ".join(
                    str(number) for number, _name in found[:PLACES_NAMED]
                ),
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

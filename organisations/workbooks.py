"""Reading Excel workbooks, which are archives that anybody may have made: the archive is judged before it is read."""

import html
import io
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from organisations.problems import Refused
from organisations.uploads import (
    HEADER_WITHIN,
    FileTooLarge,
    Limits,
    WrongKindOfFile,
    too_many_columns,
    too_many_rows,
)

# What cells without a value say instead: part -> line and column, counted from 0 -> formula or error.
Unsaid = dict[str, dict[tuple[int, int], str]]


def check_workbook(content: bytes, limits: Limits | None = None) -> list[dict[tuple[int, int], str]]:
    """Ask the archive how large it is before anybody unpacks it: 300 kB can become gigabytes.

    Gives back, for each sheet, the cells that the reader would take for empty: a formula that was never calculated, or
    an error such as #N/A.
    """
    limits = limits or Limits()
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise WrongKindOfFile(_("This workbook is locked with a password. Save it without one."))
            if "xl/workbook.xml" not in names:
                raise WrongKindOfFile(
                    _(
                        "This is another kind of document, not an Excel workbook. Save the table as .xlsx or CSV."
                    )
                )
            if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.unpacked:
                raise _too_large_unpacked()
            unsaid = _look_inside(archive, limits)
            return [unsaid.get(part, {}) for part in _sheet_parts(archive)]
    except Refused:
        raise
    except Exception as error:
        raise _damaged() from error


_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,9})([0-9]{1,12})[\"']([^<]*)(</(?:\w+:)?c>)?")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")


def _too_large_unpacked():
    return FileTooLarge(
        _(
            "Unpacked, this workbook is too large. Copy the table alone into a new workbook, or save it as CSV."
        )
    )


_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)<)")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<")
_FORMULA_OR_ERROR = (b"<f", b":f", b't="e"', b"t='e'")


def _look_inside(archive, limits) -> Unsaid:
    """Two cells far apart make the reader set aside the whole area between them, which ends the process.

    Every part is looked at, because the archive decides itself which of them is a sheet. Cells without a place of their
    own take the line of their row, so lines count only if there are such cells.
    """
    unpacked, unsaid = 0, defaultdict(dict)
    for part in archive.infolist():
        last_row = cells = placed_cells = 0
        for piece in _whole_tags(archive, part):
            unpacked += len(piece)
            if unpacked > limits.unpacked:
                raise _too_large_unpacked()
            cells += len(_CELL.findall(piece))
            for letters, row, rest, end in _PLACE.findall(piece):
                placed_cells += bool(letters)
                if rest.count(b">") == 1 and rest.rstrip().endswith(b">" if end else b"/>"):
                    continue  # an empty cell that only has a format
                if not letters:
                    last_row = max(last_row, int(row))
                elif int(row) > limits.rows + HEADER_WITHIN:
                    raise too_many_rows(limits)
                elif _column_number(letters) > limits.columns:
                    raise too_many_columns(limits, int(row))
            if any(sign in piece for sign in _FORMULA_OR_ERROR):
                unsaid[part.filename].update(_unsaid_in(piece))
        if cells > placed_cells and last_row > limits.rows + HEADER_WITHIN:
            raise too_many_rows(limits)
    return unsaid


def _unsaid_in(piece):
    starts = [found.start() for found in _CELL.finditer(piece)]
    for start, end in pairwise([*starts, len(piece)]):
        tag, _end, inside = piece[start:end].partition(b">")
        place, value, formula = _PLACE.search(tag), _VALUE.search(inside), _FORMULA.search(inside)
        is_error = any(sign in tag for sign in _FORMULA_OR_ERROR)
        if place and place[1] and (is_error if value else formula):
            said = value[1] if value else b"=" + (formula[1] or b"\xe2\x80\xa6")
            cell = int(place[2]) - 1, _column_number(place[1]) - 1
            yield cell, html.unescape(said.decode(errors="replace"))


def _sheet_parts(archive) -> list[str]:
    """The names of the sheets' parts, in the order of the sheets."""
    names = {part.filename for part in archive.infolist()}
    if "xl/_rels/workbook.xml.rels" not in names:
        return []
    targets = {
        each.get("Id"): posixpath.normpath(posixpath.join("/xl", each.get("Target", "")))[1:]
        for each in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    sheets = [
        each for each in fromstring(archive.read("xl/workbook.xml")).iter() if each.tag.endswith("}sheet")
    ]
    keys = [next((key for key in sheet.attrib if key.endswith("}id")), "") for sheet in sheets]
    return [targets.get(sheet.get(key), "") for sheet, key in zip(sheets, keys, strict=True)]


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


def read_workbook(
    content: bytes, limits: Limits, recognises: Callable[[str], bool] | None = None
) -> tuple[list[list[str]], list]:
    """The rows of the sheet that holds the table, and the areas of merged cells."""
    unsaid = check_workbook(content, limits)
    try:
        number, sheet = _choose_sheet(CalamineWorkbook.from_filelike(io.BytesIO(content)), unsaid, recognises)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except Refused:
        raise
    except Exception as error:
        raise _damaged() from error
    said = [[cell_text(value) for value in row] for row in rows]
    for (line, column), text in sorted(unsaid[number].items() if number < len(unsaid) else ()):
        said.extend([] for _row in range(line + 1 - len(said)))
        said[line].extend([""] * (column + 1 - len(said[line])))
        said[line][column] = text
    return said, merged


def _choose_sheet(workbook, unsaid, recognises):
    """The first visible sheet with column names that we know, otherwise the first that holds something."""
    first = None
    for number, about in enumerate(workbook.sheets_metadata):
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_index(number)
            if sheet.height and recognises and _has_known_names(sheet, recognises):
                return number, sheet
            if first is None and (sheet.height or any(unsaid[number : number + 1])):
                first = number, sheet
    if first is None:
        raise Refused(_("The workbook has no visible sheet with anything in it."))
    return first


def _has_known_names(sheet, recognises):
    start = sheet.to_python(skip_empty_area=False, nrows=HEADER_WITHIN)
    return any(sum(isinstance(cell, str) and recognises(cell) for cell in row) >= 2 for row in start)


def cell_text(value: object) -> str:
    """What a cell of a workbook says, as a person would write it in a CSV file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return value.isoformat() if not isinstance(value, timedelta) else str(value)
    return "" if value is None else str(value)


def _damaged():
    return WrongKindOfFile(
        _(
            "This workbook is damaged and can't be read. Open it in Excel, save it again as .xlsx, and upload that."
        )
    )

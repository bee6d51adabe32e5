"""Refused rows in a workbook: the bad cells marked, what is taken said, and read back when it returns."""

import io

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from organisations.cleaning import CLEANERS, FIRST_YEAR, LAST_YEAR
from organisations.models import Language, PeopleImport
from organisations.problems import Problem, Refused
from organisations.spreadsheets import Table, plain, read_table, safe_cell
from organisations.staff_columns import label
from organisations.staff_files import Refusal
from organisations.staff_repairs import correct_cells, repairs_of
from organisations.uploads import staff_file_limits

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BAD = PatternFill("solid", fgColor="FFD9D6")
LINE = "#"  # the column that says which line of the file a row is


def accepted_values() -> dict[str, str]:
    """What each field takes, in words."""
    text = _("Any text.")
    date = _("A date like 2026-03-01 or 01.03.2026, from %(first)s to %(last)s.") % {
        "first": FIRST_YEAR,
        "last": LAST_YEAR,
    }
    return dict.fromkeys(CLEANERS, text) | {
        "email": _("An address like name@example.lu that nobody else has."),
        "staff_number": _("The number that nobody else has; not the national identification number."),
        "manager": _("The staff number of somebody in the file or on record."),
        "languages": _("Codes with commas between them: %(known)s.") % {"known": ", ".join(Language.values)},
        "hired_on": date,
        "left_on": date,
    }


def repair_workbook(people_import: PeopleImport, table: Table) -> bytes:
    """The refused rows, one sheet; the other says what each field takes."""
    book = Workbook(write_only=True)
    _write_refused_rows(book.create_sheet(_("Refused rows")[:31]), people_import, table)
    _write_accepted_values(book.create_sheet(_("Accepted values")[:31]), people_import, table)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _write_refused_rows(sheet, people_import, table):
    faults = _faults(people_import, settings.STAFF_REPAIR_MAX_ROWS)
    accepted = accepted_values()
    corrected = repairs_of(people_import).cells
    names = [people_import.mapping.get(header, "") for header in table.header]
    sheet.append([_bold(sheet, name) for name in [LINE, *table.header, _("What is wrong")]])
    for line, cells in table.rows:
        if line not in faults:
            continue
        row, reasons = [line], faults[line]
        for header, name, text in zip(table.header, names, cells, strict=True):
            cell = WriteOnlyCell(sheet, safe_cell(corrected.get((line, name), text)))
            if header in reasons:
                cell.fill = BAD
                cell.comment = Comment(f"{reasons[header]}\n{accepted.get(name, '')}", "")
            row.append(cell)
        sheet.append([*row, safe_cell(" ".join(reasons.values()))])


def _write_accepted_values(sheet, people_import, table):
    accepted = accepted_values()
    sheet.append([_bold(sheet, name) for name in (_("Column"), _("Field"), _("Accepted values"))])
    for header in table.header:
        if name := people_import.mapping.get(header):
            sheet.append([safe_cell(header), label(name), accepted[name]])


def _bold(sheet, text):
    cell = WriteOnlyCell(sheet, safe_cell(text))
    cell.font = Font(bold=True)
    return cell


def _faults(people_import, limit) -> dict[int, dict[str | None, str]]:
    """Line -> column -> reason, for the first refused lines."""
    faults = {}
    for each in people_import.findings["refused"]:
        refusal = Refusal(*each)
        if refusal.line not in faults and len(faults) >= limit:
            break
        faults.setdefault(refusal.line, {}).setdefault(refusal.column, refusal.reason)
    return faults


def take_back_workbook(people_import: PeopleImport, table: Table, content: bytes) -> int:
    """Read a repaired workbook; every cell that differs becomes a correction. Returns how many there are."""
    answer = read_table(
        content, limits=staff_file_limits(), recognises=lambda name: name in [LINE, *table.header]
    )
    if not answer.header or answer.header[0] != LINE:
        raise Refused(
            [
                Problem(
                    _(
                        "This is not the workbook for repair: its first column is not “%(name)s”. Download it again."
                    )
                    % {"name": LINE},
                    line=answer.header_line,
                )
            ]
        )
    places = {name: number for number, name in enumerate(answer.header)}
    before, corrected = dict(table.rows), repairs_of(people_import).cells
    cells, problems = {}, []
    for line_there, row in answer.rows:
        line = int(row[0]) if row[0].isdecimal() else None
        if line not in before:
            reason = _("The file has no line %(line)s. Leave the first column as it was.") % {
                "line": row[0][:20]
            }
            problems.append(Problem(reason, line=line_there, column=LINE, value=row[0][:20]))
            continue
        for number, header in enumerate(table.header):
            name = people_import.mapping.get(header)
            if name and header in places:
                old = corrected.get((line, name), before[line][number])
                new = row[places[header]]
                if plain(new) != plain(safe_cell(old)):
                    cells[line, name] = _as_typed(new)
    if problems:
        raise Refused(problems[:20])
    correct_cells(people_import, cells)
    return len(cells)


def _as_typed(text):
    """Without the sign that keeps a cell from being a formula."""
    return text[1:] if text.startswith("'") and text[1:] and safe_cell(text[1:]) == text else text

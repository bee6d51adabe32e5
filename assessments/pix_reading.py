"""What reading every kind of export has in common: each cell checked, every refusal with its line and column.

Work goes column by column: a column of 20 000 cells has few different ones, and each is judged once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.pix_layouts import Layout
from assessments.pix_tables import Table, cut_off, unknown_encoding
from assessments.pix_words import LANGUAGES, NOT_AVAILABLE, proves_encoding, unescaped, unguarded, yes_or_no
from organisations.problems import Problem, Refused

PARIS = ZoneInfo("Europe/Paris")
LONGEST_TEXT = 255
PROBLEMS_LISTED = 500
LARGEST_NUMBER = 32_767

LOST_LETTER = re.compile("[?\u00a1-\u00a9\u00ab-\u00ac\u00ae-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7]")
# Two signs that were one letter of UTF-8 before a program took it for Windows-1252, as in "MÃ¼ller".
GARBLED = re.compile("[ÃÅ][\u0080-\u00bfŒœŠšŸŽžƒˆ˜†‡•‰€™]")
LOST_WITHIN = re.compile(r"\?\w")  # a group may well ask a question
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UTC_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|\+00:?00)?"
)
LOCAL_TIME = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2})(:[0-9]{2})?")
FRACTION = re.compile(r"0|1|0[.,][0-9]{1,3}|1[.,]0{1,3}")


class Reader:
    """Collects the columns and everything that is wrong with them; refuses at the end with the whole list."""

    is_guarded = True  # an apostrophe stands before texts that a spreadsheet would take for a formula

    def __init__(self, table: Table, layout: Layout):
        self.layout, self.problems = layout, []
        self.table = self.rows_of_right_width(table)
        self.columns = list(zip(*self.table.rows, strict=True)) or [()] * layout.columns
        self.is_proved = proves_encoding(table.header, layout.language)

    def rows_of_right_width(self, table: Table) -> Table:
        """The table without rows of another width, each of which is a problem."""
        width = self.layout.columns
        if all(len(row) == width for row in table.rows):
            return table
        kept = []
        for line, row in zip(table.lines, table.rows, strict=True):
            if len(row) == width:
                kept.append((line, row))
            elif not table.ends_with_line_end and row is table.rows[-1] and len(row) < width:
                self.problems.append(cut_off(line))
            else:
                reason = ngettext(
                    "This row has %(cells)s cell instead of %(width)s.",
                    "This row has %(cells)s cells instead of %(width)s.",
                    len(row),
                )
                self.problems.append(Problem(reason % {"cells": len(row), "width": width}, line))
        return replace(table, rows=[row for line, row in kept], lines=[line for line, row in kept])

    # Columns

    def label(self, at: int) -> str:
        return unescaped(self.table.header[at]).strip()

    def problem(self, number: int, at: int, reason: str) -> None:
        cell = self.columns[at][number]
        self.problems.append(Problem(reason, self.table.lines[number], self.label(at), shortened(cell)))

    def cells_like(self, at: int, values: set[str], reason: str) -> None:
        """A problem for each cell of the column that has one of these values."""
        for number, value in enumerate(self.columns[at]):
            if value in values:
                self.problem(number, at, reason)

    def convert(self, at: int, meanings: dict, reason: str = "") -> list:
        column = self.columns[at]
        unknown = set(column) - meanings.keys()
        if unknown:
            self.cells_like(at, unknown, reason or _("Only the words for yes and no can stand here."))
        return list(map(meanings.get, column))

    def each(self, at: int, meaning: Callable[[str], object], reason: str) -> list:
        """A column whose different cells are read one by one; `meaning` raises ValueError for what can't stand here."""
        meanings = {NOT_AVAILABLE: None}
        for cell in set(self.columns[at]) - {NOT_AVAILABLE}:
            try:
                meanings[cell] = meaning(cell)
            except ValueError:
                continue
        return self.convert(at, meanings, reason)

    def fractions(self, at: int, decimals: int = 2) -> list[Decimal | None]:
        return self.each(at, lambda cell: fraction(cell, decimals), no_share())

    def hundredths(self, at: int) -> list[int | None]:
        return self.each(at, lambda cell: int(100 * fraction(cell, 2)), no_share())

    def numbers(self, at: int) -> list[int | None]:
        return self.each(at, whole, _("A whole number belongs here."))

    def texts(self, at: int | None) -> list[str]:
        """A column of text without Pix's guard against formulas; empty texts where there is no such column."""
        if at is None:
            return [""] * len(self.table.rows)
        column = list(self.columns[at])
        if self.is_guarded:
            column = [unguarded(cell) if cell[:1] == "'" else cell for cell in column]
        if column and max(map(len, column)) > LONGEST_TEXT:
            too_long = {cell for cell in self.columns[at] if len(cell) > LONGEST_TEXT}
            self.cells_like(at, too_long, _("This text is longer than 255 characters."))
        return column

    def names(self) -> dict[str, list[str]]:
        """Who each row is about."""
        layout = self.layout
        names: dict = {
            "last_names": self.texts(layout.last_name),
            "first_names": self.texts(layout.first_name),
            "external_ids": self.texts(layout.external_id),
            "student_numbers": self.texts(layout.student_number),
            "groups": self.texts(layout.group),
            "divisions": self.texts(layout.division),
            "imported": self.imported_columns(),
        }
        for at in (layout.last_name, layout.first_name):
            self.refuse_spoilt_letters(at, LOST_LETTER)
        for at in (layout.group, layout.division, *layout.imported):
            self.refuse_spoilt_letters(at, LOST_WITHIN)
        return names

    def campaign(self) -> dict[str, str]:
        """Which campaign the file is about."""
        code = self.layout.has_code
        return {
            "organisation_name": self.same_everywhere(0),
            "campaign_id": self.campaign_id(),
            "campaign_code": self.same_everywhere(2) if code else "",
            "campaign_name": self.same_everywhere(2 + code),
        }

    def same_everywhere(self, at: int) -> str:
        """The one value of a column that is about the whole campaign."""
        column = self.texts(at)
        if len(set(column)) > 1:
            other = next(number for number, cell in enumerate(column) if cell != column[0])
            reason = _(
                "This row is of another campaign than the rows above. Upload each export as a file of its own."
            )
            self.problem(other, at, reason)
        return column[0] if column else ""

    def campaign_id(self) -> str:
        number = self.same_everywhere(1)
        if self.table.rows and not re.fullmatch(r"[0-9]{1,18}", number):
            self.problem(0, 1, _("The number of the campaign is made of digits."))
        return number

    def imported_columns(self) -> dict[str, list[str]]:
        """By label. Two columns of the same label keep both."""
        columns = {}
        for at in self.layout.imported:
            label = unguarded(self.table.header[at])
            while label in columns:
                label = f"{label} ({at + 1})"
            columns[label] = self.texts(at)
        return columns

    def dates(self, *columns: int) -> tuple[list[list[datetime | None]], bool, str]:
        """Columns of dates in UTC, whether only days are known, and the generation that the dates tell of."""
        generation = self.layout.generation
        cells = {cell for at in columns for cell in self.columns[at]}
        read, day_only = paris_time, False
        reason = _("A date looks like 31/12/2025 17:05 here.")
        if not generation.startswith("since"):
            if any(UTC_TIME.fullmatch(cell) or LOCAL_TIME.fullmatch(cell) for cell in cells):
                read, generation = utc_time, "2024-12-12..2024-12-17"
                reason = _("A date looks like 2024-12-31T17:05:00Z here.")
            else:
                read, day_only, reason = utc_day, True, _("A date looks like 2024-12-31 here.")
        moments = [self.each(at, lambda cell: date_between(read, cell), reason) for at in columns]
        return moments, day_only, generation

    def yes_or_no(self, *columns: int) -> dict[str, bool]:
        """The words for yes and no. In a language that we do not know, a date beside the word says that it means yes.

        Where all have shared, or nobody, the one other word of `columns` is the opposite.
        """
        words = yes_or_no(self.layout.language)
        if self.layout.language in LANGUAGES:
            return words
        status = self.layout.status
        told = {
            (word, date != NOT_AVAILABLE)
            for word, date in zip(*self.columns[status : status + 2], strict=True)
        }
        if len({word for word, _is_shared in told}) == len(told) <= 2:
            words |= dict(told)
        others = {cell for at in columns for cell in self.columns[at]} - words.keys() - {NOT_AVAILABLE}
        if len(others) == len(told) == 1:
            words |= {others.pop(): not next(iter(told))[1]}
        return words

    # What must fit together

    def refuse_spoilt_letters(self, at: int | None, lost: re.Pattern) -> None:
        """Windows-1252 has no letter for many names and writes a sign instead; UTF-8 read as such gets two signs.

        The latter can only be where no accent of the header proves that all is well.
        """
        if at is None:
            return
        if not self.is_proved and GARBLED.search("\n".join(self.columns[at])):
            number = next(number for number, cell in enumerate(self.columns[at]) if GARBLED.search(cell))
            raise Refused([unknown_encoding(self.table.lines[number])])
        if self.table.encoding != "utf-8":
            reason = _(
                "A letter of this name was lost when the file was saved again. Upload the file of Pix Orga as it is."
            )
            for number, cell in enumerate(self.columns[at]):
                if lost.search(cell):
                    self.problem(number, at, reason)

    def refuse_all(self) -> None:
        if not self.problems:
            return
        self.problems.sort(key=lambda problem: problem.line or 0)
        listed, more = self.problems[:PROBLEMS_LISTED], len(self.problems) - PROBLEMS_LISTED
        if more > 0:
            reason = ngettext("There is %(count)s more problem.", "There are %(count)s more problems.", more)
            listed.append(Problem(reason % {"count": more}))
        raise Refused(listed)


# --- Cells ------------------------------------------------------------------------------------------------------------


def no_share() -> str:
    return _("A share is a number from 0 to 1, such as 0,49.")


def shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def fraction(cell: str, decimals: int) -> Decimal:
    if FRACTION.fullmatch(cell) is None or len(cell) > 2 + decimals:
        raise ValueError(cell)
    return Decimal(cell.replace(",", "."))


def whole(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 5 and int(cell) <= LARGEST_NUMBER):
        raise ValueError(cell)
    return int(cell)


def date_between(read: Callable[[str], datetime], cell: str) -> datetime:
    moment = read(cell)
    if not 2016 <= moment.year <= 2100:
        raise ValueError(cell)
    return moment


def local_time(cell: str) -> datetime:
    match = LOCAL_TIME.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    day, month, year, hour, minute = map(int, match.groups()[:5])
    return datetime(year, month, day, hour, minute)


def paris_time(cell: str) -> datetime:
    """In the hour that the autumn change repeats, the first of the two is meant."""
    moment = local_time(cell)
    if not 2016 <= moment.year <= 2100:
        raise ValueError(cell)
    return moment.replace(tzinfo=PARIS).astimezone(UTC)


def utc_time(cell: str) -> datetime:
    """For a few days only, and seen by nobody who wrote about it: any of the usual forms is taken."""
    if UTC_TIME.fullmatch(cell) is None:
        return local_time(cell).replace(tzinfo=UTC)
    return datetime.fromisoformat(cell[:19].rstrip("Z")).replace(microsecond=0, tzinfo=UTC)


def utc_day(cell: str) -> datetime:
    if DAY.fullmatch(cell) is None:
        raise ValueError(cell)
    return datetime.fromisoformat(cell).replace(tzinfo=UTC)


# --- Does the file agree with itself? ---------------------------------------------------------------------------------


class Checks:
    """Figures of the file that can be worked out from others. A difference is told, and does not stop the import."""

    ends_with_line_end = True  # as the writer leaves it

    def __init__(self, export):
        self.export, self.table = export, export.table

    def warnings(self) -> list[Problem]:
        found = [*self.export.layout.notes, *self.of_the_file(), *self.of_values()]
        is_short = self.ends_with_line_end and not self.table.ends_with_line_end
        if len(self.export) and is_short and self.last_row_is_odd(found):
            raise Refused([cut_off(self.export.lines[-1])])
        return found[:PROBLEMS_LISTED]

    def of_values(self) -> Iterable[Problem]:
        """What only this kind of export can be asked."""
        return ()

    def of_the_file(self) -> Iterable[Problem]:
        if self.table.saved_again:
            reason = _(
                "This file was saved again by another program. Numbers such as 00101 may have lost their zeros."
            )
            yield Problem(reason)
        ambiguous = [moment for moment in self.export.shared_at if moment and is_repeated_hour(moment)]
        if ambiguous and not self.export.day_only:
            reason = ngettext(
                "%(count)s result was shared in the hour that the autumn change repeats; it may be an hour later.",
                "%(count)s results were shared in the hour that the autumn change repeats; they may be an hour later.",
                len(ambiguous),
            )
            yield Problem(reason % {"count": len(ambiguous)})

    def last_row_is_odd(self, found: list[Problem]) -> bool:
        return any(problem.line == self.export.lines[-1] for problem in found if problem.line)

    def doubt(self, number: int, at: int, reason: str) -> Problem:
        label = unescaped(self.table.header[at]).strip()
        return Problem(reason, self.table.lines[number], label, shortened(self.table.rows[number][at]))


def is_repeated_hour(moment: datetime) -> bool:
    if moment.month != 10 or moment.hour != 0:
        return False
    local = moment.astimezone(PARIS)
    return local.utcoffset() != local.replace(fold=1).utcoffset()

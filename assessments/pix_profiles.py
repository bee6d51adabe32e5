"""The values of a profiles collection: every cell checked, every refusal with its line and column.

Work goes column by column: a column of 20 000 cells has few different ones, and each is judged once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.pix_layouts import COLUMNS_OF_PAIRS, LANGUAGES, WORDS, Layout, competence_codes, unescaped
from assessments.pix_tables import Table, cut_off
from organisations.problems import Problem, Refused

PARIS = ZoneInfo("Europe/Paris")
NOT_AVAILABLE = "NA"
LONGEST_TEXT = 255
PROBLEMS_LISTED = 500

LEVELS = {NOT_AVAILABLE: None} | {str(number): number for number in range(9)}
PIX = {NOT_AVAILABLE: None} | {str(number): number for number in range(65)}
SCORES = {NOT_AVAILABLE: None} | {str(number): number for number in range(1025)}
COUNTS = {NOT_AVAILABLE: None} | {str(number): number for number in range(17)}
LEVEL_FOR_PIX = {None: None} | {number: number // 8 for number in range(65)}

LOST_LETTER = re.compile("[?\u00a1-\u00a9\u00ab-\u00ac\u00ae-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7]")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UTC_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?Z?")
PARIS_TIME = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2})(:[0-9]{2})?")


@dataclass
class ProfilesCollection:
    """All participations of a campaign that collects profiles, as parallel lists in the order of the file."""

    table: Table
    layout: Layout
    generation: str
    organisation_name: str
    campaign_id: str
    campaign_code: str
    campaign_name: str
    last_names: list[str]
    first_names: list[str]
    external_ids: list[str]
    student_numbers: list[str]
    groups: list[str]
    divisions: list[str]
    imported: dict[str, list[str]]
    shared: list[bool]
    shared_at: list[datetime | None]
    day_only: bool
    pix_scores: list[int | None]
    certifiable: list[bool | None]
    certifiable_counts: list[int | None]
    level_columns: list[list[int | None]]
    pix_columns: list[list[int | None]]
    warnings: list[Problem] = field(default_factory=list)

    kind = "profiles"

    def __len__(self):
        return len(self.shared)

    @property
    def lines(self):
        return self.table.lines

    @property
    def competences(self):
        return competence_codes()

    @cached_property
    def levels(self) -> list[tuple]:
        return list(zip(*self.level_columns, strict=True))

    @cached_property
    def pix(self) -> list[tuple]:
        return list(zip(*self.pix_columns, strict=True))

    def summary(self) -> dict:
        """What the file says in all, under the names that Pix's figures have among us."""
        return {
            "kind": self.kind,
            "language": self.layout.language,
            "generation": self.generation,
            "columns": self.layout.columns,
            "participations": len(self),
            "shared": sum(self.shared),
            "not_shared": len(self) - sum(self.shared),
            "competences_in_order": list(self.competences),
            "sum_pix_score": total(self.pix_scores),
            "certifiable": self.certifiable.count(True),
            "sum_level_per_competence": {
                code: total(column) for code, column in zip(self.competences, self.level_columns, strict=True)
            },
            "distinct_last_first_pairs": len(set(zip(self.last_names, self.first_names, strict=True))),
        }

    def rows(self) -> list[dict]:
        """Every participation as a dictionary."""
        return [self.row(number) for number in range(len(self))]

    def row(self, number: int) -> dict:
        shared = self.shared[number]
        pairs = zip(self.competences, self.levels[number], self.pix[number], strict=True)
        external_id = {} if self.layout.external_id is None else {"ext": self.external_ids[number]}
        return {
            "line": self.lines[number],
            "last": self.last_names[number],
            "first": self.first_names[number],
            **external_id,
            "status": "SHARED" if shared else "NOT_SHARED",
            "sharedAt": self.written_date(number),
            "pixScore": self.pix_scores[number],
            "certifiable": self.certifiable[number],
            "certifiableCount": self.certifiable_counts[number],
            "perComp": {code: [level, pix] for code, level, pix in pairs} if shared else {},
        }

    def written_date(self, number: int) -> str | None:
        """The moment in UTC, no more exact than the file gives it."""
        moment = self.shared_at[number]
        if moment is None:
            return None
        return moment.strftime("%Y-%m-%d" if self.day_only else "%Y-%m-%dT%H:%M:%S.000Z")


def total(values: Iterable[int | None]) -> int:
    return sum(value for value in values if value)


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_profiles(table: Table, layout: Layout) -> ProfilesCollection:
    return Reader(table, layout).read()


class Reader:
    """Collects the columns and everything that is wrong with them; refuses at the end with the whole list."""

    def __init__(self, table: Table, layout: Layout):
        self.layout, self.problems = layout, []
        self.table = self.rows_of_right_width(table)
        self.columns = list(zip(*self.table.rows, strict=True)) or [()] * layout.columns

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
        lines, rows = [line for line, row in kept], [row for line, row in kept]
        return Table(table.header, rows, lines, table.encoding, table.saved_again, table.ends_with_line_end)

    def read(self) -> ProfilesCollection:
        layout, sent = self.layout, self.layout.sent
        shared = self.convert(sent, self.yes_or_no())
        dates, day_only, generation = self.dates()
        names = {
            "last_names": self.texts(layout.last_name),
            "first_names": self.texts(layout.first_name),
            "external_ids": self.texts(layout.external_id),
            "student_numbers": self.texts(layout.student_number),
            "groups": self.texts(layout.group),
            "divisions": self.texts(layout.division),
        }
        pairs = range(layout.columns - COLUMNS_OF_PAIRS, layout.columns, 2)
        level, pix = (
            _("A level is a whole number from 0 to 8."),
            _("Pix per competence are a whole number from 0 to 64."),
        )
        collection = ProfilesCollection(
            table=self.table,
            layout=layout,
            generation=generation,
            organisation_name=self.same_everywhere(0),
            campaign_id=self.campaign_id(),
            campaign_code=self.same_everywhere(2) if layout.has_code else "",
            campaign_name=self.same_everywhere(2 + layout.has_code),
            **names,
            imported=self.imported_columns(),
            shared=shared,
            shared_at=dates,
            day_only=day_only,
            pix_scores=self.convert(sent + 2, SCORES, _("The Pix score is a whole number from 0 to 1024.")),
            certifiable=self.convert(sent + 3, self.yes_or_no() | {NOT_AVAILABLE: None}),
            certifiable_counts=self.convert(sent + 4, COUNTS, _("This is a whole number from 0 to 16.")),
            level_columns=[self.convert(at, LEVELS, level) for at in pairs],
            pix_columns=[self.convert(at + 1, PIX, pix) for at in pairs],
        )
        self.check_availability(shared)
        self.refuse_lost_letters(names)
        self.refuse_all()
        collection.warnings = [*layout.notes, *Checks(collection).warnings()]
        return collection

    # Columns

    def label(self, at: int) -> str:
        return unescaped(self.table.header[at]).strip()

    def cells_like(self, at: int, values: set[str], reason: str) -> None:
        """A problem for each cell of the column that has one of these values."""
        for line, value in zip(self.table.lines, self.columns[at], strict=True):
            if value in values:
                self.problems.append(Problem(reason, line, self.label(at), shortened(value)))

    def convert(self, at: int, meanings: dict, reason: str = "") -> list:
        column = self.columns[at]
        unknown = set(column) - meanings.keys()
        if unknown:
            self.cells_like(at, unknown, reason or _("Only the words for yes and no can stand here."))
        return list(map(meanings.get, column))

    def texts(self, at: int | None) -> list[str]:
        """A column of text without Pix's guard against formulas; empty texts where there is no such column."""
        if at is None:
            return [""] * len(self.table.rows)
        column = [unguarded(cell) if cell[:1] == "'" else cell for cell in self.columns[at]]
        if column and max(map(len, column)) > LONGEST_TEXT:
            too_long = {cell for cell in self.columns[at] if len(cell) > LONGEST_TEXT}
            self.cells_like(at, too_long, _("This text is longer than 255 characters."))
        return column

    def same_everywhere(self, at: int) -> str:
        """The one value of a column that is about the whole campaign."""
        column = self.texts(at)
        if len(set(column)) > 1:
            other = next(number for number, cell in enumerate(column) if cell != column[0])
            reason = _(
                "This row is of another campaign than the rows above. Upload each export as a file of its own."
            )
            self.problems.append(
                Problem(reason, self.table.lines[other], self.label(at), shortened(column[other]))
            )
        return column[0] if column else ""

    def campaign_id(self) -> str:
        number = self.same_everywhere(1)
        if self.table.rows and not re.fullmatch(r"[0-9]{1,18}", number):
            reason = _("The number of the campaign is made of digits.")
            self.problems.append(Problem(reason, self.table.lines[0], self.label(1), shortened(number)))
        return number

    def imported_columns(self) -> dict[str, list[str]]:
        """By label. Two columns of the same label keep both."""
        columns = {}
        for at in self.layout.imported:
            label = unguarded(self.table.header[at])
            columns[label if label not in columns else f"{label} ({at + 1})"] = self.texts(at)
        return columns

    def yes_or_no(self) -> dict[str, bool]:
        """The words of the file's language; of every language we know where it is another one."""
        language = self.layout.language
        languages = [language] if language in LANGUAGES else list(WORDS["yes"])
        return {WORDS["yes"][each]: True for each in languages} | {
            WORDS["no"][each]: False for each in languages
        }

    def dates(self) -> tuple[list[datetime | None], bool, str]:
        """The column `sent on` in UTC, whether only the day is known, and the generation that this tells of."""
        at, generation = self.layout.sent + 1, self.layout.generation
        cells = set(self.columns[at]) - {NOT_AVAILABLE}
        read, day_only = paris_time, False
        reason = _("A date looks like 31/12/2025 17:05 here.")
        if not generation.startswith("since"):
            if any(UTC_TIME.fullmatch(cell) for cell in cells):
                read, generation = utc_time, "2024-12-12..2024-12-17"
                reason = _("A date looks like 2024-12-31T17:05:00Z here.")
            else:
                read, day_only, reason = utc_day, True, _("A date looks like 2024-12-31 here.")
        meanings = {NOT_AVAILABLE: None}
        for cell in cells:
            moment = read_date(read, cell)
            if moment:
                meanings[cell] = moment
        return self.convert(at, meanings, reason), day_only, generation

    # What must fit together

    def check_availability(self, shared: list[bool | None]) -> None:
        """Who has shared has every value; who has not has none. Not shared is never a zero."""
        first = self.layout.sent + 1
        nothing = [NOT_AVAILABLE] * (self.layout.columns - first)
        for line, row, is_shared in zip(self.table.lines, self.table.rows, shared, strict=True):
            values = row[first:]
            if is_shared and NOT_AVAILABLE in values:
                at = first + values.index(NOT_AVAILABLE)
                reason = _("This person has shared their profile, but the value is not available.")
                self.problems.append(Problem(reason, line, self.label(at), NOT_AVAILABLE))
            elif is_shared is False and values != nothing:
                at = first + next(number for number, cell in enumerate(values) if cell != NOT_AVAILABLE)
                reason = _("This person has not shared their profile, but there is a value.")
                self.problems.append(Problem(reason, line, self.label(at), shortened(row[at])))

    def refuse_lost_letters(self, names: dict[str, list[str]]) -> None:
        """Windows-1252 has no letter for many names and writes a sign instead."""
        if self.table.encoding == "utf-8":
            return
        reason = _(
            "A letter of this name was lost when the file was saved again. Upload the file of Pix Orga as it is."
        )
        for key, at in (("last_names", self.layout.last_name), ("first_names", self.layout.first_name)):
            for line, name in zip(self.table.lines, names[key], strict=True):
                if LOST_LETTER.search(name):
                    self.problems.append(Problem(reason, line, self.label(at), shortened(name)))

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


def unguarded(text: str) -> str:
    """Undo Pix's apostrophe in front of a text that a spreadsheet would take for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("-", "@", "=", "+") else text


def shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def read_date(read: Callable[[str], datetime | None], cell: str) -> datetime | None:
    try:
        moment = read(cell)
    except ValueError:
        return None
    return moment if moment and 2016 <= moment.year <= 2100 else None


def paris_time(cell: str) -> datetime | None:
    """In the hour that the autumn change repeats, the first of the two is meant."""
    match = PARIS_TIME.fullmatch(cell)
    if match is None:
        return None
    day, month, year, hour, minute = map(int, match.groups()[:5])
    if not 2016 <= year <= 2100:
        return None
    return datetime(year, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def utc_time(cell: str) -> datetime | None:
    if UTC_TIME.fullmatch(cell) is None:
        return None
    return datetime.fromisoformat(cell.removesuffix("Z")).replace(microsecond=0, tzinfo=UTC)


def utc_day(cell: str) -> datetime | None:
    return datetime.fromisoformat(cell).replace(tzinfo=UTC) if DAY.fullmatch(cell) else None


# --- Does the file agree with itself? ---------------------------------------------------------------------------------


class Checks:
    """Figures of the file that can be worked out from others. A difference is told, and does not stop the import."""

    def __init__(self, collection: ProfilesCollection):
        self.collection = collection

    def warnings(self) -> list[Problem]:
        found = [*self.file(), *self.totals(), *self.levels(), *self.certifiable()]
        if (
            len(self.collection)
            and not self.collection.table.ends_with_line_end
            and self.last_row_is_odd(found)
        ):
            raise Refused([cut_off(self.collection.lines[-1])])
        return found[:PROBLEMS_LISTED]

    def file(self) -> Iterable[Problem]:
        if self.collection.table.saved_again:
            reason = _(
                "This file was saved again by another program. Numbers such as 00101 may have lost their zeros."
            )
            yield Problem(reason)
        ambiguous = [moment for moment in self.collection.shared_at if moment and is_repeated_hour(moment)]
        if ambiguous and not self.collection.day_only:
            reason = ngettext(
                "%(count)s result was shared in the hour that the autumn change repeats; it may be an hour later.",
                "%(count)s results were shared in the hour that the autumn change repeats; they may be an hour later.",
                len(ambiguous),
            )
            yield Problem(reason % {"count": len(ambiguous)})

    def totals(self) -> Iterable[Problem]:
        scores = self.collection.pix_scores
        column = self.collection.layout.sent + 2
        rows = zip(
            *self.collection.pix_columns, strict=True
        )  # made and dropped row by row: keeping them costs more
        for number, (score, pix) in enumerate(zip(scores, rows, strict=True)):
            if score is not None and sum(pix) != score:
                reason = _("The Pix score is not the sum of the sixteen competences, which is %(sum)s.")
                yield self.problem(number, column, reason % {"sum": sum(pix)})

    def levels(self) -> Iterable[Problem]:
        first = self.collection.layout.columns - COLUMNS_OF_PAIRS
        pairs = zip(self.collection.level_columns, self.collection.pix_columns, strict=True)
        for pair, (levels, pix) in enumerate(pairs):
            expected = [LEVEL_FOR_PIX[value] for value in pix]
            if expected != levels:
                for number, (level, is_right) in enumerate(zip(levels, expected, strict=True)):
                    if level != is_right:
                        reason = _("These pix belong to level %(level)s.")
                        yield self.problem(number, first + 2 * pair, reason % {"level": is_right})

    def certifiable(self) -> Iterable[Problem]:
        column = self.collection.layout.sent + 4
        for number, levels in enumerate(zip(*self.collection.level_columns, strict=True)):
            if not self.collection.shared[number]:
                continue
            count = len(levels) - levels.count(0)
            if count != self.collection.certifiable_counts[number]:
                reason = _("The levels make %(count)s competences certifiable.")
                yield self.problem(number, column, reason % {"count": count})
            elif self.collection.certifiable[number] != (count >= 5):
                yield self.problem(
                    number, column - 1, _("Five certifiable competences make a person certifiable.")
                )

    def last_row_is_odd(self, found: list[Problem]) -> bool:
        return any(problem.line == self.collection.lines[-1] for problem in found if problem.line)

    def problem(self, number: int, column: int, reason: str) -> Problem:
        table = self.collection.table
        label = unescaped(table.header[column]).strip()
        return Problem(reason, table.lines[number], label, shortened(table.rows[number][column]))


def is_repeated_hour(moment: datetime) -> bool:
    if moment.month != 10 or moment.hour != 0:
        return False
    local = moment.astimezone(PARIS)
    return local.utcoffset() != local.replace(fold=1).utcoffset()

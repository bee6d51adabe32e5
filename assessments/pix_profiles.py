"""Profiles collections: the level and the pix that somebody has in each of the sixteen competences."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from assessments.pix_exports import Export, total
from assessments.pix_layouts import Layout, has_campaign_code, has_times_of_paris, places_of_people
from assessments.pix_reading import Checks, Reader
from assessments.pix_tables import Table
from assessments.pix_words import (
    LANGUAGES,
    NOT_AVAILABLE,
    OTHER,
    beginning,
    competence_codes,
    competence_names,
    plain_name,
    texts,
    unescaped,
)
from organisations.problems import Problem, Refused

COLUMNS_OF_PAIRS = 2 * 16
FIXED = ("is_sent", "sent_on", "pix_score", "is_certifiable", "certifiable_count")
FROM_SENT = len(FIXED) + COLUMNS_OF_PAIRS

LEVELS = {NOT_AVAILABLE: None} | {str(number): number for number in range(9)}
PIX = {NOT_AVAILABLE: None} | {str(number): number for number in range(65)}
SCORES = {NOT_AVAILABLE: None} | {str(number): number for number in range(1025)}
COUNTS = {NOT_AVAILABLE: None} | {str(number): number for number in range(17)}
LEVEL_FOR_PIX = {None: None} | {number: number // 8 for number in range(65)}


@dataclass(kw_only=True)
class ProfilesCollection(Export):
    """All participations of a campaign that collects profiles."""

    pix_scores: list[int | None]
    certifiable: list[bool | None]
    certifiable_counts: list[int | None]
    level_columns: list[list[int | None]]
    pix_columns: list[list[int | None]]

    kind = "profiles"

    @property
    def competences(self) -> tuple[str, ...]:
        return competence_codes()

    @cached_property
    def levels(self) -> list[tuple]:
        return list(zip(*self.level_columns, strict=True))

    @cached_property
    def pix(self) -> list[tuple]:
        return list(zip(*self.pix_columns, strict=True))

    def summary(self) -> dict:
        return {
            **self.head(),
            "competences_in_order": list(self.competences),
            "sum_pix_score": total(self.pix_scores),
            "certifiable": self.certifiable.count(True),
            "sum_level_per_competence": {
                code: total(column) for code, column in zip(self.competences, self.level_columns, strict=True)
            },
            "distinct_last_first_pairs": self.distinct_names(),
        }

    def row(self, number: int) -> dict:
        shared = self.shared[number]
        pairs = zip(self.competences, self.levels[number], self.pix[number], strict=True)
        return {
            **self.who(number),
            "status": "SHARED" if shared else "NOT_SHARED",
            "sharedAt": self.written_date(number),
            "pixScore": self.pix_scores[number],
            "certifiable": self.certifiable[number],
            "certifiableCount": self.certifiable_counts[number],
            "perComp": {code: [level, pix] for code, level, pix in pairs} if shared else {},
        }


# --- What stands where? -----------------------------------------------------------------------------------------------


def profiles_layout(table: Table, plain: list[str]) -> Layout | None:
    """Where the columns of a profiles collection stand: the last 32 are always the 16 pairs. None for another file."""
    language = language_of_profiles(plain)
    if language is None:
        return None
    check_pairs(table.header, plain, language)
    sent = len(plain) - FROM_SENT
    has_code = has_campaign_code(plain, language)
    generation = "since 2024-12-17"
    if not has_times_of_paris(plain[sent + 1], language):
        generation = "2023-07..2024-12" if has_code else "2021-03..2023-06"
    return Layout(
        language=language,
        generation=generation,
        columns=len(plain),
        has_code=has_code,
        status=sent,
        **places_of_people(table, plain, "profiles", language, 3 + has_code, sent),
    )


def language_of_profiles(plain: list[str]) -> str | None:
    """The language of a profiles collection's header; `other` for one known by its shape alone; None for no such."""
    if len(plain) < FROM_SENT + 1:
        return None
    last = plain[-FROM_SENT:-COLUMNS_OF_PAIRS]
    for language in LANGUAGES:
        matching = sum(
            cell in texts("profiles", key, language) for key, cell in zip(FIXED, last, strict=True)
        )
        if matching >= 3:
            return language
    levels = shared_beginning(plain[-COLUMNS_OF_PAIRS::2])
    pix = shared_beginning(plain[1 - COLUMNS_OF_PAIRS :: 2])
    if len(levels) >= 5 and len(pix) >= 5 and levels != pix and len(plain) >= FROM_SENT + 5:
        return OTHER
    return None


def shared_beginning(cells: list[str]) -> str:
    low, high = min(cells), max(cells)
    length = next((at for at, sign in enumerate(low) if high[at : at + 1] != sign), len(low))
    return low[:length]


def check_pairs(header: list[str], plain: list[str], language: str) -> None:
    """Refuse a file whose competence columns somebody has moved. Unknown wordings are trusted to their position."""
    if language == OTHER:
        return
    level, pix = (beginning("profiles", key, language) for key in ("competence_level", "competence_pix"))
    problems = []
    for pair, code in enumerate(competence_codes()):
        at = len(plain) - COLUMNS_OF_PAIRS + 2 * pair
        names = {plain_name(plain[at].removeprefix(level)), plain_name(plain[at + 1].removeprefix(pix))}
        codes = {competence_names().get(name, code) for name in names}
        if codes != {code} or plain[at].startswith(pix) or plain[at + 1].startswith(level):
            reason = _(
                "This is not the place of this column: competence %(code)s belongs here. Download the file again "
                "from Pix Orga."
            )
            problems.append(Problem(reason % {"code": code}, 1, unescaped(header[at])))
    if problems:
        raise Refused(problems)


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_profiles(table: Table, layout: Layout) -> ProfilesCollection:
    return ProfilesReader(table, layout).read()


class ProfilesReader(Reader):
    def read(self) -> ProfilesCollection:
        layout, sent = self.layout, self.layout.status
        words = self.yes_or_no(sent + 3)
        shared = self.convert(sent, words)
        (sent_on,), day_only, generation = self.dates(sent + 1)
        pairs = range(layout.columns - COLUMNS_OF_PAIRS, layout.columns, 2)
        level, pix = (
            _("A level is a whole number from 0 to 8."),
            _("Pix per competence are a whole number from 0 to 64."),
        )
        collection = ProfilesCollection(
            table=self.table,
            layout=layout,
            generation=generation,
            **self.campaign(),
            **self.names(),
            shared=shared,
            shared_at=sent_on,
            day_only=day_only,
            pix_scores=self.convert(sent + 2, SCORES, _("The Pix score is a whole number from 0 to 1024.")),
            certifiable=self.convert(sent + 3, words | {NOT_AVAILABLE: None}),
            certifiable_counts=self.convert(sent + 4, COUNTS, _("This is a whole number from 0 to 16.")),
            level_columns=[self.convert(at, LEVELS, level) for at in pairs],
            pix_columns=[self.convert(at + 1, PIX, pix) for at in pairs],
        )
        self.check_availability(shared)
        self.refuse_all()
        collection.warnings = ProfilesChecks(collection).warnings()
        return collection

    def check_availability(self, shared: list[bool | None]) -> None:
        """Who has shared has every value; who has not has none. Not shared is never a zero."""
        first = self.layout.status + 1
        nothing = [NOT_AVAILABLE] * (self.layout.columns - first)
        for number, (row, is_shared) in enumerate(zip(self.table.rows, shared, strict=True)):
            values = row[first:]
            if is_shared and NOT_AVAILABLE in values:
                reason = _("This person has shared their profile, but the value is not available.")
                self.problem(number, first + values.index(NOT_AVAILABLE), reason)
            elif is_shared is False and values != nothing:
                at = first + next(place for place, cell in enumerate(values) if cell != NOT_AVAILABLE)
                self.problem(number, at, _("This person has not shared their profile, but there is a value."))


# --- Does the file agree with itself? ---------------------------------------------------------------------------------


class ProfilesChecks(Checks):
    def of_values(self) -> Iterable[Problem]:
        yield from self.totals()
        yield from self.levels()
        yield from self.certifiable()

    def totals(self) -> Iterable[Problem]:
        scores = self.export.pix_scores
        column = self.export.layout.status + 2
        rows = zip(
            *self.export.pix_columns, strict=True
        )  # made and dropped row by row: keeping them costs more
        for number, (score, pix) in enumerate(zip(scores, rows, strict=True)):
            if score is not None and sum(pix) != score:
                reason = _("The Pix score is not the sum of the sixteen competences, which is %(sum)s.")
                yield self.doubt(number, column, reason % {"sum": sum(pix)})

    def levels(self) -> Iterable[Problem]:
        first = self.export.layout.columns - COLUMNS_OF_PAIRS
        pairs = zip(self.export.level_columns, self.export.pix_columns, strict=True)
        for pair, (levels, pix) in enumerate(pairs):
            expected = [LEVEL_FOR_PIX[value] for value in pix]
            if expected != levels:
                for number, (level, is_right) in enumerate(zip(levels, expected, strict=True)):
                    if level != is_right:
                        reason = _("These pix belong to level %(level)s.")
                        yield self.doubt(number, first + 2 * pair, reason % {"level": is_right})

    def certifiable(self) -> Iterable[Problem]:
        column = self.export.layout.status + 4
        for number, levels in enumerate(zip(*self.export.level_columns, strict=True)):
            if not self.export.shared[number]:
                continue
            count = len(levels) - levels.count(0)
            if count != self.export.certifiable_counts[number]:
                reason = _("The levels make %(count)s competences certifiable.")
                yield self.doubt(number, column, reason % {"count": count})
            elif self.export.certifiable[number] != (count >= 5):
                yield self.doubt(
                    number, column - 1, _("Five certifiable competences make a person certifiable.")
                )

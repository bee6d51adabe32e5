"""Certification results of Pix Certif (a session) and Pix Orga (a class): levels that an examination confirmed.

Another writer than that of the campaigns: the first name comes first, nothing is guarded against formulas, what is
missing is an empty cell, and no line end follows the last row.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from assessments.models import Result
from assessments.pix_exports import Export, total
from assessments.pix_layouts import Layout
from assessments.pix_reading import Checks, Reader
from assessments.pix_tables import Table
from assessments.pix_words import LANGUAGES, OTHER, WORDS, competence_codes, plainly, texts
from organisations.problems import Problem, Refused

DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
BEFORE = ("number", "first", "last", "birthdate", "birthplace", "external", "status")
LEVELS = {"-": None} | {str(level): level for level in range(9)}
SCORES = {"-": None} | {str(pix): pix for pix in range(1025)}
MEASURED = {Result.Status.VALIDATED.value, Result.Status.REJECTED.value}
NOT_MEASURED = {Result.Status.CANCELLED.value, Result.Status.ERROR.value}


@dataclass(frozen=True, kw_only=True)
class CertificationLayout(Layout):
    """`centre` is missing in the results of a class."""

    complementary: tuple[int, ...]
    pix: int
    centre: int | None

    @property
    def levels(self) -> range:
        return range(self.pix + 1, self.pix + 17)

    @property
    def session(self) -> int:
        return self.pix + 18


@dataclass(kw_only=True)
class CertificationExport(Export):
    """All candidates of a session or a class. Birth data and the jury's comments are checked and not kept.

    Every row counts as shared: the centre gives the results, whatever became of them. `statuses` says what did.
    """

    certification_numbers: list[str]
    statuses: list[str]
    pix_scores: list[int | None]
    level_columns: list[list[int | None]]
    complementary: dict[str, list[str]]
    sessions: list[str]
    centres: list[str]
    certified_on: list[date]

    kind = "certification"

    @property
    def competences(self) -> tuple[str, ...]:
        return competence_codes()

    def summary(self) -> dict:
        return {
            "kind": self.kind,
            "form": "session" if self.layout.centre is not None else "class",
            "language": self.language,
            "generation": self.generation,
            "columns": len(self.table.header),
            "participations": len(self),
            "statuses": counted(self.statuses),
            "competences_in_order": list(self.competences),
            "sum_pix_score": total(self.pix_scores),
            "sum_level_per_competence": {
                code: total(column) for code, column in zip(self.competences, self.level_columns, strict=True)
            },
            "measured_per_competence": {
                code: len(column) - column.count(None)
                for code, column in zip(self.competences, self.level_columns, strict=True)
            },
            "complementary": {label: counted(column) for label, column in self.complementary.items()},
            "sessions": counted(self.sessions),
            "centres": sorted({centre for centre in self.centres if centre}),
            "distinct_last_first_pairs": self.distinct_names(),
        }

    def row(self, number: int) -> dict:
        return {
            **self.who(number),
            "certification": self.certification_numbers[number],
            "status": self.statuses[number],
            "pixScore": self.pix_scores[number],
            "perComp": {
                code: column[number]
                for code, column in zip(self.competences, self.level_columns, strict=True)
            },
            "complementary": {label: column[number] for label, column in self.complementary.items()},
            "session": self.sessions[number],
            "centre": self.centres[number],
            "certifiedOn": self.written_date(number),
        }


def counted(column: list[str]) -> dict[str, int]:
    return dict(sorted(Counter(column).items()))


# --- What stands where? -----------------------------------------------------------------------------------------------


def certification_layout(table: Table, plain: list[str]) -> CertificationLayout | None:
    """Everything is counted from the sixteen columns that are called like the competences; None for another file."""
    codes = list(competence_codes())
    first = next((at for at, cell in enumerate(plain) if cell.replace(",", ".") == codes[0]), None)
    if first is None or [cell.replace(",", ".") for cell in plain[first : first + len(codes)]] != codes:
        return None
    after = len(plain) - first - len(codes)
    if first <= len(BEFORE) or after not in (3, 4):
        reason = _(
            "Columns are missing beside those of the competences. Download the file again from Pix Certif."
        )
        raise Refused([Problem(reason, 1)])
    language = language_of_certification(plain)
    return CertificationLayout(
        language=language,
        generation="since 2022" if language == "fr" else "since 2023-06",
        columns=len(plain),
        last_name=2,
        first_name=1,
        external_id=5,
        status=6,
        complementary=tuple(range(len(BEFORE), first - 1)),
        pix=first - 1,
        centre=len(plain) - 2 if after == 4 else None,
    )


def language_of_certification(plain: list[str]) -> str:
    def known(language):
        return sum(
            cell in texts("certification", key, language) for key, cell in zip(BEFORE, plain, strict=False)
        )

    best = max(LANGUAGES, key=known)
    return best if known(best) >= 3 else OTHER


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_certification(table: Table, layout: CertificationLayout) -> CertificationExport:
    return CertificationReader(table, layout).read()


class CertificationReader(Reader):
    is_guarded = False

    def read(self) -> CertificationExport:
        layout = self.layout
        level = _("A level is a whole number from 0 to 8, or “-” where nothing was measured.")
        score = _("The Pix score is a whole number from 0 to 1024, or “-” where there is none.")
        certified_on = self.days(layout.columns - 1, 2016)
        self.days(BEFORE.index("birthdate"), 1900, optional=True)
        sessions, centres = self.digits(layout.session), self.texts(layout.centre)
        export = CertificationExport(
            table=self.table,
            layout=layout,
            generation=layout.generation,
            organisation_name=centres[0] if len(set(centres)) == 1 else "",
            campaign_id=from_to(sessions),
            campaign_code="",
            campaign_name=f"Session {from_to(sessions)}",
            **self.names(),
            shared=[True] * len(self.table.rows),
            shared_at=[
                datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None for day in certified_on
            ],
            day_only=True,
            certification_numbers=self.certification_numbers(),
            statuses=self.words(layout.status, "certification_status"),
            pix_scores=self.convert(layout.pix, SCORES, score),
            level_columns=[self.convert(at, LEVELS, level) for at in layout.levels],
            complementary={
                self.complementary_label(at): self.words(at, "certification_complementary")
                for at in layout.complementary
            },
            sessions=sessions,
            centres=centres,
            certified_on=certified_on,
        )
        self.refuse_all()
        export.warnings = CertificationChecks(export).warnings()
        return export

    def complementary_label(self, at: int) -> str:
        words = WORDS["certification"]["complementary"].get(self.layout.language, ("",))
        return self.table.header[at].removeprefix(words[0].partition("{")[0]).strip() or self.label(at)

    def digits(self, at: int) -> list[str]:
        column = self.texts(at)
        no_number = {cell for cell in set(column) if not re.fullmatch(r"[0-9]{1,18}", cell)}
        self.cells_like(at, no_number, _("A number made of digits belongs here."))
        return column

    def certification_numbers(self) -> list[str]:
        column = self.digits(0)
        twice = {cell for cell, count in Counter(column).items() if count > 1}
        self.cells_like(0, twice, _("Two rows have this number of certification."))
        return column

    def words(self, at: int, key: str) -> list[str]:
        """What became of it, in our words. For a language that we do not know, the words of all others are tried."""
        by_language = WORDS[key]
        languages = [self.layout.language] if self.layout.language in by_language else list(by_language)
        known = {plainly(word): meaning for each in languages for word, meaning in by_language[each].items()}
        meanings = {cell: known[plainly(cell)] for cell in set(self.columns[at]) if plainly(cell) in known}
        if key == "certification_complementary":
            meanings |= {"": "not_taken"}
        return self.convert(at, meanings, _("This word does not say what became of a certification."))

    def days(self, at: int, first_year: int, optional: bool = False) -> list[date]:
        def meaning(cell):
            if optional and not cell:
                return None
            match = DAY.fullmatch(cell)
            if match is None or not first_year <= int(match[3]) <= 2100:
                raise ValueError(cell)
            return date(int(match[3]), int(match[2]), int(match[1]))

        return self.each(at, meaning, _("A date looks like 31/12/2025 here."))


def from_to(sessions: list[str]) -> str:
    """The session, or the first and the last one of a class."""
    numbers = sorted(set(sessions), key=lambda session: (len(session), session))
    return "-".join(dict.fromkeys((numbers[0][:20], numbers[-1][:20]))) if numbers else ""


class CertificationChecks(Checks):
    ends_with_line_end = False

    def of_values(self):
        pix = self.export.layout.pix
        levels = list(zip(*self.export.level_columns, strict=True))
        for number, (status, score) in enumerate(
            zip(self.export.statuses, self.export.pix_scores, strict=True)
        ):
            if status in MEASURED and score is None:
                yield self.doubt(number, pix, _("The Pix score is missing."))
            elif status in NOT_MEASURED and (score is not None or any(levels[number])):
                yield self.doubt(
                    number, pix, _("A certification that was cancelled or in error measures nothing.")
                )
            elif status == Result.Status.REJECTED and (score or any(levels[number])):
                yield self.doubt(number, pix, _("A rejected certification gives 0 pix and no level."))

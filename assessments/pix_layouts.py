"""Which export of Pix a header belongs to, and what stands in which column.

By content, never by the file's name; by position, never by the text of a header alone: Dutch headers carry no names,
and the label of the external id may equal any standard header.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from assessments.pix_tables import Table, unknown_encoding
from organisations.problems import Problem, Refused
from organisations.uploads import WrongKindOfFile

DATA = Path(__file__).parent / "data"
WORDS = json.loads((DATA / "pix-headers.json").read_text(encoding="utf-8"))
PROFILES, ASSESSMENT = WORDS["profiles"], WORDS["assessment"]
LANGUAGES = ("fr", "en", "nl", "de")
OTHER = "other"

ENTITIES = {
    "&#39;": "'",
    "&quot;": '"',
    "&lt;": "<",
    "&gt;": ">",
    "&#x2F;": "/",
    "&#x60;": "`",
    "&#x3D;": "=",
    "&amp;": "&",  # the last, or else "&amp;lt;" would become "<"
}

PAIRS = 16
COLUMNS_OF_PAIRS = 2 * PAIRS
FROM_SENT = 5 + COLUMNS_OF_PAIRS  # is_sent, sent_on, pix_score, is_certifiable, certifiable_count, pairs
FIRST_COLUMNS = 5  # organisation, campaign id, campaign name, last name, first name

# In an export with several columns of unknown name, the last one is the external id if it is called like one.
LOOKS_LIKE_AN_ID = re.compile(r"matricul|staff|employ|identif|\bid\b|numer|number|nummer|^code$|mail|login")


@dataclass(frozen=True)
class Layout:
    """A recognised header. Numbers are positions of columns, counted from 0."""

    language: str
    generation: str
    columns: int
    has_code: bool
    sent: int
    imported: tuple[int, ...] = ()
    group: int | None = None
    division: int | None = None
    student_number: int | None = None
    external_id: int | None = None
    notes: list[Problem] = field(default_factory=list)

    @property
    def last_name(self):
        return FIRST_COLUMNS - 2 + self.has_code

    @property
    def first_name(self):
        return self.last_name + 1


def recognise(table: Table) -> Layout:
    """The layout of a profiles collection; any other file is refused with what it is."""
    header = table.header
    plain = [plainly(cell) for cell in header]
    language = language_of_profiles(plain)
    if language is None:
        refuse_other_file(header, plain)
    if table.encoding != "utf-8" and not proves_encoding(header, language):
        raise Refused([unknown_encoding(1)])
    check_pairs(header, plain, language)
    return lay_out(table, plain, language)


def unescaped(text: str) -> str:
    """Undo what Pix does to names that it fills into a header, and nothing else."""
    for entity, sign in ENTITIES.items():
        text = text.replace(entity, sign)
    return text


@lru_cache(maxsize=4096)
def plainly(text: str) -> str:
    """A header for comparison: entities undone, without accents, case, typographic apostrophes and stray spaces."""
    text = unicodedata.normalize("NFKD", unescaped(text)).replace("’", "'")
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).casefold().split())


@cache
def texts(export: str, key: str, language: str) -> frozenset[str]:
    """All headers that a column has had in a language; in any language for one that we do not know."""
    known = WORDS[export][key]
    languages = LANGUAGES if language == OTHER else (language,)
    return frozenset(plainly(text) for each in languages for text in known.get(each, ()))


@cache
def beginning(key: str, language: str) -> str:
    """The part of a competence's header before its name."""
    return plainly(PROFILES[key][language][0].partition("{")[0])


# --- Which file is it? ------------------------------------------------------------------------------------------------


def language_of_profiles(plain: list[str]) -> str | None:
    """The language of a profiles collection's header; `other` for one known by its shape alone; None for no such."""
    if len(plain) < FIRST_COLUMNS + FROM_SENT:
        return None
    fixed = ("is_sent", "sent_on", "pix_score", "is_certifiable", "certifiable_count")
    last = plain[-FROM_SENT:-COLUMNS_OF_PAIRS]
    for language in LANGUAGES:
        matching = sum(
            cell in texts("profiles", key, language) for key, cell in zip(fixed, last, strict=True)
        )
        if matching >= 3:
            return language
    levels, pix = (
        shared_beginning(plain[-COLUMNS_OF_PAIRS::2]),
        shared_beginning(plain[1 - COLUMNS_OF_PAIRS :: 2]),
    )
    if len(levels) >= 5 and len(pix) >= 5 and levels != pix and not is_assessment(plain):
        return OTHER
    return None


def shared_beginning(cells: list[str]) -> str:
    low, high = min(cells), max(cells)
    length = next((at for at, sign in enumerate(low) if high[at : at + 1] != sign), len(low))
    return low[:length]


def is_assessment(plain: list[str]) -> bool:
    cells = set(plain)
    return any(
        cells & texts("assessment", "is_shared", language)
        and cells & texts("assessment", "mastery_rate", language)
        for language in LANGUAGES
    )


def is_certification(header: list[str]) -> bool:
    return {f"{area}.1" for area in range(1, 6)} <= set(header)


def is_learner_list(plain: list[str]) -> bool:
    cells = {cell.strip("* ") for cell in plain}
    lists = [labels for by_language in WORDS["learner_lists"].values() for labels in by_language.values()]
    return any(
        sum(plainly(label).strip("* ") in cells for label in labels) >= min(4, len(labels))
        for labels in lists
    )


def refuse_other_file(header: list[str], plain: list[str]) -> None:
    instead = _(
        "Only profiles collections can be imported at present: in Pix Orga, open a campaign of that type and "
        "export its results."
    )
    if is_assessment(plain):
        raise other_export(
            _("This is the export of an assessment campaign. It has success rates, but no levels."),
            instead,
        )
    if is_certification(header):
        raise other_export(_("This file holds certification results."), instead)
    if is_learner_list(plain):
        raise other_export(
            _("This is a list of people to be uploaded to Pix Orga. It holds no results."),
            instead,
        )
    if any(plain_text in texts("profiles", "is_sent", OTHER) for plain_text in plain):
        reason = _(
            "This profiles collection does not end in the 32 columns of the sixteen competences. It was cut off "
            "or edited: download it again from Pix Orga."
        )
        raise Refused([Problem(reason, 1)])
    if any("Ã" in cell or "â€" in cell for cell in header):
        raise Refused([unknown_encoding(1)])
    raise other_export(
        _("This is not a file of Pix results: its columns are not those of an export of Pix Orga."),
        instead,
    )


def other_export(what: str, instead: str) -> Refused:
    return WrongKindOfFile([Problem(f"{what} {instead}", 1)])


def proves_encoding(header: list[str], language: str) -> bool:
    """Whether a header with accents reads as it must, so that the accents of names are right as well."""
    if language == OTHER:
        return False
    known = {
        unicodedata.normalize("NFC", text) for key in PROFILES for text in PROFILES[key].get(language, ())
    }
    accented = [text.partition("{")[0] for text in known if not text.isascii()]
    return any(
        unicodedata.normalize("NFC", cell).startswith(text)
        for cell in header
        for text in accented
        if not text.isascii()
    )


# --- What stands where? -----------------------------------------------------------------------------------------------


def check_pairs(header: list[str], plain: list[str], language: str) -> None:
    """Refuse a file whose competence columns somebody has moved. Unknown wordings are trusted to their position."""
    if language == OTHER:
        return
    level, pix = beginning("competence_level", language), beginning("competence_pix", language)
    problems = []
    for pair, code in enumerate(competence_codes()):
        at = len(plain) - COLUMNS_OF_PAIRS + 2 * pair
        names = {plain[at].removeprefix(level).strip(" ."), plain[at + 1].removeprefix(pix).strip(" .")}
        codes = {competence_names().get(name, code) for name in names}
        if codes != {code} or plain[at].startswith(pix) or plain[at + 1].startswith(level):
            reason = _(
                "This is not the place of this column: competence %(code)s belongs here. Download the file again "
                "from Pix Orga."
            )
            problems.append(Problem(reason % {"code": code}, 1, unescaped(header[at])))
    if problems:
        raise Refused(problems)


@cache
def pix_framework() -> dict:
    return json.loads((DATA / "framework-pix.json").read_text(encoding="utf-8"))


@cache
def competence_codes() -> tuple[str, ...]:
    return tuple(
        competence["code"] for area in pix_framework()["areas"] for competence in area["competences"]
    )


@cache
def competence_names() -> dict[str, str]:
    return {
        plainly(title): competence["code"]
        for area in pix_framework()["areas"]
        for competence in area["competences"]
        for title in competence["titles"].values()
    }


def lay_out(table: Table, plain: list[str], language: str) -> Layout:
    sent = len(plain) - FROM_SENT
    has_code = plain[2] in texts("profiles", "campaign_code", OTHER) or (
        language == OTHER and plain[2].startswith("cod")
    )
    first = FIRST_COLUMNS + has_code
    if sent < first:
        reason = _("Columns are missing before “%(column)s”. Download the file again from Pix Orga.")
        raise Refused([Problem(reason % {"column": table.header[sent]}, 1, table.header[sent])])
    places = place_optional_columns(table, plain[first:sent], first, language)
    generation = "since 2024-12-17"
    if not re.search(r"\(europ\w* ?/ ?pari", plain[sent + 1]):
        generation = "2023-07..2024-12" if has_code else "2021-03..2023-06"
    return Layout(language, generation, len(plain), has_code, sent, **places)


def place_optional_columns(table: Table, labels: list[str], first: int, language: str) -> dict:
    """Where imported columns, group, class, student number and external id stand; they come in this order.

    Group and student number come together; the external id is the last one, whatever its label.
    """
    group, division, student = (
        texts("profiles", key, language) for key in ("group", "division", "student_number")
    )

    def learner_columns_before(end):
        if end >= 2 and labels[end - 2] in group and labels[end - 1] in student:
            return 2
        return int(end >= 1 and labels[end - 1] in division)

    count = len(labels)
    end, has_external_id, notes = count, False, []
    if count and learner_columns_before(count - 1):
        end, has_external_id = count - 1, True
    elif learner_columns_before(count) == 1 and count == 1 and differs_by_person(table, first):
        end, has_external_id = 0, True
    elif not learner_columns_before(count) and (
        count == 1 or (count and LOOKS_LIKE_AN_ID.search(labels[-1]))
    ):
        end, has_external_id = count - 1, True
    elif not learner_columns_before(count) and count:
        reason = _(
            "No column of this file was read as the external id; “%(column)s” counts as an imported column."
        )
        notes.append(
            Problem(reason % {"column": table.header[first + count - 1]}, 1, table.header[first + count - 1])
        )
    known = learner_columns_before(end)
    return {
        "imported": tuple(range(first, first + end - known)),
        "group": first + end - 2 if known == 2 else None,
        "student_number": first + end - 1 if known == 2 else None,
        "division": first + end - 1 if known == 1 else None,
        "external_id": first + end if has_external_id else None,
        "notes": notes,
    }


def differs_by_person(table: Table, column: int) -> bool:
    """Whether a column that is called like the class names people rather than groups of people."""
    pairs = {tuple(row[column - 2 : column + 1]) for row in table.rows if len(row) > column and row[column]}
    return len(pairs) >= 5 and len({pair[-1] for pair in pairs}) >= 0.7 * len(pairs)

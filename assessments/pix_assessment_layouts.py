"""What stands in which column of an assessment campaign's export.

The optional columns on the left make it as wide as they like, so everything is counted from the three columns
`started on`, `shared?`, `shared on`. They are followed by the stage, the badges, the mastery rate of the whole, three
columns for each competence, three for each area, and the skills.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from assessments.pix_layouts import IN_PARIS, Layout, has_campaign_code, has_times_of_paris, places_of_people
from assessments.pix_tables import Table
from assessments.pix_words import (
    LANGUAGES,
    NOT_AVAILABLE,
    OTHER,
    WORDS,
    area_names,
    beginning,
    competence_names,
    ending,
    plain_name,
    plainly,
    texts,
    unescaped,
    unguarded,
)
from organisations.problems import Problem, Refused

BLOCK = ("mastery_rate", "total_items", "items_ok")
STATUS = ("started_on", "is_shared", "shared_on")
YES_OR_NO = re.compile(r"\(\w ?/ ?\w\)$")
STAGE = re.compile(r"\( ?/ ?([0-9]*) ?\)$")
SHARE = re.compile(r"[01]([.,][0-9]+)?|NA")
ANY_DATE = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}.*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*")


@dataclass(frozen=True, kw_only=True)
class AssessmentLayout(Layout):
    """`competences` and `areas` have the first of three columns each; `progress` is missing in the first exams."""

    target_profile: int
    progress: int | None
    stage: int | None
    highest_stage: int | None
    badges: tuple[int, ...]
    mastery: int
    competences: tuple[int, ...]
    areas: tuple[int, ...]
    skills: tuple[int, ...]
    competence_names: tuple[str, ...]
    area_names: tuple[str, ...]
    badge_names: tuple[str, ...]


def assessment_layout(table: Table, plain: list[str]) -> AssessmentLayout | None:
    """Where everything stands; None for a file of another kind."""
    language, started = find_status(table, plain)
    if started is None:
        return None
    has_code = has_campaign_code(plain, language)
    progress = place_of_progress(table, plain, language, started)
    name = 4 + has_code
    mastery = place_of_mastery(plain, language, started + 3)
    if mastery is None:
        return None
    acquired = range(started + 3, mastery)
    stage = next((at for at in acquired if STAGE.search(plain[at])), None)
    competences, areas, skills = blocks(table, plain, language, mastery + 1)
    badges = tuple(at for at in acquired if at != stage)
    highest = STAGE.search(plain[stage])[1] if stage is not None else ""
    end = started if progress is None else progress
    return AssessmentLayout(
        language=language,
        generation=generation(plain, language, has_code, name - 1, started),
        columns=len(plain),
        has_code=has_code,
        status=started + 1,
        target_profile=name - 1,
        progress=progress,
        stage=stage,
        highest_stage=int(highest[:4]) if highest else None,
        badges=badges,
        mastery=mastery,
        competences=competences,
        areas=areas,
        skills=skills,
        competence_names=filled_in(table, "competence_mastery_rate", language, competences),
        area_names=filled_in(table, "area_mastery_rate", language, areas),
        badge_names=filled_in(table, "badge", language, badges),
        **places_of_people(table, plain, "assessment", language, name, end),
    )


def generation(plain: list[str], language: str, has_code: bool, target_profile: int, started: int) -> str:
    if has_times_of_paris(plain[started], language):
        return "since 2024-12-17"
    if has_code:
        return "2023-07..2024-12"
    older = {
        plainly(text[-1]) for text in WORDS["assessment"]["target_profile_name"].values() if len(text) > 1
    }
    return "2021-03..2022-11" if plain[target_profile] in older else "2022-12..2023-06"


# --- The three columns that everything is counted from ----------------------------------------------------------------


def find_status(table: Table, plain: list[str]) -> tuple[str, int | None]:
    """The language, and the column `started on`. Labels on the left may read the same, so the last one counts."""
    for language in LANGUAGES:
        known = [texts("assessment", key, language) for key in STATUS]
        for at in range(len(plain) - 3, 3, -1):
            if sum(plain[at + place] in words for place, words in enumerate(known)) == 3:
                return language, at
    for at in range(len(plain) - 6, 3, -1):
        if YES_OR_NO.search(plain[at + 1]) and IN_PARIS.search(plain[at]) and IN_PARIS.search(plain[at + 2]):
            return language_of(plain), at
    for at in range(len(plain) - 6, 3, -1):
        if YES_OR_NO.search(plain[at + 1]) and are_dates(table, at) and are_dates(table, at + 2):
            return language_of(plain), at
    return OTHER, None


def are_dates(table: Table, at: int) -> bool:
    cells = {row[at] for row in table.rows if len(row) > at} - {NOT_AVAILABLE}
    return bool(cells) and all(ANY_DATE.fullmatch(cell) for cell in cells)


def language_of(plain: list[str]) -> str:
    """The language in which most of the other fixed headers are written; `other` where it is none of ours."""
    keys = ("organization_name", "campaign_name", "last_name", "first_name", "progress", "mastery_rate")
    cells = set(plain)

    def known(language):
        return sum(not cells.isdisjoint(texts("assessment", key, language)) for key in keys)

    best = max(LANGUAGES, key=known)
    return best if known(best) >= 3 else OTHER


def place_of_progress(table: Table, plain: list[str], language: str, started: int) -> int | None:
    """The column before `started on`. In the first exports of exams it was left out, and the label of the external id
    may read the same: then most values are no shares.
    """
    at = started - 1
    cells = [row[at] for row in table.rows if len(row) > at]
    shares = sum(bool(SHARE.fullmatch(cell)) for cell in cells)
    if plain[at] in texts("assessment", "progress", OTHER) or "%" in plain[at]:
        return at if 2 * shares >= len(cells) else None
    return at if language == OTHER and cells and shares == len(cells) else None


def place_of_mastery(plain: list[str], language: str, first: int) -> int | None:
    """After the stage and the badges, which end in “(/3)” and “(Y/N)” in every language."""
    known = texts("assessment", "mastery_rate", OTHER)
    at = next((at for at in range(first, len(plain)) if plain[at] in known), None)
    if at is not None and language != OTHER:
        return at
    at = first
    while at < len(plain) and (YES_OR_NO.search(plain[at]) or STAGE.search(plain[at])):
        at += 1
    return at if at + 6 < len(plain) else None


# --- Competences, areas, skills ---------------------------------------------------------------------------------------


def blocks(
    table: Table, plain: list[str], language: str, first: int
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Where each competence, each area and each skill begins: by the words, or else by the shape."""
    kinds = list(kinds_by_words(plain, language, first))
    if kinds:
        competences, end = kinds.count("competence"), first + 3 * len(kinds)
        in_order = kinds == sorted(kinds, key=["competence", "area"].index)
        is_whole = end == len(plain) or not plain[end].startswith(words_before_names("area", language)[0])
    else:
        skills = (at for at in range(first, len(plain)) if unguarded(table.header[at]).startswith("@"))
        end = next(skills, len(plain))
        in_order, is_whole = True, end - first >= 6 and (end - first) % 3 == 0
        competences = competences_by_shape(table, plain, first, end) if is_whole else 0
    border = first + 3 * competences
    if not (in_order and is_whole and first < border < end):
        raise cut_or_edited()
    return tuple(range(first, border, 3)), tuple(range(border, end, 3)), tuple(range(end, len(plain)))


def cut_or_edited() -> Refused:
    reason = _(
        "This export of Pix Orga does not end in the columns of its competences. It was cut off or edited: "
        "download it again from Pix Orga."
    )
    return Refused([Problem(reason, 1)])


def words_before_names(kind: str, language: str) -> list[str]:
    return [beginning("assessment", f"{kind}_{column}", language) for column in BLOCK]


def kinds_by_words(plain: list[str], language: str, first: int) -> Iterator[str]:
    """Competence or area, block by block. Areas are looked for first: in English they begin like a competence."""
    if language == OTHER:
        return
    for at in range(first, len(plain) - 2, 3):
        block = plain[at : at + 3]
        for kind in ("area", "competence"):
            before = words_before_names(kind, language)
            if all(header.startswith(words) for header, words in zip(block, before, strict=True)):
                after = [ending("assessment", f"{kind}_{column}", language) for column in BLOCK]
                names = {
                    header.removeprefix(start).removesuffix(end).strip()
                    for header, start, end in zip(block, before, after, strict=True)
                }
                if len(names) > 1:
                    raise cut_or_edited()
                yield kind
                break
        else:
            return


def competences_by_shape(table: Table, plain: list[str], first: int, end: int) -> int:
    """How many of the blocks are competences: their items are as many as those of all areas together."""
    starts = list(range(first, end, 3))
    for row in table.rows:
        cells = [row[at + 1] for at in starts if at + 1 < len(row)]
        if len(cells) == len(starts) and all(cell.isascii() and cell.isdigit() for cell in cells):
            items = [int(cell[:6]) for cell in cells]
            for count in range(1, len(items)):
                if sum(items[:count]) == sum(items[count:]):
                    return count
            break
    likeness = [length_in_common(plain[one], plain[other]) for one, other in pairwise(starts)]
    return likeness.index(min(likeness)) + 1


def length_in_common(one: str, other: str) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


# --- Names ------------------------------------------------------------------------------------------------------------


def filled_in(table: Table, key: str, language: str, columns: tuple[int, ...]) -> tuple[str, ...]:
    """The names that Pix filled into these headers; empty in Dutch, whose texts lose them."""
    headers = [unescaped(unguarded(table.header[at])) for at in columns]
    if language != OTHER:
        before, _brace, after = WORDS["assessment"][key][language][0].partition("{")
        return tuple(without(header, before, after.partition("}")[2]) for header in headers)
    if key == "badge":
        return tuple(YES_OR_NO.sub("", header).strip() for header in headers)
    before = beginning_in_common(headers)
    return tuple(known_name_at_end(header) or without(header, before, "") for header in headers)


def known_name_at_end(header: str) -> str:
    """The name of a competence or area with which a header of unknown words ends; the longest one."""
    header = f" {plain_name(header)}"
    known = [name for name in (*competence_names(), *area_names()) if header.endswith(f" {name}")]
    return max(known, key=len, default="")


def beginning_in_common(headers: list[str]) -> str:
    """Up to the last space, so that no name loses its first letters; nothing where there is one header only."""
    if len(headers) < 2:
        return ""
    low, high = min(headers), max(headers)
    return low[: length_in_common(low, high)].rpartition(" ")[0]


def without(header: str, before: str, after: str) -> str:
    """A header that is worded in another way is given whole."""
    header, before, after = header.strip(), before.strip(), after.strip()
    if header.startswith(before) and header.endswith(after) and len(header) >= len(before) + len(after):
        return header[len(before) : len(header) - len(after)].strip()
    return header

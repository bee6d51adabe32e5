"""Which of the sixteen competences an assessment is about: said by the file, or asked of somebody who knows.

Dutch files carry no names. What a person answers is held against the items of the areas, each of which has as many
as its competences together.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import accumulate, combinations, product

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.pix_words import area_names, competence_codes, competence_names, pix_framework, plain_name
from organisations.problems import Refused

LONGEST_NAME, ALIKE = 100, 0.94
OTHER_FRAMEWORK = re.compile(r"(?:[6-9]|[1-9][0-9])\.[0-9]{1,2}")


def sizes_of_areas(items: Sequence[int | None], areas: Sequence[int | None]) -> list[int] | None:
    """How many competences each area has. They stand in one order, so the sums leave no choice; None: they disagree."""
    sizes, place = [], 0
    for total in areas:
        first, sum_ = place, 0
        while place < len(items) and total and sum_ < total:
            sum_ += items[place] or 0
            place += 1
        if not total or sum_ != total:
            return None
        sizes.append(place - first)
    return sizes if place == len(items) else None


def misses_an_area(
    items: Sequence[int | None],
    areas: Sequence[int | None],
    codes: Sequence[str | None],
    names: Sequence[str],
) -> bool:
    """Whether competences are left whose area is not there: the file was cut off between two columns."""
    if items and areas and all(items) and all(areas):
        sums = list(accumulate(items))[:-1]
        return sum(areas) in sums and sizes_of_areas(items[: sums.index(sum(areas)) + 1], areas) is not None
    known = {area_of(name) for name in names}
    return None not in known and any(code and code[0] not in known for code in codes)


def codes_of(
    names: Sequence[str], areas: Sequence[str], sizes: list[int] | None, language: str
) -> tuple[str | None, ...] | None:
    """The code of each competence, None for one of another framework; None for all when the file cannot say."""
    known, known_areas = codes_by_name(names, areas)
    if len(set(known) - {None}) < len(known) - known.count(None):
        return None
    if None not in known or is_of_others(names, known, known_areas, sizes, language):
        return tuple(known)
    possible = list(candidates(len(names), sizes, known, known_areas))
    is_told = any(known) or any(known_areas) or (len(names) == 16 and len(areas) == 5)
    return possible[0] if len(possible) == 1 and is_told else None


def codes_by_name(names: Sequence[str], areas: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
    return [code_of(name) for name in names], [area_of(name) for name in areas]


def code_of(name: str) -> str | None:
    """By the name, give or take a letter or two; or by the code where somebody put it before the name."""
    code = name.partition(" ")[0].rstrip(".:")
    if code in competence_codes():
        return code
    name = plain_name(name[:LONGEST_NAME])
    alike = [name] if name in competence_names() else get_close_matches(name, competence_names(), 1, ALIKE)
    return competence_names()[alike[0]] if alike else None


def area_of(name: str) -> str | None:
    return area_names().get(plain_name(name[:LONGEST_NAME]).lstrip("0123456789 "))


def is_of_others(
    names: Sequence[str],
    known: list[str | None],
    known_areas: list[str | None],
    sizes: list[int] | None,
    language: str,
) -> bool:
    """Whether every unknown name belongs to another framework, rather than being one of ours in other words."""
    if not all(names):
        return False
    if language not in ("fr", "en") and not any(known):
        return False
    if sizes is None:
        return None in known_areas
    place = 0
    for size, area in zip(sizes, known_areas, strict=True):
        codes = known[place : place + size]
        if None in codes and (area or any(codes)):
            return False
        place += size
    return True


def competences_by_area() -> dict[str, list[str]]:
    return {
        area["code"]: [competence["code"] for competence in area["competences"]]
        for area in pix_framework()["areas"]
    }


def candidates(
    count: int,
    sizes: list[int] | None,
    known: Sequence[str | None] = (),
    known_areas: Sequence[str | None] = (),
) -> Iterator[tuple[str, ...]]:
    """Every choice of that many of the sixteen, in their order, that the areas' sizes and known names leave."""
    known = known or [None] * count
    if sizes is None:
        choices = (
            choice
            for choice in combinations(competence_codes(), count)
            if not known_areas or len({code[0] for code in choice}) == len(known_areas)
        )
    else:
        choices = (
            tuple(code for part in parts for code in part)
            for areas in combinations(competences_by_area(), len(sizes))
            if all(area == said or not said for area, said in zip(areas, known_areas or areas, strict=True))
            for parts in product(
                *(
                    combinations(competences_by_area()[area], size)
                    for area, size in zip(areas, sizes, strict=True)
                )
            )
        )
    for choice in choices:
        if all(code == said or not said for code, said in zip(choice, known, strict=True)):
            yield choice


def check_answer(codes: Sequence[str], export) -> tuple[str, ...]:
    """What somebody said, or `Refused` with what does not fit. Other frameworks are numbered from 6 (Pix+: 21.1)."""
    count = len(export.blocks)
    if len(codes) != count:
        reason = ngettext(
            "The file has %(count)s competence; %(given)s were named.",
            "The file has %(count)s competences; %(given)s were named.",
            count,
        )
        raise Refused(reason % {"count": count, "given": len(codes)})
    for code in codes:
        if code not in competence_codes() and not OTHER_FRAMEWORK.fullmatch(code):
            raise Refused(
                _("“%(code)s” is no competence of Pix; the codes go from 1.1 to 5.2.") % {"code": code}
            )
    if len(set(codes)) < count:
        raise Refused(_("A competence is named twice."))
    if list(codes) != sorted(codes, key=lambda code: [int(part) for part in code.split(".")]):
        raise Refused(_("The competences stand in the order of their numbers in every export of Pix."))
    check_known_names(codes, export)
    check_areas(codes, export)
    return tuple(codes)


def check_known_names(codes: Sequence[str], export) -> None:
    for code, block in zip(codes, export.blocks, strict=True):
        said = code_of(block.name)
        if said and said != code:
            reason = _("The file itself says that “%(name)s” is competence %(said)s, and not %(code)s.")
            raise Refused(reason % {"name": block.name, "said": said, "code": code})


def check_areas(codes: Sequence[str], export) -> None:
    """The areas of the competences must have as many items as the file says."""
    items, areas = export.item_totals(), export.area_totals()
    sums = {}
    for code, total in zip(codes, items, strict=True):
        area = code.partition(".")[0]
        sums[area] = sums.get(area, 0) + (total or 0)
    if len(sums) != len(areas):
        reason = _("These competences belong to %(given)s areas; the file has %(areas)s.")
        raise Refused(reason % {"given": len(sums), "areas": len(areas)})
    if any(areas) and list(sums.values()) != areas:
        reason = _("The areas of these competences would have %(sums)s items; the file says %(areas)s.")
        raise Refused(
            reason % {"sums": ", ".join(map(str, sums.values())), "areas": ", ".join(map(str, areas))}
        )

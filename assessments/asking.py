"""What a file cannot say and somebody has to: the competences of an assessment whose headers carry no names."""

from collections.abc import Sequence
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Kind, Result
from assessments.pix_assessments import AssessmentExport
from assessments.pix_competences import candidates, codes_by_name, sizes_of_areas
from assessments.pix_exports import Export
from assessments.pix_words import competence_codes
from organisations.models import Organisation
from organisations.problems import Refused

FEW = 12


def question(organisation: Organisation, export) -> dict | None:
    """What is asked about this file and what would fit; None when it says everything itself."""
    if not isinstance(export, AssessmentExport) or export.codes is not None:
        return None
    count = len(export.blocks)
    possible = fitting(export)
    known = [codes for codes in answers_of_known_campaigns(organisation, export) if codes in possible]
    sentence = ngettext(
        "Which competence does this test measure? The file does not name it.",
        "Which %(count)s competences does this test measure, in the order of the columns? The file does not name them.",
        count,
    )
    few = known or (possible if len(possible) <= FEW else [])
    return {
        "asked": sentence % {"count": count},
        "competences": count,
        "item_totals": export.item_totals(),
        "area_totals": export.area_totals(),
        "badges": sum(not name for name in export.layout.badge_names),
        "possible": len(possible),
        "candidates": [list(codes) for codes in few],
    }


def fitting(export: AssessmentExport) -> list[tuple[str, ...]]:
    """Every answer that the totals of the areas leave, none of which holds competences of other frameworks."""
    sizes = sizes_of_areas(export.item_totals(), export.area_totals())
    known = codes_by_name(export.layout.competence_names, export.layout.area_names)
    return list(candidates(len(export.blocks), sizes, *known))


def answers_of_known_campaigns(organisation: Organisation, export: AssessmentExport) -> list[tuple[str, ...]]:
    """The competences of campaigns on record with the same numbers of items: the likeliest answers.

    Those with the same target profile come first; its name is not translated, whatever language the export is in.
    """
    results = Result.with_held.filter(
        organisation=organisation,
        campaign__kind__in=[Kind.ASSESSMENT, Kind.EXAM],
        items__isnull=False,
    )
    one_each = results.order_by("campaign_id", "pk").distinct("campaign_id")
    found = {}
    for target_profile, items in islice(one_each.values_list("campaign__target_profile", "items"), 1000):
        targeted = {code: count for code, count in zip(competence_codes(), items, strict=True) if count}
        if list(targeted.values()) == export.item_totals():
            codes = tuple(targeted)
            found[codes] = found.get(codes, False) or target_profile == export.target_profile_name
    return sorted(found, key=lambda codes: not found[codes])[:FEW]


def told(export: Export, competences: Sequence[str] = (), badges: Sequence[str] = ()) -> Export:
    """The export with what somebody said about it; only an assessment leaves anything to be said."""
    if not competences and not badges:
        return export
    if not isinstance(export, AssessmentExport):
        raise Refused(_("Only the competences and badges of an assessment can be named."))
    return export.told(competences or None, badges)

"""What is on record of a campaign, beside what its newest file says of itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from assessments.campaigns import LIKE_AN_ASSESSMENT
from assessments.disclosure import minimum_count
from assessments.models import Campaign, Kind, Result, ResultImport
from assessments.sharing import people_who_share


@dataclass(frozen=True)
class OnRecord:
    """How many participations of a campaign are on record, held ones included: they are counted, not read."""

    participations: int = 0
    shared: int = 0
    matched: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Comparison:
    """One figure of the newest file, and ours."""

    label: str
    in_file: int | None
    on_record: int


def on_record(campaigns: Iterable[Campaign]) -> dict[int, OnRecord]:
    """Figures by campaign. One query."""
    results = Result.with_held.current().filter(campaign__in=[campaign.pk for campaign in campaigns])
    counted = (
        results.order_by()
        .values("campaign_id")
        .annotate(
            participations=Count("pk"),
            shared=Count("pk", filter=Q(is_shared=True)),
            matched=Count("pk", filter=Q(person__isnull=False)),
            waiting=Count("pk", filter=Q(person=None)),
        )
    )
    return {row.pop("campaign_id"): OnRecord(**row) for row in counted}


def newest_import(campaign: Campaign) -> ResultImport | None:
    """The file that was imported last and still counts."""
    standing = campaign.imports.filter(undone_at=None, imported_at__isnull=False, file__isnull=False)
    return standing.defer("file__content").order_by("-imported_at", "-pk").first()


def comparisons(campaign: Campaign, newest: ResultImport | None, *, with_sums: bool) -> list[Comparison]:
    """The file's totals beside ours. Sums are for those who have the file, and only where they tell of nobody."""
    figures = on_record([campaign]).get(campaign.pk, OnRecord())
    said = newest.report if newest else {}
    found = [
        Comparison(_("participations"), said.get("participations"), figures.participations),
        Comparison(_("shared in Pix"), said.get("shared", said.get("participations")), figures.shared),
    ]
    if not with_sums or sums_tell_of_somebody(campaign):
        return found
    if campaign.kind in (Kind.PROFILES, Kind.CERTIFICATION):
        found.append(
            Comparison(_("sum of Pix"), said.get("sum_pix_score"), sum_of(campaign, "ARRAY[pix_score]"))
        )
    elif campaign.kind in LIKE_AN_ASSESSMENT:
        validated = said.get("sum_validated_per_competence")
        in_file = sum(validated.values()) if validated else None
        found.append(Comparison(_("items validated"), in_file, sum_of(campaign, "validated")))
    return found


def sums_tell_of_somebody(campaign: Campaign) -> bool:
    """Whether a sum could be taken apart: of too few people who keep their levels, or grown by what no file holds.

    A file is in the hands of whoever uploaded it; what the partner interface adds, nobody here has seen.
    """
    shared = Result.with_held.shared().filter(campaign=campaign)
    theirs = shared.exclude(person__in=people_who_share(campaign.organisation)).order_by()
    recognised = theirs.exclude(person=None).values("person").distinct().count()
    names = theirs.filter(person=None).values("last_name", "first_name", "external_id").distinct().count()
    return recognised + names < minimum_count() or shared.filter(line=0).exists()


def sum_of(campaign: Campaign, values: str) -> int:
    """SQL: the sum of an array over all current participations, whether or not they are held (`held_until`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(sum(value), 0) FROM assessments_result, unnest({values}) AS value
            WHERE organisation_id = %s AND campaign_id = %s AND superseded_by_id IS NULL
            """,  # noqa: S608 - our own words
            [campaign.organisation_id, campaign.pk],
        )
        return cursor.fetchone()[0]

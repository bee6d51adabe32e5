"""How far an organisation is, and how its people's levels spread: without giving away anybody's level.

HR sees the levels of those who share them. Whoever knows these can take them off a total; so what is protected is the
spread of the others, and a count is shown only where that one may be shown. A programme officer sees nobody's levels,
so that for an officer everybody is one of the others.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.charts import DistributionRow
from assessments.disclosure import Figure, Hidden, minimum_count, protect_distribution
from assessments.models import Competence
from assessments.profiles import pix_competences
from assessments.suppression import Reason
from organisations.models import Organisation

BANDS = ((0, 0), (1, 2), (3, 4), (5, 6), (7, 8))
NOT_MEASURED = "not measured"
BAND_OF_LEVEL = {None: NOT_MEASURED} | {
    level: band for band in BANDS for level in range(band[0], band[1] + 1)
}


@dataclass(frozen=True)
class Progress:
    """How many people of the organisation have come how far."""

    enrolled: int
    started: int
    shared: int
    share_with_hr: int
    waiting: int


@dataclass(frozen=True)
class Spread:
    """How many people are in each band of levels of one competence."""

    competence: Competence
    counts: dict[tuple[int, int], Figure]
    not_measured: Figure

    @property
    def cells(self) -> list[dict]:
        """Every figure with the label of its column."""
        figures = [*self.counts.values(), self.not_measured]
        labels = [*band_names(), _("not measured")]
        return [{"label": label, "figure": figure} for label, figure in zip(labels, figures, strict=True)]

    @property
    def as_row(self) -> DistributionRow:
        return DistributionRow(
            self.competence.code, self.competence.title, list(self.counts.values()), self.not_measured
        )


def band_names() -> list[str]:
    return [str(low) if low == high else f"{low}–{high}" for low, high in BANDS]


def progress_of(organisation: Organisation) -> Progress:
    people = organisation.people.present()
    current = Q(results__superseded_by=None, results__held_until=None, results__measure="profile")
    counts = people.aggregate(
        enrolled=Count("pk", distinct=True),
        started=Count("pk", filter=current & Q(results__isnull=False), distinct=True),
        shared=Count("pk", filter=current & Q(results__is_shared=True), distinct=True),
        share_with_hr=Count(
            "pk", filter=Q(sharing_choices__isnull=False, sharing_choices__revoked_at=None), distinct=True
        ),
    )
    return Progress(**counts, waiting=organisation.results.waiting().count())


def spreads_of(organisation: Organisation, *, seen_by_hr: bool = True) -> list[Spread]:
    """Each competence's spread over the people who work here and have shared a profile in Pix."""
    shared, kept = defaultdict(lambda: defaultdict(int)), defaultdict(lambda: defaultdict(int))
    for position, level, is_shared_with_hr, count in counts_by_level(organisation):
        group = shared if is_shared_with_hr and seen_by_hr else kept
        group[position][BAND_OF_LEVEL[level]] += count
    return [
        spread(competence, shared[competence.position], kept[competence.position])
        for competence in pix_competences()
    ]


def spread(competence: Competence, shared: dict, kept: dict) -> Spread:
    """The counts of both groups together, where those of the people who keep their levels to themselves allow it."""
    keys = [*BANDS, NOT_MEASURED]
    protected = protect_distribution({key: kept.get(key, 0) for key in keys}).counts
    counts = {key: together(shared.get(key, 0), protected[key]) for key in keys}
    not_measured = counts.pop(NOT_MEASURED)
    return Spread(competence, counts, not_measured)


def together(shared: int, kept: Figure) -> Figure:
    """A hidden part hides the whole. Beside known levels "‹5" would be wrong, so the mark then says nothing."""
    if not isinstance(kept, Hidden):
        return shared + kept
    return Hidden(Reason.NOTHING, minimum_count()) if shared else kept


def counts_by_level(organisation: Organisation) -> list[tuple[int, int | None, bool, int]]:
    """People by position of the competence, level, and whether they share their levels with HR. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT measured.position, measured.level, sharing.id IS NOT NULL, count(*)
            FROM (
                SELECT DISTINCT ON (person_id) person_id, levels
                FROM assessments_result
                WHERE organisation_id = %(organisation)s AND person_id IS NOT NULL
                AND is_shared AND measure = 'profile' AND held_until IS NULL
                ORDER BY person_id, shared_at DESC, id DESC
            ) AS newest
            JOIN organisations_person AS person ON person.id = newest.person_id
            LEFT JOIN assessments_sharingchoice AS sharing
                ON sharing.person_id = newest.person_id AND sharing.revoked_at IS NULL
            CROSS JOIN LATERAL unnest(newest.levels) WITH ORDINALITY AS measured (level, position)
            WHERE person.left_on IS NULL OR person.left_on > %(today)s
            GROUP BY 1, 2, 3
            """,
            {"organisation": organisation.pk, "today": timezone.localdate()},
        )
        return cursor.fetchall()


def shared_profiles(organisation: Organisation):
    """The newest result of everybody here who shares their levels with HR, by name."""
    newest = (
        organisation.results.profiles()
        .shared()
        .filter(person__sharing_choices__revoked_at=None, person__sharing_choices__isnull=False)
        .filter(person__in=organisation.people.present())
        .newest_per_person()
    )
    return (
        organisation.results.filter(pk__in=newest.values("pk"))
        .select_related("person")
        .order_by("person__last_name", "person__first_name", "pk")
    )

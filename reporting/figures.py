"""What a report counts, computed from the database for the whole programme. Nothing here is protected yet.

Each count has two parts: up to the quarter's beginning, and during it. Whatever happened after the quarter's end is
left out, so the same data give the same figures whenever they are computed. Every function is one query or two,
however many people there are. The caller opens the scope of all organisations.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from assessments.models import Framework, Result, TargetProfile
from mentoring.models import MentoringRound, MentoringSession, Pairing
from organisations.models import Invitation, LicenceMove, Organisation, Person, Programme
from reporting.periods import Quarter
from upskilling.models import Offer, PlanItem
from upskilling.shelf import links_from

BANDS = ((0, 0), (1, 2), (3, 4), (5, 6), (7, 8))
STEPS = ("enrolled", "assessed", "shared", "certifiable")


@dataclass(frozen=True)
class Growth:
    """A count before the quarter and what was added in it."""

    before: int = 0
    during: int = 0

    @property
    def since(self) -> int:
        return self.before + self.during


@dataclass(frozen=True)
class Spread:
    """How many people are in each band of levels, and the sum, lowest and highest of their values."""

    counts: tuple[int, ...] = (0,) * len(BANDS)
    total: float = 0
    lowest: float = 0
    highest: float = 0

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float:
        return self.total / self.n

    def __add__(self, other: "Spread") -> "Spread":
        if not (self.n and other.n):
            return self if self.n else other
        return Spread(
            tuple(map(sum, zip(self.counts, other.counts, strict=True))),
            self.total + other.total,
            min(self.lowest, other.lowest),
            max(self.highest, other.highest),
        )


@dataclass(frozen=True)
class Levels:
    """One competence or area: people whose newest result is older than the quarter, and those of the quarter."""

    before: Spread = field(default_factory=Spread)
    during: Spread = field(default_factory=Spread)


@dataclass(frozen=True)
class Gap:
    """One competence: people compared with a target, those below it, and whether all had the same target."""

    compared: int = 0
    below: int = 0
    same_target: int | None = None
    offers: int = 0


@dataclass(frozen=True)
class Measurements:
    """All counts of one report, as they are."""

    organisations: dict[str, dict[str, Growth]]
    participants: dict[str, Growth]
    by_kind: dict[str, Growth]
    organisations_with_people: dict[str, int]
    licences: int
    competences: dict[str, Levels]
    areas: dict[str, Levels]
    mentoring: dict[str, Growth]
    minutes: Growth
    learning: dict[str, Growth]
    compared: int
    below: int
    gaps: dict[str, Gap]
    offers: int


def measure(programme: Programme, quarter: Quarter) -> Measurements:
    """Count everything that the report of this quarter tells."""
    framework = Framework.objects.pix()
    organisations = programme.organisations.filter(joined_on__lte=quarter.last_day)
    people = Person.objects.filter(organisation__programme=programme)
    gaps, compared, below = _gaps(programme, quarter, framework)
    return Measurements(
        organisations=_organisations(organisations, quarter),
        participants=_participants(programme, people, quarter),
        by_kind=_people_by_kind(people, quarter),
        organisations_with_people=_organisations_with_people(people, quarter),
        licences=_licences_granted(programme, quarter),
        competences=_levels_by_competence(programme, quarter, framework),
        areas=_levels_by_area(programme, quarter, framework),
        mentoring=_mentoring(programme, quarter),
        minutes=_minutes(programme, quarter),
        learning=_learning(programme, quarter),
        compared=compared,
        below=below,
        gaps=gaps,
        offers=programme.offers.open(quarter.last_day).count(),
    )


# --- Organisations and people -----------------------------------------------------------------------------------------


def _organisations(organisations, quarter):
    in_quarter = Q(joined_on__gte=quarter.first_day)
    choices = {
        "kind": Organisation.Kind,
        "size_class": Organisation.SizeClass,
        "stage": Organisation.Stage,
    }
    counted = {}
    for dimension, values in choices.items():
        rows = organisations.order_by().values_list(dimension)
        rows = rows.annotate(before=Count("pk", filter=~in_quarter), during=Count("pk", filter=in_quarter))
        found = {value: Growth(before, during) for value, before, during in rows}
        counted[dimension] = {value: found.get(value, Growth()) for value in values.values}
    return counted


def _licences_granted(programme, quarter):
    """As the ledger stood at the end of the quarter, whatever was granted since."""
    grants = LicenceMove.objects.filter(
        organisation__programme=programme, kind=LicenceMove.Kind.GRANTED, at__lt=quarter.ends_at
    )
    return grants.aggregate(granted=Sum("number", default=0))["granted"]


def _participants(programme, people, quarter):
    """Each step counts from the day on which somebody was enrolled and had taken it."""
    results = Result.objects.of_pix().filter(person__organisation__programme=programme)
    profiles = results.profiles().shared()
    invitations = Invitation.objects.filter(person__organisation__programme=programme)
    moments = {
        "enrolled": people.annotate(moment=F("enrolled_at")).values("pk", "moment"),
        "invited": _first(invitations, "sent_at"),
        "assessed": _first(
            results, Coalesce("shared_at", "result_import__imported_at", "result_import__uploaded_at")
        ),
        "shared": _first(profiles, "shared_at"),
        "certifiable": _first(profiles.filter(certifiable=True), "shared_at"),
    }
    return {step: _growth(people_and_moments, quarter) for step, people_and_moments in moments.items()}


def _first(rows: QuerySet, moment) -> QuerySet:
    """Each person with the first moment at which they had such a row and were enrolled."""
    return (
        rows.order_by()
        .values("person_id", "person__enrolled_at")
        .annotate(first=Min(moment))
        .annotate(moment=Greatest("first", "person__enrolled_at"))
    )


def _growth(rows: QuerySet, quarter: Quarter, count="moment") -> Growth:
    return Growth(
        **rows.order_by().aggregate(
            before=Count(count, filter=Q(moment__lt=quarter.starts_at)),
            during=Count(count, filter=Q(moment__gte=quarter.starts_at, moment__lt=quarter.ends_at)),
        )
    )


def _people_by_kind(people, quarter):
    before = Q(enrolled_at__lt=quarter.starts_at)
    rows = (
        people.filter(enrolled_at__lt=quarter.ends_at)
        .order_by()
        .values_list("organisation__kind")
        .annotate(before=Count("pk", filter=before), during=Count("pk", filter=~before))
    )
    found = {kind: Growth(before, during) for kind, before, during in rows}
    return {kind: found.get(kind, Growth()) for kind in Organisation.Kind.values}


def _organisations_with_people(people, quarter):
    rows = (
        people.filter(enrolled_at__lt=quarter.ends_at)
        .order_by()
        .values_list("organisation__kind")
        .annotate(number=Count("organisation", distinct=True))
    )
    return dict(rows)


# --- Levels -----------------------------------------------------------------------------------------------------------

# Each person's newest shared profile by the end of the quarter.
NEWEST = f"""
    WITH newest AS (
        SELECT DISTINCT ON (result.person_id)
               result.person_id, result.organisation_id, result.levels,
               result.shared_at >= %(start)s AS is_new
          FROM {Result._meta.db_table} result
          JOIN {Organisation._meta.db_table} organisation ON organisation.id = result.organisation_id
          JOIN {Person._meta.db_table} person ON person.id = result.person_id
         WHERE organisation.programme_id = %(programme)s
           AND result.framework_id = %(framework)s
           AND result.measure = 'profile'
           AND result.is_shared
           AND result.levels IS NOT NULL
           AND result.superseded_by_id IS NULL
           AND result.held_until IS NULL
           AND result.shared_at < %(end)s
           AND person.enrolled_at < %(end)s
         ORDER BY result.person_id, result.shared_at DESC, result.id DESC
    )
"""  # noqa: S608 - only our own table names
BAND = (
    "CASE WHEN value < 1 THEN 0 WHEN value < 3 THEN 1 WHEN value < 5 THEN 2 WHEN value < 7 THEN 3 ELSE 4 END"
)


def _levels_by_competence(programme, quarter, framework):
    query = f"""
        {NEWEST}
        SELECT position, is_new, {BAND} AS band, count(*), sum(value), min(value), max(value)
          FROM newest, unnest(levels) WITH ORDINALITY AS measured (value, position)
         WHERE value IS NOT NULL
         GROUP BY position, is_new, band
    """  # noqa: S608 - only our own table names
    codes = framework.competences.order_by("position").values_list("position", "code")
    return _levels(_rows(query, programme, quarter, framework), dict(codes))


def _levels_by_area(programme, quarter, framework):
    """A person's level in an area is the mean of its competences, for those measured in all of them."""
    query = f"""
        {NEWEST},
        per_person AS (
            SELECT newest.person_id, newest.is_new, competence.area_id, avg(level) AS value
              FROM newest
             CROSS JOIN LATERAL unnest(levels) WITH ORDINALITY AS measured (level, position)
              JOIN assessments_competence competence
                ON competence.framework_id = %(framework)s AND competence.position = measured.position
             GROUP BY newest.person_id, newest.is_new, competence.area_id
            HAVING count(level) = count(*)
        )
        SELECT area_id, is_new, {BAND} AS band, count(*), sum(value), min(value), max(value)
          FROM per_person
         GROUP BY area_id, is_new, band
    """  # noqa: S608 - only our own table names
    codes = framework.areas.order_by("position").values_list("pk", "code")
    return _levels(_rows(query, programme, quarter, framework), dict(codes))


def _levels(rows: Iterable[tuple], codes: dict[int, str]) -> dict[str, Levels]:
    spreads = {(key, is_new): Spread() for key in codes for is_new in (False, True)}
    for key, is_new, band, count, total, lowest, highest in rows:
        counts = tuple(count if place == band else 0 for place in range(len(BANDS)))
        spreads[key, is_new] += Spread(counts, float(total), float(lowest), float(highest))
    return {code: Levels(spreads[key, False], spreads[key, True]) for key, code in codes.items()}


def _rows(query, programme, quarter, framework):
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {
                "programme": programme.pk,
                "framework": framework.pk,
                "start": quarter.starts_at,
                "end": quarter.ends_at,
                "last_day": quarter.last_day,
            },
        )
        return cursor.fetchall()


# --- Mentoring --------------------------------------------------------------------------------------------------------


def _mentoring(programme, quarter):
    sessions = _sessions(programme, quarter)
    return {
        "rounds": _growth_by_day(
            MentoringRound.objects.filter(organisation__programme=programme), "opened_on", quarter
        ),
        "pairs": _growth_by_day(
            Pairing.objects.filter(organisation__programme=programme), "started_on", quarter
        ),
        "sessions": _growth_by_day(sessions, "held_on", quarter),
        "confirmed": _growth(sessions.annotate(moment=F("confirmed_at")), quarter),
    }


def _minutes(programme, quarter):
    """Of confirmed sessions, in the quarter in which they were confirmed."""
    return Growth(
        **_sessions(programme, quarter).aggregate(
            before=Sum("minutes", filter=Q(confirmed_at__lt=quarter.starts_at), default=0),
            during=Sum(
                "minutes",
                filter=Q(confirmed_at__gte=quarter.starts_at, confirmed_at__lt=quarter.ends_at),
                default=0,
            ),
        )
    )


def _sessions(programme, quarter):
    return MentoringSession.objects.filter(
        organisation__programme=programme, logged_at__lt=quarter.ends_at
    ).held()


def _growth_by_day(rows: QuerySet, day: str, quarter: Quarter) -> Growth:
    return Growth(
        **rows.order_by().aggregate(
            before=Count("pk", filter=Q(**{f"{day}__lt": quarter.first_day})),
            during=Count("pk", filter=Q(**{f"{day}__range": (quarter.first_day, quarter.last_day)})),
        )
    )


# --- Learning ---------------------------------------------------------------------------------------------------------

# What each person was measured at, beside the target in force at the end of the quarter: the one of their job
# family, or else the one for everyone.
COMPARED = f"""
    {NEWEST},
    compared AS (
        SELECT newest.person_id, position, level, target.levels[position] AS target
          FROM newest
          JOIN {Person._meta.db_table} person ON person.id = newest.person_id
          JOIN LATERAL (
                SELECT profile.levels
                  FROM {TargetProfile._meta.db_table} profile
                 WHERE profile.organisation_id = newest.organisation_id
                   AND profile.framework_id = %(framework)s
                   AND profile.job_family IN (person.job_family, '')
                   AND profile.set_on <= %(last_day)s
                   AND (profile.replaced_at IS NULL OR profile.replaced_at >= %(end)s)
                 ORDER BY profile.job_family = '', profile.id DESC
                 LIMIT 1
               ) AS target ON true
         CROSS JOIN LATERAL unnest(newest.levels) WITH ORDINALITY AS measured (level, position)
         WHERE level IS NOT NULL AND target.levels[position] IS NOT NULL
    )
"""  # noqa: S608 - only our own table names


def _gaps(programme, quarter, framework):
    by_competence = f"""
        {COMPARED}
        SELECT position, count(*), count(*) FILTER (WHERE level < target), min(target), max(target)
          FROM compared GROUP BY position
    """  # noqa: S608 - only our own table names
    of_people = f"""
        {COMPARED}
        SELECT count(DISTINCT person_id), count(DISTINCT person_id) FILTER (WHERE level < target) FROM compared
    """  # noqa: S608 - only our own table names
    found = {row[0]: row[1:] for row in _rows(by_competence, programme, quarter, framework)}
    offers = _offers_by_position(programme, quarter, framework)
    gaps = {}
    for position, code in framework.competences.order_by("position").values_list("position", "code"):
        compared, below, lowest, highest = found.get(position, (0, 0, None, None))
        same_target = lowest if lowest == highest else None
        gaps[code] = Gap(compared, below, same_target, offers.get(position, 0))
    ((compared, below),) = _rows(of_people, programme, quarter, framework)
    return gaps, compared, below


def _offers_by_position(programme, quarter, framework):
    """How many courses that can be joined on the last day of the quarter stand for each Pix competence."""
    links = links_from(list(framework.competences.all()))
    offers = programme.offers.open(quarter.last_day).exclude(tag_status=Offer.TagStatus.REJECTED)
    taught = {}
    for offer, topic in offers.values_list("pk", "topics__competence"):
        for position, _strength in links.get(topic, ()):
            taught.setdefault(position, set()).add(offer)
    return {position: len(found) for position, found in taught.items()}


def _learning(programme, quarter):
    items = PlanItem.objects.filter(organisation__programme=programme)
    chosen = items.order_by().values("person_id").annotate(moment=Min("chosen_at"))
    return {
        "choosing": _growth(chosen, quarter),
        "chosen": _growth(items.annotate(moment=F("chosen_at")), quarter),
    }

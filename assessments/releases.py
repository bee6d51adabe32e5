"""What is shown of an organisation's levels: sums over cohorts, each competence and area protected as one table.

HR knows the levels of those who share them, so for HR the numbers of the others are protected. A programme officer
sees nobody's levels: for an officer everybody is one of the others. `assessments.cohorts` says why neither a change,
nor a filter, nor a later release tells more about a person than one release does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

from django.db import connection
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from assessments import cohorts
from assessments.bands import NOT_MEASURED, PLACE_OF_LEVEL, place_of_mean
from assessments.cohorts import Counting, Item, Key, Rule
from assessments.disclosure import (
    Figure,
    Hidden,
    minimum_count,
    protect_distribution,
    protect_table,
    together,
)
from assessments.figures import count_levels
from assessments.models import Cohort, CountedResult, Framework, Release
from assessments.profiles import pix_competences
from assessments.progress import pairs_of
from assessments.suppression import Reason
from assessments.targets import current_profiles
from organisations.models import Organisation

PLACES = range(NOT_MEASURED + 1)


@dataclass(frozen=True)
class Layout:
    """The columns of a framework: its competences, its areas, and the change of each competence."""

    areas: tuple[tuple[int, ...], ...]  # the places of each area's competences in an array of levels

    @classmethod
    def of_pix(cls) -> "Layout":
        areas: dict[int, list[int]] = {}
        for competence in pix_competences():
            areas.setdefault(competence.area.position, []).append(competence.position - 1)
        return cls(tuple(tuple(areas[position]) for position in sorted(areas)))

    @property
    def width(self) -> int:
        return sum(map(len, self.areas))

    @property
    def spreads(self) -> range:
        """The columns with a spread of levels: competences, then areas."""
        return range(self.width + len(self.areas))

    def column_of_change(self, competence: int) -> int:
        return self.width + len(self.areas) + competence

    @property
    def needs(self) -> dict[int, tuple[int, ...]]:
        areas = {self.width + place: area for place, area in enumerate(self.areas)}
        return areas | {self.column_of_change(each): (each,) for each in range(self.width)}

    def places(self, levels: Sequence[int | None], baseline: Sequence[int | None] | None):
        """Where a result stands in each column."""
        return (
            *(PLACE_OF_LEVEL[level] for level in levels),
            *(place_of_mean([levels[each] for each in area]) for area in self.areas),
            *(
                (None,) * len(levels)
                if baseline is None
                else (
                    None if level is None else level - before
                    for level, before in zip(levels, baseline, strict=True)
                )
            ),
        )


@dataclass(frozen=True)
class Measured(Item):
    """A counted result with its levels."""

    levels: tuple[int | None, ...] = ()
    baseline: tuple[int | None, ...] | None = None


@dataclass(frozen=True)
class Group:
    """What is shown in one row: the cohorts of one department, or of several."""

    name: str | None
    cohorts: list[tuple[cohorts.Cohort, date]]


def refresh(organisation: Organisation) -> dict:
    """Make everything anew that is kept ready about the organisation's results."""
    return {"level_counts": count_levels(organisation), "release": publish(organisation).pk}


def publish(organisation: Organisation) -> Release:
    """Bring the cohorts up to date, and keep what may be shown of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('releases'), %s)", [organisation.pk])
    layout, today = Layout.of_pix(), timezone.localdate()
    departments = progress_by_department(organisation)
    people = people_to_count(
        organisation, layout, {key: name for key, (name, *_counts) in departments.items()}
    )
    before, since = counted_so_far(organisation, {item.result: item for item in people}, layout)
    rule = Rule(minimum_count(), layout.needs, blank=NOT_MEASURED)
    spent = set(organisation.counted_results.filter(cohort=None).values_list("result", flat=True))
    counting = cohorts.count(before, (item for item in people if item.result not in spent), rule)
    dated = save(organisation, before, counting, since, today)
    figures: dict = {"progress": list(departments.values()), "levels": {}}
    for reader in ("hr", "officer"):
        shown = shown_to(reader, dated, rule)
        figures[reader] = audience(shown, layout)
        figures["levels"][reader] = levels(shown, layout)
    newest = organisation.releases.first()
    if newest is None or newest.figures != figures:
        return Release.objects.create(organisation=organisation, figures=figures)
    newest.made_at = timezone.now()
    newest.save(update_fields=["made_at"])
    return newest


# --- Who is to be counted ---------------------------------------------------------------------------------------------


def people_to_count(
    organisation: Organisation, layout: Layout, departments: Mapping[str, str]
) -> list[Measured]:
    """Everybody who works here and has shared a profile in Pix, with their newest one.

    Args: the name of each department by its key, under which different spellings are one.
    """
    families = {profile.job_family for profile in current_profiles(organisation)}
    pairs = {pair.person: pair for pair in pairs_of(organisation)}
    people = []
    for person, department, family, keeps, result, levels in newest_profiles(organisation):
        pair = pairs.get(person)
        baseline = tuple(pair.baseline) if pair and pair.follow_up == levels else None
        people.append(
            Measured(
                result=result,
                person=person,
                today=Key(
                    departments[department],
                    family if family in families else "",
                    baseline is not None,
                ),
                keeps=keeps,
                places=layout.places(levels, baseline),
                levels=tuple(levels),
                baseline=baseline,
            )
        )
    return people


def newest_profiles(organisation: Organisation) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT person.id, person.department_key, person.job_family, sharing.id IS NULL,
                   newest.id, newest.levels
            FROM (
                SELECT DISTINCT ON (person_id) person_id, id, levels
                FROM assessments_result
                WHERE organisation_id = %(organisation)s AND framework_id = %(framework)s
                AND person_id IS NOT NULL AND is_shared AND measure = 'profile'
                AND held_until IS NULL AND superseded_by_id IS NULL
                ORDER BY person_id, shared_at DESC, id DESC
            ) AS newest
            JOIN organisations_person AS person ON person.id = newest.person_id
            LEFT JOIN assessments_sharingchoice AS sharing
                ON sharing.person_id = person.id AND sharing.revoked_at IS NULL
            WHERE person.left_on IS NULL OR person.left_on > %(today)s
            ORDER BY person.id
            """,
            {
                "organisation": organisation.pk,
                "framework": Framework.objects.pix().pk,
                "today": timezone.localdate(),
            },
        )
        return cursor.fetchall()


def counted_so_far(
    organisation: Organisation, current: Mapping[int, Measured], layout: Layout
) -> tuple[list[cohorts.Cohort], dict[int | None, date]]:
    """The cohorts as they were counted last, and since when. Whoever left or has a newer result is out of date."""
    sharing = set(organisation.sharing_choices.filter(revoked_at=None).values_list("person_id", flat=True))
    items: dict[int, list[Item]] = {}
    rows = organisation.counted_results.exclude(cohort=None).order_by("pk")
    for cohort, person, result, levels, baseline in rows.values_list(
        "cohort", "person", "result", "levels", "baseline"
    ):
        now = current.get(result)
        baseline = None if baseline is None else tuple(baseline)
        items.setdefault(cohort, []).append(
            Measured(
                result=result,
                person=person,
                today=now.today if now else None,
                keeps=person not in sharing,
                places=now.places if now and now.baseline == baseline else layout.places(levels, baseline),
                levels=tuple(levels),
                baseline=baseline,
            )
        )
    saved = list(organisation.cohorts.filter(pk__in=items))
    before = [
        cohorts.Cohort(Key(*each.key), tuple(items[each.pk]), frozenset(each.withheld), each.pk)
        for each in saved
    ]
    return before, {each.pk: each.since for each in saved}


def save(
    organisation: Organisation,
    before: list[cohorts.Cohort],
    counting: Counting,
    since: Mapping[int | None, date],
    today: date,
) -> list[tuple[cohorts.Cohort, date]]:
    """Keep who is counted with whom. Returns each cohort with the day as of which it is counted."""
    was = {cohort.number: cohort for cohort in before}
    where = {item.result: cohort.number for cohort in before for item in cohort.items}
    dated, moved, new = [], [], []
    for cohort in counting.cohorts:
        old = was.get(cohort.number) if cohort.number else None
        is_same = old is not None and (old.key, len(old.items)) == (cohort.key, len(cohort.items))
        day = since[cohort.number] if is_same else today
        row = Cohort(
            pk=cohort.number,
            organisation=organisation,
            key=list(cohort.key),
            withheld=sorted(cohort.withheld),
            since=day,
        )
        if not (is_same and old.withheld == cohort.withheld):
            row.save()
        dated.append((cohort, day))
        for item in cohort.items:
            if item.result not in where:
                new.append(counted_result(organisation, item, row))
            elif where[item.result] != row.pk:
                moved.append((item.result, row.pk))
    spent = [item.result for item in counting.spent]
    organisation.counted_results.filter(result__in=spent).update(cohort=None, levels=None, baseline=None)
    for number in {number for _result, number in moved}:
        results = [result for result, to in moved if to == number]
        organisation.counted_results.filter(result__in=results).update(cohort=number)
    CountedResult.objects.bulk_create(new, batch_size=2_000)
    organisation.cohorts.filter(counted=None).delete()
    return dated


def counted_result(organisation: Organisation, item: Measured, cohort: Cohort) -> CountedResult:
    return CountedResult(
        organisation=organisation,
        cohort=cohort,
        person=item.person,
        result=item.result,
        levels=list(item.levels),
        baseline=None if item.baseline is None else list(item.baseline),
    )


def progress_by_department(organisation: Organisation) -> dict[str, list]:
    """For each department its name, and how many are enrolled, invited, took part, shared in Pix, share with HR."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"organisation": organisation.pk, "today": timezone.localdate()})
        return {key: list(row) for key, *row in cursor.fetchall()}


PROGRESS = """
    SELECT person.department_key, min(person.department), count(*), count(invitation.person_id), count(stage.person_id),
           count(*) FILTER (WHERE stage.has_shared), count(sharing.id)
      FROM organisations_person AS person
      LEFT JOIN (
           SELECT DISTINCT person_id FROM organisations_invitation
            WHERE organisation_id = %(organisation)s AND sent_at IS NOT NULL
      ) AS invitation ON invitation.person_id = person.id
      LEFT JOIN (
           SELECT person_id, bool_or(is_shared) AS has_shared FROM assessments_result
            WHERE organisation_id = %(organisation)s AND person_id IS NOT NULL
              AND superseded_by_id IS NULL AND held_until IS NULL AND measure = 'profile'
            GROUP BY person_id
      ) AS stage ON stage.person_id = person.id
      LEFT JOIN assessments_sharingchoice AS sharing
        ON sharing.person_id = person.id AND sharing.revoked_at IS NULL
     WHERE person.organisation_id = %(organisation)s
       AND (person.left_on IS NULL OR person.left_on > %(today)s)
     GROUP BY person.department_key
     ORDER BY 1
"""


# --- What is shown of them --------------------------------------------------------------------------------------------


def shown_to(reader: str, dated: Iterable[tuple[cohorts.Cohort, date]], rule: Rule) -> list[tuple]:
    """The cohorts that this reader is shown, each with what is withheld of it.

    Whoever began to share since a cohort was formed has taken their cover from the others. When fewer than five of
    them are left, the cohort is not shown to HR any more.
    """
    shown = []
    for cohort, day in dated:
        items = cohort.items if reader == "hr" else tuple(replace(item, keeps=True) for item in cohort.items)
        if rule.allows(items):
            withheld = rule.complete(cohort.withheld | rule.withholds(items))
            shown.append((cohorts.Cohort(cohort.key, items, withheld, cohort.number), day))
    return shown


def audience(shown: Sequence[tuple[cohorts.Cohort, date]], layout: Layout) -> dict:
    """All figures of these cohorts: a table for each competence and area, and the change of each competence."""
    groups = [
        Group(name, [each for each in shown if each[0].key.department == name])
        for name in sorted(
            {cohort.key.department for cohort, _day in shown}, key=lambda name: (name is None, name)
        )
    ]
    return {
        "groups": [
            {
                "name": group.name,
                "people": sum(len(cohort.items) for cohort, _day in group.cohorts),
                "since": min(day for _cohort, day in group.cohorts).isoformat(),
                "until": max(day for _cohort, day in group.cohorts).isoformat(),
            }
            for group in groups
        ],
        "columns": [table(groups, column) for column in layout.spreads],
        "changes": [changes(shown, layout.column_of_change(each)) for each in range(layout.width)],
    }


def table(groups: Sequence[Group], column: int) -> dict:
    """How the people of each group spread in one column. A row is None where it would say too much as a whole."""
    kept, shared = {}, {}
    for place, group in enumerate(groups):
        items = [
            item for cohort, _day in group.cohorts if column not in cohort.withheld for item in cohort.items
        ]
        if items:
            kept[place] = Counter(item.places[column] for item in items if item.keeps)
            shared[place] = Counter(item.places[column] for item in items if not item.keeps)
    if not kept:
        return {
            "rows": [None] * len(groups),
            "n": [None] * len(groups),
            "typical": [None] * len(groups),
            "total": None,
        }
    protected = protect_table({place: {each: kept[place][each] for each in PLACES} for place in kept})
    sharing = sum(shared.values(), Counter())

    def row(place):
        return [written(together(shared[place][each], protected.cells[place][each])) for each in PLACES]

    def of_shown(work):
        return [work(place) if place in kept else None for place in range(len(groups))]

    return {
        "rows": of_shown(row),
        "n": of_shown(lambda place: written(together(shared[place].total(), protected.row_totals[place]))),
        "typical": of_shown(lambda place: typical(kept[place] + shared[place])),
        "total": [
            *(written(together(sharing[each], protected.column_totals[each])) for each in PLACES),
            written(together(sharing.total(), protected.total)),
        ],
    }


def typical(places: Counter) -> int:
    """The band that half of those who were measured have not passed."""
    measured = sorted(place for place in places.elements() if place != NOT_MEASURED)
    return measured[(len(measured) - 1) // 2]


def levels(shown: Iterable[tuple[cohorts.Cohort, date]], layout: Layout) -> list[list]:
    """Job family, position, level, whether it is kept from HR, and how many people: for comparisons with targets."""
    counted: Counter = Counter()
    for cohort, _day in shown:
        for place in range(layout.width):
            if cohort.key.family is not None and place not in cohort.withheld:
                counted.update(
                    (cohort.key.family, place + 1, item.levels[place], item.keeps)
                    for item in cohort.items
                    if item.levels[place] is not None
                )
    return [[*key, people] for key, people in sorted(counted.items())]


def levels_by_family(organisation: Organisation, *, seen_by_hr: bool) -> list[list]:
    """What the newest release counts at each level: see `levels`. Never to be shown without protection."""
    reader = KeyTransform("hr" if seen_by_hr else "officer", KeyTransform("levels", "figures"))
    return organisation.releases.values_list(reader, flat=True).first() or []


def changes(shown: Iterable[tuple[cohorts.Cohort, date]], column: int) -> dict | None:
    """How far levels moved between baseline and follow-up, among those whose cohorts have both."""
    moved = Counter(
        (change, item.keeps)
        for cohort, _day in shown
        if cohort.key.has_baseline and column not in cohort.withheld
        for item in cohort.items
        if (change := item.places[column]) is not None
    )
    if not moved:
        return None
    n = moved.total()
    mean = sum(change * people for (change, _keeps), people in moved.items()) / n
    squares = sum((change - mean) ** 2 * people for (change, _keeps), people in moved.items())
    directions: Counter = Counter()
    for (change, keeps), people in moved.items():
        directions[(change > 0) - (change < 0), keeps] += people
    protected = protect_distribution({each: directions[each, True] for each in (-1, 0, 1)}).counts
    return {
        "n": n,
        "mean": round(mean, 2),
        "deviation": round(sqrt(squares / (n - 1)), 2),
        "counts": [written(together(directions[each, False], protected[each])) for each in (-1, 0, 1)],
    }


def written(figure: Figure) -> int | str:
    """A figure as it is kept: a number, or why there is none."""
    return figure.reason.value if isinstance(figure, Hidden) else figure


def read(figure: int | str) -> Figure:
    return figure if isinstance(figure, int) else Hidden(Reason(figure), minimum_count())

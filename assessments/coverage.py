"""How far an organisation is, and how its people's levels spread, as its newest release shows it to one reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.bands import BANDS, NOT_MEASURED, band_names
from assessments.charts import DistributionRow
from assessments.disclosure import Figure, Hidden, minimum_count
from assessments.models import Area, Competence, Release, Result
from assessments.releases import read
from assessments.suppression import Reason
from organisations.models import Organisation


@dataclass(frozen=True)
class Progress:
    """How many people of the organisation have come how far."""

    enrolled: int
    invited: int
    started: int
    shared: int
    share_with_hr: int
    waiting: int


@dataclass(frozen=True)
class Spread:
    """How many people are in each band of levels of one competence or area."""

    subject: Competence | Area
    counts: list[Figure]
    not_measured: Figure
    n: Figure

    @property
    def cells(self) -> list[dict]:
        """Every figure with the label of its column."""
        figures = [*self.counts, self.not_measured, self.n]
        labels = [*band_names(), _("not measured"), _("All")]
        return [{"label": label, "figure": figure} for label, figure in zip(labels, figures, strict=True)]

    @property
    def as_row(self) -> DistributionRow:
        return DistributionRow(self.subject.code, self.subject.title, self.counts, self.not_measured)


@dataclass(frozen=True)
class HeatCell:
    """The typical band of one group, with the people behind it; or why there is none."""

    subject: Competence | Area
    place: int | None
    n: Figure

    @property
    def label(self) -> str:
        return "" if self.place is None else band_names()[self.place]


@dataclass(frozen=True)
class Group:
    """A department, or with the name None several together. Its figures are as of the days in between."""

    place: int
    name: str | None
    people: int
    since: date
    until: date

    @property
    def key(self) -> str:
        """What stands for it in an address."""
        return "*" if self.name is None else self.name or "-"

    @property
    def label(self) -> str:
        if self.name is None:
            return _("Other departments")
        return self.name or _("Without a department")


@dataclass(frozen=True)
class Change:
    """How far people moved in one competence between their baseline and their follow-up."""

    competence: Competence
    n: int
    mean: float
    deviation: float
    fell: Figure
    same: Figure
    rose: Figure


class Shown:
    """What one kind of reader is shown of an organisation. It reads one release, and nothing newer."""

    def __init__(self, release: Release | None, competences: Sequence[Competence], *, seen_by_hr: bool):
        self.made_at: datetime | None = release.made_at if release else None
        figures = release.figures["hr" if seen_by_hr else "officer"] if release else {}
        self._columns, self._progress = figures.get("columns", []), figures.get("progress", [])
        self.groups = [
            Group(
                place,
                group["name"],
                group["people"],
                date.fromisoformat(group["since"]),
                date.fromisoformat(group["until"]),
            )
            for place, group in enumerate(figures.get("groups", []))
        ]
        self.competences = list(competences)
        self.areas = list(dict.fromkeys(competence.area for competence in competences))
        self.subjects: list[Competence | Area] = [*self.competences, *self.areas]

    @classmethod
    def of(
        cls, organisation: Organisation, competences: Sequence[Competence], *, seen_by_hr: bool
    ) -> "Shown":
        return cls(organisation.releases.first(), competences, seen_by_hr=seen_by_hr)

    @property
    def people(self) -> int:
        return sum(group.people for group in self.groups)

    @property
    def since(self) -> date | None:
        return min((group.since for group in self.groups), default=None)

    @property
    def until(self) -> date | None:
        return max((group.until for group in self.groups), default=None)

    def spread(self, subject: Competence | Area, group: Group | None = None) -> Spread:
        """The spread over everybody, or over one group."""
        column = self._columns[self.subjects.index(subject)]
        if group is None:
            figures = column["total"]
        else:
            row = column["rows"][group.place]
            figures = None if row is None else [*row, column["n"][group.place]]
        shown = [withheld()] * (NOT_MEASURED + 2) if figures is None else list(map(read, figures))
        return Spread(subject, shown[: len(BANDS)], shown[NOT_MEASURED], shown[-1])

    def heat(self, group: Group, subjects: Sequence[Competence | Area]) -> list[HeatCell]:
        return [self._heat_cell(group, subject) for subject in subjects]

    def _heat_cell(self, group, subject):
        column = self._columns[self.subjects.index(subject)]
        n = column["n"][group.place]
        return HeatCell(subject, column["typical"][group.place], withheld() if n is None else read(n))

    def changes(self) -> list[Change]:
        """The competences of which enough people were measured twice."""
        return [
            Change(competence, change["n"], change["mean"], change["deviation"], *map(read, change["counts"]))
            for competence, change in zip(self.competences, self._progress, strict=False)
            if change is not None
        ]


def withheld() -> Hidden:
    """A figure that would say the same of everybody, or of everybody but one."""
    return Hidden(Reason.EVERYBODY, minimum_count())


PROGRESS = """
    SELECT count(*),
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM organisations_invitation AS invitation
               WHERE invitation.person_id = person.id AND invitation.sent_at IS NOT NULL)),
           count(stage.person_id),
           count(*) FILTER (WHERE stage.has_shared),
           count(sharing.id)
      FROM organisations_person AS person
      LEFT JOIN (
           SELECT person_id, bool_or(is_shared) AS has_shared
             FROM assessments_result
            WHERE organisation_id = %(organisation)s AND person_id IS NOT NULL
              AND superseded_by_id IS NULL AND held_until IS NULL AND measure = 'profile'
            GROUP BY person_id
      ) AS stage ON stage.person_id = person.id
      LEFT JOIN assessments_sharingchoice AS sharing
        ON sharing.person_id = person.id AND sharing.revoked_at IS NULL
     WHERE person.organisation_id = %(organisation)s
       AND (person.left_on IS NULL OR person.left_on > %(today)s)
       AND (%(department)s::text IS NULL OR person.department_key = plain_text(%(department)s))
"""


def progress_of(organisation: Organisation, department: str | None = None) -> Progress:
    """How far the people are who work here, or in one department. One query, and one for what waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            PROGRESS,
            {"organisation": organisation.pk, "today": timezone.localdate(), "department": department},
        )
        enrolled, invited, started, shared, share_with_hr = cursor.fetchone()
    waiting = organisation.results.waiting().count()
    return Progress(enrolled, invited, started, shared, share_with_hr, waiting)


def people_with_shared_levels(organisation: Organisation):
    """Everybody here who has a profile and lets HR see it, by name."""
    profiles = organisation.results.profiles().current().shared()
    return organisation.people.present().filter(
        Exists(organisation.sharing_choices.filter(person=OuterRef("pk"), revoked_at=None)),
        Exists(profiles.filter(person=OuterRef("pk"))),
    )


def shared_profiles(organisation: Organisation, people) -> list[Result]:
    """The newest profile of each of these people, in their order."""
    people = list(people)
    newest = organisation.results.profiles().current().shared().filter(person__in=people).newest_per_person()
    by_person = {result.person_id: result for result in newest}
    for person in people:
        by_person[person.pk].person = person
    return [by_person[person.pk] for person in people]

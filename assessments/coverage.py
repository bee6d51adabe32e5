"""How far an organisation is, and how its people's levels spread, as its newest release shows it to one reader."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from operator import add

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.bands import BANDS, NOT_MEASURED, band_names
from assessments.charts import DistributionRow
from assessments.disclosure import Figure, Hidden, minimum_count
from assessments.models import Area, Competence, Result, SharingChoice
from assessments.releases import read
from assessments.suppression import Reason
from organisations.models import Organisation, Person


@dataclass(frozen=True)
class Progress:
    """How many people have come how far."""

    enrolled: int = 0
    invited: int = 0
    started: int = 0
    shared: int = 0
    share_with_hr: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True)
class Spread:
    """How many people are in each band of levels of one competence or area."""

    subject: Competence | Area
    counts: list[Figure]
    not_measured: Figure
    n: Figure

    @property
    def cells(self) -> list[dict]:
        return labelled([*self.counts, self.not_measured, self.n])

    @property
    def as_row(self) -> DistributionRow:
        return DistributionRow(self.subject.code, self.subject.title, self.counts, self.not_measured)


def labelled(figures: Sequence[Figure]) -> list[dict]:
    """The figures of a row, each with the label of its column."""
    labels = [*band_names(), _("not measured"), _("All")]
    return [{"label": label, "figure": figure} for label, figure in zip(labels, figures, strict=True)]


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

    def __init__(self, release, competences: Sequence[Competence]):
        self.made_at: datetime | None = release.made_at if release else None
        figures = release.shown if release else {}
        self._columns, self._changes = figures.get("columns", []), figures.get("changes", [])
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
        self._progress_by_department = {
            name: Progress(*counts) for name, *counts in (release.progress if release else ())
        }
        self.competences = list(competences)
        self.areas = list(dict.fromkeys(competence.area for competence in competences))
        self.subjects: list[Competence | Area] = [*self.competences, *self.areas]

    @classmethod
    def of(
        cls, organisation: Organisation, competences: Sequence[Competence], *, seen_by_hr: bool
    ) -> "Shown":
        reader = "hr" if seen_by_hr else "officer"
        shown = {"shown": KeyTransform(reader, "figures"), "progress": KeyTransform("progress", "figures")}
        return cls(organisation.releases.defer("figures").annotate(**shown).first(), competences)

    def progress(self, group: Group | None = None) -> Progress:
        """How far the people of one department are, or everybody."""
        departments = self._progress_by_department
        if group is not None and group.name in departments:
            return departments[group.name]
        return sum(departments.values(), Progress())

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
            for competence, change in zip(self.competences, self._changes, strict=False)
            if change is not None
        ]


def withheld() -> Hidden:
    """A figure that would say the same of everybody, or of everybody but one."""
    return Hidden(Reason.EVERYBODY, minimum_count())


def open_choices(organisation: Organisation) -> QuerySet[SharingChoice]:
    """The choices of everybody here who lets HR see their levels, by name. They are few among many people."""
    today = timezone.localdate()
    present = Q(person__left_on=None) | Q(person__left_on__gt=today)
    choices = organisation.sharing_choices.filter(present, revoked_at=None).select_related("person")
    return choices.order_by("person__name_key", "person_id")


def newest_profiles_of(organisation: Organisation, people: Iterable[Person]) -> dict[int, Result]:
    """The newest profile of each of these people who has one, by the person's id."""
    profiles = organisation.results.profiles().shared().with_levels().filter(person__in=people)
    return {result.person_id: result for result in profiles.newest_per_person()}

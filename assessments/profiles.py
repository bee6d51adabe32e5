"""A person's skills: each competence with its level, the ones before, the target and the gap; in Pix and in DigComp."""

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.charts import LevelRow
from assessments.digcomp import Reading, map_to
from assessments.models import Competence, Crosswalk, Result
from assessments.progress import Comparison, NotComparable, baseline_and_follow_up, day_of
from assessments.results import results_of
from assessments.self_reflections import reflections_of
from assessments.targets import targets_for
from organisations.models import Person

RESULTS_SHOWN = 12
OLD_AFTER_MONTHS = 12


@dataclass(frozen=True)
class Skill:
    """One competence of one person. None: not measured, or no target."""

    competence: Competence
    level: int | None
    earlier: int | None
    target: int | None
    history: tuple[int | None, ...] = ()  # the levels of all results, the oldest first

    @property
    def gap(self) -> int | None:
        """Levels still to go; None where there is no level or no target."""
        if self.level is None or self.target is None:
            return None
        return max(self.target - self.level, 0)

    @property
    def as_row(self) -> LevelRow:
        area = self.competence.area
        return LevelRow(
            code=self.competence.code,
            name=self.competence.title,
            area=int(area.code),
            level=self.level,
            target=self.target,
            earlier=self.earlier,
            area_name=area.title,
        )


@dataclass(frozen=True)
class Profile:
    """What one person's page shows: results newest first, and the skills that the newest one measured."""

    results: list[Result]
    skills: list[Skill]
    reflections: list[Result]  # what the person said of themselves, the newest first
    today: date = field(default_factory=timezone.localdate)

    @property
    def days(self) -> list[date]:
        """When the results were measured, the oldest first, as in each skill's history."""
        return [day_of(result) for result in reversed(self.results)]

    @property
    def months_old(self) -> int:
        """Whole months since the newest result."""
        day = day_of(self.results[0])
        months = 12 * (self.today.year - day.year) + self.today.month - day.month
        return max(months - (self.today.day < day.day), 0)

    @property
    def age(self) -> str:
        """How old the newest result is, and whether it still says much."""
        months = self.months_old
        if months >= OLD_AFTER_MONTHS:
            sentence = _("This result is %(months)s months old: it says more about then than about today.")
            return sentence % {"months": months}
        if not months:
            return _("This result is less than a month old.")
        sentence = ngettext(
            "This result is %(months)s month old.", "This result is %(months)s months old.", months
        )
        return sentence % {"months": months}

    @property
    def comparison(self) -> Comparison | None:
        """From the earliest comparable result to the newest one."""
        try:
            return baseline_and_follow_up(self.results)
        except NotComparable:
            return None

    @property
    def what_a_retest_would_tell(self) -> str:
        try:
            comparison = baseline_and_follow_up(self.results)
        except NotComparable as reason:
            return str(reason)
        changes = comparison.changes.values()
        sentence = _(
            "Since %(day)s, %(higher)s of %(count)s competences rose and %(lower)s fell. A re-test would show whether "
            "that lasts, and what your learning has changed since."
        )
        return sentence % {
            "day": date_format(day_of(comparison.baseline), "DATE_FORMAT"),
            "higher": sum(change > 0 for change in changes),
            "lower": sum(change < 0 for change in changes),
            "count": len(changes),
        }

    @property
    def latest(self) -> Result | None:
        return self.results[0] if self.results else None

    @property
    def earlier(self) -> Result | None:
        return self.results[1] if len(self.results) > 1 else None

    @property
    def widest_gaps(self) -> list[Skill]:
        """The skills furthest from their target; none when every target is reached or there is none."""
        widest = max((skill.gap or 0 for skill in self.skills), default=0)
        return [skill for skill in self.skills if widest and skill.gap == widest]

    @property
    def message(self) -> str:
        """The picture's title: what there is to see in it."""
        gaps, with_target = self.widest_gaps, [skill for skill in self.skills if skill.target is not None]
        if not with_target:
            return _("Your levels in the sixteen competences")
        if not gaps:
            return _("You have reached every target that is set for you")
        levels = gaps[0].gap
        if len(gaps) == 1:
            sentence = ngettext(
                "Widest gap to your target: %(competence)s, %(levels)s level",
                "Widest gap to your target: %(competence)s, %(levels)s levels",
                levels,
            )
            return sentence % {"competence": gaps[0].competence.title, "levels": levels}
        sentence = ngettext(
            "Widest gap to your targets: %(levels)s level, in %(count)s competences",
            "Widest gap to your targets: %(levels)s levels, in %(count)s competences",
            levels,
        )
        return sentence % {"levels": levels, "count": len(gaps)}


def profile_of(person: Person) -> Profile:
    results = list(results_of(person).select_related("campaign", "framework")[:RESULTS_SHOWN])
    nothing = [None] * 16
    levels = results[0].levels if results else nothing
    earlier = results[1].levels if len(results) > 1 else nothing
    targets = targets_for(person.organisation)(person)
    history = list(zip(*(result.levels for result in reversed(results)), strict=True)) or [()] * 16
    columns = zip(pix_competences(), levels, earlier, targets, history, strict=True)
    reflections = list(reflections_of(person)[:RESULTS_SHOWN])
    return Profile(results, [Skill(*values) for values in columns], reflections)


def pix_competences() -> list[Competence]:
    """The sixteen competences in the order of the arrays, with their areas. One query."""
    return list(Competence.objects.of_pix().select_related("area").order_by("position"))


# --- In DigComp -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DigCompSkill:
    """One DigComp competence: what Pix says about it, the target read alike, and what the person says (1-8)."""

    reading: Reading
    earlier: int | None
    target: int | None
    declared: int | None

    @property
    def as_row(self) -> LevelRow:
        area = self.reading.competence.area
        return LevelRow(
            code=self.reading.competence.code,
            name=self.reading.competence.title,
            area=int(area.code),
            level=self.reading.level,
            target=self.target,
            earlier=self.earlier,
            area_name=area.title,
            without_level=self.reading.coverage.label,
        )


@dataclass(frozen=True)
class DigCompProfile:
    crosswalk: Crosswalk
    skills: list[DigCompSkill]
    declared: Result | None


def in_digcomp(profile: Profile, code: str) -> DigCompProfile:
    """The Pix profile read in one edition of DigComp ("digcomp-3.0"), beside the newest self-reflection in it."""
    walk = map_to(code, profile.latest.framework if profile.latest else None)
    target = walk.crosswalk.target_id
    declared = next((said for said in profile.reflections if said.framework_id == target), None)
    levels, earlier, targets = zip(
        *((skill.level, skill.earlier, skill.target) for skill in profile.skills), strict=True
    )
    said = declared.levels if declared else [None] * len(walk.competences)
    columns = zip(walk.read(levels), walk.levels(earlier), walk.levels(targets), said, strict=True)
    return DigCompProfile(walk.crosswalk, [DigCompSkill(*values) for values in columns], declared)

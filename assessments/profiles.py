"""A person's skills: each competence with its level, the one before, the target and the gap."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.charts import LevelRow
from assessments.models import Competence, Result
from assessments.results import results_of
from assessments.targets import targets_for
from organisations.models import Person

RESULTS_SHOWN = 12


@dataclass(frozen=True)
class Skill:
    """One competence of one person. None: not measured, or no target."""

    competence: Competence
    level: int | None
    earlier: int | None
    target: int | None

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
    results = list(results_of(person).select_related("campaign")[:RESULTS_SHOWN])
    nothing = [None] * 16
    levels = results[0].levels if results else nothing
    earlier = results[1].levels if len(results) > 1 else nothing
    targets = targets_for(person.organisation)(person)
    columns = zip(pix_competences(), levels, earlier, targets, strict=True)
    return Profile(results, [Skill(*values) for values in columns])


def pix_competences() -> list[Competence]:
    """The sixteen competences in the order of the arrays, with their areas. One query."""
    return list(Competence.objects.of_pix().select_related("area").order_by("position"))

"""The figures of a report as they are published: protected first, then frozen.

A snapshot is plain data (it is kept as JSON) and says nothing that may not be read: a hidden figure is in it as
`{"hidden": reason}`. Pages, PDFs and everything else are made from snapshots alone.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from assessments.disclosure import (
    RULE_VERSION,
    Figure,
    Hidden,
    Mean,
    OverTime,
    mean_is_safe,
    minimum_count,
    protect_funnel,
    protect_over_time,
)
from assessments.models import Framework
from assessments.suppression import Reason
from organisations.models import Programme
from reporting.figures import BANDS, STEPS, Gap, Growth, Levels, Measurements, Spread
from reporting.periods import Quarter

FORMAT = 1
FEWEST_ORGANISATIONS = 3
# The means of an area have decimals, so its bands reach up to the next one.
AREA_BANDS = tuple((low, high + 0.99 if high < BANDS[-1][1] else high) for low, high in BANDS)

Snapshot = dict[str, Any]


def make_snapshot(programme: Programme, quarter: Quarter, measured: Measurements) -> Snapshot:
    """Protect the figures and put them beside what a reader needs to know about them."""
    figures = protect(measured)
    reasons = [figure.reason for figure in hidden_figures(figures)]
    snapshot = {
        "format": FORMAT,
        "programme": {"name": programme.name, "starts_on": programme.starts_on.isoformat()},
        "period": {
            "code": quarter.code,
            "first_day": quarter.first_day.isoformat(),
            "last_day": quarter.last_day.isoformat(),
        },
        "rules": {
            "version": RULE_VERSION,
            "minimum": minimum_count(),
            "fewest_organisations": FEWEST_ORGANISATIONS,
            "primary": len(reasons) - reasons.count(Reason.LINKED),
            "secondary": reasons.count(Reason.LINKED),
        },
        "framework": _framework(),
        "figures": figures,
    }
    return frozen(snapshot)


def protect(measured: Measurements) -> Snapshot:
    """Every figure of the report, small ones hidden together with what would give them away."""
    participants, kinds = _participants(measured)
    everyone_is_shown = not isinstance(participants["shared"]["since"], Hidden)
    competences = {
        code: _levels(levels, BANDS, everyone_is_shown) for code, levels in measured.competences.items()
    }
    return {
        "organisations": {
            dimension: {value: _plain(growth) for value, growth in values.items()}
            for dimension, values in measured.organisations.items()
        },
        "participants": participants,
        "kinds": kinds,
        "licences": _licences(measured.licences, participants["assessed"]["since"]),
        "competences": competences,
        "areas": {
            code: _without_revealing_means(_levels(levels, AREA_BANDS, everyone_is_shown), code, competences)
            for code, levels in measured.areas.items()
        },
        "mentoring": _mentoring(measured),
        "learning": _learning(measured, competences, everyone_is_shown),
    }


def hidden_figures(figures: Any) -> Iterator[Hidden]:
    """All figures of a snapshot (or of a part of it) that may not be shown."""
    if isinstance(figures, Hidden):
        yield figures
    elif isinstance(figures, dict):
        for value in figures.values():
            yield from hidden_figures(value)
    elif isinstance(figures, list | tuple):
        for value in figures:
            yield from hidden_figures(value)


def frozen(snapshot: Snapshot) -> Snapshot:
    """As plain data, with each hidden figure as its reason."""
    return json.loads(json.dumps(snapshot, default=lambda hidden: {"hidden": str(hidden.reason)}))


def thawed(snapshot: Snapshot) -> Snapshot:
    """As it was before it was frozen: hidden figures are `Hidden` again."""
    minimum = snapshot["rules"]["minimum"]

    def thaw(value):
        return Hidden(Reason(value["hidden"]), minimum) if value.keys() == {"hidden"} else value

    return json.loads(json.dumps(snapshot), object_hook=thaw)


def hash_of(snapshot: Snapshot) -> str:
    """SHA-256 of the snapshot in its one spelling."""
    spelled = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


# --- Parts ------------------------------------------------------------------------------------------------------------


def _participants(measured: Measurements) -> tuple[Snapshot, Snapshot]:
    """The steps that people take, and the people enrolled by kind of organisation, which share their total."""
    steps = _funnel(measured.participants, STEPS, keep=["shared"])
    invitations = _funnel(measured.participants, ("enrolled", "invited"))
    kinds = protect_over_time(
        {kind: growth.before for kind, growth in measured.by_kind.items()},
        {kind: growth.during for kind, growth in measured.by_kind.items()},
        few_owners=[
            kind
            for kind, number in measured.organisations_with_people.items()
            if 0 < number < FEWEST_ORGANISATIONS
        ],
        known_totals=["during", "since"],
    )
    enrolled = {
        "during": _hidden_if_any(steps.during["enrolled"], invitations.during["enrolled"]),
        "since": _hidden_if_any(steps.since["enrolled"], invitations.since["enrolled"]),
    }
    by_kind = _both_periods(kinds)
    if list(hidden_figures(enrolled)):
        by_kind = {kind: dict.fromkeys(figures, _hidden(Reason.NOTHING)) for kind, figures in by_kind.items()}
    participants = _both_periods(steps) | _both_periods(invitations) | {"enrolled": enrolled}
    return participants, by_kind | {"total": enrolled}


def _levels(levels: Levels, bands, everyone_is_shown: bool) -> Snapshot:
    """How people spread over the bands, with the mean where it gives nobody away.

    A few new results would show as differences to the last report, so they hide the whole spread.
    """
    newcomers, minimum = levels.during.n, minimum_count()
    if not everyone_is_shown:
        return {period: _nothing(_hidden(Reason.NOTHING)) for period in ("during", "since")}
    if 0 < newcomers < minimum:
        return {
            "during": _nothing(_hidden(Reason.SMALL), Reason.BASE),
            "since": _nothing((levels.before + levels.during).n),
        }
    places = range(len(bands))
    spread = protect_over_time(
        dict(zip(places, levels.before.counts, strict=True)),
        dict(zip(places, levels.during.counts, strict=True)),
        spread=True,
        known_totals=["since"],
    )
    may_have_means = levels.before.n == 0 or levels.before.n >= minimum
    return {
        "during": _spread(spread.during, spread.during_total, levels.during, bands, may_have_means),
        "since": _spread(
            spread.since, spread.since_total, levels.before + levels.during, bands, may_have_means
        ),
    }


def _spread(counts: dict[int, Figure], total: Figure, spread: Spread, bands, may_have_mean: bool) -> Snapshot:
    figures = [counts[place] for place in range(len(bands))]
    return {"counts": figures, "n": total, "mean": _mean(figures, total, spread, bands, may_have_mean)}


def _mean(figures: list[Figure], total: Figure, spread: Spread, bands, may_have_mean: bool):
    """The mean, rounded as it is printed; None where nobody was measured."""
    if total == 0:
        return None
    if isinstance(total, Hidden):
        return _hidden(Reason.LINKED)
    if spread.lowest == spread.highest:
        return _hidden(Reason.EVERYBODY)
    mean = Mean(spread.mean, spread.n)
    if may_have_mean and mean_is_safe(mean, dict(zip(bands, figures, strict=True))):
        return round(mean.value, 1)
    return _hidden(Reason.LINKED)


def _nothing(total: Figure, reason: Reason = Reason.NOTHING) -> Snapshot:
    hidden = _hidden(reason)
    return {"counts": [hidden] * len(BANDS), "n": total, "mean": _hidden(Reason.LINKED)}


def _without_revealing_means(area: Snapshot, code: str, competences: Snapshot) -> Snapshot:
    """The mean of an area is the mean of its competences: it would complete the one that is hidden."""
    for period, spread in area.items():
        means = [levels[period]["mean"] for key, levels in competences.items() if key.startswith(f"{code}.")]
        if any(isinstance(mean, Hidden) for mean in means) and spread["mean"] is not None:
            spread["mean"] = _hidden(Reason.LINKED)
    return area


def _licences(granted: int, used: Figure) -> Snapshot:
    unused = _hidden(Reason.LINKED) if isinstance(used, Hidden) else max(granted - used, 0)
    return {"granted": granted, "used": used, "unused": unused}


def _mentoring(measured: Measurements) -> Snapshot:
    pairs, minutes = measured.mentoring["pairs"], measured.minutes
    sessions = _both_periods(_funnel(measured.mentoring, ("sessions", "confirmed")))
    hours = {"during": minutes.during, "since": minutes.since}
    return {
        "rounds": _plain(measured.mentoring["rounds"]),
        "pairs": _alone(pairs),
        **sessions,
        "hours": {
            period: figure if isinstance(figure, Hidden) else round(hours[period] / 60, 1)
            for period, figure in sessions["confirmed"].items()
        },
    }


def _learning(measured: Measurements, competences: Snapshot, everyone_is_shown: bool) -> Snapshot:
    choosing = _alone(measured.learning["choosing"])
    chosen = _alone(measured.learning["chosen"])
    return {
        "compared": _shown_if(everyone_is_shown, measured.compared, _small(measured.compared)),
        "below": _shown_if(everyone_is_shown, measured.below, _gap(measured.below, measured.compared)),
        "choosing": choosing,
        "chosen": {
            period: _hidden_if_any(figure, choosing[period]) if choosing[period] != 0 else figure
            for period, figure in chosen.items()
        },
        "offers": measured.offers,
        "gaps": {
            code: {
                "below": _shown_if(
                    everyone_is_shown,
                    gap.below,
                    _gap(gap.below, gap.compared) or _at_a_border(gap, competences[code]["since"]["counts"]),
                ),
                "offers": gap.offers,
            }
            for code, gap in measured.gaps.items()
        },
    }


def _small(count: int) -> Hidden | None:
    return _hidden(Reason.SMALL) if 0 < count < minimum_count() else None


def _gap(below: int, compared: int) -> Hidden | None:
    """Why the number of people below their target can't be shown, if so: neither side of it may be small."""
    if compared == 0:
        return None
    if small := _small(compared) or _small(below):
        return small
    if _small(compared - below):
        return _hidden(Reason.LINKED)
    return _hidden(Reason.EVERYBODY) if below in (0, compared) else None


def _at_a_border(gap: Gap, counts: list[Figure]) -> Hidden | None:
    """With one target for everybody, people below it are the sum of the bands under the target."""
    borders = [low for low, _high in BANDS]
    if gap.same_target in borders and any(isinstance(count, Hidden) for count in counts):
        return _hidden(Reason.LINKED)
    return None


# --- Figures ----------------------------------------------------------------------------------------------------------


def _funnel(counts: dict[str, Growth], steps: Iterable[str], keep: Iterable[str] = ()) -> OverTime:
    before = {step: counts[step].before for step in steps}
    since = {step: counts[step].since for step in steps}
    return protect_funnel(before, since, keep=list(keep))


def _alone(growth: Growth) -> Snapshot:
    """A count that is part of nothing else."""
    figures = protect_over_time({"it": growth.before}, {"it": growth.during}, total=False)
    return _both_periods(figures)["it"]


def _plain(growth: Growth) -> Snapshot:
    """A count of things that are no people."""
    return {"during": growth.during, "since": growth.since}


def _both_periods(figures: OverTime) -> Snapshot:
    return {key: {"during": figures.during[key], "since": figures.since[key]} for key in figures.since}


def _hidden(reason: Reason) -> Hidden:
    return Hidden(reason, minimum_count())


def _hidden_if_any(*figures: Figure) -> Figure:
    return next((figure for figure in figures if isinstance(figure, Hidden)), figures[0])


def _shown_if(may_be_shown: bool, count: int, obstacle: Hidden | None) -> Figure:
    return (obstacle or count) if may_be_shown else _hidden(Reason.NOTHING)


def _framework() -> Snapshot:
    """The competences as they are called today: a later version of the framework changes no old report."""
    framework = Framework.objects.pix()
    areas = framework.areas.order_by("position")
    competences = framework.competences.select_related("area").order_by("position")
    return {
        "code": framework.code,
        "version": framework.version,
        "areas": [{"code": area.code, "titles": area.titles} for area in areas],
        "competences": [
            {"code": competence.code, "area": competence.area.code, "titles": competence.titles}
            for competence in competences
        ],
    }

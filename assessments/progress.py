"""What moved between two results of a person: a baseline and a follow-up, picked by date.

Only like is compared with like: the same person, measure, framework and set of competences. Anything else is refused
with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Result
from organisations.models import Organisation

VALUES = {
    Result.Measure.PROFILE: "levels",
    Result.Measure.CERTIFIED: "levels",
    Result.Measure.SELF_DECLARED: "levels",
    Result.Measure.SHARE_OF_ITEMS: "shares",
}


class NotComparable(Exception):
    """Two results that may not be compared; the text says why, in the reader's language."""


@dataclass(frozen=True)
class Comparison:
    """Two results of one person, and the change of each competence that both measured.

    Levels run from 0 to 8; shares of items are hundredths. The positions count from 1, as in the framework.
    """

    baseline: Result
    follow_up: Result
    changes: dict[int, int]

    @property
    def days(self) -> int:
        return (day_of(self.follow_up) - day_of(self.baseline)).days


def compare(first: Result, second: Result) -> Comparison:
    """The change from the first result to the second. Raises `NotComparable`."""
    refuse(first.person_id is None or first.person_id != second.person_id, _("They are of different people."))
    refuse(not (first.is_shared and second.is_shared), _("One of them was not shared."))
    refuse(
        first.measure != second.measure,
        _("One is a %(first)s and the other a %(second)s; these are different measures.")
        % {"first": first.get_measure_display(), "second": second.get_measure_display()},
    )
    refuse(
        first.framework_id != second.framework_id,
        _("They were measured in different versions of the framework."),
    )
    refuse(not measured(first) or not measured(second), _("One of them has no value for any competence."))
    refuse(measured(first) != measured(second), _("They did not measure the same competences."))
    refuse(
        (first.items or None) != (second.items or None),
        _("The tests had different numbers of items, so that the shares mean different things."),
    )
    refuse(day_of(first) >= day_of(second), _("The follow-up is not later than the baseline."))
    before, after = values(first), values(second)
    return Comparison(
        first, second, {position: after[position] - before[position] for position in sorted(before)}
    )


def baseline_and_follow_up(
    results: Iterable[Result], since: date | None = None, until: date | None = None
) -> Comparison:
    """The newest result up to a day, and the earliest one from another day that may be compared with it.

    Args: results of one person, in any order; the Luxembourg days between which both were measured.
    Raises `NotComparable` with the reason that stopped the closest pair.
    """
    in_time = sorted(
        (
            result
            for result in results
            if result.is_shared
            and (since is None or day_of(result) >= since)
            and (until is None or day_of(result) <= until)
        ),
        key=lambda result: (result.shared_at, result.pk),
    )
    refuse(not in_time, _("There is no result yet."))
    *earlier, follow_up = in_time
    reason = _("There is one result only: a second one, later, would show what has changed.")
    for baseline in earlier:
        try:
            return compare(baseline, follow_up)
        except NotComparable as error:
            reason = str(error)
    raise NotComparable(reason)


def refuse(is_wrong: bool, reason: str) -> None:
    if is_wrong:
        raise NotComparable(reason)


def values(result: Result) -> dict[int, int]:
    """What was measured, by position."""
    array: Sequence[int | None] = getattr(result, VALUES[Result.Measure(result.measure)]) or ()
    return {position: value for position, value in enumerate(array, start=1) if value is not None}


def measured(result: Result) -> set[int]:
    return set(values(result))


def day_of(result: Result) -> date:
    """The Luxembourg day on which it was shared; older files know the day in UTC only."""
    return result.shared_at.date() if result.day_only else timezone.localdate(result.shared_at)


# --- A whole organisation ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Baseline and follow-up of one person, as levels by position (None: not measured)."""

    person: int
    department: str
    shares_with_hr: bool
    baseline_on: date
    follow_up_on: date
    baseline: list[int | None]
    follow_up: list[int | None]

    @property
    def mean_change(self) -> float:
        """Levels gained per measured competence, -8 to 8."""
        changes = [
            after - before
            for before, after in zip(self.baseline, self.follow_up, strict=True)
            if before is not None and after is not None
        ]
        return sum(changes) / len(changes)


PAIRS = """
    WITH profile AS (
        SELECT id, person_id, framework_id, levels, shared_at,
            (shared_at AT TIME ZONE CASE WHEN day_only THEN 'UTC' ELSE 'Europe/Luxembourg' END)::date AS day,
            ARRAY(SELECT level IS NOT NULL FROM unnest(levels) AS level) AS measured
        FROM assessments_result
        WHERE organisation_id = %(organisation)s AND person_id IS NOT NULL AND is_shared
            AND measure = 'profile' AND levels IS NOT NULL AND held_until IS NULL AND superseded_by_id IS NULL
    ), follow_up AS (
        SELECT DISTINCT ON (person_id) * FROM profile
        WHERE day <= %(until)s ORDER BY person_id, shared_at DESC, id DESC
    )
    SELECT DISTINCT ON (follow_up.person_id)
        follow_up.person_id, person.department, sharing.id IS NOT NULL,
        baseline.day, follow_up.day, baseline.levels, follow_up.levels
    FROM follow_up
    JOIN profile AS baseline
        ON baseline.person_id = follow_up.person_id AND baseline.framework_id = follow_up.framework_id
        AND baseline.measured = follow_up.measured AND baseline.day < follow_up.day
        AND true = ANY(baseline.measured)
        AND (%(since)s::date IS NULL OR baseline.day >= %(since)s)
    JOIN organisations_person AS person ON person.id = follow_up.person_id
    LEFT JOIN assessments_sharingchoice AS sharing
        ON sharing.person_id = follow_up.person_id AND sharing.revoked_at IS NULL
    WHERE person.left_on IS NULL OR person.left_on > %(today)s
    ORDER BY follow_up.person_id, baseline.shared_at, baseline.id
"""


def pairs_of(organisation: Organisation, since: date | None = None, until: date | None = None) -> list[Pair]:
    """Baseline and follow-up of everybody who works here and has both, by the rules of `compare`. One query."""
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS,
            {"organisation": organisation.pk, "since": since, "until": until or today, "today": today},
        )
        return [Pair(*row) for row in cursor.fetchall()]

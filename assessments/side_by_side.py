"""All organisations of the programme beside each other, for officers: what each one's newest release shows them.

Nothing is counted for this page. The sum adds up rows that stand on it, so that no choice of organisations tells more
than the rows do; and it stands only for three organisations or more, none of which has more than 85 % of the people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from assessments.bands import NOT_MEASURED
from assessments.coverage import Progress, labelled, withheld
from assessments.disclosure import Figure
from assessments.models import Release
from assessments.releases import read
from organisations.models import Organisation

FEWEST_ORGANISATIONS, LARGEST_SHARE = 3, 0.85


@dataclass(frozen=True)
class Row:
    """One organisation: how far its people are, and their spread in what was chosen (None: nothing released yet)."""

    organisation: Organisation
    made_at: datetime | None
    progress: Progress
    figures: Sequence[Figure] | None

    @property
    def is_complete(self) -> bool:
        return self.figures is not None and are_numbers(self.figures)

    @property
    def cells(self) -> list[dict]:
        return labelled(self.figures or ())


def rows_of(organisations: QuerySet[Organisation], column: int) -> list[Row]:
    """A row for each organisation. Two queries."""
    total = KeyTransform(
        "total", KeyTransform(str(column), KeyTransform("columns", KeyTransform("officer", "figures")))
    )
    newest = (
        Release.objects.filter(organisation__in=organisations)
        .order_by("organisation_id", "-pk")
        .distinct("organisation_id")
        .values_list("organisation_id", "made_at", KeyTransform("progress", "figures"), total)
    )
    releases = {organisation: rest for organisation, *rest in newest}
    return [
        row(organisation, *releases.get(organisation.pk, (None, [], None))) for organisation in organisations
    ]


def row(organisation: Organisation, made_at: datetime | None, departments: list, total: list | None) -> Row:
    progress = sum((Progress(*counts) for _name, *counts in departments), Progress())
    if made_at is None:
        return Row(organisation, None, progress, None)
    figures = [withheld()] * (NOT_MEASURED + 2) if total is None else list(map(read, total))
    return Row(organisation, made_at, progress, figures)


def sum_of(rows: Iterable[Row]) -> list[int] | None:
    """The figures of all organisations whose every figure is shown, where these are enough and none dominates."""
    complete = [row.figures for row in rows if row.figures is not None and are_numbers(row.figures)]
    total = [sum(column) for column in zip(*complete, strict=True)]
    if len(complete) < FEWEST_ORGANISATIONS:
        return None
    largest = max(figures[-1] for figures in complete)
    return total if largest <= LARGEST_SHARE * total[-1] else None


def are_numbers(figures: Sequence[Figure]) -> TypeGuard[Sequence[int]]:
    return all(isinstance(figure, int) for figure in figures)

"""Taking over a catalogue of courses from a file: all of it, or nothing and every reason why.

A course is recognised by its provider and its number there. Loading the same file again changes nothing; what is no
longer in the file stays, because courses expire and are never deleted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Competence, Framework
from organisations.models import Language, Programme
from organisations.problems import Problem, Refused
from organisations.spreadsheets import Table, plain, read_table
from upskilling.forms import OfferRowForm
from upskilling.models import Offer, OfferCompetence

SAMPLE = Path(__file__).parent / "data" / "catalogue.sample.csv"
OPTIONAL = {name for name, column in OfferRowForm.base_fields.items() if not column.required}
SUMMARY = re.compile(rf"summary_({'|'.join(Language.values)})")

Frameworks = dict[str, tuple[Framework, dict[str, Competence]]]


@dataclass(frozen=True)
class Row:
    """A course as the file has it: its fields, and for each competence's id whether it is the main topic."""

    line: int
    values: dict
    topics: dict[int, bool]

    @property
    def key(self) -> tuple[str, str]:
        return self.values["provider"], self.values["offer_id"]


@dataclass
class Outcome:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    unused: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def load_catalogue(programme: Programme, content: bytes, day: date | None = None) -> Outcome:
    """Create and update the courses of a file. Raises `Refused` with every problem of every row."""
    table = read_table(content, recognises=lambda name: _column(name) in OfferRowForm.base_fields)
    columns = _columns(table)
    rows = _read_rows(table, columns)
    outcome = _write(programme, rows)
    outcome.unused = [name for number, name in enumerate(table.header) if name and number not in columns]
    outcome.warnings = [warning for row in rows for warning in _warnings(row, day or timezone.localdate())]
    return outcome


# --- Reading ----------------------------------------------------------------------------------------------------------


def _column(name):
    return plain(name).casefold().replace(" ", "_")


def _columns(table: Table) -> dict[int, str]:
    """Which column holds what."""
    names = {number: _column(name) for number, name in enumerate(table.header)}
    columns = {
        number: name
        for number, name in names.items()
        if name in OfferRowForm.base_fields or SUMMARY.fullmatch(name)
    }
    reason = _("This column is missing. Add it; its name is “%(name)s”.")
    problems = [
        Problem(reason % {"name": name}, line=table.header_line, column=name)
        for name in OfferRowForm.base_fields
        if name not in OPTIONAL and name not in columns.values()
    ]
    if problems:
        raise Refused(problems)
    return columns


def _read_rows(table: Table, columns: dict[int, str]) -> list[Row]:
    frameworks, headers = newest_frameworks(), {name: table.header[n] for n, name in columns.items()}
    rows, problems, lines = [], list(table.problems), {}
    for line, cells in table.rows:
        data = {name: cells[number] for number, name in columns.items()}
        form = OfferRowForm(data, frameworks=frameworks)
        if not form.is_valid():
            problems += _problems(form, line, headers)
            continue
        row = Row(line, form.values(_summaries(data)), form.topics())
        earlier = lines.setdefault(row.key, line)
        if earlier != line:
            reason = _("Line %(line)s has the same provider and number. Keep one of them.") % {
                "line": earlier
            }
            problems.append(Problem(reason, line, headers["offer_id"], data["offer_id"]))
        rows.append(row)
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.line))
    return rows


def newest_frameworks() -> Frameworks:
    """The newest version of each framework by its code, with its competences by theirs. Two queries."""
    newest = (
        Framework.objects.exclude(published_at=None).order_by("code", "-published_at", "-pk").distinct("code")
    )
    return {
        framework.code: (
            framework,
            {competence.code: competence for competence in framework.competences.all()},
        )
        for framework in newest.prefetch_related("competences")
    }


def _problems(form: OfferRowForm, line: int, headers: dict[str, str]) -> Iterator[Problem]:
    for name, errors in form.errors.items():
        for reason in errors:
            yield Problem(reason, line, headers.get(name, name), form.data.get(name) or None)


def _summaries(data):
    found = {name: SUMMARY.fullmatch(name) for name in data}
    return {match[1]: plain(data[name]) for name, match in found.items() if match and data[name].strip()}


# --- Writing ----------------------------------------------------------------------------------------------------------


def _write(programme: Programme, rows: list[Row]) -> Outcome:
    """A fixed number of statements, whatever the number of rows."""
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # one load at a time
        existing = {(offer.provider, offer.offer_id): offer for offer in programme.offers.with_topics()}
        new, changed, retagged, outcome = [], [], [], Outcome()
        for row in rows:
            offer = existing.get(row.key)
            if offer is None:
                offer = Offer(programme=programme, **row.values)
                new.append(offer)
                retagged.append((offer, row.topics))
                continue
            is_changed, is_retagged = _take_over(offer, row)
            if is_retagged:
                retagged.append((offer, row.topics))
            if is_changed:
                changed.append(offer)
        Offer.objects.bulk_create(new)
        Offer.objects.bulk_update(changed, [*_fields(rows), "tag_status", "reviewed_by", "reviewed_on"])
        _tag(retagged)
    outcome.created, outcome.updated = len(new), len(changed)
    outcome.unchanged = len(rows) - len(new) - len(changed)
    return outcome


def _fields(rows):
    return list(rows[0].values) if rows else []


def _take_over(offer: Offer, row: Row) -> tuple[bool, bool]:
    """Whether anything differs, and whether the competences do. A new claim has not been reviewed."""
    topics = {topic.competence_id: topic.is_primary for topic in offer.topics.all()}
    different = {name for name, value in row.values.items() if getattr(offer, name) != value}
    for name in different:
        setattr(offer, name, row.values[name])
    is_retagged = topics != row.topics
    if is_retagged or different & {"level_min", "level_max", "framework"}:
        offer.tag_status, offer.reviewed_by, offer.reviewed_on = Offer.TagStatus.PROVIDER, None, None
    return is_retagged or bool(different), is_retagged


def _tag(retagged: list[tuple[Offer, dict[int, bool]]]) -> None:
    OfferCompetence.objects.filter(offer__in=[offer for offer, _topics in retagged]).delete()
    OfferCompetence.objects.bulk_create(
        OfferCompetence(offer=offer, competence_id=competence, is_primary=is_primary)
        for offer, topics in retagged
        for competence, is_primary in topics.items()
    )


# --- What is allowed and yet looks odd --------------------------------------------------------------------------------


def _warnings(row: Row, day: date) -> Iterator[Problem]:
    values = row.values
    is_dated, start, end = (
        values["start_type"] == Offer.StartType.DATED,
        values["next_start"],
        values["valid_until"],
    )
    if end and end < day:
        yield Problem(_("This course has expired, so it isn't suggested."), row.line, "valid_until", str(end))
    if is_dated and start is None:
        reason = _("A dated course without a date isn't suggested. Give the date.")
        yield Problem(reason, row.line, "next_start", None)
    if is_dated and start and start < day:
        reason = _("This date has passed, so the course isn't suggested. Give the next date.")
        yield Problem(reason, row.line, "next_start", str(start))
    if values["hours"] == 0:
        yield Problem(_("A course of no hours looks like a mistake."), row.line, "hours", "0")

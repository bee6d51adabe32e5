"""Whose result is it? Results meet the people here; what stays in doubt waits, each identity with its candidates.

`recognising` holds the rules. This module brings it what the database knows, and keeps what it says.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby

from django.db import connection, transaction

from assessments.models import Decision, Identity, Result, Sign, Waiting
from assessments.quarantine import held_until, is_informed
from assessments.recognising import (
    Decided,
    Decisions,
    Directory,
    Doubt,
    Known,
    Match,
    Participants,
    recognise,
)
from organisations.enrolling import when_enrolled
from organisations.models import Organisation
from organisations.runs import submit_once_for_many


def match(organisation: Organisation, export) -> Match:
    """Find the person of each row of an export."""
    given = Participants(
        last_names=export.last_names,
        first_names=export.first_names,
        external_ids=export.external_ids,
        student_numbers=export.student_numbers,
        groups=export.groups,
        divisions=export.divisions,
        imported=export.imported,
        moments=export.shared_at,
    )
    return recognise(directory_of(organisation), given, decisions_of(organisation))


def directory_of(organisation: Organisation) -> Directory:
    return Directory(map(Known._make, organisation.people.order_by().values_list(*Known._fields)))


def decisions_of(organisation: Organisation) -> Decisions:
    standing = Decision.objects.standing().filter(organisation=organisation)
    decisions = Decisions()
    fields = ("key", "participant", "external_id", "student_number")
    for person, identity, key, participant, *numbers in standing.values_list(
        "person_id", "identity_id", *(f"identity__{name}" for name in fields)
    ):
        decided = Decided(person, identity)
        decisions.by_key[key.hex] = decided
        if participant:
            decisions.by_participant[participant] = decided
        decisions.numbers.add(tuple(numbers))
    return decisions


# --- Results that wait ------------------------------------------------------------------------------------------------

FIELDS = (
    *("pk", "person_id", "waiting_reason", "attached", "identity_id"),
    *("last_name", "first_name", "external_id", "student_number", "participant", "group", "division"),
    *("imported_columns", "shared_at", "started_at"),
)


LOOK_AGAIN = "attach_waiting"


@when_enrolled
def ask_to_look_again(organisation: Organisation) -> None:
    """Whoever has just been enrolled may be the one that a result waits for."""
    if organisation.results.waiting().exists():
        submit_once_for_many(LOOK_AGAIN, organisation)


def attach_waiting(organisation: Organisation) -> int:
    """Look again for the people of results that wait, such as after an enrolment. Gives how many were attached."""
    with transaction.atomic():
        campaigns = organisation.results.waiting().values("campaign_id").distinct()
        rows = Result.with_held.current().filter(organisation=organisation, campaign__in=campaigns)
        rows = list(rows.order_by("campaign_id", "pk").values_list("campaign_id", *FIELDS))
        if not rows:
            return 0
        directory, decisions = directory_of(organisation), decisions_of(organisation)
        found = [
            (ids, before, recognise(directory, participants, decisions))
            for ids, before, participants in (
                participants_of(list(group)) for _campaign, group in groupby(rows, key=lambda row: row[0])
            )
        ]
        identities = keep_identities(organisation, [doubt for *_, each in found for doubt in each.doubts])
        changes = [change for each in found for change in changes_of(*each, identities)]
        save_matches(organisation, changes)
    return sum(person is not None for _pk, person, *_rest in changes)


def participants_of(rows: Sequence[tuple]) -> tuple[Sequence[int], list[tuple], Participants]:
    """One campaign's rows: their ids, how they were attached so far, and what the source says."""
    _campaigns, ids, people, reasons, attached, identities, *columns = zip(*rows, strict=True)
    *texts, imported, shared_at, started_at = columns
    last_names, first_names, external_ids, student_numbers, participants, groups, divisions = texts
    labels = {label for cells in imported for label in cells}
    given = Participants(
        last_names=last_names,
        first_names=first_names,
        external_ids=external_ids,
        student_numbers=student_numbers,
        participants=participants,
        groups=groups,
        divisions=divisions,
        imported={label: [str(cells.get(label, "")) for cells in imported] for label in sorted(labels)},
        moments=[shared or started for shared, started in zip(shared_at, started_at, strict=True)],
        settled=people,
    )
    return ids, list(zip(people, reasons, attached, identities, strict=True)), given


def keep_identities(organisation: Organisation, doubts: Iterable[Doubt]) -> dict[str, int]:
    """Keep who waits and who they may be. Gives their ids by key."""
    identities = {
        doubt.case.hex_key: Identity(
            organisation=organisation,
            key=uuid.UUID(hex=doubt.case.hex_key),
            last_name=doubt.case.last_name,
            first_name=doubt.case.first_name,
            external_id=doubt.case.key[2],
            student_number=doubt.case.key[3],
            participant=doubt.case.participant,
            reason=doubt.reason,
            candidates=[asdict(candidate) for candidate in doubt.candidates],
        )
        for doubt in doubts
    }
    kept = Identity.objects.bulk_create(
        identities.values(),
        update_conflicts=True,
        unique_fields=["organisation", "key"],
        update_fields=["reason", "candidates"],
        batch_size=1_000,
    )
    return {identity.key.hex: identity.pk for identity in kept}


def changes_of(
    ids: Sequence[int], before: list[tuple], found: Match, identities: dict[str, int]
) -> Iterable[tuple]:
    """What is to be changed: id, person, reason, how it was attached, identity."""
    named = list(found.identities)
    for doubt in found.doubts:
        for row in doubt.case.rows:
            named[row] = identities[doubt.case.hex_key]
    now = zip(found.people, found.reasons, found.attached, named, strict=True)
    for pk, old, new in zip(ids, before, now, strict=True):
        if old[0] is None and old != new:
            yield pk, *new


def save_matches(organisation: Organisation, changes: list[tuple]) -> None:
    if not changes:
        return
    ids, people, reasons, attached, identities = map(list, zip(*changes, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE assessments_result AS result SET
                person_id = found.person, waiting_reason = found.reason, attached = found.attached,
                identity_id = COALESCE(found.identity, identity_id),
                held_until = CASE WHEN found.person IS NOT NULL AND NOT {is_informed("found.person")} THEN %s END
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])
                AS found (id, person, reason, attached, identity)
            WHERE result.id = found.id AND result.organisation_id = %s AND result.person_id IS NULL
            """,  # noqa: S608 - made of our own words
            [held_until(), ids, people, reasons, attached, identities, organisation.pk],
        )


# --- Said before anybody confirms -------------------------------------------------------------------------------------


def names_that_differ(organisation: Organisation, export, found: Match) -> list[dict]:
    """Rows that wait because their number belongs to somebody of another name: worth a look before confirming."""
    owners = {
        row: candidate.person
        for doubt in found.doubts
        if doubt.reason == Waiting.OTHER_NAME
        for candidate in doubt.candidates
        if Sign.NUMBER in candidate.signs
        for row in doubt.case.rows
    }
    people = organisation.people.only("last_name", "first_name").in_bulk(set(owners.values()))
    return [
        {
            "line": export.lines[row],
            "name": f"{export.first_names[row]} {export.last_names[row]}".strip(),
            "person": people[owners[row]].full_name,
        }
        for row in sorted(owners)
    ]


def reasons_with_counts(found: Match) -> list[dict]:
    """Why rows wait, and how many for each reason."""
    counts = Counter(reason for reason in found.reasons if reason)
    return [{"reason": reason, "count": count} for reason, count in counts.most_common()]


def whose(organisation: Organisation, export, found: Match) -> list[dict]:
    """For each line the person's staff number (or e-mail) and what told them, or why it waits."""
    people = organisation.people.only("staff_number", "email").in_bulk(set(found.people) - {None})
    return [
        {"line": line, "waits": reason}
        if person is None
        else {
            "line": line,
            "person": people[person].staff_number or people[person].email,
            "attached": attached,
        }
        for line, person, attached, reason in zip(
            export.lines, found.people, found.attached, found.reasons, strict=True
        )
    ]

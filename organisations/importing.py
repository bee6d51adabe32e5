"""Taking over a staff file: kept and checked first, written as a whole once confirmed, or not at all.

The same file twice writes nothing the second time. Everything is written by sets: the number of queries does not depend
on the number of rows.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.cleaning import FIELDS
from organisations.models import Language, Organisation, PeopleImport, Person, StoredFile, User
from organisations.problems import Problem
from organisations.staff_columns import label
from organisations.staff_files import Known, Plan, Refusal, check_people, read_staff_file


def check_upload(
    organisation: Organisation,
    name: str,
    content: bytes,
    user: User | None,
    chosen: dict[str, str] | None = None,
) -> PeopleImport:
    """Keep the file and what it would do, for a page to show. A second click on the same file finds the first."""
    plan = check_people(organisation, read_staff_file(content), chosen)
    with transaction.atomic():
        _one_at_a_time(organisation)
        digest = hashlib.sha256(content).hexdigest()
        waiting = organisation.people_imports.filter(
            state=PeopleImport.State.CHECKED, file__digest=digest, created_by=user, mapping=plan.mapping
        )
        people_import = waiting.first()
        if people_import is None:
            file = StoredFile.objects.keep(organisation, name, content, user)
            people_import = PeopleImport(organisation=organisation, file=file, created_by=user)
        _note(people_import, plan)
        people_import.save()
    return people_import


def commit_import(people_import: PeopleImport, user: User | None = None) -> PeopleImport:
    """Write a checked file, as a whole. Asked again, it answers with what was done the first time.

    With refused rows, or when the people on record have changed since the check, nothing is written: the import stays
    `checked` and holds the newest findings.
    """
    with transaction.atomic():
        organisation = people_import.organisation
        _one_at_a_time(organisation)
        people_import = organisation.people_imports.select_for_update(of=["self"]).get(pk=people_import.pk)
        if people_import.state == PeopleImport.State.DONE:
            return people_import
        plan = check_people(
            organisation, read_staff_file(bytes(people_import.file.content)), people_import.mapping
        )
        if plan.refused or plan.unread or plan.fingerprint != people_import.fingerprint:
            _note(people_import, plan)
            people_import.save()
            return people_import
        people_import.change_set = _write(organisation, plan)
        people_import.state = PeopleImport.State.DONE
        people_import.committed_at, people_import.committed_by = timezone.now(), user
        people_import.save()
    return people_import


def problems_of(people_import: PeopleImport) -> list[Problem]:
    """Every refused cell of a checked file, in the reader's language."""
    findings = people_import.findings
    refused = [Refusal(*each) for each in findings["refused"]]
    problems = [Problem(each.reason, each.line, each.column, each.value) for each in refused]
    unread = [Problem(**each) for each in findings["unread"]]
    return sorted([*problems, *unread], key=lambda problem: problem.line or 0)


@dataclass(frozen=True)
class ShownDifference:
    """What a line changes, as words."""

    line: int
    person_id: int
    name: str
    fields: list[tuple[str, str, str]]


def differences_of(people_import: PeopleImport) -> list[ShownDifference]:
    """Every difference, with the field's name, the earlier and the new value as somebody reads them."""
    labels = {field: label(field) for field in FIELDS} | {"manager": _("manager (staff number)")}
    return [
        ShownDifference(
            line,
            pk,
            name,
            [(labels[field], *map(in_words, fields[field])) for field in FIELDS if field in fields],
        )
        for line, pk, name, fields in people_import.findings["differences"]
    ]


def in_words(value) -> str:
    if isinstance(value, list):
        return ", ".join(str(Language(code).label) for code in value)
    return "" if value is None else str(value)


def _one_at_a_time(organisation):
    """Two imports of one organisation never overlap; other organisations don't wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"people of organisation {organisation.pk}"],
        )


def _note(people_import, plan):
    people_import.mapping = plan.mapping
    people_import.counts = plan.counts
    people_import.fingerprint = plan.fingerprint
    people_import.findings = {
        "refused": [[r.line, r.column, r.value, r.code, r.params] for r in plan.refused],
        "unread": [problem.as_dict() for problem in plan.unread],
        "differences": [
            [
                d.line,
                d.person_id,
                d.name,
                {name: [_json(old), _json(new)] for name, (old, new) in d.fields.items()},
            ]
            for d in plan.differences
        ],
    }


def _json(value):
    return value.isoformat() if isinstance(value, date) else value


# --- Writing ----------------------------------------------------------------------------------------------------------


def _write(organisation, plan: Plan) -> dict:
    """Update and create by sets; give back what is needed to undo it.

    Managers may be people whom the same file creates: ids are drawn first, and references are checked at the end.
    """
    ids = dict(zip([entry.line for entry in plan.created], _new_ids(len(plan.created)), strict=True))
    entries = {entry.line: entry for entry in plan.entries}
    updates = {d.person_id: _as_stored(entries[d.line], ids, d.fields) for d in plan.differences}
    _update(organisation, updates, {entry.person.id: entry.person for entry in plan.entries if entry.person})
    _insert(organisation, {ids[entry.line]: _as_stored(entry, ids, entry.values) for entry in plan.created})
    return {
        "created": list(ids.values()),
        "updated": [
            [d.person_id, _to_undo(d, entries[d.line], updates[d.person_id])] for d in plan.differences
        ],
    }


def _new_ids(number):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Person._meta.db_table, number],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _as_stored(entry, ids, names) -> dict:
    values = {name: entry.values[name] for name in names if name != "manager"}
    if "manager" in names:
        values["manager"] = entry.manager.id if isinstance(entry.manager, Known) else ids[entry.manager.line]
    return values


def _to_undo(difference, entry, stored):
    """Each field's earlier and new value; managers by id."""
    earlier = {name: old for name, (old, _new) in difference.fields.items()}
    if "manager" in earlier:
        earlier["manager"] = entry.person.manager_id
    return {name: [_json(old), _json(stored[name])] for name, old in earlier.items()}


KEYS = ("email", "staff_number")


def _update(organisation, updates: dict[int, dict], people: dict[int, Known]):
    """One statement for each field, whoever changes it."""
    columns = defaultdict(dict)
    for pk, values in updates.items():
        for name, value in values.items():
            columns[name][pk] = value
    moved = {pk for name in KEYS for pk in columns[name]}
    if moved:
        # Two people may swap addresses or numbers; each must be free before anybody else takes it.
        organisation.people.filter(pk__in=moved).update(email="", staff_number="")
        for name in KEYS:
            columns[name] = {pk: columns[name].get(pk, people[pk].values[name]) for pk in moved}
    for name, values in columns.items():
        if values:
            column, kind = _column(name)
            _execute(
                f"UPDATE {Person._meta.db_table} AS person SET {column} = new.value::{kind} "  # noqa: S608
                "FROM unnest(%s::bigint[], %s::text[]) AS new (id, value) "
                "WHERE person.id = new.id AND person.organisation_id = %s",
                [list(values), _texts(values.values()), organisation.pk],
            )


def _insert(organisation, people: dict[int, dict]):
    if not people:
        return
    empty = dict.fromkeys(FIELDS, "") | {
        "languages": [],
        "manager": None,
        "hired_on": None,
        "left_on": None,
    }
    columns, kinds = zip(*map(_column, FIELDS), strict=True)
    _execute(
        f"INSERT INTO {Person._meta.db_table} (id, organisation_id, enrolled_at, {', '.join(columns)}) "  # noqa: S608
        f"SELECT id, %s, %s, {', '.join(f'{column}::{kind}' for column, kind in zip(columns, kinds, strict=True))} "
        f"FROM unnest(%s::bigint[]{', %s::text[]' * len(columns)}) AS new (id, {', '.join(columns)})",
        [
            organisation.pk,
            timezone.now(),
            list(people),
            *[_texts(values.get(name, empty[name]) for values in people.values()) for name in FIELDS],
        ],
    )


def _execute(statement, parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _column(name):
    field = Person._meta.get_field(name)
    return field.column, field.db_type(connection)


def _texts(values):
    """Values as PostgreSQL reads them from text."""
    return [
        "{" + ",".join(value) + "}" if isinstance(value, list) else value if value is None else str(value)
        for value in values
    ]

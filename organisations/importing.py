"""Taking over a staff file: kept and checked first, written as a whole once confirmed, or not at all.

The same file twice writes nothing the second time. Everything is written by sets: the number of queries does not depend
on the number of rows. Short files are checked and written at once, long ones by a worker.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations import licences, runs
from organisations.cleaning import FIELDS
from organisations.consequences import follow_changes
from organisations.enrolling import tell_of_people
from organisations.journey import check_enrolment_is_open
from organisations.models import Language, Organisation, PeopleImport, Person, Run, StoredFile, User
from organisations.problems import Problem, Refused
from organisations.spreadsheets import Table
from organisations.staff_columns import (
    label,
    match_columns,
    must_be_asked,
    remember_columns,
    suggest_columns,
)
from organisations.staff_files import Known, Plan, Refusal, check_people, read_staff_file
from organisations.staff_repairs import Rule, repairs_of

State = PeopleImport.State


def check_upload(
    organisation: Organisation,
    name: str,
    content: bytes,
    user: User | None,
    chosen: dict[str, str] | None = None,
) -> PeopleImport:
    """Keep the file and what it would do. A second click on the same file finds the first.

    Only usual headers and what is `chosen` count here: nobody is there to confirm a guess.
    """
    table = read_staff_file(content)
    columns = match_columns(table, chosen)
    mapping = {header: columns.get(number, "") for number, header in enumerate(table.header) if header}
    people_import = _kept(organisation, name, content, user, mapping, State.CHECKED)
    return check_now(people_import, table)


def receive_upload(organisation: Organisation, name: str, content: bytes, user: User) -> PeopleImport:
    """Keep a file from the page. Where somebody must say what a column holds, it waits for that."""
    table = read_staff_file(content)
    suggestions = suggest_columns(organisation, table)
    if must_be_asked(suggestions):
        return _kept(organisation, name, content, user, {}, State.COLUMNS)
    mapping = {suggestion.header: suggestion.field for suggestion in suggestions}
    people_import = _kept(organisation, name, content, user, mapping, State.CHECKED)
    people_import.reasons = {each.header: each.reason for each in suggestions if each.field and each.reason}
    return _check(people_import, table, user)


def choose_columns(people_import: PeopleImport, chosen: dict[str, str], user: User | None) -> PeopleImport:
    """Somebody said what each column holds: remember it for the next file, and check this one."""
    table = table_of(people_import)
    match_columns(table, chosen)
    with transaction.atomic():
        people_import.mapping, people_import.reasons = chosen, {}
        remember_columns(people_import.organisation, chosen, user)
        return _check(people_import, table, user)


def check_again(people_import: PeopleImport, user: User | None) -> PeopleImport:
    """After a repair: what the file would do now. A long file is left to a worker, and is `checking` until then."""
    return _check(people_import, table_of(people_import), user)


def table_of(people_import: PeopleImport) -> Table:
    """The rows of its file, read anew. Raises `Refused` where the limits have become narrower since."""
    return read_staff_file(bytes(people_import.file.content))


def check_now(
    people_import: PeopleImport, table: Table, progress: Callable[[int, int], None] | None = None
) -> PeopleImport:
    """Compare the file with the people on record and keep what was found. `progress` gets rows done and all rows."""
    plan = check_people(
        people_import.organisation, table, people_import.mapping, repairs_of(people_import), progress
    )
    _note(people_import, plan)
    people_import.save()
    return people_import


def _check(people_import, table, user):
    if len(table.rows) <= settings.STAFF_FILE_AT_ONCE_ROWS:
        return check_now(people_import, table)
    people_import.state = State.CHECKING
    people_import.counts = people_import.counts or {"rows": len(table.rows)}
    return submit_run(people_import, "check_people", user)


def submit_run(people_import: PeopleImport, kind: str, user: User | None) -> PeopleImport:
    """Leave the work to a worker. Each check is a job of its own; a double click finds the first."""
    with transaction.atomic():
        if kind == "check_people":
            people_import.revision += 1
        people_import.run = runs.submit(
            kind,
            f"{people_import.pk}.{people_import.revision}",
            organisation=people_import.organisation,
            requested_by=user,
            people_import=people_import.pk,
        )
        people_import.save()
    return people_import


def check_in_run(run: Run) -> None:
    people_import = run.organisation.people_imports.get(pk=run.args["people_import"])
    if people_import.state != State.CHECKING:
        return
    check_now(people_import, table_of(people_import), _teller(run, _("Checking the rows")))


def commit_in_run(run: Run) -> dict:
    people_import = run.organisation.people_imports.get(pk=run.args["people_import"])
    try:
        done = commit_import(people_import, run.requested_by, _teller(run, _("Checking the rows once more")))
    except Refused as refusal:
        raise runs.CannotFinish(" ".join(str(problem.reason) for problem in refusal.problems)) from refusal
    return {"written": done.is_done}


def _teller(run, message):
    return lambda done, total: runs.report_progress(run, done, total, message)


def is_long(people_import: PeopleImport) -> bool:
    """Whether it has so many rows that a worker carries out what is asked of it."""
    return people_import.counts.get("rows", 0) > settings.STAFF_FILE_AT_ONCE_ROWS


def _kept(organisation, name, content, user, mapping, state):
    """The file and its import; the same file of the same person that still waits is found again."""
    with transaction.atomic():
        organisation.take_turn()
        digest = hashlib.sha256(content).hexdigest()
        waiting = organisation.people_imports.waiting().filter(
            file__digest=digest, created_by=user, mapping=mapping
        )
        people_import = waiting.first()
        if people_import is None:
            file = StoredFile.objects.keep(organisation, name, content, user)
            people_import = organisation.people_imports.create(
                file=file, created_by=user, mapping=mapping, state=state
            )
    return people_import


def commit_import(
    people_import: PeopleImport,
    user: User | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PeopleImport:
    """Write a checked file, as a whole. Asked again, it answers with what was done the first time.

    With refused rows, or when the people on record have changed since the check, nothing is written: the import stays
    `checked` and holds the newest findings. Nor is it while enrolment is closed, or when seats are missing: `Refused`.
    """
    with transaction.atomic():
        organisation = people_import.organisation
        organisation.take_turn()
        waiting = organisation.people_imports.defer("findings").select_for_update(of=["self"])
        people_import = waiting.get(pk=people_import.pk)
        if people_import.state != State.CHECKED:
            return people_import
        check_enrolment_is_open(organisation)
        plan = check_people(
            organisation,
            table_of(people_import),
            people_import.mapping,
            repairs_of(people_import),
            progress,
        )
        if plan.refused or plan.unread or plan.fingerprint != people_import.fingerprint:
            _note(people_import, plan)
            people_import.revision += 1  # what is confirmed next is another wish
            people_import.save()
            return people_import
        people_import.change_set = _write(organisation, plan)
        follow_changes(organisation, {each.person_id: each.fields for each in plan.differences}, user)
        _give_seats(people_import, plan, user)
        tell_of_people(organisation)
        people_import.state = State.DONE
        people_import.committed_at, people_import.committed_by = timezone.now(), user
        people_import.save(update_fields=["change_set", "state", "committed_at", "committed_by"])
        plan_anew()
    return people_import


def _give_seats(people_import, plan, user):
    """A seat for everybody who is new, or nothing of the file is written."""
    lines = [entry.line for entry in plan.created]
    ids = dict(zip(lines, people_import.change_set["created"], strict=True))
    try:
        licences.assign(people_import.organisation, [ids[line] for line in _taking_a_seat(plan)], user)
    except licences.NoSeatsLeft as shortage:
        raise Refused(shortage.messages[0]) from shortage


def _taking_a_seat(plan) -> list[int]:
    """Lines of the file that create somebody who has not left already."""
    today = timezone.localdate()
    return [
        entry.line
        for entry in plan.created
        if entry.values.get("left_on") is None or entry.values["left_on"] > today
    ]


def _in_the_operation(organisation, plan) -> dict[str, int]:
    """How many people of the file are new to the ESF operation, and how many there lack an answer."""
    records = dict(
        organisation.esf_records.filter(programme=organisation.programme_id).values_list("person", "missing")
    )
    known = {entry.person.id for entry in plan.entries if entry.person}
    return {
        "new": len(_taking_a_seat(plan)) + len(known - records.keys()),
        "lacking": sum(1 for person in known if records.get(person)),
    }


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
    """A stored value as somebody reads it; nothing for None."""
    if isinstance(value, list):
        return ", ".join(str(Language(code).label) for code in value)
    return "" if value is None else str(value)


def _note(people_import, plan):
    people_import.state = State.CHECKED
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
        "created": [[entry.line, entry.name] for entry in plan.created],
        "seats": len(_taking_a_seat(plan)),
        "esf": _in_the_operation(people_import.organisation, plan),
        "left_out": sorted(plan.left_out),
        "used": [[rule.as_dict(), number] for rule, number in plan.used.items()],
    }


def rules_used(people_import: PeopleImport) -> list[tuple[Rule, int]]:
    """Rules that changed how the file was read, and how many cells or rows each one did."""
    return [(Rule(**rule), number) for rule, number in people_import.findings.get("used", [])]


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
    update_people(
        organisation, updates, {entry.person.id: entry.person for entry in plan.entries if entry.person}
    )
    _insert(organisation, ((ids[entry.line], _as_stored(entry, ids, entry.values)) for entry in plan.created))
    return {
        "created": list(ids.values()),
        "updated": [
            [d.person_id, _to_undo(d, entries[d.line], updates[d.person_id])] for d in plan.differences
        ],
        "written": marks_of(organisation, [*ids.values(), *updates]),
    }


def marks_of(organisation: Organisation, ids: list[int]) -> dict[str, str]:
    """A mark of what is on record about each of these people, to see later whether somebody has touched it."""
    columns = ", ".join(f"coalesce({_column(name)[0]}::text, '')" for name in FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id::text, md5(concat_ws(chr(31), {columns})) FROM {Person._meta.db_table} "  # noqa: S608 - only our own names
            "WHERE id = ANY(%s) AND organisation_id = %s",
            [ids, organisation.pk],
        )
        return dict(cursor.fetchall())


def _new_ids(number):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(sequence) FROM CAST(pg_get_serial_sequence(%s, 'id') AS regclass) AS sequence, "
            "generate_series(1, %s)",
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
DAYS = ("hired_on", "left_on")


def update_people(organisation, updates: dict[int, dict], people: dict[int, Known]):
    """A statement for each field, whoever changes it."""
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
    # The two days are checked against each other, so they change together.
    dated = {pk for name in DAYS for pk in columns[name]}
    days = [{pk: columns[name].get(pk, people[pk].values[name]) for pk in dated} for name in DAYS]
    _set(organisation, DAYS, days)
    for name, values in columns.items():
        if name not in DAYS:
            _set(organisation, [name], [values])


def _set(organisation, names, values: list[dict]):
    """One statement that gives each person a value for each of these fields."""
    if not values[0]:
        return
    columns, kinds = zip(*map(_column, names), strict=True)
    new = ", ".join(f"{each} = new.{each}::{kind}" for each, kind in zip(columns, kinds, strict=True))
    _execute(
        f"UPDATE {Person._meta.db_table} AS person SET {new} "  # noqa: S608 - only our own names
        f"FROM unnest(%s::bigint[]{', %s::text[]' * len(columns)}) AS new (id, {', '.join(columns)}) "
        "WHERE person.id = new.id AND person.organisation_id = %s",
        [list(values[0]), *[_texts(each.values()) for each in values], organisation.pk],
    )


def _insert(organisation, people: Iterable[tuple[int, dict]]):
    """COPY into a table of this transaction, then one INSERT: row-level security forbids COPY into the real one."""
    columns = ", ".join(["id", *(_column(name)[0] for name in FIELDS)])
    never_null = ", ".join(_column(name)[0] for name in FIELDS if not Person._meta.get_field(name).null)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE staged_person ON COMMIT DROP AS SELECT {columns} "  # noqa: S608 - only our own names
            f"FROM {Person._meta.db_table} WITH NO DATA"
        )
        cursor.copy_expert(
            f"COPY staged_person FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({never_null}))", _rows(people)
        )
        cursor.execute(
            f"INSERT INTO {Person._meta.db_table} (organisation_id, enrolled_at, {columns}) "  # noqa: S608 - only our own names
            f"SELECT %s, %s, {columns} FROM staged_person",
            [organisation.pk, timezone.now()],
        )
        cursor.execute("DROP TABLE staged_person")


def _rows(people: Iterable[tuple[int, dict]]) -> io.TextIOWrapper:
    """The people as COPY reads them: what nobody knows is empty."""
    unknown = dict.fromkeys(FIELDS, "") | {"languages": []}
    rows = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")  # StringIO takes four times the room
    csv.writer(rows).writerows(
        [pk, *_texts([values.get(name, unknown[name]) for name in FIELDS])] for pk, values in people
    )
    rows.seek(0)
    return rows


def plan_anew():
    """Let the database plan its checks of foreign keys for the tables as they are now.

    A connection keeps these plans. One made while a table was small reads all of it for each row, which makes large
    changes quadratic.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


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

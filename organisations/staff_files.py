"""A staff file against the people on record: what it would create, update, leave unchanged and refuse.

People are recognised by staff number, else by e-mail. An empty cell says nothing: it never erases what is known.
"""

import gc
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field

from organisations.cleaning import CLEANERS, FIELDS, Unclean
from organisations.models import Organisation, PersonQuerySet
from organisations.problems import Problem
from organisations.reporting_lines import find_circles
from organisations.spreadsheets import Table, plain, read_table
from organisations.staff_columns import is_known_header, match_columns
from organisations.staff_repairs import Action, Repairs, Rule, apply_repairs
from organisations.uploads import staff_file_limits


@dataclass(slots=True)
class Known:
    """Somebody on record."""

    id: int
    values: dict
    manager_id: int | None
    name: str


@dataclass(slots=True)
class Entry:
    """One line of the file, cleaned: only what it says."""

    line: int
    cells: list[str]
    values: dict
    person: Known | None = None
    manager: "Known | Entry | None" = None

    @property
    def name(self):
        return f"{self.values.get('first_name', '')} {self.values.get('last_name', '')}".strip()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One cell that stops the file; the reason is a code, to be read in any language."""

    line: int
    column: str | None
    value: str | None
    code: str
    params: dict = field(default_factory=dict)

    @property
    def reason(self):
        return str(Unclean(self.code, **self.params).sentence)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a line would change about somebody on record: the earlier and the new value of each field."""

    line: int
    person_id: int
    name: str
    fields: dict[str, tuple]


@dataclass
class Plan:
    """Everything a file would do."""

    table: Table
    columns: dict[int, str]
    entries: list[Entry] = field(default_factory=list)
    created: list[Entry] = field(default_factory=list)
    updated: list[Difference] = field(default_factory=list)
    leaving: list[Difference] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)
    used: Counter = field(default_factory=Counter)

    @property
    def differences(self):
        return sorted([*self.updated, *self.leaving], key=lambda difference: difference.line)

    @property
    def mapping(self):
        """Every named column with its field, or '' where it holds none: enough to read the file the same way again."""
        return {name: self.columns.get(number, "") for number, name in enumerate(self.table.header) if name}

    @property
    def counts(self) -> dict:
        return {
            "rows": len(self.table.rows),
            "create": len(self.created),
            "update": len(self.updated),
            "unchanged": self.unchanged,
            "leave": len(self.leaving),
            "refused": len({r.line for r in self.refused} | {problem.line for problem in self.unread}),
            "left_out": len(self.left_out),
            "encoding": self.table.encoding,
            "separator": self.table.separator,
            "unused": [
                name for number, name in enumerate(self.table.header) if name and number not in self.columns
            ],
        }

    @property
    def fingerprint(self) -> str:
        """Equal for two plans that would do the same. What a cell means depends on its text and its column alone."""
        told = [
            self.counts,
            self.mapping,
            [(entry.line, entry.cells) for entry in self.created],
            [(each.line, each.person_id, each.fields) for each in self.differences],
            [(each.line, each.column, each.code) for each in self.refused],
        ]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


@contextmanager
def without_collecting():
    """Tens of thousands of rows that all stay: the collector of cycles would only walk through them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@without_collecting()
def read_staff_file(content: bytes) -> Table:
    """Its rows as text. Raises `Refused` where it is too large, of another kind, or no table."""
    return read_table(content, limits=staff_file_limits(), recognises=is_known_header)


PASSES = 4  # a row left out may take somebody's manager with it, whose fault may have a rule of its own
PROGRESS_EVERY = 1_000


@without_collecting()
def check_people(
    organisation: Organisation,
    table: Table,
    chosen: dict[str, str] | None = None,
    repairs: Repairs | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Compare a file with the people on record; write nothing.

    Rules that speak of a fault, whatever the value, become corrections of the cells that have it; then all is checked
    again, because rows belong together.
    """
    columns = match_columns(table, chosen)
    people = read_known(organisation.people.all())
    repairs = repairs or Repairs()
    repairs = Repairs(dict(repairs.cells), repairs.rules, repairs.left_out)
    cleaned = {name: _Cleaned(CLEANERS[name]) for name in columns.values()}
    left_out, used = set(), Counter()
    for _pass in range(PASSES):
        plan = _check_once(table, columns, cleaned, people, repairs, left_out, progress)
        ruled = _ruled_faults(plan, repairs)
        if not ruled:
            break
        for refusal, rule in ruled:
            used[rule] += 1
            if rule.action == Action.LEAVE_OUT:
                left_out.add(refusal.line)
            else:
                repairs.cells[refusal.line, rule.field] = ""
    plan.used += used
    return plan


class _Cleaned(dict):
    """What the texts of a column mean, or why they mean nothing. Each is looked at once, however many rows hold it."""

    def __init__(self, clean: Callable[[str], object]):
        self.clean = clean

    def __missing__(self, text):
        try:
            self[text] = self.clean(text)
        except Unclean as problem:
            self[text] = problem
        return self[text]


def _check_once(table, columns, cleaned, people, repairs, left_out, progress):
    repaired = apply_repairs(table, columns, repairs)
    left_out = left_out | repaired.left_out
    rows = repaired.rows
    if left_out:
        rows = [(line, cells) for line, cells in rows if line not in left_out]
    field_of = {table.header[number]: name for number, name in columns.items()}
    unread = [
        problem
        for problem in table.problems
        if problem.line not in left_out
        and not (problem.is_about_a_value and (problem.line, field_of.get(problem.column)) in repairs.cells)
    ]
    plan = Plan(table, columns, unread=unread, left_out=left_out, used=repaired.used)
    checking = _Checking(plan, people, rows, progress)
    checking.read_rows(cleaned)
    checking.recognise_people()
    checking.refuse_shared_emails()
    checking.find_managers()
    checking.refuse_circles()
    checking.sort_out()
    return plan


def _ruled_faults(plan, repairs) -> list[tuple[Refusal, Rule]]:
    if not repairs.rules:
        return []
    field_of = {plan.table.header[number]: name for number, name in plan.columns.items()}
    found = []
    for refusal in plan.refused:
        rule = repairs.rule_for(field_of.get(refusal.column, ""), refusal.code)
        if rule:
            found.append((refusal, rule))
    return found


def read_known(people: PersonQuerySet) -> list[Known]:
    """These people in a fixed order, without making a model of each."""
    names = [name for name in FIELDS if name != "manager"]
    return [
        Known(pk, dict(zip(names, values, strict=True)), manager_id, f"{values[1]} {values[0]}")
        for pk, manager_id, *values in people.order_by("pk").values_list("pk", "manager_id", *names)
    ]


class _Checking:
    """The steps of one check, which share what they found."""

    def __init__(self, plan: Plan, people: list[Known], rows: list, progress=None):
        self.plan, self.rows, self.progress = plan, rows, progress
        self.header_of = {
            field_name: plan.table.header[number] for number, field_name in plan.columns.items()
        }
        self.number_of = {field_name: number for number, field_name in plan.columns.items()}
        self.people = people
        self.by_id = {person.id: person for person in people}
        self.by_number = {p.values["staff_number"]: p for p in people if p.values["staff_number"]}
        self.by_email = {p.values["email"]: p for p in people if p.values["email"]}
        self.refused_lines = {problem.line for problem in plan.unread}
        self.stopped = defaultdict(set)  # line -> fields that are refused, which need no second reason

    def refuse(self, entry: Entry, field_name: str, code: str, **params):
        column, value = self.header_of.get(field_name), None
        if column is not None:
            value = plain(entry.cells[self.number_of[field_name]])[:200]
        self.plan.refused.append(Refusal(entry.line, column, value, code, params))
        self.refused_lines.add(entry.line)
        self.stopped[entry.line].add(field_name)

    def read_rows(self, cleaned: dict[str, _Cleaned]):
        columns = [(number, name, cleaned[name]) for number, name in self.plan.columns.items()]
        for count, (line, cells) in enumerate(self.rows):
            if self.progress and count % PROGRESS_EVERY == 0:
                self.progress(count, len(self.rows))
            entry = Entry(line, cells, {})
            for number, name, meaning in columns:
                value = meaning[cells[number]]
                if isinstance(value, Unclean):
                    self.refuse(entry, name, value.code, **value.params)
                elif value:
                    entry.values[name] = value
            self.plan.entries.append(entry)

    def recognise_people(self):
        """By staff number, else by e-mail. Two lines that claim one person are both refused."""
        claims = defaultdict(list)
        for entry in self.plan.entries:
            number, email = entry.values.get("staff_number"), entry.values.get("email")
            entry.person = self.by_number.get(number) or self._by_email_alone(number, email)
            self._refuse_incomplete(entry, number, email)
            if entry.person:
                claims[entry.person.id].append(entry)
            elif number or email:
                claims[number or email].append(entry)
        for entries in claims.values():
            if len(entries) > 1:
                for entry in entries:
                    others = _lines(other for other in entries if other is not entry)
                    key = "staff_number" if entry.values.get("staff_number") else "email"
                    self.refuse(entry, key, "same_person", lines=others)

    def _by_email_alone(self, number, email):
        """An e-mail names somebody if the number does not already name somebody else."""
        person = self.by_email.get(email) if email else None
        if person and number and person.values["staff_number"]:
            return None
        return person

    def _refuse_incomplete(self, entry, number, email):
        stopped = self.stopped.get(entry.line, set())
        if not number and not email and not stopped & {"staff_number", "email"}:
            self.refuse(entry, "staff_number" if "staff_number" in self.header_of else "email", "nobody")
        for name in ("last_name", "first_name"):
            if name not in entry.values and not entry.person and name not in stopped:
                self.refuse(entry, name, "needed")
        hired = entry.values.get("hired_on") or (entry.person and entry.person.values["hired_on"])
        left = entry.values.get("left_on") or (entry.person and entry.person.values["left_on"])
        if hired and left and left < hired and {"hired_on", "left_on"} & set(entry.values):
            name = "left_on" if "left_on" in entry.values else "hired_on"
            self.refuse(entry, name, "left_before_hired", hired=hired.isoformat())

    def refuse_shared_emails(self):
        """Judged on everybody as they will be, so that two people may swap addresses in one file."""
        owners = defaultdict(list)
        changed = {e.person.id for e in self.plan.entries if e.person and "email" in e.values}
        for person in self.people:
            if person.values["email"] and person.id not in changed:
                owners[person.values["email"]].append(person)
        for entry in self.plan.entries:
            if "email" in entry.values:
                owners[entry.values["email"]].append(entry)
        for several in owners.values():
            entries = [owner for owner in several if isinstance(owner, Entry)]
            if len(several) < 2 or self._is_one_person(entries):
                continue
            for entry in entries:
                others = [other for other in several if other is not entry]
                on_record = next((other for other in others if isinstance(other, Known)), None)
                if on_record:
                    self.refuse(entry, "email", "email_taken", name=on_record.name)
                else:
                    self.refuse(entry, "email", "same_email", lines=_lines(others))

    def _is_one_person(self, entries):
        """Lines already refused for claiming one person need no second reason."""
        claimed = {id(e.person) if e.person else e.values.get("staff_number", "") for e in entries}
        return len(entries) > 1 and len(claimed) == 1

    def find_managers(self):
        """A manager is somebody in the file or on record; a refused line still counts as somebody."""
        in_file = {e.values["staff_number"]: e for e in self.plan.entries if "staff_number" in e.values}
        for entry in self.plan.entries:
            number = entry.values.get("manager")
            if not number:
                continue
            manager = self.by_number.get(number) or in_file.get(number)
            if manager is None:
                self.refuse(entry, "manager", "manager_unknown")
            elif manager is entry or (entry.person and manager is entry.person):
                self.refuse(entry, "manager", "manager_self")
            else:
                entry.manager = manager.person or manager if isinstance(manager, Entry) else manager

    def refuse_circles(self):
        """Follow each reporting line upwards, as it will be; every line of the file on a circle is refused."""
        entry_of = {_key(entry): entry for entry in self.plan.entries if entry.manager}
        manager_of = {person.id: person.manager_id for person in self.people}
        manager_of |= {key: _key(entry.manager) for key, entry in entry_of.items()}
        for circle in find_circles(manager_of):
            names = " → ".join(self._name_of(key, entry_of) for key in [*circle[:8], circle[0]])
            for key in circle:
                if key in entry_of:
                    self.refuse(entry_of[key], "manager", "manager_loop", circle=names)

    def _name_of(self, key, entry_of):
        return (key in entry_of and entry_of[key].name) or self.by_id[key].name

    def sort_out(self):
        for entry in self.plan.entries:
            if entry.line in self.refused_lines:
                continue
            if entry.person is None:
                self.plan.created.append(entry)
                continue
            changes = self._changes(entry)
            if not changes:
                self.plan.unchanged += 1
                continue
            difference = Difference(entry.line, entry.person.id, entry.person.name, changes)
            leaves = "left_on" in changes and changes["left_on"][0] is None
            (self.plan.leaving if leaves else self.plan.updated).append(difference)
        self.plan.refused.sort(key=lambda refusal: refusal.line)

    def _changes(self, entry):
        person, changes = entry.person, {}
        for name, value in entry.values.items():
            if name == "manager":
                before = self.by_id.get(person.manager_id)
                if before is not entry.manager:
                    changes[name] = (before and (before.values["staff_number"] or before.name), value)
            elif person.values[name] != value:
                changes[name] = (person.values[name], value)
        return changes


def _key(somebody):
    if isinstance(somebody, Known):
        return somebody.id
    return somebody.person.id if somebody.person else ("line", somebody.line)


def _lines(entries: Iterable[Entry]) -> str:
    return ", ".join(str(entry.line) for entry in list(entries)[:5])

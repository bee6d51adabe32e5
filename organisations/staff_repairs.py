"""Mending the refused rows of a staff file, without touching the file: cell by cell, by rule, or in a workbook.

A repair changes what a cell is read as. Corrected cells come first, then rules about values, then dates; what is still
refused may be read as empty or left out where a rule says so of that fault.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from django.utils.translation import gettext as _

from organisations.cleaning import CLEANERS, DATE_IN_NUMBERS, REASONS, Unclean
from organisations.models import Organisation, PeopleImport, RepairRule
from organisations.problems import Problem, Refused
from organisations.spreadsheets import Table, plain
from organisations.staff_columns import label

Action = RepairRule.Action
DATES = ("hired_on", "left_on")
# Faults of a single cell, which an empty cell would not have; the others are about whole rows.
MAY_BE_EMPTY = frozenset(REASONS) - {"needed", "nobody", "same_person"}
# What usually mends a fault; without an entry, another value does.
LIKELIEST = {
    "date_month": Action.MONTH_FIRST,
    "date_year": Action.DAY_FIRST,
    "same_email": Action.EMPTY,
    "email_taken": Action.EMPTY,
    "manager_self": Action.EMPTY,
    "manager_loop": Action.EMPTY,
}
EXAMPLES = 10


@dataclass(frozen=True)
class Rule:
    """`value` is how the cell reads ('' for every cell with that fault), `code` the fault it was made for."""

    field: str
    action: str
    code: str = ""
    value: str = ""
    replacement: str = ""

    def as_dict(self) -> dict:
        return asdict(self)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.action, bool(self.value)]() % {
            "field": label(self.field),
            "value": self.value,
            "replacement": self.replacement,
        }


SENTENCES = {
    (Action.REPLACE, True): lambda: _("%(field)s: “%(value)s” means “%(replacement)s”."),
    (Action.DAY_FIRST, False): lambda: _("%(field)s: in dates like 01/03/2023 the day comes first."),
    (Action.MONTH_FIRST, False): lambda: _("%(field)s: in dates like 03/01/2023 the month comes first."),
    (Action.EMPTY, True): lambda: _("%(field)s: “%(value)s” is read as empty."),
    (Action.EMPTY, False): lambda: _("%(field)s: cells with this fault are read as empty."),
    (Action.LEAVE_OUT, True): lambda: _("Rows with “%(value)s” as %(field)s are left out."),
    (Action.LEAVE_OUT, False): lambda: _("Rows with this fault in %(field)s are left out."),
}


@dataclass
class Repairs:
    """Everything that changes how a file is read."""

    cells: dict[tuple[int, str], str] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)

    def __bool__(self):
        return bool(self.cells or self.rules or self.left_out)

    def rule_for(self, field_name: str, code: str) -> Rule | None:
        """What to do with whatever has this fault, whichever its value."""
        for rule in self.rules:
            if (rule.field, rule.code, rule.value) == (field_name, code, "") and rule.action in (
                Action.EMPTY,
                Action.LEAVE_OUT,
            ):
                return rule
        return None


def repairs_of(people_import: PeopleImport) -> Repairs:
    """What was repaired in this file, and the organisation's own rules; what was said of this file comes first."""
    stored = people_import.repairs
    cells = {(line, name): text for line, name, text in stored.get("cells", [])}
    own = [Rule(**each) for each in stored.get("rules", [])]
    unwanted = [Rule(**each) for each in stored.get("unwanted", [])]
    saved = [rule for rule in saved_rules(people_import.organisation) if rule not in unwanted]
    rules = [*own, *(rule for rule in saved if not _said_already(rule, own))]
    return Repairs(cells, rules, set(stored.get("left_out", [])))


def _said_already(rule, rules):
    return any((each.field, each.code, each.value) == (rule.field, rule.code, rule.value) for each in rules)


def saved_rules(organisation: Organisation) -> list[Rule]:
    return [
        Rule(*values)
        for values in organisation.repair_rules.values_list("field", "action", "code", "value", "replacement")
    ]


def key_of(text: str) -> str:
    """What two spellings of one value have in common."""
    return plain(text).casefold()


# --- Reading a table with its repairs ---------------------------------------------------------------------------------


@dataclass
class Repaired:
    """The rows as they are read now, and how often each rule was used."""

    rows: list[tuple[int, list[str]]]
    left_out: set[int] = field(default_factory=set)
    used: Counter = field(default_factory=Counter)


def apply_repairs(table: Table, columns: dict[int, str], repairs: Repairs) -> Repaired:
    """Rows that nothing is said about are handed on as they are."""
    if not repairs:
        return Repaired(table.rows)
    number_of = {name: number for number, name in columns.items()}
    changes, left_out, used = _changed_cells(table, number_of, repairs)
    for (line, name), text in repairs.cells.items():
        if name in number_of:
            changes[line][number_of[name]] = text
    rows = []
    for line, cells in table.rows:
        if line in left_out:
            continue
        if line in changes:
            cells = list(cells)
            for number, text in changes[line].items():
                cells[number] = text
        rows.append((line, cells))
    return Repaired(rows, left_out, used)


def _changed_cells(table, number_of, repairs):
    changes, left_out, used = defaultdict(dict), set(repairs.left_out), Counter()
    corrected = repairs.cells
    for name, number in number_of.items():
        values, order = _rules_of(name, repairs.rules)
        if not values and order is None:
            continue
        only_certain = order is not None and _has_dates_of_the_other_order(table, number, order)
        for line, cells in table.rows:
            text = cells[number]
            if not text or (line, name) in corrected:
                continue
            rule = values.get(key_of(text)) if values else None
            if rule is None:
                if order is not None and (date := in_order(text, order.action, only_certain)):
                    changes[line][number] = date
                    used[order] += 1
                continue
            used[rule] += 1
            if rule.action == Action.LEAVE_OUT:
                left_out.add(line)
            else:
                changes[line][number] = rule.replacement if rule.action == Action.REPLACE else ""
    return changes, left_out, used


def _rules_of(name, rules):
    """Rules about values of one field, and the one about the order of its dates."""
    values, order = {}, None
    for rule in rules:
        if rule.field == name:
            if rule.action in (Action.DAY_FIRST, Action.MONTH_FIRST):
                order = order or rule
            elif rule.value:
                values.setdefault(key_of(rule.value), rule)
    return values, order


def _has_dates_of_the_other_order(table, number, order):
    """Then a column holds both: what could be read in two ways stays as it is usual here, with the day first."""
    return order.action == Action.MONTH_FIRST and any(
        in_order(cells[number], Action.DAY_FIRST, only_certain=True) for _line, cells in table.rows
    )


def in_order(text: str, action: str, only_certain: bool = False) -> str | None:
    """A date of three numbers as an ISO date; None for anything else, or where that order gives no month.

    A year of two digits is 2030 at most. `only_certain` leaves out dates that the other order would make as well.
    """
    found = DATE_IN_NUMBERS.fullmatch(plain(text))
    if found is None:
        return None
    first, _sign, second, year = found.groups()
    day, month = (first, second) if action == Action.DAY_FIRST else (second, first)
    if int(month) > 12 or (only_certain and int(day) <= 12):
        return None
    if len(year) == 2:
        year = f"20{year}" if int(year) <= 30 else f"19{year}"
    return f"{year}-{int(month):02}-{int(day):02}"


# --- Making repairs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RulePreview:
    """What a rule would change, before anybody says yes."""

    rule: Rule
    rows: int
    still_refused: int
    were_fine: int
    examples: list[tuple[int, str, str]]


def preview_rule(table: Table, columns: dict[int, str], refused: list, rule: Rule) -> RulePreview:
    """How many rows it touches, how many of them stay refused, and the first few as before and after."""
    number_of = {name: number for number, name in columns.items()}
    number = number_of.get(rule.field)
    if number is None:
        return RulePreview(rule, 0, 0, 0, [])
    if not rule.value and rule.action in (Action.EMPTY, Action.LEAVE_OUT):
        meant = (rule.code, table.header[number])
        lines = {line: value or "" for line, column, value, code in refused if (code, column) == meant}
        after = _("row left out") if rule.action == Action.LEAVE_OUT else ""
        examples = [(line, text, after) for line, text in list(lines.items())[:EXAMPLES]]
        return RulePreview(rule, len(lines), 0, 0, examples)
    changes, left_out, _used = _changed_cells(table, {rule.field: number}, Repairs(rules=[rule]))
    before = dict(table.rows)
    told = [(line, before[line][number], new[number]) for line, new in changes.items()]
    told += [(line, before[line][number], _("row left out")) for line in sorted(left_out)]
    still = sum(1 for _line, _old, new in told if not left_out and new and _is_unclean(rule.field, new))
    column = table.header[number]
    ailing = {each[0] for each in refused if each[1] == column}
    were_fine = sum(1 for line, _old, _new in told if line not in ailing)
    return RulePreview(rule, len(told), still, were_fine, told[:EXAMPLES])


def _is_unclean(name, text):
    try:
        CLEANERS[name](text)
    except Unclean:
        return True
    return False


def checked_rule(rule: Rule) -> Rule:
    """A rule that can be followed; otherwise a sentence that says why not."""
    if rule.field not in CLEANERS or rule.action not in Action.values:
        raise Refused(_("This rule can't be followed. Choose a field and what to do."))
    if rule.action in (Action.DAY_FIRST, Action.MONTH_FIRST):
        if rule.field not in DATES:
            raise Refused(_("Only dates have an order of day and month."))
        return Rule(rule.field, rule.action)
    if rule.action == Action.REPLACE:
        if not rule.value or not rule.replacement:
            raise Refused(_("Say which value is meant, and what it is read as."))
        try:
            CLEANERS[rule.field](rule.replacement)
        except Unclean as problem:
            raise Refused(
                [Problem(problem.sentence, column=label(rule.field), value=rule.replacement)]
            ) from problem
        return Rule(rule.field, rule.action, "", rule.value, rule.replacement)
    if rule.value:
        return Rule(rule.field, rule.action, "", rule.value)
    if rule.code not in REASONS or (rule.action == Action.EMPTY and rule.code not in MAY_BE_EMPTY):
        raise Refused(_("These cells can't be empty. Correct them, or leave the rows out."))
    return Rule(rule.field, rule.action, rule.code)


def save_rule(organisation: Organisation, rule: Rule, user) -> RepairRule:
    """Keep a rule for the next file; the newest word about a fault counts."""
    saved, _is_new = organisation.repair_rules.update_or_create(
        field=rule.field,
        code=rule.code,
        value=rule.value,
        defaults={"action": rule.action, "replacement": rule.replacement, "created_by": user},
    )
    return saved


# --- Refused rows, grouped for rules ----------------------------------------------------------------------------------


@dataclass
class Fault:
    """All cells of one column that are refused for one reason."""

    field: str
    column: str
    code: str
    reason: str
    rows: int
    values: list[tuple[str, int]]

    @property
    def actions(self) -> list[tuple[str, str]]:
        """What can be done about it, the likeliest first."""
        able = {
            Action.REPLACE: bool(self.values),
            Action.DAY_FIRST: self.field in DATES,
            Action.MONTH_FIRST: self.field in DATES,
            Action.EMPTY: self.code in MAY_BE_EMPTY,
            Action.LEAVE_OUT: True,
        }
        likeliest = LIKELIEST.get(self.code)
        actions = [action for action in able if able[action]]
        actions.sort(key=lambda action: action != likeliest)
        return [(action.value, str(action.label)) for action in actions]

    @property
    def is_about_each_value(self):
        return self.actions[0][0] == Action.REPLACE


def faults_of(findings: Iterable[list], mapping: dict[str, str]) -> list[Fault]:
    """The most frequent first, each with its most frequent values.

    Which of two lines about one person is kept is decided line by line: a rule would leave out both.
    """
    lines, values, params = defaultdict(set), defaultdict(Counter), {}
    for line, column, value, code, details in findings:
        if column and mapping.get(column) and code != "same_person":
            lines[column, code].add(line)
            params.setdefault((column, code), details)
            if value:
                values[column, code][value] += 1
    return [
        Fault(
            mapping[column],
            column,
            code,
            str(Unclean(code, **params[column, code]).sentence),
            len(found),
            values[column, code].most_common(EXAMPLES),
        )
        for (column, code), found in sorted(lines.items(), key=lambda item: -len(item[1]))
    ]


# --- What was repaired in a file --------------------------------------------------------------------------------------


def correct_cells(people_import: PeopleImport, cells: dict[tuple[int, str], str]) -> None:
    """Keep corrections of single cells; the newest counts. The caller checks the file again."""
    known = repairs_of(people_import).cells | cells
    stored = [[line, name, text] for (line, name), text in sorted(known.items())]
    people_import.repairs = people_import.repairs | {"cells": stored}


def leave_out(people_import: PeopleImport, lines: set[int]) -> None:
    """Read the file without these lines, and with every other."""
    people_import.repairs = people_import.repairs | {"left_out": sorted(lines)}


def add_rule(people_import: PeopleImport, rule: Rule, *, keep: bool, user) -> None:
    """Apply a rule to this file, and to the next ones if it is to be kept."""
    others = [
        each
        for each in people_import.repairs.get("rules", [])
        if (each["field"], each["code"], each["value"]) != (rule.field, rule.code, rule.value)
    ]
    unwanted = [each for each in people_import.repairs.get("unwanted", []) if each != rule.as_dict()]
    people_import.repairs = people_import.repairs | {
        "rules": [*others, rule.as_dict()],
        "unwanted": unwanted,
    }
    if keep:
        save_rule(people_import.organisation, rule, user)


def drop_rule(people_import: PeopleImport, rule: Rule) -> None:
    """Read this file without a rule; one that was kept stays for other files."""
    told = rule.as_dict()
    repairs = people_import.repairs
    people_import.repairs = repairs | {
        "rules": [each for each in repairs.get("rules", []) if each != told],
        "unwanted": [*(each for each in repairs.get("unwanted", []) if each != told), told],
    }

"""Rules and corrections for refused rows, without pages: what they change and what they leave as it is."""

import pytest

from organisations.importing import check_again, check_upload
from organisations.problems import Refused
from organisations.spreadsheets import Table
from organisations.staff_repairs import (
    Repairs,
    Rule,
    add_rule,
    apply_repairs,
    checked_rule,
    correct_cells,
    drop_rule,
    faults_of,
    in_order,
    preview_rule,
    repairs_of,
    save_rule,
    saved_rules,
)

COLUMNS = {0: "last_name", 1: "department", 2: "hired_on"}
ROWS = [
    (2, ["Weber", "Compta", "03/25/2020"]),
    (3, ["Tun", "IT", "2020-01-01"]),
    (4, ["Low", " COMPTA ", ""]),
]
FINANCE = Rule("department", "replace", value="Compta", replacement="Finance")


def table():
    return Table(["Nom", "Service", "Entrée"], 1, [(line, list(cells)) for line, cells in ROWS], "utf-8", ";")


def read(**repairs):
    return apply_repairs(table(), COLUMNS, Repairs(**repairs))


@pytest.mark.parametrize(
    ("text", "action", "date"),
    [
        ("01/03/2023", "day_first", "2023-03-01"),
        ("01/03/2023", "month_first", "2023-01-03"),
        ("1.3.23", "day_first", "2023-03-01"),
        ("1-3-99", "day_first", "1999-03-01"),
        ("03/25/2023", "day_first", None),
        ("25/03/2023", "month_first", None),
        ("1/3.2023", "day_first", None),
        ("2023-03-01", "day_first", None),
        ("", "day_first", None),
    ],
)
def test_a_date_is_read_in_the_order_that_was_said(text, action, date):
    assert in_order(text, action) == date


def test_without_repairs_the_rows_are_handed_on():
    assert read().rows == ROWS


def test_a_value_is_replaced_however_it_is_written():
    repaired = read(rules=[FINANCE])
    assert [cells[1] for _line, cells in repaired.rows] == ["Finance", "IT", "Finance"]
    assert repaired.used == {FINANCE: 2}


def test_dates_change_their_order_and_others_stay():
    repaired = read(rules=[Rule("hired_on", "month_first")])
    assert [cells[2] for _line, cells in repaired.rows] == ["2020-03-25", "2020-01-01", ""]


def test_a_column_with_dates_in_both_orders_keeps_those_that_could_be_read_in_two_ways():
    dates = ["03/25/2020", "25/03/2020", "04/05/2020"]
    rows = [(line, ["Weber", "", date]) for line, date in enumerate(dates, start=2)]
    mixed = Table(["Nom", "Service", "Entrée"], 1, rows, "utf-8", ";")

    repaired = apply_repairs(mixed, COLUMNS, Repairs(rules=[Rule("hired_on", "month_first")]))

    assert [cells[2] for _line, cells in repaired.rows] == ["2020-03-25", "25/03/2020", "04/05/2020"]


def test_rows_are_left_out_by_a_value():
    repaired = read(rules=[Rule("department", "leave_out", value="compta")])
    assert ([line for line, _cells in repaired.rows], repaired.left_out) == ([3], {2, 4})


def test_a_corrected_cell_comes_before_a_rule():
    repaired = read(cells={(2, "department"): "Sales"}, rules=[FINANCE])
    assert [cells[1] for _line, cells in repaired.rows] == ["Sales", "IT", "Finance"]


def test_the_file_itself_is_never_changed():
    mine = table()
    apply_repairs(mine, COLUMNS, Repairs({(2, "last_name"): "X"}, [FINANCE]))
    assert mine.rows == ROWS


def test_a_preview_counts_rows_and_those_that_stay_refused():
    preview = preview_rule(table(), COLUMNS, [], FINANCE)
    assert (preview.rows, preview.still_refused) == (2, 0)
    assert preview.examples[0] == (2, "Compta", "Finance")
    assert preview.were_fine == 2
    assert preview_rule(table(), COLUMNS, [[2, "Service", "Compta", "x"]], FINANCE).were_fine == 1
    other = Rule("department", "replace", value="IT", replacement="X" * 300)
    still = preview_rule(table(), COLUMNS, [], other)
    assert (still.rows, still.still_refused) == (1, 1)


def test_a_rule_about_a_column_that_is_not_there_touches_nothing():
    assert preview_rule(table(), COLUMNS, [], Rule("site", "empty", value="x")).rows == 0


@pytest.mark.parametrize(
    "rule",
    [
        Rule("salary", "empty", value="x"),
        Rule("department", "burn", value="x"),
        Rule("department", "day_first"),
        Rule("department", "replace", value="x"),
        Rule("email", "replace", value="x", replacement="no address"),
        Rule("last_name", "empty", code="needed"),
        Rule("email", "empty", code="unheard"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_with_a_sentence(rule):
    with pytest.raises(Refused) as refusal:
        checked_rule(rule)
    assert all(problem.reason for problem in refusal.value.problems)


@pytest.mark.parametrize(
    "rule",
    [
        FINANCE,
        Rule("email", "empty", code="email"),
        Rule("hired_on", "day_first"),
        Rule("site", "empty", value="-"),
    ],
)
def test_a_rule_says_itself_in_words(rule):
    assert checked_rule(rule) == rule
    assert rule.sentence


def test_faults_are_grouped_with_the_most_frequent_first():
    findings = [[2, "Mail", "a", "email", {}], [3, "Mail", "a", "email", {}], [4, "Nom", "", "needed", {}]]
    first, second = faults_of(findings, {"Mail": "email", "Nom": "last_name"})
    assert (first.field, first.rows, first.values) == ("email", 2, [("a", 2)])
    assert (second.field, second.values, second.actions[0][0]) == ("last_name", [], "leave_out")


@pytest.mark.parametrize(
    ("field", "code", "value", "first"),
    [
        ("languages", "language", "franz", "replace"),
        ("hired_on", "date_month", "03/25/2021", "month_first"),
        ("hired_on", "date_year", "25/03/21", "day_first"),
        ("manager", "manager_loop", "7", "empty"),
        ("last_name", "needed", "", "leave_out"),
    ],
)
def test_what_usually_mends_a_fault_is_proposed_first(field, code, value, first):
    params = {"first": 1, "last": 2, "month": 25, "word": "franz", "known": "", "circle": ""}
    (fault,) = faults_of([[2, "Column", value, code, params]], {"Column": field})
    assert fault.actions[0][0] == first
    assert fault.is_about_each_value == (first == "replace")


def test_two_lines_about_one_person_are_no_matter_for_a_rule():
    twins = [[line, "Matricule", "7", "same_person", {"lines": str(5 - line)}] for line in (2, 3)]
    assert faults_of(twins, {"Matricule": "staff_number"}) == []


def test_a_kept_rule_serves_the_next_file_and_can_be_dropped_for_one(acme, hr):
    content = "Nom;Prénom;Matricule;E-mail\nWeber;Ada;1;unbekannt\n".encode()
    first = check_upload(acme, "a.csv", content, hr)
    assert first.counts["refused"] == 1
    rule = Rule("email", "empty", value="unbekannt")
    add_rule(first, rule, keep=True, user=hr)

    second = check_upload(acme, "b.csv", content + b"Tun;Ben;2;\n", hr)

    assert (second.counts["refused"], second.counts["create"]) == (0, 2)
    drop_rule(second, rule)
    check_again(second, hr)
    assert (second.counts["refused"], saved_rules(acme)) == (1, [rule])


def test_the_newest_word_about_a_value_counts(acme, hr):
    save_rule(acme, FINANCE, hr)
    save_rule(acme, Rule("department", "replace", value="Compta", replacement="Accounts"), hr)
    assert [rule.replacement for rule in saved_rules(acme)] == ["Accounts"]


def test_corrections_add_up_and_the_newest_counts(acme, hr):
    people_import = check_upload(acme, "a.csv", "Nom;Prénom;Matricule\nWeber;Ada;1\n".encode(), hr)
    correct_cells(people_import, {(2, "last_name"): "Webber"})
    correct_cells(people_import, {(2, "last_name"): "Wéber", (2, "first_name"): "Eda"})
    assert repairs_of(people_import).cells == {(2, "last_name"): "Wéber", (2, "first_name"): "Eda"}

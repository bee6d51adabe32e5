"""Staff files against the people on record: what they would do, what stops them, and that they do it once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organisations import licences, scope
from organisations.importing import check_upload, commit_import, problems_of
from organisations.models import PeopleImport, Person
from organisations.problems import Refused
from organisations.staff_files import check_people, read_staff_file
from tests import make

HEADER = "Nom;Prénom;E-mail;Matricule;Service;Responsable;Langues;Date d'entrée;Date de sortie"


def check(organisation, *lines, header=HEADER, chosen=None):
    return check_people(organisation, read_staff_file("\n".join([header, *lines]).encode()), chosen)


def upload(organisation, *lines, header=HEADER):
    return check_upload(organisation, "staff.csv", "\n".join([header, *lines]).encode(), None)


def refused(plan):
    return [(refusal.line, refusal.column, refusal.value, refusal.code) for refusal in plan.refused]


def figures(plan):
    names = ("rows", "create", "update", "unchanged", "leave", "refused")
    return {name: plan.counts[name] for name in names if plan.counts[name]}


def snapshot(organisation):
    return list(organisation.people.order_by("pk").values())


ADA = "Weber;Ada;ada@acme.lu;1;IT;;fr,de;01.03.2020;"
BEN = "Tun;Ben;ben@acme.lu;2;IT;1;lb;2021-05-01;"


# --- Columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "last_name;first_name;email;staff_number;department;site;manager;job_family;languages;hired_on;left_on",
        "Last name;First name;E-mail;Staff number;Department;Site;Manager;Job family;Languages;Hired on;Left on",
        "Surname;Given name;Email address;Employee ID;Dept.;Location;Manager;Job title;Language;Hire date;End date",
        "NOM;Prénom;Courriel;N° matricule;Service;Lieu de travail;Responsable;Fonction;Langues;Date d'entrée;Sortie",
        "Nachname;Vorname;E-Mail-Adresse;Personal-Nr.;Abteilung;Standort;Vorgesetzter;Funktion;Sprachen;Eintritt;Austritt",
    ],
)
def test_usual_headers_need_no_explanation(acme, header):
    plan = check(acme, "Weber;Ada;ada@acme.lu;1;IT;Kirchberg;;Developer;fr;01.03.2020;", header=header)

    assert list(plan.columns.values()) == [
        *("last_name", "first_name", "email", "staff_number", "department", "site", "manager"),
        *("job_family", "languages", "hired_on", "left_on"),
    ]
    assert figures(plan) == {"rows": 1, "create": 1}


def test_a_person_may_say_what_a_column_holds(acme):
    plan = check(
        acme,
        "Weber;Ada;x@y.lu;ada@acme.lu;9",
        header="Nom;Prénom;E-mail;Login;Etage",
        chosen={"login": "email", "Etage": "site"},
    )

    assert plan.mapping == {
        "Nom": "last_name",
        "Prénom": "first_name",
        "E-mail": "",
        "Login": "email",
        "Etage": "site",
    }
    assert plan.created[0].values["email"] == "ada@acme.lu"


def test_columns_that_hold_nothing_we_keep_are_named(acme):
    plan = check(acme, "Weber;Ada;ada@acme.lu;blue", header="Nom;Prénom;E-mail;Couleur")

    assert plan.counts["unused"] == ["Couleur"]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Nom;Matricule;Service", ["first name"]),
        ("Nom;Prénom;Service", ["staff number or e-mail"]),
        ("Nom;Prénom;E-mail;Courriel", ["“E-mail” / “Courriel”"]),
        ("Foo;Bar;Baz", ["last name", "first name"]),
    ],
)
def test_a_file_whose_columns_are_not_enough(acme, header, words):
    with pytest.raises(Refused) as refusal:
        check(acme, "a;b;c;d", header=header)
    assert all(word in str(refusal.value) for word in words)


@pytest.mark.parametrize("chosen", [{"Nowhere": "email"}, {"Nom": "shoe_size"}])
def test_a_choice_that_cannot_be_followed(acme, chosen):
    with pytest.raises(Refused):
        check(acme, ADA, chosen=chosen)


# --- Compared with the people on record -------------------------------------------------------------------------------


def test_new_people_are_created_with_their_managers_wherever_these_stand_in_the_file(acme):
    boss = make.person(acme, staff_number="9")
    done = commit_import(upload(acme, BEN.replace(";1;", ";9;"), "Klein;Eva;;3;;2;;;", ADA))

    ada, ben, eva = acme.people.exclude(pk=boss.pk).order_by("staff_number")
    assert (ben.manager, eva.manager, ada.manager) == (boss, ben, None)
    assert (ada.languages, str(ada.hired_on), ada.department) == (["fr", "de"], "2020-03-01", "IT")
    assert (done.state, done.counts["create"]) == ("done", 3)


def test_the_same_file_twice_writes_nothing_the_second_time(acme):
    commit_import(upload(acme, ADA, BEN))
    before = snapshot(acme)

    again = commit_import(upload(acme, ADA, BEN))

    assert (again.counts["unchanged"], again.counts["create"], again.counts["update"]) == (2, 0, 0)
    assert snapshot(acme) == before


def test_each_difference_is_told_with_the_earlier_and_the_new_value(acme):
    boss = make.person(acme, staff_number="9")
    ada = make.person(
        acme,
        last_name="Weber",
        first_name="Ada",
        email="ada@acme.lu",
        staff_number="1",
        department="HR",
        manager=boss,
    )

    plan = check(acme, "Weber;Ada;ada.weber@acme.lu;1;IT;2;fr,de;;", BEN.replace(";1;", ";;"))

    assert [(d.line, d.person_id, d.name, d.fields) for d in plan.updated] == [
        (
            2,
            ada.pk,
            "Ada Weber",
            {
                "email": ("ada@acme.lu", "ada.weber@acme.lu"),
                "department": ("HR", "IT"),
                "manager": ("9", "2"),
                "languages": (["fr"], ["fr", "de"]),
            },
        )
    ]
    assert figures(plan) == {"rows": 2, "create": 1, "update": 1}


def test_a_changed_address_with_the_same_number_is_the_same_person(acme):
    ada = make.person(acme, email="ada@acme.lu", staff_number="1")

    commit_import(upload(acme, ADA.replace("ada@", "ada.weber@")))

    assert [(person.pk, person.email) for person in acme.people.all()] == [(ada.pk, "ada.weber@acme.lu")]


def test_without_a_number_the_address_tells_who_it_is_and_a_number_is_added(acme):
    ada = make.person(acme, email="ada@acme.lu", staff_number="")

    commit_import(upload(acme, ADA))

    assert [(person.pk, person.staff_number) for person in acme.people.all()] == [(ada.pk, "1")]


def test_two_people_may_swap_addresses_in_one_file(acme):
    ada = make.person(acme, email="ada@acme.lu", staff_number="1")
    ben = make.person(acme, email="ben@acme.lu", staff_number="2")

    commit_import(upload(acme, ADA.replace("ada@", "ben@"), BEN.replace("ben@", "ada@")))

    assert dict(acme.people.values_list("pk", "email")) == {ada.pk: "ben@acme.lu", ben.pk: "ada@acme.lu"}


def test_an_empty_cell_erases_nothing(acme):
    commit_import(upload(acme, ADA))

    plan = check(acme, "Weber;Ada;;1;;;;;")

    assert figures(plan) == {"rows": 1, "unchanged": 1}


def test_leavers_are_counted_apart_and_keep_their_record(acme):
    commit_import(upload(acme, ADA, BEN))

    done = commit_import(upload(acme, ADA + "2026-06-30", BEN))

    assert {name: done.counts[name] for name in ("leave", "unchanged", "update")} == {
        "leave": 1,
        "unchanged": 1,
        "update": 0,
    }
    assert [person.first_name for person in acme.people.present()] == ["Ben"]


def test_another_organisations_people_are_not_in_the_way(acme, globex):
    make.person(globex, email="ada@acme.lu", staff_number="1")

    assert figures(check(acme, ADA)) == {"rows": 1, "create": 1}


# --- Refused rows -----------------------------------------------------------------------------------------------------


def test_every_bad_cell_is_named(acme):
    plan = check(
        acme,
        "Weber;;ada;1;IT;;xx;soon;",
        BEN.replace(";1;", ";;"),
        ";Eva;;;;;;;",
    )

    assert refused(plan) == [
        (2, "E-mail", "ada", "email"),
        (2, "Langues", "xx", "language"),
        (2, "Date d'entrée", "soon", "date"),
        (2, "Prénom", "", "needed"),
        (4, "Matricule", "", "nobody"),
        (4, "Nom", "", "needed"),
    ]
    assert figures(plan) == {"rows": 3, "create": 1, "refused": 2}


def test_two_lines_that_claim_one_person_are_both_refused_and_name_each_other(acme):
    make.person(acme, email="eva@acme.lu", staff_number="")

    plan = check(
        acme,
        ADA,
        "Weber;A.;other@acme.lu;1;;;;;",
        "Klein;Eva;eva@acme.lu;3;;;;;",
        "Klein;E;eva@acme.lu;;;;;;",
    )

    assert [(r.line, r.code, r.params["lines"]) for r in plan.refused] == [
        (2, "same_person", "3"),
        (3, "same_person", "2"),
        (4, "same_person", "5"),
        (5, "same_person", "4"),
    ]


def test_two_people_with_one_address_are_both_refused(acme):
    plan = check(acme, ADA, BEN.replace("ben@", "ada@"))

    assert refused(plan) == [
        (2, "E-mail", "ada@acme.lu", "same_email"),
        (3, "E-mail", "ada@acme.lu", "same_email"),
    ]


def test_an_address_that_somebody_on_record_keeps_is_refused(acme):
    make.person(acme, email="ada@acme.lu", staff_number="7", first_name="Ada", last_name="Other")

    plan = check(acme, ADA)

    assert refused(plan) == [(2, "E-mail", "ada@acme.lu", "email_taken")]
    assert "Ada Other already has this e-mail" in plan.refused[0].reason


@pytest.mark.parametrize(("manager", "code"), [("1", "manager_self"), ("99", "manager_unknown")])
def test_managers_who_cannot_be(acme, manager, code):
    plan = check(acme, f"Weber;Ada;ada@acme.lu;1;IT;{manager};;;")

    assert refused(plan) == [(2, "Responsable", manager, code)]


def test_reporting_lines_that_go_round_in_a_circle_are_refused(acme):
    boss = make.person(acme, staff_number="9", first_name="Bo", last_name="Boss")
    make.person(acme, staff_number="8", first_name="Mo", last_name="Middle", manager=boss)

    plan = check(acme, "Weber;Ada;;1;;8;;;", "Boss;Bo;;9;;1;;;", "Tun;Ben;;2;;1;;;")

    assert [(r.line, r.code) for r in plan.refused] == [(2, "manager_loop"), (3, "manager_loop")]
    assert set(plan.refused[0].params["circle"].split(" → ")) == {"Ada Weber", "Bo Boss", "Mo Middle"}


def test_somebody_who_leaves_before_being_hired(acme):
    plan = check(acme, "Weber;Ada;;1;;;;2024-01-01;2023-01-01")

    assert refused(plan) == [(2, "Date de sortie", "2023-01-01", "left_before_hired")]


def test_a_row_with_too_many_cells_is_refused_with_the_others(acme):
    plan = check(acme, ADA + ";x;y", BEN.replace(";1;", ";77;"))

    assert figures(plan) == {"rows": 2, "refused": 2}


# --- All or nothing ---------------------------------------------------------------------------------------------------


def test_with_refused_rows_nothing_is_written(acme):
    people_import = upload(acme, ADA, "Tun;Ben;nonsense;2;;;;;")

    answer = commit_import(people_import)

    assert (answer.state, snapshot(acme)) == ("checked", [])
    assert [(problem.line, problem.column) for problem in problems_of(answer)] == [(3, "E-mail")]


def test_a_file_checked_before_the_people_changed_is_checked_again_and_not_written(acme):
    people_import = upload(acme, ADA, BEN)
    ada = make.person(acme, email="ada@acme.lu", staff_number="1")

    answer = commit_import(people_import)

    assert (answer.state, answer.counts["update"], answer.counts["create"]) == ("checked", 1, 1)
    assert list(acme.people.all()) == [ada]
    assert commit_import(answer).state == "done"


def test_confirming_twice_has_one_effect(acme, hr):
    people_import = upload(acme, ADA)

    first, second = commit_import(people_import, hr), commit_import(people_import)

    assert (first.committed_at, second.committed_by) == (second.committed_at, hr)
    assert acme.people.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_confirmations_at_once_have_one_effect():
    organisation = make.organisation()
    with scope.only(organisation.pk):
        people_import = upload(organisation, *rows_of(40, "IT"))

    def confirm(_number):
        try:
            with scope.only(organisation.pk):
                return commit_import(organisation.people_imports.get()).committed_at
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as clicks:
        times = set(clicks.map(confirm, range(12)))

    with scope.only(organisation.pk):
        people_import.refresh_from_db()
        assert times == {people_import.committed_at}
        assert organisation.people.count() == 40


def test_uploading_twice_finds_the_first_check(acme):
    assert upload(acme, ADA).pk == upload(acme, ADA).pk
    assert (acme.people_imports.count(), acme.files.count()) == (1, 1)


def test_the_change_set_holds_what_is_needed_to_take_it_back(acme):
    boss = make.person(acme, staff_number="9")
    ada = make.person(acme, staff_number="1", email="ada@acme.lu", department="HR", manager=boss)

    done = commit_import(upload(acme, "Weber;Ada;;1;IT;2;;;", BEN.replace(";1;", ";;")))

    ben = acme.people.get(staff_number="2")
    assert done.change_set["created"] == [ben.pk]
    [[pk, changes]] = done.change_set["updated"]
    assert (pk, changes["department"], changes["manager"]) == (ada.pk, ["HR", "IT"], [boss.pk, ben.pk])


class Crash(DatabaseError):
    pass


def test_a_crash_at_any_statement_leaves_everything_as_it_was(acme):
    make.person(acme, staff_number="1", email="ada@acme.lu")
    make.person(acme, staff_number="2", email="ben@acme.lu")
    people_import = upload(
        acme, ADA.replace("ada@", "ben@"), BEN.replace("ben@", "ada@"), "Klein;Eva;eva@acme.lu;3;;2;;;"
    )
    before, crashes = snapshot(acme), 0
    while crash_at_statement(crashes, lambda: commit_import(people_import)):
        crashes += 1
        assert snapshot(acme) == before
        assert PeopleImport.objects.get(pk=people_import.pk).state == "checked"

    assert crashes > 8
    assert acme.people.count() == 3


def crash_at_statement(number, act):
    """Whether the act was stopped; statement `number` of it fails."""
    seen = -1

    def execute(run, sql, *rest):
        nonlocal seen
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen += 1
            if seen == number:
                raise Crash(sql)
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        try:
            act()
        except Crash:
            return True
    return False


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(acme, globex):
    counts = []
    for organisation, number in ((acme, 3), (globex, 300)):
        licences.grant(organisation, 300)
        queries = []
        with connection.execute_wrapper(lambda run, *args, seen=queries: (seen.append(1), run(*args))[1]):
            commit_import(upload(organisation, *rows_of(number, "IT")))
            commit_import(upload(organisation, *rows_of(number, "HR")))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def rows_of(number, team):
    return [f"Name;First;p{i}@acme.lu;{i};{team};{i - 1 or ''};fr;;" for i in range(1, number + 1)]


# --- Property: whatever the file, a second pass finds nothing to do ---------------------------------------------------

NUMBERS = st.integers(1, 6).map(str)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Weber", "Tun", "Müller", ""]),
        NUMBERS | st.just(""),
        st.sampled_from(["a@x.lu", "b@x.lu", "c@x.lu", "", "nonsense"]),
        NUMBERS | st.just(""),
        st.sampled_from(["fr", "de,fr", "", "xx"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_any_two_files_in_a_row_are_taken_whole_or_not_at_all(acme, first, second):
    Person.objects.filter(organisation=acme).delete()
    licences.grant(acme, 100)  # those deleted above took theirs with them
    for rows in (first, second):
        lines = [
            f"{last};A;{email};{number};;{manager};{langs};;" for last, number, email, manager, langs in rows
        ]
        before = snapshot(acme)
        done = commit_import(upload(acme, *lines))
        counts = done.counts
        parts = ("create", "update", "unchanged", "leave", "refused")
        assert counts["rows"] == sum(counts[part] for part in parts)
        if counts["refused"]:
            assert snapshot(acme) == before
        else:
            assert done.is_done
            assert check(acme, *lines).counts["unchanged"] == counts["rows"]

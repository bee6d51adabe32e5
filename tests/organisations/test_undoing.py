"""Taking an import back: what returns, what goes, and what is left alone."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from organisations import licences
from organisations.importing import check_again, check_upload, commit_import
from organisations.models import Language, Person, Role
from organisations.problems import Refused
from organisations.staff_repairs import Rule, add_rule
from organisations.undoing import undo_import, undone_of
from tests import make

HEADER = "Nom;Prénom;E-mail;Matricule;Service;Responsable;Langues;Date d'entrée;Date de sortie"
KEPT = (
    *("pk", "last_name", "first_name", "email", "staff_number", "department", "site", "manager_id"),
    *("job_family", "languages", "hired_on", "left_on", "user_id", "enrolled_at"),
)


def take_over(organisation, *lines, header=HEADER):
    content = "\n".join([header, *lines]).encode()
    done = commit_import(check_upload(organisation, "staff.csv", content, None))
    assert done.is_done, done.findings["refused"]
    return done


def snapshot(organisation):
    return list(organisation.people.order_by("pk").values(*KEPT))


def codes(undone):
    return {left.name: left.code for left in undone.left}


ADA = "Weber;Ada;ada@acme.lu;1;IT;;fr,de;01.03.2020;"
BEN = "Tun;Ben;ben@acme.lu;2;IT;1;lb;2021-05-01;"


def test_earlier_values_return_and_new_people_go(acme, hr):
    boss = make.person(acme, staff_number="9")
    make.person(acme, staff_number="1", email="old@acme.lu", manager=boss, hired_on=date(2026, 1, 1))
    before = snapshot(acme)
    done = take_over(acme, ADA + "2021-01-01", BEN)
    assert snapshot(acme) != before

    undone = undo_import(done, hr)

    assert snapshot(acme) == before
    assert (undone.restored, undone.removed, undone.left) == (1, 1, [])
    done.refresh_from_db()
    assert (done.state, done.undone_by) == ("undone", hr)


def test_undoing_twice_has_one_effect(acme):
    done = take_over(acme, ADA)
    first = undo_import(done)
    assert undo_import(done) == first == undone_of(acme.people_imports.get())
    with pytest.raises(Refused):
        undo_import(make.people_import(acme))


def test_the_same_file_may_be_taken_over_again_afterwards(acme):
    undo_import(take_over(acme, ADA, BEN))
    assert take_over(acme, ADA, BEN).counts["create"] == 2


def test_two_people_who_swapped_addresses_swap_back(acme):
    make.person(acme, email="ada@acme.lu", staff_number="1")
    make.person(acme, email="ben@acme.lu", staff_number="2")
    before = snapshot(acme)
    undo_import(take_over(acme, ADA.replace("ada@", "ben@"), BEN.replace("ben@", "ada@")))
    assert snapshot(acme) == before


def test_rows_touched_since_are_left_alone_and_listed(acme):
    ada = make.person(acme, staff_number="1", email="ada@acme.lu", first_name="Ada", last_name="Weber")
    done = take_over(acme, ADA, BEN)
    acme.people.update(site="Esch")

    undone = undo_import(done)

    assert codes(undone) == {"Ada Weber": "touched", "Ben Tun": "touched"}
    ada.refresh_from_db()
    assert (ada.department, ada.site) == ("IT", "Esch")


def test_people_whom_something_depends_on_stay(acme, staff):
    done = take_over(
        acme, ADA, BEN, "Klein;Eva;eva@acme.lu;3;;;;;", "Low;Lou;lou@acme.lu;4;;;;;", "Fre;Fay;;5;;;;;"
    )
    acme.people.filter(staff_number="2").update(user=make.member(acme, Role.STAFF))
    make.result(acme, person=acme.people.get(staff_number="3"))
    staff.people.update(manager=acme.people.get(staff_number="4"))

    undone = undo_import(done)

    assert codes(undone) == {
        "Ada Weber": "manager",
        "Ben Tun": "login",
        "Eva Klein": "records",
        "Lou Low": "manager",
    }
    assert undone.removed == 1
    assert all(left.reason for left in undone.left)


def test_an_earlier_address_that_somebody_else_has_by_now_does_not_return(acme):
    ada = make.person(acme, staff_number="1", email="old@acme.lu", first_name="Ada", last_name="Weber")
    done = take_over(acme, ADA)
    make.person(acme, email="old@acme.lu")

    assert codes(undo_import(done)) == {"Ada Weber": "taken"}
    ada.refresh_from_db()
    assert ada.email == "ada@acme.lu"


def test_an_earlier_manager_who_is_gone_or_below_by_now_does_not_return(acme):
    boss, other = make.person(acme, staff_number="9"), make.person(acme, staff_number="8")
    make.person(acme, staff_number="1", manager=boss)
    make.person(acme, staff_number="2", manager=other)
    done = take_over(acme, "Weber;Ada;;1;;7;;;", "Tun;Ben;;2;;7;;;", "Sev;Sue;;7;;;;;")
    boss.delete()
    other.manager = acme.people.get(staff_number="2")
    other.save()

    undone = undo_import(done)

    assert codes(undone) == {"Ada Weber": "manager_gone", "Ben Tun": "circle", "Sue Sev": "manager"}


def test_somebody_who_was_removed_since_is_listed(acme):
    done = take_over(acme, ADA)
    acme.people.all().delete()
    assert [left.code for left in undo_import(done).left] == ["gone"]


def test_seats_taken_by_the_file_come_back(acme):
    before = licences.licences_left(acme)
    done = take_over(acme, ADA, BEN, "Gone;Guy;;3;;;;;2020-01-01")
    assert before - licences.licences_left(acme) == 2
    undo_import(done)
    assert licences.licences_left(acme) == before


def test_leavers_keep_their_record_and_lose_their_access(client, acme, staff):
    person = staff.people.get()
    left = timezone.localdate() - timedelta(days=1)
    client.force_login(staff)
    home = f"/o/{acme.slug}/my-skills/"
    assert client.get(home).status_code == 200
    done = take_over(acme, f"Staff;Sam;{person.email};{person.staff_number};;;;;{left}")
    assert done.counts["leave"] == 1
    assert client.get(home).status_code == 302, "signed out"
    undo_import(done)
    staff.refresh_from_db()
    client.force_login(staff)
    assert client.get(home).status_code == 200


# --- Ten thousand rows ------------------------------------------------------------------------------------------------


def ten_thousand_rows():
    """One row in ten fails: a date with the month first, a language nobody knows, a word for an address."""
    rows = ["Nom;Prénom;E-mail;Matricule;Langues;Date d'entrée"]
    for number in range(10_000):
        email, language, hired = f"p{number}@acme.lu", "fr", "2020-03-01"
        if number % 10 == 0:
            fault = number // 10 % 3
            email = "unbekannt" if fault == 0 else email
            language = "franz" if fault == 1 else language
            hired = "03/25/2020" if fault == 2 else hired
        rows.append(f"Nom{number};Ada;{email};{number};{language};{hired}")
    return "\n".join(rows).encode()


def test_ten_thousand_rows_three_rules_one_commit_and_nothing_left_after_undoing(acme, hr, settings):
    licences.grant(acme, 10_000)
    content = ten_thousand_rows()
    people_import = check_upload(acme, "staff.csv", content, hr)
    assert (people_import.counts["refused"], people_import.counts["create"]) == (1_000, 9_000)
    before = snapshot(acme)

    settings.STAFF_FILE_AT_ONCE_ROWS = 10_000
    for rule, left in (
        (Rule("email", "empty", value="unbekannt"), 666),
        (Rule("languages", "replace", value="franz", replacement="fr"), 333),
        (Rule("hired_on", "month_first"), 0),
    ):
        add_rule(people_import, rule, keep=True, user=hr)
        check_again(people_import, hr)
        assert people_import.counts["refused"] == left

    done = commit_import(people_import, hr)
    assert (done.state, acme.people.count()) == ("done", 10_000)
    assert (
        acme.people.filter(languages=[Language.FR], hired_on__in=["2020-03-01", "2020-03-25"]).count()
        == 10_000
    )
    assert acme.people.filter(email="").count() == 334

    undone = undo_import(done, hr)
    assert (undone.removed, undone.left, snapshot(acme)) == (10_000, [], before)


# --- Property ---------------------------------------------------------------------------------------------------------

NUMBERS = st.sampled_from(["1", "2", "3", "4", "5"])
DAYS = st.sampled_from(["", "2020-01-01", "2024-02-29"])
ROWS = st.lists(
    st.tuples(
        *(st.sampled_from(["Weber", "Tun"]), NUMBERS, st.sampled_from(["a@x.lu", "b@x.lu", "c@x.lu", ""])),
        *(
            NUMBERS | st.just(""),
            st.sampled_from(["fr", "de,fr", ""]),
            DAYS,
            st.sampled_from(["", "2026-01-31"]),
        ),
    ),
    min_size=1,
    max_size=6,
)


@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=ROWS, second=ROWS)
def test_taking_over_and_undoing_is_as_if_nothing_had_been(acme, first, second):
    Person.objects.filter(organisation=acme).delete()
    licences.grant(acme, 100)  # those deleted above took theirs with them
    seats = licences.licences_left(acme)
    for rows in (first, second):
        lines = [
            f"{last};A;{email};{number};;{manager};{languages};{hired};{left}"
            for last, number, email, manager, languages, hired, left in rows
        ]
        before, free = snapshot(acme), licences.licences_left(acme)
        done = commit_import(check_upload(acme, "s.csv", "\n".join([HEADER, *lines]).encode(), None))
        if done.is_done:
            assert undo_import(done).left == []
            assert (snapshot(acme), licences.licences_left(acme)) == (before, free)
            commit_import(check_upload(acme, "s.csv", "\n".join([HEADER, *lines]).encode(), None))
    assert licences.licences_left(acme) <= seats

"""Whoever changes rows of several kinds takes the organisation's turn first, so that two never wait for each other."""

import re
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from organisations import invitations
from organisations.changing import change_people
from organisations.enrolling import enrol
from organisations.importing import check_upload, commit_import
from organisations.models import Person, Role
from organisations.undoing import undo_import
from tests import make

STAFF = "Nom;Prénom;Matricule;Service\nWeber;Ada;1;IT\nTun;Ben;2;IT\n".encode()


def commit(acme, hr):
    make.person(acme, staff_number="1")
    people_import = check_upload(acme, "staff.csv", STAFF, hr)
    return lambda: commit_import(people_import, hr)


def undo(acme, hr):
    people_import = commit(acme, hr)()
    return lambda: undo_import(people_import, hr)


def change(acme, hr):
    make.person(acme)
    return lambda: change_people(
        acme, acme.people.all(), "department", "IT", expected=acme.people.count(), wish=uuid.uuid4(), by=hr
    )


def enrol_somebody(acme, hr):
    newcomer = Person(organisation=acme, last_name="Weber", first_name="Ada", staff_number="1")
    return lambda: enrol(acme, [newcomer], hr)


def invite_again(acme, hr):
    invitation = invitations.invite(acme, "ada@acme.lu", Role.STAFF, hr)
    return lambda: invitations.invite_again(invitation, hr)


def invite_many(acme, hr):
    make.person(acme, email="ada@acme.lu")
    return lambda: invitations.invite_people(acme, acme.people.all(), hr)


@pytest.mark.parametrize("arrange", [commit, undo, change, enrol_somebody, invite_again, invite_many])
def test_the_first_row_that_is_held_is_the_organisation(acme, hr, arrange):
    act = arrange(acme, hr)
    assert held_by(act)[0] == "organisations_organisation"


def test_two_forms_about_people_take_turns_before_they_look(client, acme, hr):
    ada = make.person(acme, staff_number="1")
    client.force_login(hr)
    page = reverse("organisations:person", args=["acme", ada.pk])
    seen = client.get(page).context["form"].initial["seen"]
    sent = {"last_name": "Weber", "first_name": "Ada", "staff_number": "1", "seen": seen}

    held = held_by(lambda: client.post(page, sent))

    assert held[0] == "organisations_organisation"
    assert "organisations_person" in held


def held_by(act):
    """The tables whose rows an act changes or locks, in order."""
    tables = []

    def execute(run, sql, *rest):
        written = re.match(r'(?:UPDATE|INSERT INTO|DELETE FROM) "?(\w+)', sql)
        locked = re.search(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE', sql)
        tables.extend(found[1] for found in (written, locked) if found)
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        act()
    return tables

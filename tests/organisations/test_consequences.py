"""What follows when people's records change: access, the operation, and who is told."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from organisations import invitations, participation
from organisations.importing import check_upload, commit_import
from organisations.models import FollowUp, Invitation, Role, Run
from organisations.roles import roles_of
from organisations.runs import carry_out
from organisations.tidying import tidy
from organisations.undoing import undo_import
from tests import make

TODAY = timezone.localdate


@pytest.fixture
def sam(staff):
    """Works at Acme, signs in, takes part in the operation."""
    person = staff.people.get()
    make.esf_record(person, entered_on=TODAY() - timedelta(days=90))
    return person


def file_saying(person, **changes):
    """A staff file of one line: the person as on record, but for the changes."""
    fields = ("last_name", "first_name", "email", "staff_number", "left_on")
    values = [str(changes.get(name, getattr(person, name)) or "") for name in fields]
    return f"{','.join(fields)}\n{','.join(values)}\n".encode()


def take_over(person, user, **changes):
    return commit_import(
        check_upload(person.organisation, "staff.csv", file_saying(person, **changes), user), user
    )


def save(client, person, **changes):
    address = reverse("organisations:person", args=[person.organisation.slug, person.pk])
    form = client.get(address).context["form"]
    entries = {name: form[name].value() or "" for name in form.fields} | changes
    assert client.post(address, entries).status_code == 302


def follow_ups_of(person):
    return list(FollowUp.objects.filter(record__person=person).values_list("kind", "due_on"))


def deliver_mails():
    for run in Run.objects.filter(kind="tell_earlier_address", state=Run.State.QUEUED).order_by("pk"):
        carry_out(run.pk)
    return [(message.to, message.body) for message in mail.outbox]


# --- Leaving and coming back ------------------------------------------------------------------------------------------


def test_a_leaver_in_a_file_is_signed_out_and_leaves_the_operation(client, hr, staff, sam):
    client.force_login(staff)
    assert client.get("/o/acme/").status_code == 200
    done = take_over(sam, hr, left_on=TODAY())
    assert done.is_done
    assert client.get("/o/acme/").status_code == 302, "signed out"
    assert roles_of(sam) == set()
    gone = sam.esf_records.get().exits.get()
    assert (gone.left_on, gone.reason, gone.recorded_by) == (TODAY(), "left_employer", hr)
    assert follow_ups_of(sam) == [
        ("four_weeks", TODAY() + timedelta(days=28)),
        ("six_months", participation.months_later(TODAY(), 7)),
    ]


def test_undoing_the_file_lets_the_leaver_back_in(client, hr, staff, sam):
    done = take_over(sam, hr, left_on=TODAY())
    undo_import(done, hr)
    assert roles_of(sam) == {Role.STAFF}
    assert follow_ups_of(sam) == []
    assert not sam.esf_records.get().exits.filter(back_on=None).exists()


def test_the_form_does_the_same_both_ways(client, hr, sam):
    client.force_login(hr)
    save(client, sam, left_on=TODAY().isoformat())
    assert (roles_of(sam), len(follow_ups_of(sam))) == (set(), 2)
    save(client, sam, left_on="")
    assert (roles_of(sam), follow_ups_of(sam)) == ({Role.STAFF}, [])


def test_a_day_that_lies_ahead_changes_nothing_until_it_comes(client, acme, hr, sam):
    client.force_login(hr)
    save(client, sam, left_on=(TODAY() + timedelta(days=1)).isoformat())
    assert (roles_of(sam), follow_ups_of(sam)) == ({Role.STAFF}, [])
    acme.people.filter(pk=sam.pk).update(left_on=TODAY())  # as on the next day
    assert tidy(acme)["left"] == 1
    assert (roles_of(sam), len(follow_ups_of(sam))) == (set(), 2)
    assert tidy(acme)["left"] == 0
    assert len(follow_ups_of(sam)) == 2


def test_nobody_leaves_before_they_entered(acme, sam):
    acme.people.filter(pk=sam.pk).update(left_on=date(2020, 1, 1))
    assert participation.record_exits_of_leavers(acme) == 1
    record = sam.esf_records.get()
    assert record.exits.get().left_on == record.entered_on


def test_who_had_stopped_for_another_reason_stays_out_when_the_employer_has_them_back(client, hr, sam):
    participation.record_exit(sam.esf_records.get(), TODAY(), "dropped_out", hr)
    client.force_login(hr)
    save(client, sam, left_on=TODAY().isoformat())
    save(client, sam, left_on="")
    assert sam.esf_records.get().exits.get().reason == "dropped_out"
    assert len(follow_ups_of(sam)) == 2


def test_exits_of_many_cost_no_query_each(acme, django_assert_max_num_queries):
    for _each in range(3):
        make.esf_record(make.person(acme, left_on=TODAY()))
    with django_assert_max_num_queries(6):
        assert participation.record_exits_of_leavers(acme) == 3


# --- Another address --------------------------------------------------------------------------------------------------


def test_a_login_stays_bound_and_is_told_when_hr_writes_another_address(client, hr, staff, sam):
    client.force_login(hr)
    page = client.get(reverse("organisations:person", args=["acme", sam.pk])).content.decode()
    assert "Signs in with staff@acme.example, also after a change here" in page
    save(client, sam, email="hr-reads-along@acme.example")
    sam.refresh_from_db()
    assert (sam.email, sam.user) == ("hr-reads-along@acme.example", staff)
    [(to, body)] = deliver_mails()
    assert to == ["staff@acme.example"]
    assert "another e-mail address" in body
    assert "hr-reads-along" not in body
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("by_file", [True, False])
def test_an_open_link_to_the_earlier_address_ends(client, acme, hr, by_file):
    person = make.person(acme, email="old@acme.example", languages=["en"])
    invitations.invite_people(acme, [person], hr)
    invitation = acme.invitations.get()
    if by_file:
        take_over(person, hr, email="new@acme.example")
    else:
        client.force_login(hr)
        save(client, person, email="new@acme.example")
    assert invitations.find(invitation.token) is None
    [(to, body)] = deliver_mails()
    assert to == ["old@acme.example"]
    assert "no longer works" in body


def test_nobody_is_told_of_a_first_address_or_of_another_department(client, acme, hr, sam):
    client.force_login(hr)
    save(client, sam, department="Finance")
    save(client, make.person(acme, email=""), email="first@acme.example")
    assert deliver_mails() == []


def test_one_account_belongs_to_one_record_only(client, acme, hr, staff, sam):
    sam.email = "moved@acme.example"
    sam.save()
    twin = make.person(acme, email=staff.email)
    invitations.invite_people(acme, [twin], hr)
    invitation = acme.invitations.get()
    client.force_login(staff)
    answer = client.post(reverse("organisations:accept-invitation", args=[invitation.token]))
    assert answer.status_code == 403
    assert "already belongs to somebody here" in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.used_at is None

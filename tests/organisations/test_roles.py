"""Who gives and withdraws roles, and what that does to those who are signed in."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from organisations.models import Membership, Role
from organisations.roles import give_role, roles_of, withdraw_role
from tests import make


def address(name, *arguments, slug="acme"):
    return reverse(f"organisations:{name}", args=[slug, *arguments])


@pytest.fixture
def sam(staff):
    return staff.people.get()


def test_a_person_holds_several_roles_in_several_organisations_with_one_login(
    client, acme, globex, hr, staff, sam
):
    Membership.objects.create(organisation=globex, user=staff, role=Role.STAFF)
    make.person(globex, user=staff)
    give_role(sam, Role.HR, hr)
    assert roles_of(sam) == {Role.HR, Role.STAFF}
    staff.refresh_from_db()
    client.force_login(staff)
    assert client.get(address("people")).status_code == 200
    assert client.get(address("home", slug="globex")).status_code == 200
    assert client.get(address("people", slug="globex")).status_code == 403


def test_hr_gives_and_withdraws_on_the_person_page(client, acme, hr, sam):
    client.force_login(hr)
    assert "Withdraw" in client.get(address("person", sam.pk)).content.decode()
    for act, expected in (("give", {"hr", "staff"}), ("withdraw", {"staff"}), ("give", {"hr", "staff"})):
        response = client.post(address("change-role", sam.pk), {"act": act, "role": "hr"})
        assert response.url == address("person", sam.pk)
        assert roles_of(sam) == expected


def test_a_change_of_role_ends_the_sessions(client, acme, hr, staff, sam):
    client.force_login(staff)
    assert client.get(address("home")).status_code == 200
    give_role(sam, Role.HR, hr)
    assert client.get(address("home")).status_code == 302  # signed out
    staff.refresh_from_db()
    client.force_login(staff)
    give_role(sam, Role.HR, hr)  # nothing changes, so nobody is signed out
    assert client.get(address("home")).status_code == 200
    withdraw_role(sam, Role.HR, hr)
    assert client.get(address("home")).status_code == 302


def test_nobody_withdraws_their_own_hr_role(client, acme, hr):
    own = make.person(acme, user=hr)
    client.force_login(hr)
    response = client.post(address("change-role", own.pk), {"act": "withdraw", "role": "hr"})
    assert response.status_code == 422
    assert "Nobody can withdraw their own HR role." in response.content.decode()
    assert roles_of(own) == {Role.HR}


def test_of_two_who_withdraw_each_other_one_stays(acme, hr):
    other = make.member(acme, Role.HR)
    first, second = make.person(acme, user=hr), make.person(acme, user=other)
    withdraw_role(second, Role.HR, hr)
    with pytest.raises(ValidationError, match="no longer an HR manager"):
        withdraw_role(first, Role.HR, other)
    assert acme.memberships.filter(role=Role.HR).count() == 1


def test_roles_need_an_account_and_somebody_present(acme, hr, sam):
    with pytest.raises(ValidationError, match="no account yet"):
        give_role(make.person(acme), Role.HR, hr)
    sam.left_on = timezone.localdate()
    sam.save()
    with pytest.raises(ValidationError, match="has left"):
        give_role(sam, Role.HR, hr)


@pytest.mark.parametrize("wish", [{}, {"act": "give", "role": "officer"}, {"act": "drop", "role": "hr"}])
def test_unknown_wishes_change_nothing(client, hr, sam, wish):
    client.force_login(hr)
    assert client.post(address("change-role", sam.pk), wish).status_code == 302
    assert roles_of(sam) == {Role.STAFF}


def test_a_role_in_another_organisation_is_neither_seen_nor_changed(client, acme, globex, hr, staff, sam):
    Membership.objects.create(organisation=globex, user=staff, role=Role.HR)
    client.force_login(hr)
    assert "Globex" not in client.get(address("person", sam.pk)).content.decode()
    client.post(address("change-role", sam.pk), {"act": "withdraw", "role": "hr"})
    assert globex.memberships.filter(user=staff, role=Role.HR).exists()


def test_whoever_leaves_and_comes_back(client, acme, hr, staff, sam):
    client.force_login(hr)

    def save(**fields):
        form = client.get(address("person", sam.pk)).context["form"]
        entries = {name: form[name].value() or "" for name in form.fields} | fields
        assert client.post(address("person", sam.pk), entries).status_code == 302

    save(left_on=timezone.localdate().isoformat())
    assert roles_of(sam) == set()
    staff.refresh_from_db()
    client.force_login(staff)
    assert client.get(address("home")).status_code == 404
    client.force_login(hr)
    save(left_on="")
    assert roles_of(sam) == {Role.STAFF}


def test_the_person_page_asks_few_questions(client, acme, hr, sam, django_assert_max_num_queries):
    client.force_login(hr)
    with django_assert_max_num_queries(15):
        client.get(address("person", sam.pk))

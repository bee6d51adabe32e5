"""The first page, and what it says to whom."""

import pytest
from django.urls import reverse

from organisations.models import Membership, Role
from tests import make


def needs(response):
    return [(need.count, need.words) for need in response.context["needs"]]


def test_an_hr_manager_of_an_empty_organisation_is_told_to_enrol_staff(client, acme, hr):
    client.force_login(hr)
    response = client.get("/o/acme/")
    assert needs(response) == [(1, "Enrol your staff: nobody takes part yet")]


def test_an_hr_manager_sees_how_far_the_organisation_is(client, acme, hr, globex):
    make.result(acme, person=make.person(acme), levels=[3] * 16)
    make.person(acme, email="")
    make.result(acme, person=None, levels=[2] * 16)
    make.result(globex, person=make.person(globex), levels=[3] * 16)
    client.force_login(hr)
    response = client.get("/o/acme/")
    assert needs(response) == [(1, "person can be invited to sign in"), (1, "result belongs to nobody yet")]
    facts = {fact.label: fact.value for fact in response.context["facts"]}
    assert facts == {
        "People enrolled": 2,
        "People with an account": 0,
        "Licences granted": 100,
        "People with a Pix result": 1,
        "Mentoring pairs": 0,
        "Mentoring sessions": 0,
        "People who have chosen a course": 0,
    }


def test_the_first_page_stays_within_its_queries(client, acme, hr, staff, django_assert_max_num_queries):
    Membership.objects.create(organisation=acme, user=hr, role=Role.STAFF)
    person = make.person(acme, user=hr)
    make.result(acme, person=person, levels=[3] * 16)
    for user in (hr, staff):
        client.force_login(user)
        with django_assert_max_num_queries(24):
            client.get("/o/acme/")


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("hr", "/o/acme/"),
        ("staff", "/o/acme/"),
        ("officer", "/programme/"),
        ("committee", "/programme/reports/"),
    ],
)
def test_everybody_starts_where_their_work_is(client, request, acme, who, address):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/").url == address


def test_platform_admins_start_in_the_administration(client, admin_user):
    client.force_login(admin_user)
    assert client.get("/").url == reverse("admin:index")


def test_somebody_with_several_places_chooses(client, acme, globex, hr):
    Membership.objects.create(organisation=globex, user=hr, role=Role.HR)
    client.force_login(hr)
    page = client.get("/").content.decode()
    assert 'href="/o/acme/"' in page
    assert 'href="/o/globex/"' in page


def test_somebody_who_has_left_loses_access_and_keeps_their_record(client, acme, staff):
    person = staff.people.get()
    person.left_on = "2026-01-31"
    person.save()
    client.force_login(staff)
    assert client.get("/").url == "/o/acme/"
    page = client.get("/o/acme/")
    assert page.status_code == 410
    assert "You no longer work at Acme" in page.content.decode()
    assert "31 January 2026" in page.content.decode()
    assert client.get("/o/acme/people/").status_code == 410, "whatever page it is"
    assert acme.people.filter(pk=person.pk).exists()


def test_an_hr_manager_who_has_left_loses_access_before_anybody_withdraws_the_role(client, acme, hr):
    make.person(acme, user=hr, left_on="2026-01-31")
    client.force_login(hr)
    assert client.get("/o/acme/people/").status_code == 410


def test_an_account_that_belongs_nowhere_is_told_what_to_do(client, db):
    client.force_login(make.user())
    assert "belongs to no organisation" in client.get("/").content.decode()

"""The people of an organisation, as its HR manager sees and edits them."""

import pytest
from django.urls import reverse

from organisations import licences
from organisations.models import Funder, Person
from tests import make


def address(name, *arguments, slug="acme"):
    return reverse(f"organisations:{name}", args=[slug, *arguments])


@pytest.fixture
def signed_in(client, hr):
    client.force_login(hr)
    return client


def entries(**fields):
    return {
        "last_name": "Weber",
        "first_name": "Ada",
        "email": "Ada@Acme.lu",
        "staff_number": "1",
        "department": "IT",
        "site": "",
        "manager": "",
        "job_family": "",
        "languages": ["fr", "de"],
        "hired_on": "2024-03-01",
        "left_on": "",
        **fields,
    }


def names(response):
    return [person.last_name for person in response.context["page"]]


# --- The list ---------------------------------------------------------------------------------------------------------


def test_an_empty_list_starts_the_job(signed_in, acme):
    response = signed_in.get(address("people"))
    assert "Nobody is enrolled yet" in response.content.decode()
    assert address("import-people") in response.content.decode()


def test_people_stand_in_the_order_of_a_telephone_book(signed_in, acme, globex):
    for name in ("Weber", "Étienne", "evrard", "Zoller"):
        make.person(acme, last_name=name)
    make.person(globex, last_name="Stranger")

    assert names(signed_in.get(address("people"))) == ["Étienne", "evrard", "Weber", "Zoller"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=etienne", ["Étienne"]),
        ("q=ada+weber", ["Weber"]),
        ("q=ben@", ["Tun"]),
        ("q=77", ["Tun"]),
        ("q=nobody", []),
        ("department=IT", ["Tun", "Weber"]),
        ("department=nonsense", ["Étienne", "Tun", "Weber"]),
        ("state=left", ["Gone"]),
        ("state=all&q=g", ["Gone"]),
        ("page=nonsense", ["Étienne", "Tun", "Weber"]),
    ],
)
def test_the_list_can_be_searched_and_filtered(signed_in, acme, query, found):
    make.person(acme, last_name="Weber", first_name="Ada", email="w@acme.lu", department="IT")
    make.person(
        acme, last_name="Tun", first_name="Ben", email="ben@acme.lu", staff_number="77", department="IT"
    )
    make.person(acme, last_name="Étienne", first_name="Eve", email="", department="HR")
    make.person(acme, last_name="Gone", email="", left_on="2026-01-01")

    assert names(signed_in.get(address("people") + "?" + query)) == found


def test_the_list_has_pages_of_fifty_and_a_constant_number_of_queries(
    signed_in, acme, django_assert_max_num_queries
):
    make.person(acme)
    with django_assert_max_num_queries(15) as one:
        signed_in.get(address("people"))
    for _number in range(59):
        make.person(acme)
    with django_assert_max_num_queries(15) as sixty:
        response = signed_in.get(address("people"))
    assert (len(one), len(names(response))) == (len(sixty), 50)
    assert len(names(signed_in.get(address("people") + "?page=2"))) == 10


# --- One person -------------------------------------------------------------------------------------------------------


def test_a_person_is_enrolled_by_form(signed_in, acme):
    boss = make.person(acme, staff_number="9")

    response = signed_in.post(address("add-person"), entries(manager="9"))

    assert response.url == address("people")
    ada = acme.people.get(staff_number="1")
    assert (ada.email, ada.manager, ada.languages, str(ada.hired_on)) == (
        "ada@acme.lu",
        boss,
        ["fr", "de"],
        "2024-03-01",
    )


def test_nobody_is_enrolled_without_a_seat(signed_in, acme):
    licences.expire(acme, licences.licences_left(acme), Funder.STATE)

    response = signed_in.post(address("add-person"), entries())

    assert response.status_code == 422
    assert "One Pix seat is missing (needed: 1, free: 0)." in response.content.decode()
    assert acme.people.count() == 0


def test_a_double_click_enrols_once(signed_in, acme):
    signed_in.post(address("add-person"), entries())
    response = signed_in.post(address("add-person"), entries())

    assert response.status_code == 422
    assert "Somebody else here has this staff number." in response.content.decode()
    assert acme.people.count() == 1


@pytest.mark.parametrize(
    ("field", "wrong", "sentence"),
    [
        ("last_name", "", "required"),
        ("last_name", "=1+1", "formula"),
        ("last_name", "123", "at least one letter"),
        ("email", "ada", "not an e-mail address"),
        ("email", "аda@acme.lu", "only looks like a Latin letter"),
        ("staff_number", "1985031212345", "national identification number"),
        ("manager", "77", "Nobody enrolled here has this staff number."),
        ("manager", "1", "Nobody can be their own manager."),
        ("languages", ["xx"], "xx"),
        ("hired_on", "yesterday", "valid date"),
        ("left_on", "2020-01-01", "comes before the day of hiring"),
    ],
)
def test_what_the_form_refuses(signed_in, acme, field, wrong, sentence):
    response = signed_in.post(address("add-person"), entries(**{field: wrong}))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert sentence in str(response.context["form"].errors)
    assert acme.people.count() == 0


def test_somebody_without_number_and_address_could_never_be_recognised(signed_in, acme):
    response = signed_in.post(address("add-person"), entries(email="", staff_number=""))
    assert "so that files can find this person" in str(response.context["form"].errors)


def test_a_person_is_shown_and_saved(signed_in, acme):
    boss = make.person(acme, staff_number="9", last_name="Boss")
    ada = make.person(acme, staff_number="1", manager=boss, email="old@acme.lu")
    make.person(acme, last_name="Report", manager=ada)

    page = signed_in.get(address("person", ada.pk))
    assert page.context["form"]["manager"].value() == "9"
    assert "Report" in page.content.decode()

    response = signed_in.post(address("person", ada.pk), entries(seen=page.context["form"]["seen"].value()))

    assert response.url == address("person", ada.pk)
    ada.refresh_from_db()
    assert (ada.email, ada.manager, ada.last_name) == ("ada@acme.lu", None, "Weber")


def test_an_edit_that_was_overtaken_shows_both_versions(signed_in, acme):
    ada = make.person(acme, staff_number="1", department="HR")
    seen = signed_in.get(address("person", ada.pk)).context["form"]["seen"].value()
    Person.objects.filter(pk=ada.pk).update(department="Finance")

    response = signed_in.post(address("person", ada.pk), entries(seen=seen))

    assert response.status_code == 409
    assert response.context["person"].department == "Finance"
    assert response.context["form"]["department"].value() == "IT"
    again = response.context["form"]["seen"].value()
    assert signed_in.post(address("person", ada.pk), entries(seen=again)).status_code == 302


def test_reporting_lines_never_go_round_in_a_circle(signed_in, acme):
    boss = make.person(acme, staff_number="9")
    ada = make.person(acme, staff_number="1", manager=make.person(acme, staff_number="5", manager=boss))

    response = signed_in.post(
        address("person", boss.pk), entries(staff_number="9", manager="1", seen=boss.version)
    )

    assert "This manager reports to this person" in str(response.context["form"].errors)
    assert ada.reports_to(boss)
    assert not boss.reports_to(ada)


def test_another_organisations_person_does_not_exist_here(signed_in, globex):
    stranger = make.person(globex)
    for slug in ("acme", "globex"):
        assert signed_in.get(address("person", stranger.pk, slug=slug)).status_code == 404
        assert signed_in.post(address("person", stranger.pk, slug=slug), entries()).status_code == 404


@pytest.mark.parametrize("name", ["people", "add-person", "import-people"])
def test_staff_do_not_manage_people(client, staff, name):
    client.force_login(staff)
    assert client.get(address(name)).status_code == 403

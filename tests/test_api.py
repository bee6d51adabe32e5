"""The API: one token, one organisation, reading only."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.sharing import share_levels
from organisations.models import ApiToken, digest_of
from tests import make


def token_for(organisation, **fields):
    secret = f"dsrp_secret-of-{organisation.slug}"
    ApiToken.objects.create(
        organisation=organisation,
        name="HR system",
        digest=digest_of(secret),
        **{"expires_at": timezone.now() + timedelta(days=1), **fields},
    )
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def key(acme):
    return token_for(acme)


LISTS = ["people", "assessments", "pairings", "sessions", "figures"]


@pytest.mark.parametrize("name", LISTS)
def test_without_a_valid_token_nothing_is_shown(client, acme, name):
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer"},
    ):
        response = client.get(f"/api/v1/{name}/", headers=headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("name", LISTS)
def test_withdrawn_and_expired_tokens_no_longer_work(client, acme, globex, name):
    for headers in (
        token_for(acme, revoked_at=timezone.now()),
        token_for(globex, expires_at=timezone.now() - timedelta(seconds=1)),
    ):
        assert client.get(f"/api/v1/{name}/", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["nothing/", "people/abc/", "people/1/more/", "nothing/?page=x"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_answers_in_json(client, path, method):
    response = getattr(client, method)(f"/api/v1/{path}")
    assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def test_being_signed_in_is_no_key_to_the_api(client, hr):
    client.force_login(hr)
    assert client.get("/api/v1/people/").status_code == 401


def test_people_are_those_of_the_tokens_organisation(client, acme, globex, key):
    ours = make.person(
        acme, last_name="Ours", first_name="Ada", hired_on="2020-02-01", languages=["fr", "de"]
    )
    theirs = make.person(globex)
    answer = client.get("/api/v1/people/", headers=key).json()
    assert answer == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": ours.pk,
                "last_name": "Ours",
                "first_name": "Ada",
                "email": ours.email,
                "staff_number": ours.staff_number,
                "department": "",
                "site": "",
                "manager": None,
                "job_family": "",
                "languages": ["fr", "de"],
                "hired_on": "2020-02-01",
                "left_on": None,
            }
        ],
    }
    assert client.get(f"/api/v1/people/{ours.pk}/", headers=key).status_code == 200
    assert client.get(f"/api/v1/people/{theirs.pk}/", headers=key).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_nothing_can_be_written(client, acme, key, name):
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"/api/v1/{name}/", {}, content_type="application/json", headers=key).status_code == 405


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "query", ["organisation=globex", "page=none", "page=0", "ordering=email", "colour=blue"]
)
def test_unknown_parameters_and_pages_are_refused(client, acme, key, name, query):
    response = client.get(f"/api/v1/{name}/?{query}", headers=key)
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")


@pytest.mark.parametrize("number", ["0", "987654321", "9" * 30, "abc", "1%00"])
def test_objects_that_do_not_exist_are_missing(client, acme, key, number):
    assert client.get(f"/api/v1/people/{number}/", headers=key).status_code in (400, 404)


def test_levels_are_given_only_while_the_person_shares_them(client, acme, key):
    person = make.person(acme)
    make.result(acme, person=person, levels=[3] * 16)
    (hidden,) = client.get("/api/v1/assessments/", headers=key).json()["results"]
    assert (hidden["is_shared"], hidden["shares_levels"]) == (True, False)
    assert [hidden[name] for name in ("levels", "pix", "pix_score", "certifiable")] == [None] * 4
    share_levels(person)
    (shown,) = client.get("/api/v1/assessments/", headers=key).json()["results"]
    assert shown["levels"] == [3] * 16
    acme.people.filter(pk=person.pk).update(left_on=timezone.localdate())
    (gone,) = client.get("/api/v1/assessments/", headers=key).json()["results"]
    assert gone["levels"] is None, "who has left can no longer take the choice back"


@pytest.mark.parametrize("name", ["people", "assessments"])
def test_a_list_asks_the_same_number_of_queries_for_any_number(
    client, acme, key, name, django_assert_max_num_queries
):
    def add():
        make.result(acme, person=make.person(acme), levels=[3] * 16)

    add()
    client.get(f"/api/v1/{name}/", headers=key)
    with django_assert_max_num_queries(20) as for_one:
        client.get(f"/api/v1/{name}/", headers=key)
    add()
    add()
    with django_assert_max_num_queries(len(for_one)):
        assert client.get(f"/api/v1/{name}/", headers=key).json()["count"] == 3


def test_the_reference_is_a_page_and_its_document_names_every_list(client, db):
    document = client.get("/api/v1/schema/?format=json").json()
    assert document["openapi"].startswith("3.1")
    paths = {path for name in LISTS for path in (f"/api/v1/{name}/",)}
    assert paths <= set(document["paths"])
    page = client.get("/api/v1/reference/")
    assert page.status_code == 200
    assert "https://" not in page.content.decode().replace("https://www.w3.org", ""), (
        "nothing from a third party"
    )


def test_the_token_of_a_closed_organisation_opens_nothing(client, acme, key):
    acme.stage = "withdrawn"
    acme.save()
    assert client.get("/api/v1/people/", headers=key).status_code == 401

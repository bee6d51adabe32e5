"""Keys to the API are made and withdrawn on a page."""

import re
import uuid

import pytest
from django.urls import reverse


@pytest.fixture
def page(client, acme, hr):
    client.force_login(hr)
    return reverse("organisations:api-tokens", args=["acme"])


def filled(**fields):
    return {"name": "HR system", "days": "90", "form": str(uuid.uuid4()), **fields}


def shown_in(response):
    return re.search(r"dsrp_\w+", response.content.decode()).group()


def key_works(client, secret):
    return client.get("/api/v1/people/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_a_new_key_works_and_is_shown_once(client, acme, page):
    secret = shown_in(client.post(page, filled()))

    assert key_works(client, secret)
    assert secret not in client.get(page).content.decode()
    assert secret not in str(acme.api_tokens.values())


def test_a_second_click_or_a_reload_shows_the_same_key(client, acme, page):
    form = filled()
    first, second = (shown_in(client.post(page, form)) for _click in range(2))

    assert first == second
    assert acme.api_tokens.count() == 1


def test_two_forms_make_two_keys(client, acme, page):
    assert shown_in(client.post(page, filled())) != shown_in(client.post(page, filled()))
    assert acme.api_tokens.count() == 2


def test_the_same_form_in_two_organisations_makes_two_keys(client, acme, globex, page, outsider):
    form = filled()
    ours = shown_in(client.post(page, form))
    client.force_login(outsider)
    theirs = shown_in(client.post(reverse("organisations:api-tokens", args=["globex"]), form))

    assert ours != theirs


def test_a_withdrawn_key_does_not_come_back_with_a_reload(client, acme, page):
    form = filled()
    secret = shown_in(client.post(page, form))
    client.post(reverse("organisations:revoke-token", args=["acme", acme.api_tokens.get().pk]))
    again = client.post(page, form)

    assert secret not in again.content.decode()
    assert not key_works(client, secret)


def test_a_form_without_a_name_makes_nothing(client, acme, page):
    assert client.post(page, filled(name="")).status_code == 422
    assert acme.api_tokens.count() == 0

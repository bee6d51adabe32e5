"""What people see when something is wrong: a sentence, never a trace."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from organisations.views import home


@pytest.fixture
def forgiving(client):
    client.raise_request_exception = False
    return client


def test_a_fault_of_ours_shows_a_reference_and_no_trace(forgiving, hr, acme, monkeypatch, caplog):
    monkeypatch.setattr(home.overview, "needs_of", lambda request: 1 / 0)
    forgiving.force_login(hr)
    response = forgiving.get("/o/acme/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong" in page
    assert "ZeroDivisionError" not in page
    (reference,) = {record.args[0] for record in caplog.records if record.msg.startswith("Fault")}
    assert reference in page


def test_when_the_database_is_away_people_are_told_to_come_back(forgiving, hr, acme, monkeypatch):
    def away(request):
        raise OperationalError("could not connect to server: Connection refused, host=10.0.0.1")

    monkeypatch.setattr(home.overview, "needs_of", away)
    forgiving.force_login(hr)
    response = forgiving.get("/o/acme/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "10.0.0.1" not in response.content.decode()


def test_an_unknown_address_is_a_page(client, hr):
    client.force_login(hr)
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.parametrize("query", ["?q=%00", "?page=%00"])
def test_nul_bytes_are_refused(client, hr, acme, query):
    client.force_login(hr)
    assert client.get(reverse("organisations:home", args=["acme"]) + query).status_code == 400


def test_nul_bytes_in_a_form_are_refused(client, officer):
    client.force_login(officer)
    assert client.post(reverse("organisations:create-organisation"), {"name": "a\0b"}).status_code == 400


def test_a_body_of_three_gigabytes_is_refused_unread(client, hr, acme):
    client.force_login(hr)
    response = client.get("/o/acme/", headers={"Content-Length": "3000000000"})
    assert response.status_code == 413
    assert "too large" in response.content.decode()


def test_a_wrong_method_is_said(client, officer):
    client.force_login(officer)
    assert client.post(reverse("organisations:programme")).status_code == 405


def test_health_asks_the_database(client):
    assert client.get("/health/").json() == {"database": "there"}


def test_pages_of_signed_in_people_stay_out_of_caches(client, hr, acme):
    client.force_login(hr)
    response = client.get("/o/acme/")
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Frame-Options"] == "DENY"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Mot de passe"), ("de", "Passwort"), ("en", "Password")]
)
def test_visitors_choose_a_language(client, language, words):
    client.post(reverse("organisations:set-language"), {"language": language, "next": "/accounts/login/"})
    assert words in client.get("/accounts/login/").content.decode()


def test_the_account_remembers_its_language(client, hr, acme):
    client.force_login(hr)
    client.post(reverse("organisations:set-language"), {"language": "de"})
    hr.refresh_from_db()
    assert hr.language == "de"
    client.cookies.clear()
    client.force_login(hr)
    assert 'lang="de"' in client.get("/o/acme/").content.decode()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_changing_the_language_does_not_lead_elsewhere(client, back):
    assert client.post(reverse("organisations:set-language"), {"language": "fr", "next": back}).url == "/"


def test_nobody_can_sign_up_without_an_invitation(client):
    response = client.get("/accounts/signup/")
    assert response.status_code == 200
    assert "<form method" not in response.content.decode().split("<main")[1]
    client.post("/accounts/signup/", {"email": "me@example.org", "password1": "a long enough sentence"})
    from organisations.models import User

    assert not User.objects.filter(email="me@example.org").exists()

"""What every page shares: the frame, fields that everybody can use, account and error pages."""

import re
from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django import forms
from django.core import mail
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import override

from pilot import design
from tests import make

PASSWORD = "three-unrelated-words"


class Sample(forms.Form):
    name = forms.CharField(help_text="As the person writes it.")
    site = forms.CharField(required=False)
    role = forms.ChoiceField(choices=[("mentor", "Mentor")], widget=forms.RadioSelect)
    agrees = forms.BooleanField(label="I agree")


def headings(response):
    return re.findall(r"<h1>(.*?)</h1>", response.content.decode(), re.DOTALL)


def test_a_field_names_its_hint_and_its_error():
    field = Sample({"name": ""})["name"].as_field_group()

    assert '<label for="id_name">Name</label>' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="id_name_helptext"' in field
    assert 'id="id_name_error"' in field


def test_only_optional_fields_say_so():
    form = Sample()

    assert "(optional)" in form["site"].as_field_group()
    assert "(optional)" not in form["name"].as_field_group()
    assert "(optional)" not in form["agrees"].as_field_group()


def test_choices_are_a_group_with_a_legend():
    field = Sample()["role"].as_field_group()

    assert "<fieldset" in field
    assert "<legend>Role</legend>" in field


def test_the_summary_of_errors_links_to_every_field():
    summary = render_to_string("components/errors.html", {"form": Sample({})})

    assert re.findall(r'href="#(.*?)"', summary) == ["id_name", "id_role_0", "id_agrees"]
    assert 'role="alert"' in summary


def test_a_form_without_errors_has_no_summary():
    assert render_to_string("components/errors.html", {"form": Sample()}).strip() == ""


@pytest.mark.parametrize("number", range(4))
def test_a_run_asks_for_news_until_it_is_over(number):
    run = design.samples()["runs"][number]
    fragment = render_to_string("components/run_status.html", {"run": run, "url": "/news/"})

    assert ('hx-get="/news/"' in fragment) is not run.is_over


def test_the_design_page_is_for_developers_only(client):
    assert client.get("/design/").status_code == 404


def test_every_component_can_be_drawn(rf, db):
    request = rf.get("/design/")
    request.user = make.user("ada@acme.example")

    page = render_to_string("pages/design.html", design.samples(), request)

    assert page.count("<h1>") == 1
    assert " style=" not in page


def test_the_sign_in_page_says_that_accounts_come_by_invitation(client):
    response = client.get(reverse("account_login"))

    assert headings(response) == ["Sign in"]
    assert "Accounts come by invitation" in response.content.decode()
    assert reverse("account_signup") not in response.content.decode()


def test_the_frame_speaks_the_readers_language(client):
    response = client.get(reverse("account_login"), headers={"accept-language": "de"})

    assert '<html lang="de">' in response.content.decode()


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [
        ("en", "22 November 2026", "22.11.2026 14:05", "2.5"),
        ("fr", "22 novembre 2026", "22.11.2026 14:05", "2,5"),
        ("de", "22. November 2026", "22.11.2026 14:05", "2,5"),
        ("lb", "22. November 2026", "22.11.2026 14:05", "2,5"),
    ],
)
def test_dates_and_numbers_are_written_as_in_luxembourg(language, day, moment, number):
    when = datetime(2026, 11, 22, 14, 5)
    with override(language):
        assert date_format(when, "DATE_FORMAT") == day
        assert date_format(when, "SHORT_DATETIME_FORMAT") == moment
        assert number_format(2.5) == number


def test_a_wrong_password_is_explained_at_the_top(client, hr):
    response = client.post(reverse("account_login"), {"login": hr.email, "password": "wrong"})

    assert 'class="error-summary"' in response.content.decode()


def test_a_page_without_a_heading_of_its_own_is_headed_by_its_title():
    page = Engine.get_default().from_string(
        '{% extends "base.html" %}{% block title %}Ada & {{ name }}{% endblock %}'
    )

    drawn = page.render(Context({"name": "<Tom>"}))

    assert "<h1>Ada & &lt;Tom&gt;</h1>" in drawn
    assert "<title>Ada & &lt;Tom&gt; ·" in drawn


def test_nobody_can_register(client):
    assert headings(client.get(reverse("account_signup"))) == ["Accounts come by invitation"]


def test_a_forgotten_password_is_replaced_by_a_link(client, hr):
    response = client.post(reverse("account_reset_password"), {"email": hr.email}, follow=True)
    assert headings(response) == ["Look in your mailbox"]

    [message] = mail.outbox
    link = re.search(r"https?://[^/]+(/\S+)", message.body)[1]
    response = client.get(link, follow=True)
    assert headings(response) == ["Choose a new password"]

    new = {"password1": PASSWORD, "password2": PASSWORD}
    response = client.post(response.request["PATH_INFO"], new, follow=True)
    assert headings(response) == ["Your new password is set"]
    hr.refresh_from_db()
    assert hr.check_password(PASSWORD)

    assert headings(client.get(link, follow=True)) == ["This link no longer works"]


def test_an_unknown_address_gets_the_same_answer_and_a_message_without_a_way_to_register(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)

    assert headings(response) == ["Look in your mailbox"]
    [message] = mail.outbox
    assert message.subject == "There is no account for this address"
    assert reverse("account_signup") not in message.body


@pytest.mark.parametrize("email", ["hr@acme.example", "nobody@example.org"])
def test_without_a_mail_server_known_and_unknown_addresses_get_the_same_answer(client, hr, settings, email):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = client.post(reverse("account_reset_password"), {"email": email})

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert headings(response) == ["Back in a moment"]


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("account_logout", "Sign out"),
        ("account_change_password", "Change password"),
        ("account_email", "Your e-mail address"),
        ("account_reauthenticate", "Is it you?"),
        ("accessibility", "Accessibility"),
    ],
)
def test_pages_of_the_account_have_our_frame(client, hr, page, heading):
    client.force_login(hr)

    response = client.get(reverse(page))

    assert headings(response) == [heading]
    assert response.content.decode().count("<main") == 1


def test_nobody_takes_an_address_that_no_invitation_has_proven(client, hr):
    client.force_login(hr)

    for action in ("action_add", "action_primary"):
        response = client.post(reverse("account_email"), {action: "", "email": "victim@globex.example"})
        assert response.status_code == 405

    hr.refresh_from_db()
    assert hr.email == "hr@acme.example"
    assert not EmailAddress.objects.filter(email="victim@globex.example").exists()


def test_anybody_can_read_the_accessibility_statement(client, settings):
    settings.CONTACT_EMAIL = "barriers@pilot.example"

    page = client.get(reverse("accessibility")).content.decode()

    assert "Status: not yet audited" in page
    assert "mailto:barriers@pilot.example" in page


def test_a_page_that_does_not_exist_says_what_to_do(client, hr):
    client.force_login(hr)

    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert headings(response) == ["Page not found"]


def test_a_form_from_elsewhere_is_refused_with_a_way_on(hr):
    browser = Client(enforce_csrf_checks=True)

    response = browser.post(reverse("account_login"), {"login": hr.email, "password": "x"})

    assert response.status_code == 403
    assert headings(response) == ["Please send the form again"]


@pytest.mark.parametrize("status", ["400", "413", "429", "500", "503"])
def test_error_pages_need_neither_a_request_nor_a_database(status):
    page = render_to_string(f"{status}.html")

    assert page.count("<h1>") == 1
    assert "csrfmiddlewaretoken" not in page


def test_the_rail_marks_one_place_the_one_that_the_page_belongs_to(client, officer, acme):
    client.force_login(officer)

    page = client.get(reverse("organisations:organisation", args=[acme.slug])).content.decode()
    rail = re.search(r'<nav class="rail".*?</nav>', page, re.DOTALL)[0]

    assert re.findall(r'href="([^"]+)" aria-current="page"', rail) == [reverse("organisations:programme")]
    page = client.get(reverse("reporting:reports")).content.decode()
    rail = re.search(r'<nav class="rail".*?</nav>', page, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', rail) == [reverse("reporting:reports")]

"""The administration: everything can be found, nothing secret can be seen, lists don't explode."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from organisations import invitations
from organisations.models import Role, User
from tests import make

# Models without a page of their own, each with the reason.
NOT_SHOWN = {
    "auth.Permission": "rights here are roles, not permissions",
    "contenttypes.ContentType": "belongs to the framework",
    "admin.LogEntry": "is shown as the history of each object",
    "upskilling.OfferCompetence": "is shown on the page of its offer",
    "organisations.EsfAnswers": "a person's answers are theirs alone",
    "organisations.EsfSensitiveAnswers": "a person's answers are theirs alone",
    "organisations.FollowUpContact": "a private address is for the two questions after leaving, and nothing else",
    "organisations.FollowUpAnswer": "a person's answers are theirs alone",
    "account.EmailConfirmation": "its page would show the key that confirms an address",
}


def test_every_model_can_be_found():
    missing = {
        model._meta.label
        for model in apps.get_models()
        if model not in admin.site._registry and model._meta.label not in NOT_SHOWN
    }
    assert missing == set()


@pytest.fixture
def administrator(client, admin_user):
    client.force_login(admin_user)
    return client


PAGES = sorted(
    (model._meta.app_label, model._meta.model_name)
    for model in admin.site._registry
    if model._meta.app_label in ("organisations", "assessments", "mentoring", "upskilling", "reporting")
)


@pytest.mark.parametrize(("app", "model"), PAGES)
def test_every_list_opens_and_can_be_searched(administrator, acme, app, model):
    page = reverse(f"admin:{app}_{model}_changelist")
    assert administrator.get(page).status_code == 200
    assert administrator.get(page, {"q": "acme"}).status_code == 200


@pytest.mark.parametrize("model", ["person", "membership", "invitation", "user", "run"])
def test_a_list_asks_the_same_number_of_queries_for_any_number(
    administrator, acme, officer, model, django_assert_max_num_queries
):
    def add(number):
        make.person(acme)
        make.member(acme, Role.STAFF)
        invitations.invite(acme, f"person{number}@acme.example", Role.HR, officer)

    page = reverse(f"admin:organisations_{model}_changelist")
    add(1)
    administrator.get(page)
    with django_assert_max_num_queries(30) as for_one:
        administrator.get(page)
    add(2)
    add(3)
    with django_assert_max_num_queries(len(for_one)):
        administrator.get(page)


def test_no_password_and_no_token_can_be_seen(administrator, acme, officer, hr):
    invitation = invitations.invite(acme, "ada@acme.example", Role.HR, officer)
    pages = [
        reverse("admin:organisations_user_change", args=[hr.pk]),
        reverse("admin:organisations_invitation_change", args=[invitation.pk]),
        reverse("admin:organisations_user_changelist"),
        reverse("admin:organisations_invitation_changelist"),
        reverse("admin:organisations_run_changelist"),
    ]
    secrets = [hr.password, invitation.token, invitation.digest, invitation.salt]
    for page in pages:
        shown = administrator.get(page).content.decode()
        assert not [secret for secret in secrets if secret in shown], page


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("assessments_result", "pix_score__gte"),
        ("assessments_result", "levels__0__gte"),
        ("assessments_result", "levels__contains"),
        ("mentoring_mentoringsession", "next_step__contains"),
        ("organisations_person", "languages__contains"),
        ("organisations_user", "password__startswith"),
        ("upskilling_recommendation", "gap"),
    ],
)
def test_a_list_can_not_be_filtered_by_what_it_does_not_show(administrator, model, field):
    page = reverse(f"admin:{model}_changelist")
    assert administrator.get(page, {field: "5"}).status_code == 400


def test_the_filters_that_a_list_offers_work(administrator, acme):
    people = reverse("admin:organisations_person_changelist")
    assert administrator.get(people, {"organisation__id__exact": acme.pk}).status_code == 200
    sessions = reverse("admin:mentoring_mentoringsession_changelist")
    assert administrator.get(sessions, {"held_on__gte": "2026-01-01"}).status_code == 200
    assert administrator.get(sessions, {"held_on__year": "9223372036854775808"}).status_code == 400


def test_an_account_made_here_has_no_password_until_its_owner_sets_one(administrator):
    administrator.post(
        reverse("admin:organisations_user_add"),
        {"email": "new@pilot.example", "name": "New", "is_active": "on"},
    )
    assert not User.objects.get(email="new@pilot.example").has_usable_password()


@pytest.mark.parametrize("who", ["hr", "staff", "officer", "committee"])
def test_other_people_do_not_come_in(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/admin/", follow=True).status_code == 403


def test_visitors_sign_in_where_everybody_does(client, db):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


def test_the_key_of_a_session_is_nowhere(administrator):
    key = administrator.session.session_key
    listed = administrator.get(reverse("admin:sessions_session_changelist"))

    assert "1 session" in listed.content.decode()
    assert key not in listed.content.decode()
    for page in ("change", "delete", "history"):
        assert administrator.get(reverse(f"admin:sessions_session_{page}", args=[key])).status_code == 403


def test_there_is_one_programme_and_no_second_one(administrator, programme):
    assert administrator.get(reverse("admin:organisations_programme_add")).status_code == 403
    for page, status in {"change": 200, "delete": 403}.items():
        address = reverse(f"admin:organisations_programme_{page}", args=[programme.pk])
        assert administrator.get(address).status_code == status

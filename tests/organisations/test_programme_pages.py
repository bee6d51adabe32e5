"""What programme officers do: add organisations and invite their HR managers."""

import pytest
from django.urls import reverse

from organisations.forms import OrganisationForm
from organisations.models import Organisation, Run
from organisations.runs import carry_out
from organisations.views.programme import _take_in
from tests import make

NEW = {
    "name": "Brasserie Dudelange",
    "slug": "dudelange",
    "legal_id": "b 204 118",
    "kind": "private",
    "sector": "industry",
    "size_class": "small",
    "licence_quota": "40",
    "languages": ["fr", "lb"],
}


def test_an_officer_adds_an_organisation(client, officer):
    client.force_login(officer)
    response = client.post(reverse("organisations:create-organisation"), NEW)
    made = Organisation.objects.get()
    assert response.url == reverse("organisations:organisation", args=["dudelange"])
    assert (made.name, made.legal_id, made.languages, made.licence_quota, made.stage) == (
        "Brasserie Dudelange",
        "B204118",
        ["fr", "lb"],
        40,
        "eligible",
    )
    assert "Brasserie Dudelange" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("slug", "acme"),
        ("slug", "two words"),
        ("legal_id", "B000001"),
        ("licence_quota", "-1"),
        ("licence_quota", "many"),
        ("languages", ["xx"]),
        ("kind", "secret society"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, officer, acme, field, value):
    acme.legal_id = "B000001"
    acme.save()
    client.force_login(officer)
    response = client.post(reverse("organisations:create-organisation"), {**NEW, field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Organisation.objects.count() == 1


def test_whoever_comes_a_moment_later_is_told_that_the_name_is_taken(programme, officer):
    both = [OrganisationForm(NEW, instance=Organisation(programme=programme)) for _officer in range(2)]
    assert all(form.is_valid() for form in both)

    assert [_take_in(form, officer) is not None for form in both] == [True, False]

    assert sorted(both[1].errors) == ["legal_id", "slug"]
    assert Organisation.objects.count() == 1


def test_an_officer_invites_an_hr_manager_by_mail(client, officer, acme, mailoutbox):
    client.force_login(officer)
    page = reverse("organisations:organisation", args=["acme"])
    response = client.post(reverse("organisations:invite-hr", args=["acme"]), {"email": "Ada@Acme.example"})
    assert response.url == page
    carry_out(Run.objects.get().pk)
    (mail,) = mailoutbox
    invitation = acme.invitations.get()
    assert mail.to == ["ada@acme.example"]
    assert reverse("organisations:accept-invitation", args=[invitation.token]) in mail.body
    assert "Acme" in mail.subject
    assert invitation.token in client.get(page).content.decode(), "the officer may copy the link"


def test_a_double_click_sends_one_invitation(client, officer, acme):
    client.force_login(officer)
    for _click in range(2):
        client.post(reverse("organisations:invite-hr", args=["acme"]), {"email": "ada@acme.example"})
    assert acme.invitations.count() == 1


def test_a_present_hr_manager_is_not_invited_again(client, officer, acme, hr):
    client.force_login(officer)
    response = client.post(reverse("organisations:invite-hr", args=["acme"]), {"email": hr.email})
    assert response.status_code == 422
    assert acme.invitations.count() == 0


def test_an_invitation_can_be_withdrawn(client, officer, acme):
    client.force_login(officer)
    client.post(reverse("organisations:invite-hr", args=["acme"]), {"email": "ada@acme.example"})
    invitation = acme.invitations.get()
    change = reverse("organisations:change-hr-invitation", args=["acme", invitation.pk])
    assert client.post(change, {"act": "nonsense"}).status_code == 400
    client.post(change, {"act": "revoke"})
    client.logout()
    assert client.get(reverse("organisations:accept-invitation", args=[invitation.token])).status_code == 410


def test_the_list_asks_the_same_number_of_queries_for_any_number(
    client, officer, acme, django_assert_max_num_queries
):
    client.force_login(officer)
    page = reverse("organisations:programme")
    with django_assert_max_num_queries(15) as for_one:
        client.get(page)
    for number in range(2):
        make.organisation(f"organisation-{number}")
    with django_assert_max_num_queries(len(for_one)):
        client.get(page)


PAGES = [
    ("get", "organisations:programme", []),
    ("get", "organisations:create-organisation", []),
    ("get", "organisations:create-organisations", []),
    ("get", "organisations:checklist", ["acme"]),
    ("get", "organisations:licences", ["acme"]),
    ("post", "organisations:move-organisation", ["acme"]),
    ("post", "organisations:change-hr-invitation", ["acme", 1]),
    ("post", "organisations:welcome-interest", [1]),
    ("post", "organisations:decline-interest", [1]),
    ("get", "organisations:organisation", ["acme"]),
    ("post", "organisations:invite-hr", ["acme"]),
]


@pytest.mark.parametrize(("method", "name", "arguments"), PAGES)
@pytest.mark.parametrize("who", ["hr", "outsider", "staff", "committee"])
def test_only_officers_come_in(client, request, acme, method, name, arguments, who):
    client.force_login(request.getfixturevalue(who))
    assert getattr(client, method)(reverse(name, args=arguments)).status_code == 403


@pytest.mark.parametrize(("method", "name", "arguments"), PAGES)
def test_visitors_are_asked_to_sign_in(client, acme, method, name, arguments):
    response = getattr(client, method)(reverse(name, args=arguments))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))

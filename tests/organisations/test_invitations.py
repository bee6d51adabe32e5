"""Invitations: one link, for one address, that works once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from organisations import invitations
from organisations.models import Invitation, Membership, Role, Run, User
from organisations.runs import carry_out
from organisations.scope import only
from tests import make


def page_without_secrets(response):
    """The page as a stranger compares it: without the form's token and without the link that was opened."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r"/invitations/\w+/", "/invitations/TOKEN/", page)


ANSWER = {"email": "ada@acme.example", "name": "Ada Weber", "password": "seven herons over the Alzette"}


@pytest.fixture
def invitation(acme, officer):
    return invitations.invite(acme, "ada@acme.example", Role.HR, officer)


def address(invitation):
    return reverse("organisations:accept-invitation", args=[invitation.token])


def test_a_newcomer_sets_a_password_and_lands_on_the_organisations_page(client, invitation):
    response = client.post(address(invitation), ANSWER)
    assert response.url == "/o/acme/"
    assert client.get(response.url).status_code == 200
    user = User.objects.get(email="ada@acme.example")
    assert user.check_password(ANSWER["password"])
    assert [(m.organisation.slug, m.role) for m in user.memberships.all()] == [("acme", "hr")]


def test_a_newcomer_goes_on_in_the_language_they_read(client, acme, officer):
    invitation = invitations.invite(acme, "ada@acme.example", Role.HR, officer, language="de")
    response = client.post(address(invitation), ANSWER, headers={"Accept-Language": "fr"}, follow=True)
    assert User.objects.get(email="ada@acme.example").language == "fr"
    assert '<html lang="fr"' in response.content.decode()


def test_opening_the_link_changes_nothing(client, invitation):
    for _scanner in range(3):
        response = client.get(address(invitation))
        assert response.status_code == 200
        assert response["Referrer-Policy"] == "strict-origin"
    assert not User.objects.filter(email="ada@acme.example").exists()


def dead_links(acme, officer):
    used = invitations.invite(acme, "used@acme.example", Role.HR, officer)
    used.used_at = timezone.now()
    used.save()
    revoked = invitations.invite(acme, "revoked@acme.example", Role.HR, officer)
    invitations.revoke(revoked)
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        expired = invitations.invite(acme, "expired@acme.example", Role.HR, officer)
    return [used.token, revoked.token, expired.token, "0" * 64, "nonsense"]


def test_used_revoked_expired_and_invented_links_look_alike(client, acme, officer):
    pages = set()
    for token in dead_links(acme, officer):
        for method in (client.get, client.post):
            response = method(reverse("organisations:accept-invitation", args=[token]))
            assert response.status_code == 410
            pages.add(page_without_secrets(response))
    assert len(pages) == 1
    assert Membership.objects.count() == 0


def test_a_used_link_does_not_work_again(client, invitation):
    client.post(address(invitation), ANSWER)
    client.logout()
    assert (
        client.post(address(invitation), {**ANSWER, "password": "another good sentence"}).status_code == 410
    )
    assert User.objects.get(email="ada@acme.example").check_password(ANSWER["password"])


def test_a_forwarded_link_does_not_make_an_account_for_another_address(client, invitation):
    response = client.post(address(invitation), {**ANSWER, "email": "friend@elsewhere.example"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["email"]
    assert not User.objects.filter(email="friend@elsewhere.example").exists()


def test_a_forwarded_link_does_not_let_another_account_in(client, invitation, outsider):
    client.force_login(outsider)
    response = client.post(address(invitation))
    assert response.status_code == 403
    assert "another address" in response.content.decode()
    assert not outsider.memberships.filter(organisation=invitation.organisation).exists()


def test_an_account_that_exists_signs_in_and_joins(client, invitation):
    user = make.user("ada@acme.example")
    assert reverse("account_login") in client.get(address(invitation)).content.decode()
    assert client.post(address(invitation), ANSWER).status_code == 200, (
        "a password set by a stranger is not taken"
    )
    assert user.memberships.count() == 0
    client.force_login(user)
    assert client.post(address(invitation)).url == "/o/acme/"
    assert user.memberships.get().organisation == invitation.organisation


def test_a_weak_password_is_refused_with_the_reason(client, invitation):
    response = client.post(address(invitation), {**ANSWER, "password": "password"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["password"]


def test_an_expired_link_offers_a_new_one_to_the_same_address(client, acme, officer, mailoutbox):
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        expired = invitations.invite(acme, "ada@acme.example", Role.HR, officer)
    Run.objects.all().delete()
    answers = {
        page_without_secrets(client.post(reverse("organisations:send-invitation-again", args=[token])))
        for token in (expired.token, "0" * 64)
    }
    assert len(answers) == 1, "a stranger learns nothing"
    carry_out(Run.objects.get().pk)
    renewed = acme.invitations.get()
    assert mailoutbox[0].to == ["ada@acme.example"]
    assert renewed.token != expired.token
    assert client.post(address(renewed), ANSWER).url == "/o/acme/"


def test_the_secret_is_not_stored(invitation):
    stored = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert invitation.token not in map(str, stored.values())


def test_sending_twice_is_the_same_message(invitation, mailoutbox):
    invitations.send(invitation)
    invitations.send(invitation)
    first, second = mailoutbox
    assert first.extra_headers == second.extra_headers


def test_staff_are_invited_together_and_get_their_own_record(client, acme, hr, mailoutbox):
    person = make.person(
        acme, email="tom@acme.example", languages=["de"], first_name="Tom", last_name="Klein"
    )
    make.person(acme, email="")
    make.person(acme, left_on="2026-01-31")
    client.force_login(hr)
    page = reverse("organisations:invite-people", args=["acme"])
    assert client.get(page).context["to_invite"] == 1
    for _click in range(2):
        client.post(page)
    assert client.get(page).context["to_invite"] == 0
    carry_out(Run.objects.get().pk)
    assert [mail.to for mail in mailoutbox] == [["tom@acme.example"]]
    client.logout()
    client.post(
        address(acme.invitations.get()),
        {"email": "tom@acme.example", "name": "Tom Klein", "password": "a green bicycle in Esch"},
    )
    person.refresh_from_db()
    assert person.user.email == "tom@acme.example"
    assert [(m.role) for m in person.user.memberships.all()] == ["staff"]


def test_inviting_many_costs_no_query_each(acme, hr, django_assert_max_num_queries):
    people = [make.person(acme) for _number in range(5)]
    with django_assert_max_num_queries(6):
        assert invitations.invite_people(acme, people, hr) == 5


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("staff", 403), ("officer", 403), ("committee", 404)]
)
def test_only_hr_invites_staff(client, request, acme, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.post(reverse("organisations:invite-people", args=["acme"])).status_code == status


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_have_one_winner():
    """Accepting and inviting, each tried by several at the same moment on connections of their own."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    make.programme()
    acme, officer = make.organisation("acme"), make.user()

    def on_a_connection_of_its_own(function):
        try:
            return function()
        finally:
            connection.close()

    def invite():
        with only(acme.pk):
            return invitations.invite(acme, "ada@acme.example", Role.HR, officer).pk

    def accept():
        found = invitations.find(token)
        if found is None:
            return "unusable"
        try:
            invitations.accept_as_newcomer(found, ANSWER["password"])
        except invitations.CannotAccept:
            return "too late"
        return "accepted"

    with ThreadPoolExecutor(8) as pool:
        invited = set(pool.map(on_a_connection_of_its_own, [invite] * 8))
        assert len(invited) == 1
        with only(acme.pk):
            token = acme.invitations.get().token
        answers = list(pool.map(on_a_connection_of_its_own, [accept] * 20))
    assert answers.count("accepted") == 1
    assert User.objects.filter(email="ada@acme.example").count() == 1
    assert Run.objects.count() == 1


# --- States, and the pages that show them -----------------------------------------------------------------------------


def test_an_invitation_tells_what_happened_to_it(client, acme, invitation, officer):
    states = [invitation.code]
    invitations.send(invitation)
    states.append(invitation.code)
    client.get(address(invitation))
    invitation.refresh_from_db()
    states.append(invitation.code)
    invitations.note_bounced(invitation)
    invitation.refresh_from_db()
    states.append(invitation.code)
    client.post(address(invitation), ANSWER)
    invitation.refresh_from_db()
    states.append(invitation.code)
    assert states == ["waiting", "sent", "opened", "bounced", "accepted"]


def test_the_database_and_the_row_agree_about_the_state(acme, officer, invitation):
    invitations.send(invitation)
    dead_links(acme, officer)
    bounced = invitations.invite(acme, "bounced@acme.example", Role.HR, officer)
    invitations.note_bounced(bounced)
    found = {each.email: (each.state_code, each.code) for each in acme.invitations.with_state()}
    assert found == {
        "ada@acme.example": ("sent", "sent"),
        "used@acme.example": ("accepted", "accepted"),
        "revoked@acme.example": ("revoked", "revoked"),
        "expired@acme.example": ("expired", "expired"),
        "bounced@acme.example": ("bounced", "bounced"),
    }


def test_opening_a_link_is_remembered_once_and_it_works_as_before(client, invitation):
    for _scanner in range(2):
        client.get(address(invitation))
        invitation.refresh_from_db()
    first = invitation.opened_at
    client.get(address(invitation))
    invitation.refresh_from_db()
    assert invitation.opened_at == first
    assert client.post(address(invitation), ANSWER).url == "/o/acme/"


def test_a_refused_address_is_noted_and_not_tried_again(invitation, monkeypatch):
    from smtplib import SMTPRecipientsRefused

    from django.core.mail.backends.locmem import EmailBackend

    def refuse(self, messages):
        raise SMTPRecipientsRefused({"ada@acme.example": (550, b"unknown")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    run = Run.objects.get()
    carry_out(run.pk)
    run.refresh_from_db()
    invitation.refresh_from_db()
    assert (run.state, invitation.code) == ("done", "bounced")


def test_sending_again_ends_the_earlier_link(client, acme, hr, mailoutbox):
    person = make.person(acme, email="tom@acme.example")
    invitations.invite_people(acme, [person], hr)
    earlier = acme.invitations.get()
    acme.invitations.update(invited_at=timezone.now() - timedelta(hours=1), bounced_at=timezone.now())
    Run.objects.all().delete()
    client.force_login(hr)
    page = reverse("organisations:change-invitation", args=["acme", earlier.pk])
    assert client.post(page, {"act": "again"}).url == reverse("organisations:invitations", args=["acme"])
    carry_out(Run.objects.get().pk)
    renewed = acme.invitations.get()
    assert (renewed.person, renewed.code, renewed.token != earlier.token) == (person, "sent", True)
    client.logout()
    assert client.get(address(earlier)).status_code == 410
    assert client.get(address(renewed)).status_code == 200


def test_neither_an_accepted_nor_a_withdrawn_invitation_is_sent_again(acme, hr, officer):
    dead_links(acme, officer)
    for email in ("used@acme.example", "revoked@acme.example"):
        assert not invitations.invite_again(acme.invitations.get(email=email), hr)
    assert invitations.invite_again(acme.invitations.get(email="expired@acme.example"), hr)


def test_hr_finds_states_and_links_of_staff(client, acme, globex, hr, officer):
    person = make.person(acme, email="tom@acme.example")
    invitations.invite_people(acme, [person], hr)
    invitations.invite(acme, "other-hr@acme.example", Role.HR, officer)
    client.force_login(hr)
    page = reverse("organisations:invitations", args=["acme"])
    shown = client.get(page).content.decode()
    invitation = acme.invitations.get(role=Role.STAFF)
    assert invitations.link(invitation) in shown
    assert "other-hr@acme.example" not in shown, "officers look after HR managers"
    assert [len(client.get(f"{page}?state={state}").context["rows"]) for state in ("waiting", "opened")] == [
        1,
        0,
    ]
    assert client.get(f"{page}?q=nobody").context["rows"] == []
    client.post(reverse("organisations:change-invitation", args=["acme", invitation.pk]), {"act": "revoke"})
    assert len(client.get(f"{page}?state=revoked").context["rows"]) == 1


def test_hr_can_touch_neither_an_hr_managers_invitation_nor_a_foreign_one(client, acme, globex, hr, officer):
    of_hr = invitations.invite(acme, "other-hr@acme.example", Role.HR, officer)
    foreign = invitations.invite(globex, "tom@globex.example", Role.STAFF, officer)
    client.force_login(hr)
    for invitation in (of_hr, foreign):
        page = reverse("organisations:change-invitation", args=["acme", invitation.pk])
        assert client.post(page, {"act": "revoke"}).status_code == 404


def test_an_officer_sends_an_hr_managers_invitation_again(client, acme, officer, invitation):
    acme.invitations.update(invited_at=timezone.now() - timedelta(hours=1))
    client.force_login(officer)
    page = reverse("organisations:change-hr-invitation", args=["acme", invitation.pk])
    client.post(page, {"act": "bounced"})
    assert acme.invitations.get().code == "bounced"
    client.post(page, {"act": "again"})
    assert (acme.invitations.get().code, acme.invitations.get().token != invitation.token) == (
        "waiting",
        True,
    )


def test_a_link_to_a_closed_organisation_looks_like_any_dead_link(client, acme, invitation):
    token = invitation.token
    dead = page_without_secrets(client.get(reverse("organisations:accept-invitation", args=["0" * 64])))
    acme.stage = "closed"
    acme.save()
    response = client.get(reverse("organisations:accept-invitation", args=[token]))
    assert response.status_code == 410
    assert page_without_secrets(response) == dead


def test_the_list_asks_the_same_number_of_queries(client, acme, hr, django_assert_max_num_queries):
    client.force_login(hr)
    page = reverse("organisations:invitations", args=["acme"])
    invitations.invite_people(acme, [make.person(acme)], hr)
    with django_assert_max_num_queries(17) as one:  # two of them are the tests' own fence
        client.get(page)
    invitations.invite_people(acme, [make.person(acme) for _each in range(3)], hr)
    with django_assert_max_num_queries(len(one)):
        client.get(page)

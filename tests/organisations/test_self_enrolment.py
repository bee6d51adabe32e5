"""Enrolling oneself through a link: nobody learns who is enrolled, and nobody is enrolled without HR."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from organisations import licences, runs
from organisations.models import EnrolmentLink, EnrolmentRequest, Funder, Run, digest_of
from organisations.self_enrolment import address_of, make_link
from organisations.tidying import tidy
from tests import make


def address(name, *arguments, slug="acme"):
    return reverse(f"organisations:{name}", args=[slug, *arguments])


@pytest.fixture
def link(acme, hr):
    return make_link(acme, ["acme.lu"], 2, timezone.localdate() + timedelta(days=10), hr)


def enrol(link):
    return reverse("organisations:enrol-yourself", args=[link.token])


def ask(client, link, email="ada@acme.lu", **fields):
    return client.post(enrol(link), {"first_name": "Ada", "last_name": "Weber", "email": email, **fields})


def deliver():
    """Send what waits, and give back the link of the last message."""
    for run in Run.objects.filter(kind="send_enrolment_proof", state=Run.State.QUEUED).order_by("pk"):
        runs.carry_out(run.pk)
    return re.search(r"http\S+(/enrol/address/\w+/)", mail.outbox[-1].body)[1]


def proven(client, link, email="ada@acme.lu"):
    ask(client, link, email)
    client.post(deliver())
    return EnrolmentRequest.objects.get(email=email)


def test_from_the_link_to_the_invitation(client, acme, hr, link):
    assert client.get(enrol(link)).status_code == 200
    assert "Look into your mailbox" in ask(client, link, " Ada@ACME.lu ").content.decode()
    path = deliver()
    assert mail.outbox[-1].to == ["ada@acme.lu"]
    asked = acme.enrolment_requests.get()
    assert "Confirm this address" in client.get(path).content.decode()
    asked.refresh_from_db()
    assert asked.proven_at is None, "opening a link changes nothing"
    assert "Your address is confirmed" in client.post(path).content.decode()
    assert "Your address is confirmed" in client.post(path).content.decode()
    assert acme.people.count() == 0

    client.force_login(hr)
    assert "ada@acme.lu" in client.get(address("self-enrolment")).content.decode()
    decision = {"decision": "approved", "request": [asked.pk]}
    client.post(address("decide-enrolments"), decision)
    client.post(address("decide-enrolments"), decision)

    ada = acme.people.get()
    assert (ada.full_name, ada.email, ada.user) == ("Ada Weber", "ada@acme.lu", None)
    assert acme.invitations.get().email == "ada@acme.lu"
    asked.refresh_from_db()
    assert (asked.decision, asked.person, asked.decided_by) == ("approved", ada, hr)


def test_only_a_digest_of_the_secrets_is_kept(client, link):
    ask(client, link)
    for row in (link, EnrolmentRequest.objects.get()):
        assert row.digest == digest_of(row.token)
        assert row.token not in str(row.__dict__)


@pytest.mark.parametrize(
    "email", ["ada@globex.lu", "ada@acme.lu.evil.example", "ada@sub.acme.lu", "ada", "аda@acme.lu"]
)
def test_other_addresses_are_refused(client, link, email):
    assert ask(client, link, email).status_code == 422
    assert not EnrolmentRequest.objects.exists()


@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_names_are_cleaned_like_a_cell(client, link, field):
    assert ask(client, link, **{field: "=1+1"}).status_code == 422
    assert ask(client, link, **{field: ""}).status_code == 422


def test_nobody_learns_who_is_enrolled_or_has_asked(client, acme, link):
    make.person(acme, email="known@acme.lu")
    token = re.compile(rb'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"')
    answers = [ask(client, link, email) for email in ("new@acme.lu", "known@acme.lu", "new@acme.lu")]
    assert len({(answer.status_code, token.sub(b"", answer.content)) for answer in answers}) == 1
    assert acme.enrolment_requests.count() == 2


def test_asking_again_sends_a_new_link_until_the_address_is_proven(client, acme, link):
    ask(client, link)
    first = deliver()
    ask(client, link, first_name="Adèle")
    second = deliver()
    assert first != second
    assert client.post(first).status_code == 410
    assert client.post(second).status_code == 200
    ask(client, link)
    assert len(mail.outbox) == 2
    assert acme.enrolment_requests.get().first_name == "Adèle"


def test_unusable_links_look_alike(client, acme, hr, link):
    closed = make_link(acme, ["acme.lu"], 2, timezone.localdate(), hr)
    EnrolmentLink.objects.filter(pk=closed.pk).update(closed_at=timezone.now())
    expired = make_link(acme, ["acme.lu"], 2, timezone.localdate() - timedelta(days=1), hr)
    full = make_link(acme, ["acme.lu"], 1, timezone.localdate(), hr)
    proven(client, full, "first@acme.lu")
    shut = make_link(make.organisation(stage="withdrawn"), ["acme.lu"], 1, timezone.localdate(), hr)
    paths = [enrol(each) for each in (closed, expired, full, shut)]
    paths += [
        reverse("organisations:enrol-yourself", args=["nonsense"]),
        reverse("organisations:prove-address", args=["nonsense"]),
    ]
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {410}
    bodies = {re.sub(rb'(value|nonce|action)="[^"]*"', b"", answer.content) for answer in answers}
    assert len({body.replace(path.encode(), b"") for body in bodies for path in paths}) <= len(paths)
    assert not any(b"Acme" in body for body in bodies)
    assert {answer["Referrer-Policy"] for answer in answers} == {"strict-origin"}


def test_the_last_place_is_given_once(client, acme, hr):
    link = make_link(acme, ["acme.lu"], 1, timezone.localdate(), hr)
    ask(client, link, "a@acme.lu")
    first = deliver()
    ask(client, link, "b@acme.lu")
    second = deliver()
    assert client.post(first).status_code == 200
    assert client.post(second).status_code == 410
    assert acme.enrolment_requests.waiting().count() == 1


def test_a_refused_request_frees_its_place_and_sends_nothing(client, acme, hr, link):
    asked = proven(client, link)
    sent = len(mail.outbox)
    client.force_login(hr)
    client.post(address("decide-enrolments"), {"decision": "refused", "request": [asked.pk]})
    assert acme.enrolment_requests.get().decision == "refused"
    assert acme.people.count() == 0
    assert len(mail.outbox) == sent
    assert acme.enrolment_requests.holding_a_place().count() == 0


def test_somebody_enrolled_already_is_only_invited(client, acme, hr, link):
    known = make.person(acme, email="ada@acme.lu", last_name="Kept")
    asked = proven(client, link)
    client.force_login(hr)
    assert "enrolled already" in client.get(address("self-enrolment")).content.decode()
    client.post(address("decide-enrolments"), {"decision": "approved", "request": [asked.pk]})
    assert acme.people.get() == known
    assert acme.invitations.get().person == known


def test_nobody_is_enrolled_where_enrolment_is_closed(client, acme, hr, link):
    asked = proven(client, link)
    acme.stage = "interest"
    acme.save()
    client.force_login(hr)
    response = client.post(address("decide-enrolments"), {"decision": "approved", "request": [asked.pk]})
    assert response.status_code in (422, 404)
    assert acme.people.count() == 0
    asked.refresh_from_db()
    assert asked.decision == ""


def test_approving_more_people_than_seats_enrols_nobody(client, acme, hr, link):
    asked = [proven(client, link, email).pk for email in ("ada@acme.lu", "ben@acme.lu")]
    licences.expire(acme, licences.licences_left(acme) - 1, Funder.STATE)
    client.force_login(hr)
    response = client.post(address("decide-enrolments"), {"decision": "approved", "request": asked})
    assert response.status_code == 422
    assert "One Pix seat is missing (needed: 2, free: 1)." in response.content.decode()
    assert (acme.people.count(), acme.enrolment_requests.waiting().count()) == (0, 2)
    assert not acme.invitations.exists()


def test_unproven_and_foreign_requests_are_not_decided(client, acme, globex, hr, outsider, link):
    ask(client, link)
    other_link = make_link(globex, ["globex.lu"], 5, timezone.localdate(), outsider)
    foreign = proven(client, other_link, "eve@globex.lu")
    client.force_login(hr)
    numbers = [foreign.pk, acme.enrolment_requests.get().pk]
    client.post(address("decide-enrolments"), {"decision": "approved", "request": numbers})
    assert acme.people.count() == globex.people.count() == 0
    assert client.post(address("close-enrolment-link", other_link.pk)).status_code == 404


def test_hr_makes_and_closes_links(client, acme, hr):
    client.force_login(hr)
    day = timezone.localdate() + timedelta(days=30)
    response = client.post(
        address("self-enrolment"), {"domains": "@Acme.lu; acme.com", "places": 50, "ends_on": day.isoformat()}
    )
    assert response.status_code == 302
    link = acme.enrolment_links.get()
    assert (link.domains, link.places, link.ends_on) == (["acme.lu", "acme.com"], 50, day)
    assert address_of(link) in client.get(address("self-enrolment")).content.decode()
    client.post(address("close-enrolment-link", link.pk))
    assert address_of(link) not in client.get(address("self-enrolment")).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"domains": "acme"},
        {"domains": ""},
        {"places": 0},
        {"ends_on": "2020-01-01"},
        {"ends_on": "2999-01-01"},
    ],
)
def test_links_that_make_no_sense_are_refused(client, acme, hr, wrong):
    client.force_login(hr)
    entries = {"domains": "acme.lu", "places": 5, "ends_on": timezone.localdate().isoformat(), **wrong}
    assert client.post(address("self-enrolment"), entries).status_code == 422
    assert not acme.enrolment_links.exists()


def test_too_many_tries_are_stopped(client, link):
    answers = [ask(client, link, f"person{number}@acme.lu") for number in range(21)]
    assert answers[-2].status_code == 200
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


def test_one_mailbox_is_not_flooded(client, link):
    assert [ask(client, link).status_code for _time in range(6)] == [200] * 5 + [429]


def test_names_nobody_proved_are_forgotten(client, acme, link):
    ask(client, link)
    assert tidy(acme)["unproven"] == 0
    acme.enrolment_requests.update(expires_at=timezone.now())
    assert tidy(acme)["unproven"] == 1


def test_staff_and_strangers_stay_outside(client, acme, staff, outsider):
    for user, status in ((staff, 403), (outsider, 404)):
        client.force_login(user)
        assert client.get(address("self-enrolment")).status_code == status


def test_the_page_asks_few_questions_however_many_ask(client, acme, hr, link, django_assert_max_num_queries):
    client.force_login(hr)
    counts = []
    for number in (1, 2):
        for each in range(number):
            wish = EnrolmentRequest(
                organisation=acme, link=link, email=f"{number}{each}@acme.lu", first_name="A", last_name="B"
            )
            wish.draw_secret()
            wish.proven_at = timezone.now()
            wish.save()
        with django_assert_max_num_queries(15) as queries:
            client.get(address("self-enrolment"))
        counts.append(len(queries))
    assert counts[0] == counts[1]

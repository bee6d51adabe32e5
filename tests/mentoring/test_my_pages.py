import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organisations.models import Role
from tests import make


@pytest.fixture
def me(client, staff):
    """The person of the staff member who is signed in."""
    client.force_login(staff)
    return staff.people.get()


def url(name, *args):
    return reverse(f"mentoring:{name}", args=["acme", *args])


def text(response):
    return " ".join(response.content.decode().split())


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    bookkeeping = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    return len([query for query in captured if not query["sql"].startswith(bookkeeping)])


# --- my mentoring -----------------------------------------------------------------------------------------------------


def test_without_round_and_pair_the_page_says_what_will_come(client, me):
    assert "No mentoring round is open" in text(client.get(url("my-mentoring")))


def test_partners_see_name_contact_and_wishes_but_no_level(client, acme, me):
    boss = make.person(acme, first_name="Bea", last_name="Boss", department="Credit")
    make.result(acme, person=boss, levels=[7] * 16, pix_score=612)
    pairing = make.pairing(acme, mentor=me, mentee=boss, focus=[1])
    make.application(pairing.round, boss, wanted=[1, 16])
    make.pairing(acme, mentee=me, mentor=make.person(acme, first_name="Tom", last_name="Teacher"))
    make.pairing(acme, mentor=make.person(acme, last_name="Stranger"))

    response = client.get(url("my-mentoring"))

    page = text(response)
    assert "Bea Boss" in page
    assert boss.email in page
    assert "5.2" in page
    assert "Tom Teacher" in page
    assert "Stranger" not in page
    assert "612" not in page


def test_proposed_pairs_are_not_shown_to_the_two(client, acme, me):
    mentoring_round = make.mentoring_round(acme, state="proposed", paired_at=timezone.now())
    make.pairing(acme, mentee=me, round=mentoring_round, state="proposed", started_on=None)

    assert "My mentor</h2>" not in text(client.get(url("my-mentoring")))


def test_whoever_was_left_out_reads_why(client, acme, me):
    mentoring_round = make.pairing(acme).round
    make.application(mentoring_round, me, wanted=[1])
    make.left_out(mentoring_round, person=me, reason="all_full", detail={"suitable": 2})

    page = text(client.get(url("my-mentoring")))

    assert "No mentor was found for you" in page
    assert "The 2 mentors who would suit have no room left." in page


def test_the_page_asks_as_many_queries_for_three_pairs_as_for_one(client, acme, me):
    def meet():
        pairing = make.pairing(acme, mentor=me)
        make.application(pairing.round, pairing.mentee, wanted=[1, 2])
        make.mentoring_session(pairing)

    meet()
    make.mentoring_session(make.pairing(acme, mentee=me))
    one = queries_of(client, url("my-mentoring"))
    meet()
    meet()

    assert queries_of(client, url("my-mentoring")) == one <= 15


# --- applying ---------------------------------------------------------------------------------------------------------


def test_staff_apply_and_change_it(client, acme, me):
    mentoring_round = make.mentoring_round(acme)
    assert url("apply", mentoring_round.pk) in text(client.get(url("my-mentoring")))

    client.post(
        url("apply", mentoring_round.pk),
        {
            "as_mentor": "on",
            "offered": ["2", "1"],
            "capacity": "2",
            "as_mentee": "on",
            "wanted": ["16"],
            "languages": ["fr", "lb"],
        },
    )

    application = mentoring_round.applications.get()
    assert (application.person, application.as_mentor, application.as_mentee) == (me, True, True)
    assert (application.offered, application.wanted, application.capacity) == ([1, 2], [16], 2)
    assert application.languages == ["fr", "lb"]

    client.post(url("apply", mentoring_round.pk), {"as_mentee": "on", "wanted": ["3"], "languages": ["fr"]})

    application.refresh_from_db()
    assert (application.as_mentor, application.offered, application.wanted) == (False, [], [3])


def test_the_form_shows_ones_own_levels(client, acme, me):
    mentoring_round = make.mentoring_round(acme)
    assert "We have no Pix result of yours yet" in text(client.get(url("apply", mentoring_round.pk)))

    make.result(acme, person=me, levels=[5, None, *[2] * 14])

    page = text(client.get(url("apply", mentoring_round.pk)))
    assert "(your level: 5)" in page
    assert page.count("(your level:") == 2 * 15
    assert "We have no Pix result" not in page


def test_the_form_knows_ones_languages_and_what_was_stated_before(client, acme, me):
    me.languages = ["de"]
    me.save()
    mentoring_round = make.mentoring_round(acme)
    assert client.get(url("apply", mentoring_round.pk)).context["form"].initial == {"languages": ["de"]}

    make.application(mentoring_round, me, wanted=[4])

    assert client.get(url("apply", mentoring_round.pk)).context["form"].initial["wanted"] == [4]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Say whether you would mentor"),
        ({"as_mentor": "on"}, "Choose at least one competence"),
        ({"as_mentee": "on"}, "Choose at least one competence"),
        (
            {"as_mentor": "on", "as_mentee": "on", "offered": ["1"], "wanted": ["1"]},
            "You offer this yourself: 1.1",
        ),
        ({"as_mentor": "on", "offered": ["99"]}, "not one of the available choices"),
        ({"as_mentor": "on", "offered": ["x"]}, "not one of the available choices"),
        ({"as_mentor": "on", "offered": ["1"], "capacity": "11"}, "less than or equal to 10"),
        ({"as_mentor": "on", "offered": ["1"], "languages": ["xx"]}, "not one of the available choices"),
        ({"as_mentor": "on", "offered": ["1"], "languages": []}, "This field is required"),
    ],
)
def test_applications_that_make_no_sense_are_refused(client, acme, me, fields, sentence):
    mentoring_round = make.mentoring_round(acme)

    response = client.post(url("apply", mentoring_round.pk), {"languages": ["fr"], **fields})

    assert response.status_code == 422
    assert sentence in text(response)
    assert mentoring_round.applications.count() == 0


def test_an_application_is_taken_back(client, acme, me):
    mentoring_round = make.mentoring_round(acme)
    make.application(mentoring_round, me, wanted=[1])
    other = make.application(mentoring_round, wanted=[1])

    for _click in range(2):
        client.post(url("withdraw", mentoring_round.pk))

    assert list(mentoring_round.applications.all()) == [other]


def test_a_round_that_is_over_takes_no_application(client, acme, me):
    over = make.pairing(acme).round

    for response in (
        client.get(url("apply", over.pk), follow=True),
        client.post(
            url("apply", over.pk), {"as_mentee": "on", "wanted": ["1"], "languages": ["fr"]}, follow=True
        ),
    ):
        assert messages_of(response) == ["This round is over. A new one will be announced here."]
    response = client.post(url("withdraw", over.pk), follow=True)
    assert "no more applications" in messages_of(response)[0]
    assert over.applications.count() == 0


# --- logging ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pairing(acme, me):
    return make.pairing(acme, mentor=me, focus=[1, 3])


def answers(**fields):
    return {
        "held_on": timezone.localdate().isoformat(),
        "minutes": "60",
        "mode": "onsite",
        "competences": ["1"],
        "next_step": "",
        "token": str(uuid.uuid4()),
        **fields,
    }


def test_the_form_is_filled_in_but_for_the_next_step(client, pairing):
    make.application(pairing.round, pairing.mentee, wanted=[1, 3, 5])

    form = client.get(url("log-session", pairing.pk)).context["form"]

    shown = {name: form[name].initial for name in form.fields}
    assert shown["held_on"] == timezone.localdate()
    assert (shown["minutes"], shown["mode"], shown["next_step"]) == (60, "onsite", None)
    assert shown["competences"] == [1, 3]
    offered = [position for _area, those in form.fields["competences"].choices for position, _name in those]
    assert offered == [1, 3, 5]


def test_the_mentor_logs_a_session_and_the_mentee_confirms_it(client, acme, me, pairing):
    response = client.post(
        url("log-session", pairing.pk),
        answers(minutes="45", mode="video", next_step="Share a folder"),
        follow=True,
    )

    session = pairing.sessions.get()
    assert messages_of(response) == [f"The session is logged. {pairing.mentee} is asked to confirm it."]
    assert (session.minutes, session.mode, session.competences) == (45, "video", [1])
    assert "Share a folder" in text(response)

    mentee_account = make.member(acme, Role.STAFF)
    pairing.mentee.user = mentee_account
    pairing.mentee.save()
    client.force_login(mentee_account)
    assert url("confirm-session", session.pk) in text(client.get(url("my-mentoring")))

    for _click in range(2):
        response = client.post(url("confirm-session", session.pk), follow=True)
        assert "is confirmed" in messages_of(response)[0]

    session.refresh_from_db()
    assert session.confirmed_at
    response = client.post(url("decline-session", session.pk), follow=True)
    assert messages_of(response) == [
        "You have already answered about this session. Your first answer stands."
    ]


def test_a_double_click_logs_one_session(client, pairing):
    same = answers()

    first, second = (client.post(url("log-session", pairing.pk), same) for _click in range(2))

    assert first.status_code == second.status_code == 302
    assert pairing.sessions.count() == 1


def test_the_same_day_from_another_form_is_refused(client, pairing):
    client.post(url("log-session", pairing.pk), answers())

    response = client.post(url("log-session", pairing.pk), answers())

    assert response.status_code == 422
    assert "A session on this day is logged already." in text(response)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"held_on": (timezone.localdate() + timedelta(days=1)).isoformat()}, "This day is still to come."),
        ({"held_on": "2020-01-01"}, "a session can&#x27;t be earlier"),
        ({"held_on": "yesterday"}, "Enter a valid date"),
        ({"minutes": "0"}, "greater than or equal to 5"),
        ({"minutes": "481"}, "less than or equal to 480"),
        ({"minutes": "47"}, "in steps of 5"),
        ({"minutes": "9" * 30}, "less than or equal to 480"),
        ({"mode": "telepathy"}, "not one of the available choices"),
        ({"competences": []}, "This field is required"),
        ({"competences": ["2"]}, "not one of the available choices"),
        ({"next_step": "x" * 201}, "at most 200"),
        ({"token": "not a token"}, "valid UUID"),
    ],
)
def test_sessions_that_cannot_be_are_refused(client, pairing, fields, sentence):
    response = client.post(url("log-session", pairing.pk), answers(**fields))

    assert response.status_code == 422
    assert sentence in text(response)
    assert pairing.sessions.count() == 0


def test_an_ended_pair_logs_nothing(client, acme, me):
    ended = make.pairing(acme, mentor=me, state="ended", ended_on=timezone.localdate())

    response = client.post(url("log-session", ended.pk), answers(), follow=True)

    assert messages_of(response) == ["This pair is not active, so no session can be logged for it."]
    assert ended.sessions.count() == 0


# --- who may not ------------------------------------------------------------------------------------------------------


def test_a_foreign_pair_is_not_ones_own(client, acme, globex, me):
    colleagues, foreigners = make.pairing(acme), make.pairing(globex)
    as_mentee = make.pairing(acme, mentee=me)

    for pairing, status in ((colleagues, 403), (as_mentee, 403), (foreigners, 404)):
        assert client.get(url("log-session", pairing.pk)).status_code == status
        assert client.post(url("log-session", pairing.pk), answers()).status_code == status
        assert pairing.sessions.count() == 0


def test_a_foreign_session_is_not_ones_own_to_confirm(client, acme, globex, me):
    own = make.mentoring_session(make.pairing(acme, mentor=me))
    colleagues = make.mentoring_session(make.pairing(acme))
    foreigners = make.mentoring_session(make.pairing(globex))

    for session, status in ((own, 403), (colleagues, 403), (foreigners, 404)):
        for name in ("confirm-session", "decline-session"):
            assert client.post(url(name, session.pk)).status_code == status
        session.refresh_from_db()
        assert session.is_waiting


def test_another_organisations_round_takes_no_application(client, globex, me):
    foreign = make.mentoring_round(globex)

    assert client.get(url("apply", foreign.pk)).status_code == 404
    assert client.post(url("withdraw", foreign.pk)).status_code == 404


def test_hr_has_no_pages_of_staff(client, acme, hr):
    client.force_login(hr)

    assert client.get(url("my-mentoring")).status_code == 403
    assert client.get(url("log-session", make.pairing(acme).pk)).status_code == 403


def test_strangers_find_nothing(client, acme, outsider):
    pairing = make.pairing(acme)
    session = make.mentoring_session(pairing)
    client.force_login(outsider)

    assert client.get(url("my-mentoring")).status_code == 404
    assert client.get(url("log-session", pairing.pk)).status_code == 404
    assert client.post(url("confirm-session", session.pk)).status_code == 404

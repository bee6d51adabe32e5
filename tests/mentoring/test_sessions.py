import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mentoring import sessions
from tests import make

ANSWERS = {"minutes": 60, "mode": "onsite", "competences": [1]}


@pytest.fixture
def pairing(acme):
    return make.pairing(acme)


def log(pairing, by=None, **answers):
    answers = {"held_on": timezone.localdate(), **ANSWERS, **answers}
    return sessions.log_session(pairing, by or pairing.mentor, **answers)


def test_the_mentor_logs_and_the_mentee_confirms(pairing):
    session = log(pairing, minutes=45, mode="video", competences=[2, 1], next_step=" Share a folder. ")

    assert (session.minutes, session.mode, session.competences) == (45, "video", [1, 2])
    assert (session.next_step, session.logged_by) == ("Share a folder.", pairing.mentor)
    assert session.is_waiting

    sessions.confirm(session, pairing.mentee)

    session.refresh_from_db()
    assert session.confirmed_at
    assert not session.is_waiting


def test_the_same_form_sent_twice_is_one_session(pairing):
    token = uuid.uuid4()

    assert log(pairing, token=token) == log(pairing, token=token)
    assert pairing.sessions.count() == 1


def test_two_forms_for_one_day_are_one_session(pairing):
    log(pairing)

    with pytest.raises(ValidationError, match="logged already"):
        log(pairing)
    assert pairing.sessions.count() == 1


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"held_on": timezone.localdate() + timedelta(days=1)}, "still to come"),
        ({"held_on": timezone.localdate() - timedelta(days=31)}, "can't be earlier"),
        ({"minutes": 0}, "greater than or equal to 5"),
        ({"minutes": 485}, "less than or equal to 480"),
        ({"minutes": 47}, "steps of 5"),
        ({"mode": "telepathy"}, "not a valid choice"),
        ({"next_step": "x" * 201}, "at most 200"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(pairing, answers, sentence):
    with pytest.raises(ValidationError, match=sentence):
        log(pairing, **answers)
    assert pairing.sessions.count() == 0


def test_nothing_is_logged_once_the_pair_has_ended(acme):
    pairing = make.pairing(acme, state="ended", ended_on=timezone.localdate())

    with pytest.raises(ValidationError, match="not active"):
        log(pairing)


def test_only_the_mentor_logs_and_only_the_mentee_answers(acme, pairing):
    for person in (pairing.mentee, make.person(acme)):
        with pytest.raises(PermissionDenied):
            log(pairing, by=person)
    session = log(pairing)
    for person in (pairing.mentor, make.person(acme)):
        with pytest.raises(PermissionDenied):
            sessions.confirm(session, person)
        with pytest.raises(PermissionDenied):
            sessions.decline(session, person)


def test_the_first_answer_stands(pairing):
    session = log(pairing)
    first = sessions.confirm(session, pairing.mentee).confirmed_at

    assert sessions.confirm(session, pairing.mentee).confirmed_at == first
    with pytest.raises(ValidationError, match="first answer"):
        sessions.decline(session, pairing.mentee)


def test_a_declined_day_may_be_logged_again(pairing):
    sessions.decline(log(pairing, minutes=90), pairing.mentee)

    again = log(pairing, minutes=60)

    assert again.is_waiting
    assert [session.minutes for session in pairing.sessions.held()] == [60]


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 0},
        {"minutes": 485},
        {"minutes": 7},
        {"held_on": date(2099, 1, 1)},
        {"confirmed_at": timezone.now(), "declined_at": timezone.now()},
    ],
)
def test_the_database_refuses_impossible_sessions(pairing, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.mentoring_session(pairing, **fields)

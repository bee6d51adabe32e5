"""Results and the people here: what an import attaches, what waits with its candidates, and what is found later."""

import pytest

from assessments.matching import attach_waiting
from assessments.models import Identity, Result, Waiting
from organisations.enrolling import enrol
from organisations.models import Person, Run
from organisations.runs import carry_out
from tests import make


@pytest.fixture
def waiting(acme):
    campaign = make.campaign(acme)
    return make.result(
        acme,
        campaign=campaign,
        external_id="00101",
        last_name="Weber",
        first_name="Ada",
        waiting_reason=Waiting.UNKNOWN_NUMBER,
    )


def test_a_result_finds_its_person_once_they_are_enrolled(acme, waiting):
    assert attach_waiting(acme) == 0
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")

    assert attach_waiting(acme) == 1

    waiting.refresh_from_db()
    assert (waiting.person, waiting.waiting_reason, waiting.attached) == (person, "", "number")
    assert attach_waiting(acme) == 0


def test_who_waits_is_kept_once_with_candidates_and_their_signs(acme, waiting):
    person = make.person(
        acme, staff_number="00102", last_name="Weber", first_name="Ada", left_on="2020-01-31"
    )
    make.result(acme, campaign=waiting.campaign, external_id="00101 ", last_name="WEBER", first_name="Áda")

    assert attach_waiting(acme) == 0

    identity = Identity.objects.get()
    assert (identity.last_name, identity.external_id, identity.reason) == ("Weber", "00101", "other_dates")
    assert identity.candidates == [
        {"person": person.pk, "signs": ["name_same", "number_near", "had_left"]},
    ]
    assert set(acme.results.values_list("identity", "waiting_reason")) == {(identity.pk, "other_dates")}


def test_looking_again_refreshes_the_candidates(acme, waiting):
    attach_waiting(acme)
    assert Identity.objects.get().candidates == []
    make.person(acme, staff_number="77777", last_name="Weber", first_name="Ada")

    attach_waiting(acme)

    assert [each["signs"] for each in Identity.objects.get().candidates] == [["name_same", "number_other"]]
    waiting.refresh_from_db()
    assert waiting.waiting_reason == Waiting.OTHER_NUMBER


def test_what_is_attached_stays_attached(acme, waiting):
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    attach_waiting(acme)
    make.result(acme, campaign=waiting.campaign, external_id="00101", last_name="Tun", first_name="Ben")

    attach_waiting(acme)

    assert list(acme.results.order_by("pk").values_list("person", flat=True)) == [person.pk, None]


def test_people_of_another_organisation_are_never_looked_at(acme, globex, waiting):
    make.person(globex, staff_number="00101")

    assert attach_waiting(acme) == 0


def test_looking_again_takes_the_same_number_of_queries(acme, waiting, django_assert_num_queries):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    for number in range(20):
        make.person(acme, staff_number=f"X{number}", last_name=f"Name{number}", first_name="Eva")
        make.result(acme, external_id=f"X{number}", last_name=f"Name{number}", first_name="Eva")

    with django_assert_num_queries(6):  # savepoint, rows, people, decisions, update, savepoint
        assert attach_waiting(acme) == 21


def test_whoever_is_enrolled_later_finds_their_result_without_anybody_asking(acme, hr):
    make.result(acme, external_id="00101", last_name="Weber", first_name="Ada")
    assert acme.results.waiting().count() == 1

    (ada,) = enrol(
        acme, [Person(organisation=acme, last_name="Weber", first_name="Ada", staff_number="00101")], hr
    )
    enrol(acme, [Person(organisation=acme, last_name="Other", first_name="Bo", staff_number="2")], hr)
    run = Run.objects.get(kind="attach_waiting")
    carry_out(run.pk)

    assert Run.objects.get(pk=run.pk).outcome == {"attached": 1}
    assert Result.with_held.get().person == ada

"""Whose result it is: numbers decide, and only without doubt."""

import pytest

from assessments.matching import attach_waiting, match
from assessments.models import Waiting
from tests import make


def matched(numbers, *rows):
    """Rows are (external id, student number, last name, first name)."""
    found = match(numbers, *zip(*rows, strict=True))
    return list(zip(found.people, found.reasons, strict=True))


def test_a_number_that_one_person_here_has_decides():
    rows = [("00101", "", "Weber", "Ada"), (" 7 ", "", "Tun", "Ben"), ("", "S9", "Kim", "Eva")]

    assert matched({"00101": 1, "7": 2, "S9": 3}, *rows) == [(1, ""), (2, ""), (3, "")]


def test_leading_zeros_matter():
    assert matched({"00101": 1}, ("101", "", "Weber", "Ada")) == [(None, Waiting.UNKNOWN_NUMBER)]


def test_without_a_number_a_row_waits():
    assert matched({"7": 1}, ("", " ", "Weber", "Ada")) == [(None, Waiting.NO_NUMBER)]


def test_an_unknown_number_waits():
    assert matched({"7": 1}, ("8", "", "Weber", "Ada")) == [(None, Waiting.UNKNOWN_NUMBER)]


def test_a_number_that_people_of_two_names_gave_attaches_to_nobody():
    rows = [("7", "", "Weber", "Ada"), ("7", "", "Tun", "Ben"), ("8", "", "Kim", "Eva")]

    assert matched({"7": 1, "8": 2}, *rows) == [
        (None, Waiting.SEVERAL_NAMES),
        (None, Waiting.SEVERAL_NAMES),
        (2, ""),
    ]


def test_attempts_of_one_person_are_all_theirs():
    rows = [("7", "", "Wéber", "Ada"), ("7", "", "weber", " ada "), ("7", "", "Wéber", "Ada")]

    assert matched({"7": 1}, *rows) == [(1, ""), (1, ""), (1, "")]


def test_two_numbers_of_one_row_must_agree():
    numbers = {"7": 1, "S7": 1, "S8": 2}

    assert matched(numbers, ("7", "S7", "Weber", "Ada"), ("7", "S8", "Weber", "Ada")) == [
        (1, ""),
        (None, Waiting.TWO_PEOPLE),
    ]


def test_one_of_two_numbers_is_enough_unless_the_other_is_doubtful():
    numbers = {"7": 1, "8": 2}
    rows = [("7", "S1", "Weber", "Ada"), ("8", "S2", "Tun", "Ben"), ("9", "S2", "Kim", "Eva")]

    assert matched(numbers, *rows) == [(1, ""), (None, Waiting.SEVERAL_NAMES), (None, Waiting.SEVERAL_NAMES)]


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
    person = make.person(acme, staff_number="00101")

    assert attach_waiting(acme) == 1

    waiting.refresh_from_db()
    assert (waiting.person, waiting.waiting_reason) == (person, "")
    assert attach_waiting(acme) == 0


def test_a_later_namesake_of_the_number_keeps_it_from_being_attached(acme, waiting):
    make.person(acme, staff_number="00101")
    make.result(acme, campaign=waiting.campaign, external_id="00101", last_name="Tun", first_name="Ben")

    assert attach_waiting(acme) == 0

    assert set(acme.results.values_list("person", "waiting_reason")) == {(None, Waiting.SEVERAL_NAMES)}


def test_what_is_attached_stays_attached(acme, waiting):
    person = make.person(acme, staff_number="00101")
    attach_waiting(acme)
    make.result(acme, campaign=waiting.campaign, external_id="00101", last_name="Tun", first_name="Ben")

    attach_waiting(acme)

    assert list(acme.results.order_by("pk").values_list("person", flat=True)) == [person.pk, None]


def test_people_of_another_organisation_are_never_looked_at(acme, globex, waiting):
    make.person(globex, staff_number="00101")

    assert attach_waiting(acme) == 0


def test_numbers_of_different_campaigns_do_not_disturb_each_other(acme, waiting):
    person = make.person(acme, staff_number="00101")
    make.result(acme, external_id="00101", last_name="Tun", first_name="Ben", waiting_reason="unknown_number")

    assert attach_waiting(acme) == 2
    assert set(acme.results.values_list("person", flat=True)) == {person.pk}


def test_looking_again_takes_the_same_number_of_queries(acme, waiting, django_assert_num_queries):
    make.person(acme, staff_number="00101")
    for number in range(20):
        make.person(acme, staff_number=f"X{number}")
        make.result(
            acme, external_id=f"X{number}", last_name=f"Name{number}", waiting_reason="unknown_number"
        )

    with django_assert_num_queries(5):  # savepoint, rows, numbers, update, savepoint
        assert attach_waiting(acme) == 21

"""Who is it? Numbers first, then names; sure, or with candidates."""

from datetime import UTC, date, datetime

import pytest

from assessments.models import Waiting
from assessments.recognising import (
    Candidate,
    Decided,
    Decisions,
    Directory,
    Known,
    Participants,
    hex_key_of,
    recognise,
)

ADA = Known(1, "Weber", "Ada", "00101", "ada@acme.example", "Finance", "Esch")
BEN = Known(2, "Tun", "Ben", "00215", "ben@acme.example", "Operations", "Esch")
EVA = Known(3, "Hoffmann-Kirpach", "Eva Maria", "00377", "", "Operations", "Esch")
HERE = [ADA, BEN, EVA]


def found(*rows, people=HERE, decisions=None, days=(), **columns):
    """Rows are (last name, first name, external id)."""
    last_names, first_names, external_ids = zip(*rows, strict=True)
    empty = [""] * len(rows)
    given = Participants(
        last_names, first_names, external_ids, columns.pop("student_numbers", empty), moments=days, **columns
    )
    return recognise(Directory(people), given, decisions)


def outcome(*rows, **options):
    match = found(*rows, **options)
    return [
        (person, str(attached or reason))
        for person, attached, reason in zip(match.people, match.attached, match.reasons, strict=True)
    ]


def on(*texts):
    return [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]


# --- Numbers ----------------------------------------------------------------------------------------------------------


def test_a_number_decides_where_the_name_agrees():
    assert outcome(("Weber", "Ada", "00101"), ("WEBER", "ada", " 00101 "), ("Kirpach", "Eva", "00377")) == [
        (1, "number"),
        (1, "number"),
        (3, "number"),
    ]


def test_an_e_mail_is_as_good_as_a_number():
    assert outcome(("Weber", "A", "Ada@acme.example")) == [(1, "number")]


def test_a_surname_of_before_the_wedding_does_not_contradict_the_number():
    assert outcome(("Klein", "Ada", "00101")) == [(1, "number")]


def test_a_number_that_the_name_contradicts_is_doubtful():
    match = found(("Kim", "Zoe", "00101"))

    assert (match.people, match.reasons) == ([None], [Waiting.OTHER_NAME])
    assert match.doubts[0].candidates == [Candidate(1, ["name_other", "number"])]


def test_a_number_is_doubtful_where_somebody_else_bears_the_name_better():
    people = [*HERE, Known(4, "Klein", "Ada", "00990")]

    assert outcome(("Klein", "Ada", "00101"), people=people) == [(None, "other_number")]


def test_without_a_name_a_number_of_one_person_decides():
    assert outcome(("", "", "00101"), ("", "", "00999")) == [(1, "number"), (None, "unknown_number")]


def test_of_those_who_give_one_number_only_its_bearer_gets_the_result():
    assert outcome(("Weber", "Ada", "00101"), ("Kim", "Zoe", "00101"), ("Weber", "Pol", "00101")) == [
        (1, "number"),
        (None, "several_names"),
        (None, "several_names"),
    ]


def test_two_numbers_of_one_row_must_belong_to_one_person():
    rows = ("Weber", "Ada", "00101"), ("Weiss", "Zoe", "00101")

    assert outcome(*rows, student_numbers=["S9", "00215"]) == [(1, "number"), (None, "two_people")]


def test_the_number_of_two_people_is_nobodys():
    people = [ADA, Known(2, "Tun", "Ben", "X", "00101")]

    assert outcome(("Kim", "Zoe", "00101"), people=people) == [(None, "unknown_number")]


def test_the_column_with_our_staff_numbers_is_found_among_the_imported_ones():
    imported = {
        "Catégorie": ["A", "B", "A"],
        "N° agent": ["00101", "00215", "00377"],
        "Service": ["Finance", "Operations", ""],
    }
    rows = ("W.", "Ada", ""), ("Tun", "B", ""), ("Kirpach", "Eva", "")

    assert outcome(*rows, imported=imported) == [(1, "number"), (2, "number"), (3, "number")]


def test_a_column_whose_numbers_belong_to_other_names_is_no_list_of_ours():
    people = [Known(pk, f"Name{pk}a", "Ada", f"{pk:05}") for pk in range(1, 40)]
    rows = [(f"Name{pk}a", "Ada", f"{pk + 1:05}") for pk in range(1, 39)]

    assert {person for person, _how in outcome(*rows, people=people)} != {None}


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [("Weber", "Ada"), ("ADA", "wéber"), ("Weber", "Ada ")], ids=["same", "swapped", "stray space"]
)
def test_without_a_number_the_whole_name_decides(name):
    assert outcome((*name, "")) == [(1, "name")]


def test_a_name_decides_where_the_number_has_a_slip():
    assert outcome(("Weber", "Ada", "101"), ("Tun", "Ben", "00216"), ("Hoffmann", "Eva", "0 0377")) == [
        (1, "name"),
        (2, "name"),
        (3, "name"),
    ]


def test_a_name_never_decides_against_a_staff_number():
    match = found(("Weber", "Ada", "00999"))

    assert (match.people, match.reasons) == ([None], [Waiting.OTHER_NUMBER])
    assert match.doubts[0].candidates == [Candidate(1, ["name_same", "number_other"])]


def test_what_does_not_look_like_a_staff_number_is_no_number():
    assert outcome(("Weber", "Ada", "621 445 889")) == [(1, "name")]


def test_namesakes_wait():
    people = [*HERE, ADA._replace(pk=4, staff_number="00888", email="")]
    match = found(("Weber", "Ada", ""), people=people)

    assert (match.people, match.reasons) == ([None], [Waiting.NAMESAKES])
    assert [each.person for each in match.doubts[0].candidates] == [1, 4]
    assert match.doubts[0].candidates[0].signs == ["name_same", "namesake"]


def test_the_department_tells_namesakes_apart():
    people = [*HERE, ADA._replace(pk=4, staff_number="00888", email="", department="Operations")]
    rows = ("Weber", "Ada", ""), ("Tun", "Ben", "")

    assert outcome(*rows, people=people, groups=["operations", "Finance"]) == [(4, "name"), (2, "name")]


def test_the_dates_tell_namesakes_apart():
    left = ADA._replace(pk=4, staff_number="00888", email="", left_on=date(2025, 3, 31))
    rows = [("Weber", "Ada", "")]

    assert outcome(*rows, people=[*HERE, left], days=on("2026-02-01")) == [(1, "name")]
    assert outcome(*rows, people=[*HERE, left], days=on("2025-02-01")) == [(None, "namesakes")]


def test_a_name_does_not_decide_against_the_dates_of_employment():
    left, hired = ADA._replace(left_on=date(2025, 3, 31)), BEN._replace(hired_on=date(2026, 5, 1))
    rows = ("Weber", "Ada", ""), ("Tun", "Ben", "")

    assert outcome(*rows, people=[left, hired], days=on("2026-02-01", "2026-02-01")) == [
        (None, "other_dates"),
        (None, "other_dates"),
    ]


def test_number_and_name_together_outweigh_the_dates():
    assert outcome(
        ("Weber", "Ada", "00101"), people=[ADA._replace(left_on=date(2025, 3, 31))], days=on("2026-02-01")
    ) == [(1, "number")]


def test_a_name_that_many_bear_here_does_not_decide_alone():
    people = [Known(pk, "Silva", f"Name{pk}x", f"{pk:05}") for pk in range(1, 16)]
    people += [Known(pk, f"Other{pk}x", "Maria", f"{pk:05}") for pk in range(16, 31)]
    people += [Known(pk, f"Last{pk}x", f"First{pk}x", f"{pk:05}") for pk in range(31, 200)]
    people.append(Known(200, "Silva", "Maria", "00200"))

    assert outcome(("Silva", "Maria", ""), ("Kim", "Zoe", ""), people=people)[0] == (None, "name_alone")
    assert outcome(("Silva", "Maria", "0200"), ("Kim", "Zoe", ""), people=people)[0] == (200, "name")


def test_who_is_nobody_here_waits_without_candidates():
    match = found(("Kim", "Zoe", ""), ("Kim", "Zoe", "AB-1"))

    assert match.reasons == [Waiting.NO_NUMBER, Waiting.UNKNOWN_NUMBER]
    assert [doubt.candidates for doubt in match.doubts] == [[], []]


def test_who_gives_a_number_of_another_list_is_not_said_to_give_none():
    match = found(*[("Kim", f"Zoe{place}", f"EXT;{place}") for place in range(12)], ("Kim", "Ann", ""))

    assert match.reasons == [Waiting.UNKNOWN_NUMBER] * 12 + [Waiting.NO_NUMBER]


def test_spellings_of_accents_and_capitals_are_one_identity():
    match = found(("Kim", "Zoé", ""), ("KIM", "Zoe", ""), ("Kim", "Zoe", "7"))

    assert [doubt.case.rows for doubt in match.doubts] == [[0, 1], [2]]


# --- Decisions --------------------------------------------------------------------------------------------------------


def decided(person, *key, participant=""):
    decisions = Decisions(numbers={(key[2], key[3])})
    decisions.by_key[hex_key_of((*key, participant))] = Decided(person, 70)
    if participant:
        decisions.by_participant[participant] = Decided(person, 70)
    return decisions


def test_a_decision_holds_for_the_identity_however_it_is_spelled():
    match = found(("KIM", "Zoé", "7"), decisions=decided(2, "kim", "zoe", "7", ""))

    assert (match.people, match.attached, match.identities) == ([2], ["decision"], [70])


def test_a_decision_that_it_is_nobody_holds_against_number_and_name():
    match = found(("Weber", "Ada", "00101"), decisions=decided(None, "weber", "ada", "00101", ""))

    assert (match.people, match.reasons, match.identities) == ([None], [Waiting.NOBODY], [70])


def test_a_decision_holds_for_the_same_participant_of_pix_under_another_name():
    decisions = decided(2, "kim", "zoe", "7", "", participant="a" * 40)

    assert outcome(("Weber", "Ada", "00101"), decisions=decisions, participants=["a" * 40]) == [
        (2, "decision")
    ]
    assert outcome(("Weber", "Ada", "00101"), decisions=decisions, participants=["b" * 40]) == [(1, "number")]


def test_what_is_settled_stays():
    match = found(("Weber", "Ada", "00101"), ("Tun", "Ben", "00215"), settled=[3, None])

    assert match.people == [3, 2]

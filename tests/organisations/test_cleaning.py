"""One value at a time: what is taken, how it is stored, and why the others are not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.cleaning import CLEANERS, REASONS, Unclean


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("last_name", "  Müller \u00a0 Weber ", "Müller Weber"),
        ("last_name", "Mu\u0308ller", "Müller"),
        ("first_name", "Zoë\u200b", "Zoë"),
        ("email", " Ada.Weber@ACME.lu ", "ada.weber@acme.lu"),
        ("email", "mailto:ada@acme.lu", "ada@acme.lu"),
        ("email", "o'neil@acme.lu", "o'neil@acme.lu"),
        ("email", "", ""),
        ("staff_number", " 007 ", "007"),
        ("languages", "fr,de", ["fr", "de"]),
        ("languages", "FR / Deutsch; fr + Lëtzebuergesch", ["fr", "de", "lb"]),
        ("languages", "", []),
        ("hired_on", "2024-03-01", date(2024, 3, 1)),
        ("hired_on", "01.03.2024", date(2024, 3, 1)),
        ("hired_on", "1/3/2024", date(2024, 3, 1)),
        ("hired_on", "2024-03-01 00:00:00", date(2024, 3, 1)),
        ("left_on", "  ", None),
        ("department", "R & D", "R & D"),
        ("department", "#IT", "#IT"),
    ],
)
def test_what_is_taken(field, text, value):
    assert CLEANERS[field](text) == value


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("last_name", "W" * 101, "too_long"),
        ("last_name", "=1+2", "formula"),
        ("last_name", "1234", "no_letter"),
        ("department", "a\x07b", "control"),
        ("email", "ada(at)acme.lu", "email"),
        ("email", "ada@acme", "email"),
        ("email", '=B2&"@acme.lu"', "formula"),
        ("email", "#N/A", "error"),
        ("department", "#REF!", "error"),
        ("department", "#NOM ?", "error"),
        ("department", "@SUM(A1)", "formula"),
        ("languages", "#NV", "error"),
        ("hired_on", "=TODAY()", "formula"),
        ("hired_on", "#BEZUG!", "error"),
        ("email", "аda@acme.lu", "email_look_alike"),  # Cyrillic
        ("email", "ada@acmε.lu", "email_look_alike"),  # Greek
        ("email", "zoë@acme.lu", "email_letter"),
        ("email", "a" * 250 + "@acme.lu", "too_long"),
        ("staff_number", "1985031212345", "national_number"),
        ("languages", "fr,xx", "language"),
        ("hired_on", "soon", "date"),
        ("hired_on", "45352", "date_number"),
        ("hired_on", "03/25/2024", "date_month"),
        ("hired_on", "31.02.2024", "date_day"),
        ("hired_on", "01.03.24", "date_year"),
        ("hired_on", "0024-03-01", "date_year"),
    ],
)
def test_what_is_refused(field, text, code):
    with pytest.raises(Unclean) as refusal:
        CLEANERS[field](text)
    assert refusal.value.code == code


def test_a_look_alike_letter_is_named_with_its_place_and_script():
    with pytest.raises(Unclean) as refusal:
        CLEANERS["email"]("adа@acme.lu")
    assert str(refusal.value.sentence) == (
        "“а” (character 3) only looks like a Latin letter; it is Cyrillic. Type the address again."
    )


def test_a_date_stored_as_a_number_is_shown_as_the_date_it_means():
    with pytest.raises(Unclean) as refusal:
        CLEANERS["hired_on"]("45352")
    assert "2024-03-01" in refusal.value.sentence


@given(st.sampled_from(sorted(CLEANERS)), st.text(max_size=300))
def test_any_text_is_taken_or_refused_with_a_sentence(field, text):
    try:
        value = CLEANERS[field](text)
    except Unclean as refusal:
        assert refusal.code in REASONS  # noqa: PT017 - taken or refused, both are right
        assert str(refusal.sentence)  # noqa: PT017
    else:
        assert CLEANERS[field](as_text(value)) == value


def as_text(value):
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else str(value)

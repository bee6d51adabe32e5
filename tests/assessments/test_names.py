"""How alike two names are, whatever people do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.names import Likeness, Name, compare, folded, is_one_slip, plain, slips

ALIKE = {
    Likeness.SAME: [
        (("Müller", "Jörg"), ("Mueller", "Jorg")),
        (("Weiß", "Anna"), ("WEISS", " anna ")),
        (("Ada", "Weber"), ("Weber", "Ada")),
        (("Œuvrard", "Zoé"), ("Oeuvrard", "Zoe")),
        (("van der Meulen", "Jan"), ("Vandermeulen", "Jan")),
        (("dos Santos", "Maria"), ("Santos", "Maria")),
        (("d'Alançon", "Luc"), ("Dalancon", "Luc")),
        (("O’Brien", "Kate"), ("O'Brien", "Kate")),
        (("Schmit", "Marie-Louise"), ("Schmit", "Marielouise")),
        (("Silva Santos", "Maria"), ("Santos", "Maria Silva")),
        (("Wójcik", "Łukasz"), ("Wojcik", "Lukasz")),
        (("Иванова", "Анна"), ("Ivanova", "Anna")),
        (("Παπαδοπουλος", "Νικος"), ("Papadopoulos", "Nikos")),
        (("Li", "Xiao Ming"), ("Li", "Xiaoming")),
    ],
    Likeness.CLOSE: [
        (("Weber", "A."), ("Weber", "Ada")),
        (("Webre", "Ada"), ("Weber", "Ada")),
        (("Schmidt", "Eva"), ("Schmit", "Eva")),
        (("Kovachevich", "Marko"), ("Kovačević", "Marko")),
        (("Schevchenko", "Olena"), ("Shevchenko", "Olena")),
        (("Silva", "Zé"), ("da Silva", "José")),
        (("Weber", "Alex"), ("Weber", "Alexandre")),
        (("Wiśniewsky", "Jan"), ("Wiszniewski", "Jan")),
    ],
    Likeness.PART: [
        (("Hoffmann", "Marie"), ("Hoffmann-Kirpach", "Marie-Louise")),
        (("Weber-Klein", "Ada"), ("Weber", "Ada")),
        (("Weber", "Ada Maria"), ("Weber", "Ada")),
    ],
    Likeness.SOME: [
        (("Thill", "Ada"), ("Weber", "Ada")),
        (("Weber", ""), ("Weber", "Ada")),
        (("Silva Costa", "Maria"), ("Silva Santos", "Maria")),
    ],
    Likeness.OTHER: [
        (("Tun", "Ben"), ("Weber", "Ada")),
        (("", ""), ("Weber", "Ada")),
        (("Kim", "A"), ("Weber", "Ada")),
        (("Jan", "Luc"), ("Jana", "Luca")),
    ],
}


@pytest.mark.parametrize(
    ("written", "known", "likeness"),
    [(written, known, likeness) for likeness, pairs in ALIKE.items() for written, known in pairs],
)
def test_names_are_as_alike_as_people_would_say(written, known, likeness):
    assert compare(Name(*written), Name(*known))[0] == likeness


def test_a_name_of_particles_alone_keeps_them():
    assert compare(Name("Lê", "Van"), Name("Le", "Van"))[0] == Likeness.SAME


def test_what_agrees_is_told_word_by_word():
    assert compare(Name("Webre", "A."), Name("Weber-Klein", "Ada"))[1] == {"weber": "webre", "ada": "a"}


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_two_names_can_be_compared(last, first, other_last, other_first):
    likeness, agreeing = compare(Name(last, first), Name(other_last, other_first))

    assert isinstance(likeness, Likeness)
    assert agreeing.keys() <= Name(other_last, other_first).words
    assert folded(folded(last)) == folded(last) or not last.isascii()
    assert plain(plain(last)) == plain(last)


@given(st.text("abcd", min_size=1, max_size=8), st.text("abcd", min_size=1, max_size=8))
def test_one_slip_is_a_distance_of_one(one, other):
    assert is_one_slip(one, other) == (slips(one, other) <= 1)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("weber", "weber", 0),
        ("weber", "webre", 1),
        ("weber", "wber", 1),
        ("weber", "vebre", 2),
        ("abc", "ca", 3),
    ],
)
def test_slips_are_counted(one, other, count):
    assert slips(one, other) == count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentoring.candidates import Candidate, chain_above
from mentoring.market import Market
from mentoring.rules import (
    CAPACITY,
    GAP,
    LANGUAGE,
    ONE_MENTOR,
    PAIR_RULES,
    PRESENT,
    REPORTING_LINE,
    RESULT,
    RULES,
    SOMEBODY_ELSE,
    Violation,
    violations,
    works_on,
)

FRENCH, GERMAN = frozenset({"fr"}), frozenset({"de"})


def candidate(person, level=3, **fields):
    return Candidate(
        person,
        **{
            "competences": (1,),
            "languages": FRENCH,
            "room": 1,
            "levels": (level,) * 16,
            "result": 100 + person,
            **fields,
        },
    )


MENTOR, MENTEE = candidate(1, level=5), candidate(2, level=3)


@pytest.mark.parametrize(
    ("rule", "mentor", "mentee"),
    [
        (PRESENT, candidate(1, level=5, is_present=False), MENTEE),
        (PRESENT, MENTOR, candidate(2, is_present=False)),
        (RESULT, candidate(1, levels=(), result=None), MENTEE),
        (RESULT, MENTOR, candidate(2, levels=(), result=None)),
        (GAP, candidate(1, level=4), MENTEE),
        (GAP, candidate(1, level=5, competences=(2,)), MENTEE),
        (GAP, MENTOR, candidate(2, levels=(None, *(1,) * 15))),
        (GAP, candidate(1, levels=(None, *(8,) * 15)), MENTEE),
        (SOMEBODY_ELSE, candidate(2, level=5), MENTEE),
        (LANGUAGE, candidate(1, level=5, languages=GERMAN), MENTEE),
        (LANGUAGE, candidate(1, level=5, languages=frozenset()), MENTEE),
        (REPORTING_LINE, candidate(1, level=5, managers=frozenset({9, 2})), MENTEE),
        (REPORTING_LINE, MENTOR, candidate(2, managers=frozenset({9, 1}))),
    ],
)
def test_each_rule_refuses_both_as_a_matrix_and_pair_by_pair(rule, mentor, mentee):
    assert rule in PAIR_RULES
    assert rule.holds(MENTOR, MENTEE, 2)
    assert rule.matrix(Market([MENTOR], [MENTEE], 2)).tolist() == [[True]]

    assert not rule.holds(mentor, mentee, 2)
    assert rule.matrix(Market([mentor], [mentee], 2)).tolist() == [[False]]


levels = st.one_of(
    st.just(()), st.lists(st.one_of(st.none(), st.integers(0, 8)), min_size=3, max_size=3).map(tuple)
)


@st.composite
def sides(draw):
    def somebody(person):
        known = draw(levels)
        return Candidate(
            person=person,
            competences=tuple(draw(st.sets(st.integers(1, 3), min_size=1))),
            languages=draw(st.frozensets(st.sampled_from(["fr", "de", "lb"]))),
            room=draw(st.integers(0, 2)),
            levels=known,
            result=person if known else None,
            managers=draw(st.frozensets(st.integers(1, 6), max_size=3)) - {person},
            is_present=draw(st.booleans()),
        )

    people = st.lists(st.integers(1, 6), unique=True, max_size=5)
    return [somebody(person) for person in draw(people)], [somebody(person) for person in draw(people)]


@settings(max_examples=150, deadline=None)
@given(sides(), st.integers(1, 3))
def test_both_ways_of_judging_a_rule_agree(both, minimum_gap):
    mentors, mentees = both
    market = Market(mentors, mentees, minimum_gap)

    for rule in PAIR_RULES:
        one_by_one = [[rule.holds(mentor, mentee, minimum_gap) for mentee in mentees] for mentor in mentors]
        assert market.holds[rule.code].tolist() == one_by_one, rule.code


@settings(max_examples=100, deadline=None)
@given(sides(), st.integers(1, 3))
def test_only_pairs_that_break_no_rule_have_a_score(both, minimum_gap):
    mentors, mentees = both
    scores = Market(mentors, mentees, minimum_gap).scores

    for row, mentor in enumerate(mentors):
        for column, mentee in enumerate(mentees):
            broken = violations(mentors, mentees, [(mentor.person, mentee.person)], minimum_gap)
            assert (scores[row, column] >= 0) == (not broken)


def test_the_pair_works_on_what_is_offered_wanted_and_far_enough_apart():
    mentor = candidate(1, levels=(5, 4, 8, None, 6), competences=(1, 2, 3, 4))
    mentee = candidate(2, levels=(3, 3, 2, 1, 1), competences=(1, 2, 3, 4, 5))

    assert works_on(mentor, mentee, 2) == [1, 3]


def test_the_score_counts_levels_up_to_a_limit_and_prefers_other_places():
    mentors = [
        candidate(1, level=5),
        candidate(2, level=8),
        candidate(3, level=5, department="IT", site="Esch"),
        candidate(4, level=5, department="HR", site="Esch"),
    ]
    mentee = candidate(9, level=3, department="HR", site="Belval")

    assert Market(mentors, [mentee], 2).scores[:, 0].tolist() == [20, 40, 23, 21]


def test_a_chain_of_managers_goes_to_the_top_and_survives_a_circle():
    managers = {1: 2, 2: 3, 3: None, 4: 5, 5: 6, 6: 5}

    assert chain_above(1, managers) == {2, 3}
    assert chain_above(4, managers) == {5, 6}
    assert chain_above(7, managers) == frozenset()


def test_capacity_counts_over_all_pairs():
    mentors, mentees = [candidate(1, level=8), candidate(4, level=8)], [candidate(2), candidate(3)]

    assert violations(mentors, mentees, [(1, 2), (4, 3)], 2) == []
    assert violations(mentors, mentees, [(1, 2), (1, 3)], 2) == [Violation(CAPACITY, 1, 3)]
    assert violations(mentors, mentees, [(1, 2), (4, 2)], 2) == [Violation(ONE_MENTOR, 4, 2)]


def test_whoever_has_not_applied_breaks_the_rules():
    assert violations([MENTOR], [], [(1, 2)], 2) == [Violation(PRESENT, 1, 2)]


def test_every_rule_has_a_name_and_a_sentence():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(str(rule.sentence).endswith(".") for rule in RULES)

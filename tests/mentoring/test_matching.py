import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentoring import matching
from mentoring.matching import match, violations


@st.composite
def markets(draw, most_mentors=4, most_mentees=5):
    mentors, mentees = draw(st.integers(0, most_mentors)), draw(st.integers(0, most_mentees))
    score = st.integers(-3, 9)  # below zero: not allowed
    scores = draw(
        st.lists(st.lists(score, min_size=mentees, max_size=mentees), min_size=mentors, max_size=mentors)
    )
    capacities = draw(st.lists(st.integers(0, 3), min_size=mentors, max_size=mentors))
    return np.array(capacities, dtype=np.int64), np.array(scores, dtype=np.int32).reshape(mentors, mentees)


def best_by_trying_all(capacities, scores):
    """The most pairs, then the highest score, found by trying every assignment there is."""
    best = (0, 0)
    for choice in itertools.product([None, *range(len(capacities))], repeat=scores.shape[1]):
        pairs = [(mentor, mentee) for mentee, mentor in enumerate(choice) if mentor is not None]
        if not violations(capacities, scores, pairs):
            best = max(best, (len(pairs), sum(int(scores[pair]) for pair in pairs)))
    return best


def greedy(capacities, scores):
    """What somebody with a list would do: the best remaining pair, again and again."""
    room, served, total = list(capacities), set(), 0
    for mentor, mentee in sorted(np.argwhere(scores >= 0).tolist(), key=lambda pair: -scores[tuple(pair)]):
        if room[mentor] and mentee not in served:
            room[mentor] -= 1
            served.add(mentee)
            total += int(scores[mentor, mentee])
    return len(served), total


def reached(matching):
    return len(matching.pairs), matching.objective


@settings(max_examples=150, deadline=None)
@given(markets())
def test_nothing_is_better_and_the_proof_says_so(market):
    found = match(*market)

    assert reached(found) == best_by_trying_all(*market)
    assert violations(*market, found.pairs) == []
    assert found.is_proven


@settings(max_examples=100, deadline=None)
@given(markets())
def test_large_markets_are_solved_in_part_and_still_exactly(market):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "ALL_PAIRS", 0)
        patch.setattr(matching, "NEAREST", 1)
        patch.setattr(matching, "CELLS_AT_A_TIME", 6)
        found = match(*market)

    assert reached(found) == best_by_trying_all(*market)
    assert violations(*market, found.pairs) == []
    assert found.is_proven


@settings(max_examples=100, deadline=None)
@given(markets(most_mentors=12, most_mentees=25))
def test_it_is_never_worse_than_taking_the_best_pair_again_and_again(market):
    assert reached(match(*market)) >= greedy(*market)


@settings(max_examples=50, deadline=None)
@given(markets(most_mentors=12, most_mentees=25))
def test_the_same_input_gives_the_same_pairs(market):
    assert match(*market).pairs == match(*market).pairs


def test_more_pairs_count_more_than_a_higher_score():
    capacities, scores = np.array([1, 1]), np.array([[9, 8], [-1, 1]])

    assert match(capacities, scores).pairs == [(0, 0), (1, 1)]
    assert match(capacities, np.array([[1, 90], [-1, 1]])).pairs == [(0, 0), (1, 1)]


def test_nobody_can_be_paired_when_nothing_is_allowed():
    found = match(np.array([2, 2]), np.full((2, 3), -1))

    assert (found.pairs, found.objective, found.bound, found.most_pairs, found.is_proven) == (
        [],
        0,
        0,
        0,
        True,
    )


def test_the_bound_exposes_pairs_that_are_not_the_best(monkeypatch):
    """The proof does not depend on the solver: with worse pairs the bound stays above what was reached."""
    worse = (np.array([0, 1]), np.array([0, 1]))
    monkeypatch.setattr(matching, "solve_flow", lambda *_arguments: worse)

    found = match(np.array([1, 1]), np.array([[1, 5], [5, 1]]))

    assert found.objective == 2
    assert found.bound >= 10
    assert not found.is_proven


def test_the_bound_exposes_missing_pairs(monkeypatch):
    monkeypatch.setattr(matching, "solve_flow", lambda *_arguments: (np.array([0]), np.array([0])))

    found = match(np.array([1, 1]), np.array([[5, 5], [5, 5]]))

    assert found.most_pairs == 2
    assert not found.is_proven


def test_violations_name_every_broken_rule():
    capacities, scores = np.array([1, 2]), np.array([[5, 5, -1], [5, 5, 5]])

    assert violations(capacities, scores, [(0, 0), (1, 1)]) == []
    assert violations(capacities, scores, [(0, 0), (0, 1), (0, 2), (1, 2)]) == [
        "mentor 0 has too many mentees",
        "mentor 0 and mentee 2 may not be paired",
        "mentee 2 has several mentors",
    ]


def test_thousands_on_each_side_are_solved_exactly():
    draw = np.random.default_rng(7)
    scores = np.where(draw.random((2_100, 2_000)) < 0.5, draw.integers(20, 200, (2_100, 2_000)), -1)

    found = match(np.ones(2_100, dtype=np.int64), scores)

    assert scores.size > matching.ALL_PAIRS
    assert found.is_proven
    assert len(found.pairs) == 2_000

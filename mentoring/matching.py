"""Who is paired with whom: the best assignment there is, and the proof that there is none better.

Plain arrays in, plain arrays out: this module knows neither people nor the database. As many pairs as possible come
first, then the highest total score. The assignment is a flow of least cost; the same input in the same order of ids
always gives the same pairs.

The proof does not trust the solver. Each mentor's place gets a price, derived from the pairs, and every mentee the
best that they could gain at these prices. By the duality of linear programmes the sum of both can't be beaten by any
assignment, whatever the prices are; where it equals what was reached, nothing better exists.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

ALL_PAIRS = 2_000 * 2_000  # up to here every allowed pair is given to the solver
# Above: for each person so many of their best, and more wherever the prices say that more would pay.
NEAREST = 50
ROUNDS_OF_WIDENING = 30
CELLS_AT_A_TIME = 4_000_000


@dataclass(frozen=True)
class Matching:
    """The pairs as indices of mentors and mentees, in the order of the mentees."""

    mentors: np.ndarray
    mentees: np.ndarray
    objective: int  # total score of the pairs
    bound: int  # no assignment with as many pairs scores more
    most_pairs: int  # no assignment has more pairs
    seconds: float

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(zip(self.mentors.tolist(), self.mentees.tolist(), strict=True))

    @property
    def is_proven(self) -> bool:
        return self.bound == self.objective and self.most_pairs == len(self.mentees)


def match(capacities: np.ndarray, scores: np.ndarray) -> Matching:
    """Pair mentors (rows, each with a capacity) and mentees (columns) by their integer scores.

    A negative score means that the pair is not allowed.
    """
    started = perf_counter()
    capacities = np.asarray(capacities, dtype=np.int64)
    if not (scores >= 0).any():
        nobody = np.empty(0, dtype=np.int64)
        return Matching(nobody, nobody, objective=0, bound=0, most_pairs=0, seconds=perf_counter() - started)
    reward = _reward_of_a_pair(capacities, scores)
    chosen = _allowed_pairs(scores) if scores.size <= ALL_PAIRS else _nearest_pairs(scores)
    for _round in range(ROUNDS_OF_WIDENING):
        pairs = solve_flow(capacities, scores.shape[1], *chosen)
        prices = _mentor_prices(pairs, scores, reward, chosen)
        missing, gains = _worth_adding(scores, reward, prices, chosen)
        if not len(missing[0]):
            break
        chosen = _with_more(scores, chosen, missing)
    mentors, mentees = pairs
    objective = int(scores[mentors, mentees].sum())
    limit = int(capacities @ prices) + int(gains.sum())
    return Matching(
        mentors=mentors,
        mentees=mentees,
        objective=objective,
        bound=limit - reward * len(mentees),
        most_pairs=limit // reward,
        seconds=perf_counter() - started,
    )


def violations(capacities: np.ndarray, scores: np.ndarray, pairs: list[tuple[int, int]]) -> list[str]:
    """What is wrong with these pairs, found without looking at how they were made."""
    wrong = []
    places = [int(capacity) for capacity in capacities]
    served = set()
    for mentor, mentee in pairs:
        if scores[mentor, mentee] < 0:
            wrong.append(f"mentor {mentor} and mentee {mentee} may not be paired")
        places[mentor] -= 1
        if places[mentor] == -1:
            wrong.append(f"mentor {mentor} has too many mentees")
        if mentee in served:
            wrong.append(f"mentee {mentee} has several mentors")
        served.add(mentee)
    return wrong


def solve_flow(capacities, number_of_mentees, mentors, mentees, scores):
    """The bare solver: as much flow as possible from mentors to mentees along the given pairs, at the least cost."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # heavy, and only workers pair

    number_of_mentors = len(capacities)
    source, sink = number_of_mentors + number_of_mentees, number_of_mentors + number_of_mentees + 1
    every_mentor, every_mentee = (
        np.arange(number_of_mentors),
        number_of_mentors + np.arange(number_of_mentees),
    )
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(number_of_mentors, source),
        every_mentor,
        capacities,
        np.zeros(number_of_mentors, dtype=np.int64),
    )
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        mentors, number_of_mentors + mentees, np.ones(len(mentors), dtype=np.int64), -scores.astype(np.int64)
    )
    ones = np.ones(number_of_mentees, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(every_mentee, np.full(number_of_mentees, sink), ones, 0 * ones)
    flow.set_nodes_supplies(np.array([source, sink]), np.array([number_of_mentees, -number_of_mentees]))
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"The solver gave up: {status}")
    used = np.flatnonzero(flow.flows(pairs))
    used = used[np.argsort(mentees[used], kind="stable")]
    return mentors[used], mentees[used]


def _reward_of_a_pair(capacities, scores):
    """So much that one pair more always outweighs any gain in score."""
    most_pairs = min(int(capacities.sum()), scores.shape[1])
    return most_pairs * max(int(scores.max(initial=0)), 0) + 1


def _allowed_pairs(scores):
    mentors, mentees = np.nonzero(scores >= 0)
    return mentors, mentees, scores[mentors, mentees]


def _nearest_pairs(scores):
    """For each mentor their best mentees and for each mentee their best mentors. Equal scores are spread out."""
    nearest = NEAREST * (1 + (max(scores.shape) > 5_000))
    keys = [_best_of_rows(scores, nearest), _best_of_rows(scores.T, nearest)[:, ::-1]]
    return _pairs_of_keys(scores, np.concatenate([pairs @ [scores.shape[1], 1] for pairs in keys]))


def _best_of_rows(scores, nearest):
    rows, columns = scores.shape
    nearest = min(nearest, columns)
    found = []
    for block in _blocks(rows, columns):
        spread = (np.arange(columns)[None, :] - np.arange(block.start, block.stop)[:, None]) % columns
        order = scores[block].astype(np.int64) * columns - spread
        best = np.argpartition(-order, nearest - 1, axis=1)[:, :nearest]
        row = np.repeat(np.arange(block.start, block.stop), nearest)
        found.append(np.stack([row, best.ravel()], axis=1))
    return np.concatenate(found)


def _pairs_of_keys(scores, keys):
    """Pairs in the order of ids from numbers that stand for a cell, without those that are not allowed."""
    mentors, mentees = np.divmod(np.unique(keys), scores.shape[1])
    allowed = scores[mentors, mentees] >= 0
    mentors, mentees = mentors[allowed], mentees[allowed]
    return mentors, mentees, scores[mentors, mentees]


def _with_more(scores, chosen, missing):
    columns = scores.shape[1]
    return _pairs_of_keys(
        scores, np.concatenate([chosen[0] * columns + chosen[1], missing[0] * columns + missing[1]])
    )


def _mentor_prices(pairs, scores, reward, chosen):
    """The lowest prices at which nobody would rather have another mentor: potentials of the residual network.

    A mentee gains what their pair is worth less the price of their mentor; unpaired mentees gain nothing. A mentor
    costs at least what anybody would gain by changing to them. Raising the prices until that holds ends because an
    optimal flow leaves no circle that pays.
    """
    mentors, mentees, weights = chosen[0], chosen[1], chosen[2].astype(np.int64) + reward
    number_of_mentors, number_of_mentees = scores.shape
    own_mentor = np.full(number_of_mentees, -1)
    own_mentor[pairs[1]] = pairs[0]
    worth = np.zeros(number_of_mentees, dtype=np.int64)
    worth[pairs[1]] = scores[pairs].astype(np.int64) + reward
    first = np.searchsorted(mentors, np.arange(number_of_mentors + 1))
    busy = np.flatnonzero(np.diff(first))
    prices = np.zeros(number_of_mentors, dtype=np.int64)
    for _step in range(number_of_mentors + 1):
        gains = np.where(own_mentor < 0, 0, worth - prices[own_mentor])
        raised = prices.copy()
        if len(busy):
            offers = np.maximum.reduceat(weights - gains[mentees], first[busy])
            raised[busy] = np.maximum(prices[busy], offers)
        if np.array_equal(raised, prices):
            break
        prices = raised
    return prices


def _worth_adding(scores, reward, prices, chosen):
    """Pairs left out so far that would pay at these prices, and what every mentee can gain among all allowed pairs."""
    number_of_mentors, number_of_mentees = scores.shape
    gains = np.zeros(number_of_mentees, dtype=np.int64)
    np.maximum.at(gains, chosen[1], chosen[2].astype(np.int64) + reward - prices[chosen[0]])
    if scores.size <= ALL_PAIRS:
        return (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)), gains
    found, best, nearest = [], gains.copy(), min(NEAREST, number_of_mentors)
    for block in _blocks(number_of_mentees, number_of_mentors):
        offers = np.where(scores[:, block] >= 0, scores[:, block] + np.int64(reward) - prices[:, None], -1)
        best[block] = np.maximum(gains[block], offers.max(axis=0))
        better = np.argpartition(-offers, nearest - 1, axis=0)[:nearest]
        rank, column = np.nonzero(np.take_along_axis(offers, better, axis=0) > gains[block])
        found.append((better[rank, column], column + block.start))
    mentors, mentees = (np.concatenate(part) for part in zip(*found, strict=True))
    return (mentors, mentees), best


def _blocks(rows, columns):
    step = max(1, CELLS_AT_A_TIME // max(columns, 1))
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]

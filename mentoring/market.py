"""Mentors and mentees as arrays: which pairs the rules allow, what they score, and why somebody got nobody."""

from functools import cached_property

import numpy as np

from assessments.models import HIGHEST_LEVEL
from mentoring.candidates import Candidate
from mentoring.models import LeftOut
from mentoring.rules import GAP, LANGUAGE, PAIR_RULES, PRESENT, REPORTING_LINE, SOMEBODY_ELSE

# The score: what the mentee can learn counts most, a view from elsewhere in the house tips the balance.
POINTS_PER_LEVEL = 10
MOST_LEVELS = 4  # a greater distance makes nobody a better mentor
OTHER_DEPARTMENT = 2
OTHER_SITE = 1

UNKNOWN = -1  # level of whoever has not been measured


class Side:
    """The people on one side as arrays, in the order given."""

    def __init__(self, candidates: list[Candidate], languages: list[str], positions: int):
        self.candidates = candidates
        self.people = np.array([candidate.person for candidate in candidates], dtype=np.int64)
        self.room = np.array([candidate.room for candidate in candidates], dtype=np.int64)
        self.present = np.array([candidate.is_present for candidate in candidates], dtype=bool)
        self.has_result = np.array([candidate.result is not None for candidate in candidates], dtype=bool)
        # One bit for each language: two people understand each other when a bit is set in both.
        self.languages = np.array(
            [
                sum(1 << languages.index(language) for language in candidate.languages)
                for candidate in candidates
            ],
            dtype=np.int64,
        )
        self.levels = np.full((len(candidates), positions), UNKNOWN, dtype=np.int16)
        self.chosen = np.zeros((len(candidates), positions), dtype=bool)
        for row, candidate in enumerate(candidates):
            self.chosen[row, [position - 1 for position in candidate.competences]] = True
            self.levels[row, : len(candidate.levels)] = [
                UNKNOWN if level is None else level for level in candidate.levels
            ]

    def __len__(self):
        return len(self.candidates)

    def measured(self, position: int) -> np.ndarray:
        """Rows of those who chose the competence (counted from 0 here) and were measured on it."""
        return np.flatnonzero(self.chosen[:, position] & (self.levels[:, position] != UNKNOWN))


class Market:
    """All mentors against all mentees of one round."""

    def __init__(self, mentors: list[Candidate], mentees: list[Candidate], minimum_gap: int):
        everybody = [*mentors, *mentees]
        languages = sorted(set().union(*(candidate.languages for candidate in everybody)))
        chosen = [max(candidate.competences, default=0) for candidate in everybody]
        positions = max([*chosen, *(len(candidate.levels) for candidate in everybody)], default=0)
        self.mentors = Side(mentors, languages, positions)
        self.mentees = Side(mentees, languages, positions)
        self.minimum_gap = minimum_gap
        self.positions = positions

    @property
    def shape(self):
        return len(self.mentors), len(self.mentees)

    @cached_property
    def gap_points(self) -> np.ndarray:
        """Points for what can be learnt: levels between the two, on each competence with enough of them."""
        points = np.zeros(self.shape, dtype=np.int16)
        every_level = np.arange(HIGHEST_LEVEL + 1, dtype=np.int16)[:, None]
        for position in range(self.positions):
            mentors, mentees = self.mentors.measured(position), self.mentees.measured(position)
            gaps = every_level - self.mentees.levels[mentees, position]
            worth = np.zeros(
                (len(every_level), len(self.mentees)), dtype=np.int16
            )  # of a mentor on each level
            worth[:, mentees] = np.where(gaps >= self.minimum_gap, np.minimum(gaps, MOST_LEVELS), 0)
            points[mentors] += worth[self.mentors.levels[mentors, position]]
        return points * np.int16(POINTS_PER_LEVEL)

    @cached_property
    def in_one_line(self) -> np.ndarray:
        """Whether one of the two is above the other."""
        related = np.zeros(self.shape, dtype=bool)
        row_of = {person: row for row, person in enumerate(self.mentors.people.tolist())}
        column_of = {person: column for column, person in enumerate(self.mentees.people.tolist())}
        for row, mentor in enumerate(self.mentors.candidates):
            related[row, [column_of[person] for person in mentor.managers & column_of.keys()]] = True
        for column, mentee in enumerate(self.mentees.candidates):
            related[[row_of[person] for person in mentee.managers & row_of.keys()], column] = True
        return related

    @cached_property
    def holds(self) -> dict[str, np.ndarray]:
        """For each rule by its code, the pairs that keep it."""
        return {rule.code: rule.matrix(self) for rule in PAIR_RULES}

    @cached_property
    def scores(self) -> np.ndarray:
        """Whole points for each pair that breaks no rule and has room, -1 for all others."""
        allowed = (self.mentors.room[:, None] > 0) & (self.mentees.room[None, :] > 0)
        for holds in self.holds.values():
            allowed &= holds
        points = (
            self.gap_points
            + self._differ("department") * np.int16(OTHER_DEPARTMENT)
            + self._differ("site") * np.int16(OTHER_SITE)
        )
        return np.where(allowed, points, np.int16(-1))

    def _differ(self, field):
        """Pairs of which both have said it and not said the same."""
        names = {
            getattr(candidate, field)
            for side in (self.mentors, self.mentees)
            for candidate in side.candidates
        }
        number = {name: index for index, name in enumerate(sorted(names - {""}), start=1)}
        rows, columns = (
            np.array(
                [number.get(getattr(candidate, field), 0) for candidate in side.candidates], dtype=np.int32
            )
            for side in (self.mentors, self.mentees)
        )
        return (rows[:, None] != columns[None, :]) & (rows[:, None] > 0) & (columns[None, :] > 0)

    @cached_property
    def _possibilities(self):
        """Who would suit whom after each step, each with the reason for those whom the step leaves with nobody."""
        suits = self.holds[PRESENT.code] & self.holds[SOMEBODY_ELSE.code] & self.holds[GAP.code]
        understands = suits & self.holds[LANGUAGE.code]
        return [
            (LeftOut.Reason.NOBODY_SUITS, suits),
            (LeftOut.Reason.NO_LANGUAGE, understands),
            (LeftOut.Reason.OWN_LINE, understands & self.holds[REPORTING_LINE.code]),
        ]

    def why_no_mentor(self, column: int) -> tuple[str, dict]:
        """The first reason for which no mentor remained for this mentee."""
        mentee = self.mentees.candidates[column]
        if mentee.room == 0 and mentee.is_present:
            return LeftOut.Reason.HAS_MENTOR, {}
        return self._why(mentee, (slice(None), column), LeftOut.Reason.ALL_FULL)

    def why_no_mentee(self, row: int) -> tuple[str, dict]:
        """The first reason for which no mentee remained for this mentor."""
        mentor = self.mentors.candidates[row]
        if mentor.room == 0 and mentor.is_present:
            return LeftOut.Reason.NO_ROOM, {}
        return self._why(mentor, (row, slice(None)), LeftOut.Reason.NOT_NEEDED)

    def _why(self, candidate, line, otherwise):
        if not candidate.is_present:
            return LeftOut.Reason.GONE, {}
        if candidate.result is None:
            return LeftOut.Reason.NO_RESULT, {}
        if all(candidate.level(position) is None for position in candidate.competences):
            return LeftOut.Reason.NOT_MEASURED, {"competences": list(candidate.competences)}
        for reason, possible in self._possibilities:
            if not possible[line].any():
                return reason, {"competences": list(candidate.competences)}
        return otherwise, {"suitable": int(possible[line].sum())}

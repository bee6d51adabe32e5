"""Who of the people enrolled here is the one whom a source names? Numbers first, then names; sure, or with candidates.

A number decides where the name doesn't contradict it and nobody else here bears the name better. Where no number
decides, the name does, if it is clearly more likely that the person themselves took part than that a rival or a
stranger would be named so (`certainty`). A name never decides against a staff number or against the dates of
employment, and namesakes are told apart only by something else: a number with a slip, the department, the dates.

Pure: it knows people and participants as values, and neither database nor files.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from itertools import combinations
from math import prod
from operator import attrgetter
from typing import NamedTuple

from django.utils.timezone import localdate

from assessments.models import Result, Sign, Waiting
from assessments.names import (
    LONG,
    Agreement,
    Likeness,
    Name,
    agreement,
    are_spellings,
    compare,
    is_one_slip,
    is_short_form,
    other_forms,
    plain,
    shortened,
    sound,
)

Attached = Result.Attached

# From this certainty on a name decides. The labelled set in the tests measures what that gives.
SURE = 0.96
CANDIDATES_KEPT = 5
CANDIDATES_COMPARED = 50
# How likely somebody writes their own name in such a way, and just so, out of all names that could be written in it.
WAY = {
    Likeness.SAME: 1.0,
    Likeness.CLOSE: 1.0,
    Likeness.PART: 0.05,
    Likeness.SOME: 0.0001,
    Likeness.OTHER: 0.0,
}
WORD_WAY = {Agreement.SAME: 1.0, Agreement.SPELLING: 0.03, Agreement.SHORT: 0.02, Agreement.INITIAL: 0.015}
WORD_SPELLING = {**WORD_WAY, Agreement.SPELLING: 0.002}
# How likely the true person shows such a sign, next to how likely anybody does.
OF_THE_PERSON = {
    Sign.NUMBER_OTHER: 0.01,
    Sign.DEPARTMENT_OTHER: 0.01,
    Sign.NOT_YET_HIRED: 0.005,
    Sign.HAD_LEFT: 0.01,
}
# How likely somebody who took part under their own name or number did so again, named in another way.
AGAIN = 0.1
NEAR_BY_CHANCE = 0.02
# First and last names go together: a Silva is called Maria more often than others are.
TOGETHER = 3
# A name that one person here bears is not rare for sure; this many unseen people temper the shares of small lists.
UNSEEN = 200
VETOES = {
    Sign.NUMBER_OTHER: Waiting.OTHER_NUMBER,
    Sign.NOT_YET_HIRED: Waiting.OTHER_DATES,
    Sign.HAD_LEFT: Waiting.OTHER_DATES,
}
NAME_SIGNS = {
    Likeness.SAME: Sign.NAME_SAME,
    Likeness.CLOSE: Sign.NAME_CLOSE,
    Likeness.PART: Sign.NAME_PART,
    Likeness.SOME: Sign.NAME_SOME,
    Likeness.OTHER: Sign.NAME_OTHER,
}
# Fewer numbers than these say nothing about whether a column holds staff numbers.
TOO_FEW = 10


class Known(NamedTuple):
    """Somebody enrolled here."""

    pk: int
    last_name: str
    first_name: str
    staff_number: str = ""
    email: str = ""
    department: str = ""
    site: str = ""
    hired_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class Participants:
    """One campaign's participations as parallel lists. `settled` are those whose person is known already."""

    last_names: Sequence[str]
    first_names: Sequence[str]
    external_ids: Sequence[str]
    student_numbers: Sequence[str]
    participants: Sequence[str] = ()
    groups: Sequence[str] = ()
    divisions: Sequence[str] = ()
    imported: dict[str, Sequence[str]] = field(default_factory=dict)
    moments: Sequence[datetime | None] = ()
    settled: Sequence[int | None] = ()

    def __len__(self):
        return len(self.last_names)


class Decided(NamedTuple):
    """Who somebody said an identity is (None: nobody here), and the number of that identity."""

    person: int | None
    identity: int


@dataclass(frozen=True)
class Decisions:
    """What people have said, by identity and by participant at Pix; and the numbers that these identities give."""

    by_key: dict[str, Decided] = field(default_factory=dict)
    by_participant: dict[str, Decided] = field(default_factory=dict)
    numbers: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Case:
    """All participations of a campaign that name somebody in one way."""

    key: tuple[str, ...]
    rows: list[int]
    last_name: str
    first_name: str
    participant: str
    numbers: frozenset[str]
    departments: frozenset[str]
    days: list[date]

    @cached_property
    def name(self) -> Name:
        return Name(self.last_name, self.first_name)

    @property
    def gives_a_number(self) -> bool:
        """Also one that stands in a column of another list's numbers, and so decides nothing."""
        _last_name, _first_name, external_id, student_number, *_others = self.key
        return bool(external_id or student_number or self.numbers)

    @property
    def hex_key(self) -> str:
        return hex_key_of(self.key)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the participant, and what speaks for and against it."""

    person: int
    signs: list[str]


@dataclass(frozen=True)
class Doubt:
    """Somebody who waits, why, and who it may be."""

    case: Case
    reason: str
    candidates: list[Candidate]


@dataclass(frozen=True)
class Match:
    """The person of each row (None: it waits), why those that wait do, how the others were attached; and the doubts.

    `identities` names the identity of those about whom somebody has decided.
    """

    people: list[int | None]
    reasons: list[str]
    attached: list[str]
    identities: list[int | None]
    doubts: list[Doubt] = field(default_factory=list)

    @classmethod
    def waiting(cls, count: int) -> "Match":
        return cls([None] * count, [""] * count, [""] * count, [None] * count)

    @property
    def matched(self):
        return len(self.people) - self.people.count(None)


def hex_key_of(key: tuple[str, ...]) -> str:
    return sha256("\x1f".join(key).encode()).hexdigest()[:32]


# --- The people here --------------------------------------------------------------------------------------------------


class Directory:
    """The people of one organisation, to be found by number, and once a name has to decide by name."""

    def __init__(self, people: Iterable[Known]):
        self.people = list(people)
        self.by_number: dict[str, int] = {}
        self._ambiguous: set[str] = set()
        for column in ("staff_number", "email"):
            self._add_numbers(list(map(attrgetter(column), self.people)))
        self._names: dict[int, Name] = {}
        self._similar: dict[str, frozenset[str]] = {}

    def _add_numbers(self, numbers: list[str]) -> None:
        """Numbers that lead to one person; those of two lead to nobody."""
        places = {tidy(number): place for place, number in enumerate(numbers) if number}
        given = len(numbers) - numbers.count("")
        if len(places) < given or not self.by_number.keys().isdisjoint(places):
            counts = Counter(tidy(number) for number in numbers if number)
            several = {number for number, count in counts.items() if count > 1}
            several |= {
                number for number in places if self.by_number.get(number, places[number]) != places[number]
            }
            self._ambiguous |= several
        self.by_number |= places
        for number in self._ambiguous:
            self.by_number.pop(number, None)

    def __len__(self):
        return len(self.people)

    def name(self, place: int) -> Name:
        if place not in self._names:
            person = self.people[place]
            self._names[place] = Name(person.last_name, person.first_name)
        return self._names[place]

    @cached_property
    def shapes(self) -> set[str]:
        """What staff numbers look like here: digits as 9, letters as they are."""
        return {shape_of(tidy(person.staff_number)) for person in self.people if person.staff_number}

    @cached_property
    def places_of(self) -> dict[str, int]:
        """How many people each department and each site has."""
        texts = Counter(plain(person.department) for person in self.people)
        texts.update(plain(person.site) for person in self.people)
        del texts[""]
        return texts

    @cached_property
    def by_word(self) -> dict[str, set[int]]:
        found = defaultdict(set)
        for place in range(len(self.people)):
            for word in self.name(place).keys:
                found[word].add(place)
        return dict(found)

    @cached_property
    def by_initial(self) -> dict[str, set[int]]:
        found = defaultdict(set)
        for place in range(len(self.people)):
            for word in self.name(place).first:
                found[word[0]].add(place)
        return dict(found)

    @cached_property
    def by_spelling(self) -> dict[str, set[str]]:
        """Words by what two words have in common that are one slip apart; long ones also by how they begin."""
        found = defaultdict(set)
        for word in self.by_word:
            for part in spelling_keys(word):
                found[part].add(word)
        return dict(found)

    @cached_property
    def by_beginning(self) -> dict[str, set[str]]:
        """Words by their first three letters: so short forms begin."""
        found = defaultdict(set)
        for word in self.by_word:
            found[word[:3]].add(word)
        return dict(found)

    def similar(self, word: str) -> frozenset[str]:
        """The words here that may be another spelling or a short form of this one, without itself."""
        if word not in self._similar:
            near = set().union(*(self.by_spelling.get(part, ()) for part in spelling_keys(word)))
            similar = {other for other in near if are_spellings(word, other)}
            similar |= {other for other in self.by_beginning.get(word[:3], ()) if is_short_form(word, other)}
            similar |= other_forms(word) & self.by_word.keys()
            self._similar[word] = frozenset(similar - {word})
        return self._similar[word]

    @cached_property
    def by_whole_name(self) -> dict[frozenset[str], set[int]]:
        found = defaultdict(set)
        for place in range(len(self.people)):
            found[self.name(place).words].add(place)
        return dict(found)

    def candidates(self, name: Name) -> list[int]:
        """Whoever shares two words with the name; where nobody is called just so, spellings of the words count, too."""
        same = self.by_whole_name.get(name.words, set())
        sets = [self.bearers(word, with_spellings=not same) for word in name.keys]
        if len(sets) == 1:
            found = sets[0] if len(sets[0]) <= CANDIDATES_KEPT else set()
        else:
            found = set().union(*(one & other for one, other in combinations(sets, 2)))
        if len(found) > CANDIDATES_COMPARED:
            shared = Counter(place for bearers in sets for place in bearers if place in found)
            found = {place for place, _count in shared.most_common(CANDIDATES_COMPARED)}
        return sorted(same | found)

    def bearers(self, word: str, with_spellings: bool) -> set[int]:
        if len(word) == 1:
            return self.by_initial.get(word, set())
        bearers = self.by_word.get(word, set())
        if with_spellings:
            return bearers.union(*(self.by_word[other] for other in self.similar(word)))
        return bearers

    def share(self, word: str, given: str) -> float:
        """How many strangers may bear this word, or a spelling of it, as a name."""
        if len(given) == 1 or len(word) == 1:
            bearers = len(self.by_initial.get(word[0], ()))
        elif given == word:
            bearers = len(self.by_word.get(word, ())) - 0.5
        else:
            bearers = 0.3 + sum(len(self.by_word[other]) for other in self.similar(word))
        return max(bearers, 0.3) / (len(self) + UNSEEN)

    def chance_of(self, place: int, agreeing: dict[str, str]) -> float:
        """How likely a stranger's name agrees with this person's in these words."""
        name = self.name(place)
        chance = TOGETHER
        for part in (name.last, name.first):
            chance *= min((self.share(word, agreeing[word]) for word in part if word in agreeing), default=1)
        return min(chance, 1)


def spelling_keys(word: str) -> set[str]:
    keys = set(shortened(sound(word)))
    if len(word) >= LONG:
        keys.add(word[:5] + "…")
    return keys


def tidy(number: str) -> str:
    return number.strip().casefold()


def shape_of(number: str) -> str:
    return re.sub(r"[0-9]", "9", number)


def core_of(number: str) -> str:
    """The number without the letters and zeros in front, and without spaces and signs."""
    return re.sub(r"[^0-9a-z]", "", number).lstrip("abcdefghijklmnopqrstuvwxyz0")


# --- One campaign -----------------------------------------------------------------------------------------------------


class Likely(NamedTuple):
    """Somebody here beside a case, with how alike the names are and what else there is to say."""

    place: int
    likeness: Likeness
    agreeing: dict[str, str]
    signs: list[Sign]

    @property
    def spelling(self) -> float:
        """How likely this person is named just so. Compares candidates."""
        return self._product(WORD_SPELLING)

    @property
    def way(self) -> float:
        """How likely this person is named in such a way. Compares with strangers."""
        return self._product(WORD_WAY)

    def _product(self, of_words: dict[Agreement, float]) -> float:
        words = prod(of_words[agreement(given, known)] for known, given in self.agreeing.items())
        return WAY[self.likeness] * words * prod(OF_THE_PERSON.get(sign, 1) for sign in self.signs)


class Campaign:
    """One campaign's participations beside the people here: which columns speak of staff numbers and departments."""

    def __init__(self, directory: Directory, given: Participants):
        self.directory, self.given = directory, given
        own = [
            [tidy(number) for number in column]
            for column in (given.external_ids, given.student_numbers)
            if any(column)
        ]
        numbered = {
            label: [tidy(cell) for cell in column]
            for label, column in given.imported.items()
            if self.mostly_known(column, directory.by_number, tidy)
        }
        self.imported_numbers = list(numbered.values())
        columns = [column for column in (*own, *self.imported_numbers) if any(column)]
        self.number_columns = [column for column in columns if self.speaks_of_staff(column)]
        others = (column for label, column in given.imported.items() if label not in numbered)
        self.department_columns = [
            column
            for column in (given.groups, given.divisions, *others)
            if any(column) and self.mostly_known(column, directory.places_of, plain)
        ]

    @staticmethod
    def mostly_known(column: Sequence[str], known, tidied) -> bool:
        """Whether at least half of the different values of a column are among those that we know."""
        values = {tidied(cell) for cell in set(column)} - {""}
        return bool(values) and 2 * sum(value in known for value in values) >= len(values)

    def speaks_of_staff(self, column: list[str]) -> bool:
        """Whether the names confirm that these are our staff numbers, and not those of another list."""
        directory, agreeing, differing = self.directory, 0, 0
        for number, last_name, first_name in zip(
            column, self.given.last_names, self.given.first_names, strict=True
        ):
            place = directory.by_number.get(number)
            if place is None:
                continue
            person = directory.people[place]
            is_same = person.last_name == last_name and person.first_name == first_name
            if is_same or compare(Name(last_name, first_name), directory.name(place))[0] > Likeness.OTHER:
                agreeing += 1
            else:
                differing += 1
        if agreeing + differing < TOO_FEW:
            return agreeing + differing > 0 or sum(map(bool, column)) < TOO_FEW
        return agreeing >= differing

    def owners(self, numbers: Iterable[str]) -> set[int]:
        by_number = self.directory.by_number
        return {by_number[number] for number in numbers if number in by_number}

    def attach_exact(self, match: Match, decisions: Decisions) -> list[int]:
        """Attach whoever writes name and number as we do. Gives the others' places."""
        given, people, by_number = self.given, self.directory.people, self.directory.by_number
        left, somebody_decided, by_its_number = [], bool(decisions.by_key), Attached.NUMBER.value
        for row, numbers in enumerate(zip(*self.number_columns, strict=True)):
            owners = {by_number[number] for number in numbers if number in by_number}
            if len(owners) == 1 and match.people[row] is None:
                person = people[owners.pop()]
                if (
                    person.last_name == given.last_names[row]
                    and person.first_name == given.first_names[row]
                    and not (somebody_decided and self.may_be_decided(row, decisions))
                ):
                    match.people[row], match.attached[row] = person.pk, by_its_number
                    continue
            left.append(row)
        if not self.number_columns:
            left = list(range(len(given)))
        return [row for row in left if match.people[row] is None]

    def may_be_decided(self, row: int, decisions: Decisions) -> bool:
        given = self.given
        if given.participants and given.participants[row] in decisions.by_participant:
            return True
        numbers = decisions.numbers
        return (
            bool(numbers) and (given.external_ids[row].strip(), given.student_numbers[row].strip()) in numbers
        )

    def cases(self, rows: Iterable[int]) -> list[Case]:
        """The participations at these places, those of one identity together."""
        given, cases = self.given, {}
        for row in rows:
            participant = given.participants[row] if given.participants else ""
            key = (
                plain(given.last_names[row]),
                plain(given.first_names[row]),
                given.external_ids[row].strip(),
                given.student_numbers[row].strip(),
                participant,
                *(column[row] for column in self.imported_numbers),
            )
            if key in cases:
                case = cases[key]
                case.rows.append(row)
            else:
                case = cases[key] = Case(
                    key=key,
                    rows=[row],
                    last_name=given.last_names[row],
                    first_name=given.first_names[row],
                    participant=participant,
                    numbers=frozenset(column[row] for column in self.number_columns) - {""},
                    departments=frozenset(plain(column[row]) for column in self.department_columns)
                    & self.directory.places_of.keys(),
                    days=[],
                )
            if given.moments and given.moments[row]:
                case.days.append(localdate(given.moments[row]))
        return list(cases.values())

    @property
    def of_several(self) -> set[str]:
        """Numbers that people of different names gave."""
        return {number for number, names in self.bearers.items() if len(names) > 1}

    @cached_property
    def bearers(self) -> dict[str, set[str]]:
        """The names of those who gave one number, where several participations have it."""
        bearers = defaultdict(set)
        for column in self.number_columns:
            counts = Counter(column)
            for number, last_name, first_name in zip(
                column, self.given.last_names, self.given.first_names, strict=True
            ):
                if number and counts[number] > 1:
                    bearers[number].add(plain(f"{last_name} {first_name}"))
        return bearers

    def owner_without_doubt(self, case: Case) -> int | None:
        """Whose number it is, where the name doesn't contradict it and nobody else here bears the name better."""
        owners = self.owners(case.numbers)
        likeness = {place: compare(case.name, self.directory.name(place))[0] for place in owners}
        if not case.name.words:
            return owners.pop() if len(owners) == 1 and self.of_several.isdisjoint(case.numbers) else None
        fitting = [place for place in owners if likeness[place] >= Likeness.PART]
        if not fitting and len(owners) == 1 and self.of_several.isdisjoint(case.numbers):
            fitting = [place for place in owners if likeness[place] == Likeness.SOME]
        if len(fitting) != 1:
            return None
        place = fitting[0]
        if likeness[place] < Likeness.SAME and self.somebody_fits_better(case, place, likeness[place]):
            return None
        return place

    def somebody_fits_better(self, case: Case, owner: int, likeness: Likeness) -> bool:
        return any(
            compare(case.name, self.directory.name(other))[0] > likeness
            for other in self.directory.candidates(case.name)
            if other != owner
        )

    def likely(self, case: Case) -> list[Likely]:
        """Whoever here may be meant, the likeliest first."""
        directory, found = self.directory, []
        owners = self.owners(case.numbers)
        for place in owners.union(directory.candidates(case.name)):
            likeness, agreeing = compare(case.name, directory.name(place))
            if likeness > Likeness.OTHER or place in owners:
                signs = [
                    NAME_SIGNS[likeness],
                    *self.other_signs(case, directory.people[place], place in owners),
                ]
                found.append(Likely(place, likeness, agreeing, signs))
        found.sort(key=lambda likely: (-likely.spelling, Sign.NUMBER not in likely.signs, likely.place))
        return found

    def other_signs(self, case: Case, person: Known, is_owner: bool) -> Iterable[Sign]:
        if is_owner:
            yield Sign.NUMBER
        elif case.numbers and person.staff_number:
            own = tidy(person.staff_number)
            if any(are_near(number, own) for number in case.numbers):
                yield Sign.NUMBER_NEAR
            elif any(self.is_a_staff_number(number) for number in case.numbers):
                yield Sign.NUMBER_OTHER
        if case.departments and person.department:
            is_same = case.departments & {plain(person.department), plain(person.site)}
            yield Sign.DEPARTMENT_SAME if is_same else Sign.DEPARTMENT_OTHER
        if case.days and person.left_on and min(case.days) > person.left_on:
            yield Sign.HAD_LEFT
        if case.days and person.hired_on and max(case.days) < person.hired_on:
            yield Sign.NOT_YET_HIRED

    def is_a_staff_number(self, number: str) -> bool:
        return number in self.directory.by_number or shape_of(number) in self.directory.shapes

    def taking_part(self, match: Match, likely: list[list[Likely]]) -> Counter[int]:
        """In how many ways each of our people is named in this campaign, by number or by the whole name."""
        place_of = {person.pk: place for place, person in enumerate(self.directory.people)}
        known = {place_of[person] for person in match.people if person in place_of}
        return Counter(known) + Counter(
            found[0].place for found in likely if found and found[0].likeness == Likeness.SAME
        )

    def strangers_like(self, case: Case, likely: Likely) -> float:
        """The share of strangers who would look as much like this person as the case does."""
        chance = self.directory.chance_of(likely.place, likely.agreeing)
        if Sign.NUMBER_NEAR in likely.signs:
            chance *= NEAR_BY_CHANCE
        if Sign.DEPARTMENT_SAME in likely.signs:
            colleagues = max(self.directory.places_of[department] for department in case.departments)
            chance *= colleagues / len(self.directory)
        return chance


def are_near(number: str, own: str) -> bool:
    """The same but for zeros, letters and spaces, or for one slip."""
    return core_of(number) == core_of(own) != "" or (
        min(len(number), len(own)) >= 4 and is_one_slip(number, own)
    )


def recognise(directory: Directory, given: Participants, decisions: Decisions | None = None) -> Match:
    """Find the person of each participation of one campaign."""
    decisions = decisions or Decisions()
    match = Match.waiting(len(given))
    for row, person in enumerate(given.settled):
        match.people[row] = person
    campaign = Campaign(directory, given)
    by_name = []
    for case in campaign.cases(campaign.attach_exact(match, decisions)):
        if settle_decided(match, case, decisions):
            continue
        place = campaign.owner_without_doubt(case)
        if place is None:
            by_name.append(case)
        else:
            settle(match, case, directory.people[place].pk, Attached.NUMBER)
    recognise_by_name(campaign, by_name, match)
    return match


def settle(
    match: Match,
    case: Case,
    person: int | None,
    attached: str = "",
    reason: str = "",
    identity: int | None = None,
) -> None:
    for row in case.rows:
        match.people[row], match.identities[row] = person, identity
        match.attached[row], match.reasons[row] = str(attached), str(reason)


def settle_decided(match: Match, case: Case, decisions: Decisions) -> bool:
    """Do as somebody has decided: for this identity, or for whatever this participant of Pix does."""
    if not decisions.by_key:
        return False
    as_in_files = hex_key_of((*case.key[:4], "", *case.key[5:]))
    decided = (
        decisions.by_key.get(case.hex_key)
        or decisions.by_participant.get(case.participant)
        or decisions.by_key.get(as_in_files)
    )
    if decided is None:
        return False
    person, identity = decided
    if person is None:
        settle(match, case, None, reason=Waiting.NOBODY, identity=identity)
    else:
        settle(match, case, person, Attached.DECISION, identity=identity)
    return True


def recognise_by_name(campaign: Campaign, cases: list[Case], match: Match) -> None:
    """Attach those whose name leaves no doubt; the others wait with their candidates.

    How many strangers a campaign has, and how many of our people give no number that decides, is told by the campaign
    itself: by those whom nobody here resembles, and by the others.
    """
    likely = [campaign.likely(case) for case in cases]
    strangers = 1 + sum(not any(each.likeness >= Likeness.PART for each in found) for found in likely)
    usual = (2 + len(cases) - strangers) / max(len(campaign.directory), 1)
    taking_part = campaign.taking_part(match, likely)
    for case, found in zip(cases, likely, strict=True):
        if found and not vetoed(found[0]):
            certain = certainty(campaign, case, found, strangers / usual, taking_part)
            if certain >= SURE:
                settle(match, case, campaign.directory.people[found[0].place].pk, Attached.NAME)
                continue
        leave_waiting(campaign, case, found, match)


def certainty(
    campaign: Campaign, case: Case, found: list[Likely], strangers: float, taking_part: Counter[int]
) -> float:
    """How likely the first candidate is the one: against the other candidates, and against strangers of such a name.

    `strangers` counts them for each of our people who takes part without a number that decides.
    """
    first, *others = found
    if first.likeness < Likeness.PART:
        return 0

    def again(likely: Likely) -> float:
        own_case = likely.likeness == Likeness.SAME and likely is first
        return AGAIN if taking_part[likely.place] > own_case else 1

    own = again(first)
    rivals = sum(other.spelling * again(other) for other in others) / (first.spelling * own)
    by_chance = strangers * campaign.strangers_like(case, first) / (first.way * own)
    return 1 / (1 + rivals + by_chance)


def vetoed(likely: Likely) -> str:
    """Why this person can't be attached by name, however well it fits."""
    return next((VETOES[sign] for sign in likely.signs if sign in VETOES), "")


def leave_waiting(campaign: Campaign, case: Case, found: list[Likely], match: Match) -> None:
    reason = why_it_waits(campaign, case, found)
    settle(match, case, None, reason=reason)
    same = sum(each.likeness == Likeness.SAME for each in found)
    candidates = []
    for each in found[:CANDIDATES_KEPT]:
        namesake = [Sign.NAMESAKE] if same > 1 and each.likeness == Likeness.SAME else []
        signs = [sign.value for sign in (*each.signs, *namesake)]
        candidates.append(Candidate(campaign.directory.people[each.place].pk, signs))
    match.doubts.append(Doubt(case, reason, candidates))


def why_it_waits(campaign: Campaign, case: Case, found: list[Likely]) -> str:
    owners = [each for each in found if Sign.NUMBER in each.signs]
    if len(owners) > 1:
        return Waiting.TWO_PEOPLE.value
    if not campaign.of_several.isdisjoint(case.numbers):
        return Waiting.SEVERAL_NAMES.value
    if owners and owners[0].likeness == Likeness.OTHER:
        return Waiting.OTHER_NAME.value
    fitting = [each for each in found if each.likeness >= Likeness.PART]
    if not fitting:
        return (Waiting.UNKNOWN_NUMBER if case.gives_a_number else Waiting.NO_NUMBER).value
    if reason := vetoed(fitting[0]):
        return str(reason)
    is_one_of_several = sum(each.likeness == fitting[0].likeness for each in fitting) > 1
    return (Waiting.NAMESAKES if is_one_of_several else Waiting.NAME_ALONE).value

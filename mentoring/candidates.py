"""Everybody who applied for a round, with the facts that the rules judge. A constant number of queries."""

from collections import Counter
from dataclasses import dataclass

from django.utils import timezone

from mentoring.models import MentoringRound


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person on one side of a round."""

    person: int
    competences: tuple[int, ...]  # positions offered by a mentor, or wanted by a mentee
    languages: frozenset[str]
    room: int  # how many partners they may still get
    levels: tuple[int | None, ...] = ()  # by position; nothing while no result is shared
    result: int | None = None
    managers: frozenset[int] = frozenset()  # all above them, to the top
    is_present: bool = True
    department: str = ""
    site: str = ""

    def level(self, position: int) -> int | None:
        return self.levels[position - 1] if position <= len(self.levels) else None


def candidates_of(mentoring_round: MentoringRound) -> tuple[list[Candidate], list[Candidate]]:
    """Mentors and mentees of the round, each in the order of their ids. Four queries."""
    people = _people(mentoring_round.organisation)
    results = _results(mentoring_round)
    managers = {person: fields[0] for person, fields in people.items()}
    mentees_of, mentors_of = _current_partners(mentoring_round.organisation)
    today = timezone.localdate()
    mentors, mentees = [], []
    applications = mentoring_round.applications.order_by("person").values_list(
        "person", "as_mentor", "as_mentee", "offered", "wanted", "languages", "capacity"
    )
    for person, as_mentor, as_mentee, offered, wanted, languages, capacity in applications:
        _manager, left_on, department, site = people[person]
        result, levels = results.get(person, (None, ()))
        facts = {
            "person": person,
            "languages": frozenset(languages),
            "levels": levels,
            "result": result,
            "managers": chain_above(person, managers),
            "is_present": left_on is None or left_on > today,
            "department": department,
            "site": site,
        }
        if as_mentor:
            room = max(capacity - mentees_of[person], 0)
            mentors.append(Candidate(competences=tuple(offered), room=room, **facts))
        if as_mentee:
            room = 0 if mentors_of[person] else 1
            mentees.append(Candidate(competences=tuple(wanted), room=room, **facts))
    return mentors, mentees


def chain_above(person: int, managers: dict[int, int | None]) -> frozenset[int]:
    """The person's manager, that one's manager and so on. A circle in the data ends it."""
    chain = set()
    above = managers.get(person)
    while above is not None and above not in chain:
        chain.add(above)
        above = managers.get(above)
    return frozenset(chain)


def _people(organisation):
    rows = organisation.people.order_by().values_list("pk", "manager", "left_on", "department", "site")
    return {person: fields for person, *fields in rows}


def _results(mentoring_round):
    """The newest shared result of each person, if it was measured in the framework of the round."""
    newest = mentoring_round.organisation.results.profiles().shared().with_levels().newest_per_person()
    rows = newest.values_list("person", "pk", "framework", "levels")
    return {
        person: (result, tuple(levels))
        for person, result, framework, levels in rows
        if framework == mentoring_round.framework_id
    }


def _current_partners(organisation):
    """How many mentees, and how many mentors, people have today from earlier rounds."""
    pairs = list(organisation.pairings.active().order_by().values_list("mentor", "mentee"))
    return Counter(mentor for mentor, _mentee in pairs), Counter(mentee for _mentor, mentee in pairs)

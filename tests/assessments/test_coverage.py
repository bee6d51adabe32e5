"""How far an organisation is, who shares their levels, and what a reader finds in its newest release."""

from assessments import releases
from assessments.coverage import (
    Progress,
    Shown,
    newest_profiles_of,
    open_choices,
)
from assessments.disclosure import Hidden
from assessments.profiles import pix_competences
from assessments.suppression import Reason
from tests import make


def people_with(organisation, level, count, shares=False, **fields):
    for _number in range(count):
        person = make.person(organisation, **fields)
        make.result(organisation, person=person, levels=[level] * 16)
        if shares:
            make.sharing_choice(person)


def shown_of(organisation, seen_by_hr=True):
    releases.refresh(organisation)
    return Shown.of(organisation, pix_competences(), seen_by_hr=seen_by_hr)


def test_progress_counts_people_once(acme, globex):
    campaign = make.campaign(acme)
    twice, started, enrolled = (
        make.person(acme, department="Sales"),
        make.person(acme),
        make.person(acme),
    )
    make.person(acme, hired_on="2020-01-01", left_on="2021-01-01")
    make.result(acme, person=twice, campaign=campaign)
    make.result(acme, person=twice, campaign=campaign)
    make.unshared_result(acme, person=started, campaign=campaign)
    make.result(acme, campaign=campaign)
    make.sharing_choice(twice)
    make.sharing_choice(enrolled, revoked_at="2026-01-01T00:00Z")
    people_with(globex, 3, 2)

    shown = shown_of(acme)

    assert shown.progress() == Progress(enrolled=3, invited=0, started=2, shared=1, share_with_hr=1)
    assert list(releases.progress_by_department(acme).values()) == [
        ["", 2, 0, 1, 0, 0],
        ["Sales", 1, 0, 1, 1, 1],
    ]


def test_a_reader_finds_the_spread_of_everybody_and_of_each_department(acme):
    people_with(acme, 0, 6, department="Sales")
    people_with(acme, 4, 7, department="Sales")
    people_with(acme, 4, 5, department="Finance")
    people_with(acme, 8, 5, department="Finance")

    shown = shown_of(acme)
    finance, sales = shown.groups
    first, area = shown.competences[0], shown.areas[0]

    assert (finance.label, finance.people, sales.label, sales.people) == ("Finance", 10, "Sales", 13)
    assert shown.spread(first).counts == shown.spread(area).counts == [6, 0, 12, 0, 5]
    assert (shown.spread(first).not_measured, shown.spread(first).n) == (0, 23)
    assert shown.spread(first, sales).counts == [6, 0, 7, 0, 0]
    assert [(cell.label, cell.n) for cell in shown.heat(sales, [first, area])] == [("3–4", 13), ("3–4", 13)]


def test_a_department_that_is_nearly_all_alike_says_nothing(acme):
    people_with(acme, 4, 12)

    shown = shown_of(acme)

    assert set(shown.spread(shown.areas[0]).counts) == {Hidden(Reason.EVERYBODY)}
    assert [cell.label for cell in shown.heat(shown.groups[0], shown.areas)] == [""] * 5


def test_without_a_release_nothing_is_shown(acme):
    shown = Shown.of(acme, pix_competences(), seen_by_hr=True)

    assert (shown.groups, shown.changes(), shown.since) == ([], [], None)


def test_only_those_are_listed_who_share_their_levels_now(acme):
    people = [make.person(acme, last_name=name) for name in ("Zed", "Abel", "Kim")]
    for person in people:
        make.result(acme, person=person, levels=[1] * 16)
        make.result(acme, person=person, levels=[2] * 16)
    make.sharing_choice(people[0])
    make.sharing_choice(people[1])
    make.sharing_choice(people[2], revoked_at="2026-01-01T00:00Z")

    listed = [choice.person for choice in open_choices(acme)]

    assert [person.last_name for person in listed] == ["Abel", "Zed"]
    levels = {person: result.levels[0] for person, result in newest_profiles_of(acme, listed).items()}
    assert levels == {people[0].pk: 2, people[1].pk: 2}

from datetime import date

import pytest

from assessments import releases
from assessments.disclosure import Hidden
from assessments.models import Framework
from assessments.suppression import Reason
from tests import make
from upskilling import coverage as counting
from upskilling.coverage import Coverage, gaps_without_offer

TODAY = date(2026, 11, 22)


def coverage(organisation, day, **options):
    """As the page shows it once the figures are made."""
    releases.refresh(organisation)
    return counting.coverage(organisation, day, **options)


@pytest.fixture
def people(acme):
    """Makes so many people with this level in the first competence; the target is level 4."""
    make.target_profile(acme, levels=[4, *[None] * 15])

    def people(count, level, language="fr", shares=False):
        for _number in range(count):
            person = make.person(acme, languages=[language])
            make.result(acme, person=person, levels=[level, *[3] * 15])
            if shares:
                make.sharing_choice(person)

    return people


@pytest.fixture
def first(db):
    return Framework.objects.pix().competences.get(position=1)


def test_everybody_who_was_compared_stands_in_one_of_three_groups(acme, people, first):
    make.offer("1.1", level_min=3)
    people(7, level=4)
    people(6, level=3)
    people(5, level=1)

    assert coverage(acme, TODAY) == [Coverage(first, reached=7, with_offer=6, without_offer=5, compared=18)]
    assert gaps_without_offer(acme, TODAY) == coverage(acme, TODAY)


def test_few_people_are_hidden_and_with_them_what_would_tell_their_number(acme, people, first):
    make.offer("1.1", level_min=3)
    people(7, level=4)
    people(6, level=3)
    people(2, level=1)

    [line] = coverage(acme, TODAY)

    assert line.without_offer == Hidden(Reason.SMALL)
    figures = (line.reached, line.with_offer, line.compared)
    assert any(isinstance(figure, Hidden) for figure in figures)
    assert gaps_without_offer(acme, TODAY) == [line]


def test_of_people_who_are_all_alike_nothing_is_said(acme, people):
    people(9, level=1)

    assert coverage(acme, TODAY) == []
    assert gaps_without_offer(acme, TODAY) == []  # whether there is one would tell each person's level


def test_trying_one_target_after_another_tells_nobodys_level(acme, people):
    """HR changes the targets, and one person's job family, and looks again."""
    people(7, level=4)
    people(6, level=2)
    [before] = coverage(acme, TODAY)
    make.target_profile(acme, levels=[8, *[None] * 15], job_family="Alone")
    acme.people.filter(pk=acme.people.first().pk).update(job_family="Alone")

    assert coverage(acme, TODAY) == [before]


def test_people_who_share_do_not_give_away_the_others(acme, people):
    """Seven at their target, of whom HR knows five."""
    make.offer("1.1")
    people(5, level=4, shares=True)
    people(2, level=4)
    people(9, level=1)

    [line] = coverage(acme, TODAY)

    assert isinstance(line.reached, Hidden)
    assert not (isinstance(line.compared, int) and isinstance(line.with_offer, int))


def test_people_who_share_are_counted_where_the_others_are_many(acme, people, first):
    make.offer("1.1")
    people(2, level=4, shares=True)
    people(6, level=4)
    people(9, level=1)

    assert coverage(acme, TODAY) == [Coverage(first, reached=8, with_offer=9, without_offer=0, compared=17)]


def test_an_officer_sees_no_small_number_of_people_who_share(acme, people):
    """They share their levels with HR, and with nobody else."""
    make.offer("1.1")
    people(2, level=4, shares=True)
    people(5, level=1)
    people(5, level=3)

    [line] = coverage(acme, TODAY, seen_by_hr=False)

    assert line.reached == Hidden(Reason.SMALL)


def test_a_language_without_a_course_is_a_gap_without_an_offer(acme, people, first):
    make.offer("1.1")
    people(5, level=2)
    people(8, level=2, language="pt")

    [line] = gaps_without_offer(acme, TODAY)

    assert line == Coverage(first, reached=0, with_offer=5, without_offer=8, compared=13)


def test_with_a_course_for_everybody_nothing_is_missing(acme, people):
    make.offer("1.1")
    people(5, level=2)
    people(5, level=4)

    assert gaps_without_offer(acme, TODAY) == []


def test_without_targets_there_is_nothing_to_say(acme):
    make.result(acme, person=make.person(acme))

    assert coverage(acme, TODAY) == []


def test_the_number_of_queries_stays_the_same(acme, people, django_assert_num_queries):
    for _number in range(2):
        make.offer("1.1")
        people(5, level=2)
        people(5, level=4)
        releases.refresh(acme)
        with django_assert_num_queries(7):
            counting.coverage(acme, TODAY)

"""What aggregates say of an organisation, and what they must not give away."""

import pytest

from assessments.coverage import BANDS, progress_of, shared_profiles, spreads_of
from assessments.disclosure import Hidden
from tests import make


def figures(organisation, position=1):
    spread = spreads_of(organisation)[position - 1]
    assert spread.competence.position == position
    return [
        str(spread.counts[band]) if isinstance(spread.counts[band], Hidden) else spread.counts[band]
        for band in BANDS
    ]


def people_with(organisation, level, count, shares=False):
    for _number in range(count):
        person = make.person(organisation)
        make.result(organisation, person=person, levels=[level] * 16)
        if shares:
            make.sharing_choice(person)


def test_progress_counts_people_once(acme, globex):
    campaign = make.campaign(acme)
    twice, started, enrolled = make.person(acme), make.person(acme), make.person(acme)
    make.person(acme, hired_on="2020-01-01", left_on="2021-01-01")
    make.result(acme, person=twice, campaign=campaign)
    make.result(acme, person=twice, campaign=campaign)
    make.unshared_result(acme, person=started, campaign=campaign)
    make.result(acme, campaign=campaign)
    make.sharing_choice(twice)
    make.sharing_choice(enrolled, revoked_at="2026-01-01T00:00Z")
    people_with(globex, 3, 2)

    progress = progress_of(acme)

    assert (
        progress.enrolled,
        progress.started,
        progress.shared,
        progress.share_with_hr,
        progress.waiting,
    ) == (
        3,
        2,
        1,
        1,
        1,
    )


def test_large_groups_are_counted(acme):
    people_with(acme, 0, 6)
    people_with(acme, 4, 7)

    assert figures(acme) == [6, 0, 7, 0, 0]


def test_small_groups_are_hidden_together_with_what_would_give_them_away(acme):
    people_with(acme, 0, 6)
    people_with(acme, 4, 2)
    people_with(acme, 6, 8)

    assert figures(acme) == ["·", 0, "‹5", "·", 0]


def test_a_group_that_is_all_alike_is_hidden(acme):
    people_with(acme, 3, 12)

    assert all(not isinstance(figure, int) for figure in figures(acme)[2:3])


def test_people_who_share_do_not_give_away_the_others(acme):
    """Six in a band, of whom five share: HR would know the level of the sixth."""
    people_with(acme, 4, 5, shares=True)
    people_with(acme, 4, 1)
    people_with(acme, 0, 9)

    assert figures(acme) == ["·", 0, "·", 0, 0]


def test_people_who_share_are_counted_where_the_others_are_many(acme):
    people_with(acme, 4, 2, shares=True)
    people_with(acme, 4, 6)
    people_with(acme, 0, 9)

    assert figures(acme) == [9, 0, 8, 0, 0]


def test_a_few_people_who_do_not_share_beside_many_who_do_are_hidden(acme):
    people_with(acme, 4, 30, shares=True)
    people_with(acme, 6, 3)

    assert not any(isinstance(figure, int) for figure in figures(acme))


def test_an_officer_sees_no_small_number_of_people_who_share(acme):
    """They share their levels with HR, and with nobody else."""
    people_with(acme, 7, 1, shares=True)
    people_with(acme, 0, 9)

    assert str(spreads_of(acme, seen_by_hr=False)[0].counts[7, 8]) == "‹5"


def test_only_the_newest_result_of_people_who_work_here_counts(acme):
    people_with(acme, 4, 6)
    people_with(acme, 0, 6)
    for result in acme.results.filter(levels__0=0):
        make.result(acme, person=result.person, levels=[8] * 16)
    left = make.person(acme, left_on="2021-01-01")
    make.result(acme, person=left, levels=[2] * 16)

    assert figures(acme) == [0, 0, 6, 0, 6]


def test_what_was_not_measured_is_not_a_zero(acme):
    people_with(acme, 4, 6)
    for _number in range(7):
        make.result(acme, person=make.person(acme), levels=[None, *[4] * 15])

    spread = spreads_of(acme)[0]
    assert ([*spread.counts.values()], spread.not_measured) == ([0, 0, 6, 0, 0], 7)


def test_another_organisation_is_not_counted(acme, globex):
    people_with(globex, 4, 9)

    assert figures(acme) == [0, 0, 0, 0, 0]


def test_figures_take_the_same_number_of_queries(acme, django_assert_num_queries):
    people_with(acme, 4, 3, shares=True)

    with django_assert_num_queries(4):
        progress_of(acme)
        spreads_of(acme)


def test_levels_are_listed_only_of_those_who_share_them_now(acme):
    people = [make.person(acme, last_name=name) for name in ("Zed", "Abel", "Kim")]
    for person in people:
        make.result(acme, person=person, levels=[1] * 16)
        make.result(acme, person=person, levels=[2] * 16)
    make.sharing_choice(people[0])
    make.sharing_choice(people[1])
    make.sharing_choice(people[2], revoked_at="2026-01-01T00:00Z")

    assert [(result.person.last_name, result.levels[0]) for result in shared_profiles(acme)] == [
        ("Abel", 2),
        ("Zed", 2),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_shared_levels_takes_one_query(acme, count, django_assert_num_queries):
    people_with(acme, 4, count, shares=True)

    with django_assert_num_queries(1):
        assert [str(result.person) for result in shared_profiles(acme)]

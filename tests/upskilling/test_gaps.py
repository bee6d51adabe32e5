from tests import make
from upskilling.gaps import Comparison, Gap, comparisons


def test_a_gap_needs_a_level_and_a_target_above_it():
    comparison = Comparison(None, [2, 4, 5, None, 3, 0], [4, 4, 3, 4, None, 1])

    assert comparison.gaps == [Gap(1, 2, 4), Gap(6, 0, 1)]
    assert [gap.size for gap in comparison.gaps] == [2, 1]
    assert comparison.pairs == [(1, 2, 4), (2, 4, 4), (3, 5, 3), (6, 0, 1)]


def test_without_a_result_nothing_is_compared():
    assert Comparison(None, None, [4] * 16).gaps == []


def test_people_are_compared_with_the_targets_of_their_job_family(acme):
    clerk = make.person(acme, job_family="clerk")
    other = make.person(acme)
    untested = make.person(acme)
    make.person(acme, left_on="2026-01-01")
    make.result(acme, person=clerk, levels=[2] * 16)
    make.result(acme, person=other, levels=[3] * 16)
    make.target_profile(acme, levels=[4] * 16)
    make.target_profile(acme, job_family="clerk", levels=[5] + [None] * 15)

    found = list(comparisons(acme))

    assert found == [
        Comparison(clerk, [2] * 16, [5] + [None] * 15),
        Comparison(other, [3] * 16, [4] * 16),
        Comparison(untested, None, [4] * 16),
    ]


def test_the_number_of_queries_stays_the_same(acme, django_assert_num_queries):
    for _number in range(2):
        make.result(acme, person=make.person(acme))
        with django_assert_num_queries(3):
            list(comparisons(acme))

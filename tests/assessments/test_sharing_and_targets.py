"""Who lets HR see their levels, and which level people are meant to reach."""

import pytest
from django.db import IntegrityError, transaction

from assessments.models import SharingChoice, TargetProfile
from assessments.sharing import people_who_share, share_levels, shares_levels, stop_sharing
from assessments.targets import current_profiles, remove_targets, set_targets, targets_for
from tests import make

NONE = [None] * 16


@pytest.fixture
def person(acme):
    return make.person(acme)


def test_nobody_shares_by_default(acme, person):
    assert (people_who_share(acme), shares_levels(person)) == (set(), False)


def test_sharing_starts_and_ends_with_the_persons_choice(acme, person):
    make.sharing_choice(make.person(make.organisation()))

    share_levels(person)
    share_levels(person)
    assert (people_who_share(acme), shares_levels(person)) == ({person.pk}, True)

    stop_sharing(person)
    stop_sharing(person)
    assert (people_who_share(acme), shares_levels(person)) == (set(), False)


def test_each_time_of_sharing_stays_on_record(person):
    for _time in range(2):
        share_levels(person)
        stop_sharing(person)

    assert [choice.revoked_at is not None for choice in person.sharing_choices.all()] == [True, True]


def test_nobody_shares_twice_at_once(person):
    make.sharing_choice(person)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.sharing_choice(person)
    assert SharingChoice.objects.count() == 1


def test_without_targets_there_are_none(acme, person):
    assert targets_for(acme)(person) == NONE


def test_a_job_familys_targets_replace_those_for_everyone(acme, hr, django_assert_num_queries):
    set_targets(acme, "", [3] * 16, hr)
    set_targets(acme, "Cashier", [5, *[None] * 15], hr)
    cashier, clerk = make.person(acme, job_family="Cashier"), make.person(acme, job_family="Clerk")

    with django_assert_num_queries(1):
        targets = targets_for(acme)
        assert (targets(cashier), targets(clerk)) == ([5, *[None] * 15], [3] * 16)


def test_a_job_family_may_have_no_target_at_all(acme, hr):
    set_targets(acme, "", [3] * 16, hr)
    set_targets(acme, "Trainee", NONE, hr)

    assert targets_for(acme)(make.person(acme, job_family="Trainee")) == NONE


def test_a_change_replaces_and_keeps_the_former_targets(acme, hr, person):
    set_targets(acme, "", [3] * 16, hr)
    set_targets(acme, "", [4] * 16, hr)

    assert targets_for(acme)(person) == [4] * 16
    assert [
        (profile.levels[0], profile.replaced_at is None) for profile in acme.target_profiles.order_by("pk")
    ] == [
        (3, False),
        (4, True),
    ]


def test_setting_what_is_in_force_changes_nothing(acme, hr):
    first, second = (set_targets(acme, "", [3] * 16, hr) for _twice in range(2))

    assert (first, TargetProfile.objects.count()) == (second, 1)


def test_taking_out_all_levels_for_everyone_leaves_none_in_force(acme, hr):
    set_targets(acme, "", [3] * 16, hr)

    assert set_targets(acme, "", NONE, hr) is None
    assert current_profiles(acme) == []


def test_a_job_family_follows_everyone_again_once_its_own_targets_are_removed(acme, hr):
    set_targets(acme, "", [3] * 16, hr)
    set_targets(acme, "Cashier", [5] * 16, hr)

    remove_targets(acme, "Cashier")

    assert targets_for(acme)(make.person(acme, job_family="Cashier")) == [3] * 16

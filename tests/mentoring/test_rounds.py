from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mentoring import rounds
from mentoring.models import Application, MentoringRound, Pairing
from mentoring.pairing import pair
from organisations.models import Run
from organisations.runs import carry_out
from tests import make

State = MentoringRound.State


@pytest.fixture
def open_round(acme):
    return make.mentoring_round(acme)


@pytest.fixture
def proposed_round(open_round):
    """A round with one proposed pair."""
    make.mentor(open_round)
    make.mentee(open_round)
    pair(open_round)
    open_round.refresh_from_db()
    return open_round


def test_hr_opens_a_round(acme, hr):
    opened = rounds.open_round(acme, "Spring", minimum_gap=3, by=hr)

    assert (opened.name, opened.state, opened.minimum_gap) == ("Spring", State.OPEN, 3)
    assert (opened.opened_by, opened.opened_on) == (hr, timezone.localdate())
    assert opened.framework.code == "pix"


def test_there_is_one_round_at_a_time_and_one_of_a_name(acme, globex, open_round):
    with pytest.raises(ValidationError, match="still under way"):
        rounds.open_round(acme, "Spring")
    assert rounds.open_round(globex, "Spring").state == State.OPEN

    rounds.close(open_round)

    with pytest.raises(ValidationError, match="with this name"):
        rounds.open_round(acme, open_round.name)
    assert rounds.open_round(acme, "Spring").state == State.OPEN


def test_the_database_itself_keeps_it_at_one(acme, open_round):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.mentoring_round(acme)


def test_people_apply_and_change_their_mind(open_round):
    person = make.person(open_round.organisation)

    rounds.apply(open_round, person, offered=[3, 1], wanted=[], languages=["fr", "de"], capacity=2)
    rounds.apply(open_round, person, offered=[], wanted=[2], languages=["fr"])

    assert [
        (each.as_mentor, each.as_mentee, each.offered, each.wanted, each.languages, each.capacity)
        for each in open_round.applications.all()
    ] == [(False, True, [], [2], ["fr"], 1)]

    rounds.withdraw(open_round, person)

    assert open_round.applications.count() == 0


def test_nobody_applies_for_a_round_that_is_over(acme, open_round):
    person = make.person(acme)
    rounds.close(open_round)

    with pytest.raises(ValidationError, match="no more applications"):
        rounds.apply(open_round, person, offered=[1], wanted=[], languages=["fr"])
    with pytest.raises(ValidationError, match="no more applications"):
        rounds.withdraw(open_round, person)


@pytest.mark.parametrize(
    "fields",
    [
        {"offered": [], "wanted": []},
        {"offered": [1], "wanted": [1]},
        {"offered": [1], "as_mentee": True},
        {"wanted": [1], "as_mentor": True},
        {"offered": [1], "capacity": 11},
    ],
)
def test_the_database_refuses_applications_that_make_no_sense(open_round, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.application(open_round, **fields)


def test_asking_for_pairs_twice_gives_one_run(open_round, hr):
    make.mentor(open_round)
    make.mentee(open_round)

    first, second = rounds.request_pairs(open_round, by=hr), rounds.request_pairs(open_round, by=hr)

    assert first == second
    assert (first.kind, first.args, first.requested_by) == ("pair_round", {"round": open_round.pk}, hr)


def test_once_it_is_over_another_run_may_be_asked_for(open_round, hr, act_behind_the_fence):
    make.mentor(open_round)
    make.mentee(open_round)
    first = rounds.request_pairs(open_round, by=hr)
    with act_behind_the_fence():
        carry_out(first.pk)

    assert rounds.request_pairs(open_round, by=hr) != first
    assert Run.objects.count() == 2


def test_pairs_are_not_asked_for_while_one_side_is_empty(open_round, hr):
    make.mentor(open_round)

    with pytest.raises(ValidationError, match="at least one mentor and one mentee"):
        rounds.request_pairs(open_round, by=hr)
    assert Run.objects.count() == 0


def test_publishing_starts_the_pairs_once(proposed_round, hr):
    assert rounds.publish(proposed_round, by=hr) == 1
    assert rounds.publish(proposed_round, by=hr) == 1

    proposed_round.refresh_from_db()
    assert (proposed_round.state, proposed_round.published_by) == (State.PUBLISHED, hr)
    assert [(pairing.state, pairing.started_on) for pairing in proposed_round.pairings.all()] == [
        (Pairing.State.ACTIVE, timezone.localdate())
    ]


def test_pairs_that_break_a_rule_by_now_are_not_published(proposed_round, hr):
    mentee = proposed_round.pairings.get().mentee
    mentee.left_on = timezone.localdate()
    mentee.save()

    with pytest.raises(ValidationError, match="1 pair does not keep the rules any more"):
        rounds.publish(proposed_round, by=hr)
    assert proposed_round.pairings.get().state == Pairing.State.PROPOSED


def test_a_withdrawn_application_stops_the_publication(proposed_round, hr):
    rounds.withdraw(proposed_round, proposed_round.pairings.get().mentor)

    with pytest.raises(ValidationError, match="Make the pairs again"):
        rounds.publish(proposed_round, by=hr)


def test_nothing_is_published_without_pairs(acme, open_round, hr):
    with pytest.raises(ValidationError, match="no proposed pairs"):
        rounds.publish(open_round, by=hr)

    make.mentor(open_round)
    make.mentee(open_round, level=6)
    pair(open_round)

    with pytest.raises(ValidationError, match="no pairs that could be published"):
        rounds.publish(open_round, by=hr)


def test_closing_ends_the_pairs_and_keeps_their_history(proposed_round, hr):
    rounds.publish(proposed_round, by=hr, day=date(2026, 3, 1))

    assert rounds.close(proposed_round, day=date(2026, 9, 1)) == 1
    assert rounds.close(proposed_round) == 0

    proposed_round.refresh_from_db()
    assert (proposed_round.state, proposed_round.closed_on) == (State.CLOSED, date(2026, 9, 1))
    assert [(pairing.state, pairing.ended_on) for pairing in proposed_round.pairings.all()] == [
        (Pairing.State.ENDED, date(2026, 9, 1))
    ]


def test_closing_before_publishing_leaves_no_pairs(proposed_round):
    assert rounds.close(proposed_round) == 0
    assert proposed_round.pairings.count() == 0
    assert Application.objects.count() == 2


def test_a_round_that_is_being_paired_is_neither_closed_nor_published(proposed_round, hr):
    rounds.request_pairs(proposed_round, by=hr)

    with pytest.raises(ValidationError):
        rounds.close(proposed_round)
    with pytest.raises(ValidationError):
        rounds.publish(proposed_round, by=hr)


def test_a_mentee_has_one_current_mentor(acme):
    mentee = make.person(acme)
    make.pairing(acme, mentee=mentee)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.pairing(acme, mentee=mentee)


def test_nobody_mentors_themselves(acme):
    person = make.person(acme)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.pairing(acme, mentor=person, mentee=person)


def test_a_pair_never_joins_two_organisations(acme, globex):
    def join():
        with transaction.atomic():
            make.pairing(acme, mentee=make.person(globex))
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        join()

"""The ledger of Pix seats: no seat is given twice, and none that does not exist."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from organisations import licences
from organisations.licences import Balance, NoSeatsLeft
from organisations.models import Funder, LicencePot, Organisation, Person
from organisations.scope import every_organisation, only
from tests import make


@pytest.fixture
def bare(programme):
    """Without any seat."""
    return make.organisation("bare", licence_quota=0)


def three(organisation):
    return [make.person(organisation) for _each in range(3)]


def test_a_grant_can_be_assigned_used_returned_and_expires(bare, officer, hr):
    ada, ben, cem = three(bare)
    licences.grant(bare, 5, Funder.STATE, officer, "first agreement")
    assert licences.assign(bare, [ada, ben, cem], hr) == 3
    assert licences.use(bare, [ada], hr) == 1
    assert licences.take_back(bare, [ada, ben], hr) == 1, "a used seat does not come back"
    licences.expire(bare, 2, Funder.STATE, officer)
    assert licences.balance(bare) == Balance(granted=5, assigned=3, used=1, returned=1, expired=2)
    assert licences.licences_left(bare) == 1
    assert licences.holders(bare) == {ada.pk, cem.pk}
    history = bare.licence_moves.order_by("pk").values_list("kind", "number", "person", "by")
    assert list(history) == [
        ("granted", 5, None, officer.pk),
        ("assigned", 1, ada.pk, hr.pk),
        ("assigned", 1, ben.pk, hr.pk),
        ("assigned", 1, cem.pk, hr.pk),
        ("used", 1, ada.pk, hr.pk),
        ("returned", 1, ben.pk, hr.pk),
        ("expired", 2, None, officer.pk),
    ]


def test_nobody_gets_a_seat_when_there_are_too_few(bare, hr):
    people = three(bare)
    licences.grant(bare, 2)
    with pytest.raises(NoSeatsLeft) as refusal:
        licences.assign(bare, people, hr)
    assert "One Pix seat is missing (needed: 3, free: 2)" in refusal.value.messages[0]
    assert licences.balance(bare) == Balance(granted=2)


def test_the_same_person_takes_one_seat(bare, hr):
    ada, ben, _cem = three(bare)
    licences.grant(bare, 2)
    assert licences.assign(bare, [ada, ada.pk, ada], hr) == 1
    assert licences.assign(bare, [ada, ben], hr) == 1


def test_a_returned_seat_can_be_given_again_also_to_the_same_person(bare, hr):
    ada, ben, _cem = three(bare)
    licences.grant(bare, 1)
    licences.assign(bare, [ada], hr)
    licences.take_back(bare, [ada], hr)
    licences.assign(bare, [ben], hr)
    licences.take_back(bare, [ben], hr)
    licences.assign(bare, [ada], hr)
    assert licences.holders(bare) == {ada.pk}
    assert licences.use(bare, [ada, ben], hr) == 1


def test_seats_of_the_first_funder_go_first_and_return_to_it(bare, hr):
    ada, ben, cem = three(bare)
    licences.grant(bare, 2, Funder.STATE)
    licences.grant(bare, 1, Funder.ESF)
    licences.assign(bare, [ada, ben, cem], hr)
    licences.take_back(bare, [ada, cem], hr)
    pots = bare.licence_pots.values_list("funder", "granted", "assigned", "returned")
    assert sorted(pots) == [("esf", 1, 1, 1), ("state", 2, 2, 1)]


def test_only_free_seats_expire(bare, hr):
    ada, *_others = three(bare)
    licences.grant(bare, 2, Funder.ESF)
    licences.assign(bare, [ada], hr)
    with pytest.raises(NoSeatsLeft):
        licences.expire(bare, 2, Funder.ESF)
    with pytest.raises(NoSeatsLeft):
        licences.expire(bare, 1, Funder.OWN)


@pytest.mark.parametrize("number", [0, -1, 100_001])
def test_a_grant_has_a_sensible_number(bare, number):
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        licences.grant(bare, number)


def test_the_quota_is_the_sum_of_the_grants(bare):
    licences.grant(bare, 30, Funder.ESF)
    licences.grant(bare, 12, Funder.STATE)
    bare.refresh_from_db()
    assert bare.licence_quota == 42


def test_seats_of_leavers_are_found(bare, hr):
    ada, ben, cem = three(bare)
    licences.grant(bare, 3)
    licences.assign(bare, [ada, ben, cem], hr)
    licences.use(bare, [ada], hr)
    for person in (ada, ben):
        person.left_on = "2026-01-31"
        person.save()
    assert licences.unused_of_leavers(bare) == [ben.pk]


@pytest.mark.parametrize("change", [{"expired": 3}, {"assigned": 3}, {"used": 1}, {"returned": 1}])
def test_the_database_refuses_a_pot_below_zero(bare, change):
    licences.grant(bare, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        LicencePot.objects.filter(organisation=bare).update(**change)


def test_another_organisations_seats_are_out_of_reach(acme, globex, hr):
    stranger = make.person(globex)
    with only(acme.pk):
        licences.assign(acme, [stranger], hr)
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_a_thousand_people_take_as_many_queries_as_three(bare, hr, django_assert_max_num_queries):
    licences.grant(bare, 1_100)
    people = three(bare)
    with django_assert_max_num_queries(12) as few:
        licences.assign(bare, people, hr)
    many = Person.objects.bulk_create(
        Person(organisation=bare, last_name="L", first_name="F", staff_number=f"X{number}")
        for number in range(1_000)
    )
    with django_assert_max_num_queries(len(few) + 2):
        assert licences.assign(bare, many, hr) == 1_000


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_never_take_more_than_there_is():
    organisation = make.organisation("crowded", licence_quota=7)
    with only(organisation.pk):
        people = [make.person(organisation).pk for _each in range(20)]
    start = Barrier(10)

    def take(number):
        start.wait()
        try:
            with only(organisation.pk):
                return licences.assign(organisation, people[2 * number : 2 * number + 2])
        except NoSeatsLeft:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(take, range(10)))
    assert sorted(taken) == [0] * 7 + [2] * 3
    with every_organisation():
        assert licences.balance(organisation) == Balance(granted=7, assigned=6)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["grant", "expire", "assign", "use", "take_back", "take_back_use"]),
        st.sampled_from(Funder.values),
        st.integers(1, 6),
        st.sets(st.integers(0, 5)),
    ),
    max_size=25,
)


class TheLedgerNeverFallsBelowZero(TestCase):
    """Whatever is asked for, in whatever order; and it always equals its history."""

    @settings(max_examples=40, deadline=None)
    @given(MOVES)
    def test_whatever_is_asked_for(self, moves):
        with every_organisation():
            organisation = make.organisation(licence_quota=0)
            people = [make.person(organisation) for _each in range(6)]
            for act, funder, number, chosen in moves:
                self.try_to(act, organisation, funder, number, [people[each] for each in chosen])
                self.look_at(organisation)

    def try_to(self, act, organisation, funder, number, chosen):
        try:
            with transaction.atomic():
                if act in ("grant", "expire"):
                    getattr(licences, act)(organisation, number, funder)
                else:
                    getattr(licences, act)(organisation, chosen)
        except NoSeatsLeft:
            pass

    def look_at(self, organisation):
        balance = licences.balance(organisation)
        assert balance.left >= 0
        assert balance.in_hand >= 0
        assert len(licences.holders(organisation)) == balance.assigned - balance.returned
        for pot in organisation.licence_pots.all():
            moves = organisation.licence_moves.filter(funder=pot.funder)
            counts = {
                kind: sum(each.number for each in moves.filter(kind=kind)) for kind in licences.Kind.values
            }
            counts["used"] -= counts.pop("unused")
            assert counts == {kind: getattr(pot, kind) for kind in counts}
        assert Organisation.objects.get(pk=organisation.pk).licence_quota == balance.granted

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from tests import make
from upskilling.planning import add_to_plan, drop_from_plan


def test_a_course_is_chosen_once(acme):
    person, offer = make.person(acme), make.offer()

    item = add_to_plan(person, offer)

    assert (item.organisation, item.person, item.offer, item.dropped_at) == (acme, person, offer, None)
    assert add_to_plan(person, offer) == item


def test_a_dropped_choice_stays_on_record_and_may_be_made_again(acme):
    person, offer = make.person(acme), make.offer()
    first = add_to_plan(person, offer)

    drop_from_plan(person, offer)
    second = add_to_plan(person, offer)

    first.refresh_from_db()
    assert first.dropped_at is not None
    assert list(person.plan_items.open()) == [second]
    assert person.plan_items.count() == 2


def test_dropping_touches_nobody_elses_plan(acme):
    offer = make.offer()
    mine, other = make.plan_item(make.person(acme), offer), make.plan_item(make.person(acme), offer)

    drop_from_plan(mine.person, offer)

    assert list(acme.plan_items.open()) == [other]


@pytest.mark.parametrize(
    "fields", [{"valid_until": date(2026, 1, 1)}, {"start_type": "dated", "next_start": date(2026, 1, 1)}]
)
def test_what_is_over_cannot_be_chosen(acme, fields):
    person = make.person(acme)

    with pytest.raises(ValidationError, match="Nobody can join"):
        add_to_plan(person, make.offer(**fields))

    assert person.plan_items.count() == 0

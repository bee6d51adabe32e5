"""Writing new people: only where enrolment is open, and each with a Pix seat."""

from collections.abc import Callable, Sequence

from django.db import transaction

from organisations import licences
from organisations.journey import check_enrolment_is_open
from organisations.models import Organisation, Person, User

_consequences: list[Callable[[Organisation], object]] = []


def when_enrolled(function: Callable[[Organisation], object]):
    """Register what an app does once people have been enrolled, or are known by other names and numbers."""
    _consequences.append(function)
    return function


def tell_of_people(organisation: Organisation) -> None:
    for consequence in _consequences:
        consequence(organisation)


@transaction.atomic
def enrol(organisation: Organisation, people: Sequence[Person], by: User | None) -> list[Person]:
    """Enrol all of them or nobody. Raises `CannotEnrol` or `NoSeatsLeft` with what is missing."""
    organisation.take_turn()
    check_enrolment_is_open(organisation)
    enrolled = Person.objects.bulk_create(people)
    licences.assign(organisation, enrolled, by)
    tell_of_people(organisation)
    return enrolled

"""One plain function per model: a valid row with as little said as possible."""

import itertools

from organisations.models import (
    Membership,
    Organisation,
    Person,
    Programme,
    ProgrammeMember,
    Role,
    User,
)

_numbers = itertools.count(1)
PASSWORD = "a quiet orchard in June"


# --- organisations ----------------------------------------------------------------------------------------------------


def programme():
    return Programme.objects.get_or_create(
        slug="pilot",
        defaults={"name": "Pilot", "starts_on": "2025-06-01", "ends_on": "2030-12-31"},
    )[0]


def user(email=None, **fields):
    return User.objects.create_user(
        email or f"user{next(_numbers)}@example.org", PASSWORD, **fields
    )


def organisation(slug=None, **fields):
    number = next(_numbers)
    return Organisation.objects.create(
        programme=programme(),
        slug=slug or f"organisation-{number}",
        **{
            "name": f"Organisation {number}",
            "legal_id": f"B{number:06}",
            "sector": Organisation.Sector.OTHER,
            "size_class": Organisation.SizeClass.MEDIUM,
            "kind": Organisation.Kind.PRIVATE,
            "licence_quota": 100,
            "languages": ["fr", "en"],
            **fields,
        },
    )


def member(organisation, role=Role.HR, email=None, **fields):
    """A user with a role in an organisation."""
    account = user(email, **fields)
    Membership.objects.create(organisation=organisation, user=account, role=role)
    return account


def programme_member(role=Role.OFFICER, email=None):
    account = user(email)
    ProgrammeMember.objects.create(programme=programme(), user=account, role=role)
    return account


def person(organisation, **fields):
    number = next(_numbers)
    return Person.objects.create(
        organisation=organisation,
        **{
            "last_name": f"Last{number:04}",
            "first_name": f"First{number:04}",
            "email": f"person{number}@{organisation.slug}.example",
            "staff_number": f"P{number:05}",
            "languages": ["fr"],
            **fields,
        },
    )

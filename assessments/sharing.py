"""Who lets HR see their levels. Without such a choice HR sees progress and aggregates, never a person's level."""

from django.utils import timezone

from assessments.figures import request_refresh
from assessments.models import SharingChoice
from organisations.models import Organisation, Person


def people_who_share(organisation: Organisation) -> set[int]:
    """Ids of the people who currently share their levels with HR. One query."""
    return set(organisation.sharing_choices.filter(revoked_at=None).values_list("person_id", flat=True))


def current_choice(person: Person) -> SharingChoice | None:
    return person.sharing_choices.filter(revoked_at=None).first()


def shares_levels(person: Person) -> bool:
    return current_choice(person) is not None


def share_levels(person: Person) -> SharingChoice:
    """Let HR see the person's levels from now on. Asking twice changes nothing."""
    choice, is_new = SharingChoice.objects.get_or_create(
        organisation_id=person.organisation_id, person=person, revoked_at=None
    )
    if is_new:
        request_refresh(person.organisation)
    return choice


def stop_sharing(person: Person) -> None:
    """Take the levels back from HR. The choice stays as a record of when they could be seen."""
    if person.sharing_choices.filter(revoked_at=None).update(revoked_at=timezone.now()):
        request_refresh(person.organisation)

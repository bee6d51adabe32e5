"""Who holds which role in an organisation. A role that is given or withdrawn ends the sessions of whoever held it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import Membership, Organisation, Person, Role, User

IN_ORGANISATION = (Role.HR, Role.STAFF)


def roles_of(person: Person) -> set[Role]:
    """What this person may do in the organisation; nothing without an account."""
    if person.user_id is None:
        return set()
    held = person.organisation.memberships.filter(user=person.user_id).values_list("role", flat=True)
    return {Role(role) for role in held}


@transaction.atomic
def give_role(person: Person, role: Role, by: User) -> None:
    """Let somebody with an account hold one more role here."""
    _one_at_a_time(person.organisation, by)
    if person.user_id is None:
        raise ValidationError(_("%(person)s has no account yet. Invite them first.") % {"person": person})
    if not person.is_present:
        raise ValidationError(_("%(person)s has left.") % {"person": person})
    _membership, is_new = person.organisation.memberships.get_or_create(user_id=person.user_id, role=role)
    if is_new:
        User.objects.end_sessions([person.user_id])


@transaction.atomic
def withdraw_role(person: Person, role: Role, by: User) -> None:
    """Take a role away. Nobody takes the HR role from themselves, so that somebody always holds it."""
    _one_at_a_time(person.organisation, by)
    if person.user_id == by.pk and role == Role.HR:
        raise ValidationError(_("Nobody can withdraw their own HR role. Ask another HR manager."))
    gone, _counts = person.organisation.memberships.filter(user=person.user_id, role=role).delete()
    if gone:
        User.objects.end_sessions([person.user_id])


def _one_at_a_time(organisation, by):
    """Two HR managers who withdraw each other's role: the second one no longer holds it."""
    organisation.take_turn()
    if not organisation.memberships.filter(user=by, role=Role.HR).exists():
        raise ValidationError(_("You are no longer an HR manager here."))


@transaction.atomic
def end_access_of_leavers(organisation: Organisation) -> int:
    """Withdraw the roles of everybody who has left by today and sign them out. Their records stay."""
    leavers = organisation.people.left().filter(user__isnull=False).values("user")
    memberships = organisation.memberships.filter(user__in=leavers)
    users = set(memberships.values_list("user_id", flat=True))
    if users:
        Membership.objects.filter(organisation=organisation, user__in=users).delete()
        User.objects.end_sessions(users)
    organisation.invitations.unused().filter(person__in=organisation.people.left()).update(
        revoked_at=timezone.now()
    )
    return len(users)


def let_back_in(people: Iterable[Person]) -> None:
    """Give the role of staff again to people who have come back."""
    Membership.objects.bulk_create(
        (
            Membership(organisation_id=person.organisation_id, user_id=person.user_id, role=Role.STAFF)
            for person in people
            if person.user_id and person.is_present
        ),
        ignore_conflicts=True,
    )

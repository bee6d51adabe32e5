"""One change for many people: looked at with its number first, then made as a whole, once."""

import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.consequences import follow_changes
from organisations.invitations import invite_people
from organisations.models import Invitation, Organisation, PeopleChange, PersonQuerySet, User

Act = PeopleChange.Act


class CountChanged(Exception):
    """Others match the filter than when somebody looked. Carries how many there are now."""


def affected(people: PersonQuerySet, act: str) -> PersonQuerySet:
    """Those whom the act is about: an invitation needs an address, and nobody who signs in is invited."""
    if act != Act.INVITE:
        return people
    invited = Invitation.objects.redeemable().filter(person=OuterRef("pk"))
    return people.present().filter(~Exists(invited), user=None).exclude(email="")


@transaction.atomic
def change_people(
    organisation: Organisation,
    people: PersonQuerySet,
    act: str,
    value: str | date | None,
    *,
    expected: int,
    wish: uuid.UUID,
    by: User,
) -> PeopleChange:
    """Do the act for all of them or for nobody. The same wish again gives what was done the first time."""
    organisation.take_turn()
    if done := organisation.people_changes.filter(wish=wish).first():
        return done
    chosen = list(affected(people, act).order_by("pk").values_list("pk", flat=True))
    if not chosen or len(chosen) != expected:
        raise CountChanged(len(chosen))
    _ACTS[act](organisation, organisation.people.filter(pk__in=chosen), value, by)
    return organisation.people_changes.create(
        wish=wish, act=act, value=str(value or ""), number=len(chosen), changed_by=by
    )


def _set_text(field):
    def act(organisation, people, value, by):
        people.update(**{field: value})

    return act


def _set_manager(organisation, people, number, by):
    """Everybody gets the manager; an empty number means nobody. Reporting lines never go round in a circle."""
    manager = organisation.people.filter(staff_number=number).first() if number else None
    if number and manager is None:
        raise ValidationError(_("Nobody enrolled here has this staff number."))
    if manager is not None:
        above = manager.ids_above() | {manager.pk}
        inside = people.filter(pk__in=above).order_by("pk").first()
        if inside == manager:
            raise ValidationError(
                _("Nobody can be their own manager. %(person)s is among those chosen.") % {"person": manager}
            )
        if inside is not None:
            raise ValidationError(
                _("%(manager)s reports to %(person)s, who is among those chosen. Change one of the two.")
                % {"manager": manager, "person": inside}
            )
    people.update(manager=manager)


def _mark_as_left(organisation, people, day, by):
    later = people.filter(hired_on__gt=day).count()
    if later:
        raise ValidationError(
            ngettext(
                "%(number)d of them was hired after that day.",
                "%(number)d of them were hired after that day.",
                later,
            )
            % {"number": later}
        )
    earlier = dict(people.values_list("pk", "left_on"))
    people.update(left_on=day)
    follow_changes(organisation, {pk: {"left_on": (old, day)} for pk, old in earlier.items()}, by)


def _invite(organisation, people, value, by):
    invite_people(organisation, people, by)


_ACTS = {
    Act.DEPARTMENT: _set_text("department"),
    Act.SITE: _set_text("site"),
    Act.JOB_FAMILY: _set_text("job_family"),
    Act.MANAGER: _set_manager,
    Act.LEFT_ON: _mark_as_left,
    Act.INVITE: _invite,
}

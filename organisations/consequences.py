"""What follows when people's records change, whoever changes them: the form, a file, its undoing, an act for many.

Who has left loses access at once and leaves the ESF+ operation; who has come back gets in again. Who can be reached
under another address than before keeps their login, and is told at the address that they have proven.
"""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from organisations import invitations, participation, roles
from organisations.models import Organisation, Person, User

Changes = Mapping[int, Mapping[str, tuple]]  # by person and field: the earlier value and the new one


@transaction.atomic
def follow_changes(organisation: Organisation, changes: Changes, by: User | None) -> None:
    """Draw the consequences of changes that were just written."""
    were_away = [pk for pk, fields in changes.items() if _had_left(fields)]
    if were_away:
        let_back_in(organisation, were_away)
    if any(_leaves(fields) for fields in changes.values()):
        let_go(organisation, by)
    if moved := [pk for pk, fields in changes.items() if "email" in fields]:
        invitations.follow_new_addresses(organisation, moved, by)


def let_go(organisation: Organisation, by: User | None = None) -> int:
    """Everybody who has left by today loses access and leaves the operation. How many lost access."""
    participation.record_exits_of_leavers(organisation, by)
    return roles.end_access_of_leavers(organisation)


def let_back_in(organisation: Organisation, were_away: list[int]) -> None:
    """Those of these people who work here again get in and take part again."""
    back = organisation.people.present().filter(pk__in=were_away)
    roles.let_back_in(back)
    participation.take_back_returners(organisation, back)


def changes_between(earlier: Person, later: Person) -> dict[str, tuple]:
    """What a form changed about one person, of all that has consequences."""
    both = {name: (getattr(earlier, name), getattr(later, name)) for name in ("email", "left_on")}
    return {name: (old, new) for name, (old, new) in both.items() if old != new}


def _had_left(fields):
    return "left_on" in fields and _is_over(fields["left_on"][0])


def _leaves(fields):
    return "left_on" in fields and _is_over(fields["left_on"][1])


def _is_over(day: date | str | None) -> bool:
    """Change sets keep days as ISO texts."""
    return day is not None and str(day) <= timezone.localdate().isoformat()

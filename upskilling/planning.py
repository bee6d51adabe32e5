"""What people choose to learn. Only they see it; others see counts."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import Person
from upskilling.models import Offer, PlanItem


def add_to_plan(person: Person, offer: Offer) -> PlanItem:
    """Say that the person wants to take the course. Asking twice changes nothing."""
    if offer.is_over:
        raise ValidationError(
            _("Nobody can join “%(course)s” any more. Choose another course.") % {"course": offer}
        )
    item, _is_new = PlanItem.objects.get_or_create(
        organisation_id=person.organisation_id, person=person, offer=offer, dropped_at=None
    )
    return item


def drop_from_plan(person: Person, offer: Offer) -> None:
    """Take the course out of the person's plan. That it was chosen stays on record."""
    person.plan_items.open().filter(offer=offer).update(dropped_at=timezone.now())

"""Results of people who have not been told yet: held unread, released when they have read the notice, else deleted.

`Result.objects` and every reverse relation leave them out. This module and imports, which must know their own rows
again, are the only ones to say `Result.with_held`.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from assessments.figures import request_refresh
from assessments.models import Result
from organisations.models import Organisation, Person, Run
from organisations.notices import when_informed
from organisations.runs import submit

CLEAR = "clear_quarantine"


def held_until() -> datetime:
    """When a result that arrives now is deleted, unless its person reads the notice."""
    return timezone.now() + timedelta(days=settings.QUARANTINE_DAYS)


def is_informed(person: str) -> str:
    """SQL: whether the person of that column has read a version of the notice."""
    return f"EXISTS (SELECT FROM organisations_acknowledgement AS told WHERE told.person_id = {person})"


def held_count(organisation: Organisation) -> int:
    return Result.with_held.held().filter(organisation=organisation).count()


@when_informed
def release(person: Person) -> int:
    """The person has been told: what arrived for them can be read from now on."""
    held = Result.with_held.held().filter(organisation=person.organisation_id, person=person)
    released = held.update(held_until=None)
    if released:
        request_refresh(person.organisation)
    return released


def request_clearing() -> Run:
    """Ask for today's clearing, once however often this is called."""
    return submit(CLEAR, timezone.localdate().isoformat())


def clear(run: Run) -> dict:
    """Delete what nobody has been told about in time, in all organisations."""
    deleted, _by_model = Result.with_held.held().filter(held_until__lte=timezone.now()).delete()
    return {"deleted": deleted}

"""Sessions of a pair: the mentor logs, the mentee confirms or says that it was not so."""

import uuid
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mentoring.models import MentoringSession, Pairing
from organisations.models import Person


@transaction.atomic
def log_session(
    pairing: Pairing,
    by: Person,
    *,
    held_on: date,
    minutes: int,
    mode: str,
    competences: list[int],
    next_step: str = "",
    token: uuid.UUID | None = None,
    at: datetime | None = None,
) -> MentoringSession:
    """Log one session of the pair. The same form sent twice (same token) is one session."""
    pairing = _held(pairing)
    if by.pk != pairing.mentor_id:
        raise PermissionDenied(_("Only the mentor of a pair logs its sessions."))
    token = token or uuid.uuid4()
    same_form = pairing.sessions.filter(token=token).first()
    if same_form:
        return same_form
    at = at or timezone.now()
    _refuse_day(pairing, held_on, at)
    session = MentoringSession(
        organisation_id=pairing.organisation_id,
        pairing=pairing,
        held_on=held_on,
        minutes=minutes,
        mode=mode,
        competences=sorted(competences),
        next_step=next_step.strip(),
        token=token,
        logged_by=by,
        logged_at=at,
    )
    session.clean_fields(exclude=["organisation", "pairing", "logged_by"])
    if minutes % 5:
        raise ValidationError({"minutes": _("Give the minutes in steps of 5, such as 45 or 60.")})
    session.save()
    return session


def confirm(session: MentoringSession, by: Person, *, at: datetime | None = None) -> MentoringSession:
    """The mentee agrees that the session took place."""
    return _answer(session, by, "confirmed_at", "declined_at", at)


def decline(session: MentoringSession, by: Person, *, at: datetime | None = None) -> MentoringSession:
    """The mentee says that it was not so: the session counts nowhere, and the mentor may log the day again."""
    return _answer(session, by, "declined_at", "confirmed_at", at)


@transaction.atomic
def _answer(session, by, wanted, opposite, at):
    sessions = MentoringSession.objects.filter(organisation=session.organisation_id)
    session = sessions.select_for_update(of=("self",)).select_related("pairing").get(pk=session.pk)
    if by.pk != session.pairing.mentee_id:
        raise PermissionDenied(_("Only the mentee of a pair confirms its sessions."))
    if getattr(session, opposite):
        raise ValidationError(_("You have already answered about this session. Your first answer stands."))
    if getattr(session, wanted) is None:
        setattr(session, wanted, at or timezone.now())
        session.save(update_fields=[wanted])
    return session


def _held(pairing):
    pairings = Pairing.objects.filter(organisation=pairing.organisation_id)
    return pairings.select_for_update(of=("self",)).get(pk=pairing.pk)


def _refuse_day(pairing, held_on, at):
    """Sentences for the field with the date."""
    if not pairing.is_active:
        raise ValidationError(_("This pair is not active, so no session can be logged for it."))
    if held_on > timezone.localdate(at):
        raise ValidationError(
            {"held_on": _("This day is still to come. Log the session once it has taken place.")}
        )
    if held_on < pairing.started_on:
        started = date_format(pairing.started_on, "DATE_FORMAT")
        raise ValidationError(
            {"held_on": _("Your pair started on %(day)s; a session can't be earlier.") % {"day": started}}
        )
    if pairing.sessions.held().filter(held_on=held_on).exists():
        raise ValidationError({"held_on": _("A session on this day is logged already.")})

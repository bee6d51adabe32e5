"""Asking people after they have left: through their private contact, never through their employer."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organisations.letters import send_letter
from organisations.models import FollowUp, FollowUpAnswer, FollowUpContact, Programme, Run
from organisations.runs import submit
from organisations.scope import as_person, every_organisation, only

ASK = "ask_follow_up"
FORGET = "forget_contacts"
SALT = "follow-up"
LINK_DAYS = 60


def request_due() -> int:
    """Have everybody asked whose day has come; each question is asked once, however often this is called.

    Whoever has given no address is tried again each week, in case they give one.
    """
    week = timezone.localdate().strftime("%G-%V")
    with transaction.atomic(), every_organisation():
        due = list(FollowUp.objects.to_ask().select_related("organisation"))
    for follow_up in due:
        key = f"{follow_up.pk} {follow_up.ask_on.isoformat()} {week}"
        submit(ASK, key, organisation=follow_up.organisation, follow_up=follow_up.pk)
    return len(due)


def ask(run: Run) -> dict:
    """Mail the link to the person's private address; those who gave none stay on the list as not asked."""
    waiting = FollowUp.objects.to_ask().filter(organisation=run.organisation, pk=run.args["follow_up"])
    follow_up = waiting.select_for_update(of=("self",)).first()
    if follow_up is None:
        return {"asked": 0}
    person = follow_up.record.person
    with as_person(person.pk):
        contact = FollowUpContact.objects.filter(person=person).exclude(email="").first()
    if contact is None:
        return {"asked": 0}
    latest = person.acknowledgements.first()
    with translation.override(latest.language if latest else run.language):
        context = {"person": person, "follow_up": follow_up, "link": link(follow_up)}
        body = render_to_string("organisations/email/follow_up.txt", context)
        subject = _("Two short questions about the Digital Skills Readiness Pilot")
    reference = f"follow-up-{follow_up.record.reference}-{follow_up.kind}"
    send_letter(reference, contact.email, subject, body)
    follow_up.asked_at = timezone.now()
    follow_up.save(update_fields=["asked_at"])
    return {"asked": 1}


@dataclass(frozen=True)
class Call:
    """A question to ask by telephone, because its person gave no private e-mail."""

    follow_up: FollowUp
    phone: str
    link: str


def to_call(programme: Programme) -> list[Call]:
    """Open questions to people who gave a telephone number only, for the programme office."""
    waiting = (
        FollowUp.objects.to_ask()
        .filter(record__programme=programme, record__person__follow_up_contact__email="")
        .select_related("organisation", "record__person__follow_up_contact")
    )
    return [Call(each, each.record.person.follow_up_contact.phone, link(each)) for each in waiting]


def request_forgetting() -> Run:
    """Ask for today's forgetting, once however often this is called."""
    return submit(FORGET, timezone.localdate().isoformat())


def forget_contacts(run: Run) -> dict:
    """Delete private contacts whose last question can no longer be answered, in all organisations."""
    over = FollowUp.objects.filter(
        kind=FollowUp.Kind.SIX_MONTHS, due_on__lt=timezone.localdate() - timedelta(days=LINK_DAYS)
    )
    contacts = FollowUpContact.objects.filter(person__in=over.values("record__person"))
    return {"deleted": contacts.delete()[0]}


def link(follow_up: FollowUp) -> str:
    """The full address under which the person answers without signing in; it works for `LINK_DAYS` days."""
    token = signing.dumps([follow_up.organisation_id, follow_up.pk, follow_up.ask_on.isoformat()], salt=SALT)
    return settings.SITE_ADDRESS + reverse("organisations:follow-up", args=[token])


def find(token: str) -> FollowUp | None:
    """The open question that a link stands for. A link is dead once answered, too old, or asked for a later exit."""
    try:
        organisation, pk, ask_on = signing.loads(token, salt=SALT, max_age=LINK_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    with only(organisation):
        return (
            FollowUp.objects.unanswered()
            .filter(pk=pk, ask_on=ask_on)
            .select_related("organisation", "record__person")
            .first()
        )


@transaction.atomic
def answer(follow_up: FollowUp, given: dict) -> None:
    """Keep the answer, in place of an earlier one; after the last question the private contact is deleted."""
    person = follow_up.record.person
    with only(follow_up.organisation_id), as_person(person.pk):
        FollowUpAnswer.objects.update_or_create(
            organisation=follow_up.organisation, person=person, kind=follow_up.kind, defaults=given
        )
        follow_up.answered_at = timezone.now()
        follow_up.save(update_fields=["answered_at"])
        if follow_up.kind == FollowUp.Kind.SIX_MONTHS:
            FollowUpContact.objects.filter(person=person).delete()

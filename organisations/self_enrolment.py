"""People ask to be enrolled through a link: they prove their address, HR decides, and then they are invited.

What a visitor is told never depends on who is enrolled or has asked before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organisations.enrolling import enrol
from organisations.invitations import invite_people
from organisations.journey import may_enrol
from organisations.letters import send_letter
from organisations.models import (
    EnrolmentLink,
    EnrolmentRequest,
    Organisation,
    Person,
    User,
    digest_of,
)
from organisations.runs import submit
from organisations.scope import every_organisation, only

Decision = EnrolmentRequest.Decision


# --- The link ---------------------------------------------------------------------------------------------------------


def make_link(
    organisation: Organisation, domains: list[str], places: int, ends_on: date, by: User
) -> EnrolmentLink:
    """A new link for this many people with an address of these domains, up to and including that day."""
    link = EnrolmentLink(
        organisation=organisation, domains=domains, places=places, ends_on=ends_on, created_by=by
    )
    link.draw_secret()
    link.save()
    return link


def address_of(link: EnrolmentLink) -> str:
    """The full address that HR hands out."""
    return settings.SITE_ADDRESS + reverse("organisations:enrol-yourself", args=[link.token])


def close_link(link: EnrolmentLink) -> None:
    """Nobody asks through it any more; those who have asked still wait for an answer."""
    EnrolmentLink.objects.filter(pk=link.pk, closed_at=None).update(closed_at=timezone.now())


def find_link(token: str) -> EnrolmentLink | None:
    """The link that a secret stands for, if somebody may still ask through it."""
    with every_organisation():
        found = EnrolmentLink.objects.open().select_related("organisation").filter(digest=digest_of(token))
        link = found.first()
        if link is None or not _has_place(link) or may_enrol(link.organisation):
            return None
        return link


def _has_place(link):
    return link.requests.holding_a_place().count() < link.places


# --- Asking and proving -----------------------------------------------------------------------------------------------


@transaction.atomic
def ask(request: EnrolmentRequest) -> None:
    """Note the wish and mail a link to the address. Somebody who has asked before gets a new link.

    Whoever has proven the address already waits for HR; nothing is sent twice.
    """
    with only(request.organisation_id):
        link = EnrolmentLink.objects.select_for_update(of=("self",)).get(pk=request.link_id)
        earlier = link.organisation.enrolment_requests.filter(email=request.email, decision="").first()
        if earlier and earlier.proven_at:
            return
        if earlier:
            earlier.first_name, earlier.last_name, earlier.link = request.first_name, request.last_name, link
            request = earlier
        request.language = translation.get_language() or settings.LANGUAGE_CODE
        request.draw_secret()
        request.save()
        submit(
            "send_enrolment_proof",
            request.reference,
            organisation=link.organisation,
            enrolment_request=request.pk,
        )


def send_proof(request: EnrolmentRequest) -> None:
    """Mail the link that proves the address."""
    if request.proven_at or request.decision:
        return
    link = settings.SITE_ADDRESS + reverse("organisations:prove-address", args=[request.token])
    with translation.override(request.language):
        body = render_to_string(
            "organisations/email/prove_address.txt", {"enrolment_request": request, "link": link}
        )
        subject = _("Confirm your address for the Digital Skills Readiness Pilot")
    send_letter(f"enrolment-{request.reference}", request.email, subject, body)


def find_request(token: str) -> EnrolmentRequest | None:
    """The request whose address a mailed link proves, while HR has not decided."""
    with every_organisation():
        return (
            EnrolmentRequest.objects.select_related("organisation")
            .filter(digest=digest_of(token), decision="", expires_at__gt=timezone.now())
            .first()
        )


@transaction.atomic
def prove(request: EnrolmentRequest) -> bool:
    """Note that the address is theirs. False when the places ran out or the link was closed meanwhile."""
    with only(request.organisation_id):
        link = EnrolmentLink.objects.select_for_update(of=("self",)).get(pk=request.link_id)
        request = link.requests.get(pk=request.pk)
        if request.proven_at:
            return True
        if request.decision or not link.is_open or not _has_place(link):
            return False
        return bool(link.requests.filter(pk=request.pk).update(proven_at=timezone.now()))


# --- HR's answer ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Approved:
    """How many were enrolled, and how many had been enrolled before."""

    enrolled: int
    known: int


@transaction.atomic
def approve(organisation: Organisation, numbers: Iterable[int], by: User) -> Approved:
    """Enrol and invite those who asked. Whoever is enrolled already is only invited, if they have no account."""
    requests = _waiting(organisation, numbers)
    if not requests:
        return Approved(0, 0)
    emails = [request.email for request in requests]
    people = {person.email: person for person in organisation.people.filter(email__in=emails)}
    newcomers = [request for request in requests if request.email not in people]
    enrolled = enrol(organisation, [_person(request) for request in newcomers], by) if newcomers else []
    people |= {person.email: person for person in enrolled}
    for request in requests:
        request.person = people[request.email]
        request.decision, request.decided_by, request.decided_at = Decision.APPROVED, by, timezone.now()
    EnrolmentRequest.objects.bulk_update(requests, ["person", "decision", "decided_by", "decided_at"])
    invite_people(organisation, people.values(), by)
    return Approved(len(enrolled), len(requests) - len(enrolled))


@transaction.atomic
def refuse(organisation: Organisation, numbers: Iterable[int], by: User) -> int:
    """Say no. Nothing is sent; they may ask again."""
    waiting = organisation.enrolment_requests.waiting().filter(pk__in=numbers)
    return waiting.update(decision=Decision.REFUSED, decided_by=by, decided_at=timezone.now())


def _waiting(organisation, numbers):
    """Locked until the answer is written, so that a second click finds nobody waiting."""
    organisation.take_turn()
    return list(organisation.enrolment_requests.waiting().filter(pk__in=numbers))


def _person(request):
    return Person(
        organisation_id=request.organisation_id,
        last_name=request.last_name,
        first_name=request.first_name,
        email=request.email,
        languages=[request.language],
    )


def forget_unproven_requests(organisation: Organisation) -> int:
    """Names whose address nobody has proven in time are not kept."""
    unproven = organisation.enrolment_requests.filter(proven_at=None, expires_at__lte=timezone.now())
    return unproven.delete()[0]

"""Inviting people: one link, for one address, one role and one organisation, that works once."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organisations.letters import send_letter
from organisations.models import Invitation, Membership, Organisation, Person, Role, Run, User, digest_of
from organisations.runs import submit, submit_many
from organisations.scope import every_organisation, only

SECOND_CLICK = timedelta(minutes=1)


class CannotAccept(Exception):
    """The link can't be used by this person. Carries a sentence that tells a stranger nothing."""


@transaction.atomic
def invite(
    organisation: Organisation,
    email: str,
    role: Role,
    invited_by: User,
    language: str = "",
    person: Person | None = None,
) -> Invitation:
    """Offer a role to an address and send the link. An unused invitation is sent anew, with a new link.

    A second click within a minute finds the invitation that the first one made.
    """
    email = email.strip().lower()
    organisation.take_turn()
    unused = organisation.invitations.unused().filter(email=email, role=role).first()
    if unused and unused.is_open and timezone.now() - unused.invited_at < SECOND_CLICK:
        return unused
    invitation = unused or Invitation(organisation=organisation, email=email, role=role)
    invitation.invited_by, invitation.invited_at = invited_by, timezone.now()
    invitation.person = person or invitation.person
    invitation.language = language or translation.get_language() or settings.LANGUAGE_CODE
    invitation.renew()
    invitation.save()
    submit(
        "send_invitation",
        invitation.reference,
        organisation=organisation,
        requested_by=invited_by,
        invitation=invitation.pk,
    )
    return invitation


@transaction.atomic
def invite_people(organisation: Organisation, people: Iterable[Person], invited_by: User) -> int:
    """Invite everybody among them who has an address and no login yet, each in their own language if we speak it."""
    spoken = [code for code, _name in settings.LANGUAGES]
    made = []
    organisation.take_turn()
    for person in people:
        if person.email and person.user_id is None and person.is_present:
            language = next((code for code in person.languages if code in spoken), translation.get_language())
            invitation = Invitation(
                organisation=organisation,
                person=person,
                email=person.email,
                role=Role.STAFF,
                language=language,
                invited_by=invited_by,
            )
            invitation.renew()
            made.append(invitation)
    earlier = organisation.invitations.unused().filter(role=Role.STAFF)
    earlier.filter(email__in=[invitation.email for invitation in made]).update(revoked_at=timezone.now())
    Invitation.objects.bulk_create(made)
    submit_many(
        "send_invitation",
        {invitation.reference: {"invitation": invitation.pk} for invitation in made},
        organisation=organisation,
        requested_by=invited_by,
    )
    return len(made)


def revoke(invitation: Invitation) -> None:
    """End the link; one that was used stays used."""
    Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )


@transaction.atomic
def invite_again(invitation: Invitation, invited_by: User) -> bool:
    """Send a new link to the same address, if nobody has used or withdrawn the invitation. The old link ends."""
    invitation.organisation.take_turn()
    unused = Invitation.objects.unused().filter(pk=invitation.pk).first()
    if unused is None:
        return False
    invite(
        invitation.organisation, unused.email, unused.role, invited_by, unused.language, person=unused.person
    )
    return True


def note_opened(invitation: Invitation) -> None:
    """Remember the first time that somebody, or a mail scanner, opened the link. It works as before."""
    if invitation.opened_at is None:
        with only(invitation.organisation_id):
            Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=timezone.now())


def note_bounced(invitation: Invitation) -> None:
    """Its mail came back: the address is wrong, or its mailbox does not take our mail."""
    Invitation.objects.unused().filter(pk=invitation.pk).update(bounced_at=timezone.now())


def follow_new_addresses(organisation: Organisation, people: Iterable[int], by: User | None) -> None:
    """Somebody wrote another address into these people's records: it must not hand their results to another reader.

    Open links to earlier addresses end. A login stays with whoever has it. Who has one, or was invited before, is told
    at that address, which they have proven or which the invitation was meant for.
    """
    moved = organisation.people.filter(pk__in=people)
    to_earlier = organisation.invitations.filter(person__in=moved, role=Role.STAFF).exclude(
        email=Lower("person__email")
    )
    asked = dict(
        to_earlier.filter(person__user=None).order_by("invited_at", "pk").values_list("person", "pk")
    )
    known = moved.filter(user__isnull=False).exclude(user__email=Lower("email")).values_list("pk", flat=True)
    to_earlier.unused().update(revoked_at=timezone.now())
    now = timezone.now().isoformat()
    wishes = {f"login {pk} {now}": {"person": pk} for pk in known}
    wishes |= {f"invitation {pk} {now}": {"invitation": pk} for pk in asked.values()}
    submit_many("tell_earlier_address", wishes, organisation=organisation, requested_by=by)


def tell_earlier_address(run: Run) -> None:
    """Write to the address that somebody signs in with, or was invited at, that their record holds another one now."""
    organisation = run.organisation
    if "person" in run.args:
        user = organisation.people.get(pk=run.args["person"]).user
        if user is None:
            return
        email, language, signs_in = user.email, user.language or run.language, True
    else:
        invitation = organisation.invitations.get(pk=run.args["invitation"])
        email, language, signs_in = invitation.email, invitation.language, False
    with translation.override(language):
        body = render_to_string(
            "organisations/email/address_changed.txt",
            {"organisation": organisation, "email": email, "signs_in": signs_in},
        )
        subject = _("Your work e-mail was changed: %(organisation)s") % {"organisation": organisation}
    with suppress(SMTPRecipientsRefused):  # the earlier mailbox may be closed by now
        send_letter(f"address-{run.pk}", email, subject, body)


def link(invitation: Invitation) -> str:
    """The full address that the invited person opens."""
    return settings.SITE_ADDRESS + reverse("organisations:accept-invitation", args=[invitation.token])


def send(invitation: Invitation) -> None:
    """Mail the link. The message carries an id of its own, so that a repeated delivery can be recognised."""
    if not invitation.is_open:
        return
    with translation.override(invitation.language):
        body = render_to_string(
            "organisations/email/invitation.txt", {"invitation": invitation, "link": link(invitation)}
        )
        subject = _("Invitation to the Digital Skills Readiness Pilot: %(organisation)s") % {
            "organisation": invitation.organisation
        }
    try:
        send_letter(f"invitation-{invitation.reference}", invitation.email, subject, body)
    except SMTPRecipientsRefused:
        note_bounced(invitation)  # asking the same server again would get the same answer
        return
    invitation.sent_at = timezone.now()
    invitation.save(update_fields=["sent_at"])


def find(token: str) -> Invitation | None:
    """The invitation that a link stands for, if it can still be used."""
    with every_organisation():
        found = (
            Invitation.objects.redeemable()
            .select_related("organisation")
            .filter(digest=digest_of(token))
            .first()
        )
    return None if found is None or found.organisation.is_shut else found


def send_again(token: str) -> None:
    """Send a new link to the same address when an expired one is opened. Says nothing either way."""
    with every_organisation():
        expired = (
            Invitation.objects.select_related("organisation")
            .select_for_update(of=("self",))
            .filter(digest=digest_of(token), used_at=None, revoked_at=None, expires_at__lte=timezone.now())
            .first()
        )
    if expired and not expired.organisation.is_shut:
        with only(expired.organisation_id):
            expired.renew()
            expired.save()
            submit(
                "send_invitation", expired.reference, organisation=expired.organisation, invitation=expired.pk
            )


@transaction.atomic
def accept(invitation: Invitation, user: User) -> None:
    """Give the user the role they were offered. One winner if it is tried twenty times at once."""
    if user.email != invitation.email:
        raise CannotAccept(
            _("This invitation was sent to another address. Sign in with that address to use it.")
        )
    with only(invitation.organisation_id):
        won = Invitation.objects.redeemable().filter(pk=invitation.pk).update(used_at=timezone.now())
        if not won:
            raise CannotAccept(_("This link can no longer be used."))
        Membership.objects.get_or_create(
            organisation_id=invitation.organisation_id, user=user, role=invitation.role
        )
        if invitation.person_id:
            if Person.objects.exclude(pk=invitation.person_id).filter(
                organisation=invitation.organisation_id, user=user
            ):
                raise CannotAccept(_("This account already belongs to somebody here."))
            Person.objects.filter(pk=invitation.person_id, user=None).update(user=user)
            if not user.name:
                user.name = invitation.person.full_name
                user.save(update_fields=["name"])


@transaction.atomic
def accept_as_newcomer(invitation: Invitation, password: str, name: str = "") -> User:
    """Make the account that the invitation was for, and accept it."""
    with only(invitation.organisation_id):
        # Whoever clicks twice waits here; the second finds the invitation used.
        if (
            not Invitation.objects.redeemable()
            .select_for_update(of=("self",))
            .filter(pk=invitation.pk)
            .exists()
        ):
            raise CannotAccept(_("This link can no longer be used."))
    # They go on in the language in which they have just read and accepted it.
    language = translation.get_language() or invitation.language
    user = User.objects.create_user(invitation.email, password, name=name, language=language)
    accept(invitation, user)
    return user

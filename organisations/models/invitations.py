"""Invitations and tokens: secrets of which only a digest is kept."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import ORGANISATION_ROLES, User
from organisations.models.organisations import Organisation
from organisations.models.people import Person


def digest_of(token):
    """What we keep of a secret: enough to recognise it, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationState(models.TextChoices):
    """Where an invitation stands, by the newest thing that happened to it."""

    WAITING = "waiting", _("waiting to be sent")
    SENT = "sent", _("sent")
    BOUNCED = "bounced", _("bounced")
    OPENED = "opened", _("opened")
    ACCEPTED = "accepted", _("accepted")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class InvitationQuerySet(models.QuerySet):
    def with_state(self):
        """Each with `state_code`, by the same rules as `Invitation.code`."""
        return self.annotate(
            state_code=Case(
                When(used_at__isnull=False, then=Value(InvitationState.ACCEPTED)),
                When(revoked_at__isnull=False, then=Value(InvitationState.REVOKED)),
                When(expires_at__lte=timezone.now(), then=Value(InvitationState.EXPIRED)),
                When(bounced_at__isnull=False, then=Value(InvitationState.BOUNCED)),
                When(opened_at__isnull=False, then=Value(InvitationState.OPENED)),
                When(sent_at__isnull=False, then=Value(InvitationState.SENT)),
                default=Value(InvitationState.WAITING),
                output_field=models.CharField(),
            )
        )

    def unused(self):
        """Neither accepted nor withdrawn; perhaps expired."""
        return self.filter(used_at=None, revoked_at=None)

    def redeemable(self):
        return self.unused().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """An offer of one role in one organisation to one address. Its link works once and expires."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations", null=True, blank=True)
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=ORGANISATION_ROLES)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    salt = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("bounced at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    used_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email", "role"],
                condition=Q(used_at=None, revoked_at=None),
                name="one_unused_invitation_per_address_and_role",
            )
        ]

    def __str__(self):
        return self.email

    @property
    def token(self):
        """The secret in the link, made anew from the row each time, so that it is never stored."""
        return salted_hmac(f"invitation-{self.salt}", self.email, algorithm="sha256").hexdigest()

    @property
    def reference(self):
        """Names this link in logs and messages without giving it away; a new link has a new one."""
        return self.digest[:16]

    def renew(self):
        """Give it a new secret and a new deadline; the earlier link stops working."""
        self.salt = secrets.token_hex(16)
        self.digest = digest_of(self.token)
        self.expires_at = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
        self.sent_at = self.bounced_at = self.opened_at = None

    @property
    def code(self):
        """Where it stands, as an `InvitationState`."""
        if self.used_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        if self.expires_at <= timezone.now():
            return InvitationState.EXPIRED
        if self.bounced_at:
            return InvitationState.BOUNCED
        if self.opened_at:
            return InvitationState.OPENED
        return InvitationState.SENT if self.sent_at else InvitationState.WAITING

    @property
    def state(self):
        return self.code.label

    @property
    def state_since(self):
        """When it came to stand there; None for one that waits."""
        return {
            InvitationState.ACCEPTED: self.used_at,
            InvitationState.REVOKED: self.revoked_at,
            InvitationState.EXPIRED: self.expires_at,
            InvitationState.BOUNCED: self.bounced_at,
            InvitationState.OPENED: self.opened_at,
            InvitationState.SENT: self.sent_at,
        }.get(self.code)

    @property
    def is_open(self):
        return not self.used_at and not self.revoked_at and self.expires_at > timezone.now()


class ApiTokenQuerySet(models.QuerySet):
    def usable(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class ApiToken(models.Model):
    """A key to the API, bound to one organisation. Only its digest is kept."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100, help_text=_("What it is for, such as “HR system”."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("API token"), _("API tokens")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.name

    @property
    def is_usable(self):
        return self.revoked_at is None and self.expires_at > timezone.now()

    def matches(self, token):
        return hmac.compare_digest(self.digest, digest_of(token))

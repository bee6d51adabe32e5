"""A link by which people enrol themselves, and those who asked through it."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.invitations import digest_of
from organisations.models.organisations import Organisation
from organisations.models.people import Person


class EnrolmentLinkQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None, ends_on__gte=timezone.localdate())

    def with_counts(self):
        """With `taken`, the number of places that somebody holds."""
        holding = Q(requests__proven_at__isnull=False) & ~Q(requests__decision="refused")
        return self.annotate(taken=Count("requests", filter=holding))


class EnrolmentLink(models.Model):
    """Lets people with an address of certain domains ask to be enrolled. Only a digest of its secret is kept."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="enrolment_links")
    domains = ArrayField(models.CharField(max_length=253), verbose_name=_("e-mail domains"))
    places = models.PositiveIntegerField(
        _("how many people"), validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    ends_on = models.DateField(_("last day"))
    salt = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = EnrolmentLinkQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("enrolment link"), _("enrolment links")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="enrolment_link_has_places"),
            models.CheckConstraint(condition=Q(domains__len__gte=1), name="enrolment_link_names_a_domain"),
        ]

    def __str__(self):
        return ", ".join(self.domains)

    @property
    def token(self):
        """The secret in the link, made anew from the row each time, so that it is never stored."""
        return salted_hmac(
            f"enrolment-link-{self.salt}", str(self.organisation_id), algorithm="sha256"
        ).hexdigest()

    def draw_secret(self):
        self.salt = secrets.token_hex(16)
        self.digest = digest_of(self.token)

    @property
    def is_open(self):
        return self.closed_at is None and self.ends_on >= timezone.localdate()

    def accepts(self, email):
        return email.rpartition("@")[2].lower() in self.domains


class EnrolmentRequestQuerySet(models.QuerySet):
    def waiting(self):
        """Those whose address is proven and about whom HR has not decided."""
        return self.filter(proven_at__isnull=False, decision="")

    def holding_a_place(self):
        return self.filter(proven_at__isnull=False).exclude(decision=EnrolmentRequest.Decision.REFUSED)


class EnrolmentRequest(models.Model):
    """Somebody who would like to be enrolled: proves the address first, then HR decides."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="enrolment_requests")
    link = models.ForeignKey(EnrolmentLink, models.CASCADE, related_name="requests")
    last_name = models.CharField(_("last name"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    email = models.EmailField(_("work e-mail"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    salt = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    requested_at = models.DateTimeField(_("asked at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    proven_at = models.DateTimeField(_("address proven at"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    person = models.ForeignKey(
        Person, models.SET_NULL, related_name="enrolment_requests", null=True, blank=True
    )

    objects = EnrolmentRequestQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("enrolment request"), _("enrolment requests")
        ordering = ["requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(decision=""),
                name="one_open_enrolment_request_per_address",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="enrolment_decision_is_dated",
            ),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}"

    @property
    def token(self):
        """The secret in the mail that proves the address; never stored."""
        return salted_hmac(f"enrolment-request-{self.salt}", self.email, algorithm="sha256").hexdigest()

    @property
    def reference(self):
        """Names this request in logs and jobs without giving its secret away."""
        return self.digest[:16]

    def draw_secret(self):
        self.salt = secrets.token_hex(16)
        self.digest = digest_of(self.token)
        self.expires_at = timezone.now() + timedelta(days=settings.INVITATION_DAYS)

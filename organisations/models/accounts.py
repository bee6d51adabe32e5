"""Logins, and the roles that they may hold."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
    def end_sessions(self, user_ids):
        """Sign these accounts out wherever they are signed in."""
        self.filter(pk__in=user_ids).update(access_version=F("access_version") + 1)

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A login. One person may belong to several organisations with one login."""

    email = models.EmailField(
        _("e-mail"),
        unique=True,
        error_messages={"unique": _("There is already an account.")},
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("interface language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may use the administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    access_version = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ()

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case")
        ]

    def __str__(self):
        return self.name or self.email

    def _get_session_auth_hash(self, secret=None):
        """Sessions end with the password, and when what the account may do has changed (`end_sessions`)."""
        told = f"{super()._get_session_auth_hash(secret)} {self.access_version}"
        return salted_hmac("organisations.User.session", told, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def roles_by_organisation(self):
        """Organisations the user belongs to (by name), each with the roles held there."""
        roles = {}
        for membership in self.memberships.select_related("organisation__programme").order_by(
            "organisation__name"
        ):
            roles.setdefault(membership.organisation, set()).add(Role(membership.role))
        return roles

    @cached_property
    def roles_in_programme(self):
        return frozenset(Role(role) for role in self.programme_roles.values_list("role", flat=True))


class Role(models.TextChoices):
    """What somebody may do: the first two in an organisation, the others in the programme."""

    HR = "hr", _("HR manager")
    STAFF = "staff", _("staff member")
    OFFICER = "officer", _("programme officer")
    COMMITTEE = "committee", _("committee member")
    AUDITOR = "auditor", _("auditor")


ORGANISATION_ROLES = [(role.value, role.label) for role in (Role.HR, Role.STAFF)]
PROGRAMME_ROLES = [(role.value, role.label) for role in (Role.OFFICER, Role.COMMITTEE, Role.AUDITOR)]

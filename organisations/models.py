"""Who takes part, who works there, who may do what, and which jobs are under way."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.cache import caches
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Languages people work in. The interface speaks the first four."""

    LB = "lb", _("Luxembourgish")
    FR = "fr", _("French")
    DE = "de", _("German")
    EN = "en", _("English")
    PT = "pt", _("Portuguese")
    IT = "it", _("Italian")
    ES = "es", _("Spanish")
    NL = "nl", _("Dutch")


# --- Accounts ---------------------------------------------------------------------------------------------------------


class UserManager(BaseUserManager):
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


# --- Programme and organisations --------------------------------------------------------------------------------------


class Programme(models.Model):
    """The financed operation as a whole, whose figures the steering committee follows."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))

    class Meta:
        verbose_name, verbose_name_plural = _("programme"), _("programmes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="programme_ends_after_it_starts",
            )
        ]

    def __str__(self):
        return self.name


class ProgrammeMember(models.Model):
    """Somebody's role in the programme; they belong to no organisation by it."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="programme_roles")
    role = models.CharField(_("role"), max_length=10, choices=PROGRAMME_ROLES)
    since = models.DateField(_("since"), default=timezone.localdate)

    class Meta:
        verbose_name, verbose_name_plural = _("programme role"), _("programme roles")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "user", "role"],
                name="one_programme_role_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[code for code, _label in PROGRAMME_ROLES]),
                name="programme_role_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.user} ({self.get_role_display()})"


class Organisation(models.Model):
    """A company, a public body or a host of jobseekers that takes part."""

    class Kind(models.TextChoices):
        PRIVATE = "private", _("private company")
        PUBLIC = "public", _("public body")
        HOST = "host", _("host of jobseekers")

    class SizeClass(models.TextChoices):
        """Size classes of Recommendation 2003/361/EC, by staff of the whole group."""

        MICRO = "micro", _("under 10 people")
        SMALL = "small", _("10 to 49 people")
        MEDIUM = "medium", _("50 to 249 people")
        LARGE = "large", _("250 people or more")

    class Sector(models.TextChoices):
        """Sections of NACE Rev. 2.1, grouped."""

        AGRICULTURE = "agriculture", _("agriculture and food")
        CONSTRUCTION = "construction", _("construction and crafts")
        EDUCATION = "education", _("education")
        FINANCE = "finance", _("finance and insurance")
        HEALTH = "health", _("health and social work")
        HOSPITALITY = "hospitality", _("hotels and restaurants")
        INDUSTRY = "industry", _("industry")
        INFORMATION = "information", _("information and communication")
        PUBLIC = "public", _("public administration")
        SERVICES = "services", _("business services")
        TRADE = "trade", _("trade")
        TRANSPORT = "transport", _("transport and logistics")
        OTHER = "other", _("other activities")

    class Stage(models.TextChoices):
        INTEREST = "interest", _("interested")
        ELIGIBLE = "eligible", _("eligible")
        SIGNED = "signed", _("agreement signed")
        ACTIVE = "active", _("active")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="organisations")
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(
        _("short name"),
        unique=True,
        max_length=50,
        help_text=_("Part of the address of its pages."),
    )
    legal_id = models.CharField(
        _("legal identifier"),
        max_length=30,
        help_text=_("Number in the trade and companies register, such as B123456."),
    )
    sector = models.CharField(_("sector"), max_length=20, choices=Sector)
    size_class = models.CharField(
        _("size"),
        max_length=10,
        choices=SizeClass,
        help_text=_("Staff of the whole group."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    licence_quota = models.PositiveIntegerField(
        _("Pix licences granted"), validators=[MaxValueValidator(100_000)], default=0
    )
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language),
        verbose_name=_("working languages"),
        default=list,
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.ACTIVE)
    joined_on = models.DateField(_("joined on"), default=timezone.localdate)

    class Meta:
        verbose_name, verbose_name_plural = _("organisation"), _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "legal_id"],
                name="one_organisation_per_legal_id",
                violation_error_message=_("An organisation with this legal identifier already takes part."),
            )
        ]

    def __str__(self):
        return self.name


class Membership(models.Model):
    """Somebody's role in one organisation."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=ORGANISATION_ROLES)
    since = models.DateField(_("since"), default=timezone.localdate)

    class Meta:
        verbose_name, verbose_name_plural = _("membership"), _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "role"], name="one_membership_of_a_kind"),
            models.CheckConstraint(
                condition=Q(role__in=[code for code, _label in ORGANISATION_ROLES]),
                name="membership_role_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.user} ({self.get_role_display()})"


# --- People -----------------------------------------------------------------------------------------------------------


class PersonQuerySet(models.QuerySet):
    def present(self, day=None):
        """People who work there on that day (today unless told)."""
        day = day or timezone.localdate()
        return self.filter(Q(left_on=None) | Q(left_on__gt=day))

    def left(self, day=None):
        """People who had left by that day (today unless told)."""
        return self.filter(left_on__lte=day or timezone.localdate())

    def matching(self, words):
        """People whose name, e-mail or staff number holds each of the words, accents aside."""
        people = self
        for word in words.split():
            people = people.filter(
                Q(last_name__unaccent__icontains=word)
                | Q(first_name__unaccent__icontains=word)
                | Q(email__icontains=word)
                | Q(staff_number__iexact=word)
            )
        return people

    def by_name(self):
        """In the order of a telephone book: neither accents nor capitals count."""
        names = [Lower(Func(F(name), function="unaccent")) for name in ("last_name", "first_name")]
        return self.order_by(*names, "pk")


class Person(models.Model):
    """Somebody enrolled by an organisation. The record outlives the employment; access ends with it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people")
    user = models.ForeignKey(User, models.SET_NULL, related_name="people", null=True, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    email = models.EmailField(_("work e-mail"), blank=True)
    staff_number = models.CharField(_("staff number"), max_length=50, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    site = models.CharField(_("site"), max_length=100, blank=True)
    manager = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="reports",
        null=True,
        blank=True,
        verbose_name=_("manager"),
    )
    job_family = models.CharField(_("job family"), max_length=100, blank=True)
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language),
        verbose_name=_("working languages"),
        default=list,
        blank=True,
    )
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    enrolled_at = models.DateTimeField(_("enrolled at"), default=timezone.now, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        ordering = ["last_name", "first_name", "pk"]
        indexes = [
            models.Index(
                fields=["organisation", "last_name", "first_name"],
                name="person_by_name",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "staff_number"],
                condition=~Q(staff_number=""),
                name="one_person_per_staff_number",
                violation_error_message=_("Somebody else here has this staff number."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=~Q(email=""),
                name="one_person_per_email",
                violation_error_message=_("Somebody else here has this e-mail."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(user__isnull=False),
                name="one_person_per_login",
                violation_error_message=_("This account already belongs to somebody here."),
            ),
            models.CheckConstraint(
                condition=Q(manager=None) | ~Q(manager=F("id")),
                name="nobody_manages_themselves",
                violation_error_message=_("Nobody can be their own manager."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(hired_on=None) | Q(left_on__gte=F("hired_on")),
                name="person_leaves_after_being_hired",
                violation_error_message=_("The day of leaving comes before the day of hiring."),
            ),
        ]

    def __str__(self):
        return self.full_name

    @property
    def full_name(self):
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_present(self):
        return self.left_on is None or self.left_on > timezone.localdate()

    @property
    def language_names(self):
        return ", ".join(str(Language(code).label) for code in self.languages)

    @property
    def version(self):
        """Differs as soon as anything differs that HR keeps about the person."""
        kept = [str(getattr(self, field.attname)) for field in self._meta.concrete_fields]
        return hashlib.sha256("\x1f".join(kept).encode()).hexdigest()[:16]

    def reports_to(self, other):
        """Whether the other person is somewhere above in the reporting line."""
        managers = dict(self.organisation.people.values_list("pk", "manager_id"))
        above, passed = managers.get(self.pk), set()
        while above and above not in passed:
            if above == other.pk:
                return True
            passed.add(above)
            above = managers.get(above)
        return False


# --- Invitations and tokens -------------------------------------------------------------------------------------------


def digest_of(token):
    """What we keep of a secret: enough to recognise it, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet):
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

    @property
    def state(self):
        if self.used_at:
            return _("accepted")
        if self.revoked_at:
            return _("revoked")
        if self.expires_at <= timezone.now():
            return _("expired")
        return _("sent") if self.sent_at else _("waiting to be sent")

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


# --- Files ------------------------------------------------------------------------------------------------------------


class StoredFileQuerySet(models.QuerySet):
    def keep(
        self,
        organisation,
        name,
        content,
        user=None,
        media_type="application/octet-stream",
    ):
        """Store an upload. The name is only shown, never used as a path."""
        return self.create(
            organisation=organisation,
            name=name[-200:],
            media_type=media_type,
            digest=hashlib.sha256(content).hexdigest(),
            size=len(content),
            content=content,
            created_by=user,
        )


class StoredFile(models.Model):
    """A file that somebody uploaded. It lives in the database, behind the same fence as the rows made from it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("type"), max_length=100)
    digest = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField()
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("stored file"), _("stored files")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.name


# --- Jobs -------------------------------------------------------------------------------------------------------------


class RunQuerySet(models.QuerySet):
    def due(self):
        """Runs that nobody works on and that may start, or whose worker has died."""
        now = timezone.now()
        return self.filter(run_after__lte=now).filter(
            Q(state=Run.State.QUEUED) | Q(state=Run.State.RUNNING, lease_until__lt=now)
        )


class Run(models.Model):
    """One background job: asked for once, done once, and kept to be looked at.

    The broker only rings; this row is the work. Its arguments are ids, never names or answers.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("could not be done")
        DEAD = "dead", _("stopped after several failures")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="runs", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=120)
    args = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    run_after = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    outcome = models.JSONField(_("outcome"), default=dict)
    problem = models.TextField(_("problem"), blank=True, help_text=_("A sentence for the person who asked."))
    error = models.TextField(_("technical error"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    requested_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("job"), _("jobs")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["run_after"],
                condition=Q(state__in=["queued", "running"]),
                name="runs_that_may_be_due",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "key"],
                nulls_distinct=False,
                name="one_run_per_wish",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"

    @property
    def is_over(self):
        return self.state in (self.State.DONE, self.State.FAILED, self.State.DEAD)

    @property
    def succeeded(self):
        return self.state == self.State.DONE

    @property
    def is_late(self):
        """Whether it has waited so long that no worker seems to be there."""
        return self.state == self.State.QUEUED and self.run_after < timezone.now() - timedelta(seconds=20)

    @property
    def progress(self):
        """How far a worker says it is: a dictionary of done, total and message; or None."""
        if self.state != self.State.RUNNING:
            return None
        try:
            return caches["progress"].get(str(self.pk))
        except Exception:
            return None


# --- Enrolment from files ---------------------------------------------------------------------------------------------


class PeopleImportQuerySet(models.QuerySet):
    def for_list(self):
        """With what pages show, and without the bytes of the files."""
        return self.select_related("file", "created_by", "committed_by").defer("file__content", "change_set")


class PeopleImport(models.Model):
    """A staff file: what it would do, and once confirmed, what it did, with what is needed to take it back."""

    class State(models.TextChoices):
        CHECKED = "checked", _("checked, nothing written yet")
        DONE = "done", _("done")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people_imports")
    file = models.ForeignKey(
        StoredFile, models.CASCADE, related_name="people_imports", verbose_name=_("file")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKED)
    mapping = models.JSONField(_("columns"), default=dict, help_text=_("Field of each column of the file."))
    counts = models.JSONField(_("counts"), default=dict)
    findings = models.JSONField(_("findings"), default=dict)
    fingerprint = models.CharField(max_length=64, editable=False)
    change_set = models.JSONField(_("changes made"), default=dict)
    created_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    committed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    committed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("staff file"), _("staff files")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="checked", committed_at=None) | Q(state="done", committed_at__isnull=False),
                name="people_import_is_dated_once_done",
            )
        ]

    def __str__(self):
        return _("Staff file of %(date)s") % {"date": self.created_at.date().isoformat()}

    @property
    def is_done(self):
        return self.state == self.State.DONE

"""The programme, who takes part in it, and who holds which role."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import ORGANISATION_ROLES, PROGRAMME_ROLES, User
from organisations.models.languages import Language


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
        _("Pix licences granted"),
        validators=[MaxValueValidator(100_000)],
        default=0,
        editable=False,
        help_text=_("The sum of all grants, kept in step by the ledger."),
    )
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language),
        verbose_name=_("working languages"),
        default=list,
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.ACTIVE)
    joined_on = models.DateField(_("joined on"), default=timezone.localdate)
    access_ends_on = models.DateField(
        _("access ends on"),
        null=True,
        blank=True,
        help_text=_("From this day on its people don't come in any more; officers still see its history."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("organisation"), _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "legal_id"],
                name="one_organisation_per_legal_id",
                violation_error_message=_("An organisation with this legal identifier already takes part."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="closing") | Q(access_ends_on__isnull=False),
                name="a_closing_organisation_says_until_when",
                violation_error_message=_("Give the day on which access ends."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def language_names(self):
        return ", ".join(str(Language(code).label) for code in self.languages)

    @property
    def is_shut(self):
        """Whether its people have lost access."""
        if self.stage in (self.Stage.CLOSED, self.Stage.WITHDRAWN):
            return True
        ends_on = self.access_ends_on
        return self.stage == self.Stage.CLOSING and ends_on is not None and ends_on <= timezone.localdate()

    def take_turn(self):
        """Wait until nobody else changes it; whoever comes next waits until this transaction ends.

        Taken before rows of its people, invitations or seats, so that two changes never wait for each other. Returns
        the row as it is now.
        """
        return type(self)._base_manager.select_for_update(no_key=True).get(pk=self.pk)


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

"""How an organisation comes into the pilot: interest, checklist, stages."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.organisations import Organisation, Programme


class StageChange(models.Model):
    """An organisation came to a stage on a day, by somebody."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="stage_changes")
    stage = models.CharField(_("stage"), max_length=10, choices=Organisation.Stage)
    day = models.DateField(_("day"), default=timezone.localdate)
    by = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("recorded at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("change of stage"), _("changes of stage")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.get_stage_display()} ({self.day})"


class Checklist(models.Model):
    """What must be settled with an organisation before anybody is enrolled."""

    class Roles(models.TextChoices):
        JOINT = "joint", _("joint controllers with the project lead")
        SEPARATE = "separate", _("controllers of their own, each for its purposes")
        PROCESSOR = "processor", _("the organisation alone; the project lead processes for it")

    class GroupLinks(models.TextChoices):
        """How Recommendation 2003/361/EC counts staff and money."""

        AUTONOMOUS = "autonomous", _("none: it stands alone")
        PARTNER = "partner", _("partner enterprises (25 to 50 %)")
        LINKED = "linked", _("linked enterprises (over 50 %)")
        PUBLIC = "public", _("a public body holds 25 % or more")

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="checklist")
    agreement_signed_on = models.DateField(_("agreement signed on"), null=True, blank=True)
    data_protection_roles = models.CharField(
        _("data-protection roles"),
        max_length=10,
        choices=Roles,
        blank=True,
        help_text=_("Who decides about people's data, as the agreement says."),
    )
    delegation_informed_on = models.DateField(
        _("staff delegation informed on"),
        null=True,
        blank=True,
        help_text=_("Without a delegation: the day on which the staff themselves were informed."),
    )
    contact_name = models.CharField(_("contact person"), max_length=150, blank=True)
    contact_email = models.EmailField(_("e-mail of the contact person"), blank=True)
    privacy_email = models.EmailField(_("e-mail for data protection"), blank=True)
    headcount = models.PositiveIntegerField(
        _("staff of the organisation"), null=True, blank=True, help_text=_("Annual work units, rounded.")
    )
    group_links = models.CharField(
        _("links with other enterprises"), max_length=10, choices=GroupLinks, blank=True
    )
    group_headcount = models.PositiveIntegerField(
        _("staff with these enterprises"),
        null=True,
        blank=True,
        help_text=_("Together with linked enterprises, and partners in proportion."),
    )
    within_sme_limits = models.BooleanField(
        _("turnover up to EUR 50 million or balance sheet up to EUR 43 million"), null=True, blank=True
    )
    carried_over = models.BooleanField(
        _("took part before the checklist was kept"),
        default=False,
        help_text=_("Counts as complete; what was agreed is in the paper file."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("checklist"), _("checklists")
        constraints = [
            models.CheckConstraint(
                condition=Q(group_headcount=None)
                | Q(headcount=None)
                | Q(group_headcount__gte=models.F("headcount")),
                name="a_group_is_not_smaller_than_its_part",
                violation_error_message=_("The group can't have fewer people than the organisation."),
            )
        ]

    def __str__(self):
        return str(self.organisation)

    @property
    def is_sme(self):
        """The test of Recommendation 2003/361/EC; None while an answer is missing."""
        people = self.headcount if self.group_links == self.GroupLinks.AUTONOMOUS else self.group_headcount
        if self.group_links == self.GroupLinks.PUBLIC:
            return False
        if not self.group_links or people is None or self.within_sme_limits is None:
            return None
        return people < 250 and self.within_sme_limits


class Interest(models.Model):
    """Somebody asked whether their organisation may take part. An officer turns it into an organisation, or not."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="interests")
    name = models.CharField(_("name of the organisation"), max_length=200)
    legal_id = models.CharField(_("legal identifier"), max_length=30)
    kind = models.CharField(_("kind"), max_length=10, choices=Organisation.Kind)
    sector = models.CharField(_("sector"), max_length=20, choices=Organisation.Sector)
    size_class = models.CharField(_("size"), max_length=10, choices=Organisation.SizeClass)
    contact_name = models.CharField(_("your name"), max_length=150)
    contact_email = models.EmailField(_("your work e-mail"))
    message = models.TextField(_("message"), max_length=2_000, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    became = models.OneToOneField(
        Organisation,
        models.SET_NULL,
        related_name="interest",
        null=True,
        blank=True,
        verbose_name=_("became the organisation"),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("expression of interest"), _("expressions of interest")
        ordering = ["-received_at", "-pk"]

    def __str__(self):
        return self.name

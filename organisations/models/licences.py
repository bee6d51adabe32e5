"""Pix seats: how many each organisation has from whom, and every move of them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.organisations import Organisation
from organisations.models.people import Person


class Funder(models.TextChoices):
    """Who pays for seats, in the order in which they are given out."""

    ESF = "esf", _("European Social Fund Plus")
    STATE = "state", _("Luxembourg State")
    OWN = "own", _("the organisation itself")


class LicencePot(models.Model):
    """The seats that an organisation has from one funder, each column a total since the start.

    A use that was taken back is no longer in the total of uses.
    The database refuses a pot out of which more was taken than was in it. Whoever moves seats locks the row first.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="licence_pots")
    funder = models.CharField(_("funder"), max_length=10, choices=Funder)
    granted = models.PositiveIntegerField(_("granted"), default=0)
    assigned = models.PositiveIntegerField(_("assigned"), default=0)
    used = models.PositiveIntegerField(_("used"), default=0)
    returned = models.PositiveIntegerField(_("returned"), default=0)
    expired = models.PositiveIntegerField(_("expired"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("Pix seats of one funder"), _("Pix seats by funder")
        ordering = ["organisation", "funder"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "funder"], name="one_pot_per_funder"),
            models.CheckConstraint(
                condition=Q(granted__gte=F("assigned") + F("expired") - F("returned")),
                name="seats_left_are_never_negative",
                violation_error_message=_("There are not so many free seats."),
            ),
            models.CheckConstraint(
                condition=Q(assigned__gte=F("used") + F("returned")),
                name="seats_in_hand_are_never_negative",
                violation_error_message=_("There are not so many seats that nobody has used."),
            ),
        ]

    def __str__(self):
        return f"{self.organisation}: {self.get_funder_display()}"

    @property
    def left(self):
        """Free to be assigned."""
        return self.granted - self.expired - self.assigned + self.returned


class LicenceMove(models.Model):
    """One entry of the ledger. Entries are never changed; a mistake is put right by another entry."""

    class Kind(models.TextChoices):
        GRANTED = "granted", _("granted")
        ASSIGNED = "assigned", _("assigned")
        USED = "used", _("used")
        UNUSED = "unused", _("use taken back")
        RETURNED = "returned", _("returned")
        EXPIRED = "expired", _("expired")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="licence_moves", db_index=False
    )
    funder = models.CharField(_("funder"), max_length=10, choices=Funder)
    kind = models.CharField(_("move"), max_length=10, choices=Kind)
    number = models.PositiveIntegerField(
        _("seats"), validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    # The fence's own key, which counts the organisation in, is checked instead.
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="licence_moves", null=True, blank=True, db_constraint=False
    )
    by = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("move of seats"), _("moves of seats")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "-at"], name="licence_moves_by_time"),
            models.Index(fields=["organisation", "person"], name="licence_moves_of_a_person"),
        ]
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="a_move_moves_something")]

    def __str__(self):
        return f"{self.number} {self.get_kind_display()}"

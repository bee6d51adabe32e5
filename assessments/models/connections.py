"""An organisation's connection to Pix's partner interface: what is fetched there, and how far each fetching is."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.imports import Kind, ResultImport
from assessments.models.results import Result
from organisations.models import Organisation, Run, User


class Connection(models.Model):
    """The client that Pix gave the organisation. Its secret is sealed, and leaves this row only for Pix."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="pix_connection")
    base_address = models.CharField(_("base address"), max_length=255)
    client_id = models.CharField(_("client id"), max_length=255)
    sealed_secret = models.TextField(_("sealed secret"), editable=False)
    pix_organisation = models.BigIntegerField(_("number of the organisation at Pix"), null=True, blank=True)
    pix_organisation_name = models.CharField(_("organisation at Pix"), max_length=255, blank=True)
    made_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    made_at = models.DateTimeField(_("connected at"), default=timezone.now)
    synced_at = models.DateTimeField(_("last synchronisation"), null=True, blank=True)
    fully_synced_at = models.DateTimeField(_("last full synchronisation"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("connection to Pix"), _("connections to Pix")

    def __str__(self):
        return f"{self.client_id} @ {self.base_address}"

    @property
    def needs_full_sync(self):
        """Pix does not tell what was deleted: now and then, everything is read again."""
        return (
            self.fully_synced_at is None
            or timezone.now() - self.fully_synced_at >= settings.PIX_FULL_SYNC_EVERY
        )

    @property
    def is_due(self):
        return self.synced_at is None or timezone.now() - self.synced_at >= settings.PIX_SYNC_EVERY


class OfferedCampaign(models.Model):
    """A campaign that Pix offers through the connection, and whether the organisation follows it."""

    OVERLAP = timedelta(days=1)

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="offered_campaigns")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="campaigns")
    number = models.BigIntegerField(_("number at Pix"))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(_("campaign code"), max_length=50, blank=True)
    target_profile = models.CharField(_("target profile"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created at"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    is_followed = models.BooleanField(_("followed"), default=False)
    gone_at = models.DateTimeField(_("no longer offered since"), null=True, blank=True)
    read_until = models.DateTimeField(_("read until"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("campaign offered by Pix"), _("campaigns offered by Pix")
        ordering = ["-created_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="one_offer_per_campaign"),
        ]

    def __str__(self):
        return self.name

    @property
    def since(self):
        """From when on to ask for what is new; the clocks and answers of a day may overlap."""
        return self.read_until and self.read_until - self.OVERLAP


class Sync(models.Model):
    """One reading of all followed campaigns, in slices of a run each: what a cut loses is the slice at work.

    Until it has ended, `position` and `seen` say how far the campaign at work has been read, `read` which are done.
    """

    class Doubt(models.TextChoices):
        """Why something about a campaign is not certain."""

        NOT_ALLOWED = "not_allowed", _("Pix does not let this client read it.")
        UNREADABLE = "unreadable", _("Pix gave participations without a number; they were left out.")
        DISORDER = "disorder", _("Pix gave the participations in no order; nobody was taken for deleted.")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="syncs")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="syncs")
    is_full = models.BooleanField(_("everything again"), default=False)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    result_import = models.ForeignKey(
        ResultImport, models.SET_NULL, related_name="syncs", null=True, blank=True, db_constraint=False
    )
    asked_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    slices = models.PositiveIntegerField(_("slices"), default=0)
    read = ArrayField(models.BigIntegerField(), verbose_name=_("campaigns read"), default=list, blank=True)
    position = models.PositiveIntegerField(_("next page"), default=1)
    seen = ArrayField(models.BigIntegerField(), verbose_name=_("seen"), default=list, blank=True)
    is_second_look = models.BooleanField(_("looks for the missing a second time"), default=False)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("synchronisation with Pix"), _("synchronisations with Pix")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(ended_at=None), name="one_sync_at_a_time"
            ),
        ]

    def __str__(self):
        return f"{self.connection} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def counts(self):
        return self.outcome.get("counts", {})

    @property
    def doubts(self):
        """Numbers of campaigns, each with what is not certain about it in the reader's language."""
        return [(number, self.Doubt(doubt).label) for number, doubt in self.outcome.get("doubts", ())]

    def doubts_of(self, offer: OfferedCampaign) -> list[str]:
        return [doubt for number, doubt in self.outcome.get("doubts", ()) if number == offer.number]


class Completion(models.Model):
    """What an import changed in a result that another had brought: `before` holds the columns as they were.

    A file knows levels and no number of the participation, the partner interface the reverse: whichever comes second
    completes the row of the first. Undoing the second puts `before` back.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="completions")
    result_import = models.ForeignKey(ResultImport, models.CASCADE, related_name="completions")
    result = models.ForeignKey(Result, models.CASCADE, related_name="completions")
    before = models.JSONField(_("before"))

    class Meta:
        verbose_name, verbose_name_plural = _("completion of a result"), _("completions of results")
        constraints = [
            models.UniqueConstraint(fields=["result_import", "result"], name="one_completion_per_import"),
        ]

    def __str__(self):
        return f"{self.result_import_id}: {self.result_id}"

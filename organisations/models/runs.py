"""Background jobs as rows."""

from datetime import timedelta

from django.core.cache import caches
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.accounts import User
from organisations.models.organisations import Organisation


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

"""Counts that are kept ready, so that no page or report has to read every result."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.frameworks import Framework
from assessments.models.results import Result
from organisations.models import Organisation


class LevelCount(models.Model):
    """How many people had which level in one competence at the end of a quarter, by their newest result.

    Everybody enrolled by then counts, whoever has left since included. NULL means not measured. Derived from the
    results, and made anew with every change of them.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="level_counts", db_index=False
    )
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(_("measure"), max_length=15, choices=Result.Measure)
    quarter = models.DateField(_("quarter"), help_text=_("Its first day."))
    position = models.PositiveSmallIntegerField(_("position of the competence"))
    level = models.SmallIntegerField(_("level"), null=True, blank=True)
    n = models.PositiveIntegerField(_("people"))
    new = models.PositiveIntegerField(_("of them measured in the quarter"))
    sharing = models.PositiveIntegerField(_("of them sharing their levels with HR"))

    class Meta:
        verbose_name, verbose_name_plural = _("count of a level"), _("counts of levels")
        ordering = ["-quarter", "framework", "measure", "position", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "framework", "measure", "quarter", "position", "level"],
                nulls_distinct=False,
                name="one_count_per_level",
            )
        ]

    def __str__(self):
        return f"{self.quarter} {self.position} {self.level}"


class Cohort(models.Model):
    """People who are counted together and never apart (see `assessments.cohorts`).

    `withheld` are the columns that would say too much of them; what is counted was the case on the day `since`.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="cohorts", db_index=False)
    key = models.JSONField(_("what its people have in common"), help_text=_("See assessments.cohorts.Key."))
    withheld = ArrayField(models.SmallIntegerField(), verbose_name=_("columns withheld"), default=list)
    since = models.DateField(_("counted as of"))

    class Meta:
        verbose_name, verbose_name_plural = _("cohort"), _("cohorts")
        ordering = ["organisation", "pk"]
        indexes = [models.Index(fields=["organisation"], name="cohorts_of_an_organisation")]

    def __str__(self):
        return f"#{self.pk}"


class CountedResult(models.Model):
    """A result as a cohort counts it; without a cohort it is spent, and never counted again.

    It outlives the result and the person, because what has been shown must be known to whoever shows more: it has
    their numbers only, and no levels once it is spent.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="counted_results", db_index=False
    )
    cohort = models.ForeignKey(Cohort, models.SET_NULL, related_name="counted", null=True, blank=True)
    person = models.BigIntegerField(_("number of the person"))
    result = models.BigIntegerField(_("number of the result"))
    levels = ArrayField(models.SmallIntegerField(null=True), verbose_name=_("levels"), null=True, blank=True)
    baseline = ArrayField(
        models.SmallIntegerField(null=True), verbose_name=_("levels at the baseline"), null=True, blank=True
    )

    class Meta:
        verbose_name, verbose_name_plural = _("counted result"), _("counted results")
        ordering = ["organisation", "result"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "result"], name="a_result_is_counted_once")
        ]

    def __str__(self):
        return f"#{self.result}"


class Release(models.Model):
    """What the pages show of an organisation: made of its cohorts, and of nothing newer."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="releases", db_index=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("release of figures"), _("releases of figures")
        ordering = ["-pk"]
        get_latest_by = "pk"
        indexes = [models.Index(fields=["organisation", "-id"], name="newest_release")]

    def __str__(self):
        return f"{self.organisation} {self.made_at:%Y-%m-%d %H:%M}"

"""Counts that are kept ready, so that no page or report has to read every result."""

from django.db import models
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

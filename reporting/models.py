"""What the steering committee is shown: one report per quarter, its frozen figures and its files."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models import Programme, Run, User
from reporting.periods import Quarter

LANGUAGES = ("en", "fr", "de")


class ReportQuerySet(models.QuerySet):
    def for_page(self):
        """With what a page shows of each, and without the bytes of the files."""
        return self.select_related("run", "rendering", "requested_by").prefetch_related(
            models.Prefetch("files", ReportFile.objects.select_related("report").defer("content"))
        )

    def for_list(self):
        return self.for_page().defer("figures")

    def of_quarter(self, quarter: Quarter):
        return self.filter(year=quarter.year, quarter=quarter.number)


class Report(models.Model):
    """The figures of one quarter, for the whole programme. It belongs to no organisation.

    A first run computes and freezes the figures, with small numbers already hidden; a second one writes the files
    from them. Whatever is shown later, on pages or on paper, comes from the frozen figures.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    rendering = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    figures = models.JSONField(_("figures"), null=True, blank=True, editable=False)
    snapshot_hash = models.CharField(_("SHA-256 of the figures"), max_length=64, blank=True, editable=False)
    rule_version = models.CharField(_("version of the rules for small numbers"), max_length=20, blank=True)
    cut_off = models.DateTimeField(_("cut-off"), help_text=_("Nothing after this moment is counted."))
    requested_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    frozen_at = models.DateTimeField(_("figures frozen at"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("report"), _("reports")
        ordering = ["-year", "-quarter", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year", "quarter", "version"],
                name="one_report_per_quarter_and_version",
                violation_error_message=_("There is already a report for this quarter."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4) & Q(year__gte=2000, year__lte=2099),
                name="report_quarter_exists",
            ),
            models.CheckConstraint(
                condition=Q(figures=None, frozen_at=None, snapshot_hash="")
                | Q(figures__isnull=False, frozen_at__isnull=False, snapshot_hash__regex=r"^[0-9a-f]{64}$"),
                name="frozen_figures_have_a_hash",
            ),
        ]

    def __str__(self):
        return f"{self.period} v{self.version}"

    def get_absolute_url(self):
        return reverse("reporting:report", args=[self.pk])

    @property
    def period(self) -> Quarter:
        return Quarter(self.year, self.quarter)

    @property
    def is_frozen(self):
        return self.frozen_at is not None

    @property
    def language_files(self):
        """Its files in the order of our languages."""
        return sorted(self.files.all(), key=lambda file: LANGUAGES.index(file.language))

    @property
    def current_run(self) -> Run | None:
        """What is being done for it, or was done last: first the figures, then the files."""
        return self.rendering or self.run

    @property
    def is_over(self):
        """Whether nothing more will happen to it by itself."""
        if self.run is None or (self.run.succeeded and self.rendering is None):
            return False
        return self.current_run.is_over

    @property
    def is_complete(self):
        return self.rendering is not None and self.rendering.succeeded

    @property
    def short_hash(self):
        return self.snapshot_hash[:8]

    @property
    def hash_in_groups(self):
        """The hash as people compare it: eight characters at a time."""
        return " ".join(self.snapshot_hash[start : start + 8] for start in range(0, 64, 8))


class ReportFile(models.Model):
    """One rendering of a report, kept as it was handed out."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="files")
    language = models.CharField(_("language"), max_length=5)
    media_type = models.CharField(_("type"), max_length=100, default="application/pdf")
    content = models.BinaryField()
    digest = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    created_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("report file"), _("report files")
        ordering = ["report", "language"]
        constraints = [
            models.UniqueConstraint(fields=["report", "language", "media_type"], name="one_file_per_language")
        ]

    def __str__(self):
        return self.name

    @property
    def language_name(self):
        """As its readers call it: Français."""
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def name(self):
        """The name under which it is saved: readiness-report-2026Q3-fr.pdf."""
        version = f"-v{self.report.version}" if self.report.version > 1 else ""
        return f"readiness-report-{self.report.period}{version}-{self.language}.pdf"

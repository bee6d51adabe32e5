"""Competences, and how those of one framework stand for those of another. Reference data for everybody."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisations.models import User

HIGHEST_LEVEL = 8


def in_active_language(titles):
    """The title in the reader's language, or else in English or French."""
    for language in ((get_language() or "en")[:2], "en", "fr"):
        if titles.get(language):
            return titles[language]
    return ""


class PublishedQuerySet(models.QuerySet):
    """Versions of reference data: loaded as drafts, and used once an officer has published them."""

    def published(self):
        return self.exclude(published_at=None)


class FrameworkQuerySet(PublishedQuerySet):
    def pix(self):
        """The version of the Pix framework that new results are measured in."""
        return self.published().filter(code=Framework.PIX).latest("published_at", "pk")


class Framework(models.Model):
    """One version of a list of competences. Once published it never changes (the database sees to it).

    Codes collide between frameworks (Pix 1.2 is not DigComp 1.2), so a competence is always framework and code.
    """

    PIX = "pix"

    code = models.CharField(_("code"), max_length=30)
    version = models.CharField(_("version"), max_length=30)
    name = models.CharField(_("name"), max_length=100)
    source = models.TextField(_("source"), blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    digest = models.CharField(_("SHA-256 of its data"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("framework"), _("frameworks")
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_framework_per_version")]

    def __str__(self):
        return f"{self.name} ({self.version})"


class Area(models.Model):
    """A group of competences within a framework."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="areas")
    code = models.CharField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    titles = models.JSONField(_("titles by language"))

    class Meta:
        verbose_name, verbose_name_plural = _("area"), _("areas")
        ordering = ["framework", "position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="one_area_per_code")]

    def __str__(self):
        return f"{self.code} {self.title}"

    @property
    def title(self):
        return in_active_language(self.titles)


class CompetenceQuerySet(models.QuerySet):
    def of_pix(self):
        """Those of the Pix framework that new results are measured in."""
        published = Framework.objects.published().filter(code=Framework.PIX)
        return self.filter(framework=published.order_by("-published_at", "-pk").values("pk")[:1])


class Competence(models.Model):
    """One thing that people can be good at. Arrays of levels follow `position`, which counts from 1."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="competences")
    area = models.ForeignKey(Area, models.CASCADE, related_name="competences")
    code = models.CharField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    titles = models.JSONField(_("titles by language"))

    objects = CompetenceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("competence"), _("competences")
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="one_competence_per_code"),
            models.UniqueConstraint(fields=["framework", "position"], name="one_competence_per_position"),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"

    @property
    def title(self):
        return in_active_language(self.titles)


class Crosswalk(models.Model):
    """One version of a map from the competences of one framework to those of another."""

    source = models.ForeignKey(Framework, models.PROTECT, related_name="crosswalks_from")
    target = models.ForeignKey(Framework, models.PROTECT, related_name="crosswalks_to")
    version = models.CharField(_("version"), max_length=30)
    note = models.TextField(_("note"), blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    digest = models.CharField(_("SHA-256 of its data"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("crosswalk"), _("crosswalks")
        ordering = ["source", "target", "version"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "version"], name="one_crosswalk_per_version")
        ]

    def __str__(self):
        return f"{self.source} → {self.target} ({self.version})"


class CrosswalkEntry(models.Model):
    """How far one competence stands for another one."""

    class Strength(models.TextChoices):
        PRIMARY = "primary", _("stands for it")
        SECONDARY = "secondary", _("covers part of it")
        WEAK = "weak", _("touches it")

    crosswalk = models.ForeignKey(Crosswalk, models.CASCADE, related_name="entries")
    source = models.ForeignKey(Competence, models.PROTECT, related_name="+")
    target = models.ForeignKey(Competence, models.PROTECT, related_name="+")
    strength = models.CharField(_("strength"), max_length=10, choices=Strength)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("crosswalk entry"), _("crosswalk entries")
        ordering = ["crosswalk", "source", "target"]
        constraints = [
            models.UniqueConstraint(
                fields=["crosswalk", "source", "target"],
                name="one_crosswalk_entry_per_pair",
            )
        ]

    def __str__(self):
        return f"{self.source} → {self.target}"

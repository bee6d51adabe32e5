"""What a person can hold in their hands: who saw their levels, and the document that they asked for."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models import Language, Organisation, Person, Run, StoredFile, User


class LevelsReading(models.Model):
    """Somebody else has seen a person's own levels: once for each reader, place and day."""

    class Place(models.TextChoices):
        SKILLS = "skills", _("list of shared levels")
        API = "api", _("interface for programs")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="levels_readings")
    person = models.ForeignKey(Person, models.CASCADE, related_name="levels_readings")
    reader = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    reader_name = models.CharField(_("reader"), max_length=200)
    place = models.CharField(_("place"), max_length=10, choices=Place)
    day = models.DateField(_("day"), default=timezone.localdate)

    class Meta:
        verbose_name, verbose_name_plural = _("reading of levels"), _("readings of levels")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person", "reader_name", "place", "day"],
                name="one_reading_per_reader_place_and_day",
            )
        ]

    def __str__(self):
        return f"{self.reader_name} {self.day:%Y-%m-%d}"


class SkillsDocument(models.Model):
    """A person's skills as a PDF, made by a worker for that person alone, and forgotten after a day."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="skills_documents")
    person = models.ForeignKey(Person, models.CASCADE, related_name="skills_documents")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True)
    file = models.OneToOneField(
        StoredFile, models.SET_NULL, related_name="skills_document", null=True, blank=True
    )
    requested_at = models.DateTimeField(_("asked for at"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("document of skills"), _("documents of skills")
        ordering = ["-pk"]

    def __str__(self):
        return f"#{self.pk}"

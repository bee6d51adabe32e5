"""Where results come from: campaigns at Pix, and every import of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.frameworks import Framework
from organisations.models import Organisation, Run, StoredFile, User


class Kind(models.TextChoices):
    """What an export is about; each kind is a measure of its own."""

    PROFILES = "profiles", _("profiles collection")
    ASSESSMENT = "assessment", _("assessment campaign")
    EXAM = "exam", _("exam campaign")
    CERTIFICATION = "certification", _("certification")
    SELF_DECLARED = "self_declared", _("self-reflection")


LANGUAGES = {"fr": _("French"), "en": _("English"), "nl": _("Dutch"), "de": _("German")}


class Campaign(models.Model):
    """A campaign at the source (Pix Orga), known to us by its number there."""

    class Source(models.TextChoices):
        FILE = "file", _("file")
        API = "api", _("Pix partner interface")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="campaigns")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.FILE)
    reference = models.CharField(_("number at the source"), max_length=50)
    code = models.CharField(_("campaign code"), max_length=50, blank=True)
    name = models.CharField(_("name"), max_length=255)
    owner_name = models.CharField(_("organisation according to the source"), max_length=255, blank=True)
    target_profile = models.CharField(_("target profile"), max_length=255, blank=True)
    competences = ArrayField(
        models.SmallIntegerField(),
        verbose_name=_("competences tested"),
        null=True,
        blank=True,
        help_text=_("Their positions in the framework. Empty: nobody has said which."),
    )
    highest_stage = models.PositiveSmallIntegerField(_("highest stage"), null=True, blank=True)
    badges = models.JSONField(_("badges"), default=list, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("campaign"), _("campaigns")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "reference"],
                name="one_campaign_per_reference",
            )
        ]

    def __str__(self):
        return self.name


class Waiting(models.TextChoices):
    """Why a participation has no person yet."""

    NO_NUMBER = "no_number", _("The file gives no number for this person.")
    UNKNOWN_NUMBER = "unknown_number", _("Nobody enrolled here has this staff number.")
    SEVERAL_NAMES = "several_names", _("Several people in the campaign gave this number.")
    TWO_PEOPLE = "two_people", _("The two numbers of this row belong to different people.")
    OTHER_NAME = "other_name", _("The number belongs to somebody with another name.")
    OTHER_NUMBER = "other_number", _("The person of this name has another staff number.")
    OTHER_DATES = "other_dates", _("The person of this name did not work here on the day of the test.")
    NAMESAKES = "namesakes", _("Several people here are called so.")
    NAME_ALONE = "name_alone", _("Only the name speaks for somebody here.")
    NOBODY = "nobody", _("Somebody decided: nobody enrolled here.")


class ResultImportQuerySet(models.QuerySet):
    def for_list(self):
        """With what a list shows, and without the bytes of the files."""
        return self.select_related("file", "campaign", "run", "uploaded_by").defer("file__content", "report")


class ResultImport(models.Model):
    """A named set of changes: a file that was looked at and confirmed, or what the partner interface gave at once.

    `answers` holds what a file cannot say and somebody said instead, such as the competences of a Dutch export.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="result_imports")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="result_imports", null=True, blank=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="imports", null=True, blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    report = models.JSONField(_("what the file says"), default=dict)
    outcome = models.JSONField(_("outcome"), default=dict)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = ResultImportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = (
            _("import of results"),
            _("imports of results"),
        )
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.uploaded_at:%Y-%m-%d %H:%M}"

    @property
    def waiting(self):
        """Why participations of the file would wait for their person, in the reader's language, with counts."""
        return [(Waiting(each["reason"]).label, each["count"]) for each in self.report.get("waiting", ())]

    @property
    def source_name(self):
        """The file, or the interface that has none."""
        return self.file.name if self.file else Campaign.Source.API.label

    @property
    def can_be_undone(self):
        """Not what people said of themselves in a form: nobody else takes that back."""
        by_form = self.kind == Kind.SELF_DECLARED and self.file_id is None
        return bool(self.imported_at) and not self.undone_at and not by_form

    @property
    def has_open_question(self):
        """Whether somebody still has to say what the file cannot."""
        return bool(self.report.get("question"))

    @property
    def language(self):
        """What language the file is in, in words."""
        return LANGUAGES.get(self.report.get("language"), _("a language that we read by its columns"))

    @property
    def generation(self):
        """When Pix wrote files of this form, in words."""
        first, dots, last = self.report.get("generation", "").removeprefix("since ").partition("..")
        if dots:
            return _("the form of %(first)s to %(last)s") % {"first": first, "last": last}
        return _("the form since %(first)s") % {"first": first}

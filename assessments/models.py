"""What people can do today: frameworks, what was imported, results, targets, and who lets whom see them.

Frameworks are reference data for everybody. All else belongs to one organisation.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, Person, Run, StoredFile, User

HIGHEST_LEVEL = 8


def in_active_language(titles):
    """The title in the reader's language, or else in English or French."""
    for language in ((get_language() or "en")[:2], "en", "fr"):
        if titles.get(language):
            return titles[language]
    return ""


# --- Frameworks -------------------------------------------------------------------------------------------------------


class FrameworkQuerySet(models.QuerySet):
    def pix(self):
        """The version of the Pix framework that new results are measured in."""
        return self.filter(code=Framework.PIX, published_at__isnull=False).latest("published_at", "pk")


class Framework(models.Model):
    """One version of a list of competences. Never edited once loaded: a change is a new version.

    Codes collide between frameworks (Pix 1.2 is not DigComp 1.2), so a competence is always framework and code.
    """

    PIX = "pix"

    code = models.CharField(_("code"), max_length=30)
    version = models.CharField(_("version"), max_length=30)
    name = models.CharField(_("name"), max_length=100)
    source = models.TextField(_("source"), blank=True)
    digest = models.CharField(_("SHA-256 of its data"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

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
        published = Framework.objects.filter(code=Framework.PIX, published_at__isnull=False)
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
    digest = models.CharField(_("SHA-256 of its data"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

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


# --- What was imported ------------------------------------------------------------------------------------------------


class Kind(models.TextChoices):
    """What an export is about; each kind is a measure of its own."""

    PROFILES = "profiles", _("profiles collection")
    ASSESSMENT = "assessment", _("assessment campaign")
    EXAM = "exam", _("exam campaign")
    CERTIFICATION = "certification", _("certification")
    SELF_DECLARED = "self_declared", _("self-reflection")


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


class ResultImportQuerySet(models.QuerySet):
    def for_list(self):
        """With what a list shows, and without the bytes of the files."""
        return self.select_related("file", "campaign", "run", "uploaded_by").defer("file__content", "report")


class ResultImport(models.Model):
    """One file of results: uploaded, looked at, and (once somebody confirms) imported by a run."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="result_imports")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="result_imports")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="imports", null=True, blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, related_name="+", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    report = models.JSONField(_("what the file says"), default=dict)
    outcome = models.JSONField(_("outcome"), default=dict)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)

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
        return [
            (Result.Waiting(each["reason"]).label, each["count"]) for each in self.report.get("waiting", ())
        ]


# --- Results ----------------------------------------------------------------------------------------------------------


class ResultQuerySet(models.QuerySet):
    def current(self):
        """Without progress that a newer export of its campaign has overtaken."""
        return self.filter(superseded_by=None)

    def shared(self):
        return self.filter(is_shared=True)

    def profiles(self):
        return self.filter(measure=Result.Measure.PROFILE)

    def waiting(self):
        """Results that belong to nobody yet."""
        return self.current().filter(person=None)

    def held(self):
        """Results in quarantine."""
        return self.exclude(held_until=None)

    def newest_per_person(self):
        return self.exclude(person=None).order_by("person_id", "-shared_at", "-pk").distinct("person_id")


class ReadableResults(models.Manager.from_queryset(ResultQuerySet)):  # type: ignore[misc]
    """What everybody reads: without results in quarantine."""

    def get_queryset(self):
        return super().get_queryset().filter(held_until=None)


class Result(models.Model):
    """One participation: what was measured, exactly as the source says. A shared result is an immutable fact.

    Whoever has not shared in Pix has a row without values: that is progress, and never a zero. Arrays follow the
    positions of the framework's competences; NULL means not measured. Measures are never mixed or averaged.
    """

    class Measure(models.TextChoices):
        PROFILE = "profile", _("level measured by Pix")
        SHARE_OF_ITEMS = "share_of_items", _("share of items")
        CERTIFIED = "certified", _("certified level")
        SELF_DECLARED = "self_declared", _("self-declared level")

    class Waiting(models.TextChoices):
        NO_NUMBER = "no_number", _("The file gives no number for this person.")
        UNKNOWN_NUMBER = (
            "unknown_number",
            _("Nobody enrolled here has this staff number."),
        )
        SEVERAL_NAMES = (
            "several_names",
            _("Several people in the campaign gave this number."),
        )
        TWO_PEOPLE = (
            "two_people",
            _("The two numbers of this row belong to different people."),
        )

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="results", db_index=False)
    # Within an organisation the composite keys of the second migration check these; a plain key would check twice.
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="results", db_constraint=False)
    result_import = models.ForeignKey(
        ResultImport, models.CASCADE, related_name="results", db_constraint=False
    )
    superseded_by = models.ForeignKey(
        ResultImport,
        models.SET_NULL,
        related_name="superseded_results",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        related_name="results",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(_("measure"), max_length=15, choices=Measure)
    key = models.UUIDField(
        _("key"),
        editable=False,
        help_text=_("Names the participation, whichever file shows it."),
    )

    line = models.PositiveIntegerField(_("line in the file"), default=0)
    last_name = models.CharField(_("last name"), max_length=255, blank=True)
    first_name = models.CharField(_("first name"), max_length=255, blank=True)
    external_id = models.CharField(_("external id"), max_length=255, blank=True)
    student_number = models.CharField(_("student number"), max_length=255, blank=True)
    group = models.CharField(_("group"), max_length=255, blank=True)
    division = models.CharField(_("class"), max_length=255, blank=True)
    imported_columns = models.JSONField(_("imported columns"), default=dict, blank=True)

    is_shared = models.BooleanField(_("shared in Pix"))
    shared_at = models.DateTimeField(_("shared in Pix at"), null=True, blank=True)
    day_only = models.BooleanField(_("only the day is known"), default=False)
    pix_score = models.PositiveSmallIntegerField(_("Pix score"), null=True, blank=True)
    certifiable = models.BooleanField(_("certifiable"), null=True, blank=True)
    certifiable_count = models.PositiveSmallIntegerField(_("certifiable competences"), null=True, blank=True)
    levels = ArrayField(
        models.SmallIntegerField(null=True),
        verbose_name=_("levels"),
        null=True,
        blank=True,
    )
    pix = ArrayField(
        models.SmallIntegerField(null=True),
        verbose_name=_("pix"),
        null=True,
        blank=True,
    )
    waiting_reason = models.CharField(_("why it waits"), max_length=15, choices=Waiting, blank=True)
    held_until = models.DateTimeField(
        _("held until"),
        null=True,
        blank=True,
        help_text=_("Unread until its person has read the information notice; deleted after this moment."),
    )

    # Reverse relations use the first manager, so no reader can forget the quarantine.
    objects = ReadableResults()
    with_held = ResultQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("result"), _("results")
        ordering = ["-shared_at", "-pk"]
        indexes = [
            models.Index(
                fields=["organisation", "person", "-shared_at"],
                condition=Q(person__isnull=False),
                name="results_of_a_person",
            ),
            models.Index(
                fields=["organisation", "last_name", "first_name"],
                condition=Q(person=None, superseded_by=None),
                name="results_that_wait",
            ),
            models.Index(
                fields=["organisation", "held_until"],
                condition=Q(held_until__isnull=False),
                name="results_that_are_held",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_result_per_participation"),
            models.CheckConstraint(
                condition=Q(is_shared=True, shared_at__isnull=False)
                | Q(
                    is_shared=False,
                    shared_at=None,
                    pix_score=None,
                    certifiable=None,
                    levels=None,
                    pix=None,
                ),
                name="not_shared_means_no_values",
            ),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}".strip() or f"#{self.pk}"


# --- Targets and sharing ----------------------------------------------------------------------------------------------


class TargetProfileQuerySet(models.QuerySet):
    def current(self):
        return self.filter(replaced_at=None)


class TargetProfile(models.Model):
    """The level to reach in each competence, for one job family or (with none named) for everyone.

    NULL means no target. A change replaces the row by a new one, so that old reports keep what they used.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="target_profiles")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")
    job_family = models.CharField(_("job family"), max_length=100, blank=True)
    levels = ArrayField(
        models.SmallIntegerField(
            null=True,
            validators=[MinValueValidator(0), MaxValueValidator(HIGHEST_LEVEL)],
        ),
        verbose_name=_("levels"),
    )
    set_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, blank=True)
    set_on = models.DateField(_("set on"), default=timezone.localdate)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = TargetProfileQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("target profile"), _("target profiles")
        ordering = ["job_family", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "framework", "job_family"],
                condition=Q(replaced_at=None),
                name="one_current_target_profile",
            )
        ]

    def __str__(self):
        return self.job_family or str(_("everyone"))


class SharingChoice(models.Model):
    """A person lets HR see their levels, from one moment until they take it back."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="sharing_choices")
    person = models.ForeignKey(Person, models.CASCADE, related_name="sharing_choices")
    shared_at = models.DateTimeField(_("shared with HR at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("sharing choice"), _("sharing choices")
        ordering = ["-shared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(revoked_at=None),
                name="one_open_sharing_choice_per_person",
            )
        ]

    def __str__(self):
        return f"{self.person} {self.shared_at:%Y-%m-%d}"

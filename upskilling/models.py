"""What people learn next: the catalogue of courses, what was suggested to whom, and what people chose.

The catalogue belongs to the programme and is the same for everybody. Suggestions and choices belong to one
organisation, and in it to one person.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assessments.models import HIGHEST_LEVEL, Competence, Framework
from organisations.models import Language, Organisation, Person, Programme, User

# --- The catalogue ----------------------------------------------------------------------------------------------------


class OfferQuerySet(models.QuerySet):
    def current(self, day=None):
        """Offers that have not expired by that day (today unless told)."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day or timezone.localdate()))

    def open(self, day=None):
        """Those that one can still join: a dated course that has started is over for newcomers."""
        day = day or timezone.localdate()
        return self.current(day).filter(
            ~Q(start_type=Offer.StartType.DATED) | Q(next_start__gte=day),
        )

    def open_first(self, day=None):
        """Those that one can still join before the others."""
        still_open = Offer.objects.open(day).filter(pk=models.OuterRef("pk"))
        return self.order_by(models.Exists(still_open).desc(), *Offer._meta.ordering)

    def meant_for(self, organisation):
        """Without those for another kind of organisation."""
        return self.exclude(audience__in=Offer.audiences_elsewhere(organisation))

    def with_topics(self):
        return self.prefetch_related(
            models.Prefetch(
                "topics",
                queryset=OfferCompetence.objects.select_related("competence__area").order_by(
                    "-is_primary", "competence__position"
                ),
            )
        )

    def competences(self):
        """All that these offers teach."""
        taught = Competence.objects.filter(taught_by__offer__in=self).distinct()
        return taught.select_related("framework").order_by("framework__code", "position")

    def judge_tags(self, status, user):
        """Put on record that somebody has looked at what these offers claim to teach. Gives their number."""
        return self.update(tag_status=status, reviewed_by=user, reviewed_on=timezone.localdate())


class Offer(models.Model):
    """A course that a provider says it gives. Never deleted: it expires.

    What it teaches, and at which levels, is the provider's claim until somebody has reviewed it.
    """

    class ProviderKind(models.TextChoices):
        PUBLIC = "public", _("public body")
        CHAMBER = "chamber", _("professional chamber")
        SECTOR = "sector", _("training body of a sector")
        ASSOCIATION = "association", _("association")
        PRIVATE = "private", _("private provider")

    class CostBasis(models.TextChoices):
        PER_PERSON = "per_person", _("per person")
        PER_GROUP = "per_group", _("per group")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE_LIVE = "online_live", _("online, live")
        BLENDED = "blended", _("partly online")
        SELF_PACED = "self_paced", _("at your own pace")

    class Audience(models.TextChoices):
        ALL_STAFF = "all_staff", _("everybody")
        BEGINNERS = "beginners", _("beginners")
        OFFICE = "office", _("office staff")
        TEAM_LEADS = "team_leads", _("team leaders")
        MANAGERS = "managers", _("managers")
        HR = "hr", _("HR staff")
        TRAINERS = "trainers", _("trainers")
        MENTORS = "mentors", _("mentors")
        LEGAL_COMMUNICATION = "legal_communication", _("legal and communication staff")
        IT_PURCHASING = "it_purchasing", _("IT and purchasing staff")
        INNOVATION = "innovation", _("innovation teams")
        PUBLIC_SECTOR = "public_sector", _("public-sector staff")
        CRAFT_SME = "craft_sme", _("crafts and small firms")
        CAREER_CHANGE = "career_change", _("people who change their career")

    class Certificate(models.TextChoices):
        NONE = "none", _("no certificate")
        ATTENDANCE = "attendance", _("certificate of attendance")
        CERTIFICATE = "certificate", _("certificate with assessment")
        QUALIFICATION = "qualification", _("recognised qualification")

    class StartType(models.TextChoices):
        DATED = "dated", _("on a date")
        ON_DEMAND = "on_demand", _("on request")
        CONTINUOUS = "continuous", _("at any time")

    class TagStatus(models.TextChoices):
        PROVIDER = "provider", _("stated by the provider")
        REVIEWED = "reviewed", _("reviewed")
        REJECTED = "rejected", _("rejected")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="offers")
    provider = models.CharField(_("provider"), max_length=150)
    offer_id = models.CharField(_("number at the provider"), max_length=50)
    provider_kind = models.CharField(_("kind of provider"), max_length=15, choices=ProviderKind)
    title = models.CharField(_("title"), max_length=250)
    title_lang = models.CharField(_("language of the title"), max_length=2, choices=Language)
    summaries = models.JSONField(_("summaries by language"), default=dict, blank=True)
    framework = models.ForeignKey(
        Framework, models.PROTECT, related_name="+", verbose_name=_("framework of its competences")
    )
    level_min = models.PositiveSmallIntegerField(
        _("from level"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_LEVEL)]
    )
    level_max = models.PositiveSmallIntegerField(
        _("to level"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_LEVEL)]
    )
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2, validators=[MinValueValidator(0)])
    cost_eur = models.DecimalField(
        _("cost in euros"), max_digits=9, decimal_places=2, validators=[MinValueValidator(0)]
    )
    cost_basis = models.CharField(_("cost is"), max_length=10, choices=CostBasis)
    languages = ArrayField(models.CharField(max_length=2, choices=Language), verbose_name=_("languages"))
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    place = models.CharField(_("place"), max_length=100, blank=True)
    audience = models.CharField(_("meant for"), max_length=20, choices=Audience)
    certificate = models.CharField(_("certificate"), max_length=15, choices=Certificate)
    start_type = models.CharField(_("starts"), max_length=10, choices=StartType)
    next_start = models.DateField(_("next start"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500)
    data_status = models.CharField(_("status of the data"), max_length=100, blank=True)
    tag_status = models.CharField(
        _("status of its competences"), max_length=10, choices=TagStatus, default=TagStatus.PROVIDER
    )
    reviewed_by = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("reviewed by")
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("course"), _("courses")
        ordering = ["title", "provider", "offer_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "provider", "offer_id"],
                name="one_offer_per_number",
                violation_error_message=_("This provider already has a course with this number."),
            ),
            models.CheckConstraint(
                condition=Q(level_min__gte=1, level_max__lte=HIGHEST_LEVEL, level_min__lte=F("level_max")),
                name="offer_levels_rise",
                violation_error_message=_("The lowest level is above the highest one."),
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=0, cost_eur__gte=0), name="offer_hours_and_cost_are_not_negative"
            ),
            models.CheckConstraint(condition=Q(languages__len__gte=1), name="offer_has_a_language"),
            models.CheckConstraint(
                condition=Q(tag_status="provider") | Q(reviewed_on__isnull=False),
                name="offer_review_has_a_date",
            ),
        ]

    def __str__(self):
        return self.title

    @staticmethod
    def audiences_elsewhere(organisation):
        """Audiences that are not found in an organisation of this kind and size."""
        kind, size = Organisation.Kind, Organisation.SizeClass
        is_small_firm = organisation.kind == kind.PRIVATE and organisation.size_class != size.LARGE
        fits = {
            Offer.Audience.PUBLIC_SECTOR: organisation.kind == kind.PUBLIC,
            Offer.Audience.CRAFT_SME: is_small_firm,
            Offer.Audience.CAREER_CHANGE: organisation.kind == kind.HOST,
        }
        return [audience for audience, is_found in fits.items() if not is_found]

    @property
    def is_free(self):
        return self.cost_eur == 0

    @property
    def has_expired(self):
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def is_over(self):
        """Whether nobody can join any more: expired, or a date that has passed (or was never given)."""
        if self.start_type != self.StartType.DATED:
            return self.has_expired
        return self.has_expired or self.next_start is None or self.next_start < timezone.localdate()

    @property
    def summary_language(self):
        """The reader's language, or else the first of English, French and any that has a summary."""
        for language in ((get_language() or "en")[:2], "en", "fr", *sorted(self.summaries)):
            if self.summaries.get(language):
                return language
        return ""

    @property
    def summary(self):
        return self.summaries.get(self.summary_language, "")

    @property
    def language_names(self):
        return [Language(code).label for code in self.languages]


class OfferCompetence(models.Model):
    """A competence that a course teaches; one of them is its main topic."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="topics")
    competence = models.ForeignKey(
        Competence, models.PROTECT, related_name="taught_by", verbose_name=_("competence")
    )
    is_primary = models.BooleanField(_("main topic"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("topic of a course"), _("topics of courses")
        ordering = ["offer", "-is_primary", "competence"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "competence"], name="one_topic_of_a_kind_per_offer"),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(is_primary=True), name="one_main_topic_per_offer"
            ),
        ]

    def __str__(self):
        return f"{self.offer}: {self.competence}"


# --- What people want, and what was suggested to them -----------------------------------------------------------------


class PlanItemQuerySet(models.QuerySet):
    def open(self):
        return self.filter(dropped_at=None)


class PlanItem(models.Model):
    """Somebody wants to take a course. Dropped, not deleted, so that the figures of a past quarter stay true."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="plan_items", db_index=False)
    # The composite key of the second migration checks the person; a plain one would check twice.
    person = models.ForeignKey(Person, models.CASCADE, related_name="plan_items", db_constraint=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="plan_items", verbose_name=_("course"))
    chosen_at = models.DateTimeField(_("chosen at"), default=timezone.now)
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("chosen course"), _("chosen courses")
        ordering = ["chosen_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "offer"],
                condition=Q(dropped_at=None),
                name="one_open_choice_per_person_and_offer",
                violation_error_message=_("This course is already in the plan."),
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(dropped_at__gte=F("chosen_at")),
                name="choice_is_dropped_after_it_was_made",
            ),
        ]

    def __str__(self):
        return f"{self.person}: {self.offer}"


class Recommendation(models.Model):
    """What was suggested to somebody on a day, with the reasons as codes, so that it can be explained later.

    The gap would tell a level, so only the person sees it.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="recommendations", db_index=False
    )
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="recommendations", db_constraint=False, db_index=False
    )
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="recommendations", verbose_name=_("course"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    competence = models.PositiveSmallIntegerField(
        _("competence"), help_text=_("Position in the Pix framework, counted from 1.")
    )
    gap = models.PositiveSmallIntegerField(_("levels below the target"))
    reasons = models.JSONField(_("reasons"), default=list)
    rule_version = models.CharField(_("version of the rules"), max_length=20)
    made_on = models.DateField(_("made on"), default=timezone.localdate)

    class Meta:
        verbose_name, verbose_name_plural = _("recommendation"), _("recommendations")
        ordering = ["-made_on", "person", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "made_on", "person", "rank"], name="one_recommendation_per_rank"
            ),
            models.UniqueConstraint(
                fields=["person", "offer", "made_on"], name="one_recommendation_per_offer_and_day"
            ),
            models.CheckConstraint(condition=Q(gap__gte=1), name="recommendation_closes_a_gap"),
        ]

    def __str__(self):
        return f"{self.person}: {self.offer} ({self.made_on:%Y-%m-%d})"

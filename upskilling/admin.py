"""What platform admins look up: courses, with the review of what they claim to teach; choices and suggestions."""

from django.contrib import admin
from django.db import models as db_models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from organisations.admin import FilteredAsOffered, ReadOnly
from upskilling import models


class TopicInline(admin.TabularInline):
    """What a course teaches comes from its provider's file; here it is judged, not edited."""

    model = models.OfferCompetence
    extra = 0
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("offer", "competence")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(models.Offer)
class OfferAdmin(FilteredAsOffered):
    list_display = ["title", "provider", "offer_id", "start_type", "next_start", "valid_until", "tag_status"]
    list_filter = ["tag_status", "mode", "start_type", "provider_kind"]
    list_select_related = ["programme", "framework"]
    search_fields = ["title", "provider", "offer_id"]
    readonly_fields = ["tag_status", "reviewed_by", "reviewed_on"]
    inlines = [TopicInline]
    formfield_overrides = {db_models.URLField: {"assume_scheme": "https"}}
    actions = ["mark_reviewed", "mark_rejected"]

    def has_delete_permission(self, request, obj=None):
        return False  # courses expire

    @admin.action(description=_("What they teach is right"))
    def mark_reviewed(self, request, offers):
        self._judge(request, offers, models.Offer.TagStatus.REVIEWED)

    @admin.action(description=_("What they say they teach is wrong: suggest them no longer"))
    def mark_rejected(self, request, offers):
        self._judge(request, offers, models.Offer.TagStatus.REJECTED)

    def _judge(self, request, offers, status):
        count = offers.judge_tags(status, request.user)
        words = ngettext("%(count)s course is judged.", "%(count)s courses are judged.", count)
        self.message_user(request, words % {"count": count})


@admin.register(models.PlanItem)
class PlanItemAdmin(ReadOnly):
    list_display = ["person", "offer", "organisation", "chosen_at", "dropped_at"]
    list_filter = ["organisation"]
    list_select_related = ["person", "offer", "organisation"]
    search_fields = ["person__last_name", "person__first_name", "offer__title"]
    show_full_result_count = False


@admin.register(models.Recommendation)
class RecommendationAdmin(ReadOnly):
    """Without the gap and the reasons: they would tell a person's levels."""

    list_display = ["person", "offer", "rank", "organisation", "made_on", "rule_version"]
    list_filter = ["organisation", "made_on"]
    list_select_related = ["person", "offer", "organisation"]
    search_fields = ["person__last_name", "person__first_name", "offer__title"]
    exclude = ["competence", "gap", "reasons"]
    show_full_result_count = False

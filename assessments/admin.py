"""What platform admins look up. Results are facts and reference data is never edited, so most is looked at only."""

from django.contrib import admin

from assessments import models
from organisations.admin import ReadOnly


@admin.register(models.Framework)
class FrameworkAdmin(ReadOnly):
    list_display = ["name", "code", "version", "published_at"]
    search_fields = ["name", "code"]


@admin.register(models.Area)
class AreaAdmin(ReadOnly):
    list_display = ["code", "title", "framework"]
    list_filter = ["framework"]
    list_select_related = ["framework"]
    search_fields = ["code"]


@admin.register(models.Competence)
class CompetenceAdmin(ReadOnly):
    list_display = ["code", "title", "framework", "position"]
    list_filter = ["framework"]
    list_select_related = ["framework"]
    search_fields = ["code"]


@admin.register(models.Crosswalk)
class CrosswalkAdmin(ReadOnly):
    list_display = ["source", "target", "version", "published_at"]
    list_select_related = ["source", "target"]
    search_fields = ["source__code", "target__code"]


@admin.register(models.CrosswalkEntry)
class CrosswalkEntryAdmin(ReadOnly):
    list_display = ["source", "target", "strength", "crosswalk"]
    list_filter = ["strength", "crosswalk"]
    list_select_related = ["source", "target", "crosswalk__source", "crosswalk__target"]
    search_fields = ["source__code", "target__code"]


@admin.register(models.Campaign)
class CampaignAdmin(ReadOnly):
    list_display = ["name", "organisation", "kind", "reference", "code", "source"]
    list_filter = ["kind", "source"]
    list_select_related = ["organisation"]
    search_fields = ["name", "reference", "code", "organisation__name"]


@admin.register(models.ResultImport)
class ResultImportAdmin(ReadOnly):
    list_display = ["file", "organisation", "kind", "campaign", "uploaded_by", "uploaded_at", "imported_at"]
    list_filter = ["kind"]
    list_select_related = ["file", "organisation", "campaign", "uploaded_by"]
    search_fields = ["file__name", "organisation__name"]
    fields = [
        *("organisation", "file", "kind", "campaign", "run", "outcome"),
        *("uploaded_by", "uploaded_at", "confirmed_by", "imported_at"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("file__content", "report")


@admin.register(models.Result)
class ResultAdmin(ReadOnly):
    """Without anything that was measured: that belongs to the person."""

    list_display = ["last_name", "first_name", "organisation", "campaign", "measure", "shared_at", "person"]
    list_filter = ["measure", "is_shared", "waiting_reason", "attached"]
    list_select_related = ["organisation", "campaign", "person"]
    search_fields = ["last_name", "first_name", "external_id", "student_number"]
    exclude = [
        *(
            "levels",
            "pix",
            "pix_score",
            "certifiable",
            "certifiable_count",
            "status",
            "details",
            "imported_columns",
        ),
        *("mastery_rate", "shares", "validated", "progress", "stage", "badges"),
    ]
    show_full_result_count = False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .defer("levels", "pix", "shares", "validated", "details", "imported_columns")
        )


@admin.register(models.Identity)
class IdentityAdmin(ReadOnly):
    list_display = ["__str__", "organisation", "external_id", "student_number", "reason", "noticed_at"]
    list_filter = ["reason"]
    list_select_related = ["organisation"]
    search_fields = ["last_name", "first_name", "external_id", "student_number"]


@admin.register(models.Decision)
class DecisionAdmin(ReadOnly):
    list_display = ["identity", "organisation", "person", "decided_by", "decided_at", "reversed_at"]
    list_select_related = ["identity", "organisation", "person", "decided_by"]
    search_fields = ["identity__last_name", "identity__first_name", "person__last_name"]


@admin.register(models.TargetProfile)
class TargetProfileAdmin(ReadOnly):
    list_display = ["__str__", "organisation", "framework", "set_by", "set_on", "replaced_at"]
    list_select_related = ["organisation", "framework", "set_by"]
    search_fields = ["job_family", "organisation__name"]


@admin.register(models.SharingChoice)
class SharingChoiceAdmin(ReadOnly):
    list_display = ["person", "organisation", "shared_at", "revoked_at"]
    list_select_related = ["person", "organisation"]
    search_fields = ["person__last_name", "person__first_name"]


@admin.register(models.LevelCount)
class LevelCountAdmin(ReadOnly):
    """That there are counts. How many people have which level is not protected here, so it is not shown."""

    list_display = ["organisation", "quarter", "framework", "measure", "position"]
    list_filter = ["measure", "quarter"]
    list_select_related = ["organisation", "framework"]
    search_fields = ["organisation__name"]
    exclude = ["n", "new", "sharing"]


@admin.register(models.Connection)
class ConnectionAdmin(ReadOnly):
    """Without the secret, sealed as it is."""

    list_display = ["organisation", "pix_organisation_name", "base_address", "synced_at", "fully_synced_at"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "pix_organisation_name"]
    exclude = ["sealed_secret"]


@admin.register(models.OfferedCampaign)
class OfferedCampaignAdmin(ReadOnly):
    list_display = ["name", "organisation", "kind", "number", "is_followed", "read_until"]
    list_filter = ["kind", "is_followed"]
    list_select_related = ["organisation"]
    search_fields = ["name", "code", "organisation__name"]


@admin.register(models.Sync)
class SyncAdmin(ReadOnly):
    list_display = ["organisation", "is_full", "started_at", "ended_at", "slices", "run"]
    list_filter = ["is_full"]
    list_select_related = ["organisation", "run"]
    search_fields = ["organisation__name"]
    exclude = ["seen"]


@admin.register(models.Completion)
class CompletionAdmin(ReadOnly):
    """Without the earlier values: those belong to the person."""

    list_display = ["result_import", "result", "organisation"]
    list_select_related = ["result_import", "result", "organisation"]
    search_fields = ["organisation__name"]
    exclude = ["before"]
    show_full_result_count = False


@admin.register(models.Cohort)
class CohortAdmin(ReadOnly):
    list_display = ["organisation", "key", "since"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name"]


@admin.register(models.CountedResult)
class CountedResultAdmin(ReadOnly):
    """Which results are counted together; their levels are nobody's to look up."""

    list_display = ["organisation", "result", "cohort"]
    list_select_related = ["organisation", "cohort"]
    search_fields = ["organisation__name"]
    exclude = ["levels", "baseline", "person"]


@admin.register(models.Release)
class ReleaseAdmin(ReadOnly):
    """When figures were released; what readers may see of them stands on their pages."""

    list_display = ["organisation", "made_at"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name"]
    exclude = ["figures"]


@admin.register(models.LevelsReading)
class LevelsReadingAdmin(ReadOnly):
    list_display = ["person", "reader_name", "place", "day"]
    list_filter = ["place"]
    list_select_related = ["person"]
    search_fields = ["reader_name"]


@admin.register(models.SkillsDocument)
class SkillsDocumentAdmin(ReadOnly):
    list_display = ["pk", "organisation", "language", "requested_at"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name"]
    exclude = ["file"]

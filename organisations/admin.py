"""What platform admins look up and repair. No password, token or file content can be seen here."""

from django import forms
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest
from django.utils.translation import gettext_lazy as _

from organisations import models


class FilteredAsOffered(admin.ModelAdmin):
    """Filtered by what its page offers. Otherwise any field can be named in the address, and a hidden one is told."""

    def lookup_allowed(self, lookup, value, request):
        offered = [*self.get_list_filter(request), "pk", "id"]
        if not any(lookup == name or lookup.startswith(f"{name}__") for name in offered):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise BadRequest("A year beyond the calendar") from error


class ReadOnly(FilteredAsOffered):
    """Facts that are looked at, not edited."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class UserForm(forms.ModelForm):
    """Neither shows nor sets a password: people set their own through an invitation or a reset."""

    class Meta:
        model = models.User
        fields = ["email", "name", "language", "is_active", "is_staff", "is_superuser"]

    def save(self, commit=True):
        if not self.instance.password:
            self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(models.User)
class UserAdmin(FilteredAsOffered):
    form = UserForm
    list_display = ["email", "name", "language", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "language"]
    search_fields = ["email", "name"]
    ordering = ["email"]


@admin.register(models.Programme)
class ProgrammeAdmin(FilteredAsOffered):
    """There is one, made by a migration: the programme's pages and the demonstration rely on it."""

    list_display = ["name", "slug", "starts_on", "ends_on"]
    readonly_fields = ["slug"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(models.ProgrammeMember)
class ProgrammeMemberAdmin(FilteredAsOffered):
    list_display = ["user", "role", "programme", "since"]
    list_filter = ["role"]
    list_select_related = ["user", "programme"]
    search_fields = ["user__email", "user__name"]
    autocomplete_fields = ["user"]


@admin.register(models.Organisation)
class OrganisationAdmin(FilteredAsOffered):
    list_display = ["name", "slug", "legal_id", "kind", "sector", "size_class", "stage", "licence_quota"]
    list_filter = ["stage", "kind", "size_class", "sector"]
    search_fields = ["name", "slug", "legal_id"]


@admin.register(models.Checklist)
class ChecklistAdmin(admin.ModelAdmin):
    list_display = ["organisation", "agreement_signed_on", "delegation_informed_on", "contact_email"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "contact_email"]
    autocomplete_fields = ["organisation"]


@admin.register(models.StageChange)
class StageChangeAdmin(ReadOnly):
    list_display = ["organisation", "stage", "day", "by", "at", "note"]
    list_filter = ["stage"]
    list_select_related = ["organisation", "by"]
    search_fields = ["organisation__name"]


@admin.register(models.Interest)
class InterestAdmin(ReadOnly):
    list_display = ["name", "legal_id", "contact_email", "received_at", "answered_at", "became"]
    list_filter = ["sector", "kind"]
    list_select_related = ["became"]
    search_fields = ["name", "legal_id", "contact_email"]


@admin.register(models.LicencePot)
class LicencePotAdmin(ReadOnly):
    list_display = ["organisation", "funder", "granted", "assigned", "used", "returned", "expired"]
    list_filter = ["funder"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name"]


@admin.register(models.LicenceMove)
class LicenceMoveAdmin(ReadOnly):
    list_display = ["organisation", "funder", "kind", "number", "person", "by", "at", "note"]
    list_filter = ["kind", "funder"]
    list_select_related = ["organisation", "person", "by"]
    search_fields = ["organisation__name", "note"]
    show_full_result_count = False


@admin.register(models.Membership)
class MembershipAdmin(FilteredAsOffered):
    list_display = ["user", "role", "organisation", "since"]
    list_filter = ["role", "organisation"]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__email", "user__name"]
    autocomplete_fields = ["user", "organisation"]


@admin.register(models.Person)
class PersonAdmin(FilteredAsOffered):
    list_display = [
        "last_name",
        "first_name",
        "organisation",
        "staff_number",
        "department",
        "hired_on",
        "left_on",
    ]
    list_filter = ["organisation"]
    list_select_related = ["organisation"]
    search_fields = ["last_name", "first_name", "email", "staff_number"]
    autocomplete_fields = ["organisation", "user", "manager"]
    show_full_result_count = False


@admin.register(models.PeopleExport)
class PeopleExportAdmin(ReadOnly):
    list_display = ["pk", "organisation", "format", "requested_by", "requested_at"]
    list_select_related = ["organisation", "requested_by"]
    exclude = ["filters", "file"]


@admin.register(models.PeopleChange)
class PeopleChangeAdmin(ReadOnly):
    list_display = ["pk", "organisation", "act", "value", "number", "changed_by", "changed_at"]
    list_filter = ["act", "organisation"]
    list_select_related = ["organisation", "changed_by"]


@admin.register(models.EnrolmentLink)
class EnrolmentLinkAdmin(ReadOnly):
    list_display = ["pk", "organisation", "domains", "places", "ends_on", "closed_at", "created_by"]
    list_select_related = ["organisation", "created_by"]
    exclude = ["salt", "digest"]


@admin.register(models.EnrolmentRequest)
class EnrolmentRequestAdmin(ReadOnly):
    list_display = ["email", "organisation", "requested_at", "proven_at", "decision", "decided_by"]
    list_filter = ["decision", "organisation"]
    list_select_related = ["organisation", "decided_by"]
    search_fields = ["email", "last_name"]
    exclude = ["salt", "digest"]


@admin.register(models.Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ["email", "role", "organisation", "state", "invited_by", "invited_at", "expires_at"]
    list_filter = ["role", "organisation"]
    list_select_related = ["organisation", "invited_by"]
    search_fields = ["email"]
    exclude = ["salt", "digest"]


@admin.register(models.ApiToken)
class ApiTokenAdmin(ReadOnly):
    list_display = ["name", "organisation", "created_by", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["organisation", "created_by"]
    search_fields = ["name"]
    exclude = ["digest"]


@admin.register(models.Acknowledgement)
class AcknowledgementAdmin(ReadOnly):
    list_display = ["person", "organisation", "version", "language", "at"]
    list_filter = ["version", "language"]
    list_select_related = ["person", "organisation"]
    search_fields = ["person__last_name", "person__first_name", "organisation__name"]


@admin.register(models.EsfRecord)
class EsfRecordAdmin(ReadOnly):
    """Which answers are missing; the answers themselves have no page here."""

    list_display = ["reference", "person", "organisation", "entered_on", "due_on", "answered_at"]
    list_select_related = ["person", "organisation"]
    search_fields = ["person__last_name", "person__first_name", "organisation__name"]


@admin.register(models.EsfExit)
class EsfExitAdmin(ReadOnly):
    list_display = ["record", "organisation", "left_on", "reason", "recorded_by", "back_on"]
    list_filter = ["reason"]
    list_select_related = ["record", "organisation", "recorded_by"]
    search_fields = ["organisation__name"]


@admin.register(models.FollowUp)
class FollowUpAdmin(ReadOnly):
    list_display = ["record", "organisation", "kind", "due_on", "asked_at", "answered_at"]
    list_filter = ["kind"]
    list_select_related = ["record", "organisation"]
    search_fields = ["organisation__name"]


@admin.register(models.StoredFile)
class StoredFileAdmin(ReadOnly):
    list_display = ["name", "organisation", "media_type", "size", "created_by", "created_at"]
    list_select_related = ["organisation", "created_by"]
    search_fields = ["name", "digest"]
    exclude = ["content"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(models.PeopleImport)
class PeopleImportAdmin(ReadOnly):
    list_display = ["file", "organisation", "state", "created_by", "created_at", "committed_at"]
    list_filter = ["state"]
    list_select_related = ["file", "organisation", "created_by"]
    search_fields = ["file__name", "organisation__name"]
    fields = [
        *("organisation", "file", "state", "mapping", "counts"),
        *("created_by", "created_at", "committed_by", "committed_at"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("file__content", "findings", "change_set")


@admin.register(models.ColumnChoice)
class ColumnChoiceAdmin(ReadOnly):
    list_display = ["header", "field", "organisation", "chosen_at"]
    list_select_related = ["organisation"]
    search_fields = ["header"]


@admin.register(models.RepairRule)
class RepairRuleAdmin(ReadOnly):
    list_display = ["field", "action", "code", "organisation", "created_at"]
    list_filter = ["action"]
    list_select_related = ["organisation"]
    exclude = ["value", "replacement"]


@admin.action(description=_("Try again"))
def try_again(modeladmin, request, queryset):
    """Queue jobs that were given up; the sweep rings for them within seconds."""
    queryset.filter(state__in=[models.Run.State.FAILED, models.Run.State.DEAD]).update(
        state=models.Run.State.QUEUED, attempts=0, problem="", ended_at=None
    )


@admin.register(models.Run)
class RunAdmin(ReadOnly):
    list_display = ["pk", "kind", "organisation", "state", "attempts", "created_at", "ended_at", "problem"]
    list_filter = ["state", "kind", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["key", "problem", "error"]
    actions = [try_again]
    show_full_result_count = False


@admin.register(Session)
class SessionAdmin(ReadOnly):
    """How many are signed in, and until when. A session's only name is its key, which a link to it would tell."""

    list_display = ["expire_date"]
    list_display_links = None

    def has_view_permission(self, request, obj=None):
        return obj is None and super().has_view_permission(request, obj)

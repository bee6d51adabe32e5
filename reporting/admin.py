"""What platform admins look up about reports. Figures and files are frozen: nobody edits them."""

from django.contrib import admin

from organisations.admin import ReadOnly
from reporting import models


@admin.register(models.Report)
class ReportAdmin(ReadOnly):
    list_display = ["__str__", "programme", "version", "cut_off", "frozen_at", "short_hash", "requested_by"]
    list_filter = ["programme", "year", "quarter"]
    list_select_related = ["programme", "requested_by"]
    search_fields = ["programme__name", "year", "snapshot_hash"]


@admin.register(models.ReportFile)
class ReportFileAdmin(ReadOnly):
    list_display = ["name", "language", "media_type", "size", "digest", "created_at"]
    list_filter = ["language", "report__year"]
    list_select_related = ["report"]
    search_fields = ["report__year", "digest"]
    exclude = ["content"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")

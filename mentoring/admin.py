"""What platform admins look up about mentoring. Scores and inputs would tell levels, next steps are the pair's own."""

from django.contrib import admin

from mentoring import models
from organisations.admin import ReadOnly


@admin.register(models.MentoringRound)
class MentoringRoundAdmin(ReadOnly):
    list_display = ["name", "organisation", "state", "opened_on", "paired", "published_on"]
    list_filter = ["state", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__name"]


@admin.register(models.Application)
class ApplicationAdmin(ReadOnly):
    list_display = ["person", "round", "organisation", "as_mentor", "as_mentee", "stated_at"]
    list_filter = ["as_mentor", "as_mentee", "organisation"]
    list_select_related = ["person", "round", "organisation"]
    search_fields = ["person__last_name", "person__first_name", "round__name"]


@admin.register(models.Pairing)
class PairingAdmin(ReadOnly):
    list_display = ["mentor", "mentee", "organisation", "round", "state", "started_on", "ended_on"]
    list_filter = ["state", "organisation"]
    list_select_related = ["mentor", "mentee", "organisation", "round"]
    search_fields = ["mentor__last_name", "mentee__last_name", "round__name"]
    exclude = ["score", "explanation"]


@admin.register(models.LeftOut)
class LeftOutAdmin(ReadOnly):
    list_display = ["person", "as_role", "reason", "round", "organisation"]
    list_filter = ["as_role", "reason", "organisation"]
    list_select_related = ["person", "round", "organisation"]
    search_fields = ["person__last_name", "person__first_name", "round__name"]


@admin.register(models.MentoringSession)
class MentoringSessionAdmin(ReadOnly):
    list_display = ["pairing", "organisation", "held_on", "minutes", "mode", "confirmed_at", "declined_at"]
    list_filter = ["mode", "held_on", "organisation"]
    list_select_related = ["pairing__mentor", "pairing__mentee", "organisation"]
    search_fields = ["pairing__mentor__last_name", "pairing__mentee__last_name"]
    exclude = ["next_step", "token"]

"""Campaigns at Pix: what was imported of each, from where, by whom and when, and whether it adds up."""

from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from assessments.campaign_figures import OnRecord, comparisons, newest_import, on_record
from organisations.access import Role, members_only

PER_PAGE = 50


@require_GET
@members_only(Role.HR, Role.OFFICER)
def list_campaigns(request):
    campaigns = request.organisation.campaigns.annotate(
        times=Count("imports"), newest=Max("imports__imported_at")
    ).order_by("-newest", "-pk")
    page = Paginator(campaigns, PER_PAGE).get_page(request.GET.get("page"))
    figures = on_record(page.object_list)
    rows = [(campaign, figures.get(campaign.pk, OnRecord())) for campaign in page.object_list]
    return render(request, "assessments/campaigns.html", {"page": page, "rows": rows})


@require_GET
@members_only(Role.HR, Role.OFFICER)
def show_campaign(request, pk):
    campaign = get_object_or_404(request.organisation.campaigns.select_related("framework"), pk=pk)
    newest = newest_import(campaign)
    context = {
        "campaign": campaign,
        "figures": on_record([campaign]).get(campaign.pk, OnRecord()),
        "newest": newest,
        "comparisons": comparisons(campaign, newest, with_sums=Role.HR in request.roles),
        "page": Paginator(campaign.imports.for_list(), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "assessments/campaign.html", context)

"""What one could learn, for oneself; the catalogue, for everybody; how many look for what, for HR and officers."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments.models import Competence
from organisations.access import Role, members_only
from upskilling.coverage import coverage
from upskilling.explaining import MISSING, sentences
from upskilling.forms import CatalogueForm
from upskilling.planning import add_to_plan, drop_from_plan
from upskilling.recommending import Suggestion, advise

PER_PAGE = 25


@dataclass(frozen=True)
class Explained:
    """A suggestion in words."""

    suggestion: Suggestion
    competence: Competence
    why: list[str]
    is_planned: bool


@require_GET
@members_only(Role.STAFF)
def my_learning(request):
    """The person's own plan, and what suits their gaps. Nobody else can open it."""
    advice = advise(request.person)
    plan = request.person.plan_items.open().select_related("offer")
    planned = {item.offer_id for item in plan}
    context = {
        "plan": plan,
        "suggestions": [_explained(one, advice.competences, planned) for one in advice.suggestions],
        "without_offer": [advice.competences[gap.position] for gap in advice.without_offer],
        "missing": advice.missing,
        "missing_words": MISSING.get(advice.missing),
    }
    return render(request, "upskilling/my_learning.html", context)


def _explained(suggestion, competences, planned):
    return Explained(
        suggestion,
        competences[suggestion.gap.position],
        sentences([reason.as_dict() for reason in suggestion.reasons], competences),
        suggestion.offer.pk in planned,
    )


@require_GET
@members_only(Role.HR, Role.STAFF, Role.OFFICER)
def list_offers(request):
    offers = request.organisation.programme.offers.current()
    form = CatalogueForm(request.GET, competences=offers.competences())
    found = form.narrow(offers).open_first().with_topics()
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_see_gaps": not request.roles.isdisjoint({Role.HR, Role.OFFICER}),
    }
    return render(request, "upskilling/catalogue.html", context)


@require_GET
@members_only(Role.HR, Role.STAFF, Role.OFFICER)
def show_offer(request, pk):
    offer = get_object_or_404(request.organisation.programme.offers.with_topics(), pk=pk)
    is_learner = Role.STAFF in request.roles and request.person is not None
    context = {
        "offer": offer,
        "is_learner": is_learner,
        "is_planned": is_learner and request.person.plan_items.open().filter(offer=offer).exists(),
    }
    return render(request, "upskilling/offer.html", context)


@require_POST
@members_only(Role.STAFF)
def choose_offer(request, pk):
    offer = get_object_or_404(request.organisation.programme.offers, pk=pk)
    try:
        add_to_plan(request.person, offer)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("“%(course)s” is in your plan.") % {"course": offer})
    return redirect("upskilling:my-learning", request.organisation.slug)


@require_POST
@members_only(Role.STAFF)
def drop_offer(request, pk):
    offer = get_object_or_404(request.organisation.programme.offers, pk=pk)
    drop_from_plan(request.person, offer)
    messages.success(request, _("“%(course)s” is no longer in your plan.") % {"course": offer})
    return redirect("upskilling:my-learning", request.organisation.slug)


@require_GET
@members_only(Role.HR, Role.OFFICER)
def show_gaps(request):
    """How many people look for what, and find a course or none. No individual can be made out."""
    lines = coverage(request.organisation, seen_by_hr=Role.HR in request.roles)
    context = {
        "lines": lines,
        "missing": [line for line in lines if line.lacks_offer],
        "release": request.organisation.releases.defer("figures").first(),
    }
    return render(request, "upskilling/gaps.html", context)

"""Results that wait for their person: whom they may belong to, what somebody decides, and taking it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import reconciling
from assessments.forms import IdentityForm
from assessments.importing import look_again
from organisations.access import Role, members_only

PER_PAGE = 20
FOUND_SHOWN = 12


@require_http_methods(["GET", "POST"])
@members_only(Role.HR, Role.OFFICER)
def list_waiting(request):
    """One card for each identity that waits; on POST, look for their people again."""
    organisation = request.organisation
    if request.method == "POST":
        attached = look_again(organisation)
        if attached:
            sentence = ngettext(
                "%(count)s result found its person.", "%(count)s results found their people.", attached
            )
            messages.success(request, sentence % {"count": attached})
        else:
            messages.info(request, _("No further person was recognised."))
        return redirect("assessments:waiting", organisation.slug)
    counts = organisation.results.waiting().aggregate(
        identities=Count("identity", distinct=True), unsorted=Count("pk", filter=Q(identity=None))
    )
    paginator = Paginator(reconciling.waiting_identities(organisation), PER_PAGE)
    paginator.count = counts["identities"]  # known from the same query
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": reconciling.cards(organisation, page),
        "unsorted": counts["unsorted"],
        "may_decide": Role.HR in request.roles,
    }
    return render(request, "assessments/waiting.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def decide_identity(request, pk):
    """One identity, with a search for other people; on POST, say who it is, nobody here, or later."""
    identity = get_object_or_404(request.organisation.identities, pk=pk)
    form = IdentityForm(request.POST or None, organisation=request.organisation)
    if form.is_valid():
        _carry_out(request, identity, form)
        return redirect("assessments:waiting", request.organisation.slug)
    search = request.GET.get("q", "").strip()
    found = request.organisation.people.matching(search).by_name()[: FOUND_SHOWN + 1] if search else []
    (card,) = reconciling.cards(request.organisation, [identity], found[:FOUND_SHOWN])
    context = {
        "card": card,
        "form": form,
        "search": search,
        "nobody_found": search and not found,
        "more_found": len(found) > FOUND_SHOWN,
        "standing": identity.decisions.standing().select_related("person", "decided_by").first(),
        "may_decide": True,
    }
    return render(request, "assessments/identity.html", context, status=422 if form.is_bound else 200)


def _carry_out(request, identity, form):
    if form.is_later:
        reconciling.put_off(identity)
        messages.info(request, _("%(name)s comes after the others.") % {"name": identity})
        return
    person = form.cleaned_data["person"]
    try:
        count = reconciling.decide(identity, person, request.user)
    except ValidationError as error:
        messages.error(request, error.message)
        return
    if person is None:
        sentence = _("%(name)s is nobody enrolled here. Later imports know it, too.")
        messages.success(request, sentence % {"name": identity})
        return
    sentence = ngettext(
        "%(count)s result now belongs to %(name)s. Later imports know it, too.",
        "%(count)s results now belong to %(name)s. Later imports know it, too.",
        count,
    )
    messages.success(request, sentence % {"count": count, "name": person})


@require_GET
@members_only(Role.HR)
def list_decisions(request):
    """What was decided, the newest first, with what was taken back."""
    decisions = request.organisation.identity_decisions.select_related(
        "identity", "person", "decided_by", "reversed_by"
    )
    page = Paginator(decisions, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "assessments/decisions.html", {"page": page})


@require_POST
@members_only(Role.HR)
def reverse_decision(request, pk):
    decision = get_object_or_404(
        request.organisation.identity_decisions.select_related("identity", "organisation"), pk=pk
    )
    try:
        count = reconciling.reverse(decision, request.user)
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        sentence = ngettext(
            "Taken back: %(count)s result waits again.", "Taken back: %(count)s results wait again.", count
        )
        messages.success(request, sentence % {"count": count})
    return redirect("assessments:decisions", request.organisation.slug)

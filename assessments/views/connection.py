"""The connection to Pix's partner interface: make it, choose what to follow, have it read, end it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from assessments import connecting, syncing
from assessments.forms import ConnectionForm, FollowForm, PixOrganisationForm
from assessments.maddo import PixProblem
from organisations.access import Role, members_only

SYNCS_SHOWN = 5
DELETED_SHOWN = 50


@require_GET
@vary_on_headers("HX-Request")
@members_only(Role.HR)
def show_connection(request):
    """What is followed, how far it is read, what went wrong."""
    connection = getattr(request.organisation, "pix_connection", None)
    if connection is None:
        return redirect("assessments:connect-pix", request.organisation.slug)
    if connection.pix_organisation is None:
        return redirect("assessments:choose-pix-organisation", request.organisation.slug)
    syncs = list(connection.syncs.select_related("run", "result_import", "asked_by")[:SYNCS_SHOWN])
    run = syncs[0].run if syncs else None
    if request.htmx and run:
        response = render(request, "components/run_status.html", {"run": run, "url": request.path})
        if run.is_over:
            response["HX-Refresh"] = "true"
        return response
    offers = list(connection.campaigns.all())
    names = {offer.number: offer.name for offer in offers}
    context = {
        "connection": connection,
        "offers": offers,
        "syncs": syncs,
        "run": run,
        "doubts": [(names.get(number, number), label) for number, label in syncs[0].doubts] if syncs else [],
        "deleted": request.organisation.results.deleted_at_pix()[:DELETED_SHOWN],
    }
    return render(request, "assessments/pix_connection.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def connect(request):
    """Enter the client, or another one. It is tried before it is kept."""
    connection = getattr(request.organisation, "pix_connection", None)
    known = {"base_address": connection.base_address, "client_id": connection.client_id} if connection else {}
    form = ConnectionForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            connecting.connect(request.organisation, request.user, **form.cleaned_data)
        except PixProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Pix accepts the client."))
            return redirect("assessments:pix-connection", request.organisation.slug)
    context = {"form": form, "connection": connection}
    status = 422 if form.is_bound else 200
    return render(request, "assessments/connect_pix.html", context, status=status)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def choose_organisation(request):
    connection = _connection(request)
    problem, form, status = "", None, 200
    try:
        offered = connecting.offered_organisations(connection)
        initial = {"organisation": connection.pix_organisation}
        form = PixOrganisationForm(request.POST or None, offered=offered, initial=initial)
        if form.is_valid():
            connecting.choose_organisation(connection, form.chosen)
            return redirect("assessments:pix-connection", request.organisation.slug)
        status = 422 if form.is_bound else 200
    except PixProblem as found:
        problem = str(found)
    context = {"connection": connection, "form": form, "problem": problem}
    return render(request, "assessments/choose_pix_organisation.html", context, status=status)


@require_POST
@members_only(Role.HR)
def test_connection(request):
    try:
        offered = connecting.offered_organisations(_connection(request))
    except PixProblem as problem:
        messages.error(request, str(problem))
    else:
        sentence = ngettext(
            "The connection works: Pix offers %(count)s organisation.",
            "The connection works: Pix offers %(count)s organisations.",
            len(offered),
        )
        messages.success(request, sentence % {"count": len(offered)})
    return redirect("assessments:pix-connection", request.organisation.slug)


@require_POST
@members_only(Role.HR)
def follow_campaigns(request):
    connection = _connection(request)
    form = FollowForm(request.POST, offers=connection.campaigns.all())
    if form.is_valid():
        connecting.follow(connection, set(form.cleaned_data["campaigns"]))
        messages.success(request, _("Saved. Followed campaigns are read at the next synchronisation."))
    else:
        messages.error(request, _("Pix does not offer one of these campaigns any more. Please choose again."))
    return redirect("assessments:pix-connection", request.organisation.slug)


@require_POST
@members_only(Role.HR)
def synchronise(request):
    connection = _connection(request)
    if connection.pix_organisation is None:
        raise Http404
    syncing.request(connection, request.user, everything="everything" in request.POST)
    return redirect("assessments:pix-connection", request.organisation.slug)


@require_POST
@members_only(Role.HR)
def disconnect(request):
    connecting.disconnect(_connection(request))
    messages.success(request, _("The connection is ended and its secret erased. Results stay."))
    return redirect("assessments:imports", request.organisation.slug)


def _connection(request):
    connection = getattr(request.organisation, "pix_connection", None)
    if connection is None:
        raise Http404
    return connection

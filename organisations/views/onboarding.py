"""An organisation's way into the pilot: interest, checklist, stages, seats."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations import interest, journey, licences
from organisations.access import Role, members_only, programme_only
from organisations.models import Checklist
from organisations.onboarding_forms import ChecklistForm, InterestForm, SeatsForm, StageForm
from organisations.views.programme import organisation_page

PER_PAGE = 50


# --- A stranger expresses interest ------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_not_required
def express_interest(request):
    """The answer to a valid form is the same whether or not we know the organisation or the address."""
    if not ratelimit.consume(request, action="interest"):
        response = render(request, "429.html", status=429)
        response["Retry-After"] = "300"
        return response
    form = InterestForm(request.POST or None)
    if form.is_valid():
        if not form.is_from_a_machine:
            interest.receive(form.save(commit=False), get_language())
        return redirect("organisations:interest-received")
    status = 422 if form.is_bound else 200
    return render(request, "organisations/express_interest.html", {"form": form}, status=status)


@require_GET
@login_not_required
def interest_received(request):
    return render(request, "organisations/interest_received.html")


@require_POST
@programme_only(Role.OFFICER)
def welcome_interest(request, pk):
    """Make an organisation of it, with one click."""
    found = get_object_or_404(request.programme.interests, pk=pk)
    try:
        organisation = journey.welcome(found, request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("organisations:programme")
    messages.success(
        request,
        _("%(organisation)s is eligible now. Complete its checklist next.") % {"organisation": organisation},
    )
    return redirect("organisations:organisation", organisation.slug)


@require_POST
@programme_only(Role.OFFICER)
def decline_interest(request, pk):
    found = get_object_or_404(request.programme.interests, pk=pk)
    journey.decline(found, request.user)
    messages.success(request, _("%(name)s is off the board.") % {"name": found.name})
    return redirect("organisations:programme")


# --- An officer settles things with an organisation -------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@programme_only(Role.OFFICER)
def edit_checklist(request, slug):
    organisation = get_object_or_404(request.programme.organisations.select_related("checklist"), slug=slug)
    kept = getattr(organisation, "checklist", None) or Checklist(organisation=organisation)
    form = ChecklistForm(request.POST or None, instance=kept)
    if form.is_valid():
        form.save()
        is_open = not journey.may_enrol(organisation)
        if not is_open and form.cleaned_data["open_enrolment"]:
            is_open = journey.open_enrolment(organisation, request.user)
        sentence = _("Enrolment is open.") if is_open else _("The checklist is saved.")
        messages.success(request, sentence)
        return redirect("organisations:organisation", slug)
    context = {"form": form, "organisation": organisation, "missing": journey.missing(organisation)}
    return render(request, "organisations/checklist.html", context, status=422 if form.is_bound else 200)


@require_POST
@programme_only(Role.OFFICER)
def move_organisation(request, slug):
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    form = StageForm(request.POST, steps=journey.possible_steps(organisation))
    if form.is_valid():
        try:
            journey.move(organisation, form.cleaned_data.pop("stage"), request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            stage = organisation.get_stage_display()
            messages.success(request, _("The stage is now “%(stage)s”.") % {"stage": stage})
            return redirect("organisations:organisation", slug)
    return organisation_page(request, organisation, stage_form=form, status=422)


@require_http_methods(["GET", "POST"])
@programme_only(Role.OFFICER)
def move_licences(request, slug):
    """The ledger of one organisation, and the officer's moves in it."""
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    form = SeatsForm(request.POST or None)
    if form.is_valid():
        try:
            sentence = _move_seats(organisation, request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("number", refusal.messages)
        else:
            messages.success(request, sentence)
            return redirect("organisations:licences", slug)
    context = {"organisation": organisation, "form": form, **_ledger(request, organisation)}
    context["leavers"] = len(licences.unused_of_leavers(organisation))
    return render(request, "organisations/licences.html", context, status=422 if form.is_bound else 200)


def _move_seats(organisation, user, act, number, funder, note):
    """Carry out one move and say what it did."""
    if act == SeatsForm.RETURN:
        leavers = licences.unused_of_leavers(organisation)
        number = licences.take_back(organisation, leavers, user, note)
        sentence = ngettext("One seat is free again.", "%(number)d seats are free again.", number)
    elif act == SeatsForm.EXPIRE:
        licences.expire(organisation, number, funder, user, note)
        sentence = ngettext("One seat has expired.", "%(number)d seats have expired.", number)
    else:
        licences.grant(organisation, number, funder, user, note)
        sentence = ngettext("One seat is granted.", "%(number)d seats are granted.", number)
    return sentence % {"number": number}


# --- What HR sees of it -----------------------------------------------------------------------------------------------


@require_GET
@members_only(Role.HR)
def taking_part(request):
    """Stage, checklist and seats, to be read."""
    organisation = request.organisation
    context = {
        "stage_changes": organisation.stage_changes.all(),
        "checklist": journey.checklist(organisation),
        "missing": journey.may_enrol(organisation),
        **_ledger(request, organisation),
    }
    return render(request, "organisations/taking_part.html", context)


def _ledger(request, organisation):
    moves = organisation.licence_moves.select_related("person", "by")
    pots = list(organisation.licence_pots.all())
    return {
        "seats": licences.total(pots),
        "pots": pots,
        "page": Paginator(moves, PER_PAGE).get_page(request.GET.get("page")),
    }

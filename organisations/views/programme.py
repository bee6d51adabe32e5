"""Programme officers: the board of organisations, adding them, and inviting their HR managers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations import board, invitations, journey, licences, organisation_files
from organisations.access import Role, programme_only
from organisations.forms import InviteManagerForm, OrganisationForm
from organisations.models import Organisation
from organisations.onboarding_forms import BoardFilterForm, OrganisationFileForm, StageForm
from organisations.problems import Refused
from organisations.uploads import check_size

PER_PAGE = 100


@require_GET
@programme_only(Role.OFFICER)
def list_organisations(request):
    form = BoardFilterForm(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    cards = board.cards(request.programme, stage=chosen.get("stage", ""), words=chosen.get("q", ""))
    if chosen.get("show") == form.ALERTS:
        cards = [card for card in cards if card.alerts]
    context = {
        "form": form,
        "stages": board.stage_counts(request.programme),
        "page": Paginator(cards, PER_PAGE).get_page(request.GET.get("page")),
        "interests": request.programme.interests.filter(answered_at=None)[:50],
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "organisations/programme.html", context)


@require_http_methods(["GET", "POST"])
@programme_only(Role.OFFICER)
def create_organisation(request):
    form = OrganisationForm(request.POST or None, instance=Organisation(programme=request.programme))
    organisation = _take_in(form, request.user) if form.is_valid() else None
    if organisation is not None:
        messages.success(
            request,
            _("%(organisation)s takes part now. Invite its HR manager next.")
            % {"organisation": organisation},
        )
        return redirect("organisations:organisation", organisation.slug)
    status = 422 if form.is_bound else 200
    return render(request, "organisations/create_organisation.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@programme_only(Role.OFFICER)
def create_organisations(request):
    """Many from a file: look at it, then confirm. Nothing is kept in between but what the page sends back."""
    if "preview" in request.POST:
        return _create_organisations(request, request.POST["preview"])
    is_post = request.method == "POST"
    form = OrganisationFileForm(request.POST, request.FILES) if is_post else OrganisationFileForm()
    context, status = {"form": form, "limits": organisation_files.limits()}, 422 if is_post else 200
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            check_size(upload.size, organisation_files.limits())
            preview = organisation_files.look_at(request.programme, upload.read())
        except Refused as refusal:
            context["problems"], status = refusal.problems, getattr(refusal, "status", 422)
        else:
            context |= {"preview": preview, "problems": preview.problems}
            status = 422 if preview.problems else 200
    return render(request, "organisations/create_organisations.html", context, status=status)


def _create_organisations(request, signed):
    try:
        made = organisation_files.create(request.programme, signed, request.user)
    except Refused as refusal:
        context = {
            "form": OrganisationFileForm(),
            "limits": organisation_files.limits(),
            "problems": refusal.problems,
        }
        return render(request, "organisations/create_organisations.html", context, status=409)
    number = len(made)
    sentence = ngettext("One organisation was added.", "%(number)d organisations were added.", number)
    messages.success(request, sentence % {"number": number})
    return redirect("organisations:programme")


def _take_in(form, user):
    """The new organisation; None if somebody else has taken the short name or number a moment ago."""
    chosen = form.cleaned_data
    try:
        with transaction.atomic():
            return journey.take_in(
                form.instance, user, seats=chosen["licence_quota"], funder=chosen["funder"]
            )
    except IntegrityError:
        form.full_clean()  # now it finds what it could not see before
        return None


@require_GET
@programme_only(Role.OFFICER)
def show_organisation(request, slug):
    organisation = get_object_or_404(request.programme.organisations.select_related("checklist"), slug=slug)
    return organisation_page(request, organisation)


@require_POST
@programme_only(Role.OFFICER)
def invite_manager(request, slug):
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    form = InviteManagerForm(request.POST)
    if not form.is_valid():
        return organisation_page(request, organisation, form=form, status=422)
    email = form.cleaned_data["email"]
    if organisation.memberships.filter(user__email=email, role=Role.HR).exists():
        form.add_error("email", _("This person is already HR manager here."))
        return organisation_page(request, organisation, form=form, status=422)
    invitations.invite(organisation, email, Role.HR, request.user)
    messages.success(
        request, _("The invitation goes to %(email)s. Its link works for seven days.") % {"email": email}
    )
    return redirect("organisations:organisation", slug)


def organisation_page(request, organisation, *, form=None, stage_form=None, status=200):
    """The officer's page of one organisation, also for the views that change it and found something wrong."""
    sent = list(organisation.invitations.filter(role=Role.HR).select_related("invited_by")[:20])
    steps = journey.possible_steps(organisation)
    context = {
        "organisation": organisation,
        "form": form or InviteManagerForm(),
        "stage_form": stage_form or StageForm(steps=steps),
        "steps": steps,
        "stage_changes": organisation.stage_changes.select_related("by"),
        "checklist": journey.checklist(organisation),
        "missing": journey.may_enrol(organisation),
        "seats": licences.balance(organisation),
        "managers": organisation.memberships.filter(role=Role.HR).select_related("user"),
        "invitations": [
            (invitation, invitations.link(invitation) if invitation.is_open else "") for invitation in sent
        ],
        "enrolled": organisation.people.present().count(),
    }
    return render(request, "organisations/organisation.html", context, status=status)

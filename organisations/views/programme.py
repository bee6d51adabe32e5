"""Programme officers: which organisations take part, and inviting their HR managers."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations import invitations
from organisations.access import Role, programme_only
from organisations.forms import InviteManagerForm, OrganisationForm
from organisations.models import Organisation


@require_GET
@programme_only(Role.OFFICER)
def list_organisations(request):
    organisations = request.programme.organisations.annotate(
        enrolled=Count("people", filter=Q(people__left_on=None), distinct=True),
        managers=Count("memberships", filter=Q(memberships__role=Role.HR), distinct=True),
    )
    waiting = [organisation for organisation in organisations if not organisation.managers]
    return render(
        request, "organisations/programme.html", {"organisations": organisations, "without_manager": waiting}
    )


@require_http_methods(["GET", "POST"])
@programme_only(Role.OFFICER)
def create_organisation(request):
    form = OrganisationForm(request.POST or None, instance=Organisation(programme=request.programme))
    if form.is_valid() and _save(form):
        organisation = form.instance
        messages.success(
            request,
            _("%(organisation)s takes part now. Invite its HR manager next.")
            % {"organisation": organisation},
        )
        return redirect("organisations:organisation", organisation.slug)
    status = 422 if form.is_bound else 200
    return render(request, "organisations/create_organisation.html", {"form": form}, status=status)


def _save(form):
    """Whether it could be saved; somebody else may have taken the short name or number a moment ago."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.full_clean()  # now it finds what it could not see before
        return False
    return True


@require_GET
@programme_only(Role.OFFICER)
def show_organisation(request, slug):
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    return _organisation_page(request, organisation, InviteManagerForm())


@require_POST
@programme_only(Role.OFFICER)
def invite_manager(request, slug):
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    form = InviteManagerForm(request.POST)
    if not form.is_valid():
        return _organisation_page(request, organisation, form, status=422)
    email = form.cleaned_data["email"]
    if organisation.memberships.filter(user__email=email, role=Role.HR).exists():
        form.add_error("email", _("This person is already HR manager here."))
        return _organisation_page(request, organisation, form, status=422)
    invitations.invite(organisation, email, Role.HR, request.user)
    messages.success(
        request, _("The invitation goes to %(email)s. Its link works for seven days.") % {"email": email}
    )
    return redirect("organisations:organisation", slug)


@require_POST
@programme_only(Role.OFFICER)
def revoke_invitation(request, slug, pk):
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    invitation = get_object_or_404(organisation.invitations, pk=pk)
    invitations.revoke(invitation)
    messages.success(request, _("The invitation to %(email)s no longer works.") % {"email": invitation.email})
    return redirect("organisations:organisation", slug)


def _organisation_page(request, organisation, form, status=200):
    sent = list(organisation.invitations.filter(role=Role.HR).select_related("invited_by")[:20])
    context = {
        "organisation": organisation,
        "form": form,
        "managers": organisation.memberships.filter(role=Role.HR).select_related("user"),
        "invitations": [
            (invitation, invitations.link(invitation) if invitation.is_open else "") for invitation in sent
        ],
        "enrolled": organisation.people.present().count(),
    }
    return render(request, "organisations/organisation.html", context, status=status)

"""Opening and accepting an invitation. Opening changes nothing: mail scanners open links, too."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations import invitations
from organisations.access import Role, members_only, programme_only
from organisations.forms import AcceptInvitationForm
from organisations.models import User
from organisations.onboarding_forms import InvitationFilterForm

PER_PAGE = 50


def _without_referrer(response):
    """Keep the link out of every `Referer`. Not even ours gets more than the host, which the form's check needs."""
    response["Referrer-Policy"] = "strict-origin"
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@login_not_required
def accept_invitation(request, token):
    invitation = invitations.find(token)
    if invitation is None:
        return _unusable(request, token)
    if request.method == "GET":
        invitations.note_opened(invitation)
    if request.user.is_authenticated:
        return _without_referrer(_accept_signed_in(request, invitation))
    if User.objects.filter(email=invitation.email).exists():
        return _without_referrer(
            render(request, "organisations/invitation_sign_in.html", {"invitation": invitation})
        )
    form = AcceptInvitationForm(request.POST or None, invitation=invitation)
    if form.is_valid():
        try:
            user = invitations.accept_as_newcomer(
                invitation, form.cleaned_data["password"], form.cleaned_data["name"]
            )
        except invitations.CannotAccept:
            return _unusable(request, token)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        messages.success(request, _("Welcome. Your account is ready."))
        return redirect("organisations:home", invitation.organisation.slug)
    status = 422 if form.is_bound else 200
    context = {"form": form, "invitation": invitation}
    return _without_referrer(render(request, "organisations/accept_invitation.html", context, status=status))


def _accept_signed_in(request, invitation):
    problem = ""
    if request.user.email != invitation.email:
        problem = _("This invitation was sent to another address. Sign in with that address to use it.")
    elif request.method == "POST":
        try:
            with transaction.atomic():
                invitations.accept(invitation, request.user)
        except invitations.CannotAccept as refusal:
            problem = str(refusal)
        else:
            return redirect("organisations:home", invitation.organisation.slug)
    context = {"invitation": invitation, "problem": problem}
    return render(request, "organisations/join.html", context, status=403 if problem else 200)


def _unusable(request, token):
    """Wrong, used, expired and revoked links look alike."""
    return _without_referrer(
        render(request, "organisations/invitation_unusable.html", {"token": token}, status=410)
    )


@require_POST
@login_not_required
def send_again(request, token):
    """Ask for a new link. The answer is the same whether or not the old one ever existed."""
    invitations.send_again(token)
    return _without_referrer(render(request, "organisations/invitation_sent_again.html"))


@require_GET
@members_only(Role.HR)
def list_invitations(request):
    """Staff invitations with their states and links, the newest first."""
    form = InvitationFilterForm(request.GET)
    form.is_valid()
    found = request.organisation.invitations.filter(role=Role.STAFF).with_state()
    if state := form.cleaned_data.get("state"):
        found = found.filter(state_code=state)
    page = Paginator(
        found.filter(email__icontains=form.cleaned_data.get("q", "")).select_related("person"), PER_PAGE
    ).get_page(request.GET.get("page"))
    rows = [(invitation, invitations.link(invitation) if invitation.is_open else "") for invitation in page]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "organisations/invitations.html", context)


@require_POST
@members_only(Role.HR)
def change_staff_invitation(request, pk):
    """Send it again, withdraw it, or note that its mail came back."""
    invitation = get_object_or_404(request.organisation.invitations, pk=pk, role=Role.STAFF)
    messages.success(request, change_invitation(invitation, request))
    return redirect("organisations:invitations", request.organisation.slug)


@require_POST
@programme_only(Role.OFFICER)
def change_manager_invitation(request, slug, pk):
    """Send an HR manager's invitation again, withdraw it, or note that its mail came back."""
    organisation = get_object_or_404(request.programme.organisations, slug=slug)
    invitation = get_object_or_404(organisation.invitations, pk=pk, role=Role.HR)
    messages.success(request, change_invitation(invitation, request))
    return redirect("organisations:organisation", slug)


def change_invitation(invitation, request):
    """Do what the button says, and say what was done."""
    act, email = request.POST.get("act"), {"email": invitation.email}
    if act == "again":
        if not invitations.invite_again(invitation, request.user):
            return _("This invitation has been accepted or withdrawn.")
        return _("A new link goes to %(email)s; the earlier one no longer works.") % email
    if act == "bounced":
        invitations.note_bounced(invitation)
        return _("Noted: the mail to %(email)s came back.") % email
    if act == "revoke":
        invitations.revoke(invitation)
        return _("The invitation to %(email)s no longer works.") % email
    raise BadRequest("No such act.")


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def invite_people(request):
    """Invite everybody who has an address and neither an account nor an open invitation."""
    without_account = request.organisation.people.present().filter(user=None)
    invited = request.organisation.invitations.redeemable().values("person")
    to_invite = without_account.exclude(email="").exclude(pk__in=invited.filter(person__isnull=False))
    if request.method == "POST":
        number = invitations.invite_people(request.organisation, to_invite, request.user)
        messages.success(
            request,
            ngettext("One invitation is on its way.", "%(number)d invitations are on their way.", number)
            % {"number": number},
        )
        return redirect("organisations:people", request.organisation.slug)
    context = {"to_invite": to_invite.count(), "without_email": without_account.filter(email="").count()}
    return render(request, "organisations/invite_people.html", context)

"""Keys to the API, made and withdrawn by HR managers."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.access import Role, members_only
from organisations.forms import ApiTokenForm
from organisations.tokens import make_token


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def api_tokens(request):
    """List the tokens; on POST make one and show it, this once."""
    form = ApiTokenForm(request.POST or None)
    made, secret = None, ""
    if form.is_valid():
        made, secret = make_token(request.organisation, request.user, **form.cleaned_data)
    context = {
        "form": ApiTokenForm() if made else form,
        "made": made,
        "secret": secret,
        "tokens": request.organisation.api_tokens.select_related("created_by"),
    }
    status = 422 if form.is_bound and not made else 200
    return render(request, "organisations/api_tokens.html", context, status=status)


@require_POST
@members_only(Role.HR)
def revoke_token(request, pk):
    token = get_object_or_404(request.organisation.api_tokens, pk=pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    return redirect("organisations:api-tokens", request.organisation.slug)

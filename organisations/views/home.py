"""The first page after signing in, for each kind of user, and the choice of language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from organisations import overview
from organisations.access import Role, members_only


@require_GET
def start(request):
    """Send people to where their work is; let those with several places choose."""
    organisations = list(request.user.roles_by_organisation)
    roles = request.user.roles_in_programme
    if Role.OFFICER in roles and not organisations:
        return redirect("organisations:programme")
    if roles and not organisations:
        return redirect("reporting:reports")
    if len(organisations) == 1 and not roles:
        return redirect("organisations:home", organisations[0].slug)
    if request.user.is_staff and not organisations and not roles:
        return redirect("admin:index")
    return render(
        request, "organisations/start.html", {"organisations": organisations, "programme_roles": roles}
    )


@require_POST
@login_not_required
def set_language(request):
    """Speak another language from now on, and remember it for the account."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
        if request.user.is_authenticated and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


@require_GET
@members_only(Role.HR, Role.STAFF, Role.OFFICER)
def show_organisation(request):
    """The first page of an organisation: what waits, and how far things are."""
    context = {"needs": overview.needs_of(request), "facts": overview.facts_for(request)}
    return render(request, "organisations/home.html", context)

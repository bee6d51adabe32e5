"""Pages that belong to no app: errors, health, the accessibility statement."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


@require_GET
@login_not_required
def accessibility(request):
    return render(request, "pages/accessibility.html", {"contact": settings.CONTACT_EMAIL})


@never_cache
@require_GET
@login_not_required
def health(request):
    """Whether the database answers: what a load balancer asks. Redis may be away, the pages still work."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    return JsonResponse({"database": "there"})


def bad_request(request, exception=None):
    return _error(request, 400)


def permission_denied(request, exception=None):
    return _error(request, 403)


def page_not_found(request, exception=None):
    return _error(request, 404)


def server_error(request):
    return _error(request, 500)


def _error(request, status):
    """The error page, or one sentence of plain text if not even that can be drawn."""
    try:
        return render(request, f"{status}.html", status=status)
    except Exception:
        return HttpResponse("Something went wrong. Please try again later.", "text/plain", status=status)

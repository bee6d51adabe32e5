"""Pages that belong to no app: errors, health, the accessibility statement, one's address."""

import logging
import secrets
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from rest_framework.exceptions import NotFound

logger = logging.getLogger(__name__)


@require_GET
@login_not_required
def accessibility(request):
    return render(request, "pages/accessibility.html", {"contact": settings.CONTACT_EMAIL})


@require_GET
def own_address(request):
    """The address one signs in with. Only an invitation proves an address, so nobody can change it here."""
    return render(request, "account/email.html")


@login_not_required
@csrf_exempt
def unknown_api_address(request, unknown):
    return JsonResponse({"detail": NotFound.default_detail}, status=404)


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
    """With the sentence of whoever refused, if there is one."""
    return _error(request, 403, {"reason": str(exception or "")})


def page_not_found(request, exception=None):
    return _error(request, 404)


def server_error(request):
    """The fault is ours. When the database is away, say so and when to come back."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        return come_back_later()
    reference = secrets.token_hex(4)
    logger.error("Fault %s at %s %s", reference, request.method, request.path, exc_info=fault)
    return _error(None, 500, {"reference": reference})


def come_back_later():
    """Something that we need is away. The page itself asks for nothing."""
    response = _error(None, 503)
    response["Retry-After"] = "30"
    return response


def _error(request, status, context=None):
    """The error page, or one sentence of plain text if not even that can be drawn.

    Without a request nothing is asked of the database, which may be what is broken.
    """
    try:
        page = get_template(f"{status}.html").render(context or {}, request)
    except Exception:
        logger.exception("The page for status %s can't be drawn", status)
        return HttpResponse("Something went wrong. Please try again later.", "text/plain", status=status)
    return HttpResponse(page, status=status)

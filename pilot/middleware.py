"""What holds for every request."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.template.loader import get_template
from django.utils import translation


def refuse_large_bodies(get_response):
    """Answer 413 before reading a body that is larger than the largest file we take."""

    def middleware(request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.LARGEST_BODY:
            return HttpResponse(get_template("413.html").render({}), status=413)
        return get_response(request)

    return middleware


def speak_the_users_language(get_response):
    """Answer in the language that the account has chosen, whatever browser it is used from."""

    def middleware(request):
        if request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def keep_private(get_response):
    """Keep pages of signed-in people out of every cache."""

    def middleware(request):
        response = get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


def refuse_nul_bytes(get_response):
    """PostgreSQL can't store NUL, and nobody types it: refuse it before a query does."""

    def middleware(request):
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL byte")
        if request.method == "POST" and any(
            "\0" in value for values in request.POST.lists() for value in values[1]
        ):
            raise BadRequest("NUL byte")
        return get_response(request)

    return middleware

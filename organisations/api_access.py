"""Who may use the API, how often, and how its answers are paged."""

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.pagination import PageNumberPagination
from rest_framework.throttling import SimpleRateThrottle

from organisations.models import ApiToken, digest_of
from organisations.scope import every_organisation


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The token says which organisation; nothing in the request can."""

    def authenticate(self, request):
        scheme, _space, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        with every_organisation():
            found = (
                ApiToken.objects.usable()
                .select_related("organisation")
                .filter(digest=digest_of(token.strip()))
            )
            api_token = found.first()
        if api_token is None or api_token.organisation.is_shut:
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or withdrawn."))
        return Caller(api_token), api_token

    def authenticate_header(self, request):
        return "Bearer"


class Caller:
    """The program behind a token, in the place of a user."""

    is_authenticated = True

    def __init__(self, token):
        self.token = token
        self.pk = f"token-{token.pk}"

    def __str__(self):
        return str(self.token)


class TokenThrottle(SimpleRateThrottle):
    scope = "token"

    def get_cache_key(self, request, view):
        ident = request.user.pk or self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class Pages(PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset, request, view=None):
        """A page that can't be is a bad parameter, not a missing thing."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except exceptions.NotFound as error:
            raise exceptions.ValidationError({self.page_query_param: [error.detail]}) from error

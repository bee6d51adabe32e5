"""The API's base, and what it shows of an organisation's people. Each app shows its own things the same way."""

from contextlib import ExitStack

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, mixins, serializers, viewsets

from organisations.api_access import TokenAuthentication
from organisations.models import Person
from organisations.scope import only


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Made by an HR manager under “API tokens”.",
        }


class OrganisationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Reads of one organisation: `request.organisation` is the token's, and the database shows nothing else."""

    lookup_value_converter = "int"
    filters = frozenset()  # query parameters that the list understands, besides paging

    def initial(self, request, *args, **kwargs):
        self.scope = ExitStack()
        super().initial(request, *args, **kwargs)
        request.organisation = request.auth.organisation
        unknown = request.query_params.keys() - self.filters - {"page", "page_size"}
        if unknown:
            raise exceptions.ValidationError(
                {name: [_("This parameter is unknown.")] for name in sorted(unknown)}
            )
        self.scope.enter_context(only(request.organisation.pk))

    def finalize_response(self, request, response, *args, **kwargs):
        self.scope.close()
        return super().finalize_response(request, response, *args, **kwargs)


class PersonSerializer(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = [
            "id",
            "last_name",
            "first_name",
            "email",
            "staff_number",
            "department",
            "site",
            "manager",
            "job_family",
            "languages",
            "hired_on",
            "left_on",
        ]


class PersonViewSet(OrganisationViewSet):
    """The people that the organisation has enrolled."""

    serializer_class = PersonSerializer

    def get_queryset(self):
        return self.request.organisation.people.order_by("pk")

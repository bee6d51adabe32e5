"""What the API shows of results: progress of everybody, levels only of people who share them with HR."""

from django.db.models import Exists, OuterRef
from rest_framework import serializers

from assessments.models import LevelsReading, Result
from assessments.trail import note_reading
from organisations.api import OrganisationViewSet


class AssessmentSerializer(serializers.ModelSerializer):
    """One participation. `levels` and `pix` follow the order of the framework's competences; null: not measured."""

    campaign = serializers.CharField(source="campaign.name")
    framework = serializers.CharField(source="framework.code")
    shares_levels = serializers.BooleanField(help_text="Whether the person lets HR see their levels.")
    pix_score = serializers.SerializerMethodField()
    certifiable = serializers.SerializerMethodField()
    levels = serializers.SerializerMethodField()
    pix = serializers.SerializerMethodField()

    class Meta:
        model = Result
        fields = [
            "id",
            "person",
            "campaign",
            "framework",
            "measure",
            "is_shared",
            "shared_at",
            "shares_levels",
            "pix_score",
            "certifiable",
            "levels",
            "pix",
        ]

    def get_pix_score(self, result) -> int | None:
        return result.pix_score if result.shares_levels else None

    def get_certifiable(self, result) -> bool | None:
        return result.certifiable if result.shares_levels else None

    def get_levels(self, result) -> list[int | None] | None:
        return result.levels if result.shares_levels else None

    def get_pix(self, result) -> list[int | None] | None:
        return result.pix if result.shares_levels else None


class AssessmentViewSet(OrganisationViewSet):
    """Participations of enrolled people. Levels are given only while the person works here and shares them with HR."""

    serializer_class = AssessmentSerializer

    def get_queryset(self):
        organisation = self.request.organisation
        sharing = organisation.sharing_choices.filter(
            person=OuterRef("person"), person__in=organisation.people.present(), revoked_at=None
        )
        return (
            organisation.results.current()
            .exclude(person=None)
            .annotate(shares_levels=Exists(sharing))
            .select_related("campaign", "framework")
            .order_by("pk")
        )

    def get_serializer(self, *args, **kwargs):
        """Whoever's levels are given away is told so, on their own page."""
        serializer = super().get_serializer(*args, **kwargs)
        results = args[0] if kwargs.get("many") else args[:1]
        people = {
            result.person_id
            for result in results
            if result.shares_levels and (result.levels or result.pix_score is not None)
        }
        note_reading(
            self.request.organisation, people, LevelsReading.Place.API, program=str(self.request.user)
        )
        return serializer

"""What the API shows of mentoring: who works with whom, and which sessions took place."""

from rest_framework import serializers

from mentoring.models import MentoringSession, Pairing
from organisations.api import OrganisationViewSet


class PairingSerializer(serializers.ModelSerializer):
    round = serializers.CharField(source="round.name")

    class Meta:
        model = Pairing
        fields = ["id", "round", "mentor", "mentee", "focus", "languages", "state", "started_on", "ended_on"]


class PairingViewSet(OrganisationViewSet):
    """Pairs that HR has published. `focus` holds positions of competences in the framework, counted from 1."""

    serializer_class = PairingSerializer

    def get_queryset(self):
        published = self.request.organisation.pairings.exclude(state=Pairing.State.PROPOSED)
        return published.select_related("round").order_by("pk")


class MentoringSessionSerializer(serializers.ModelSerializer):
    is_confirmed = serializers.SerializerMethodField()

    class Meta:
        model = MentoringSession
        fields = ["id", "pairing", "held_on", "minutes", "mode", "competences", "is_confirmed"]

    def get_is_confirmed(self, session) -> bool:
        return session.confirmed_at is not None


class MentoringSessionViewSet(OrganisationViewSet):
    """Sessions that nobody disputes. What two people agreed as their next step stays between them."""

    serializer_class = MentoringSessionSerializer

    def get_queryset(self):
        return self.request.organisation.mentoring_sessions.held().order_by("pk")

"""What the API shows of reports: their frozen figures, in which small numbers are already hidden."""

from rest_framework import serializers

from organisations.api import OrganisationViewSet
from reporting.models import Report


class FigureSerializer(serializers.ModelSerializer):
    """A hidden figure is `{"hidden": reason}`. `hash` is the SHA-256 that the PDF shows the beginning of."""

    period = serializers.SerializerMethodField()
    hash = serializers.CharField(source="snapshot_hash")

    class Meta:
        model = Report
        fields = ["id", "period", "version", "cut_off", "rule_version", "hash", "figures"]

    def get_period(self, report) -> str:
        return report.period.code


class FigureViewSet(OrganisationViewSet):
    """Figures of the quarterly reports of the programme that the organisation takes part in."""

    serializer_class = FigureSerializer

    def get_queryset(self):
        reports = self.request.organisation.programme.reports.filter(frozen_at__isnull=False)
        return reports.order_by("year", "quarter", "version")

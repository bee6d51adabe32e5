"""Campaigns at Pix as its files name them: found again by their number, and locked while they are imported."""

from assessments.models import Campaign, Framework, Kind
from assessments.pix_assessments import AssessmentExport
from assessments.pix_exports import Export
from assessments.result_columns import positions_of, references
from organisations.models import Organisation

LIKE_AN_ASSESSMENT = (Kind.ASSESSMENT, Kind.EXAM)


def kind_of(organisation: Organisation, export: Export) -> Kind:
    """What the file is about. That of an exam looks like an assessment's, so the campaign on record knows better."""
    if not isinstance(export, AssessmentExport):
        return Kind(export.kind)
    known = organisation.campaigns.filter(kind__in=LIKE_AN_ASSESSMENT, reference=export.campaign_id)
    return Kind(
        known.values_list("kind", flat=True).first() or (Kind.EXAM if export.exam else Kind.ASSESSMENT)
    )


def hold_campaigns(organisation: Organisation, kind: Kind, export: Export) -> dict[str, Campaign]:
    """The campaigns of the file by number, locked, so that two imports of one campaign follow each other."""
    said = said_by(export)
    found = {}
    for reference in sorted(set(references(export))):
        campaign, _is_new = Campaign.objects.select_for_update(of=("self",)).update_or_create(
            organisation=organisation,
            kind=kind,
            reference=reference,
            defaults=said | name_of(reference, kind, export),
            create_defaults=said | name_of(reference, kind, export) | {"framework": Framework.objects.pix()},
        )
        found[reference] = campaign
    return found


def name_of(reference: str, kind: Kind, export: Export) -> dict[str, str]:
    """A class's certifications come from several sessions, which have only a number."""
    name = f"Session {reference}" if kind == Kind.CERTIFICATION else export.campaign_name
    return {"name": name[:255]}


def said_by(export: Export) -> dict:
    """What the file says of the whole campaign. What it leaves out stays as it is known."""
    said = {"code": export.campaign_code[:50], "owner_name": export.organisation_name[:255]}
    if isinstance(export, AssessmentExport):
        said |= {
            "target_profile": export.target_profile_name[:255],
            "highest_stage": export.highest_stage,
            "badges": export.badge_names,
        }
        if export.competences is not None:
            said["competences"] = [position + 1 for position in positions_of(export.competences)]
    return said

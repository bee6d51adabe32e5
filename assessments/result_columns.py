"""What the rows of each kind of export hold: one list for each column, in the order of the file, as COPY reads it."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from assessments import participations
from assessments.matching import Match
from assessments.models import Campaign, Kind, Result
from assessments.pix_assessments import AssessmentExport
from assessments.pix_certifications import CertificationExport
from assessments.pix_exports import Export
from assessments.pix_profiles import ProfilesCollection
from assessments.pix_words import competence_codes

NULL = r"\N"
NOT_MEASURED = "NULL"

Measure = Result.Measure
MEASURES = {
    Kind.PROFILES: Measure.PROFILE,
    Kind.ASSESSMENT: Measure.SHARE_OF_ITEMS,
    Kind.EXAM: Measure.SHARE_OF_ITEMS,
    Kind.CERTIFICATION: Measure.CERTIFIED,
}

TEXTS = ("last_name", "first_name", "external_id", "student_number", '"group"', "division")
PARTICIPATION = {
    "campaign_id": "bigint",
    "line": "integer",
    "key": "uuid",
    **dict.fromkeys(TEXTS, "text"),
    "imported_columns": "jsonb",
    "person_id": "bigint",
    "waiting_reason": "text",
    "attached": "text",
    "identity_id": "bigint",
    "is_shared": "boolean",
    "shared_at": "timestamptz",
    "day_only": "boolean",
}
VALUES = {
    Measure.PROFILE: {
        "pix_score": "smallint",
        "certifiable": "boolean",
        "certifiable_count": "smallint",
        "levels": "smallint[]",
        "pix": "smallint[]",
    },
    Measure.SHARE_OF_ITEMS: {
        "started_at": "timestamptz",
        "progress": "numeric",
        "mastery_rate": "numeric",
        "items": "smallint[]",
        "validated": "smallint[]",
        "shares": "smallint[]",
        "stage": "smallint",
        "badges": "jsonb",
        "details": "jsonb",
    },
    Measure.CERTIFIED: {
        "pix_score": "smallint",
        "levels": "smallint[]",
        "status": "text",
        "details": "jsonb",
    },
}


def columns_of(measure: Measure) -> dict[str, str]:
    """What is staged of a measure, with its types."""
    return PARTICIPATION | VALUES[measure]


# --- Cells -----------------------------------------------------------------------------------------------------------


def or_null(values: Iterable) -> list:
    return [NULL if value is None else value for value in values]


def moments(values: Sequence) -> list[str]:
    texts = {moment: NULL if moment is None else moment.isoformat() for moment in set(values)}
    return [texts[moment] for moment in values]


def objects(values: Iterable[dict | list | None]) -> list[str]:
    return [NULL if value is None else json.dumps(value, ensure_ascii=False) for value in values]


def arrays(columns: dict[int, Sequence[int | None]], are_measured: Sequence[bool]) -> list[str]:
    """Columns by the position of their competence, from 0, as arrays of the database."""
    nothing = [NOT_MEASURED] * len(are_measured)
    texts = [
        [NOT_MEASURED if value is None else str(value) for value in columns[position]]
        if position in columns
        else nothing
        for position in range(len(competence_codes()))
    ]
    return [
        "{" + ",".join(row) + "}" if measured else NULL
        for *row, measured in zip(*texts, are_measured, strict=True)
    ]


# --- Who took part ---------------------------------------------------------------------------------------------------


def references(export: Export) -> list[str]:
    """The number of each row's campaign; of certifications, that of the session: a class may come from several."""
    return export.sessions if isinstance(export, CertificationExport) else [export.campaign_id] * len(export)


def participation(campaigns: dict[str, Campaign], export: Export, found: Match) -> list[Sequence]:
    ids = {reference: campaign.pk for reference, campaign in campaigns.items()}
    return [
        [ids[reference] for reference in references(export)],
        export.lines,
        keys(export),
        export.last_names,
        export.first_names,
        export.external_ids,
        export.student_numbers,
        export.groups,
        export.divisions,
        imported_columns(export),
        or_null(found.people),
        found.reasons,
        found.attached,
        or_null(found.identities),
        export.shared,
        moments(export.shared_at),
        [export.day_only and shared for shared in export.shared],
    ]


def imported_columns(export: Export) -> list[str]:
    if not export.imported:
        return ["{}"] * len(export)
    return objects(
        dict(zip(export.imported, cells, strict=True))
        for cells in zip(*export.imported.values(), strict=True)
    )


# --- What was measured -----------------------------------------------------------------------------------------------


def values(export: Export) -> list[Sequence]:
    match export:
        case ProfilesCollection():
            return profile_values(export)
        case AssessmentExport():
            return share_values(export)
        case CertificationExport():
            return certified_values(export)
    raise TypeError(export)


def profile_values(export: ProfilesCollection) -> list[Sequence]:
    return [
        or_null(export.pix_scores),
        or_null(export.certifiable),
        or_null(export.certifiable_counts),
        pairs(export, -32),
        pairs(export, -31),
    ]


def pairs(export: ProfilesCollection, first: int) -> list[str]:
    """Every second of the last 32 cells, which have been checked, as an array of the database."""
    rows = zip(export.table.rows, export.shared, strict=True)
    return ["{" + ",".join(row[first::2]) + "}" if shared else NULL for row, shared in rows]


def share_values(export: AssessmentExport) -> list[Sequence]:
    """An anonymised row keeps its rate; that it shows no validated item says nothing, so nothing was measured."""
    positions = positions_of(export.competences or ())
    told = [shared and export.competences is not None for shared in export.shared]
    measured = [is_told and not gone for is_told, gone in zip(told, export.anonymised, strict=True)]
    return [
        moments(export.started_at),
        or_null(export.progress),
        or_null(export.mastery_rates),
        arrays(dict(zip(positions, export.item_columns, strict=False)), told),
        arrays(dict(zip(positions, export.validated_columns, strict=False)), measured),
        arrays(dict(zip(positions, export.share_columns, strict=False)), measured),
        or_null(export.stages),
        objects(export.badges),
        objects(share_details(export)),
    ]


def positions_of(codes: Iterable[str]) -> list[int]:
    """The places of these competences in the framework, from 0."""
    return [competence_codes().index(code) for code in codes]


def share_details(export: AssessmentExport) -> Iterable[dict | None]:
    """Competences of other frameworks by name, those that nobody has named by place, and skills."""
    unnamed = export.blocks if export.competences is None else []
    blocks = {
        "other_competences": export.other_competences,
        "unnamed_competences": {str(place): block for place, block in enumerate(unnamed, start=1)},
    }
    for number, shared in enumerate(export.shared):
        found: dict[str, dict] = {
            name: {
                label: [block.items[number], block.validated[number], block.shares[number]]
                for label, block in group.items()
            }
            for name, group in blocks.items()
            if group
        }
        if export.skills:
            found["skills"] = {skill: column[number] for skill, column in export.skills.items()}
        yield found if shared and found else None


def certified_values(export: CertificationExport) -> list[Sequence]:
    """Birth data and the jury's comments are in the file, and are not kept: nobody needs them here."""
    measured = [any(level is not None for level in row) for row in zip(*export.level_columns, strict=True)]
    return [
        or_null(export.pix_scores),
        arrays(dict(enumerate(export.level_columns)), measured),
        export.statuses,
        objects(certification_details(export)),
    ]


def certification_details(export: CertificationExport) -> Iterable[dict]:
    for number, certification in enumerate(export.certification_numbers):
        complementary = {label: column[number] for label, column in export.complementary.items()}
        yield {
            "certification": certification,
            "session": export.sessions[number],
            "centre": export.centres[number],
            "complementary": complementary,
        }


# --- Keys -------------------------------------------------------------------------------------------------------------


def keys(export: Export) -> list[str]:
    """The name of each participation, which is the same in every export of the campaign and in a class's."""
    if isinstance(export, CertificationExport):
        rows = zip(export.statuses, export.pix_scores, *export.level_columns, strict=True)
        return participations.certification_keys(export.certification_numbers, rows)
    return participations.participation_keys(
        export.campaign_id,
        export.last_names,
        export.first_names,
        export.external_ids,
        export.shared_at,
        scores(export),
    )


def scores(export: Export) -> Sequence[int | str | None]:
    """Pix, or a share of items in hundredths. Who has not shared is told apart by how far they are."""
    if isinstance(export, ProfilesCollection):
        return export.pix_scores
    rows = zip(export.mastery_rates, export.progress, export.started_at, strict=True)
    return [
        f"{progress} {started}" if rate is None else int(rate * Decimal(100))
        for rate, progress, started in rows
    ]

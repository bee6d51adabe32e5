"""From a file of Pix to results: looked at first, then imported as a whole or not at all.

The same file twice changes nothing the second time. A shared result is a fact and stays; "not shared" is progress and
gives way to a newer export of its campaign.
"""

import csv
import io
import json
from collections.abc import Callable
from hashlib import sha256

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import matching, participations
from assessments.models import Campaign, Framework, Kind, Result, ResultImport
from assessments.pix_files import read_export
from assessments.pix_profiles import ProfilesCollection
from assessments.quarantine import held_until, is_informed
from organisations import licences
from organisations.models import Organisation, Run, StoredFile, User
from organisations.problems import Problem
from organisations.runs import submit

NULL = r"\N"
DIFFERING_NAMES_SHOWN = 20


# --- Looking at a file ------------------------------------------------------------------------------------------------


def preview(organisation: Organisation, name: str, content: bytes, user: User | None) -> ResultImport:
    """Keep the file and what an import of it would do. Raises `Refused`; then nothing is kept."""
    collection = read_export(content)
    with transaction.atomic():
        file = kept_file(organisation, name, content, user)
        unconfirmed = file.result_imports.filter(run=None, imported_at=None).first()
        result_import = unconfirmed or ResultImport(organisation=organisation, file=file, kind=Kind.PROFILES)
        result_import.uploaded_by, result_import.uploaded_at = user, timezone.now()
        result_import.report = report_on(organisation, collection)
        result_import.save()
    return result_import


def kept_file(organisation: Organisation, name: str, content: bytes, user: User | None) -> StoredFile:
    """The same bytes are kept once, however often they are uploaded."""
    known = (
        organisation.files.filter(digest=sha256(content).hexdigest(), name=name[-200:])
        .defer("content")
        .first()
    )
    return known or StoredFile.objects.keep(organisation, name, content, user)


def report_on(organisation: Organisation, collection: ProfilesCollection) -> dict:
    """What the file says and what its import would do, to be shown before anybody confirms."""
    found = match(organisation, collection)
    known = known_keys(organisation, collection)
    new = sum(key not in known for key in participation_keys(collection))
    differing = matching.names_that_differ(organisation, collection, found)
    return {
        **collection.summary(),
        "organisation_name": collection.organisation_name,
        "campaign_id": collection.campaign_id,
        "campaign_code": collection.campaign_code,
        "campaign_name": collection.campaign_name,
        "encoding": collection.table.encoding,
        **counts_of_people(collection, found),
        "waiting": matching.reasons_with_counts(found),
        "new": new,
        "unchanged": len(collection) - new,
        "differing_names": differing[:DIFFERING_NAMES_SHOWN],
        "differing_names_count": len(differing),
        "warnings": [
            warning.as_dict() for warning in [*doubts(collection, found, known), *collection.warnings]
        ],
    }


def counts_of_people(collection: ProfilesCollection, found: matching.Match) -> dict:
    people = collection.people()
    return {
        "people": people,
        "retakes": len(collection) - people,
        "matched": found.matched,
        "unmatched": len(collection) - found.matched,
    }


def doubts(collection: ProfilesCollection, found: matching.Match, known: dict[str, bool]) -> list[Problem]:
    """Signs that this may not be the file that somebody meant to import."""
    sentences = []
    if not len(collection):
        sentences.append(_("Nobody has taken part in this campaign yet."))
    elif not found.matched:
        sentence = _(
            "Nobody in this file is enrolled here by staff number. Is it the file of another organisation? "
            "It says: %(name)s."
        )
        sentences.append(sentence % {"name": collection.organisation_name})
    in_future = sum(moment is not None and moment > timezone.now() for moment in collection.shared_at)
    if in_future:
        sentence = ngettext(
            "%(count)s result carries a date in the future.",
            "%(count)s results carry a date in the future.",
            in_future,
        )
        sentences.append(sentence % {"count": in_future})
    facts = {key for key, is_shared in known.items() if is_shared}
    gone = len(facts.difference(participation_keys(collection)))
    if gone:
        sentence = ngettext(
            "%(count)s result known from an earlier export is not in this file. It stays on record.",
            "%(count)s results known from earlier exports are not in this file. They stay on record.",
            gone,
        )
        sentences.append(sentence % {"count": gone})
    return [Problem(sentence) for sentence in sentences]


def known_keys(organisation: Organisation, collection: ProfilesCollection) -> dict[str, bool]:
    """Keys of the campaign's results that are on record, and whether each is shared."""
    results = Result.with_held.current().filter(
        organisation=organisation,
        campaign__kind=collection.kind,
        campaign__reference=collection.campaign_id,
    )
    return {key.hex: is_shared for key, is_shared in results.values_list("key", "is_shared")}


def confirm(result_import: ResultImport, user: User | None) -> Run:
    """Have the file imported. A second click finds the first run."""
    with transaction.atomic():
        held = ResultImport.objects.select_for_update(of=("self",)).get(pk=result_import.pk)
        run = submit(
            "import_results",
            str(held.pk),
            organisation=held.organisation,
            requested_by=user,
            result_import=held.pk,
        )
        if held.run_id is None:
            held.run, held.confirmed_by = run, user
            held.save(update_fields=["run", "confirmed_by"])
    return run


# --- Importing --------------------------------------------------------------------------------------------------------


def import_results(
    result_import: ResultImport, tell: Callable[[int, int, str], None] = lambda *_: None
) -> dict:
    """Read the kept file and save its results. `tell` hears how far the work is."""
    tell(0, 3, _("Reading the file"))
    collection = read_export(bytes(result_import.file.content))
    tell(1, 3, _("Looking for the people"))
    found = match(result_import.organisation, collection)
    tell(2, 3, _("Saving %(count)s results") % {"count": len(collection)})
    return save_results(result_import, collection, found)


def match(organisation: Organisation, collection: ProfilesCollection) -> matching.Match:
    return matching.match(
        matching.staff_numbers(organisation),
        collection.external_ids,
        collection.student_numbers,
        collection.last_names,
        collection.first_names,
    )


def save_results(result_import: ResultImport, collection: ProfilesCollection, found: matching.Match) -> dict:
    """Save all participations of the file in one transaction; say how many are new."""
    with transaction.atomic():
        created = superseded = 0
        if len(collection):
            result_import.campaign = hold_campaign(result_import.organisation, collection)
            created, superseded = save_staged(result_import, collection, found)
        attached = matching.attach_waiting(result_import.organisation)
        note_used_seats(result_import.organisation)
        result_import.imported_at = timezone.now()
        result_import.outcome = {
            "created": created,
            "unchanged": len(collection) - created,
            "superseded": superseded,
            **counts_of_people(collection, found),
            "held": held_in(result_import),
            "attached": attached,
        }
        result_import.save(update_fields=["campaign", "imported_at", "outcome"])
    return result_import.outcome


def note_used_seats(organisation: Organisation) -> None:
    """Whoever has a result has used their Pix seat, whether or not anybody may read the result yet."""
    people = organisation.people.filter(results__isnull=False).distinct()
    licences.use(organisation, people.values_list("pk", flat=True))


def held_in(result_import: ResultImport) -> int:
    """How many results of the file are in quarantine."""
    return Result.with_held.held().filter(result_import=result_import).count()


def hold_campaign(organisation: Organisation, collection: ProfilesCollection) -> Campaign:
    """The campaign of the file, locked, so that two imports of one campaign follow each other."""
    campaign, _is_new = Campaign.objects.select_for_update(of=("self",)).update_or_create(
        organisation=organisation,
        kind=Kind.PROFILES,
        reference=collection.campaign_id,
        defaults={
            "code": collection.campaign_code[:50],
            "name": collection.campaign_name,
            "owner_name": collection.organisation_name,
        },
        create_defaults={
            "framework": Framework.objects.pix(),
            "code": collection.campaign_code[:50],
            "name": collection.campaign_name,
            "owner_name": collection.organisation_name,
        },
    )
    return campaign


def save_staged(
    result_import: ResultImport, collection: ProfilesCollection, found: matching.Match
) -> tuple[int, int]:
    """COPY into a table of this transaction, then one INSERT: row-level security forbids COPY into the real one."""
    is_older = is_older_than_known(result_import.campaign, collection)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE staged_result ({STAGED_COLUMNS}) ON COMMIT DROP")
        cursor.copy_expert(COPY_STATEMENT, prepared_rows(collection, found, only_shared=is_older))
        cursor.execute(
            INSERT_STATEMENT,
            {
                "organisation": result_import.organisation_id,
                "campaign": result_import.campaign_id,
                "import": result_import.pk,
                "framework": result_import.campaign.framework_id,
                "measure": Result.Measure.PROFILE.value,
                "held_until": held_until(),
            },
        )
        created, superseded = cursor.rowcount, 0
        if not is_older:
            cursor.execute(SUPERSEDE_STATEMENT, [result_import.pk, result_import.campaign_id])
            superseded = cursor.rowcount
        cursor.execute("DROP TABLE staged_result")
    return created, superseded


def is_older_than_known(campaign: Campaign, collection: ProfilesCollection) -> bool:
    """Whether the file was exported before one that is on record: its "not shared" rows may be out of date."""
    newest_known = (
        Result.with_held.filter(campaign=campaign)
        .shared()
        .order_by("-shared_at")
        .values_list("shared_at", "day_only")
        .first()
    )
    if newest_known is None:
        return False
    known, day_only = newest_known
    newest = max((moment for moment in collection.shared_at if moment), default=None)
    if newest is None:
        return True
    return newest.date() < known.date() if day_only or collection.day_only else newest < known


# --- Rows for COPY ----------------------------------------------------------------------------------------------------

TEXTS = ("last_name", "first_name", "external_id", "student_number", '"group"', "division")
STAGED = {
    "line": "integer",
    "key": "uuid",
    **dict.fromkeys(TEXTS, "text"),
    "imported_columns": "jsonb",
    "person_id": "bigint",
    "waiting_reason": "text",
    "is_shared": "boolean",
    "shared_at": "timestamptz",
    "day_only": "boolean",
    "pix_score": "smallint",
    "certifiable": "boolean",
    "certifiable_count": "smallint",
    "levels": "smallint[]",
    "pix": "smallint[]",
}
STAGED_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in STAGED.items())
COPY_STATEMENT = (
    f"COPY staged_result ({', '.join(STAGED)}) FROM STDIN "
    f"WITH (FORMAT csv, DELIMITER E'\\t', NULL '{NULL}', FORCE_NOT_NULL ({', '.join(TEXTS)}))"
)
INSERT_STATEMENT = f"""
    INSERT INTO assessments_result
        (organisation_id, campaign_id, result_import_id, framework_id, measure, {", ".join(STAGED)}, held_until)
    SELECT %(organisation)s, %(campaign)s, %(import)s, %(framework)s, %(measure)s, {", ".join(STAGED)},
        CASE WHEN person_id IS NOT NULL AND NOT {is_informed("staged_result.person_id")} THEN %(held_until)s END
    FROM staged_result
    ON CONFLICT (organisation_id, key) DO UPDATE SET superseded_by_id = NULL
    WHERE assessments_result.superseded_by_id IS NOT NULL
"""  # noqa: S608 - made of the names above
SUPERSEDE_STATEMENT = """
    UPDATE assessments_result SET superseded_by_id = %s
    WHERE campaign_id = %s AND NOT is_shared AND superseded_by_id IS NULL
    AND NOT EXISTS (SELECT FROM staged_result WHERE staged_result.key = assessments_result.key)
"""


def prepared_rows(
    collection: ProfilesCollection, found: matching.Match, only_shared: bool = False
) -> io.StringIO:
    """The participations as COPY reads them."""
    columns = [
        collection.lines,
        participation_keys(collection),
        collection.last_names,
        collection.first_names,
        collection.external_ids,
        collection.student_numbers,
        collection.groups,
        collection.divisions,
        imported_columns(collection),
        [NULL if person is None else person for person in found.people],
        found.reasons,
        collection.shared,
        [NULL if moment is None else moment.isoformat() for moment in collection.shared_at],
        [collection.day_only and shared for shared in collection.shared],
        [NULL if score is None else score for score in collection.pix_scores],
        [NULL if certifiable is None else certifiable for certifiable in collection.certifiable],
        [NULL if count is None else count for count in collection.certifiable_counts],
        arrays(collection, -32),
        arrays(collection, -31),
    ]
    rows = zip(*columns, strict=True)
    if only_shared:
        rows = (row for row, shared in zip(rows, collection.shared, strict=True) if shared)
    buffer = io.StringIO()
    csv.writer(buffer, delimiter="\t", lineterminator="\n").writerows(rows)
    buffer.seek(0)
    return buffer


def arrays(collection: ProfilesCollection, first: int) -> list[str]:
    """Every second of the last 32 cells, which have been checked, as an array of the database."""
    rows = zip(collection.table.rows, collection.shared, strict=True)
    return ["{" + ",".join(row[first::2]) + "}" if shared else NULL for row, shared in rows]


def imported_columns(collection: ProfilesCollection) -> list[str]:
    if not collection.imported:
        return ["{}"] * len(collection)
    labels, columns = collection.imported.keys(), collection.imported.values()
    return [
        json.dumps(dict(zip(labels, cells, strict=True)), ensure_ascii=False)
        for cells in zip(*columns, strict=True)
    ]


def participation_keys(collection: ProfilesCollection) -> list[str]:
    return participations.participation_keys(
        collection.campaign_id,
        collection.last_names,
        collection.first_names,
        collection.external_ids,
        collection.shared_at,
        collection.pix_scores,
    )

"""Participations of a file become rows: COPY into a table of this transaction, then one INSERT.

Row-level security forbids COPY into the real table. Values were checked when the file was read; what must hold
whoever writes is the database's to judge, once, while it inserts.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import compress, islice

from django.db import connection

from assessments.completing import complete_from_file
from assessments.matching import Match
from assessments.models import Campaign, Result, ResultImport
from assessments.pix_exports import Export
from assessments.quarantine import held_until, is_informed
from assessments.result_columns import MEASURES, NULL, TEXTS, columns_of, participation, values

Measure = Result.Measure


def save(
    result_import: ResultImport, campaigns: dict[str, Campaign], export: Export, found: Match, is_older: bool
) -> tuple[int, int]:
    """Save what is new; let "not shared" and replaced certifications give way. Says how many of each.

    Of an export that is older than one on record, only what is shared is saved.
    """
    measure = MEASURES[result_import.kind]
    columns = columns_of(measure)
    cells = dict(zip(columns, [*participation(campaigns, export, found), *values(export)], strict=True))
    with connection.cursor() as cursor:
        stage(cursor, columns, cells, export.shared if is_older else None)
        ids = [campaign.pk for campaign in campaigns.values()]
        is_new = not is_on_record(result_import, campaigns)
        if not is_new:
            complete_from_file(cursor, result_import, ids, columns)
        cursor.execute(
            insert_statement(columns) + ("" if is_new else ON_CONFLICT),
            {
                "organisation": result_import.organisation_id,
                "import": result_import.pk,
                "framework": next(iter(campaigns.values())).framework_id,
                "measure": measure.value,
                "held_until": held_until(),
            },
        )
        created, superseded = cursor.rowcount, 0
        if not (is_new or is_older):
            cursor.execute(SUPERSEDE[measure], {"import": result_import.pk, "campaigns": ids})
            superseded = cursor.rowcount
        cursor.execute("DROP TABLE staged_result")
    return created, superseded


def stage(cursor, columns: dict[str, str], cells: dict[str, Sequence], wanted: Sequence[bool] | None) -> None:
    """Put the rows (all, or those that are wanted) into a table of this transaction.

    What is the same in every row travels once, as the column's default.
    """
    same = {name: column[0] for name, column in cells.items() if column.count(column[0]) == len(column)}
    definitions = ", ".join(
        f"{name} {kind}{' DEFAULT %s' if name in same else ''}" for name, kind in columns.items()
    )
    defaults = [None if value == NULL else value for value in same.values()]
    cursor.execute(f"CREATE TEMPORARY TABLE staged_result ({definitions}) ON COMMIT DROP", defaults)
    varying = [name for name in columns if name not in same] or ["line"]
    rows = zip(*(cells[name] for name in varying), strict=True)
    cursor.copy_expert(copy_statement(varying), Lines(rows if wanted is None else compress(rows, wanted)))


def is_on_record(result_import: ResultImport, campaigns: Iterable[str]) -> bool:
    """Whether there is anything of campaigns with these numbers, of any kind. They are locked meanwhile."""
    known = Result.with_held.filter(organisation=result_import.organisation_id)
    return known.filter(campaign__reference__in=list(campaigns)).exists()


class Lines:
    """Rows as COPY reads them, written while the database takes in those before."""

    AT_ONCE = 500

    def __init__(self, rows: Iterable[Sequence]):
        self.rows = iter(rows)

    def read(self, size: int = -1) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter="\t", lineterminator="\n").writerows(islice(self.rows, self.AT_ONCE))
        return buffer.getvalue()


# --- Statements -------------------------------------------------------------------------------------------------------


def copy_statement(columns: Sequence[str]) -> str:
    texts = [name for name in columns if name in TEXTS] or columns[:1]
    return (
        f"COPY staged_result ({', '.join(columns)}) FROM STDIN "
        f"WITH (FORMAT csv, DELIMITER E'\\t', NULL '{NULL}', FORCE_NOT_NULL ({', '.join(texts)}))"
    )


def insert_statement(columns: Iterable[str]) -> str:
    names = ", ".join(columns)
    return f"""
        INSERT INTO assessments_result
            (organisation_id, result_import_id, framework_id, measure, {names}, held_until)
        SELECT %(organisation)s, %(import)s, %(framework)s, %(measure)s, {names},
            CASE WHEN person_id IS NOT NULL AND NOT {is_informed("staged_result.person_id")} THEN %(held_until)s END
        FROM staged_result
    """  # noqa: S608 - made of the names above


# A participation that is on record stays as it is; what had been overtaken counts again, unless Pix said that it is
# deleted. Looking for conflicts costs, so a campaign of which nothing is on record does without.
ON_CONFLICT = """
    ON CONFLICT (organisation_id, key) DO UPDATE SET superseded_by_id = NULL
    WHERE assessments_result.superseded_by_id IS NOT NULL
        AND (assessments_result.participation IS NULL OR NOT assessments_result.is_shared)
"""

# NOT IN, because its plan is a hash of the staged keys whatever the planner believes about new tables.
OVERTAKEN = """
    UPDATE assessments_result SET superseded_by_id = %(import)s
    WHERE campaign_id = ANY(%(campaigns)s) AND superseded_by_id IS NULL
    AND key NOT IN (SELECT key FROM staged_result) AND
"""
NOT_SHARED = f"{OVERTAKEN} NOT is_shared"
OTHER_OUTCOME = (
    f"{OVERTAKEN} details ->> 'certification' IN (SELECT details ->> 'certification' FROM staged_result)"  # noqa: S608
)
SUPERSEDE = {
    Measure.PROFILE: NOT_SHARED,
    Measure.SHARE_OF_ITEMS: NOT_SHARED,
    Measure.CERTIFIED: OTHER_OUTCOME,
}

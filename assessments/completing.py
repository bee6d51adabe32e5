"""A file and the partner interface know different things of one participation: the second completes the first.

What a result was like before is remembered with the import that changed it, so that undoing can put it back.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.backends.utils import CursorWrapper

from assessments.models import Result, ResultImport

# A file and Pix mean the same moment when a clock in Paris showed the same minute: in the hour that the autumn change
# repeats, a file can't say which of the two it means.
SAME_MINUTE = """
    date_trunc('minute', result.shared_at AT TIME ZONE 'Europe/Paris')
    = date_trunc('minute', staged.shared_at AT TIME ZONE 'Europe/Paris')
"""
SAME_SHARED = f"staged.is_shared AND result.key = staged.key AND (staged.day_only OR {SAME_MINUTE})"
SAME_PROGRESS = "NOT staged.is_shared AND result.superseded_by_id IS NULL AND result.key = staged.key"
# Pix does not say here how far somebody is, by which files tell the progress in a test apart.
SAME_PROGRESS_IN_TEST = """
    NOT staged.is_shared AND result.superseded_by_id IS NULL AND result.last_name = staged.last_name
    AND result.first_name = staged.first_name AND result.external_id = staged.external_id
    AND (date_trunc('minute', result.started_at AT TIME ZONE 'Europe/Paris')
         = date_trunc('minute', staged.started_at AT TIME ZONE 'Europe/Paris')
         OR staged.started_at = date_trunc('day', result.started_at, 'UTC'))
    AND NOT EXISTS (SELECT FROM assessments_result AS taken
                    WHERE taken.organisation_id = %(organisation)s AND taken.key = staged.key AND taken.id <> result.id)
"""
NEWER = ("key", "progress")
MERGED = ("imported_columns", "details")
TEXTS = ("student_number", '"group"', "division")
# Who it is and when was agreed on; whose it is, is decided with all results of the organisation in view.
LEFT = frozenset(
    [
        *("campaign_id", "last_name", "first_name", "external_id", "person_id", "waiting_reason"),
        *("is_shared", "shared_at", "day_only", "started_at"),
    ]
)


def remember(result_import: ResultImport, results: Iterable[int], columns: Iterable[str]) -> None:
    """Keep what these columns hold now. What an import has changed before, or brought itself, is not news."""
    before = ", ".join(f"""'{name.strip('"')}', {name}""" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO assessments_completion (organisation_id, result_import_id, result_id, before)
            SELECT organisation_id, %s, id, jsonb_build_object({before}) FROM assessments_result
            WHERE organisation_id = %s AND id = ANY(%s) AND result_import_id <> %s
            ON CONFLICT (result_import_id, result_id) DO NOTHING
            """,  # noqa: S608 - made of names of columns
            [result_import.pk, result_import.organisation_id, list(results), result_import.pk],
        )


def complete_from_file(
    cursor: CursorWrapper, result_import: ResultImport, campaigns: list[int], columns: Iterable[str]
) -> None:
    """Give results that the partner interface brought what the staged rows know of them."""
    from_pix = Result.with_held.filter(
        organisation=result_import.organisation_id, campaign__in=campaigns, participation__isnull=False
    )
    if not from_pix.exists():
        return
    told = [name for name in columns if name not in LEFT]
    same_progress = SAME_PROGRESS_IN_TEST if "progress" in told else SAME_PROGRESS
    for same in (SAME_SHARED, same_progress):
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE completed_result ON COMMIT DROP AS
            SELECT DISTINCT ON (staged.key) result.id, {", ".join(f"{both(name)} AS {name}" for name in told)}
            FROM staged_result AS staged JOIN assessments_result AS result
                ON result.organisation_id = %(organisation)s AND result.campaign_id = staged.campaign_id
                AND result.participation IS NOT NULL AND result.is_shared = staged.is_shared AND {same}
            WHERE ({", ".join(f"result.{name}" for name in told)})
                IS DISTINCT FROM ({", ".join(both(name) for name in told)})
            ORDER BY staged.key, result.id
            """,  # noqa: S608 - made of names of columns
            {"organisation": result_import.organisation_id},
        )
        cursor.execute("SELECT id FROM completed_result")
        remember(result_import, [pk for (pk,) in cursor.fetchall()], told)
        cursor.execute(
            f"""
            UPDATE assessments_result AS result SET {", ".join(f"{name} = new.{name}" for name in told)}
            FROM completed_result AS new WHERE result.id = new.id AND result.organisation_id = %s
            """,  # noqa: S608 - made of names of columns
            [result_import.organisation_id],
        )
        cursor.execute("DROP TABLE completed_result")


def both(name: str) -> str:
    """SQL: what is known stays; how far somebody is, the file knows better."""
    if name in NEWER:
        return f"COALESCE(staged.{name}, result.{name})"
    if name in MERGED:
        merged = f"COALESCE(staged.{name}, '{{}}') || COALESCE(result.{name}, '{{}}')"
        return f"NULLIF({merged}, '{{}}')" if name == "details" else merged
    if name == "line":
        return "COALESCE(NULLIF(result.line, 0), staged.line)"
    if name in TEXTS:
        return f"COALESCE(NULLIF(result.{name}, ''), staged.{name})"
    return f"COALESCE(result.{name}, staged.{name})"

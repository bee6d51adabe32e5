"""Figures that are kept ready: made anew, for one organisation at a time, after its results have changed."""

from django.conf import settings
from django.db import connection

from assessments.models import LevelCount
from organisations.models import Organisation, Run
from organisations.runs import submit_once_for_many

REFRESH = "refresh_figures"


def request_refresh(organisation: Organisation) -> Run:
    """Have the figures made anew once what the caller changes is committed."""
    return submit_once_for_many(REFRESH, organisation)


def request_refreshes() -> None:
    """For every organisation, because people come, move and leave without any new result."""
    for organisation in Organisation.objects.order_by("pk"):
        request_refresh(organisation)


def count_levels(organisation: Organisation) -> int:
    """Replace the counts of levels of every quarter. A result counts until the person's next one."""
    LevelCount.objects.filter(organisation=organisation).delete()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_LEVELS, {"organisation": organisation.pk})
        return cursor.rowcount


# People are counted by the quarters between which a result was their newest before they are spread over the quarters:
# the long list is read once, however many quarters there are.
def quarter_of(moment: str) -> str:
    """SQL: the first day of the quarter in which a moment falls here."""
    return f"date_trunc('quarter', timezone('{settings.TIME_ZONE}', {moment}))::date"


COUNT_LEVELS = f"""
    WITH valid AS (
        SELECT result.framework_id, result.measure, result.levels, sharing.id IS NOT NULL AS shares,
               {quarter_of("result.shared_at")} AS measured,
               greatest({quarter_of("result.shared_at")}, {quarter_of("person.enrolled_at")}) AS first,
               lead({quarter_of("result.shared_at")}) OVER (
                   PARTITION BY result.person_id, result.framework_id, result.measure
                   ORDER BY result.shared_at, result.id
               ) AS until
          FROM assessments_result AS result
          JOIN organisations_person AS person ON person.id = result.person_id
          LEFT JOIN assessments_sharingchoice AS sharing
            ON sharing.person_id = person.id AND sharing.revoked_at IS NULL
         WHERE result.organisation_id = %(organisation)s AND result.is_shared AND result.levels IS NOT NULL
           AND result.held_until IS NULL AND result.superseded_by_id IS NULL
    ), counted AS (
        SELECT framework_id, measure, position, level, measured, first, until,
               count(*) AS n, count(*) FILTER (WHERE shares) AS sharing
          FROM valid CROSS JOIN LATERAL unnest(levels) WITH ORDINALITY AS one (level, position)
         WHERE until IS NULL OR until > first
         GROUP BY 1, 2, 3, 4, 5, 6, 7
    )
    INSERT INTO assessments_levelcount
        (organisation_id, framework_id, measure, quarter, position, level, n, new, sharing)
    SELECT %(organisation)s, framework_id, measure, quarter::date, position, level,
           sum(n), coalesce(sum(n) FILTER (WHERE measured = quarter::date), 0), sum(sharing)
      FROM counted
     CROSS JOIN LATERAL generate_series(
         first::timestamp, least({quarter_of("now()")}, (until - 1))::timestamp, interval '3 months'
     ) AS quarter
     GROUP BY framework_id, measure, quarter, position, level
"""  # noqa: S608 - made of the expressions above

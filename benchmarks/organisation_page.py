"""The skills page of one organisation among 1 000 000 results, beside primary-key reads of as many rows.

The organisation has 20 000 people who were measured twice; the other results belong to 48 organisations of 20 000 each.
Everything that the page asks the database about results is measured together: the release, what waits, the people who
share their levels with HR, and their profiles. The slower of the first and last page of that list counts.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
from django.core.paginator import Paginator
from django.db import connection, transaction

from assessments.coverage import Shown, newest_profiles_of, open_choices
from assessments.models import Campaign, Framework, Kind, ResultImport
from assessments.profiles import pix_competences
from assessments.releases import refresh
from assessments.views.organisation import PER_PAGE
from benchmarks.measurement import Measurement, seconds_of
from organisations.models import Organisation, Programme
from organisations.scope import every_organisation, only

TITLE = "organisation page at 1 000 000 results"
LIMIT = 60.0
OTHERS, RESULTS_OF_OTHERS, PEOPLE_OF_OTHERS = 48, 20_000, 1_000
PEOPLE = 20_000
REPEATS = 7
SLOWEST = 0.05  # seconds for the queries of one page
PAGES = {
    "first": "1",
    "last": "9999",
}  # of the list of people; filters choose within the release that was read
TABLES = "organisations_person, assessments_result, assessments_sharingchoice"


def run() -> Measurement:
    with many_results() as organisation, transaction.atomic(), only(organisation.pk):
        refreshing = seconds_of(lambda: refresh(organisation))
        again = seconds_of(lambda: refresh(organisation))
        times, rows = {}, 0
        for name, page in PAGES.items():
            times[name], read = median_in_database(lambda page=page: read_page(organisation, page))
            rows = max(rows, read)
        numbers = list(organisation.results.order_by("pk").values_list("pk", flat=True)[: max(rows, 1)])
        floor, _rows = median_in_database(lambda: list(organisation.results.filter(pk__in=numbers)))
    slowest = max(times, key=times.get)
    within = "within" if times[slowest] < SLOWEST else "NOT within"
    return Measurement(
        seconds=times[slowest],
        floor_seconds=floor,
        note=f"{1000 * times[slowest]:.0f} ms, {within} {1000 * SLOWEST:.0f} ms; "
        + ", ".join(f"{name} {1000 * seconds:.0f}" for name, seconds in times.items())
        + f"; refresh of {PEOPLE} people {refreshing:.1f} s, again {again:.1f} s",
    )


def read_page(organisation: Organisation, page: str) -> int:
    """What the view asks the database for. Returns how many rows of people and results it is given."""
    Shown.of(organisation, pix_competences(), seen_by_hr=True)
    organisation.results.waiting().count()
    choices = Paginator(open_choices(organisation), PER_PAGE).get_page(page)
    people = [choice.person for choice in choices]
    return len(people) + len(newest_profiles_of(organisation, people))


def median_in_database(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds spent in queries, without what Python makes of them."""
    work()
    times = []
    for _repeat in range(REPEATS):
        spent = 0.0

        def stopwatch(execute, *arguments):
            nonlocal spent
            started = time.perf_counter()
            try:
                return execute(*arguments)
            finally:
                spent += time.perf_counter() - started

        with connection.execute_wrapper(stopwatch):
            given = work()
        times.append(spent)
    return statistics.median(times), given


@contextmanager
def many_results() -> Iterator[Organisation]:
    """The organisation and the others, committed, and removed afterwards."""
    programme, _is_new = Programme.objects.get_or_create(
        slug="pilot", defaults={"name": "Pilot", "starts_on": "2025-06-01", "ends_on": "2030-12-31"}
    )
    organisations = [
        Organisation.objects.create(
            programme=programme,
            slug=f"benchmark-page-{number}",
            name=f"Benchmark {number}",
            legal_id=f"B1{number:05}",
            sector="other",
            kind="private",
        )
        for number in range(OTHERS + 1)
    ]
    try:
        for number, organisation in enumerate(organisations):
            with transaction.atomic(), only(organisation.pk):
                fill(
                    organisation, *((PEOPLE_OF_OTHERS, RESULTS_OF_OTHERS) if number else (PEOPLE, 2 * PEOPLE))
                )
        vacuum()
        yield organisations[0]
    finally:
        for organisation in organisations:
            with transaction.atomic(), only(organisation.pk):
                for rows in (organisation.counted_results, organisation.cohorts, organisation.results):
                    rows.all()._raw_delete("default")
                for rows in (organisation.sharing_choices, organisation.people):
                    rows.all()._raw_delete("default")
            with transaction.atomic(), every_organisation():
                organisation.delete()


def fill(organisation: Organisation, people: int, results: int) -> None:
    """People in forty departments, results of the last three years, and one in five who shares levels with HR."""
    campaign = Campaign.objects.create(
        organisation=organisation,
        framework=Framework.objects.pix(),
        kind=Kind.PROFILES,
        reference="1",
        name="Benchmark",
    )
    result_import = ResultImport.objects.create(organisation=organisation, kind=Kind.PROFILES)
    numbers = {
        "organisation": organisation.pk,
        "people": people,
        "results": results,
        "campaign": campaign.pk,
        "import": result_import.pk,
        "framework": campaign.framework_id,
    }
    with connection.cursor() as cursor:
        for statement in (PEOPLE_ROWS, RESULT_ROWS, SHARING_ROWS):
            cursor.execute(statement, numbers)


def vacuum() -> None:
    """What autovacuum does within a minute; only the owner may."""
    owner = psycopg2.connect(os.environ["MIGRATE_DATABASE_URL"])
    try:
        owner.autocommit = True
        owner.cursor().execute(f"VACUUM ANALYZE {TABLES}")
    finally:
        owner.close()


PEOPLE_ROWS = """
    INSERT INTO organisations_person
        (organisation_id, last_name, first_name, email, staff_number, department, site, job_family, languages,
         enrolled_at)
    SELECT %(organisation)s, 'Nom' || lpad((n * 7919 %% %(people)s)::text, 5, '0'), 'Ada', '', 'S' || n,
           'Unit ' || n %% 40, '', 'Job ' || n %% 23, '{fr}', '2025-01-01'
      FROM generate_series(1, %(people)s) AS n
"""
RESULT_ROWS = """
    WITH person AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
          FROM organisations_person WHERE organisation_id = %(organisation)s
    )
    INSERT INTO assessments_result
        (organisation_id, campaign_id, result_import_id, framework_id, measure, key, line, last_name, first_name,
         external_id, student_number, "group", division, imported_columns, waiting_reason, person_id, is_shared,
         shared_at, day_only, pix_score, certifiable, certifiable_count, levels, pix, status)
    SELECT %(organisation)s, %(campaign)s, %(import)s, %(framework)s, 'profile', gen_random_uuid(), n, 'Nom', 'Ada',
           'S' || n, '', '', '', '{}', '', person.id, true,
           timestamptz '2024-01-01' + n * interval '35 seconds', false, 300, false, 3,
           ARRAY(SELECT (n * 31 + place * (n %% 7 + 1)) %% 8 FROM generate_series(1, 16) AS place),
           ARRAY(SELECT 8 * ((n * 31 + place * (n %% 7 + 1)) %% 8) FROM generate_series(1, 16) AS place), ''
      FROM generate_series(0, %(results)s - 1) AS n JOIN person ON person.place = n %% %(people)s
"""
SHARING_ROWS = """
    INSERT INTO assessments_sharingchoice (organisation_id, person_id, shared_at)
    SELECT organisation_id, id, now() FROM organisations_person
     WHERE organisation_id = %(organisation)s AND id %% 5 = 0
"""

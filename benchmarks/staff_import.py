"""A staff file of 50 000 rows, from its bytes to committed people, beside a bare COPY of the same rows.

django-import-export takes the same file over, too: ours must be five times as fast at least, and stay below 500 MB.
"""

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg2
import tablib
from django.db import connection, transaction
from import_export import resources

from benchmarks.measurement import Measurement, seconds_of
from benchmarks.result_import import forget_peak, peak_megabytes
from organisations.importing import check_upload, commit_import
from organisations.models import Organisation, Person
from organisations.scope import only
from tests import make

TITLE = "import of 50 000 staff rows"
LIMIT = 12.0
ROWS = 50_000
OTHER_ROWS = 2_000  # django-import-export's time grows evenly with the rows
TIMES_FASTER = 5
MOST_MEGABYTES = 500
COLUMNS = ("last_name", "first_name", "email", "staff_number", "department")


def run() -> Measurement:
    with kept_for_a_while() as organisation:
        other = import_export(organisation, staff_file(OTHER_ROWS)) * ROWS / OTHER_ROWS
        forget(organisation)
        content = staff_file(ROWS)
        gc.collect()
        forget_peak()
        started = time.perf_counter()
        with transaction.atomic(), only(organisation.pk):
            done = commit_import(check_upload(organisation, "staff.csv", content, None))
        seconds, peak = time.perf_counter() - started, peak_megabytes()
        if not done.is_done:
            raise RuntimeError(done.counts)
        floor = copy_bare(organisation, content)
    if other < TIMES_FASTER * seconds or (peak or 0) > MOST_MEGABYTES:
        raise SystemExit(f"Too slow or too large: {seconds:.1f} s, import-export {other:.1f} s, {peak} MB")
    return Measurement(
        seconds, floor, peak, f"django-import-export: {other:.0f} s, {other / seconds:.1f} times as long"
    )


def staff_file(rows: int) -> bytes:
    lines = (f"Nom{n:05},Ada,p{n:05}@example.lu,S{n:05},Team {n % 40}" for n in range(rows))
    return "\n".join([",".join(COLUMNS), *lines]).encode()


def import_export(organisation: Organisation, content: bytes) -> float:
    """With its own recommended settings for many rows: bulk writes, no log of the differences."""

    class PersonResource(resources.ModelResource):
        class Meta:
            model = Person
            fields = COLUMNS
            import_id_fields = ("staff_number",)
            use_bulk, batch_size = True, 1_000
            skip_diff, report_skipped = True, False

        def get_queryset(self):
            return organisation.people.all()

        def after_import(self, dataset, result, **kwargs):
            """It would set the table's sequence, which only the owner may."""

        def init_instance(self, row=None):
            return Person(organisation=organisation)

    def work():
        with transaction.atomic(), only(organisation.pk):
            data = tablib.Dataset().load(content.decode(), format="csv")
            PersonResource().import_data(data, raise_errors=True)

    return seconds_of(work)


def copy_bare(organisation: Organisation, content: bytes) -> float:
    """COPY the same columns into an empty twin of the table, as its owner; only COPY and commit are timed."""
    buffer = StringIO()
    writable = [field.column for field in Person._meta.concrete_fields if not field.generated]
    with transaction.atomic(), only(organisation.pk), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {', '.join(writable)} FROM organisations_person) TO STDOUT", buffer)  # noqa: S608
    owner = psycopg2.connect(os.environ["MIGRATE_DATABASE_URL"])
    try:
        with owner.cursor() as cursor:
            cursor.execute("CREATE TABLE benchmark_people (LIKE organisations_person INCLUDING ALL)")
            owner.commit()

            def copy():
                cursor.copy_expert(
                    f"COPY benchmark_people ({', '.join(writable)}) FROM STDIN", StringIO(buffer.getvalue())
                )
                owner.commit()

            return seconds_of(copy)
    finally:
        owner.rollback()
        with owner.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS benchmark_people")
        owner.commit()
        owner.close()


@contextmanager
def kept_for_a_while() -> Iterator[Organisation]:
    organisation = make.organisation("benchmark-staff")
    try:
        yield organisation
    finally:
        forget(organisation)
        with transaction.atomic(), only(organisation.pk):
            organisation.delete()


def forget(organisation: Organisation) -> None:
    with transaction.atomic(), only(organisation.pk):
        for rows in (
            organisation.people_imports,
            organisation.files,
            organisation.licence_moves,
            organisation.people,
        ):
            rows.all()._raw_delete("default")

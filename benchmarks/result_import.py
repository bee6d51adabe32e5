"""A Pix export of 20 000 participations, from its bytes to committed results, beside a bare COPY of the same rows.

The floor copies rows prepared beforehand into a table with the same columns, indexes, checks and foreign keys, as the
role that owns it: row-level security forbids COPY into the real one.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import psycopg2
from django.db import connection, transaction

from assessments import importing
from assessments.models import Kind, Result, ResultImport
from assessments.result_columns import columns_of
from benchmarks.measurement import Measurement, seconds_of
from organisations.models import Acknowledgement, Organisation, Person, Programme, StoredFile
from organisations.notices import current_version
from organisations.scope import only

TITLE = "import of 20 000 Pix participations"
LIMIT = 2.0
ROWS = 20_000
REPEATS = 7  # the quickest counts, of the floor too: it is the one that other programs disturbed least
CONSTANTS = ("organisation_id", "result_import_id", "framework_id", "measure")


def run() -> Measurement:
    content = export(ROWS)
    with kept_for_a_while() as organisation:
        import_once(organisation, content)
        prepared = rows_as_saved(organisation)
        forget_results(organisation)
        import_once(organisation, content[: len(content) // 20].rpartition(b"\n")[0] + b"\n")  # warm caches
        forget_results(organisation)
        floors, whole, peaks = [], [], []
        for _repeat in range(REPEATS):
            floors.append(copy_bare(prepared))
            gc.collect()
            forget_peak()
            whole.append(seconds_of(lambda: import_once(organisation, content)))
            peaks.append(peak_megabytes())
            forget_results(organisation)
    return Measurement(
        seconds=min(whole),
        floor_seconds=min(floors),
        peak_megabytes=max(peaks) if all(peaks) else None,
        note=f"{ROWS / min(whole):.0f} rows a second",
    )


# --- What is measured -------------------------------------------------------------------------------------------------


def import_once(organisation: Organisation, content: bytes) -> None:
    """Parse, match and commit, as a worker does once the file is loaded."""
    with transaction.atomic(), only(organisation.pk):
        file = organisation.files.defer("content").first()
        file.content = content
        result_import = ResultImport.objects.create(organisation=organisation, file=file, kind=Kind.PROFILES)
        importing.import_results(result_import)


def copy_bare(prepared: str) -> float:
    """COPY into an empty twin of the table of results; only COPY and commit are timed."""
    owner = psycopg2.connect(os.environ["MIGRATE_DATABASE_URL"])
    try:
        with owner.cursor() as cursor:
            cursor.execute("CREATE TABLE benchmark_floor (LIKE assessments_result INCLUDING ALL)")
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = 'assessments_result'::regclass AND contype = 'f'"
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f"ALTER TABLE benchmark_floor ADD CONSTRAINT {name} {definition}")
            owner.commit()

            def copy():
                cursor.copy_expert(f"COPY benchmark_floor ({all_columns()}) FROM STDIN", StringIO(prepared))
                owner.commit()

            return seconds_of(copy)
    finally:
        owner.rollback()
        with owner.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS benchmark_floor")
        owner.commit()
        owner.close()


def all_columns() -> str:
    return ", ".join([*CONSTANTS, *columns_of(Result.Measure.PROFILE)])


def rows_as_saved(organisation: Organisation) -> str:
    """The imported rows in COPY's own format."""
    buffer = StringIO()
    with transaction.atomic(), only(organisation.pk), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {all_columns()} FROM assessments_result) TO STDOUT", buffer)  # noqa: S608 - our names
    return buffer.getvalue()


# --- Memory -----------------------------------------------------------------------------------------------------------


def forget_peak() -> None:
    """Start counting the largest resident size anew, where the kernel can."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> float | None:
    status = Path("/proc/self/status").read_text()
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), None)
    return int(peak.split()[1]) / 1000 if peak else None


# --- What it is measured on -------------------------------------------------------------------------------------------


@contextmanager
def kept_for_a_while() -> Iterator[Organisation]:
    """An organisation with as many people as the export has rows, committed, and removed afterwards."""
    programme, _is_new = Programme.objects.get_or_create(
        slug="pilot", defaults={"name": "Pilot", "starts_on": "2025-06-01", "ends_on": "2030-12-31"}
    )
    organisation = Organisation.objects.create(
        programme=programme,
        slug="benchmark-import",
        name="Benchmark",
        legal_id="B000001",
        sector="other",
        kind="private",
    )
    try:
        with transaction.atomic(), only(organisation.pk):
            Person.objects.bulk_create(
                (
                    Person(
                        organisation=organisation,
                        last_name=f"Nom{number:05}",
                        first_name="Ada",
                        staff_number=f"S{number:05}",
                    )
                    for number in range(ROWS)
                ),
                batch_size=2_000,
            )
            Acknowledgement.objects.bulk_create(
                (
                    Acknowledgement(
                        organisation=organisation, person=person, version=current_version(), language="en"
                    )
                    for person in organisation.people.all()
                ),
                batch_size=2_000,
            )
            StoredFile.objects.keep(organisation, "export.csv", b"invented")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE organisations_person")
        yield organisation
    finally:
        forget_results(organisation)
        with transaction.atomic(), only(organisation.pk):
            organisation.result_imports.all()._raw_delete("default")
            organisation.campaigns.all()._raw_delete("default")
            organisation.files.all()._raw_delete("default")
            organisation.acknowledgements.all()._raw_delete("default")
            organisation.people.all()._raw_delete("default")
        organisation.delete()


def forget_results(organisation: Organisation) -> None:
    with transaction.atomic(), only(organisation.pk):
        organisation.results.all()._raw_delete("default")


def export(count: int) -> bytes:
    """A profiles collection as Pix Orga writes it; one participation in four is not shared."""
    names = [f"compétence {number}" for number in range(1, 17)]
    pairs = [f"Niveau pour la compétence {name};Nombre de pix pour la compétence {name}" for name in names]
    header = (
        "Nom de l'organisation;ID Campagne;Code;Nom de la campagne;Nom du Participant;Prénom du Participant;Matricule;"
        "Envoi (O/N);Date et heure de l'envoi (Europe/Paris);Nombre de pix total;Certifiable (O/N);"
        f"Nombre de compétences certifiables;{';'.join(pairs)}\n"
    )
    return ("\ufeff" + header + "".join(participation(number) for number in range(count))).encode()


def participation(number: int) -> str:
    who = f'"Benchmark";4201;"BENCHMARK";"Collecte";"Nom{number:05}";"Ada";"S{number:05}"'
    if number % 4 == 3:
        return f'{who};"Non";{";".join(["NA"] * 36)}\n'
    pix = [(number * step) % 57 for step in range(1, 17)]
    certifiable = sum(value >= 8 for value in pix)
    moment = f"{number % 28 + 1:02}/{number % 9 + 1:02}/2026 {number % 24:02}:{number % 60:02}"
    word = "Oui" if certifiable >= 5 else "Non"
    values = ";".join(f"{value // 8};{value}" for value in pix)
    return f'{who};"Oui";"{moment}";{sum(pix)};"{word}";{certifiable};{values}\n'

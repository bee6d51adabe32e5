"""One quarterly report, from its counts to the finished PDF, beside WeasyPrint alone setting the same HTML.

The floor has no tags, no archive profile, no attachment and no finishing. A worker has 10 seconds for a file.
"""

import io
import statistics

import pikepdf
from django.db import transaction
from weasyprint import HTML

from benchmarks.measurement import Measurement, seconds_of
from organisations.models import Organisation, Programme
from reporting.documents import ASSETS, write_html, write_pdf
from reporting.figures import STEPS, Gap, Growth, Levels, Measurements, Spread
from reporting.models import Report
from reporting.periods import Quarter
from reporting.snapshots import hash_of, make_snapshot

TITLE = "one quarterly report as a tagged PDF"
LIMIT = 2.5
SECONDS_IN_THE_WORKER = 10
REPEATS = 5
QUARTER = Quarter(2026, 3)


def run() -> Measurement:
    with transaction.atomic():
        report = make_report()
        set_bare(report)  # loads the fonts, as happens once in a worker's life
        floors, whole = [], []
        for _repeat in range(REPEATS):
            floors.append(seconds_of(lambda: set_bare(report)))
            whole.append(seconds_of(lambda: write_pdf(make_report(), "en")))
        pages = len(pikepdf.open(io.BytesIO(write_pdf(report, "en"))).pages)
        transaction.set_rollback(True)
    seconds = statistics.median(whole)
    in_time = "" if max(whole) <= SECONDS_IN_THE_WORKER else f", slower than {SECONDS_IN_THE_WORKER} s"
    return Measurement(seconds, statistics.median(floors), note=f"{pages} pages{in_time}")


def set_bare(report: Report) -> bytes:
    return HTML(string=write_html(report, "en"), base_url="asset:", url_fetcher=ASSETS).write_pdf()


def make_report() -> Report:
    programme = Programme.objects.first()
    report = Report(programme=programme, year=QUARTER.year, quarter=QUARTER.number, cut_off=QUARTER.ends_at)
    report.figures = make_snapshot(programme, QUARTER, counts())
    report.snapshot_hash = hash_of(report.figures)
    return report


def counts() -> Measurements:
    """Some small numbers in every table, so that there is something to hide."""
    codes = "1.1 1.2 1.3 2.1 2.2 2.3 2.4 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2".split()
    people = Growth(400, 160)
    return Measurements(
        organisations={
            "kind": {kind: Growth(3, 1) for kind in Organisation.Kind.values},
            "size_class": {size: Growth(2, 1) for size in Organisation.SizeClass.values},
            "stage": {stage: Growth(1, 1) for stage in Organisation.Stage.values},
        },
        participants={step: Growth(400 - 90 * at, 160 - 40 * at) for at, step in enumerate(STEPS)}
        | {"invited": Growth(380, 150)},
        by_kind={"private": Growth(300, 120), "public": Growth(80, 37), "host": Growth(20, 3)},
        organisations_with_people={"private": 3, "public": 3, "host": 3},
        licences=600,
        competences={code: levels(at) for at, code in enumerate(codes)},
        areas={str(at): levels(at) for at in range(1, 6)},
        mentoring={
            "rounds": Growth(2, 1),
            "pairs": people,
            "sessions": people,
            "confirmed": Growth(380, 120),
        },
        minutes=Growth(22_800, 7_200),
        learning={"choosing": Growth(40, 3), "chosen": Growth(90, 7)},
        compared=350,
        below=300,
        gaps={code: Gap(350, 60 + 15 * at, 4, at % 4) for at, code in enumerate(codes)},
        offers=41,
    )


def levels(number: int) -> Levels:
    return Levels(spread(12, 60 + number, 90, 30, number), spread(8, 20, 40 + number, 12, 6))


def spread(*in_bands: int) -> Spread:
    total = sum(count * middle for count, middle in zip(in_bands, (0, 1.5, 3.5, 5.5, 7.5), strict=True))
    return Spread(in_bands, total, 0, 8)

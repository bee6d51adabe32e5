"""The life of a report: asked for, computed and frozen, written to files.

Two runs do the work, one after the other. The first reads the figures of all organisations in one transaction,
protects and freezes them; the second sets them as PDFs, which takes seconds, from the frozen figures alone.
"""

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.disclosure import RULE_VERSION
from organisations import runs
from organisations.models import Programme, Run, User
from organisations.scope import every_organisation
from reporting.figures import measure
from reporting.models import LANGUAGES, Report, ReportFile
from reporting.periods import Quarter, check_quarter, last_ended_quarter
from reporting.snapshots import hash_of, make_snapshot

COMPUTE, RENDER = "compute_report", "render_report"


@transaction.atomic
def request_report(programme: Programme, quarter: Quarter, requested_by: User | None = None) -> Report:
    """Ask for the report of a quarter. Whoever asks again, or at the same time, gets the same report.

    A report whose making had failed is tried again. Raises ValidationError for a quarter that can't be reported.
    """
    check_quarter(quarter, programme.starts_on)
    report, _is_new = programme.reports.get_or_create(
        year=quarter.year,
        quarter=quarter.number,
        version=1,
        defaults={"cut_off": quarter.ends_at, "requested_by": requested_by},
    )
    if report.is_frozen:
        _submit(report, "rendering", RENDER, requested_by)
    else:
        _submit(report, "run", COMPUTE, requested_by)
    return report


def request_due_report(programme: Programme) -> Report | None:
    """Ask for the report of the quarter that ended last, unless somebody has."""
    quarter = last_ended_quarter()
    if quarter.last_day < programme.starts_on or programme.reports.of_quarter(quarter).exists():
        return None
    return request_report(programme, quarter)


def compute_report(run: Run) -> dict:
    """Freeze the figures, then have the files written. Frozen figures are never computed again."""
    report = Report.objects.select_for_update(of=("self",)).get(pk=run.args["report"])
    if not report.is_frozen:
        runs.report_progress(run, 1, 2, _("Counting"))
        freeze(report)
    _submit(report, "rendering", RENDER, run.requested_by)
    return {"report": report.pk, "hash": report.snapshot_hash}


def freeze(report: Report) -> None:
    with every_organisation():
        snapshot = make_snapshot(report.programme, report.period, measure(report.programme, report.period))
    report.figures, report.snapshot_hash = snapshot, hash_of(snapshot)
    report.rule_version, report.frozen_at = RULE_VERSION, timezone.now()
    report.save(update_fields=["figures", "snapshot_hash", "rule_version", "frozen_at"])


def render_report(run: Run) -> dict:
    """Write the report in each language. The same figures give the same bytes."""
    report = Report.objects.select_related("programme").get(pk=run.args["report"])
    digests = {}
    for done, language in enumerate(LANGUAGES):
        runs.report_progress(run, done, len(LANGUAGES), _("Setting the pages"))
        digests[language] = write_file(report, language).digest
    return {"report": report.pk, "files": digests}


def build_now(programme: Programme, quarter: Quarter) -> Report:
    """Make and keep the report here and now, without a worker."""
    report = request_report(programme, quarter)
    for _step in (COMPUTE, RENDER):
        runs.carry_out(report.current_run.pk)
        report.refresh_from_db()
    if not report.is_complete:
        raise runs.CannotFinish(
            _("The report could not be finished; its job says why, or a worker is at it.")
        )
    return report


def write_file(report: Report, language: str) -> ReportFile:
    from reporting.documents import write_pdf  # WeasyPrint takes a second to import; only workers need it

    return keep_file(report, language, write_pdf(report, language))


def keep_file(report: Report, language: str, content: bytes) -> ReportFile:
    """Keep a file as it is; one that was handed out is never replaced."""
    file, _is_new = ReportFile.objects.get_or_create(
        report=report,
        language=language,
        media_type="application/pdf",
        defaults={
            "content": content,
            "digest": hashlib.sha256(content).hexdigest(),
            "size": len(content),
        },
    )
    return file


def unsaved_report(programme: Programme, quarter: Quarter) -> Report:
    """A report with its figures and no row: to look at before it is asked for."""
    report = Report(programme=programme, year=quarter.year, quarter=quarter.number, cut_off=quarter.ends_at)
    with every_organisation():
        report.figures = make_snapshot(programme, quarter, measure(programme, quarter))
    report.snapshot_hash, report.rule_version = hash_of(report.figures), RULE_VERSION
    return report


def _submit(report: Report, field: str, kind: str, requested_by: User | None) -> None:
    run = runs.submit(kind, f"{report.period}-{report.version}", requested_by=requested_by, report=report.pk)
    if getattr(report, f"{field}_id") != run.pk:
        setattr(report, field, run)
        report.save(update_fields=[field])

import tempfile
from pathlib import Path

from django.core.exceptions import ValidationError

from organisations.commands import ReportingCommand
from organisations.models import Programme
from organisations.problems import Refused
from organisations.runs import CannotFinish
from reporting import reports
from reporting.models import LANGUAGES
from reporting.periods import Quarter, check_quarter


class Command(ReportingCommand):
    help = (
        "Write the report of a quarter as a PDF. Without --commit nothing is kept but the file; "
        "with it the report is kept as well, and its files are those that the pages give out."
    )

    def add_command_arguments(self, parser):
        parser.add_argument("quarter", help="such as 2026Q3")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")
        parser.add_argument("--language", choices=LANGUAGES, default="en")

    def answer(self, quarter, out, language, commit, **options):
        programme = self.find_programme()
        try:
            period = check_quarter(Quarter.parse(quarter), programme.starts_on)
        except ValidationError as refusal:
            raise Refused(" ".join(refusal.messages)) from refusal
        report, content = self.build(programme, period, language, commit)
        self.write(out, content)
        rules = report.figures["rules"]
        return {
            "report": period.code,
            "version": report.version,
            "language": language,
            "out": str(out),
            "bytes": len(content),
            "hash": report.snapshot_hash,
            "hidden": {"primary": rules["primary"], "secondary": rules["secondary"]},
            "kept": bool(commit),
            "errors": [],
        }

    def build(self, programme, period, language, commit):
        from reporting.documents import write_pdf  # WeasyPrint takes a second to import

        if not commit:
            existing = programme.reports.of_quarter(period).filter(frozen_at__isnull=False).first()
            report = existing or reports.unsaved_report(programme, period)
            return report, write_pdf(report, language)
        try:
            report = reports.build_now(programme, period)
        except CannotFinish as reason:
            raise Refused(str(reason)) from reason
        return report, bytes(report.files.get(language=language).content)

    def find_programme(self):
        programme = Programme.objects.first()
        if programme is None:
            raise Refused(
                "There is no programme yet. Load the demonstration or make one in the administration."
            )
        return programme

    def write(self, out, content):
        """All or nothing: an earlier file stays until the new one is complete."""
        try:
            with tempfile.NamedTemporaryFile(dir=out.parent, prefix=out.name, delete=False) as part:
                part.write(content)
            Path(part.name).chmod(0o644)
            Path(part.name).replace(out)
        except OSError as error:
            raise Refused(f"“{out}” can't be written: {error.strerror}.") from error

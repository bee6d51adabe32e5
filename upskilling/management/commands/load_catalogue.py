from pathlib import Path

from organisations.commands import ReportingCommand
from organisations.models import Programme
from organisations.problems import Refused
from upskilling.catalogue_files import SAMPLE, load_catalogue


class Command(ReportingCommand):
    help = "Load a catalogue of courses (CSV or XLSX), or say what it would change and what is wrong with it."

    def add_command_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", type=Path, default=SAMPLE, metavar="FILE", help="else the sample catalogue"
        )

    def answer(self, *, file, **options):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Refused(f"The file {file} can't be read: {error.strerror}.") from error
        outcome = load_catalogue(Programme.objects.get(), content)
        return {
            "rows": outcome.created + outcome.updated + outcome.unchanged,
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
            "unused": outcome.unused,
            "warnings": [warning.as_dict() for warning in outcome.warnings],
            "errors": [],
        }

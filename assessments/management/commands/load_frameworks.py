from pathlib import Path

from assessments.frameworks import DATA, load_frameworks
from organisations.commands import ReportingCommand


class Command(ReportingCommand):
    help = "Loads the competence frameworks and the maps between them that are not loaded yet, as drafts."

    def add_command_arguments(self, parser):
        parser.add_argument("--directory", type=Path, default=DATA, help="where the JSON files are")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish what has no published version yet, as the first set-up does",
        )

    def answer(self, *, directory, publish, **options):
        return {**load_frameworks(directory, publish=publish), "errors": []}

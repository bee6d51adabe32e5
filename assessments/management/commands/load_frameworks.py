from pathlib import Path

from assessments.frameworks import DATA, load_frameworks
from organisations.commands import ReportingCommand


class Command(ReportingCommand):
    help = "Loads the competence frameworks and the maps between them that are not loaded yet."

    def add_command_arguments(self, parser):
        parser.add_argument("--directory", type=Path, default=DATA, help="where the JSON files are")

    def answer(self, *, directory, **options):
        return {**load_frameworks(directory), "errors": []}

from pathlib import Path

from django.utils.translation import gettext as _

from assessments import importing, matching, previewing
from assessments.asking import question, told
from assessments.models import ResultImport
from assessments.pix_exports import Export
from assessments.pix_files import read_export
from organisations.commands import ReportingCommand
from organisations.models import Organisation
from organisations.problems import Refused


class Command(ReportingCommand):
    help = "Imports an export of Pix (profiles, assessment, exam or certification) and says what it holds."
    organisation_option = True

    def add_command_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the CSV file as Pix wrote it")
        parser.add_argument("--rows", action="store_true", help="list every participation too")
        parser.add_argument(
            "--people", action="store_true", help="say for every line whose it is, or why it waits"
        )
        parser.add_argument(
            "--competences",
            type=split,
            default=(),
            metavar="1.1,1.2,...",
            help="the competences of an assessment whose file does not name them, in the order of its columns",
        )
        parser.add_argument(
            "--badge",
            action="append",
            default=[],
            dest="badges",
            metavar="NAME",
            help="the name of a badge that the file does not name; once for each, in the order of the columns",
        )

    def answer(self, *, organisation, file, rows, people, competences, badges, **options):
        content = read_bytes(file)
        answers = {"competences": competences, "badges": badges}
        export = told(read_export(content), **answers)
        asked = question(organisation, export)
        found = matching.match(organisation, export)
        doubts = previewing.doubts(export, found, previewing.known_keys(organisation, export))
        result_import = new_import(organisation, file.name, export, content, answers)
        outcome = importing.save_results(result_import, export, found)
        return {
            **export.summary(),
            **({"question": asked} if asked else {}),
            **({"rows": export.rows()} if rows else {}),
            **({"whose": matching.whose(organisation, export, found)} if people else {}),
            "import": result_import.pk,
            **outcome,
            "warnings": [warning.as_dict() for warning in [*doubts, *export.warnings]],
            "errors": [],
        }

    def changed_nothing(self, answer):
        return not any(answer.get(name) for name in ("created", "superseded", "attached"))


def read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(
            _("%(file)s can't be read: %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from error


def split(codes: str) -> list[str]:
    return codes.replace(",", " ").split()


def new_import(
    organisation: Organisation, name: str, export: Export, content: bytes, answers
) -> ResultImport:
    file = previewing.kept_file(organisation, name, content, None)
    said = previewing.said_by(export)
    return ResultImport.objects.create(organisation=organisation, file=file, report=said, answers=answers)

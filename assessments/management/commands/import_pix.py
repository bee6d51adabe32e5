from pathlib import Path

from django.utils.translation import gettext as _

from assessments import importing
from assessments.asking import question
from assessments.models import Kind, ResultImport
from assessments.pix_assessments import AssessmentExport
from assessments.pix_exports import Export
from assessments.pix_files import read_export
from organisations.commands import ReportingCommand
from organisations.models import Organisation, StoredFile
from organisations.problems import Refused


class Command(ReportingCommand):
    help = "Imports an export of Pix (profiles, assessment, exam or certification) and says what it holds."
    organisation_option = True

    def add_command_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the CSV file as Pix wrote it")
        parser.add_argument("--rows", action="store_true", help="list every participation too")
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

    def answer(self, *, organisation, file, rows, competences, badges, **options):
        content = read_bytes(file)
        export = told(read_export(content), competences, badges)
        asked = question(organisation, export)
        doubts, outcome = self.save(organisation, new_file(organisation, file.name, content), export)
        return {
            **export.summary(),
            **({"question": asked} if asked else {}),
            **({"rows": export.rows()} if rows else {}),
            **outcome,
            "warnings": [warning.as_dict() for warning in [*doubts, *export.warnings]],
            "errors": [],
        }

    def save(self, organisation, file, export):
        found = importing.match(organisation, export)
        if export.kind != Kind.PROFILES:
            return [], importing.counts_of_people(export, found)
        doubts = importing.doubts(export, found, importing.known_keys(organisation, export))
        result_import = ResultImport.objects.create(organisation=organisation, file=file, kind=export.kind)
        return doubts, importing.save_results(result_import, export, found)

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
    return [code.strip() for code in codes.split(",")]


def told(export: Export, competences: list[str], badges: list[str]) -> Export:
    """The export with what somebody said about it; only an assessment leaves anything to be said."""
    if not competences and not badges:
        return export
    if not isinstance(export, AssessmentExport):
        raise Refused(_("Only the competences and badges of an assessment can be named."))
    return export.told(competences or None, badges)


def new_file(organisation: Organisation, name: str, content: bytes) -> StoredFile:
    return StoredFile.objects.keep(organisation, name, content, None)

from pathlib import Path

from django.utils.translation import gettext as _

from assessments import importing
from assessments.models import Kind, ResultImport
from assessments.pix_files import read_export
from organisations.commands import ReportingCommand
from organisations.models import Organisation, StoredFile
from organisations.problems import Refused


class Command(ReportingCommand):
    help = "Imports an export of Pix Orga (profiles collection) and says what it holds."
    organisation_option = True

    def add_command_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the CSV file as Pix Orga wrote it")
        parser.add_argument("--rows", action="store_true", help="list every participation too")

    def answer(self, *, organisation, file, rows, **options):
        content = read_bytes(file)
        collection = read_export(content)
        found = importing.match(organisation, collection)
        doubts = importing.doubts(collection, found, importing.known_keys(organisation, collection))
        outcome = importing.save_results(new_import(organisation, file.name, content), collection, found)
        return {
            **collection.summary(),
            **({"rows": collection.rows()} if rows else {}),
            **outcome,
            "warnings": [warning.as_dict() for warning in [*doubts, *collection.warnings]],
            "errors": [],
        }

    def changed_nothing(self, answer):
        return not (answer["created"] or answer["superseded"] or answer["attached"])


def read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(
            _("%(file)s can't be read: %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from error


def new_import(organisation: Organisation, name: str, content: bytes) -> ResultImport:
    file = StoredFile.objects.keep(organisation, name, content, None)
    return ResultImport.objects.create(organisation=organisation, file=file, kind=Kind.PROFILES)

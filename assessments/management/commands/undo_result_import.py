from dataclasses import asdict

from assessments.models import ResultImport
from assessments.undoing import undo_import
from organisations.commands import ReportingCommand
from organisations.problems import Refused
from organisations.scope import every_organisation, only


class Command(ReportingCommand):
    help = "Take a committed import of results back, or say what taking it back would do."

    def add_command_arguments(self, parser):
        parser.add_argument("number", metavar="NUMBER", type=int, help="the number that import_pix gave")

    def answer(self, number, **options):
        with every_organisation():
            found = ResultImport.objects.filter(pk=number).values_list("organisation_id", flat=True).first()
        if found is None:
            raise Refused(f"There is no import of results {number}.")
        with only(found):
            undone = undo_import(ResultImport.objects.get(pk=number))
        return {"import": number, **asdict(undone)}

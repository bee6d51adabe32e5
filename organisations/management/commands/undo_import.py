from organisations.commands import ReportingCommand
from organisations.models import PeopleImport
from organisations.problems import Refused
from organisations.scope import every_organisation, only
from organisations.undoing import undo_import


class Command(ReportingCommand):
    help = "Take a committed import of people back, or say what taking it back would do."

    def add_command_arguments(self, parser):
        parser.add_argument(
            "change_set", metavar="CHANGE_SET", type=int, help="the number that import_people gave"
        )

    def answer(self, change_set, **options):
        with every_organisation():
            found = (
                PeopleImport.objects.filter(pk=change_set).values_list("organisation_id", flat=True).first()
            )
        if found is None:
            raise Refused(f"There is no change set {change_set}.")
        with only(found):
            people_import = PeopleImport.objects.get(pk=change_set)
            undone = undo_import(people_import)
        return {
            "change_set": change_set,
            "restored": undone.restored,
            "removed": undone.removed,
            "left": [
                {"person": left.person_id, "name": left.name, "reason": left.reason} for left in undone.left
            ],
        }

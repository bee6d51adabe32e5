"""Load the demonstration, the same at every run; or list its logins."""

from django.conf import settings

from organisations.commands import ReportingCommand
from organisations.models import Organisation
from organisations.problems import Refused
from organisations.scope import every_organisation
from pilot.demonstration import story


class Command(ReportingCommand):
    help = "Make three invented organisations with four quarters of the pilot behind them."

    def add_command_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is an organisation already"
        )
        parser.add_argument("--logins", action="store_true", help="only list who can sign in")

    def answer(self, *, if_empty, logins, **options):
        if logins:
            return {"logins": story.logins()}
        if settings.IN_PRODUCTION:
            raise Refused("The demonstration has well-known passwords: it is not loaded in production.")
        present = set(Organisation.objects.values_list("slug", flat=True))
        if present and (if_empty or present >= set(story.ORGANISATIONS)):
            return {"organisations": {}, "note": "The demonstration is there already; nothing was changed."}
        if present:
            raise Refused("There are other organisations already. The demonstration needs an empty database.")
        with every_organisation():
            return {"organisations": story.tell()}

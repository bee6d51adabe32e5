from assessments.models import Connection
from assessments.sealing import CannotOpen, reseal
from organisations.commands import ReportingCommand
from organisations.problems import Refused
from organisations.scope import every_organisation


class Command(ReportingCommand):
    help = (
        "Seal all kept secrets with the first of SEALING_KEYS; afterwards the others are not needed any more."
    )

    def answer(self, **options):
        with every_organisation():
            connections = list(Connection.objects.select_for_update(of=("self",)).order_by("pk"))
            try:
                for connection in connections:
                    connection.sealed_secret = reseal(connection.sealed_secret)
            except CannotOpen:
                raise Refused("A secret was sealed with a key that SEALING_KEYS does not name.") from None
            Connection.objects.bulk_update(connections, ["sealed_secret"])
        return {"resealed": len(connections)}

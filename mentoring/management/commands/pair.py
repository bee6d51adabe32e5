from organisations.commands import ReportingCommand
from organisations.problems import Refused
from organisations.runs import CannotFinish


class Command(ReportingCommand):
    help = "Propose the best pairs of mentors and mentees for one round of an organisation."
    organisation_option = True

    def add_command_arguments(self, parser):
        parser.add_argument(
            "--round", type=int, metavar="ID", help="id of the round (else the one under way)"
        )

    def answer(self, organisation, **options):
        from mentoring.pairing import pair  # brings arrays and the solver, which other commands do without

        mentoring_round = self.find_round(organisation, options["round"])
        try:
            outcome = pair(mentoring_round)
        except CannotFinish as refusal:
            raise Refused(str(refusal)) from refusal
        return {**outcome.as_dict(), "round": mentoring_round.pk, "errors": []}

    def find_round(self, organisation, pk):
        if pk is None:
            found = organisation.mentoring_rounds.under_way().first()
            reason = f"No round of “{organisation.slug}” is under way. Open one on its mentoring page."
        else:
            found = organisation.mentoring_rounds.filter(pk=pk).first()
            reason = f"“{organisation.slug}” has no round {pk}."
        if found is None:
            raise Refused(reason)
        return found

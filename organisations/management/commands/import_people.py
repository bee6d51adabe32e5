from pathlib import Path

from organisations.commands import ReportingCommand
from organisations.importing import check_upload, commit_import, problems_of
from organisations.problems import Problem, Refused

KEYS = ("rows", "create", "update", "unchanged", "leave", "refused", "encoding", "separator")


class Command(ReportingCommand):
    help = (
        "Enrol the people of a staff file (CSV or XLSX), or say what it would do and what is wrong with it."
    )
    organisation_option = True

    def add_command_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="the staff file")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADER=FIELD",
            help="what a column holds; without FIELD, the column is left out",
        )

    def answer(self, organisation, file, **options):
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise Refused(f"The file {file} can't be read: {error.strerror}.") from error
        chosen = _columns(options["map"])
        people_import = check_upload(organisation, Path(file).name, content, None, chosen)
        problems = problems_of(people_import)
        counts = {name: value for name, value in people_import.counts.items() if name in KEYS}
        answer = {**counts, "refused": [problem.as_dict() for problem in problems]}
        try:
            if problems:
                raise Refused(problems)
            commit_import(people_import)
        except Refused as refusal:
            refusal.answer = answer
            raise
        if options["commit"]:
            answer["change_set"] = None if self.changed_nothing(answer) else people_import.pk
        return answer

    def changed_nothing(self, answer):
        return not (answer["create"] or answer["update"] or answer["leave"])


def _columns(choices):
    chosen = {}
    for choice in choices:
        header, equals, field = choice.rpartition("=")
        if not equals:
            raise Refused([Problem(f"--map {choice} is not understood. Write --map HEADER=FIELD.")])
        chosen[header] = field.strip()
    return chosen

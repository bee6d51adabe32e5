import os
from pathlib import Path

from organisations.commands import ReportingCommand
from organisations.importing import check_upload, commit_import, problems_of
from organisations.problems import Problem, Refused
from organisations.uploads import check_size, staff_file_limits

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
            people_import = check_upload(
                organisation, Path(file).name, _content(file), None, _columns(options["map"])
            )
        except Refused as refusal:
            refusal.answer = _unread(refusal, options["commit"])
            raise
        problems = problems_of(people_import)
        counts = {name: value for name, value in people_import.counts.items() if name in KEYS}
        answer = {**counts, "refused": [problem.as_dict() for problem in problems]}
        if options["commit"]:
            answer["change_set"] = None
        try:
            if problems:
                raise Refused(problems)
            commit_import(people_import)
        except Refused as refusal:
            refusal.answer = answer
            raise
        if options["commit"] and not self.changed_nothing(answer):
            answer["change_set"] = people_import.pk
        return answer

    def changed_nothing(self, answer):
        return not (answer["create"] or answer["update"] or answer["leave"])


def _content(file):
    """Never more than we take: a file of gigabytes is refused by its size."""
    limits = staff_file_limits()
    try:
        with Path(file).open("rb") as opened:
            check_size(os.fstat(opened.fileno()).st_size, limits)
            content = opened.read(limits.size + 1)
    except OSError as error:
        raise Refused(f"The file {file} can't be read: {error.strerror}.") from error
    check_size(len(content), limits)
    return content


def _unread(refusal, commit):
    """The same keys for a file that is refused as a whole."""
    answer = dict.fromkeys(KEYS, 0) | {"encoding": "", "separator": ""}
    answer["refused"] = [problem.as_dict() for problem in refusal.problems]
    return answer | ({"change_set": None} if commit else {})


def _columns(choices):
    chosen = {}
    for choice in choices:
        header, equals, field = choice.rpartition("=")
        if not equals:
            raise Refused([Problem(f"--map {choice} is not understood. Write --map HEADER=FIELD.")])
        chosen[header] = field.strip()
    return chosen

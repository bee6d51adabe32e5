"""What our management commands have in common: an answer as text or JSON, and no change without `--commit`."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from organisations.models import Organisation
from organisations.problems import Problem, Refused
from organisations.scope import only


class ReportingCommand(BaseCommand):
    """A command that says what it did, or would do.

    Subclasses give `answer(**options)`, which returns a dictionary or raises `Refused`. It runs in a transaction that
    is rolled back unless `--commit` was given. With `organisation_option`, `answer` is called in the scope of the
    organisation that `--organisation` names.
    """

    organisation_option = False
    requires_migrations_checks = False

    def create_parser(self, prog_name, subcommand, **options):
        """Unusable options are refused like any other input: one JSON object where JSON was asked for."""
        parser = super().create_parser(prog_name, subcommand, **options)
        explain = parser.error

        def refuse(message):
            if "--json" not in sys.argv or not getattr(parser, "called_from_command_line", True):
                explain(message)
            problem = Problem(str(message))
            self.print({"errors": [problem.as_dict()]}, as_json=True, committed=False, failed=True)
            sys.exit(1)

        parser.error = refuse
        return parser

    def add_arguments(self, parser):
        if self.organisation_option:
            parser.add_argument(
                "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
            )
        parser.add_argument(
            "--commit", action="store_true", help="keep the changes (without it, nothing is changed)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        self.add_command_arguments(parser)

    def add_command_arguments(self, parser):
        """For arguments of the command's own."""

    def answer(self, **options):
        raise CommandError(f"{type(self).__name__} does not say what it does.")

    def handle(self, *args, **options):
        try:
            answer, failed = self.carry_out(options), False
        except Refused as refusal:
            answer, failed = ({"errors": [problem.as_dict() for problem in refusal.problems]}, True)
            answer = {**getattr(refusal, "answer", {}), **answer}
        self.print(answer, as_json=options["json"], committed=options["commit"], failed=failed)
        if failed:
            sys.exit(1)

    def carry_out(self, options):
        with transaction.atomic():
            if self.organisation_option:
                organisation = self.find_organisation(options["organisation"])
                with only(organisation.pk):
                    answer = self.answer(**{**options, "organisation": organisation})
            else:
                answer = self.answer(**options)
            if not options["commit"] or self.changed_nothing(answer):
                transaction.set_rollback(True)
        return answer

    def changed_nothing(self, answer) -> bool:
        """Whether what was done need not be kept: then not even the upload is noted."""
        return False

    def find_organisation(self, slug):
        organisation = Organisation.objects.filter(slug=slug).first()
        if organisation is None:
            known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise Refused(f"There is no organisation “{slug}”. Known ones: {known or 'none yet'}.")
        return organisation

    def print(self, answer, *, as_json, committed, failed):
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
            return
        for name, value in answer.items():
            if isinstance(value, list):
                self.stdout.write(f"{name}: {len(value)}")
                for item in value:
                    self.stdout.write(f"  {item}")
            else:
                self.stdout.write(f"{name}: {value}")
        if failed:
            self.stdout.write("Refused; nothing was changed.")
        elif not committed:
            self.stdout.write("Nothing was changed. Add --commit to keep it.")

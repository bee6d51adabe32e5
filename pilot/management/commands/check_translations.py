from contextlib import chdir

from django.core.management import BaseCommand, CommandError, call_command
from django.core.management.commands import makemessages

from pilot.translations import COMPLETE_LANGUAGES, LOCALE, gaps, read_template


class Extraction(makemessages.Command):
    """Collects the strings of the code and leaves the translations as they are."""

    requires_system_checks = ()

    def write_po_file(self, potfile, locale):
        pass


class Command(BaseCommand):
    help = "Names every string that is not translated where it must be."
    requires_system_checks = ()

    def handle(self, **options):
        template = LOCALE / "django.pot"
        LOCALE.mkdir(exist_ok=True)
        try:
            with chdir(LOCALE.parent):
                call_command(
                    Extraction(),
                    locale=list(COMPLETE_LANGUAGES),
                    keep_pot=True,
                    ignore_patterns=["tests/*", "benchmarks/*", "dev.py"],
                    verbosity=0,
                )
            missing = list(gaps(read_template(template)))
        finally:
            template.unlink(missing_ok=True)
        for sentence in missing:
            self.stderr.write(sentence)
        if missing:
            raise CommandError(f"{len(missing)} strings are not translated.")
        self.stdout.write("The translations are complete.")

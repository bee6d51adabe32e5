"""Several management commands in one process, given as JSON: `[["migrate", "--no-input"]]`."""

import json
import os
import sys

import django
from django.core.management import call_command, get_commands


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot.settings")
    django.setup()
    known = get_commands()
    for name, *arguments in json.loads(sys.argv[1]):
        if name in known:
            call_command(name, *arguments)


if __name__ == "__main__":
    main()

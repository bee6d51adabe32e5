"""Several management commands in one process, given as JSON: `[["migrate", "--no-input"]]`."""

import json
import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot.settings")
    django.setup()
    for name, *arguments in json.loads(sys.argv[1]):
        call_command(name, *arguments)


if __name__ == "__main__":
    main()

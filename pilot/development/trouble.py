"""What went wrong, as one sentence for whoever typed the command."""

import shutil
import sys
from pathlib import Path

LEAST_FREE = 200 * 2**20  # bytes; a new database with the demonstration data takes about half of it


class Trouble(Exception):
    """Ends the command with its sentence and exit code 1, without a traceback."""


def say(message: object) -> None:
    """To standard error: standard output belongs to what the command was asked for."""
    print(message, file=sys.stderr, flush=True)


def disk_full(place: Path) -> Trouble:
    return Trouble(f"The disk that holds {place} is full: make some room and run the command again.")


def require_space(place: Path) -> None:
    """Say so before a server finds out in the middle of a write."""
    if shutil.disk_usage(place).free < LEAST_FREE:
        raise disk_full(place)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, to print below the sentence."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])

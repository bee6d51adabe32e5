"""The part of `dev.py` that needs the environment: `run`, `manage` and `bench`."""

import errno
import sys

from pilot.development.bench import bench
from pilot.development.local import LOCAL
from pilot.development.manage import manage
from pilot.development.run import run
from pilot.development.stopping import stop_on_signals
from pilot.development.trouble import Trouble, disk_full, say

COMMANDS = {"run": run, "manage": manage, "bench": bench}


def main(name: str, *arguments: str) -> int | None:
    stop_on_signals()
    try:
        return COMMANDS[name](list(arguments))
    except Trouble as trouble:
        say(trouble)
    except KeyboardInterrupt:
        return 0 if name == "run" else 130
    except PermissionError as error:
        say(f"This account may not write {error.filename}: was it made by another account?")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say(disk_full(LOCAL))
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

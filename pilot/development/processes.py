"""Child processes that never outlive us, and the ports and accounts they need."""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pilot.development.trouble import Trouble

PR_SET_PDEATHSIG = 1
THROW_AWAY = "pilot-throw-away-"


def package_directory(name: str) -> Path:
    """Where a wheel's files are, found without running its code."""
    specification = importlib.util.find_spec(name)
    if specification is None or not specification.submodule_search_locations:
        raise Trouble(f"The package {name} is not installed: run python3 dev.py setup.")
    return Path(specification.submodule_search_locations[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Trouble(f"Only root may listen on port {port}: choose one above 1023 with --port N.") from None
        except OSError:
            return False
    return True


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the signal when this process dies, even by `kill -9`."""
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return ask_the_kernel


def throw_away_directory(account: pwd.struct_passwd | None = None) -> Path:
    """A private directory named after this process; what killed processes left behind is removed on the way.

    With an account, where that account can reach it.
    """
    place = Path(tempfile.gettempdir())
    if account and not can_read(place, account):
        place = Path("/var/tmp")  # noqa: S108 – mkdtemp makes a private directory in it
    for left in place.glob(f"{THROW_AWAY}*"):
        owner = left.name.removeprefix(THROW_AWAY).partition("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{THROW_AWAY}{os.getpid()}-", dir=place))


def server_account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, which it refuses; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("PG_RUN_AS"), "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            if name:
                return pwd.getpwnam(name)
    raise Trouble(
        "PostgreSQL does not run as root, and there is no account to run it as: name one in PG_RUN_AS."
    )


def can_read(path: Path, account: pwd.struct_passwd) -> bool:
    """Can that account reach and read the path, by the mode bits?"""
    for place in (path, *path.parents):
        status = place.stat()
        if status.st_uid == account.pw_uid:
            bits = status.st_mode >> 6
        elif status.st_gid == account.pw_gid:
            bits = status.st_mode >> 3
        else:
            bits = status.st_mode
        needed = 0o5 if place == path else 0o1
        if bits & needed != needed:
            return False
    return True


def working_in(directory: Path) -> list[int]:
    """The live processes with this working directory; a zombie has none and does not count."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(directory):
                found.append(int(entry.name))
    return found


def wait_until(ready: Callable[[], bool], process: subprocess.Popen, seconds: float) -> bool:
    """Wait for a server; False when it ended or took too long."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.02)
    return False


def end(process: subprocess.Popen, first: signal.Signals, then: signal.Signals, seconds: float) -> None:
    """Ask politely, wait, then insist."""
    if process.poll() is not None:
        return
    process.send_signal(first)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(then)
        process.wait(5)

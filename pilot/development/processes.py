"""Child processes that never outlive us, and the ports and accounts they need."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from pilot.development.trouble import Trouble

PR_SET_PDEATHSIG = 1


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
            raise Trouble(
                f"Only root may listen on port {port}: choose one above 1023 with --port N."
            ) from None
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

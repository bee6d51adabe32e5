"""Starts the processes of the platform, restarts one that ends by itself, and stops them all together."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from pilot.development.local import ROOT
from pilot.development.processes import die_with_parent, end
from pilot.development.trouble import Trouble, last_lines, say

TRIES = 3  # deaths of one process …
TRIES_WITHIN = 60  # … in this many seconds end the supervisor
LONGEST_START = 60
PATIENCE = 8  # seconds for all processes together to end by themselves


@dataclass
class Program:
    """One process that is to run all the time."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGTERM),
                start_new_session=True,
            )

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    def __init__(self, logs: Path):
        self.logs = logs
        self.programs: list[Program] = []

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> Program:
        program = Program(name, command, environment | {"PYTHONUNBUFFERED": "1"}, self.logs / f"{name}.log")
        self.programs.append(program)
        program.start()
        return program

    def watch(self) -> None:
        """Never returns; raises Trouble once a program cannot be kept alive."""
        while True:
            for program in self.programs:
                self.revive(program)
            time.sleep(0.3)

    def revive(self, program: Program) -> None:
        if not program.has_ended:
            return
        now = time.monotonic()
        program.deaths = [death for death in program.deaths if now - death < TRIES_WITHIN] + [now]
        if len(program.deaths) >= TRIES:
            raise Trouble(
                f"The {program.name} process ended {TRIES} times within {TRIES_WITHIN} seconds; "
                f"the end of {program.log} says:\n{last_lines(program.log)}"
            )
        say(f"The {program.name} process ended; starting it again.")
        program.start()

    def wait_for_web(self, port: int) -> None:
        """Until the web process answers a request, whatever the answer is."""
        limit = time.monotonic() + LONGEST_START
        while not answers(port):
            for program in self.programs:
                self.revive(program)
            if time.monotonic() > limit:
                raise Trouble(
                    f"The web process did not answer within {LONGEST_START} seconds: see {self.logs}."
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """All at once, then each in turn; a run that is cut short is taken up again at the next start."""
        for program in self.programs:
            if program.process and not program.has_ended:
                program.process.terminate()
        limit = time.monotonic() + PATIENCE
        for program in self.programs:
            if program.process:
                end(
                    program.process,
                    signal.SIGTERM,
                    signal.SIGKILL,
                    seconds=max(0.1, limit - time.monotonic()),
                )
                kill_group(program.process.pid)


def kill_group(leader: int) -> None:
    """What a killed process left behind: each program leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()

"""The supervisor keeps processes alive, gives up with a sentence, and takes them all along."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pilot.development.processes import die_with_parent
from pilot.development.supervisor import Supervisor
from pilot.development.trouble import Trouble

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]
FAIL = [sys.executable, "-c", "raise SystemExit('no such table')"]


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.stop()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_was_killed_is_started_again(supervisor, capsys):
    program = supervisor.start("worker", SLEEP, dict(os.environ))
    first = program.process
    first.kill()
    first.wait()

    supervisor.revive(program)

    assert program.process.pid != first.pid
    assert is_alive(program.process.pid)
    assert capsys.readouterr().err == "The worker process ended; starting it again.\n"


def test_a_process_that_cannot_live_ends_everything_with_the_end_of_its_log(supervisor):
    supervisor.start("worker", FAIL, dict(os.environ))

    with pytest.raises(Trouble, match=r"(?s)^The worker process ended 3 times .*no such table"):
        supervisor.watch()


def test_stop_ends_all_processes(supervisor):
    pids = [supervisor.start(name, SLEEP, dict(os.environ)).process.pid for name in ("web", "worker")]

    supervisor.stop()

    assert not any(map(is_alive, pids))


def test_a_process_that_does_not_listen_is_killed(supervisor, monkeypatch):
    monkeypatch.setattr("pilot.development.supervisor.PATIENCE", 0.5)
    program = supervisor.start("worker", STUBBORN, dict(os.environ))
    time.sleep(0.3)

    supervisor.stop()

    assert not is_alive(program.process.pid)


def test_a_child_dies_with_a_parent_that_was_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        text=True,
        cwd=os.getcwd(),
        env=dict(os.environ),
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    end = time.monotonic() + 5
    while is_running(child) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_running(child)


def is_running(pid):
    """A zombie does not run; nobody collects it where init is missing."""
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


PARENT = f"""
import signal, subprocess, time
from pilot.development.processes import {die_with_parent.__name__}
child = subprocess.Popen(["sleep", "60"], preexec_fn=die_with_parent(signal.{signal.SIGTERM.name}))
print(child.pid, flush=True)
time.sleep(60)
"""

"""`dev.py run`: everything, until Ctrl-C or SIGTERM."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from pilot.development.local import (
    LOCAL,
    LOGS,
    ROOT,
    RUNNING,
    SERVERS,
    announced,
    kept_secrets,
    refuse_second_instance,
    running_instance,
    this_checkout,
)
from pilot.development.preparation import prepare
from pilot.development.processes import is_free
from pilot.development.servers import Servers
from pilot.development.stopping import ignore_signals
from pilot.development.supervisor import Supervisor
from pilot.development.trouble import Trouble, say

MANAGE = [sys.executable, str(ROOT / "manage.py")]
CELERY = [sys.executable, "-m", "celery", "--app", "pilot"]
WORKER = [
    *CELERY,
    "worker",
    "--concurrency",
    "2",
    "--loglevel",
    "info",
    "--without-gossip",
    "--without-mingle",
]
BEAT = [*CELERY, "beat", "--loglevel", "info", "--pidfile=", "--schedule", str(LOCAL / "beat-schedule")]


def run(arguments: list[str]) -> None:
    port = wanted_port(arguments)
    address = f"http://127.0.0.1:{port}"
    with only_instance():
        require_free(port)
        LOGS.mkdir(exist_ok=True)
        with Servers(SERVERS, kept_secrets()) as servers:
            shared = {
                "PILOT_ENVIRONMENT": "development",
                "SITE_ADDRESS": address,
                "PIX_STUB_ADDRESS": f"http://127.0.0.1:{port + 1}",
                **os.environ,
                **servers.environment,
            }
            prepare(shared | {"PILOT_PROCESS": "manage"}, demonstration=True)
            supervise(port, address, shared, servers.environment)


@contextlib.contextmanager
def only_instance() -> Iterator[None]:
    """The right to start the servers. An instance that is just ending gets the time to do so."""
    patience = time.monotonic() + 15
    while True:
        with this_checkout() as is_ours:
            if is_ours:
                yield
                return
        if running_instance() or time.monotonic() > patience:
            raise refuse_second_instance()
        time.sleep(0.2)


def wanted_port(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py run")
    parser.add_argument("--port", type=port_number, default=8000, metavar="N")
    return parser.parse_args(arguments).port


def port_number(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def require_free(port: int) -> None:
    """A web process whose supervisor was killed takes a few seconds to let go of its port."""
    patience = time.monotonic() + (10 if RUNNING.exists() else 0)
    while not is_free(port):
        if time.monotonic() > patience:
            raise Trouble(
                f"Port {port} is in use by another program: end that, or choose another with --port N."
            )
        time.sleep(0.1)


def supervise(port: int, address: str, shared: dict[str, str], announcement: dict[str, str]) -> None:
    """The web process first: people wait for it, and jobs can wait for the others."""
    supervisor = Supervisor(LOGS)
    try:
        supervisor.start("web", web_server(port), shared | {"PILOT_PROCESS": "web"})
        logins = start_listing_logins(shared)
        supervisor.wait_for_web(port)
        supervisor.start("worker", WORKER, shared | {"PILOT_PROCESS": "worker", "C_FORCE_ROOT": "1"})
        supervisor.start("beat", BEAT, shared | {"PILOT_PROCESS": "beat"})
        if is_free(port + 1):
            stub = [sys.executable, "-m", "pilot.development.pix_stub", str(port + 1)]
            supervisor.start("pix", stub, shared | {"PILOT_PROCESS": "manage"})
        supervisor.start("sweep", [*MANAGE, "watch_runs"], shared | {"PILOT_PROCESS": "sweep"})
        with announced(address, announcement):
            print(f"Ready: {address}", flush=True)
            print_logins(logins)
            supervisor.watch()
    finally:
        ignore_signals()
        say("Stopping …")
        supervisor.stop()


def web_server(port: int) -> list[str]:
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:pilot.gunicorn"]
    return [*gunicorn, "--bind", f"127.0.0.1:{port}"]


def start_listing_logins(shared: dict[str, str]) -> subprocess.Popen[str]:
    """Beside the web process, which takes as long to start."""
    return subprocess.Popen(
        [*MANAGE, "demo", "--logins", "--json"],
        env=shared | {"PILOT_PROCESS": "manage"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def print_logins(listing: subprocess.Popen[str]) -> None:
    output, _ = listing.communicate()
    logins = [] if listing.returncode else json.loads(output)["logins"]
    if logins:
        print(table([("role", "e-mail", "password"), *(tuple(login.values()) for login in logins)]))
    print("Ctrl-C stops everything; the data are kept.", flush=True)


def table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"  {line}".rstrip() for line in lines)

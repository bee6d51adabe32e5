"""The part of `dev.py` that needs the environment: `run`, `manage` and `bench`."""

import argparse
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from pilot.development.local import (
    LOCAL,
    LOGS,
    ROOT,
    RUNNING,
    SERVERS,
    announced,
    kept_secrets,
    new_secrets,
    refuse_second_instance,
    running_instance,
    this_checkout,
)
from pilot.development.preparation import prepare
from pilot.development.processes import is_free, throw_away_directory
from pilot.development.servers import Servers
from pilot.development.supervisor import Supervisor
from pilot.development.trouble import Trouble, disk_full

OWNERS_COMMANDS = {"migrate", "createcachetable", "sqlmigrate", "flush"}
# Commands that are needed to mend a database or to write code must not wait for a database that is in order.
NEED_NO_DATA = OWNERS_COMMANDS | {"check", "check_translations", "collectstatic", "compilemessages", "help"}
NEED_NO_DATA |= {"makemessages", "makemigrations", "showmigrations", "spectacular"}


# --- run --------------------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> None:
    """Everything, until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="dev.py run")
    parser.add_argument("--port", type=port_number, default=8000, metavar="N")
    port = parser.parse_args(arguments).port
    address = f"http://127.0.0.1:{port}"
    with this_checkout() as is_ours:
        if not is_ours:
            raise refuse_second_instance()
        if not is_free(port):
            raise Trouble(
                f"Port {port} is in use by another program: end that, or choose another with --port N."
            )
        LOGS.mkdir(exist_ok=True)
        with Servers(SERVERS, kept_secrets()) as servers:
            shared = os.environ | servers.environment | {"SITE_ADDRESS": address}
            shared.setdefault("PILOT_ENVIRONMENT", "development")
            prepare(shared | {"PILOT_PROCESS": "manage"}, demonstration=True)
            supervise(port, address, shared, servers.environment)


def port_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


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
    supervisor = Supervisor(LOGS)
    try:
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:pilot.gunicorn",
            "-b",
            f"127.0.0.1:{port}",
        ]
        supervisor.start("web", [*gunicorn, "pilot.wsgi"], shared | {"PILOT_PROCESS": "web"})
        logins = start_listing_logins(shared)
        supervisor.wait_for_web(port)
        celery = [sys.executable, "-m", "celery", "-A", "pilot"]
        supervisor.start(
            "worker",
            [*celery, "worker", "-c", "2", "-l", "info", "--without-gossip", "--without-mingle"],
            shared | {"PILOT_PROCESS": "worker", "C_FORCE_ROOT": "1"},
        )
        supervisor.start(
            "beat",
            [*celery, "beat", "-l", "info", "--pidfile=", "-s", str(LOCAL / "beat-schedule")],
            shared | {"PILOT_PROCESS": "beat"},
        )
        supervisor.start(
            "sweep",
            [sys.executable, str(ROOT / "manage.py"), "watch_runs"],
            shared | {"PILOT_PROCESS": "sweep"},
        )
        with announced(address, announcement):
            print(f"Ready: {address}", flush=True)
            print_logins(logins)
            supervisor.watch()
    finally:
        ignore_signals()
        print("Stopping …", file=sys.stderr, flush=True)
        supervisor.stop()


def start_listing_logins(shared: dict[str, str]) -> subprocess.Popen[str]:
    """Beside the web process, which takes as long to start."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "demo", "--logins", "--json"],
        env=shared | {"PILOT_PROCESS": "manage"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def print_logins(listing: subprocess.Popen[str]) -> None:
    output, _ = listing.communicate()
    if listing.returncode:
        return
    logins = json.loads(output)["logins"]
    rows = [("role", "e-mail", "password"), *((who["role"], who["email"], who["password"]) for who in logins)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print("Ctrl-C stops everything; the data are kept.", flush=True)


# --- manage -----------------------------------------------------------------------------------------------------------


def manage(arguments: list[str]) -> int:
    """One management command, on the running servers or on servers for its own duration."""
    told = False
    while True:
        with this_checkout() as is_ours:
            if is_ours:
                return manage_on_own_servers(arguments)
            if instance := running_instance():
                return call_manage(arguments, os.environ | instance["environment"])
        if not told:
            print("Waiting for another command of this checkout …", file=sys.stderr, flush=True)
            told = True
        time.sleep(0.2)


def manage_on_own_servers(arguments: list[str]) -> int:
    with Servers(SERVERS, kept_secrets()) as servers:
        environment = os.environ | servers.environment | {"PILOT_PROCESS": "manage"}
        if arguments and arguments[0] not in NEED_NO_DATA:
            wanted = servers.embeds_database and arguments[0] != "demo"
            prepare(environment, demonstration=wanted)
        return call_manage(arguments, environment)


def call_manage(arguments: list[str], environment: dict[str, str]) -> int:
    if arguments and arguments[0] in OWNERS_COMMANDS:
        environment = environment | {"DATABASE_URL": environment["MIGRATE_DATABASE_URL"]}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return call(command, environment | {"PILOT_PROCESS": "manage"})


def call(command: list[str], environment: dict[str, str]) -> int:
    """Its exit code, as a shell would tell it. Ctrl-C reaches the command by itself."""
    with subprocess.Popen(command, env=environment) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue
            except SystemExit:
                process.terminate()
                continue
            return code if code >= 0 else 128 - code


# --- bench ------------------------------------------------------------------------------------------------------------


def bench(arguments: list[str]) -> int:
    """The benchmarks, on throw-away servers."""
    place = throw_away_directory()
    try:
        with Servers(place, new_secrets(), throw_away=True) as servers:
            environment = os.environ | servers.environment
            environment |= {"PILOT_ENVIRONMENT": "test", "PILOT_PROCESS": "manage"}
            prepare(environment, demonstration=False)
            return call([sys.executable, "-m", "benchmarks", *arguments], environment)
    finally:
        shutil.rmtree(place, ignore_errors=True)


# --- From the command line --------------------------------------------------------------------------------------------


def stop_on(signals: tuple[signal.Signals, ...]) -> None:
    """Leave through every `finally` and context manager, as Ctrl-C does; a shell's `&` would have us ignore that."""

    def leave(number, frame):
        raise SystemExit(0 if number == signal.SIGTERM else 128 + number)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in signals:
        signal.signal(number, leave)


def ignore_signals() -> None:
    """A second Ctrl-C must not cut the orderly end short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def main() -> int | None:
    stop_on((signal.SIGTERM, signal.SIGHUP))
    name, *arguments = sys.argv[1:]
    try:
        return {"run": run, "manage": manage, "bench": bench}[name](arguments)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if name == "run" else 130
    except PermissionError as error:
        print(
            f"This account may not write {error.filename}: was it made by another account?", file=sys.stderr
        )
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(disk_full(LOCAL), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

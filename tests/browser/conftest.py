"""The platform as people meet it: real servers, a real worker, a real browser, and nothing in the database yet."""

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pilot.development.chromium import find_chromium
from pilot.development.local import ROOT, new_secrets
from pilot.development.preparation import prepare
from pilot.development.processes import free_port
from pilot.development.servers import Servers
from pilot.development.supervisor import Supervisor
from tests.browser.human import DESK, PASSWORD, Human

SCREENSHOTS = ROOT / ".local" / "screenshots"
OWN_SERVERS = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "SECRET_KEY")


@dataclass
class Platform:
    address: str
    environment: dict
    mails: Path

    def manage(self, *arguments):
        """A management command, as an administrator would type it."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make_administrator(self, email):
        """The first account, which whoever runs the platform makes."""
        self.manage(
            "shell",
            "-v0",
            "-c",
            f"from organisations.models import User; User.objects.create_superuser('{email}', '{PASSWORD}')",
        )

    def make_programme_account(self, email, role):
        """What a platform admin does in the administration."""
        self.manage(
            "shell",
            "-v0",
            "-c",
            "from organisations.models import *;"
            f"user = User.objects.create_user('{email}', '{PASSWORD}', name='{email.split('@')[0].title()}');"
            f"ProgrammeMember.objects.create(programme=Programme.objects.get(), user=user, role='{role}')",
        )


@contextlib.contextmanager
def without(names):
    """Other tests of the session need these variables, so they are away for a moment only."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """Web server, worker and sweep on throw-away servers of their own."""
    state = tmp_path_factory.mktemp("platform")
    with contextlib.ExitStack() as stack:
        with without(OWN_SERVERS):
            servers = stack.enter_context(Servers(state / "servers", new_secrets(), throw_away=True))
            environment = os.environ | servers.environment
        port = free_port()
        environment |= {
            "PILOT_ENVIRONMENT": "development",
            "PILOT_PROCESS": "manage",
            "SITE_ADDRESS": f"http://127.0.0.1:{port}",
            "MAIL_DIRECTORY": str(state / "mails"),
            "C_FORCE_ROOT": "1",
        }
        prepare(environment, demonstration=False)
        supervisor = Supervisor(state)
        try:
            gunicorn = [
                "-m",
                "gunicorn",
                "-c",
                "python:pilot.gunicorn",
                "-b",
                f"127.0.0.1:{port}",
                "pilot.wsgi",
            ]
            supervisor.start("web", [sys.executable, *gunicorn], environment | {"PILOT_PROCESS": "web"})
            worker = [
                "-m",
                "celery",
                "-A",
                "pilot",
                "worker",
                "-c",
                "1",
                "--without-gossip",
                "--without-mingle",
            ]
            supervisor.start("worker", [sys.executable, *worker], environment | {"PILOT_PROCESS": "worker"})
            sweep = [str(ROOT / "manage.py"), "watch_runs", "--every", "1"]
            supervisor.start("sweep", [sys.executable, *sweep], environment | {"PILOT_PROCESS": "sweep"})
            supervisor.wait_for_web(port)
            yield Platform(environment["SITE_ADDRESS"], environment, state / "mails")
        finally:
            supervisor.stop()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-sync",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def screenshots(request):
    """A directory for the pictures of one story."""
    directory = SCREENSHOTS / request.module.__name__.rpartition(".test_")[2]
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def meet(chromium, platform, screenshots):
    """Make somebody appear; at the end nobody's browser may have complained."""
    people = []

    def appear(name, viewport=DESK):
        human = Human(chromium, platform, screenshots, name, viewport)
        people.append(human)
        return human

    yield appear
    complaints = {human.name: human.complaints for human in people if human.complaints}
    for human in people:
        human.context.close()
    assert complaints == {}

"""Throw-away servers for the tests, loaded with `-p` because pytest-django reads the settings before any conftest.

Only the controlling process starts servers; the workers of pytest-xdist find them in the environment they inherit.
Tests connect as the owner role, which may make databases; `tests/conftest.py` turns connections into the web role.
"""

import atexit
import os
import shutil

import pytest

from pilot.development.chromium import find_chromium
from pilot.development.local import new_secrets
from pilot.development.places import throw_away_directory
from pilot.development.servers import Servers
from pilot.development.trouble import Trouble

TEMPLATE = "PILOT_TEST_TEMPLATE"
NO_CHROMIUM = "Chromium was not found (in PATH, or named in CHROMIUM)"


def start_servers() -> None:
    """Fill the environment, once for this process and its workers."""
    state = throw_away_directory()
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    try:
        servers = Servers(state, new_secrets(), throw_away=True).__enter__()
    except Trouble as trouble:
        pytest.exit(str(trouble), returncode=1)
    atexit.register(servers.__exit__)
    owner = servers.environment["MIGRATE_DATABASE_URL"]
    os.environ.update(servers.environment, DATABASE_URL=owner, PILOT_ENVIRONMENT="test")
    os.environ[TEMPLATE] = owner.partition("?")[0].rpartition("/")[2]


if TEMPLATE not in os.environ:
    start_servers()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Test databases are copies of the prepared one: its extensions and its grants come along."""
    from django.conf import settings

    settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = os.environ[TEMPLATE]


def pytest_collection_modifyitems(items):
    if find_chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def skipped_browser_tests(config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    return sum(NO_CHROMIUM in str(report.longrepr) for report in skipped)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if os.environ.get("CI") == "true" and skipped_browser_tests(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if count := skipped_browser_tests(config):
        verdict = (
            "CI fails without them" if os.environ.get("CI") == "true" else "what they promise is unchecked"
        )
        terminalreporter.write_line(
            f"BROWSER TESTS SKIPPED: {count}. {NO_CHROMIUM}; {verdict}.", red=True, bold=True
        )


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """The path of the browser; tests that are marked `browser` are skipped without one."""
    return find_chromium()

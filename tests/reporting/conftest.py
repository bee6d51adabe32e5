import socket
from types import SimpleNamespace

import pytest
import time_machine
from celery import current_app

from organisations.runs import ring
from reporting import reports, snapshots
from reporting.periods import Quarter
from tests import make
from tests.reporting.measured import framework, measurements


@pytest.fixture(autouse=True)
def in_november():
    """The third quarter of 2026 is the last one that has ended."""
    with time_machine.travel("2026-11-22 10:00:00+00:00"):
        yield


@pytest.fixture(autouse=True)
def without_a_broker(monkeypatch):
    """Nobody listens in these tests; they carry runs out themselves."""
    rung = []
    monkeypatch.setattr("organisations.runs.ring", rung.append)
    return rung


@pytest.fixture
def broker_at_a_closed_port(monkeypatch):
    """The bell is really rung, and nobody is there."""
    monkeypatch.setattr("organisations.runs.ring", ring)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
    with (
        current_app.connection_for_write(address) as connection,
        current_app.amqp.Producer(connection) as producer,
    ):
        monkeypatch.setattr(
            "organisations.runs.current_app",
            SimpleNamespace(
                send_task=lambda *args, **how: current_app.send_task(*args, producer=producer, **how)
            ),
        )
        yield


@pytest.fixture
def quarter():
    return Quarter(2026, 3)


@pytest.fixture
def report(programme):
    """A report with frozen figures in which nothing is small."""
    return make.report(figures=snapshots.make_snapshot(programme, Quarter(2026, 3), measurements()))


@pytest.fixture
def finished_report(report):
    """As it is handed out: frozen, with a file in each language."""
    for language in ("en", "fr", "de"):
        make.report_file(report, language, f"%PDF in {language}".encode())
    for field, kind in (("run", reports.COMPUTE), ("rendering", reports.RENDER)):
        setattr(report, field, make.run(kind, str(report.period), state="done"))
    report.save()
    return report


@pytest.fixture
def no_database_titles(monkeypatch):
    monkeypatch.setattr(snapshots, "_framework", framework)

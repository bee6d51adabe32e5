"""The embedded servers: in any path, after any end."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from pilot.database_roles import url_for
from pilot.development import local
from pilot.development import run as running
from pilot.development.places import throw_away_directory
from pilot.development.postgres import clear_stale
from pilot.development.processes import free_port, is_free
from pilot.development.servers import Servers
from pilot.development.trouble import Trouble

START = """
import json, signal, sys
from pathlib import Path
from pilot.development.servers import Servers
with Servers(Path(sys.argv[1]), {"secret_key": "s", "owner_password": "o", "web_password": "w"}) as servers:
    print(json.dumps(servers.environment), flush=True)
    signal.pause()
"""


@pytest.fixture
def state(tmp_path):
    place = tmp_path / "Übung mit Leerzeichen" / "servers"
    place.mkdir(parents=True)
    yield place
    if (identity := place / "identity").exists():  # as root, the data lie outside
        for base in ("/var/lib", "/var/tmp"):
            shutil.rmtree(Path(base) / f"pilot-{identity.read_text()}", ignore_errors=True)


@contextlib.contextmanager
def servers_in(state, end):
    """Embedded servers in a process of their own, which `end` ends."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    environment |= {"PYTHONPATH": str(settings.BASE_DIR)}
    command = [sys.executable, "-c", START, state]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield json.loads(process.stdout.readline())
        process.send_signal(end)


def execute(url, statement):
    with contextlib.closing(psycopg2.connect(url)) as database, database, database.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_data_survive_kill_9_in_a_path_with_spaces_and_accents(state):
    with servers_in(state, end=signal.SIGKILL) as first:
        execute(first["MIGRATE_DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    with servers_in(state, end=signal.SIGTERM) as second:
        found = execute(second["DATABASE_URL"], "SELECT answer FROM kept")

    assert found == (42,)
    assert second["REDIS_URL"] != first["REDIS_URL"]


def test_a_pid_file_of_a_killed_server_is_cleared(tmp_path):
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")

    clear_stale(tmp_path)

    assert not (tmp_path / "postmaster.pid").exists()


def test_what_a_killed_test_run_left_is_removed_by_the_next(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for owner in (ended.pid, os.getpid()):
        (tmp_path / f"pilot-throw-away-{owner}-x").mkdir()

    new = throw_away_directory()

    assert set(tmp_path.iterdir()) == {new, tmp_path / f"pilot-throw-away-{os.getpid()}-x"}


def test_a_port_is_free_until_somebody_listens():
    port = free_port()
    assert is_free(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)


def test_a_busy_port_gets_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(running, "only_instance", contextlib.nullcontext)
    monkeypatch.setattr(running, "RUNNING", tmp_path / "nothing runs")
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(
            Trouble, match=f"^Port {port} is in use by another program: end that, or choose another"
        ):
            running.run(["--port", str(port)])


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_cannot_be_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        running.wanted_port(["--port", port])

    assert "--port" in capsys.readouterr().err


def test_logins_are_printed_as_a_table():
    rows = [("role", "e-mail", "password"), ("officer", "officer@pilot.example", "secret")]

    assert running.table(rows) == (
        "  role     e-mail                 password\n  officer  officer@pilot.example  secret"
    )


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    monkeypatch.setattr(local, "RUNNING", tmp_path / "running.json")


def test_a_second_instance_is_told_where_the_first_one_is(checkout):
    announced = local.announced("http://127.0.0.1:8000", {})
    with local.this_checkout() as first, announced, local.this_checkout() as second:
        trouble = local.refuse_second_instance()

    assert (first, second) == (True, False)
    assert str(trouble) == f"This checkout already runs at http://127.0.0.1:8000 (process {os.getpid()})."


def test_what_a_dead_instance_announced_does_not_count(checkout):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    local.write_private(local.RUNNING, json.dumps({"process": dead.pid, "address": "", "environment": {}}))

    assert local.running_instance() is None


def test_secrets_are_kept_and_only_for_us(checkout):
    first = local.kept_secrets()

    assert local.kept_secrets() == first
    assert (local.LOCAL / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == 3


# --- DATABASE_URL and REDIS_URL from outside --------------------------------------------------------------------------


def test_given_servers_replace_the_embedded_ones(monkeypatch, tmp_path):
    given = {
        "DATABASE_URL": "postgres://web@db/p",
        "MIGRATE_DATABASE_URL": "postgres://o@db/p",
        "REDIS_URL": "redis://r",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with Servers(tmp_path, local.new_secrets()) as servers:
        assert {name: servers.environment[name] for name in given} == given


def test_an_account_without_rights_needs_the_owners_address_too(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", os.environ["DATABASE_URL"])  # the owner, who makes no roles
    monkeypatch.delenv("MIGRATE_DATABASE_URL", raising=False)

    with pytest.raises(Trouble, match="name the account that owns the tables in MIGRATE_DATABASE_URL"):
        Servers(tmp_path, local.new_secrets()).__enter__()


def test_a_database_that_does_not_answer_gets_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgres://nobody@127.0.0.1:{free_port()}/pilot")
    monkeypatch.delenv("MIGRATE_DATABASE_URL", raising=False)

    with pytest.raises(Trouble, match="The database in DATABASE_URL cannot be reached"):
        Servers(tmp_path, local.new_secrets()).__enter__()


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_an_address_for_another_role_keeps_the_server_and_its_options():
    url = url_for(
        "pilot_web", "p@ss/word", "postgres://admin:x@db.example:6000/postgres?sslmode=require", "pilot"
    )

    assert url == "postgres://pilot_web:p%40ss%2Fword@db.example:6000/pilot?sslmode=require"


@pytest.mark.django_db
def test_the_web_role_owns_nothing_and_inherits_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
                   EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid),
                   ARRAY(SELECT (granted.rolname, inherit_option, set_option)::text FROM pg_auth_members
                         JOIN pg_roles granted ON granted.oid = roleid WHERE member = pg_roles.oid)
            FROM pg_roles WHERE rolname = 'pilot_web'
            """
        )
        assert cursor.fetchone() == (True, False, False, False, False, False, ["(pilot_platform,f,t)"])


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["pilot_web", "pilot_platform"])
def test_neither_role_may_make_tables(role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role])
        assert cursor.fetchone() == (False,)

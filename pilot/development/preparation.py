"""Brings a database to what the code expects: tables, frameworks, catalogue, demonstration data.

A fingerprint of all that this depends on is kept in the database itself, so that a second start skips it.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from psycopg2 import sql

from pilot.database_roles import connect
from pilot.development.local import LOGS, ROOT
from pilot.development.trouble import Trouble, disk_full, last_lines, say

MIGRATIONS = [["migrate", "--no-input", "--verbosity=0"]]
REFERENCE_DATA = [["load_frameworks", "--publish", "--commit"], ["load_catalogue", "--commit"]]
DEMONSTRATION = [["demo", "--if-empty", "--commit"]]


def prepare(environment: dict[str, str], *, demonstration: bool) -> None:
    """Do what is not yet done. `environment` is that of a process of ours, with both database URLs."""
    owner_url, wanted = environment["MIGRATE_DATABASE_URL"], fingerprint()
    with_demonstration = wanted + " and demonstration"
    if prepared_as(owner_url) in ({with_demonstration} if demonstration else {wanted, with_demonstration}):
        return
    say("Preparing the database …")
    call_commands(MIGRATIONS, environment | {"DATABASE_URL": owner_url})
    call_commands(REFERENCE_DATA + (DEMONSTRATION if demonstration else []), environment)
    remember(owner_url, with_demonstration if demonstration else wanted)


def call_commands(commands: list[list[str]], environment: dict[str, str]) -> None:
    """In one process of their own: the settings belong to one role."""
    done = subprocess.run(
        [sys.executable, "-m", "pilot.development.management", json.dumps(commands)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if "No space left on device" in done.stderr:
        raise disk_full(ROOT)
    if done.returncode:
        LOGS.mkdir(parents=True, exist_ok=True)
        log = LOGS / "preparation.log"
        log.write_text(done.stderr)
        raise Trouble(f"The database could not be prepared; the end of {log} says:\n{last_lines(log, 5)}")


def ingredients() -> Iterator[Path]:
    yield ROOT / "requirements.lock"
    for pattern in ("*/migrations/*.py", "*/data/**/*", "*/management/commands/load_*.py"):
        yield from sorted(path for path in ROOT.glob(pattern) if path.is_file())


def fingerprint() -> str:
    digest = hashlib.sha256()
    for path in ingredients():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def prepared_as(owner_url: str) -> str | None:
    with connect(owner_url) as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]


def remember(owner_url: str, value: str) -> None:
    with connect(owner_url) as cursor:
        name = sql.Identifier(cursor.connection.info.dbname)
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(value)))

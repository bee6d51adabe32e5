"""The servers that all processes use: embedded ones, or those that DATABASE_URL and REDIS_URL name."""

import contextlib
import os
from pathlib import Path

import psycopg2

from pilot.database_roles import DATABASE, OWNER, WEB, is_administrator, prepare_database, url_for
from pilot.development.postgres import Postgres
from pilot.development.trouble import Trouble, require_space
from pilot.development.valkey import Valkey


class Servers(contextlib.AbstractContextManager):
    """Started on entering, stopped on leaving. `environment` tells every process where they are.

    Throw-away servers forget everything; their owner role may make databases, as tests do.
    """

    def __init__(self, state: Path, secrets: dict[str, str], *, throw_away: bool = False):
        self.state, self.secrets, self.throw_away = state, secrets, throw_away
        self.environment: dict[str, str] = {}
        self._started = contextlib.ExitStack()

    def __enter__(self):
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_space(self.state)
        with contextlib.ExitStack() as on_failure:
            on_failure.push(self._started.__exit__)
            self.environment = {
                **self._database(),
                "REDIS_URL": os.environ.get("REDIS_URL") or self._start(Valkey).url,
                "SECRET_KEY": os.environ.get("SECRET_KEY") or self.secrets["secret_key"],
            }
            on_failure.pop_all()
        return self

    def __exit__(self, *exception):
        self._started.close()

    @property
    def embeds_database(self) -> bool:
        """Is the database ours to fill? A given one may hold real data."""
        return not os.environ.get("DATABASE_URL")

    def _start(self, kind):
        server = kind(self.state, throw_away=self.throw_away)
        self._started.callback(server.stop)
        server.start()
        return server

    def _database(self) -> dict[str, str]:
        if self.embeds_database:
            return self._prepared(self._start(Postgres).administrator_url, DATABASE)
        given = os.environ["DATABASE_URL"]
        if owner := os.environ.get("MIGRATE_DATABASE_URL"):
            return {"DATABASE_URL": given, "MIGRATE_DATABASE_URL": owner}
        if not self._may_administer(given):
            raise Trouble(
                "The account in DATABASE_URL cannot make roles: name the account that owns the tables in "
                "MIGRATE_DATABASE_URL as well."
            )
        named = given.partition("?")[0].rpartition("/")[2]
        return self._prepared(given, DATABASE if named in ("", "postgres") else named)

    @staticmethod
    def _may_administer(url: str) -> bool:
        try:
            return is_administrator(url)
        except psycopg2.OperationalError as error:
            raise Trouble(f"The database in DATABASE_URL cannot be reached: {str(error).strip()}") from error

    def _prepared(self, administrator_url: str, database: str) -> dict[str, str]:
        owner, web = self.secrets["owner_password"], self.secrets["web_password"]
        prepare_database(administrator_url, database, owner, web, for_tests=self.throw_away)
        return {
            "DATABASE_URL": url_for(WEB, web, administrator_url, database),
            "MIGRATE_DATABASE_URL": url_for(OWNER, owner, administrator_url, database),
        }

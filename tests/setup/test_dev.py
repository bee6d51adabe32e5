"""dev.py itself: what it says when something is missing."""

import os
import runpy
import subprocess
import sys
from collections import namedtuple

import pytest
from django.conf import settings

DEV = settings.BASE_DIR / "dev.py"
Usage = namedtuple("Usage", "total used free")


class Script:
    """dev.py's names, replaceable for one test."""

    def __init__(self, names, monkeypatch):
        self.names, self.monkeypatch = names, monkeypatch

    def __getattr__(self, name):
        return self.names[name]

    def replace(self, **replacements):
        for name, value in replacements.items():
            self.monkeypatch.setitem(self.names["main"].__globals__, name, value)


@pytest.fixture
def dev(monkeypatch):
    return Script(runpy.run_path(str(DEV)), monkeypatch)


def test_it_needs_nothing_but_the_standard_library():
    done = subprocess.run([sys.executable, "-I", "-S", DEV, "help"], capture_output=True, text=True)

    assert done.returncode == 0
    assert "python3 dev.py run" in done.stdout


def test_an_unknown_command_shows_the_commands():
    done = subprocess.run([sys.executable, DEV, "walk"], capture_output=True, text=True)

    assert done.returncode == 2
    assert "python3 dev.py run" in done.stdout


def test_an_older_python_gets_one_sentence():
    pretend = (
        f"import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_path({str(DEV)!r}, run_name='__main__')"
    )

    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed; this is ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("[Errno -3] Temporary failure in name resolution", "There is no network, and unpacking needs it"),
        (
            "error: Failed to fetch: dns error: failed to lookup address",
            "There is no network, and unpacking needs it",
        ),
        ("OSError: [Errno 28] No space left on device", "is full: make about 1.5 GB of room"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "Unpacking failed:\nTHESE PACKAGES DO NOT MATCH"),
    ],
)
def test_a_failed_installation_is_explained(dev, output, sentence):
    assert sentence in str(dev.explain(output, "unpacking"))


def test_a_full_disk_is_noticed_before_anything_is_installed(dev, monkeypatch, tmp_path):
    dev.replace(is_made_from=lambda lock: False)
    monkeypatch.setattr("shutil.disk_usage", lambda place: Usage(10, 10, 0))

    with pytest.raises(dev.Trouble, match=r"^The disk that holds .* is full"):
        dev.make_environment(dev.RUN_LOCK)


def test_without_apt_the_missing_libraries_are_named(dev, monkeypatch, tmp_path):
    dev.replace(LOCAL=tmp_path, missing_libraries=lambda: ["libpango-1.0.so.0", "libharfbuzz.so.0"])
    monkeypatch.setattr("shutil.which", lambda name: None)

    with pytest.raises(dev.Trouble, match=r"^Making PDFs needs HarfBuzz, Pango: install them"):
        dev.find_libraries()


def test_the_libraries_of_this_machine_are_used_when_they_are_all_there(dev, monkeypatch, tmp_path):
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    dev.replace(LOCAL=tmp_path, missing_libraries=list)

    dev.find_libraries()

    assert "LD_LIBRARY_PATH" not in os.environ


def test_the_environment_is_made_anew_when_the_lock_or_the_place_changes(dev, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n")
    first = dev.fingerprint(lock)
    lock.write_text("a==2\n")
    second = dev.fingerprint(lock)
    dev.replace(VENV=tmp_path / "elsewhere")

    assert len({first, second, dev.fingerprint(lock)}) == 3


def test_the_font_configuration_stands_a_path_with_any_sign(dev, monkeypatch, tmp_path):
    place = tmp_path / "Übung & <Probe>"
    fonts = place / "lib" / "python3.11" / "site-packages" / "font_source_sans_pro" / "files"
    fonts.mkdir(parents=True)
    monkeypatch.setenv("FONTCONFIG_FILE", "")
    dev.replace(VENV=place, LOCAL=place)

    dev.name_fonts()

    assert "Übung &amp; &lt;Probe&gt;/lib" in (place / "fonts.conf").read_text()
    assert os.environ["FONTCONFIG_FILE"] == str(place / "fonts.conf")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_a_hash_for_each_package_and_no_address(name):
    lines = (settings.BASE_DIR / name).read_text().splitlines()
    packages = [line for line in lines if "==" in line]

    assert packages
    assert all(line.endswith("\\") for line in packages)
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    assert not [line for line in lines if " @ " in line]


def test_the_development_set_contains_the_other_one():
    def pinned(name):
        lines = (settings.BASE_DIR / name).read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if "==" in line}

    assert pinned("requirements.lock") < pinned("requirements-dev.lock")

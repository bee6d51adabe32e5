"""docker-compose.yml and Dockerfile, read without an engine: whatever they name must exist."""

import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service.get("image") == "pilot"}
STEPS = {"roles", "migrate", "reference-data"}
DOCKERFILE = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
INSTRUCTIONS = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line and line[0] not in "# "]


def test_all_processes_and_servers_are_there():
    assert {"proxy", "web", "worker", "beat", "sweep", "database", "broker"} | STEPS == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_names_only_what_is_declared(name):
    service = SERVICES[name]

    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    if "build" in service:
        assert (ROOT / service["build"] / "Dockerfile").exists()


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_that_variables_point_to_are_handed_over(name):
    environment = SERVICES[name].get("environment", {})
    files = {value for key, value in environment.items() if key.endswith("_FILE")}

    assert files <= {
        f"/run/secrets/{secret}" for secret in SERVICES[name].get("secrets", [])
    } | unused_by_steps(name)


def unused_by_steps(name):
    """The steps inherit the others' variables; only what they read must be there."""
    return (
        {f"/run/secrets/{secret}" for secret in ("secret_key", "sealing_keys", "database_url", "redis_url")}
        if name == "roles"
        else set()
    )


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root(name):
    assert SERVICES[name]["user"] not in ("root", "0", "0:0")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - STEPS))
def test_what_runs_all_the_time_is_asked_for_its_health_and_started_again(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_the_steps_come_one_after_the_other_and_before_all_processes():
    def waits_for(name):
        return {
            other for other, how in SERVICES[name]["depends_on"].items() if "completed" in how["condition"]
        }

    assert waits_for("migrate") == {"roles"}
    assert waits_for("reference-data") == {"migrate"}
    assert {name for name in OURS - STEPS if waits_for(name) == {"reference-data"}} == OURS - STEPS


def test_only_the_migration_step_logs_in_as_the_owner():
    holders = {
        name for name, service in SERVICES.items() if "migrate_database_url" in service.get("secrets", [])
    }

    assert holders == {"migrate"}


def test_the_broker_keeps_what_it_has_and_forgets_nothing():
    command = " ".join(SERVICES["broker"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert SERVICES["broker"]["volumes"] == ["broker:/data"]


def test_workers_scale_out():
    assert "container_name" not in SERVICES["worker"]
    assert "ports" not in SERVICES["worker"]
    assert "replicas" in SERVICES["worker"]["deploy"]


def commands_of_the_image():
    for name in sorted(OURS):
        yield f"{name}: command", SERVICES[name].get("command")
        check = SERVICES[name]["healthcheck"].get("test")
        yield f"{name}: health", check and (check[1:] if check[0] == "CMD" else ["sh", "-c", check[1]])
    yield "image: command", yaml.safe_load(dict(INSTRUCTIONS)["CMD"])


@pytest.mark.parametrize(
    "command", [pytest.param(command, id=name) for name, command in commands_of_the_image()]
)
def test_a_command_of_the_image_exists(command):
    for words in parts(command or []):
        program = shutil.which(words[0], path=f"{Path(sys.executable).parent}:/usr/bin:/bin")
        assert program, words
        if words[0] == "python":
            assert_python_finds(words[1:])


def parts(command):
    if command[:2] != ["sh", "-c"]:
        return [command] if command else []
    return [shlex.split(part) for part in command[2].split("&&")]


def assert_python_finds(words):
    if words[0] == "-m":
        assert (ROOT / f"{words[1].replace('.', '/')}.py").exists()
    elif words[0] == "manage.py":
        assert words[1] in get_commands()
    else:
        checks = runpy.run_path(str(ROOT / words[0]))["CHECKS"]
        assert words[1] in checks
        assert is_copied(words[0])


def copied_paths():
    for instruction, arguments in INSTRUCTIONS:
        if instruction == "COPY" and not arguments.startswith("--from"):
            yield from arguments.split()[:-1]


def is_copied(path):
    return any(path == copied or path.startswith(copied.rstrip("/") + "/") for copied in copied_paths())


@pytest.mark.parametrize("path", list(copied_paths()))
def test_what_the_image_copies_exists_and_reaches_the_builder(path):
    ignored = (ROOT / ".dockerignore").read_text().split()

    assert (ROOT / path).exists()
    assert f"!{path}" in ignored or f"!{path.split('/')[0]}/" in ignored


def test_the_image_holds_every_app():
    apps = {app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()}

    assert {f"{app}/" for app in apps} <= set(copied_paths())


def test_the_image_runs_as_somebody_who_is_not_root_and_installs_only_what_the_lock_names():
    instructions = dict(INSTRUCTIONS)

    assert instructions["USER"] == "pilot"
    assert "pip install --no-cache-dir --disable-pip-version-check --require-hashes" in DOCKERFILE


def test_the_secrets_that_compose_hands_over_are_made(tmp_path):
    made = runpy.run_path(str(ROOT / ".docker" / "make_secrets.py"))
    made["make_secrets"](tmp_path)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    made["make_secrets"](tmp_path)

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == before
    assert set(before) | {"tls_certificate", "tls_key"} == set(COMPOSE["secrets"])
    assert before["web_password"] in before["database_url"]
    assert before["broker_password"] in before["redis_url"]

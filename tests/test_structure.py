"""What holds for the code base as a whole."""

import ast
from pathlib import Path

import pytest

from organisations.models import Role
from pilot.navigation import IN_ORGANISATION, IN_PROGRAMME

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "organisations": set(),
    "assessments": {"organisations"},
    "mentoring": {"assessments", "organisations"},
    "upskilling": {"assessments", "organisations"},
    "reporting": {"mentoring", "upskilling", "assessments", "organisations"},
    "pilot": {"reporting", "mentoring", "upskilling", "assessments", "organisations"},
}
APPS = [app for app in MAY_IMPORT if app != "pilot"]


def sources(app):
    return sorted(path for path in (ROOT / app).rglob("*.py") if "__pycache__" not in path.parts)


def imported_modules(path):
    """Every module named in an import statement, also in those inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_imports_between_apps_run_one_way(app):
    forbidden = MAY_IMPORT.keys() - MAY_IMPORT[app] - {app}
    crossing = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(app)
        for module in imported_modules(path)
        if module.partition(".")[0] in forbidden
    }
    assert crossing == set()


@pytest.mark.parametrize("app", APPS)
def test_views_and_the_api_read_through_the_request(app):
    """`Model.objects` in a view is a filter that somebody will forget."""
    modules = [
        path for path in sources(app) if path.name in ("views.py", "api.py") or path.parent.name == "views"
    ]
    allowed = {
        "organisations/views/invitations.py": 1,  # is there an account with the invited address
    }
    for path in modules:
        name = str(path.relative_to(ROOT))
        found = sum(
            isinstance(node, ast.Attribute) and node.attr == "objects"
            for node in ast.walk(ast.parse(path.read_text()))
        )
        assert found == allowed.get(name, 0), f"{name} says .objects {found} times"


@pytest.mark.parametrize("app", APPS)
def test_domain_modules_know_neither_requests_nor_tasks(app):
    interfaces = {"views", "urls", "api", "admin", "tasks"}
    outside = {
        "apps.py",
        "tasks.py",
        "views.py",
        "urls.py",
        "api.py",
        "admin.py",
        "api_access.py",
        "access.py",
    }
    for path in sources(app):
        if path.name in outside or {"views", "management", "migrations"} & set(path.parts):
            continue
        for module in imported_modules(path):
            assert not (
                module.partition(".")[0] in APPS
                and module.split(".")[1:2]
                and module.split(".")[1] in interfaces
            ), f"{path.relative_to(ROOT)} imports {module}"


def test_only_the_fixed_places_stand_at_the_top():
    import subprocess

    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    fixed = set(
        "manage.py pyproject.toml README.md pilot organisations assessments mentoring upskilling reporting templates "
        "static tests docker-compose.yml".split()
    )
    needed = set(
        "dev.py Dockerfile .ci locale benchmarks docs requirements.lock requirements-dev.lock .gitignore .dockerignore "
        ".docker".split()
    )
    assert {name.partition("/")[0] for name in tracked if name} <= fixed | needed


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("places", [IN_ORGANISATION, IN_PROGRAMME])
def test_the_rail_names_few_places(role, places):
    """More than seven are searched rather than seen."""
    assert len([place for place in places if role in place.roles]) <= 7


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_translated_strings_are_marked_as_the_extractor_knows(app):
    """It looks for `_` and the functions' own names; a string behind any other name is never translated."""
    unknown = {
        f"{path.relative_to(ROOT)} says {alias.asname}"
        for path in sources(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname not in (None, "_")
    }
    assert unknown == set()

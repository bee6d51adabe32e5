"""What must be true before a web server or worker may start."""

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import OperationalError, connection

from assessments import sealing

QUESTION = """
    SELECT current_user,
           rolsuper,
           rolbypassrls,
           EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')),
           EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles granted ON granted.oid = m.roleid
                   WHERE m.member = pg_roles.oid AND m.inherit_option AND granted.rolname <> current_user)
    FROM pg_roles WHERE rolname = current_user
"""


@register(Tags.database)
def the_fences_hold(app_configs, databases, **kwargs):
    """Refuse a database account that row-level security would not stop."""
    if not databases or settings.PROCESS not in ("web", "worker"):
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(QUESTION)
            name, is_superuser, bypasses, owns_tables, inherits = cursor.fetchone()
    except OperationalError as error:
        return [Error(f"The database can't be reached: {error}", id="pilot.E002")]
    faults = [
        fault
        for fault, is_so in [
            ("is a superuser", is_superuser),
            ("bypasses row-level security", bypasses),
            ("owns tables", owns_tables),
            ("inherits the rights of another role", inherits),
        ]
        if is_so
    ]
    if not faults:
        return []
    return [
        Error(
            f"The database account “{name}” {' and '.join(faults)}: one organisation could see another's data.",
            hint=f"Let DATABASE_URL log in as {settings.WEB_ROLE} (python -m pilot.database_roles makes it).",
            id="pilot.E001",
        )
    ]


@register(Tags.security)
def the_sealing_keys_fit(app_configs, **kwargs):
    """Refuse keys that nothing can be sealed with, before somebody types a secret."""
    if settings.PROCESS not in ("web", "worker"):
        return []
    try:
        sealing.seal("")
    except ValueError:
        hint = "python3 .docker/make_secrets.py makes one."
        return [Error("SEALING_KEYS holds something that is no key.", hint=hint, id="pilot.E003")]
    return []


def refuse_unsafe_start():
    """Stop the process with the reason. gunicorn and Celery don't run Django's checks by themselves."""
    problems = [*the_sealing_keys_fit(None), *the_fences_hold(None, ["default"])]
    if problems:
        raise SystemExit("\n".join(f"{problem.msg} {problem.hint or ''}" for problem in problems))

"""Which organisation's rows the database shows and accepts: the second fence.

The web and worker processes log in as `WEB_ROLE`. Its row-level security policies compare every row's organisation
with the setting `app.organisation`. Work across organisations (reports, administration) switches to `PLATFORM_ROLE`,
whose policies let everything through. Both switches end with the transaction at the latest, so a connection that is
used again, or pooled, starts closed.
"""

from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import Error, connection, transaction


class ScopeError(RuntimeError):
    """Something tried to look beyond the organisation that it works for."""


@contextmanager
def only(organisation_id: int):
    """Let the database show and accept rows of one organisation until this block ends."""
    before = _current()
    if before not in (None, "*", organisation_id):
        raise ScopeError("Another organisation is already in scope.")
    with _in_scope(organisation_id, before):
        yield


@contextmanager
def every_organisation():
    """Let the database show and accept rows of all organisations until this block ends.

    For work that is about the programme as a whole. An organisation's own pages never use it.
    """
    before = _current()
    if before not in (None, "*"):
        raise ScopeError("One organisation is in scope; work for all of them can't start inside.")
    with _in_scope("*", before):
        yield


@contextmanager
def as_person(person_id: int):
    """Let the database show and accept one person's private answers, too, until this block ends.

    Only for what that person does themselves, or for a letter to them; inside the scope of their organisation.
    """
    if _current() is None:
        raise ScopeError("A person's answers are private to the scope of their organisation.")
    _answer_as(person_id)
    try:
        yield
    finally:
        # When the transaction is broken the statement fails; then the roll-back undoes the setting as well.
        with suppress(Error):
            _answer_as("")


def _answer_as(person_id):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.person', %s, true)", [str(person_id)])


@contextmanager
def _in_scope(scope, before):
    if not connection.in_atomic_block:
        with transaction.atomic(), _in_scope(scope, None):
            yield
        return
    _switch(scope)
    try:
        yield
    finally:
        # When the transaction is broken the statement fails; then the roll-back undoes the setting as well.
        try:
            _switch(before)
        except Error:
            connection.scope = before


def _current():
    """None (closed), "*" (every organisation) or the id of the one in scope."""
    return getattr(connection, "scope", None) if connection.in_atomic_block else None


def _switch(scope):
    role = settings.PLATFORM_ROLE if scope == "*" else settings.WEB_ROLE
    organisation = "" if scope in (None, "*") else str(scope)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.organisation', %s, true)",
            [role, organisation],
        )
    connection.scope = scope

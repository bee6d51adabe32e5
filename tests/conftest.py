"""The standing cast, and the two sides of the fence.

A test's own thread may arrange and look at everything. What it calls through `client` runs as in production: with the
role that owns nothing and sees no organisation until a guard opens one.
"""

import io
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from organisations import scope
from organisations.models import Role
from tests import make

# Examples are judged by what they give, never by how long they take on a busy machine.
hypothesis_settings.register_profile("untimed", deadline=None, derandomize=True)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Fill the reference data as the owner, then become the web role on every connection."""
    with django_db_blocker.unblock():
        call_command("load_frameworks", "--publish", "--commit", "--json", stdout=io.StringIO())
        with connection.cursor() as cursor:
            # Only tests may empty tables, and only because Django's transactional tests do it that way.
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {settings.WEB_ROLE}")
        connection.close()
    connection_created.connect(_become_the_web_role)
    yield
    connection_created.disconnect(_become_the_web_role)


def _become_the_web_role(connection, **kwargs):
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.WEB_ROLE}")


@pytest.fixture(autouse=True)
def speak_english():
    """A page that an earlier test asked for in another language leaves that language active."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def look_at_everything(request):
    """Let the test itself, in its one transaction, see every organisation."""
    marker = request.node.get_closest_marker("django_db")
    transactional = marker is not None and (
        marker.kwargs.get("transaction") or (marker.args and marker.args[0])
    )
    if "db" not in request.fixturenames or transactional or "transactional_db" in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    cache.clear()
    with scope.every_organisation():
        yield


@contextmanager
def behind_the_fence():
    """Run a block as a request or worker starts: no organisation in scope."""
    if not connection.in_atomic_block:
        yield
        return
    before = connection.scope
    scope._switch(None)
    try:
        yield
    finally:
        scope._switch(before)


class Browser(Client):
    """Django's test client, behind the fence; asserts on each page what must hold for all."""

    def request(self, **request):
        with behind_the_fence():
            response = super().request(**request)
        if response.get("Content-Type", "").startswith("text/html") and not request["PATH_INFO"].startswith(
            "/admin"
        ):
            page = response.content.decode()
            for forbidden in (" style=", " onclick=", " onsubmit=", "<style"):
                assert forbidden not in page, f"{forbidden.strip()} breaks the content security policy"
        return response


@pytest.fixture
def client(db):
    return Browser()


@pytest.fixture
def programme(db):
    return make.programme()


@pytest.fixture
def acme(programme):
    return make.organisation("acme", name="Acme")


@pytest.fixture
def globex(programme):
    return make.organisation("globex", name="Globex")


@pytest.fixture
def hr(acme):
    """An HR manager of Acme."""
    return make.member(acme, Role.HR, email="hr@acme.example")


@pytest.fixture
def staff(acme):
    """A staff member of Acme who signs in; `staff.people.get()` is their record."""
    user = make.member(acme, Role.STAFF, email="staff@acme.example")
    make.person(acme, user=user, email=user.email, first_name="Sam", last_name="Staff")
    return user


@pytest.fixture
def officer(programme):
    return make.programme_member(Role.OFFICER, email="officer@pilot.example")


@pytest.fixture
def committee(programme):
    return make.programme_member(Role.COMMITTEE, email="committee@pilot.example")


@pytest.fixture
def admin_user(db):
    return make.user("admin@pilot.example", is_staff=True, is_superuser=True)


@pytest.fixture
def outsider(globex):
    """An HR manager of another organisation."""
    return make.member(globex, Role.HR, email="hr@globex.example")


@pytest.fixture
def act_behind_the_fence():
    return behind_the_fence

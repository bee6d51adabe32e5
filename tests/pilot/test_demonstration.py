"""The demonstration: the same at every run, and every page of it within its queries."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from assessments.coverage import Shown
from assessments.profiles import pix_competences
from organisations.models import Organisation, Person, Run, User
from organisations.runs import carry_out
from organisations.scope import every_organisation
from pilot.demonstration import story
from pilot.demonstration.people import SETTINGS, invent_staff, staff_file
from reporting.models import Report
from tests.test_rights import ALL
from upskilling.models import Offer

MADE = {
    "ardoise": {"people": 400, "results": 568, "waiting": 5, "pairs": 63, "sessions": 312},
    "belval": {"people": 120, "results": 208, "waiting": 7, "pairs": 9, "sessions": 44},
    "cordier": {"people": 40, "results": 59, "waiting": 1, "pairs": 0, "sessions": 0},
}
MOST_QUERIES = 15
NEEDS_MORE_THAN_A_SLUG = ("<int:", "<str:", "<slug:language>")


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for all tests of this module, and taken away afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", "--commit", "--json", stdout=io.StringIO())
        with every_organisation():
            made = story.tell()
            for run in Run.objects.filter(kind="compute_report").order_by("pk"):
                carry_out(run.pk)
            yield made
        transaction.set_rollback(True)


@pytest.fixture
def look_at_everything(demonstration, db):
    """The module's transaction is open already, with every organisation in scope."""


def test_it_is_the_same_at_every_run(demonstration):
    assert demonstration == MADE


def test_nobody_takes_part_before_they_are_invited(look_at_everything):
    for organisation in Organisation.objects.filter(slug__in=MADE):
        progress = Shown.of(organisation, pix_competences(), seen_by_hr=True).progress()
        assert progress.enrolled >= progress.invited >= progress.started >= progress.shared > 0
    assert Organisation.objects.count() == 3
    assert Report.objects.count() == 4


def test_one_organisation_has_every_measure_and_somebody_to_recognise(demonstration):
    belval = Organisation.objects.get(slug="belval")
    numbers = belval.results.values_list("measure").annotate(Count("pk"), Count("person"), Count("shared_at"))
    imports = belval.result_imports.exclude(report=None)

    assert sorted(numbers) == [
        ("certified", 10, 10, 10),
        ("profile", 160, 156, 138),
        ("self_declared", 6, 6, 6),
        ("share_of_items", 32, 29, 26),
    ]
    assert [each.attached for each in belval.results.filter(identity__decisions__isnull=False)] == [
        "decision"
    ]
    assert [each.report.get("warnings", []) for each in imports] == [[]] * imports.count()


def test_nobody_gets_the_result_of_somebody_else(demonstration):
    belval = Organisation.objects.get(slug="belval")
    attached = belval.results.of_pix().exclude(person=None)

    for last_name, own in attached.values_list("last_name", "person__last_name"):
        assert sorted(last_name) == sorted(own)  # but for two letters that change places


def test_the_invented_staff_depend_on_nothing_but_their_setting():
    from random import Random

    for setting in SETTINGS:
        first, second = (staff_file(invent_staff(setting, Random("seed"))) for _run in range(2))
        assert first == second


def test_loading_it_again_changes_nothing(demonstration):
    people = Person.objects.count()
    answer = io.StringIO()
    call_command("demo", "--commit", "--json", stdout=answer)
    assert "there already" in json.loads(answer.getvalue())["note"]
    assert Person.objects.count() == people


def test_its_logins_work(demonstration, client):
    logins = story.logins()
    assert len(logins) == 9
    for login in logins:
        user = User.objects.get(email=login["email"])
        assert user.check_password(login["password"])


def pages_for(user):
    """Every page without a number in its address that this user may open."""
    slugs = [organisation.slug for organisation in user.roles_by_organisation]
    for name, route, view in ALL:
        roles = getattr(view, "roles", None)
        if roles is None or any(part in route for part in NEEDS_MORE_THAN_A_SLUG):
            continue
        for slug in slugs or ["ardoise"]:
            path = "/" + route.replace("<slug:organisation>", slug).replace("<slug:slug>", slug)
            yield name, path


def is_counted(sql):
    """Without the bookkeeping of the test's own transaction."""
    return not sql.startswith(("SAVEPOINT", "RELEASE")) and "set_config('role'" not in sql


def test_no_page_asks_more_than_fifteen_queries(demonstration, client):
    too_many = {}
    opened = 0
    for login in story.logins():
        user = User.objects.get(email=login["email"])
        client.force_login(user)
        for name, path in pages_for(user):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(path)
            if response.status_code != 200:
                continue
            opened += 1
            number = sum(is_counted(query["sql"]) for query in queries) + 1  # and one to enter the scope
            if number > MOST_QUERIES:
                too_many[f"{login['email']} {name}"] = number
    assert opened > 40
    assert too_many == {}


def test_the_catalogue_is_there(demonstration):
    assert Offer.objects.count() == 43

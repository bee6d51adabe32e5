"""Finding, sorting, taking away and changing many people."""

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organisations import runs
from organisations.importing import check_upload
from organisations.models import PeopleExport, Person, Role, Run
from organisations.people_forms import PeopleFilterForm
from organisations.tidying import request_tidying, tidy
from tests import make


def address(name, *arguments, slug="acme", query=""):
    return reverse(f"organisations:{name}", args=[slug, *arguments]) + query


@pytest.fixture
def signed_in(client, hr):
    client.force_login(hr)
    return client


def names(response):
    return [person.last_name for person in response.context["page"]]


@pytest.fixture
def three(acme):
    boss = make.person(acme, last_name="Boss", staff_number="B1", department="Étude", site="Esch")
    return [
        boss,
        make.person(
            acme, last_name="Klein", department="etude", manager=boss, languages=["de"], site="Belval"
        ),
        make.person(acme, last_name="Weber", department="Vente", hired_on="2020-01-01", job_family="Chef"),
    ]


# --- Filters and sorting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?site=Esch", ["Boss"]),
        ("?job_family=Chef", ["Weber"]),
        ("?manager=B1", ["Klein"]),
        ("?language=de", ["Klein"]),
        ("?account=signs-in", []),
        ("?account=not-invited&q=klein", ["Klein"]),
        ("?department=%C3%89tude", ["Boss", "Klein"]),
        ("?sort=-name", ["Weber", "Klein", "Boss"]),
        ("?sort=site", ["Weber", "Klein", "Boss"]),
        ("?sort=-department", ["Weber", "Klein", "Boss"]),
    ],
)
def test_people_are_filtered_and_sorted(signed_in, three, query, found):
    assert names(signed_in.get(address("people", query=query))) == found


def test_who_is_invited_can_be_found(signed_in, acme, three):
    make.person(acme, last_name="Account", user=make.member(acme, Role.STAFF))
    confirm(signed_in, "invite", person=[three[1].pk])
    found = {
        account: names(signed_in.get(address("people", query=f"?account={account}")))
        for account in ("signs-in", "invited", "not-invited")
    }
    assert found == {"signs-in": ["Account"], "invited": ["Klein"], "not-invited": ["Boss", "Weber"]}


@pytest.mark.parametrize(
    "query",
    [
        "?sort=password",
        "?sort=user__password",
        "?sort=name_key;drop table organisations_person",
        "?sort=--name",
        "?sort=pk",
        "?department=' or 1=1 --",
        "?language=zz",
        "?account=everything",
        "?state=1",
        "?page=99999999999999999999",
        "?page=-1",
        "?manager=%25",
        "?sort=name&sort=-name",
        "?unknown=1",
    ],
)
def test_nonsense_in_the_address_is_answered_like_a_list(signed_in, three, query):
    response = signed_in.get(address("people", query=query))
    assert response.status_code == 200
    assert set(names(response)) <= {"Boss", "Klein", "Weber"}


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'"])
def test_signs_of_patterns_are_only_letters(signed_in, three, acme, sign):
    make.person(acme, last_name=f"Sign{sign}Sign")
    assert names(signed_in.get(address("people"), {"q": f"n{sign}s"})) == [f"Sign{sign}Sign"]


def test_the_heads_of_the_table_say_how_it_is_sorted(signed_in, three):
    page = signed_in.get(address("people", query="?sort=-department")).content.decode()
    assert 'aria-sort="descending"' in page
    assert "?sort=department" in page


def test_no_list_reads_the_whole_table(acme, act_behind_the_fence):
    """With indexes at hand the planner takes them for each order, under the policies, too."""
    from organisations.scope import only

    Person.objects.bulk_create(
        Person(organisation=acme, last_name=f"Name{number}", staff_number=str(number))
        for number in range(200)
    )
    with act_behind_the_fence(), only(acme.pk), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
        )
        for sort in ("name", "department", "site", "job_family"):
            people = PeopleFilterForm({"sort": sort}, organisation=acme).people()
            plan = people.values_list("pk", flat=True)[:50].explain()
            assert f"person_by_{sort}" in plan
            assert "Seq Scan" not in plan
            assert "organisation_id = " in plan


def test_the_keys_are_kept_by_the_database(acme):
    person = make.person(acme, last_name="Éleveur", first_name="Ÿves", email="a@acme.lu")
    Person.objects.filter(pk=person.pk).update(last_name="ÖSTER")
    person = Person.objects.get(pk=person.pk)
    assert (person.name_key, person.search_key) == ("oster\tyves", "yves\toster\ta@acme.lu")


def test_pages_end_somewhere(signed_in, acme, monkeypatch):
    monkeypatch.setattr("organisations.people_forms.MOST_PAGES", 2)
    Person.objects.bulk_create(
        Person(organisation=acme, last_name=f"N{number:03}", staff_number=str(number))
        for number in range(120)
    )
    response = signed_in.get(address("people", query="?page=3"))
    assert response.context["page"].number == 2
    assert "too many to turn page by page" in response.content.decode()


# --- Lists to take away -----------------------------------------------------------------------------------------------


@pytest.fixture
def awkward(acme):
    """People whose values are awkward in a spreadsheet."""
    boss = make.person(acme, last_name="-Dash", staff_number="007", languages=["fr", "de"])
    return [
        boss,
        make.person(
            acme, last_name="=1+1", first_name="+Plus", department="- home", site="-1", manager=boss, email=""
        ),
        make.person(acme, last_name='Quo"te, Comma; Ünï', hired_on="2020-02-29", left_on="2026-01-31"),
        make.person(acme, last_name="Tab", job_family="+352", staff_number="-12", languages=[]),
    ]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_list_taken_away_can_be_imported_again_unchanged(signed_in, acme, awkward, file_format):
    Person.objects.filter(last_name="=1+1").update(last_name="Formula")
    response = signed_in.post(address("export-people", query="?state=all"), {"format": file_format})

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith('attachment; filename="people-acme-')
    counts = check_upload(acme, "again", response.content, None).counts
    assert {name: counts[name] for name in ("rows", "create", "update", "unchanged", "leave", "refused")} == {
        "rows": 4,
        "create": 0,
        "update": 0,
        "unchanged": 4,
        "leave": 0,
        "refused": 0,
    }


def test_no_cell_of_a_list_is_a_formula(signed_in, acme, awkward):
    content = signed_in.post(address("export-people", query="?state=all"), {"format": "csv"}).content
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    content = signed_in.post(address("export-people", query="?state=all"), {"format": "xlsx"}).content
    sheet = load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_the_filter_holds_for_the_list_too(signed_in, acme, globex, three):
    make.person(globex, last_name="Stranger")
    content = signed_in.post(
        address("export-people", query="?q=weber&page=7"), {"format": "nonsense"}
    ).content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["last_name"] for row in rows] == ["Weber"]


def test_a_long_list_is_written_by_a_worker_for_the_one_who_asked(
    signed_in, client, acme, three, settings, hr
):
    settings.EXPORT_AT_ONCE_ROWS = 2

    first = signed_in.post(address("export-people", query="?sort=-name"), {"format": "csv"})
    second = signed_in.post(address("export-people", query="?sort=-name"), {"format": "csv"})

    export = acme.people_exports.get()
    assert first.url == second.url == address("people-export", export.pk)
    assert Run.objects.get(kind="export_people").args == {"export": export.pk}
    assert signed_in.get(address("download-people-export", export.pk)).status_code == 404
    runs.carry_out(export.run_id)
    assert "HX-Refresh" in signed_in.get(first.url, headers={"HX-Request": "true"})
    assert address("download-people-export", export.pk) in signed_in.get(first.url).content.decode()
    response = signed_in.get(address("download-people-export", export.pk))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    rows = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert [row["last_name"] for row in rows] == ["Weber", "Klein", "Boss"]

    client.force_login(make.member(acme, Role.HR))
    for name in ("people-export", "download-people-export"):
        assert client.get(address(name, export.pk)).status_code == 404


def test_lists_taken_away_are_forgotten(acme, hr):
    export = PeopleExport.objects.create(
        organisation=acme, format="csv", requested_by=hr, file=make.stored_file(acme)
    )
    assert tidy(acme)["exports"] == 0
    PeopleExport.objects.filter(pk=export.pk).update(requested_at=timezone.now() - timedelta(days=8))
    assert tidy(acme)["exports"] == 1
    assert not acme.files.exists()


# --- One change for many ----------------------------------------------------------------------------------------------


def confirm(client, act, value="", *, query="", **choice):
    """Go through the page that counts, and confirm."""
    page = client.post(address("change-people", query=query), {"act": act, **choice})
    form = page.context["form"]
    entries = {"act": act, **choice, "value": value}
    entries |= {name: form.initial[name] for name in ("expected", "wish")}
    return entries, client.post(address("change-people", query=query), entries)


def test_a_change_counts_first_and_happens_once(signed_in, acme, three):
    page = signed_in.post(address("change-people"), {"act": "site", "person": [three[0].pk, three[1].pk]})
    assert "Do this for 2 people" in page.content.decode()
    assert "This is about 2 people." in page.content.decode()
    assert not acme.people_changes.exists()

    entries, response = confirm(signed_in, "site", "  Belval ", person=[three[0].pk, three[1].pk])
    again = signed_in.post(address("change-people"), entries)

    assert (response.status_code, again.status_code) == (302, 302)
    assert [person.site for person in acme.people.by_name()] == ["Belval", "Belval", ""]
    change = acme.people_changes.get()
    assert (change.act, change.value, change.number) == ("site", "Belval", 2)


def test_all_that_match_are_changed_and_nobody_else(signed_in, acme, globex, three):
    stranger = make.person(globex, department="Vente")
    confirm(signed_in, "job_family", "Vendeur", query="?department=Vente", everybody="on")
    assert list(acme.people.by_name().values_list("job_family", flat=True)) == ["", "", "Vendeur"]
    stranger.refresh_from_db()
    assert stranger.job_family == ""


def test_a_count_that_has_changed_is_shown_again(signed_in, acme, three):
    page = signed_in.post(address("change-people"), {"act": "department", "everybody": "on"})
    form = page.context["form"]
    make.person(acme)
    entries = {"act": "department", "everybody": "on", "value": "IT", **form.initial}
    response = signed_in.post(address("change-people"), entries)
    assert response.status_code == 409
    assert response.context["number"] == 4
    assert not acme.people.filter(department="IT").exists()


def test_leavers_lose_their_roles_and_keep_their_records(signed_in, client, acme, staff):
    sam = staff.people.get()
    confirm(signed_in, "left_on", timezone.localdate().isoformat(), person=[sam.pk])
    sam.refresh_from_db()
    assert sam.left_on == timezone.localdate()
    assert sam.user == staff
    assert not staff.memberships.exists()


@pytest.mark.parametrize(
    ("act", "value", "sentence"),
    [
        ("department", "=1+1", "formula"),
        ("left_on", "", "required"),
        ("left_on", "yesterday", "not a date"),
        ("left_on", "2019-12-31", "hired after that day"),
        ("manager", "nobody", "Nobody enrolled here has this staff number."),
        ("manager", "B1", "is among those chosen"),
    ],
)
def test_what_is_refused_changes_nobody(signed_in, acme, three, act, value, sentence):
    before = list(acme.people.order_by("pk").values())
    _entries, response = confirm(signed_in, act, value, everybody="on")
    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors)
    assert list(acme.people.order_by("pk").values()) == before


def test_reporting_lines_never_go_round_in_a_circle(signed_in, acme, three):
    boss, klein, weber = three
    Person.objects.filter(pk=weber.pk).update(manager=klein)
    _entries, response = confirm(signed_in, "manager", weber.staff_number, person=[boss.pk])
    assert "reports to First" in str(response.context["form"].errors)
    _entries, response = confirm(signed_in, "manager", "B1", person=[weber.pk])
    assert response.status_code == 302
    assert acme.people.get(pk=weber.pk).manager == boss
    confirm(signed_in, "manager", "", person=[weber.pk])
    assert acme.people.get(pk=weber.pk).manager is None


def test_invitations_go_once_to_those_who_need_one(signed_in, acme, three):
    make.person(acme, email="")
    entries, response = confirm(signed_in, "invite", everybody="on")
    assert response.status_code == 302
    signed_in.post(address("change-people"), entries)
    assert acme.invitations.count() == 3


def test_nobody_chosen_is_said(signed_in, acme, globex, three):
    stranger = make.person(globex)
    for choice in (
        {},
        {"act": "site"},
        {"act": "delete", "everybody": "on"},
        {"act": "site", "person": [stranger.pk]},
        {"act": "site", "person": ["x", "9" * 30]},
    ):
        response = signed_in.post(address("change-people"), choice, follow=True)
        assert "Choose people and what to do with them." in response.content.decode()


def test_a_change_needs_its_wish(signed_in, acme, three):
    entries = {"act": "site", "everybody": "on", "value": "X", "expected": "3", "wish": "nonsense"}
    assert signed_in.post(address("change-people"), entries).status_code == 422
    entries |= {"wish": str(uuid.uuid4()), "expected": "nonsense"}
    assert signed_in.post(address("change-people"), entries).status_code == 422
    assert not acme.people.filter(site="X").exists()


def test_tidying_ends_access_on_the_day(acme, staff):
    acme.people.filter(user=staff).update(left_on=timezone.localdate() + timedelta(days=1))
    assert tidy(acme)["left"] == 0
    acme.people.filter(user=staff).update(left_on=timezone.localdate())
    request_tidying()
    request_tidying()
    run = Run.objects.get(kind="tidy_people", organisation=acme)
    runs.carry_out(run.pk)
    assert Run.objects.get(pk=run.pk).outcome["left"] == 1
    assert not staff.memberships.exists()

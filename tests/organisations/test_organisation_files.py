"""Many organisations from one file: looked at first, all or none, each refusal with its line and column."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from organisations import organisation_files
from organisations.licences import Balance, balance
from organisations.models import Organisation
from organisations.problems import Refused
from tests import make

HEADER = "name;short name;legal identifier;kind;sector;size;languages;licences;funder"
GOOD = [
    "Brasserie Dudelange;;B 204 118;private company;industry;small;fr, lb;40;esf",
    "Commune d’Esch;esch;P100200;public;public administration;large;French;;",
]


def table(*rows, header=HEADER):
    return "\n".join([header, *rows]).encode()


def upload(client, content):
    page = reverse("organisations:create-organisations")
    return client.post(page, {"file": SimpleUploadedFile("organisations.csv", content)})


def problems_of(preview):
    return [(problem.line, problem.column, problem.value) for problem in preview.problems]


def test_a_file_is_looked_at_and_then_added_as_a_whole(client, officer):
    client.force_login(officer)
    response = upload(client, table(*GOOD))
    assert response.status_code == 200
    assert not Organisation.objects.exists(), "looking adds nothing"
    preview = response.context["preview"].signed
    page = reverse("organisations:create-organisations")
    assert client.post(page, {"preview": preview}).url == reverse("organisations:programme")
    made = Organisation.objects.order_by("slug")
    assert [(each.slug, each.legal_id, each.kind, each.stage, each.licence_quota) for each in made] == [
        ("brasserie-dudelange", "B204118", "private", "eligible", 40),
        ("esch", "P100200", "public", "eligible", 0),
    ]
    assert balance(made[0]) == Balance(granted=40)
    assert made[0].licence_pots.get().funder == "esf"
    assert [change.by for change in made[1].stage_changes.all()] == [officer]
    assert made[1].checklist.agreement_signed_on is None
    assert client.post(page, {"preview": preview}).status_code == 409, "a second click adds nothing"
    assert Organisation.objects.count() == 2


def test_every_bad_cell_is_named_and_nothing_is_added(client, officer, acme):
    rows = [
        f"Acme again;;{acme.legal_id};private;trade;small;fr;;",
        "Nowhere;;B111111;secret society;trade;small;fr;many;",
        "Twin;twin;B222222;private;trade;small;fr;;",
        "Twin;twin;B 222 222;private;trade;small;xx;;",
    ]
    client.force_login(officer)
    response = upload(client, table(GOOD[0], *rows))
    assert response.status_code == 422
    assert sorted(problems_of(response.context["preview"])) == sorted(
        [
            (3, "legal identifier", acme.legal_id),
            (4, "kind", "secret society"),
            (4, "licences", "many"),
            (6, "short name", "twin"),
            (6, "legal identifier", "B 222 222"),
            (6, "languages", "xx"),
        ]
    )
    page = response.content.decode()
    assert "private company, public body, host of jobseekers" in page, "accepted values are said"
    assert "Line 5 has this legal identifier, too" in page
    assert 'name="preview"' not in page
    assert Organisation.objects.count() == 1


def test_the_preview_says_how_many_seats_and_who_pays(client, officer):
    client.force_login(officer)
    shown = upload(client, table(*GOOD)).context["preview"].with_seats
    assert [(each.slug, number, str(funder)) for each, number, funder in shown] == [
        ("brasserie-dudelange", 40, "European Social Fund Plus"),
        ("esch", 0, ""),
    ]


def test_names_that_look_alike_get_different_short_names(programme):
    rows = [f"Twin;;B{number};private;trade;small;fr;;" for number in range(3)]
    preview = organisation_files.look_at(programme, table(*rows))
    assert [each.slug for each in preview.organisations] == ["twin", "twin-2", "twin-3"]


def test_a_workbook_and_french_headers_are_read_and_languages_may_come_later(programme):
    book = Workbook()
    book.active.append(["Nom", "RCS", "Type", "Secteur", "Taille"])
    book.active.append(["Brasserie", "B204118", "private", "industry", "small"])
    content = io.BytesIO()
    book.save(content)
    preview = organisation_files.look_at(programme, content.getvalue())
    assert [(each.name, each.languages) for each in preview.organisations] == [("Brasserie", [])]
    assert preview.problems == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 nothing", ""),
        (table("A;B;private", header="name;organisation;kind"), "same thing"),
        (table("A;private", header="name;kind"), "columns are missing: legal_id"),
        (table(), "no row below"),
    ],
)
def test_what_is_no_such_file_is_refused(programme, content, sentence):
    with pytest.raises(Refused) as refusal:
        organisation_files.look_at(programme, content)
    assert sentence.replace("legal_id", "legal identifier") in str(refusal.value)


def test_too_many_rows_are_refused(client, officer, settings):
    settings.ORGANISATION_FILE_MAX_ROWS = 1
    client.force_login(officer)
    assert upload(client, table(*GOOD)).status_code == 413


def test_a_preview_that_somebody_changed_is_refused(client, officer):
    client.force_login(officer)
    response = client.post(reverse("organisations:create-organisations"), {"preview": "forged"})
    assert response.status_code == 409
    assert not Organisation.objects.exists()


def test_what_was_taken_meanwhile_is_said_and_nothing_is_added(client, officer):
    client.force_login(officer)
    preview = upload(client, table(*GOOD)).context["preview"].signed
    make.organisation("esch")
    response = client.post(reverse("organisations:create-organisations"), {"preview": preview})
    assert response.status_code == 409
    assert Organisation.objects.count() == 1


def test_many_rows_take_as_many_queries_as_few(programme, officer, django_assert_max_num_queries):
    def make_some(start, number):
        rows = [
            f"O {start + each};;B{start + each:06};private;trade;small;fr;5;state" for each in range(number)
        ]
        preview = organisation_files.look_at(programme, table(*rows))
        return organisation_files.create(programme, preview.signed, officer)

    with django_assert_max_num_queries(16) as few:
        make_some(0, 2)
    with django_assert_max_num_queries(len(few)):
        assert len(make_some(100, 60)) == 60

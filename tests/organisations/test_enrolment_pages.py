"""From a staff file to people: choose, look, confirm."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from organisations.models import Person
from tests import make

STAFF = "Nom;Prénom;E-mail;Matricule\nWeber;Ada;ada@acme.lu;1\nTun;Ben;ben@acme.lu;2\n"


def address(name, *arguments, slug="acme"):
    return reverse(f"organisations:{name}", args=[slug, *arguments])


@pytest.fixture
def signed_in(client, hr):
    client.force_login(hr)
    return client


def upload(client, content, name="staff.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(address("import-people"), {"file": SimpleUploadedFile(name, content)})


def people(acme):
    return list(acme.people.order_by("staff_number").values_list("last_name", "department"))


def test_a_file_is_looked_at_first_and_written_when_confirmed(signed_in, acme, hr):
    response = upload(signed_in, STAFF)
    page = signed_in.get(response.url).content.decode()
    assert "Confirm and write 2 people" in page
    assert "Read as utf-8, columns separated by semicolons." in page
    assert people(acme) == []

    done = signed_in.get(signed_in.post(response.url).url).content.decode()

    assert people(acme) == [("Weber", ""), ("Tun", "")]
    assert "2 people were enrolled." in done
    assert "updated." not in done
    people_import = acme.people_imports.get()
    assert (people_import.state, people_import.created_by, people_import.committed_by) == ("done", hr, hr)


def test_confirming_twice_has_one_effect(signed_in, acme):
    preview = upload(signed_in, STAFF).url
    first, second = signed_in.post(preview), signed_in.post(preview)
    assert (first.status_code, second.status_code, acme.people.count()) == (302, 302, 2)


def test_the_same_file_a_second_time_writes_nothing(signed_in, acme):
    signed_in.post(upload(signed_in, STAFF).url)
    before = list(acme.people.values())

    preview = upload(signed_in, STAFF).url
    assert "nothing to write" in signed_in.get(preview).content.decode()
    done = signed_in.post(preview, follow=True).content.decode()

    assert "nothing was written" in done
    assert list(acme.people.values()) == before


def test_differences_are_shown_in_words(signed_in, acme):
    ada = make.person(acme, last_name="Weber", first_name="Ada", staff_number="1", email="ada@acme.lu")
    text = 'last_name,first_name,staff_number,languages,hired_on\nWeber,Ada,1,"fr,de",2024-03-01\n'

    page = signed_in.get(upload(signed_in, text).url).content.decode()

    assert "working languages: <del>French</del> → <ins>French, German</ins>" in page
    assert "hired on: <del>empty</del> → <ins>2024-03-01</ins>" in page
    assert address("person", ada.pk) in page


def test_every_refused_row_is_shown_with_line_column_value_and_reason(signed_in, acme):
    rows = "".join(f"Name;First;wrong{number};{number}\n" for number in range(1, 301))
    preview = upload(signed_in, "Nom;Prénom;E-mail;Matricule\n" + rows).url

    page = signed_in.get(preview).content.decode()

    assert page.count("This is not an e-mail address.") == 300
    assert "<code>wrong300</code>" in page
    assert "300 rows are refused" in page
    assert "Confirm and write" not in page
    assert signed_in.post(preview).status_code == 422
    assert acme.people.count() == 0


def test_very_many_refused_rows_have_pages(signed_in, acme):
    rows = "".join(f"Name;First;wrong{number};{number}\n" for number in range(1, 602))
    preview = upload(signed_in, "Nom;Prénom;E-mail;Matricule\n" + rows).url

    assert signed_in.get(preview).content.decode().count("This is not an e-mail") == 500
    assert signed_in.get(preview + "?page=2").content.decode().count("This is not an e-mail") == 101
    assert signed_in.get(preview + "?page=nonsense").status_code == 200


def test_a_confirmation_that_people_have_overtaken_shows_the_new_findings(signed_in, acme):
    preview = upload(signed_in, STAFF).url
    make.person(acme, staff_number="1", email="ada@acme.lu")

    response = signed_in.post(preview)

    assert response.status_code == 409
    assert "have changed since you looked" in response.content.decode()
    assert acme.people.count() == 1
    assert signed_in.post(preview).status_code == 302
    assert acme.people.count() == 2


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        ("", 422, "The file is empty."),
        ("%PDF-1.7", 415, "This is a PDF"),
        (bytes(range(256)) * 9, 415, "holds no text"),
        (b"PK\x03\x04broken", 415, "damaged"),
        ("Nom;Pr\0nom\na;b\n", 422, "Line 1: This line holds a NUL character"),
        ("Nom;Nom\na;b\n", 422, "The column name “Nom” stands in columns 1, 2."),
        ("Weber;ada@acme.lu\nTun;ben@acme.lu\n", 422, "There is no line of column names"),
        (";".join(f"c{n}" for n in range(10_000)) + "\n1;2", 413, "more than 200 columns"),
        ("Nom;Ville\nWeber;Esch\n", 422, "No column holds the field first name."),
    ],
)
def test_a_file_that_cannot_be_taken_shows_the_form_with_the_sentence(
    signed_in, acme, content, status, words
):
    response = upload(signed_in, content)
    assert response.status_code == status
    assert words in response.content.decode()
    assert "Nothing was written" in response.content.decode()
    assert (acme.files.count(), acme.people_imports.count()) == (0, 0)


def test_a_file_over_the_limit(signed_in, acme, settings):
    settings.STAFF_FILE_MAX_BYTES = 50
    response = upload(signed_in, STAFF)
    assert response.status_code == 413
    assert "the limit is" in response.content.decode()


def test_no_file_at_all(signed_in):
    response = signed_in.post(address("import-people"))
    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_earlier_files_are_listed_with_a_constant_number_of_queries(
    signed_in, acme, django_assert_max_num_queries
):
    upload(signed_in, STAFF)
    with django_assert_max_num_queries(15) as one:
        signed_in.get(address("import-people"))
    for number in range(3):
        upload(signed_in, STAFF.replace("Weber", f"Weber{'x' * number}y"), f"staff{number}.csv")
    with django_assert_max_num_queries(15) as four:
        page = signed_in.get(address("import-people")).content.decode()
    assert len(one) == len(four)
    assert "staff2.csv" in page


def test_a_file_name_is_shown_and_never_trusted(signed_in, acme):
    response = upload(signed_in, STAFF, "<script>alert(1)</script>.csv")
    assert "<script>alert" not in signed_in.get(response.url).content.decode()


def test_an_import_of_another_organisation_does_not_exist(client, outsider, acme):
    foreign = make.people_import(acme)
    client.force_login(outsider)
    for slug in ("acme", "globex"):
        assert client.get(address("people-import", foreign.pk, slug=slug)).status_code == 404
        assert client.post(address("people-import", foreign.pk, slug=slug)).status_code == 404
    assert Person.objects.count() == 0


def test_platform_admins_find_staff_files_without_what_is_in_them(client, admin_user, acme):
    people_import = make.people_import(acme)
    client.force_login(admin_user)
    for page in (
        reverse("admin:organisations_peopleimport_changelist"),
        reverse("admin:organisations_peopleimport_change", args=[people_import.pk]),
    ):
        response = client.get(page)
        assert response.status_code == 200
        assert "Weber" not in response.content.decode()

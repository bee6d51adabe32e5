"""From a staff file to people: choose, look, confirm."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from organisations import licences
from organisations.models import Funder, Person, Run
from organisations.runs import carry_out
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
    assert "Read as UTF-8, columns separated by semicolons." in page
    assert people(acme) == []

    done = signed_in.get(signed_in.post(response.url).url).content.decode()

    assert people(acme) == [("Weber", ""), ("Tun", "")]
    assert "2 people were enrolled." in done
    assert "updated." not in done
    people_import = acme.people_imports.get()
    assert (people_import.state, people_import.created_by, people_import.committed_by) == ("done", hr, hr)


def test_the_preview_counts_who_is_new_to_the_operation_and_whose_record_lacks_an_answer(signed_in, acme):
    make.esf_record(make.person(acme, staff_number="1", email="ada@acme.lu"))
    page = signed_in.get(upload(signed_in, STAFF).url).content.decode()
    assert "One person is new to the ESF+ operation." in page
    assert "The ESF+ record of one person lacks an answer." in page


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

    assert page.count("This is not an e-mail address.") == 301  # once more as the reason of them all
    assert "<code>wrong300</code>" in page
    assert "300 rows are refused" in page
    assert "Confirm and write" not in page
    assert signed_in.post(preview).status_code == 422
    assert acme.people.count() == 0


def test_very_many_refused_rows_have_pages(signed_in, acme):
    rows = "".join(f"Name;First;wrong{number};{number}\n" for number in range(1, 602))
    preview = upload(signed_in, "Nom;Prénom;E-mail;Matricule\n" + rows).url

    assert signed_in.get(preview).content.decode().count("This is not an e-mail") == 501
    assert signed_in.get(preview + "?page=2").content.decode().count("This is not an e-mail") == 102
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


# --- Columns ----------------------------------------------------------------------------------------------------------

ODD = "Nom;Prenoom;Kontakt;Matricule\nWeber;Ada;ada@acme.lu;1\nTun;Ben;ben@acme.lu;2\n"


def test_guesses_about_who_a_row_is_about_are_confirmed_and_remembered_with_the_reason(signed_in, acme, hr):
    columns = upload(signed_in, ODD).url
    assert columns == address("import-columns", acme.people_imports.get().pk)
    page = signed_in.get(columns).content.decode()
    assert "The name looks like a usual one for this field." in page
    assert "Most cells hold an e-mail address." in page
    assert "Is this “first name”? Please confirm." in page
    assert acme.people.count() == 0

    fields = {
        "column-0": "last_name",
        "column-1": "first_name",
        "column-2": "email",
        "column-3": "staff_number",
    }
    preview = signed_in.post(columns, fields).url
    signed_in.post(preview)
    assert people(acme) == [("Weber", ""), ("Tun", "")]

    again = upload(signed_in, ODD + "Klein;Eva;eva@acme.lu;3\n").url
    page = signed_in.get(again).content.decode()
    assert again.endswith("/columns/")  # memory proposes, a person decides
    assert f"{hr} chose this on" in page


def test_other_columns_that_were_named_before_are_read_so_and_the_reason_is_shown(signed_in, acme):
    make.people_import(acme)
    acme.column_choices.create(header="kostenstelle", field="department")

    response = upload(signed_in, "Nom;Prénom;Matricule;Kostenstelle\nWeber;Ada;1;IT\n")
    page = signed_in.get(response.url).content.decode()

    assert "Kostenstelle: Chosen on" in page
    signed_in.post(response.url)
    assert people(acme) == [("Weber", "IT")]


def test_cells_shown_beside_the_columns_stay_text(signed_in, acme):
    columns = upload(signed_in, "Nom;Prenoms;Matricule\n<b>Weber</b>;<img src=x>;1\n").url
    page = signed_in.get(columns).content.decode()
    assert "&lt;b&gt;Weber&lt;/b&gt;" in page
    assert "<b>Weber" not in page
    assert "<img src=x" not in page


def test_columns_that_cannot_be_enough_are_refused_on_their_page(signed_in, acme):
    columns = upload(signed_in, "Nom;Ville\nWeber;Esch\n").url
    response = signed_in.post(columns, {"column-0": "last_name", "column-1": "-"})
    assert response.status_code == 422
    assert "No column holds the field first name." in response.content.decode()


# --- Repairs ----------------------------------------------------------------------------------------------------------

FAULTY = (
    "Nom;Prénom;E-mail;Matricule;Langues\n"
    "Weber;Ada;ada@acme.lu;1;franz\nTun;Ben;ben(at)acme.lu;2;franz\nKlein;Eva;eva@acme.lu;3;fr\n"
)


def test_refused_cells_are_corrected_on_the_page(signed_in, acme):
    preview = upload(signed_in, FAULTY.replace("franz", "fr")).url
    pk = acme.people_imports.get().pk
    page = signed_in.get(preview).content.decode()
    name = page.split('<input name="cell-')[1].split('"')[0]

    signed_in.post(address("correct-rows", pk), {f"cell-{name}": "ben@acme.lu", "cell-4-0": " "})

    page = signed_in.post(preview, follow=True).content.decode()
    assert "3 people were enrolled." in page
    assert acme.people.get(staff_number="2").email == "ben@acme.lu"
    assert b"ben(at)acme.lu" in bytes(acme.files.get().content)


TWINS = (
    "Nom;Prénom;E-mail;Matricule;N+1\n"
    "Weber;Ada;ada@acme.lu;1;99\nTun;Ben;ben@acme.lu;2;\nTun;Benoît;ben@acme.lu;2;\n"
)


def test_one_of_two_lines_about_a_person_is_left_out_and_may_be_taken_in_again(signed_in, acme):
    preview = upload(signed_in, TWINS.replace("99", "")).url
    pk = acme.people_imports.get().pk
    assert 'name="leave-out-4"' in signed_in.get(preview).content.decode()

    signed_in.post(address("correct-rows", pk), {"leave-out-4": "on", "leave-out-2": "on"})
    page = signed_in.get(preview).content.decode()
    assert "Lines that you left out: 4." in page  # line 2 was not refused
    assert "Confirm and write 2 people" in page

    signed_in.post(address("correct-rows", pk), {"take-in": "on"})
    assert "2 rows are refused" in signed_in.get(preview).content.decode()

    signed_in.post(address("correct-rows", pk), {"leave-out-3": "on"})
    signed_in.post(preview)
    assert acme.people.get(staff_number="2").first_name == "Benoît"


def test_cells_are_shown_to_be_mended_and_those_left_as_they_were_are_no_corrections(signed_in, acme):
    preview = upload(signed_in, TWINS.replace("Benoît;ben@acme.lu;2", "Benoît;bt@acme.lu;3"))
    page = signed_in.get(preview.url).content.decode()
    name, value = re.search(r'<input name="(cell-2-\d+)" value="(\w*)"', page).groups()
    assert value == "99"

    correct = address("correct-rows", acme.people_imports.get().pk)
    signed_in.post(correct, {name: "99"})
    assert acme.people_imports.get().repairs == {}
    signed_in.post(correct, {name: ""})
    assert "Confirm and write 3 people" in signed_in.get(preview.url).content.decode()
    signed_in.post(correct, {name: "99"})  # the same page sent once more: the cell is no longer refused
    assert acme.people_imports.get().repairs["cells"] == [[2, "manager", ""]]


def test_a_cell_that_is_too_long_is_mended_on_the_page_and_merged_cells_are_not(signed_in, acme):
    preview = upload(signed_in, f"Nom;Prénom;Matricule;Service\nWeber;Ada;1;{'A' * 9_000}\n").url
    page = signed_in.get(preview).content.decode()
    name = re.search(r'<input name="(cell-2-\d+)"', page)[1]
    signed_in.post(address("correct-rows", acme.people_imports.get().pk), {name: "Sales"})
    signed_in.post(preview)
    assert people(acme) == [("Weber", "Sales")]


def test_a_rule_is_looked_at_applied_kept_and_removed(signed_in, acme):
    preview = upload(signed_in, FAULTY.replace("(at)", "@")).url
    pk = acme.people_imports.get().pk
    rule = {
        "field": "languages",
        "code": "language",
        "action": "replace",
        "value": "franz",
        "replacement": "fr",
    }

    page = signed_in.get(address("repair-rule", pk), rule).content.decode()
    assert "It changes 2 rows." in page
    assert signed_in.get(address("repair-rule", pk), rule | {"replacement": "xx"}).status_code == 422
    assert signed_in.get(address("repair-rule", pk), rule | {"action": "month_first"}).status_code == 422
    assert signed_in.get(address("repair-rule", pk)).status_code == 422

    signed_in.post(address("repair-rule", pk), rule | {"keep": "on"})
    page = signed_in.get(preview).content.decode()
    assert "working languages: “franz” means “fr”." in page
    assert "Confirm and write 3 people" in page

    # The next file is read with the rule at once; one file may do without it, and it can be removed.
    other = upload(signed_in, FAULTY.replace("(at)", "@").replace("Klein", "Kleyn")).url
    assert "Confirm and write 3 people" in signed_in.get(other).content.decode()
    newest = acme.people_imports.first().pk
    signed_in.post(address("drop-repair-rule", newest), rule | {"code": ""})
    assert "2 rows are refused" in signed_in.get(other).content.decode()
    assert "“franz” means “fr”" in signed_in.get(address("repair-rules")).content.decode()
    signed_in.post(address("repair-rules"), {"rule": acme.repair_rules.get().pk})
    assert acme.repair_rules.count() == 0


def test_refused_rows_travel_in_a_workbook_and_come_back_mended(signed_in, acme):
    preview = upload(signed_in, FAULTY).url
    pk = acme.people_imports.get().pk
    answer = signed_in.get(address("repair-workbook", pk))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet, accepted = book.worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:6] == ("#", "Nom", "Prénom", "E-mail", "Matricule", "Langues")
    assert [row[0] for row in rows[1:]] == [2, 3]
    assert "Write it like name@example.lu" in sheet["D3"].comment.text
    assert sheet["D3"].fill.fgColor.rgb == "00FFD9D6" or sheet["D3"].fill.fgColor.rgb == "FFFFD9D6"
    assert accepted["C2"].value

    sheet["D3"], sheet["F2"], sheet["F3"] = "ben@acme.lu", "fr", "fr,de"
    mended = io.BytesIO()
    book.save(mended)
    send = {"workbook": SimpleUploadedFile("mended.xlsx", mended.getvalue())}
    assert signed_in.post(address("repair-workbook", pk), send).status_code == 302
    signed_in.post(preview)
    assert acme.people.get(staff_number="2").languages == ["fr", "de"]

    other = upload(signed_in, FAULTY.replace("Weber", "Wiber")).url
    wrong = {"workbook": SimpleUploadedFile("other.csv", b"Nom;Langues\nWeber;fr\n")}
    response = signed_in.post(address("repair-workbook", acme.people_imports.first().pk), wrong)
    assert (response.status_code, "not the workbook for repair" in response.content.decode()) == (422, True)
    assert signed_in.post(address("repair-workbook", acme.people_imports.first().pk)).status_code == 422
    assert "refused" in signed_in.get(other).content.decode()


# --- Seats, undo, long files ------------------------------------------------------------------------------------------


def test_too_few_seats_are_told_before_and_refused_at_confirming(signed_in, acme):
    free = licences.licences_left(acme)
    licences.expire(acme, free - 1, Funder.STATE)
    preview = upload(signed_in, STAFF).url
    page = signed_in.get(preview).content.decode()
    assert "This file needs 2 Pix seats (free: 1)." in page
    assert "One Pix seat is missing (needed: 2, free: 1)." in page
    assert "Confirm and write" not in page

    response = signed_in.post(preview)

    assert response.status_code == 422
    assert "One Pix seat is missing (needed: 2, free: 1)." in response.content.decode()
    assert (people(acme), licences.licences_left(acme)) == ([], 1)

    licences.grant(acme, 1)
    assert "Confirm and write 2 people" in signed_in.get(preview).content.decode()
    signed_in.post(preview)
    assert (len(people(acme)), licences.licences_left(acme)) == (2, 0)


def test_an_import_is_undone_by_a_button(signed_in, acme, hr):
    preview = upload(signed_in, STAFF).url
    assert "This file needs 2 Pix seats" in signed_in.get(preview).content.decode()
    signed_in.post(preview)
    ada = acme.people.get(staff_number="1")
    ada.department = "Board"
    ada.save()

    page = signed_in.post(address("undo-import", acme.people_imports.get().pk), follow=True).content.decode()

    assert "One person was removed." in page
    assert "Changed since; left as it is now." in page
    assert list(acme.people.all()) == [ada]
    assert acme.people_imports.get().undone_by == hr
    assert signed_in.post(address("undo-import", acme.people_imports.get().pk)).status_code == 302


def test_a_long_file_is_checked_written_and_undone_by_a_worker(signed_in, acme, settings):
    settings.STAFF_FILE_AT_ONCE_ROWS = 1
    preview = upload(signed_in, STAFF).url
    people_import = acme.people_imports.get()
    page = signed_in.get(preview).content.decode()
    assert (people_import.state, people_import.run.kind) == ("checking", "check_people")
    assert 'hx-trigger="every 2s"' in page  # also after a reload

    carry_out(people_import.run.pk)
    assert signed_in.get(preview, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "Confirm and write 2 people" in signed_in.get(preview).content.decode()

    first, second = signed_in.post(preview), signed_in.post(preview)
    assert (first.status_code, second.status_code, acme.people.count()) == (302, 200, 0)
    carry_out(acme.people_imports.get().run.pk)
    assert "2 people were enrolled." in signed_in.get(preview).content.decode()

    signed_in.post(address("undo-import", people_import.pk))
    carry_out(acme.people_imports.get().run.pk)
    assert "2 people were removed." in signed_in.get(preview).content.decode()
    assert acme.people.count() == 0


def test_a_file_whose_check_was_given_up_can_not_be_confirmed(signed_in, acme, settings):
    settings.STAFF_FILE_AT_ONCE_ROWS = 1
    preview = upload(signed_in, STAFF).url
    Run.objects.update(state=Run.State.DEAD)

    assert signed_in.post(preview, follow=True).status_code == 200
    assert (people(acme), acme.people_imports.get().state) == ([], "checking")


def test_a_long_file_that_people_have_overtaken_is_not_written(signed_in, acme, settings):
    settings.STAFF_FILE_AT_ONCE_ROWS = 1
    preview = upload(signed_in, STAFF).url
    carry_out(acme.people_imports.get().run.pk)
    make.person(acme, staff_number="1", email="ada@acme.lu")
    for written in (1, 2):
        signed_in.post(preview)
        carry_out(acme.people_imports.get().run.pk)
        page = signed_in.get(preview).content.decode()
        assert ("have changed since you looked" in page) == (written == 1)
        assert acme.people.count() == written


def test_a_long_file_for_which_seats_went_meanwhile_is_not_written(signed_in, acme, settings):
    settings.STAFF_FILE_AT_ONCE_ROWS = 1
    preview = upload(signed_in, STAFF).url
    carry_out(acme.people_imports.get().run.pk)
    signed_in.post(preview)
    licences.expire(acme, licences.licences_left(acme), Funder.STATE)
    carry_out(acme.people_imports.get().run.pk)
    page = signed_in.get(preview).content.decode()
    assert "2 Pix seats are missing (needed: 2, free: 0)." in page
    assert (people(acme), "Confirm and write" in page) == ([], False)

    licences.grant(acme, 2)
    signed_in.post(preview)
    carry_out(acme.people_imports.get().run.pk)
    assert "2 people were enrolled." in signed_in.get(preview).content.decode()

"""A messy staff file, from the upload to undoing it, by an HR manager who is alone with it."""

import csv
import re
from datetime import date, timedelta

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.human import DESK, PASSWORD, PHONE, wait_for_mail

pytestmark = pytest.mark.browser

HEADER = [
    "Matricule",
    "Nom de famille",
    "Prénoms",
    "E-Mail pro",
    "Direction",
    "N+1",
    "Langues parlées",
    "Entrée",
]
STAFF, MANY = 60, 2_400  # the second is more than is checked at once


@pytest.fixture
def hr(platform, meet):
    """Makes an organisation whose enrolment is open, and its HR manager signed in."""

    def signed_in(slug, viewport=DESK):
        email = f"hr@{slug}.example"
        platform.manage(
            "shell",
            "-v0",
            "-c",
            "from django.db import transaction; from tests import make\n"
            "with transaction.atomic():\n"
            f"    organisation = make.organisation('{slug}', name='Fonderie {slug}', legal_id='{slug}', "
            "licence_quota=3_000)\n"
            f"    user = make.member(organisation, email='{email}', name='Hélène Rausch')\n"
            f"    user.set_password('{PASSWORD}'); user.save()",
        )
        human = meet(slug, viewport)
        human.sign_in(email)
        expect(human.page).to_have_url(re.compile(f"/o/{slug}/$"))
        return human

    return signed_in


def person(number, **cells):
    usual = {
        "Matricule": f"L-{number:04}",
        "Nom de famille": f"Wagner-{number}" if number % 2 else f"Müller-{number}",
        "Prénoms": "Zoé",
        "E-Mail pro": f"p{number}@lande.example",
        "Direction": ["Fonderie", "Vente"][number % 2],
        "N+1": "L-0001" if number > 1 else "",
        "Langues parlées": "fr,de",
        "Entrée": f"0{number % 9 + 1}/04/2019",
    }
    return [(usual | cells)[name] for name in HEADER]


def messy():
    """One in ten faulty in one of five ways, a title above, and Windows-1252."""
    rows = [person(number) for number in range(1, STAFF + 1)]
    for number in (10, 20, 30):
        rows[number - 1] = person(number, **{"Langues parlées": "franz"})
    rows[39] = person(40, Entrée="04/25/2019")
    rows[49] = person(50, **{"E-Mail pro": "p50(at)lande.example"})
    rows[54] = person(55, **{"N+1": "L-9999"})
    rows.append(person(60, Prénoms="Zoë"))
    return [["Personnel au 12.11.2026"], [], HEADER, *rows]


def upload(human, name, rows, encoding="utf-8-sig"):
    path = human.screenshots / name
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    human.open(f"/o/{human.name}/people/import/")
    human.page.locator("input[type=file]").set_input_files(path)
    human.press("Check this file")
    path.unlink()


def fault(human, words):
    return human.page.locator(".card", has_text=words).first


def mend_by_rule(human, words, picture, **fields):
    card = fault(human, words)
    for label, value in fields.items():
        card.get_by_label(label.replace("_", " ").capitalize()).fill(value)
    card.get_by_role("button").click()
    human.sees("It changes")
    human.page.get_by_label("Keep this rule for the next file").check()
    human.picture(picture)
    human.press("Apply to")


@pytest.mark.parametrize(("slug", "viewport"), [("desk", DESK), ("phone", PHONE | {"width": 360})])
def test_a_messy_file_is_mended_taken_over_and_taken_back(hr, slug, viewport):
    human = hr(slug, viewport)
    page = human.page
    human.open(f"/o/{slug}/people/")
    human.picture("nobody-yet")

    # Two columns can only be guessed, so somebody has to say yes; another is proposed by the first word of its name.
    upload(human, "personnel.csv", messy(), "cp1252")
    human.sees("Is this “first name”? Please confirm.")
    expect(page.get_by_label("Langues parlées")).to_have_value("languages")
    human.picture("columns")
    human.press("Confirm these columns")
    human.sees("Read as Windows-1252, columns separated by semicolons.")
    human.sees("8 rows are refused")
    human.picture("refused")

    # By rule: what is proposed first mends the fault; both are kept for the next file.
    mend_by_rule(human, "not a language we know", "rule-for-a-value", read_as="fr")
    human.sees("“franz” means “fr”.")
    mend_by_rule(human, "There is no month 25", "rule-for-dates")
    human.sees("4 rows are still refused")

    # In a workbook with the bad cells marked.
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    path = human.screenshots / "refused-rows.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    cells = {cell.value: cell for row in book.worksheets[0].iter_rows() for cell in row if cell.comment}
    assert "name@example.lu" in cells["p50(at)lande.example"].comment.text
    cells["p50(at)lande.example"].value = "p50@lande.example"
    book.save(path)
    page.locator("input[name=workbook]").set_input_files(path)
    human.press("Send the repaired workbook")
    path.unlink()
    human.sees("3 rows are still refused")

    # Cell by cell: one value, and one of two lines about the same person.
    page.get_by_label("Line 58, N+1").fill("L-0002")
    page.get_by_label("Leave line 64 out").check()
    human.picture("cells")
    human.press("Save the corrections and check again")
    human.sees("every row can be taken")
    human.sees(f"This file needs {STAFF} Pix seats (free: 3000).")
    human.picture("ready")
    human.press(f"Confirm and write {STAFF} people")
    human.sees(f"{STAFF} people were enrolled.")
    human.picture("done")
    first = page.url

    # The next file knows the columns and the rules; its differences are told one by one.
    rows = messy()
    rows[2 + 50] = person(50, **{"E-Mail pro": "zoe.fifty@lande.example"})
    rows[2 + 55] = person(55, **{"N+1": "L-0002"})
    rows = [[*row, "31.10.2026" if row[:1] == ["L-0012"] else ""] for row in rows[3:-1]]
    upload(human, "personnel-2.csv", [[*HEADER, "Sortie"], *rows])
    human.sees("chose this on")
    human.picture("columns-remembered")
    human.press("Confirm these columns")
    human.sees("p50@lande.example → zoe.fifty@lande.example")
    human.sees("Rules that were applied")
    human.picture("differences")
    human.press("Confirm and write 2 people")
    human.sees("2 people were updated.")
    human.open(f"/o/{slug}/people/?state=left")
    human.sees("1 person")

    # The first file is taken back; whom the second one touched stays as it is, and is named.
    human.open(first)
    page.locator("summary", has_text="Undo this import").click()
    human.picture("undo")
    human.press("Undo this import")
    human.sees("were left alone")
    human.sees("Zoé Müller-50")
    human.picture("undone")

    # A file of many rows is checked and written by the worker, whoever watches.
    upload(human, "all.csv", [HEADER, *(person(number) for number in range(1, MANY + 1))], "utf-16")
    human.press("Confirm these columns")
    human.reload()
    human.picture("worker")
    human.sees("Confirm and write")
    human.picture("long-file")
    human.press("Confirm and write")
    human.reload()
    human.sees("people were enrolled.")
    human.open(f"/o/{slug}/people/?q=Müller-22&sort=-name")
    human.sees("Müller-2222")
    human.picture("people-found")

    # Many at once: chosen by a filter, counted, confirmed.
    page.get_by_label("What to do").select_option("job_family")
    human.press("All")
    human.sees("people.")
    page.get_by_label("Job family").fill("Fondeur")
    human.picture("change-many")
    human.press("Do this for")
    human.sees("people are changed.")
    human.open(f"/o/{slug}/people/")
    human.press("Download as CSV")
    human.picture("long-list")
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name="Download the list").click()
    assert download.value.suggested_filename.endswith(".csv")
    human.open(f"/o/{slug}/people/")
    human.picture("people")


def test_self_enrolment_is_limited_proven_and_approved(hr, meet, platform):
    human = hr("link")
    page = human.page
    human.open("/o/link/people/self-enrolment/")
    page.get_by_label("E-mail domains").fill("link.example")
    page.locator("[name=places]").fill("1")
    page.get_by_label("Last day").fill((date.today() + timedelta(days=10)).isoformat())
    human.picture("new-link")
    human.press("Make the link")
    human.sees("For link.example: 0 of 1 places taken")
    link = page.get_by_label("Link", exact=True).input_value()

    newcomer = meet("newcomer", PHONE)
    newcomer.open(link)
    newcomer.page.get_by_label("First name").fill("Zoé")
    newcomer.page.get_by_label("Last name").fill("Müller")
    newcomer.page.get_by_label("Work e-mail").fill("zoe@elsewhere.example")
    newcomer.page.locator("main form button").click()
    newcomer.sees("This link doesn't take addresses of this kind.")
    newcomer.picture("other-address")
    newcomer.page.get_by_label("Work e-mail").fill("zoe@link.example")
    newcomer.page.locator("main form button").click()
    newcomer.picture("asked")
    newcomer.open(wait_for_mail(newcomer, platform, "zoe@link.example", "enrol/address"))
    newcomer.page.locator("main form button").click()
    newcomer.picture("address-proven")

    human.open("/o/link/people/self-enrolment/")
    human.sees("Müller, Zoé")
    human.picture("who-asks")
    human.press("Enrol and invite those with a tick")
    human.open("/o/link/people/")
    human.sees("Müller, Zoé")
    newcomer.accept(wait_for_mail(newcomer, platform, "zoe@link.example"), "zoe@link.example", "Zoé Müller")
    newcomer.picture("signed-in")

    newcomer.open(link)
    newcomer.picture("no-place-left")
    assert newcomer.page.get_by_label("Work e-mail").count() == 0

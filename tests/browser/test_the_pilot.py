"""The whole pilot, once through, by six people in one browser each."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.human import PHONE, wait_for_mail

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[1] / "assessments" / "samples"
EXPORT = SAMPLES / "profiles-collection-fr.csv"
MENTOR, MENTEE = "D’Apostrophe", "Lorôme"


def participants():
    """People of the genuine export who gave a number that nobody else gave, with ordinary names."""
    names = {}
    with EXPORT.open(encoding="utf-8-sig", newline="") as file:
        for row in list(csv.reader(file, delimiter=";"))[1:]:
            names.setdefault(row[6], set()).add((row[4], row[5]))
    return [
        (number, *next(iter(people)))
        for number, people in names.items()
        if number[:1] not in ("", "'")
        and len(people) == 1
        and re.fullmatch(r"[^\W\d][\w’ -]{3,}", next(iter(people))[0])
    ]


def email_of(last_name):
    return re.sub(r"[^a-z]", "", last_name.lower()) + "@moselle.example"


def staff_file(people, spoil=None):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(["Nom", "Prénom", "Matricule", "E-mail", "Langues", "Département"])
    for number, (ext, last, first) in enumerate(people):
        department = ["Cave", "Bureau", "Vente"][number % 3]
        email = "not an address" if last == spoil else email_of(last)
        writer.writerow([last, first, ext, email, "en,fr", department])
    return {"name": "personnel.csv", "mimeType": "text/csv", "buffer": file.getvalue().encode("utf-8-sig")}


def test_six_people_go_through_the_pilot(platform, meet, screenshots):
    platform.make_administrator("admin@pilot.example")
    platform.make_programme_account("officer@pilot.example", "officer")
    platform.make_programme_account("committee@pilot.example", "committee")
    people = participants()
    assert {MENTOR, MENTEE} <= {last for _ext, last, _first in people}

    # 1. An officer adds an organisation and invites its HR manager.
    officer = meet("officer")
    officer.sign_in("officer@pilot.example")
    officer.picture("organisations-empty")
    officer.follow("Add an organisation")
    page = officer.page
    page.get_by_label("Name", exact=True).fill("Brasserie Moselle")
    page.get_by_label("Short name").fill("moselle")
    page.get_by_label("Legal identifier").fill("B 777 001")
    page.get_by_label("Kind").select_option("private")
    page.get_by_label("Sector").select_option("industry")
    page.get_by_label("Size").select_option("small")
    page.get_by_label("Pix licences granted").fill("50")
    page.get_by_label("French").check()
    officer.picture("add-organisation")
    officer.press("Add the organisation")
    page.get_by_label("E-mail of the HR manager").fill("hr@moselle.example")
    officer.press("Send the invitation")
    officer.sees("hr@moselle.example")
    officer.picture("organisation")
    link = page.get_by_label("Link for hr@moselle.example").input_value()

    # The checklist opens enrolment.
    officer.follow("Complete the checklist")
    page.get_by_label("Agreement signed on").fill("2026-01-12")
    page.get_by_label("Data-protection roles").select_option("joint")
    page.get_by_label("Staff delegation informed on").fill("2026-01-05")
    page.locator("[name=contact_name]").fill("Hélène Rausch")
    page.get_by_label("E-mail of the contact person").fill("hr@moselle.example")
    page.get_by_label("E-mail for data protection").fill("privacy@moselle.example")
    page.get_by_label("Staff of the organisation").fill("30")
    page.get_by_label("Links with other enterprises").select_option("autonomous")
    page.get_by_label("Turnover up to").select_option("true")
    officer.picture("checklist")
    officer.press("Save the checklist")
    officer.sees("Enrolment is open.")
    officer.picture("organisation-active")

    # … who sets a password and lands on the organisation's first page.
    hr = meet("hr")
    hr.accept(link, "hr@moselle.example", "Hélène Rausch")
    expect(hr.page).to_have_url(re.compile("/o/moselle/$"))
    hr.picture("first-page-empty")

    # 2. Enrolment: by form, then from a file; first one with a bad row, which writes nothing.
    hr.follow("People")
    hr.picture("people-empty")
    hr.follow("Add a person")
    hr.page.get_by_label("Last name").fill("Weber")
    hr.page.get_by_label("First name").fill("Anne")
    hr.page.get_by_label("Staff number").fill("W-1")
    hr.picture("add-person")
    hr.press("Enrol this person")
    hr.open("/o/moselle/people/import/")
    hr.picture("staff-file")
    hr.page.locator("input[type=file]").set_input_files(staff_file(people, spoil=MENTEE))
    hr.press("Check this file")
    hr.sees("refused")
    hr.sees("not an address")
    hr.picture("staff-file-refused")
    hr.open("/o/moselle/people/import/")
    hr.page.locator("input[type=file]").set_input_files(staff_file(people))
    hr.press("Check this file")
    hr.picture("staff-file-preview")
    hr.press(f"Confirm and write {len(people)} people")
    hr.sees("people were enrolled")
    hr.picture("staff-file-done")
    hr.open("/o/moselle/people/")
    hr.sees(f"{len(people) + 1} people")
    hr.picture("people")

    # 3. A genuine Pix export, imported by the worker.
    hr.open("/o/moselle/assessments/import/")
    hr.picture("pix-file")
    hr.page.locator("input[type=file]").set_input_files(EXPORT)
    hr.press("Check this file")
    hr.sees("Collecte de profils 2026")
    hr.picture("pix-preview")
    hr.press("Import")
    hr.sees("imported as a whole.")
    hr.sees("held unread until their people have read the information notice")
    hr.picture("pix-imported")
    hr.open("/o/moselle/assessments/waiting/")
    hr.picture("waiting")
    hr.open("/o/moselle/targets/")
    for field in hr.page.locator("main select").all():
        field.select_option("4")
    hr.press("Save these targets")
    hr.picture("targets")
    hr.open("/o/moselle/skills/")
    hr.picture("skills")

    # 5. HR opens a mentoring round and invites staff to sign in.
    hr.open("/o/moselle/mentoring/open/")
    hr.page.get_by_label("Name").fill("Autumn 2026")
    hr.picture("open-round")
    hr.page.locator("main form button").first.click()
    hr.picture("round-open")
    hr.open("/o/moselle/people/invite/")
    hr.picture("invite-staff")
    hr.press(f"Send {len(people)} invitations")

    # 4. Two members of staff sign in, see their levels, and apply: one as mentor, one as mentee.
    staff = {}
    for name, last_name, wish in (("mentor", MENTOR, "as_mentor"), ("mentee", MENTEE, "as_mentee")):
        human = staff[name] = meet(name, PHONE)
        email = email_of(last_name)
        human.accept(wait_for_mail(human, platform, email), email, last_name)
        human.picture("first-page")
        human.open("/o/moselle/my-skills/")
        human.sees("There is no result of yours yet")
        human.picture("my-skills-before-the-notice")
        human.page.locator("main").get_by_role("link", name="Read the notice").click()
        human.picture("notice")
        human.press("I have read the notice")
        human.sees("What you were told")
        human.follow("Answer the questions")
        human.page.get_by_label("Date of birth").fill("1988-04-12")
        human.page.get_by_label("Private e-mail").fill(f"{name}@private.example")
        human.picture("questions")
        human.press("Save my answers")
        human.sees("Only you see your answers")
        human.picture("my-participation")
        human.open("/o/moselle/my-skills/")
        human.sees("Only you see your levels")
        human.picture("my-skills")
        if name == "mentee":
            human.press("Share my levels with HR")
            human.sees("Stop sharing")
        human.open("/o/moselle/my-mentoring/")
        human.follow("Take part")
        human.page.locator(f"[name={wish}]").check()
        competences = "offered" if wish == "as_mentor" else "wanted"
        for position in (1, 4, 7):
            human.page.locator(f"[name={competences}][value='{position}']").check()
        for language in human.page.locator("[name=languages]").all():
            language.set_checked(language.get_attribute("value") in ("fr", "en"))
        human.picture("apply")
        human.press("Apply")
        human.picture("applied")

    # HR sees who has read the notice and which answers are missing, and no answer.
    hr.open("/o/moselle/participants/?show=incomplete")
    hr.sees("situation at work")
    assert "1988" not in hr.page.locator("main").inner_text()
    hr.picture("participants")

    # The worker pairs them; HR sees why, and publishes.
    hr.open("/o/moselle/mentoring/")
    hr.picture("rounds")
    hr.follow("Autumn 2026")
    hr.press("Pair 1 mentee")
    hr.sees("Publish 1 pair")
    hr.page.get_by_text("Why this pair").first.click()
    hr.picture("round-proposed")
    assert "level 7" not in hr.page.locator("main").inner_text()
    hr.press("Publish 1 pair")
    hr.picture("round-published")

    # The mentor logs a session on a phone; the mentee confirms it.
    mentor, mentee = staff["mentor"], staff["mentee"]
    mentor.open("/o/moselle/my-mentoring/")
    mentor.picture("my-mentoring")
    mentor.follow("Log a session")
    mentor.page.get_by_label("Next step").fill("Filter a large table")
    mentor.picture("log-session")
    mentor.press("Log this session")
    mentor.sees("waits for the mentee")
    mentee.open("/o/moselle/")
    mentee.picture("something-waits")
    mentee.open("/o/moselle/my-mentoring/")
    mentee.sees("Filter a large table")
    mentee.picture("confirm")
    mentee.press("Yes, confirm it")
    mentee.sees("confirmed")

    # 6. What to learn next.
    mentee.open("/o/moselle/my-learning/")
    mentee.press("Add to my plan")
    mentee.sees("Remove")
    mentee.picture("my-learning")
    mentee.follow("Open the catalogue")
    mentee.picture("catalogue")

    # 7. The quarter's report, written by the worker and downloaded by a committee member.
    officer.open("/programme/reports/")
    officer.page.get_by_label("Quarter").select_option("2026Q3")
    officer.press("Make the report")
    officer.picture("report-requested")
    committee = meet("committee")
    committee.sign_in("committee@pilot.example")
    committee.sees("Third quarter of 2026")
    download_link = committee.page.get_by_role("link", name=re.compile("English")).first
    for _second in range(60):
        if download_link.count():
            break
        committee.page.wait_for_timeout(1000)
        committee.reload()
    committee.picture("reports")
    with committee.page.expect_download() as download:
        download_link.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert download.value.suggested_filename == "readiness-report-2026Q3-en.pdf"
    committee.follow("Third quarter of 2026")
    committee.picture("report")
    hr.open("/o/moselle/")
    hr.picture("first-page")

    # A platform administrator finds everything in the administration, and no secret.
    administrator = meet("administrator")
    administrator.sign_in("admin@pilot.example")
    administrator.open("/admin/organisations/organisation/")
    administrator.sees("Brasserie Moselle")
    administrator.picture("administration")
    administrator.open("/admin/organisations/invitation/")
    administrator.sees("hr@moselle.example")
    assert link.rstrip("/").rpartition("/")[2] not in administrator.page.content()

    # Nobody strays: a committee member has no way into the organisation, HR none into the programme.
    committee.open("/o/moselle/")
    committee.sees("Page not found")
    hr.open("/programme/reports/")
    hr.sees("Not for your role")

"""Pages of an organisation's way into the pilot: interest, board, checklist, stages, seats, access."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organisations import licences
from organisations.models import Interest, Organisation
from tests import make

INTEREST = {
    "name": "Brasserie Dudelange",
    "legal_id": "B204118",
    "kind": "private",
    "sector": "industry",
    "size_class": "small",
    "contact_name": "Max Muster",
    "contact_email": "max@dudelange.example",
    "message": "",
}
CHECKLIST = {
    "agreement_signed_on": "2026-01-12",
    "data_protection_roles": "joint",
    "delegation_informed_on": "2026-01-05",
    "contact_name": "Ada Weber",
    "contact_email": "ada@acme.example",
    "privacy_email": "privacy@acme.example",
    "headcount": "120",
    "group_links": "autonomous",
    "group_headcount": "",
    "within_sme_limits": "true",
    "kind": "private",
    "sector": "trade",
    "size_class": "medium",
    "languages": ["fr", "lb"],
    "open_enrolment": "on",
}


def answer(response):
    return (response.status_code, response.headers.get("Location"), response.content)


# --- Interest ---------------------------------------------------------------------------------------------------------


def test_a_stranger_expresses_interest_and_an_officer_takes_it_in(client, officer):
    page = reverse("organisations:express-interest")
    assert client.get(page).status_code == 200
    assert client.post(page, INTEREST).url == reverse("organisations:interest-received")
    assert client.get(reverse("organisations:interest-received")).status_code == 200
    client.force_login(officer)
    assert "max@dudelange.example" in client.get(reverse("organisations:programme")).content.decode()
    response = client.post(reverse("organisations:welcome-interest", args=[Interest.objects.get().pk]))
    assert response.url == reverse("organisations:organisation", args=["brasserie-dudelange"])
    assert "max@dudelange.example" not in client.get(reverse("organisations:programme")).content.decode()


def test_every_valid_form_gets_the_same_answer(client, acme, hr):
    page = reverse("organisations:express-interest")
    forms = [
        INTEREST,
        INTEREST,
        INTEREST | {"legal_id": acme.legal_id, "contact_email": hr.email},
        INTEREST | {"website": "https://machine.example", "legal_id": "B999999"},
    ]
    assert len({answer(client.post(page, form)) for form in forms}) == 1
    kept = Interest.objects.order_by("pk").values_list("legal_id", flat=True)
    assert list(kept) == ["B204118", acme.legal_id], "a repetition and a machine are dropped"


def test_what_is_wrong_with_a_form_does_not_depend_on_what_we_know(client, acme):
    page = reverse("organisations:express-interest")
    response = client.post(page, INTEREST | {"legal_id": acme.legal_id, "contact_email": "nobody"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["contact_email"]
    assert not Interest.objects.exists()


def test_too_many_forms_are_stopped(client, programme, settings):
    settings.ACCOUNT_RATE_LIMITS = {"interest": "2/5m/ip"}
    page = reverse("organisations:express-interest")
    statuses = [client.post(page, INTEREST).status_code for _each in range(4)]
    assert statuses == [302, 302, 429, 429]
    assert client.post(page, {}).headers["Retry-After"] == "300"
    assert client.get(page).status_code == 200, "reading is not limited"
    assert Interest.objects.count() == 1


def test_an_interest_that_is_declined_leaves_the_board_and_stays_on_record(client, officer):
    interest = make.interest()
    client.force_login(officer)
    client.post(reverse("organisations:decline-interest", args=[interest.pk]))
    interest.refresh_from_db()
    assert (interest.answered_by, interest.became) == (officer, None)
    assert "max@dudelange.example" not in client.get(reverse("organisations:programme")).content.decode()


def test_taking_in_an_organisation_that_takes_part_says_so(client, officer, acme):
    interest = make.interest(legal_id=acme.legal_id)
    client.force_login(officer)
    response = client.post(reverse("organisations:welcome-interest", args=[interest.pk]), follow=True)
    assert "already takes part" in response.content.decode()
    assert Organisation.objects.count() == 1


# --- Board ------------------------------------------------------------------------------------------------------------


def test_the_board_shows_stages_gaps_and_alerts(client, officer):
    make.organisation("quiet", name="Quiet", licence_quota=0, joined_on=timezone.localdate() - timedelta(40))
    make.organisation("new", name="New", stage="eligible", checklist={"headcount": None})
    client.force_login(officer)
    page = reverse("organisations:programme")
    response = client.get(page)
    cards = {card.organisation.name: card for card in response.context["page"]}
    assert cards["Quiet"].alerts == [
        "It has no HR manager yet: invite one.",
        "It has no Pix seats.",
        "Nobody has been enrolled for a month.",
    ]
    assert [sentence[:25] for sentence in cards["New"].missing] == ["The size with group links"]
    assert dict(response.context["stages"])["eligible"] == 1
    names = [card.organisation.name for card in client.get(page + "?stage=eligible").context["page"]]
    assert names == ["New"]
    assert [card.organisation.name for card in client.get(page + "?q=qui").context["page"]] == ["Quiet"]
    assert client.get(page + "?stage=nonsense").status_code == 200


def test_the_board_can_show_only_what_needs_somebody(client, officer):
    fine = make.organisation("fine", name="Fine", joined_on=timezone.localdate())
    make.member(fine, "hr")
    make.organisation("lonely", name="Lonely", joined_on=timezone.localdate())
    client.force_login(officer)
    response = client.get(reverse("organisations:programme") + "?show=alerts")
    assert [card.organisation.name for card in response.context["page"]] == ["Lonely"]


# --- Checklist and stages ---------------------------------------------------------------------------------------------


def test_completing_the_checklist_opens_enrolment(client, officer):
    organisation = make.organisation("acme", stage="eligible", checklist=None, languages=[])
    client.force_login(officer)
    page = reverse("organisations:checklist", args=["acme"])
    assert client.get(page).status_code == 200
    response = client.post(page, CHECKLIST, follow=True)
    assert "Enrolment is open." in response.content.decode()
    organisation.refresh_from_db()
    assert (organisation.stage, organisation.languages, organisation.sector) == (
        "active",
        ["fr", "lb"],
        "trade",
    )
    assert [change.stage for change in organisation.stage_changes.all()] == ["eligible", "signed", "active"]


def test_a_checklist_with_gaps_is_kept_and_enrolment_stays_closed(client, officer):
    organisation = make.organisation("acme", stage="eligible", checklist=None)
    client.force_login(officer)
    page = reverse("organisations:checklist", args=["acme"])
    response = client.post(page, CHECKLIST | {"delegation_informed_on": ""}, follow=True)
    assert "staff delegation was informed is missing" in response.content.decode()
    organisation.refresh_from_db()
    assert (organisation.stage, organisation.checklist.headcount) == ("signed", 120)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agreement_signed_on", "2999-01-01"),
        ("contact_email", "nobody"),
        ("headcount", "-3"),
        ("kind", "secret society"),
    ],
)
def test_the_checklist_refuses_nonsense(client, officer, acme, field, value):
    client.force_login(officer)
    response = client.post(reverse("organisations:checklist", args=["acme"]), CHECKLIST | {field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_a_group_is_not_smaller_than_its_part(client, officer, acme):
    client.force_login(officer)
    response = client.post(
        reverse("organisations:checklist", args=["acme"]),
        CHECKLIST | {"group_links": "linked", "group_headcount": "5"},
    )
    assert response.status_code == 422


def move(client, slug="acme", **fields):
    day = timezone.localdate().isoformat()
    return client.post(reverse("organisations:move-organisation", args=[slug]), {"day": day, **fields})


def test_an_officer_closes_an_organisation_from_a_day_on(client, officer, acme, hr, staff):
    client.force_login(officer)
    assert move(client, stage="closing").status_code == 422, "without a day"
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert move(client, stage="closing", access_ends_on=tomorrow.isoformat()).status_code == 302
    home = reverse("organisations:home", args=["acme"])
    client.force_login(hr)
    assert client.get(home).status_code == 200
    Organisation.objects.update(access_ends_on=timezone.localdate())
    for user in (hr, staff):
        client.force_login(user)
        response = client.get(home)
        assert response.status_code == 410
        assert "no longer takes part" in response.content.decode()
        assert client.post(reverse("organisations:add-person", args=["acme"])).status_code == 410
    client.force_login(officer)
    assert client.get(home).status_code == 200
    assert acme.people.count() == 1, "history stays"


def test_to_outsiders_a_closed_organisation_does_not_exist(client, acme, outsider):
    Organisation.objects.filter(pk=acme.pk).update(stage="closed")
    client.force_login(outsider)
    assert client.get(reverse("organisations:home", args=["acme"])).status_code == 404


def test_a_step_that_is_not_allowed_is_refused(client, officer, acme):
    client.force_login(officer)
    assert move(client, stage="interest").status_code == 422
    assert Organisation.objects.get(pk=acme.pk).stage == "active"


# --- Seats ------------------------------------------------------------------------------------------------------------


def test_an_officer_grants_expires_and_returns_seats(client, officer, acme):
    leaver = make.person(acme, left_on="2026-01-31")
    licences.assign(acme, [leaver])
    client.force_login(officer)
    page = reverse("organisations:licences", args=["acme"])
    assert client.get(page).status_code == 200
    for act, number in (("grant", "20"), ("expire", "5"), ("return", "")):
        form = {"act": act, "number": number, "funder": "state", "note": "as agreed"}
        assert client.post(page, form).status_code == 302
    assert licences.balance(acme) == licences.Balance(granted=120, assigned=1, returned=1, expired=5)
    assert set(acme.licence_moves.filter(by=officer).values_list("note", flat=True)) == {"as agreed"}


@pytest.mark.parametrize(
    "form",
    [
        {"act": "expire", "number": "101", "funder": "state"},
        {"act": "expire", "number": "1", "funder": "esf"},
        {"act": "grant", "number": "0", "funder": "state"},
        {"act": "grant", "number": "", "funder": "state"},
        {"act": "give", "number": "1", "funder": "state"},
        {"act": "grant", "number": "1", "funder": "nobody"},
    ],
)
def test_a_wrong_move_writes_nothing(client, officer, acme, form):
    client.force_login(officer)
    response = client.post(reverse("organisations:licences", args=["acme"]), form)
    assert response.status_code == 422
    assert acme.licence_moves.count() == 1


def test_the_officers_ledger_names_nobody_and_hr_sees_who(client, officer, acme, hr):
    licences.assign(acme, [make.person(acme, first_name="Ada", last_name="Seatholder")])
    client.force_login(officer)
    assert "Seatholder" not in client.get(reverse("organisations:licences", args=["acme"])).content.decode()
    client.force_login(hr)
    page = client.get(reverse("organisations:taking-part", args=["acme"])).content.decode()
    assert "Seatholder" in page
    assert "99 seats are free" in page


@pytest.mark.parametrize("name", ["organisations:taking-part", "organisations:invitations"])
def test_only_hr_reads_the_organisations_own_pages(client, acme, staff, outsider, officer, name):
    for user, status in ((staff, 403), (officer, 403), (outsider, 404)):
        client.force_login(user)
        assert client.get(reverse(name, args=["acme"])).status_code == status


def test_pages_ask_the_same_number_of_queries_for_any_number(
    client, officer, acme, hr, django_assert_max_num_queries
):
    pages = [
        (officer, reverse("organisations:licences", args=["acme"])),
        (officer, reverse("organisations:organisation", args=["acme"])),
        (hr, reverse("organisations:taking-part", args=["acme"])),
    ]
    licences.assign(acme, [make.person(acme)], hr)
    counts = []
    for user, page in pages:
        client.force_login(user)
        with django_assert_max_num_queries(17) as one:  # two of them are the tests' own fence
            client.get(page)
        counts.append(len(one))
    licences.assign(acme, [make.person(acme) for _each in range(3)], officer)
    for (user, page), count in zip(pages, counts, strict=True):
        client.force_login(user)
        with django_assert_max_num_queries(count):
            client.get(page)


def test_an_organisation_may_not_take_the_name_of_a_page(client, officer):
    client.force_login(officer)
    form = {**INTEREST, "slug": "import", "licence_quota": "0", "languages": ["fr"]}
    response = client.post(reverse("organisations:create-organisation"), form)
    assert list(response.context["form"].errors) == ["slug"]


def test_the_checklists_link_is_on_the_organisations_page(client, officer):
    make.organisation("acme", stage="eligible", checklist=None)
    client.force_login(officer)
    page = client.get(reverse("organisations:organisation", args=["acme"])).content.decode()
    assert re.search(r'href="/programme/organisations/acme/checklist/"', page)

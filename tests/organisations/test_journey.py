"""An organisation's way through the pilot: steps, checklist, what is missing."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from organisations import journey, licences
from organisations.journey import CannotEnrol, CannotMove, Stage
from organisations.models import Checklist, Organisation
from tests import make

pytestmark = pytest.mark.usefixtures("programme")
ALLOWED = {
    ("interest", "eligible"),
    ("interest", "withdrawn"),
    ("eligible", "signed"),
    ("eligible", "withdrawn"),
    ("signed", "active"),
    ("signed", "withdrawn"),
    ("active", "closing"),
    ("active", "withdrawn"),
    ("closing", "closed"),
    ("closing", "active"),
    ("withdrawn", "interest"),
}


@pytest.mark.parametrize("here", Stage.values)
@pytest.mark.parametrize("there", Stage.values)
def test_each_step_is_allowed_or_refused(officer, here, there):
    organisation = make.organisation(stage=here, access_ends_on=timezone.localdate())
    end = timezone.localdate() + timedelta(days=30)
    if (here, there) in ALLOWED:
        journey.move(organisation, there, officer, access_ends_on=end, note="agreed by mail")
        change = organisation.stage_changes.last()
        assert (change.stage, change.by, change.note) == (there, officer, "agreed by mail")
        assert Organisation.objects.get(pk=organisation.pk).stage == there
    else:
        with pytest.raises(CannotMove):
            journey.move(organisation, there, officer, access_ends_on=end)
        assert Organisation.objects.get(pk=organisation.pk).stage == here
        assert organisation.stage_changes.count() == 1


def test_nobody_becomes_active_with_a_gap_in_the_checklist(officer):
    organisation = make.organisation(stage="signed", checklist={"delegation_informed_on": None})
    with pytest.raises(CannotMove) as refusal:
        journey.move(organisation, "active", officer)
    assert refusal.value.messages == ["The day on which the staff delegation was informed is missing."]


def test_a_step_is_not_dated_in_the_future(officer):
    organisation = make.organisation(stage="interest")
    with pytest.raises(CannotMove):
        journey.move(organisation, "eligible", officer, day=timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        ({"agreement_signed_on": None}, "The day on which the agreement was signed is missing."),
        ({"data_protection_roles": ""}, "The data-protection roles are not settled."),
        (
            {"delegation_informed_on": None},
            "The day on which the staff delegation was informed is missing.",
        ),
        (
            {"privacy_email": ""},
            "A contact person, their e-mail and an e-mail for data protection are needed.",
        ),
        (
            {"headcount": None},
            "The size with group links is missing, so nobody can tell whether it is an SME.",
        ),
        (
            {"group_links": "linked"},
            "The size with group links is missing, so nobody can tell whether it is an SME.",
        ),
        (
            {"within_sme_limits": None},
            "The size with group links is missing, so nobody can tell whether it is an SME.",
        ),
    ],
)
def test_enrolment_says_what_is_missing(gap, sentence):
    organisation = make.organisation(checklist=gap)
    assert journey.may_enrol(organisation) == [sentence]
    with pytest.raises(CannotEnrol) as refusal:
        journey.check_enrolment_is_open(organisation)
    assert [problem.reason for problem in refusal.value.problems] == [sentence]


def test_without_any_checklist_everything_is_missing():
    organisation = make.organisation(checklist=None)
    assert len(journey.may_enrol(organisation)) == 5


def test_the_checklist_says_what_was_settled(acme):
    answers = {item.label: item.answer for item in journey.checklist(acme)}
    assert answers["Staff delegation"] == "2 June 2025"
    assert answers["Contacts"] == "Ada Weber, ada@acme.example, privacy@acme.example"
    assert answers["Size"] == "50 to 249 people, an SME"


def test_languages_are_asked_for():
    assert journey.may_enrol(make.organisation(languages=[])) == ["The working languages are missing."]


@pytest.mark.parametrize(("stage", "is_open"), [(stage, stage == "active") for stage in Stage.values])
def test_enrolment_is_open_for_active_organisations_only(stage, is_open):
    organisation = make.organisation(stage=stage, access_ends_on=timezone.localdate() + timedelta(days=9))
    assert (journey.may_enrol(organisation) == []) == is_open


def test_whoever_took_part_before_counts_as_complete():
    organisation = make.organisation(
        languages=[], checklist={"carried_over": True, "agreement_signed_on": None}
    )
    assert journey.may_enrol(organisation) == []


@pytest.mark.parametrize(
    ("answers", "is_sme"),
    [
        ({"group_links": "autonomous", "headcount": 249, "within_sme_limits": True}, True),
        ({"group_links": "autonomous", "headcount": 250, "within_sme_limits": True}, False),
        ({"group_links": "autonomous", "headcount": 20, "within_sme_limits": False}, False),
        (
            {"group_links": "linked", "headcount": 20, "group_headcount": 9_000, "within_sme_limits": True},
            False,
        ),
        (
            {"group_links": "partner", "headcount": 20, "group_headcount": 90, "within_sme_limits": True},
            True,
        ),
        ({"group_links": "public", "headcount": 20}, False),
        ({"group_links": "", "headcount": 20, "within_sme_limits": True}, None),
        ({"group_links": "linked", "headcount": 20, "within_sme_limits": True}, None),
    ],
)
def test_an_sme_is_judged_with_its_group(answers, is_sme):
    assert Checklist(**answers).is_sme is is_sme


def test_open_enrolment_takes_every_step_that_the_checklist_allows(officer):
    organisation = make.organisation(stage="eligible")
    assert journey.open_enrolment(organisation, officer)
    steps = organisation.stage_changes.values_list("stage", "day", "by")
    assert list(steps)[1:] == [
        ("signed", date(2025, 6, 2), officer.pk),
        ("active", timezone.localdate(), officer.pk),
    ]


def test_open_enrolment_stops_where_something_is_missing(officer):
    organisation = make.organisation(stage="eligible", checklist={"headcount": None})
    assert not journey.open_enrolment(organisation, officer)
    assert organisation.stage == "signed"


def test_access_ends_on_its_day(officer):
    organisation = make.organisation()
    with pytest.raises(CannotMove):
        journey.move(organisation, "closing", officer)
    journey.move(organisation, "closing", officer, access_ends_on=timezone.localdate() + timedelta(days=1))
    assert not organisation.is_shut
    journey.move(organisation, "active", officer)
    assert organisation.access_ends_on is None
    journey.move(organisation, "closing", officer, access_ends_on=timezone.localdate())
    assert organisation.is_shut
    journey.move(organisation, "closed", officer)
    assert organisation.is_shut


@pytest.mark.parametrize(
    ("steps", "reason"), [(["closing", "closed"], "completed"), (["withdrawn"], "dropped_out")]
)
def test_people_leave_the_operation_with_their_organisation_and_are_asked_afterwards(
    acme, globex, officer, steps, reason
):
    today = timezone.localdate()
    record = make.esf_record(make.person(acme))
    elsewhere = make.esf_record(make.person(globex))
    for step in steps:
        journey.move(acme, step, officer, access_ends_on=today if step == "closing" else None)
    gone = record.exits.get()
    assert (gone.left_on, gone.reason, gone.recorded_by) == (today, reason, officer)
    assert record.follow_ups.count() == 2
    assert not elsewhere.exits.exists()


def test_the_database_wants_the_day_of_a_closing_organisation(acme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=acme.pk).update(stage="closing")


def test_an_expression_of_interest_becomes_an_eligible_organisation_once(officer):
    interest = make.interest(legal_id="b 204 118")
    organisation = journey.welcome(interest, officer)
    assert journey.welcome(interest, officer) == organisation
    assert (organisation.slug, organisation.legal_id, organisation.stage) == (
        "brasserie-dudelange",
        "B204118",
        "eligible",
    )
    assert organisation.checklist.contact_email == "max@dudelange.example"
    assert list(organisation.stage_changes.values_list("stage", "by")) == [
        ("interest", None),
        ("eligible", officer.pk),
    ]


def test_an_organisation_that_takes_part_is_not_made_twice(acme, officer):
    with pytest.raises(CannotMove):
        journey.welcome(make.interest(legal_id=acme.legal_id.lower()), officer)


def test_a_short_name_that_is_taken_gets_a_number(acme):
    assert journey.free_slug("Acme") == "acme-2"
    assert journey.free_slug("ACME", taken={"acme-2"}) == "acme-3"
    assert journey.free_slug("漢字") == "organisation"


def test_organisations_that_took_part_before_are_carried_over():
    carry_over = import_module("organisations.migrations.0011_those_who_take_part_already").carry_over
    organisation = make.organisation(checklist=None, licence_quota=0, languages=[])
    organisation.stage_changes.all().delete()
    people = [make.person(organisation) for _each in range(3)]
    make.person(organisation, left_on="2026-01-31")
    Organisation.objects.filter(pk=organisation.pk).update(licence_quota=2)

    carry_over(apps, None)

    organisation = Organisation.objects.get(pk=organisation.pk)
    assert journey.may_enrol(organisation) == []
    assert [change.day for change in organisation.stage_changes.all()] == [organisation.joined_on]
    assert licences.balance(organisation) == licences.Balance(granted=2, assigned=2)
    assert licences.holders(organisation) == {person.pk for person in people[:2]}

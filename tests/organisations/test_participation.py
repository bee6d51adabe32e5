"""The participant's side: the notice, the ESF+ record, and who may see which part of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from organisations import follow_ups, notices, participation
from organisations.models import (
    Acknowledgement,
    EsfAnswers,
    EsfExit,
    EsfRecord,
    EsfSensitiveAnswers,
    FollowUp,
    FollowUpAnswer,
    FollowUpContact,
    Role,
    Run,
)
from organisations.participant_forms import EsfEntryForm
from organisations.runs import carry_out
from organisations.scope import ScopeError, as_person, every_organisation, only
from tests import make

OF_THE_TESTS = 4  # statements of the fixtures: the fence before and after, a savepoint and its release
ANSWERS = {
    "gender": "female",
    "birth_date": "1988-04-12",
    "employment": "employed",
    "education": "5-8",
    "contract": "permanent",
    "working_time": "full_time",
    "in_training": "no",
    "email": "sam@private.example",
    "phone": "",
}


@pytest.fixture
def person(staff):
    return staff.people.get()


@pytest.fixture
def newcomer(acme):
    user = make.member(acme, Role.STAFF, email="nina@acme.example")
    return make.person(acme, informed=False, user=user, email=user.email, first_name="Nina", last_name="New")


def page(name, *args):
    return reverse(f"organisations:{name}", args=["acme", *args])


def needs(response):
    return [(need.count, need.words) for need in response.context["needs"]]


@pytest.fixture
def two_versions(settings, tmp_path):
    for version in ("2026-01", "2026-06"):
        (tmp_path / version).mkdir()
        for language in ("fr", "en"):
            (tmp_path / version / f"{language}.html").write_text(f"<p>{version} {language}</p>")
    settings.NOTICES = tmp_path
    return tmp_path


# --- The notice -------------------------------------------------------------------------------------------------------


def test_the_notice_speaks_every_language_of_the_interface_and_names_the_time(settings):
    version = notices.current_version()
    assert notices.languages() == [code for code, _name in settings.LANGUAGES]
    texts = [notices.text_of(version, code) for code in notices.languages()]
    assert len({text.count("<li>") for text in texts}) == 1
    assert all(f" {settings.QUARANTINE_DAYS} " in text for text in texts)


@pytest.mark.parametrize("language", ["fr", "de", "en", "lb"])
def test_a_person_reads_the_notice_in_a_language_of_their_choice(client, newcomer, language):
    client.force_login(newcomer.user)
    response = client.get(page("notice"), {"language": language})
    assert notices.text_of(notices.current_version(), language) in response.content.decode()
    assert "This is no consent" in response.content.decode()


def test_the_notice_names_whom_to_ask_about_data(client, newcomer):
    client.force_login(newcomer.user)
    assert "privacy@acme.example" in client.get(page("notice")).content.decode()


def test_an_unknown_language_gets_that_of_the_page(client, newcomer):
    client.force_login(newcomer.user)
    assert client.get(page("notice"), {"language": "../../x"}).context["language"] == "en"


def test_reading_is_noted_once_with_version_and_language(client, acme, newcomer):
    client.force_login(newcomer.user)
    for language in ("lb", "fr"):
        response = client.post(page("notice"), {"version": notices.current_version(), "language": language})
        assert response.url == page("my-participation")
    read = newcomer.acknowledgements.get()
    assert (read.organisation, read.version, read.language) == (acme, notices.current_version(), "lb")
    assert newcomer.sharing_choices.count() == 0
    assert newcomer.esf_records.get().entered_on == timezone.localdate()


def test_a_version_that_was_overtaken_meanwhile_is_not_noted(client, newcomer):
    client.force_login(newcomer.user)
    response = client.post(page("notice"), {"version": "2020-01", "language": "en"})
    assert (response.status_code, newcomer.acknowledgements.count()) == (422, 0)


def test_a_new_version_asks_again_and_changes_nothing_else(client, person, two_versions):
    make.acknowledgement(person, version="2026-01")
    assert notices.current_version() == "2026-06"
    assert not notices.has_acknowledged(person)
    client.force_login(person.user)
    assert needs(client.get(page("home")))[0][1].startswith("Read the information notice")
    notices.acknowledge(person, "fr")
    assert notices.has_acknowledged(person)
    assert person.acknowledgements.filter(version__in=["2026-01", "2026-06"]).count() == 2


def test_nothing_else_is_forced(client, newcomer):
    client.force_login(newcomer.user)
    for address in (page("home"), page("my-participation"), reverse("assessments:my-skills", args=["acme"])):
        assert client.get(address).status_code == 200
    assert client.get(page("esf-entry")).url == page("notice")


def test_hr_sees_who_has_not_read_the_notice(client, acme, hr, person, newcomer, globex):
    make.person(globex, informed=False, last_name="Foreign")
    make.person(acme, informed=False, last_name="Gone", left_on="2026-01-31")
    client.force_login(hr)
    assert (1, "person has not read the information notice") in needs(client.get(page("home")))
    response = client.get(page("participants"), {"show": "uninformed"})
    assert list(response.context["page"]) == [newcomer]


# --- Entry ------------------------------------------------------------------------------------------------------------


def test_a_person_answers_and_sees_their_answers_again(client, person):
    client.force_login(person.user)
    assert client.post(page("esf-entry"), ANSWERS).url == page("my-participation")
    record = person.esf_records.get()
    assert (record.missing, record.answered_at is not None) == ([], True)
    answers = EsfAnswers.objects.get(person=person)
    assert (answers.gender, answers.birth_date, answers.in_training) == ("female", date(1988, 4, 12), False)
    form = client.get(page("esf-entry")).context["form"]
    assert {name: str(form[name].value()) for name in ANSWERS} == ANSWERS
    assert "sam@private.example" in client.get(page("my-participation")).content.decode()


def test_some_answers_are_better_than_none(client, person):
    client.force_login(person.user)
    client.post(page("esf-entry"), {"gender": "male", "phone": "+352 621 000 000"})
    assert person.esf_records.get().missing == ["birth_date", "employment", "education", "in_training"]
    response = client.get(page("home"))
    assert (4, "questions for the European fund are open") in needs(response)
    client.post(page("esf-entry"), {"gender": "male"})
    assert FollowUpContact.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "2026-01-01"),
        ("birth_date", "1888-01-01"),
        ("birth_date", "yesterday"),
        ("gender", "other"),
        ("email", "staff@acme.example"),
        ("phone", "call me"),
        ("email", "not an address"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(client, person, field, value):
    client.force_login(person.user)
    response = client.post(page("esf-entry"), ANSWERS | {field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert EsfAnswers.objects.count() == 0


def test_sensitive_questions_are_asked_on_request_only(client, person, settings):
    client.force_login(person.user)
    client.post(page("esf-entry"), ANSWERS | {"disability": "yes"})
    assert EsfSensitiveAnswers.objects.count() == 0

    settings.ESF_QUESTIONS_ON_REQUEST = ["disability", "minority"]
    form = client.get(page("esf-entry")).context["form"]
    assert set(form.fields) - set(ANSWERS) == {"disability"}
    client.post(page("esf-entry"), ANSWERS)
    assert person.esf_records.get().missing == ["sensitive"]
    client.post(page("esf-entry"), ANSWERS | {"disability": "unsaid"})
    assert person.esf_records.get().missing == []
    assert EsfSensitiveAnswers.objects.get().disability == "unsaid"


def test_a_person_is_counted_once_per_operation(acme, globex, person):
    first = participation.open_record(person)
    assert participation.open_record(person) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        EsfRecord.objects.create(
            organisation=acme, programme=acme.programme, person=person, due_on=timezone.localdate()
        )
    participation.open_record(make.person(globex, user=person.user))
    participation.open_record(make.person(globex))
    assert acme.programme.esf_records.count() == 3
    assert participation.participants_counted(acme.programme) == 2


def test_the_first_entry_date_never_changes(person):
    record = make.esf_record(person, entered_on=date(2026, 1, 5))
    assert participation.open_record(person).entered_on == date(2026, 1, 5)
    with pytest.raises(IntegrityError, match="first entry date"), transaction.atomic():
        EsfRecord.objects.filter(pk=record.pk).update(entered_on=date(2026, 2, 1))


def test_questions_follow_the_list_of_indicators(settings):
    """What the file says not to collect is in no form; what it requires at entry is asked."""
    import json

    data = json.loads((settings.BASE_DIR / "organisations" / "data" / "esf_indicators.json").read_text())
    values = {row["key"]: row["values"] for row in data["participant_record"] if "values" in row}
    assert EsfAnswers.Gender.values == values["gender"]
    assert EsfAnswers.Employment.values == values["employment_status_entry"]
    assert EsfAnswers.Education.values == values["isced_entry"]
    assert EsfAnswers.Contract.values == values["contract_type_entry"]
    assert EsfAnswers.WorkingTime.values == values["working_time_entry"]
    assert EsfExit.Reason.values == values["exit_reason"]
    assert list(participation.ON_REQUEST) == values["voluntary_answers"]
    entry = participation.Entry(EsfAnswers(), EsfSensitiveAnswers(), None)
    assert set(EsfEntryForm(person=make.person, entry=entry).fields) == set(ANSWERS)


# --- Who sees an answer -----------------------------------------------------------------------------------------------

PRIVATE = [EsfAnswers, EsfSensitiveAnswers, FollowUpContact, FollowUpAnswer]


@pytest.fixture
def answered(acme, person):
    own = {"organisation": acme, "person": person}
    EsfAnswers.objects.create(**own, gender="female", birth_date=date(1988, 4, 12))
    EsfSensitiveAnswers.objects.create(**own, disability="yes")
    FollowUpContact.objects.create(**own, email="sam@private.example")
    FollowUpAnswer.objects.create(**own, kind="four_weeks", employment="employed")
    return person


@pytest.mark.parametrize("model", PRIVATE)
def test_the_database_shows_an_answer_to_its_person_only(acme, globex, answered, model, act_behind_the_fence):
    other = make.person(acme)
    with act_behind_the_fence():
        assert model.objects.count() == 0
        with only(acme.pk):
            assert model.objects.count() == 0  # what HR's pages see
            with as_person(other.pk):
                assert model.objects.count() == 0
            with as_person(answered.pk):
                assert model.objects.count() == 1
            assert model.objects.count() == 0
        with only(globex.pk), as_person(answered.pk):
            assert model.objects.count() == 0
        with every_organisation():
            assert model.objects.count() == 1


@pytest.mark.parametrize("model", PRIVATE)
def test_nobody_changes_or_deletes_anothers_answers(acme, answered, model):
    with only(acme.pk):
        assert model.objects.update(person=answered) == 0
        assert model.objects.all().delete()[0] == 0
    assert model.objects.count() == 1


def test_nobody_answers_for_another(acme, person):
    other = make.person(acme)
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with only(acme.pk), as_person(other.pk), refused, transaction.atomic():
        EsfSensitiveAnswers.objects.create(organisation=acme, person=person, disability="no")


def test_a_person_needs_the_scope_of_their_organisation(person, act_behind_the_fence):
    with act_behind_the_fence(), pytest.raises(ScopeError), as_person(person.pk):
        pass


def test_the_fences_survive_those_of_later_migrations(db):
    policies = (
        "SELECT tablename FROM pg_policies WHERE policyname = 'own_person' AND permissive = 'RESTRICTIVE'"
    )
    with connection.cursor() as cursor:
        cursor.execute(policies)
        found = {table for (table,) in cursor.fetchall()}
    assert found == {model._meta.db_table for model in PRIVATE}


def test_no_page_of_hr_or_officers_shows_an_answer(client, hr, officer, answered):
    participation.open_record(answered)
    client.force_login(hr)
    texts = [
        client.get(address).content.decode()
        for address in (page("participants"), page("person", answered.pk), page("people"), page("home"))
    ]
    client.force_login(officer)
    texts.append(client.get(reverse("organisations:completeness")).content.decode())
    for secret in ("sam@private.example", "1988", "female", "woman"):
        assert not [text for text in texts if secret in text]


def test_hr_learns_the_names_of_missing_questions_and_sensitive_ones_as_a_group(client, hr, person, settings):
    settings.ESF_QUESTIONS_ON_REQUEST = ["disability"]
    make.esf_record(person, missing=["gender", "sensitive"])
    client.force_login(hr)
    text = client.get(page("participants"), {"show": "incomplete"}).content.decode()
    assert "gender, voluntary questions" in text
    assert "disability" not in text


def test_an_hr_manager_who_takes_part_sees_their_own_answers_on_their_own_page(client, acme, hr):
    from organisations.models import Membership

    Membership.objects.create(organisation=acme, user=hr, role=Role.STAFF)
    own = make.person(acme, user=hr, email=hr.email)
    client.force_login(hr)
    client.post(page("esf-entry"), ANSWERS)
    assert "sam@private.example" in client.get(page("my-participation")).content.decode()
    assert "sam@private.example" not in client.get(page("person", own.pk)).content.decode()


# --- Exit and afterwards ----------------------------------------------------------------------------------------------


@pytest.fixture
def record(person):
    return make.esf_record(person, entered_on=date(2026, 1, 5))


def test_an_exit_sets_the_days_of_both_questions(client, hr, record):
    client.force_login(hr)
    left_on = {"left_on": "2026-08-31", "reason": "left_employer"}
    assert client.post(page("record-exit", record.pk), left_on).url == page("participants")
    event = record.exits.get()
    assert (event.left_on, event.reason, event.recorded_by) == (date(2026, 8, 31), "left_employer", hr)
    days = record.follow_ups.values_list("kind", "ask_on", "due_on")
    assert set(days) == {
        ("four_weeks", date(2026, 8, 31), date(2026, 9, 28)),
        ("six_months", date(2027, 2, 28), date(2027, 3, 31)),
    }


@pytest.mark.parametrize("left_on", ["2026-01-04", "2126-01-01", ""])
def test_an_exit_at_an_impossible_day_is_refused(client, hr, record, left_on):
    client.force_login(hr)
    response = client.post(page("record-exit", record.pk), {"left_on": left_on, "reason": "other"})
    assert (response.status_code, record.exits.count()) == (422, 0)


def test_nobody_leaves_twice(record, hr):
    participation.record_exit(record, date(2026, 3, 1), "completed", hr)
    with pytest.raises(ValidationError, match="already"):
        participation.record_exit(record, date(2026, 4, 1), "completed", hr)


def test_whoever_comes_back_keeps_record_and_entry_date(client, hr, record):
    participation.record_exit(record, date(2026, 3, 1), "dropped_out", hr)
    client.force_login(hr)
    client.post(page("take-back", record.pk))
    client.post(page("take-back", record.pk))
    record.refresh_from_db()
    assert (record.entered_on, record.exits.filter(back_on=None).count(), record.follow_ups.count()) == (
        date(2026, 1, 5),
        0,
        0,
    )
    with pytest.raises(ValidationError, match="came back"):
        participation.record_exit(record, date(2026, 4, 1), "completed", hr)
    participation.record_exit(record, timezone.localdate(), "completed", hr)
    assert record.exits.count() == 2


def test_six_months_end_with_the_month():
    assert participation.months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert participation.months_later(date(2026, 6, 15), 6) == date(2026, 12, 15)
    assert participation.months_later(date(2026, 7, 1), 7) == date(2027, 2, 1)


@pytest.fixture
def gone(acme, person, record, hr):
    FollowUpContact.objects.create(organisation=acme, person=person, email="sam@private.example")
    participation.record_exit(record, date(2026, 3, 1), "left_employer", hr)
    return record


def ask_all(act_behind_the_fence):
    with act_behind_the_fence():
        follow_ups.request_due()
        for run in Run.objects.filter(kind=follow_ups.ASK).order_by("pk"):
            carry_out(run.pk)


def link_of(message):
    return next(line for line in message.body.splitlines() if "/follow-ups/" in line).split("8000")[-1]


def test_each_question_is_mailed_once_to_the_private_address_when_its_day_has_come(
    gone, act_behind_the_fence
):
    for day, sent in [(1, 1), (20, 1)]:
        with time_machine.travel(datetime(2026, 3, day, 9, tzinfo=UTC), tick=False):
            ask_all(act_behind_the_fence)
            assert [message.to for message in mail.outbox] == [["sam@private.example"]] * sent
    with time_machine.travel(datetime(2026, 9, 1, 9, tzinfo=UTC), tick=False):
        ask_all(act_behind_the_fence)
    assert len(mail.outbox) == 2
    assert gone.follow_ups.filter(asked_at=None).count() == 0


def test_without_a_private_address_nobody_is_asked_and_the_question_stays_open(gone, act_behind_the_fence):
    FollowUpContact.objects.all().delete()
    ask_all(act_behind_the_fence)
    assert (mail.outbox, gone.follow_ups.filter(asked_at=None).count()) == ([], 2)
    FollowUpContact.objects.create(
        organisation=gone.organisation, person=gone.person, email="later@private.example"
    )
    with time_machine.travel(timezone.now() + timedelta(days=7), tick=False):
        ask_all(act_behind_the_fence)
    assert [message.to for message in mail.outbox] == [["later@private.example"]] * 2


def test_who_gave_a_number_only_is_called_by_the_programme_office(
    client, hr, officer, gone, act_behind_the_fence
):
    FollowUpContact.objects.update(email="", phone="+352 621 000 000")
    ask_all(act_behind_the_fence)
    assert mail.outbox == []
    client.force_login(officer)
    calls = client.get(reverse("organisations:completeness")).context["calls"]
    assert [(call.phone, call.follow_up.kind) for call in calls] == [
        ("+352 621 000 000", "four_weeks"),
        ("+352 621 000 000", "six_months"),
    ]
    form = calls[0].link.split("8000")[-1]
    assert client.post(form, {"employment": "employed", "in_training": "no"}).status_code == 200
    assert len(client.get(reverse("organisations:completeness")).context["calls"]) == 1
    client.force_login(hr)
    for name in ("participants", "home"):
        assert "621 000 000" not in client.get(page(name)).content.decode()


def test_a_contact_is_forgotten_when_the_last_question_can_no_longer_be_answered(
    acme, gone, act_behind_the_fence
):
    for day, left in [(date(2026, 11, 30), 1), (date(2026, 12, 2), 0)]:
        with (
            time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), tick=False),
            act_behind_the_fence(),
        ):
            carry_out(follow_ups.request_forgetting().pk)
        assert FollowUpContact.objects.count() == left


def test_the_answer_needs_no_account_and_ends_the_question(client, acme, gone, act_behind_the_fence):
    Run.objects.all().delete()
    with time_machine.travel(datetime(2026, 9, 2, 9, tzinfo=UTC), tick=False):
        ask_all(act_behind_the_fence)
        first, last = (link_of(message) for message in mail.outbox)
        assert client.get(first).status_code == 200
        given = {
            "employment": "employed",
            "in_training": "yes",
            "qualification": "Pix, 5 May",
            "improvement": "hours",
        }
        assert client.post(last, {"employment": ""}).status_code == 422
        assert client.post(first, given).status_code == 200
        assert FollowUpContact.objects.count() == 1
        assert client.post(last, given).status_code == 200
        assert FollowUpContact.objects.count() == 0
        assert [client.get(link).status_code for link in (first, last)] == [404, 404]
    assert set(FollowUpAnswer.objects.values_list("kind", "employment", "in_training", "improvement")) == {
        ("four_weeks", "employed", True, ""),
        ("six_months", "employed", True, "hours"),
    }


def test_wrong_and_old_links_look_alike(client, gone):
    follow_up = gone.follow_ups.first()
    link = follow_ups.link(follow_up).split("8000")[-1]
    with time_machine.travel(timezone.now() + timedelta(days=follow_ups.LINK_DAYS + 1), tick=False):
        old = client.get(link)
    wrong = client.get(reverse("organisations:follow-up", args=["wrong"]))
    assert (old.status_code, wrong.status_code) == (404, 404)
    assert old.content.decode().count("too old") == wrong.content.decode().count("too old") == 1


# --- How complete -----------------------------------------------------------------------------------------------------


def test_completeness_counts_records_and_what_is_late(client, acme, globex, hr, officer, gone, newcomer):
    make.esf_record(make.person(acme), missing=[])
    late = make.person(acme)
    make.esf_record(late, entered_on=date(2026, 1, 5), due_on=date(2026, 2, 2), missing=["gender"])
    make.esf_record(make.person(globex), missing=["gender"])
    counts = participation.completeness(acme)
    assert counts == participation.Completeness(
        records=3, complete=1, overdue=1, left=1, follow_ups_due=2, follow_ups_overdue=2
    )
    client.force_login(hr)
    assert (1, "European record is incomplete after its deadline") in needs(client.get(page("home")))
    for show, expected in (
        ("incomplete", {gone.person_id, late.pk}),
        ("overdue", {late.pk}),
        ("left", {gone.person_id}),
        ("uninformed", {newcomer.pk}),
    ):
        shown = client.get(page("participants"), {"show": show}).context["page"]
        assert {person.pk for person in shown} == expected
    acme.people.filter(pk=late.pk).update(left_on=date(2026, 3, 1))
    assert (1, "European record is incomplete after its deadline") in needs(client.get(page("home")))
    acme.people.filter(pk=late.pk).update(left_on=None)
    client.force_login(officer)
    rows = client.get(reverse("organisations:completeness")).context["rows"]
    names = ("enrolled", "informed", "records", "complete", "overdue", "left", "late_follow_ups")
    assert {row["organisation"].slug: tuple(row[name] for name in names) for row in rows} == {
        "acme": (4, 3, 3, 1, 1, 1, 2),
        "globex": (1, 1, 1, 0, 0, 0, 0),
    }
    acme_row = next(row for row in rows if row["organisation"] == acme)
    assert acme_row["missing"][0] == ("gender", 2)
    assert acme_row["due_by"] == date(2026, 2, 2)


def test_lists_ask_the_same_number_of_queries_for_any_number(
    client, acme, hr, officer, django_assert_max_num_queries
):
    def add():
        record = make.esf_record(make.person(make.organisation()), missing=["gender"])
        participation.record_exit(record, timezone.localdate(), "other", None)
        participation.record_exit(make.esf_record(make.person(acme)), timezone.localdate(), "other", None)

    add()
    for user, address in ((hr, page("participants")), (officer, reverse("organisations:completeness"))):
        client.force_login(user)
        client.get(address)
        with django_assert_max_num_queries(15 + OF_THE_TESTS) as for_one:
            client.get(address)
        add()
        add()
        with django_assert_max_num_queries(len(for_one)):
            client.get(address)


def test_own_pages_stay_within_their_queries(client, person, record, django_assert_max_num_queries):
    client.force_login(person.user)
    client.post(page("esf-entry"), ANSWERS)
    for name in ("my-participation", "notice", "esf-entry"):
        with django_assert_max_num_queries(15 + OF_THE_TESTS):
            assert client.get(page(name)).status_code == 200


def test_another_organisations_record_does_not_exist(client, acme, outsider, record):
    client.force_login(outsider)
    for slug in ("acme", "globex"):
        for name in ("record-exit", "take-back"):
            address = reverse(f"organisations:{name}", args=[slug, record.pk])
            assert client.post(address, {"left_on": "2026-03-01", "reason": "other"}).status_code == 404
    assert (record.exits.count(), Acknowledgement.objects.count(), FollowUp.objects.count()) == (0, 1, 0)

"""An import of results is taken back: as if it had never been, and what others hold stays."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from assessments import importing, undoing
from assessments.models import Campaign, Completion, Result
from organisations import licences
from organisations.models import LicenceMove, LicencePot
from organisations.problems import Refused
from organisations.runs import carry_out
from tests import make
from tests.assessments.pix_export import export, participation, sample

pytestmark = pytest.mark.django_db

ADA = participation()
BOB = participation(first="Bob", extra=("8",))
BOB_NOT_YET = participation(first="Bob", extra=("8",), sent=None)


def imported(organisation, content):
    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    importing.import_results(result_import)
    return result_import


def on_record(organisation):
    """What is known of each participation, apart from when it was written down."""
    rows = Result.with_held.filter(organisation=organisation).order_by("key")
    return list(
        rows.values_list("key", "result_import", "superseded_by", "person", "line", "levels", "progress")
    )


def everything(organisation):
    """All rows that imports write."""
    return {
        model: list(model._base_manager.filter(organisation=organisation).order_by("pk").values())
        for model in (Result, Campaign, Completion, LicenceMove, LicencePot)
    }


# --- What goes and what stays -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["profiles-collection-fr.csv", "assessment-fr.csv", "legacy-2022-certification-session-fr.csv"]
)
def test_what_an_import_brought_goes(acme, hr, name):
    before = everything(acme)
    result_import = imported(acme, sample(name))
    count = acme.results.count()

    undone = undoing.undo_import(result_import, hr)

    assert (undone.removed, undone.kept, undone.restored) == (count, 0, 0)
    assert everything(acme) == before
    result_import.refresh_from_db()
    assert (result_import.undone_by, result_import.campaign) == (hr, None)


def test_what_an_import_had_overtaken_counts_again(acme):
    imported(acme, export(ADA, BOB_NOT_YET))
    before = on_record(acme)
    second = imported(acme, export(ADA, BOB))
    assert on_record(acme) != before

    undone = undoing.undo_import(second)

    assert (undone.removed, undone.restored) == (1, 1)
    assert on_record(acme) == before


def test_what_a_later_import_holds_too_stays_as_its_own(acme):
    first, second = imported(acme, export(ADA, BOB_NOT_YET)), imported(acme, export(ADA, BOB))
    assert second.outcome["created"] == 1

    undone = undoing.undo_import(first)

    assert (undone.removed, undone.kept) == (1, 1)
    assert sorted(acme.results.values_list("first_name", "result_import", "is_shared")) == [
        ("Ada", second.pk, True),
        ("Bob", second.pk, True),
    ]
    second.refresh_from_db()
    assert (second.outcome["created"], second.outcome["unchanged"]) == (2, 0)


def test_undoing_gives_what_importing_without_it_would_have_given(acme, globex):
    """The first, the second or the third of three exports is taken back."""
    files = [export(ADA, BOB_NOT_YET), export(BOB_NOT_YET), export(ADA, BOB)]
    for left_out in range(3):
        for organisation in (acme, globex):
            organisation.results.all().delete()
            organisation.result_imports.all().delete()
        all_three = [imported(acme, content) for content in files]
        for number, content in enumerate(files):
            if number != left_out:
                imported(globex, content)

        undoing.undo_import(all_three[left_out])

        def current(organisation):
            return sorted(
                organisation.results.current().values_list("first_name", "is_shared", "shared_at", "line")
            )

        assert current(acme) == current(globex), left_out


def test_other_campaigns_are_left_alone(acme):
    other = imported(acme, sample("profiles-collection-en.csv"))
    before = everything(acme)
    undoing.undo_import(imported(acme, sample("profiles-collection-fr.csv")))

    assert everything(acme) == before
    assert other.results.count() == 34


def test_undoing_twice_changes_nothing(acme, hr):
    result_import = imported(acme, export(ADA, BOB))
    first = undoing.undo_import(result_import, hr)
    before = everything(acme)

    assert undoing.undo_import(result_import) == first
    assert everything(acme) == before
    result_import.refresh_from_db()
    assert result_import.undone_by == hr


def test_the_file_can_be_imported_again(acme):
    content = export(ADA, BOB)
    undoing.undo_import(imported(acme, content))

    assert imported(acme, content).outcome["created"] == 2


def test_what_somebody_decided_about_the_results_is_listed(acme):
    person = make.person(acme, first_name="Ada", last_name="Weber")
    result_import = imported(acme, export(ADA))
    acme.results.update(person=person, attached=Result.Attached.DECISION)

    undone = undoing.undo_import(result_import)

    assert undone.decided == [{"line": 2, "name": "Ada Weber", "person": "Ada Weber"}]


def test_what_was_completed_is_as_before(acme):
    first = imported(acme, export(ADA))
    result = acme.results.get()
    second = make.result_import(acme, imported_at=first.imported_at)
    Completion.objects.create(
        organisation=acme, result_import=second, result=result, before={"participation": None, "stage": None}
    )
    acme.results.update(participation=7)

    undoing.undo_import(second)

    assert (acme.results.get().participation, Completion.objects.count()) == (None, 0)


def test_a_completed_result_stays_with_whoever_completed_it(acme):
    first = imported(acme, export(ADA, BOB))
    second = make.result_import(acme, imported_at=first.imported_at, file=None)
    result = acme.results.get(first_name="Ada")
    Completion.objects.create(
        organisation=acme, result_import=second, result=result, before={"participation": None}
    )

    undone = undoing.undo_import(first)

    assert (undone.removed, undone.kept) == (1, 1)
    assert list(acme.results.values_list("first_name", "result_import")) == [("Ada", second.pk)]
    undoing.undo_import(second)
    assert acme.results.count() == 0


def test_a_file_that_was_not_imported_cannot_be_undone(acme):
    with pytest.raises(Refused, match="not imported"):
        undoing.undo_import(make.result_import(acme))


# --- Seats ------------------------------------------------------------------------------------------------------------


def test_seats_are_in_hand_again_where_nothing_else_shows_their_use(acme):
    ada = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    bob = make.person(acme, staff_number="8", last_name="Weber", first_name="Bob")
    licences.assign(acme, [ada, bob])
    imported(acme, sample_of_other_campaign(BOB))
    result_import = imported(acme, export(ADA, BOB))
    assert licences.balance(acme).used == 2

    undone = undoing.undo_import(result_import)

    balance = licences.balance(acme)
    assert (undone.seats, balance.used, balance.in_hand) == (1, 1, 1)
    imported(acme, export(ADA, BOB))
    assert licences.balance(acme).used == 2


def sample_of_other_campaign(*rows):
    return export(*rows).replace(b";4201;", b";4202;")


# --- As a whole or not at all -----------------------------------------------------------------------------------------


class Crash(Exception):
    pass


def statements_of_an_undo(result_import, stop_at=None):
    done = []

    def count(execute, sql, params, many, context):
        if len(done) == stop_at:
            raise Crash(sql)
        done.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(count):
        undoing.undo_import(result_import)
        if stop_at is None:
            transaction.set_rollback(True)
    return len(done)


def test_a_crash_at_any_statement_leaves_everything_as_it_was(acme):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    imported(acme, export(BOB_NOT_YET))
    result_import = imported(acme, export(ADA, BOB))
    imported(acme, export(ADA, BOB, BOB))
    before = everything(acme)

    for number in range(statements_of_an_undo(result_import)):
        with pytest.raises(Crash):
            statements_of_an_undo(result_import, stop_at=number)
        assert everything(acme) == before


# --- By a run and by the command --------------------------------------------------------------------------------------


def test_a_second_click_finds_the_first_run(acme, hr):
    result_import = imported(acme, export(ADA))

    run = undoing.request_undo(result_import, hr)
    assert undoing.request_undo(result_import, hr) == run
    carry_out(run.pk)

    run.refresh_from_db()
    assert (run.succeeded, acme.results.count()) == (True, 0)


def told(*arguments):
    out = StringIO()
    call_command("undo_result_import", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_says_what_it_would_do_and_does_it(acme):
    result_import = imported(acme, export(ADA, BOB))
    answer = {"import": result_import.pk, "removed": 2, "kept": 0, "restored": 0, "seats": 0, "decided": []}

    assert told(str(result_import.pk)) == answer
    assert acme.results.count() == 2

    assert told(str(result_import.pk), "--commit") == answer
    assert acme.results.count() == 0


def test_the_command_refuses_what_is_not_there(capsys):
    with pytest.raises(SystemExit):
        told("999999")

"""Jobs: nothing lost, nothing done twice."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from organisations import runs
from organisations.models import Person, Run
from organisations.runs import CannotFinish, carry_out, report_progress, ring_due, submit, submit_many
from tests import make

done = []


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Kinds of work that exist for these tests only."""
    done.clear()
    monkeypatch.setattr(runs, "_work", dict(runs._work))

    @runs.kind("test_enrol")
    def enrol(run):
        make.person(run.organisation, last_name="Made")
        done.append(run.pk)
        return {"made": 1}

    @runs.kind("test_refuse")
    def refuse(run):
        make.person(run.organisation, last_name="Made")
        raise CannotFinish("The file names nobody.")

    @runs.kind("test_break")
    def break_down(run):
        make.person(run.organisation, last_name="Made")
        raise ZeroDivisionError("a bug")

    @runs.kind("test_look")
    def look(run):
        return {"people": sorted(Person.objects.values_list("last_name", flat=True))}


def made():
    return Person.objects.filter(last_name="Made").count()


def test_a_run_is_done_once_however_often_it_is_rung(acme):
    run = submit("test_enrol", "wish", organisation=acme)
    for _ring in range(3):
        carry_out(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome, run.attempts, made()) == ("done", {"made": 1}, 1, 1)


def test_the_same_wish_is_the_same_run(acme, globex):
    first = submit("test_enrol", "wish", organisation=acme)
    assert submit("test_enrol", "wish", organisation=acme) == first
    assert submit("test_enrol", "another wish", organisation=acme) != first
    assert submit("test_enrol", "wish", organisation=globex) != first
    assert submit("test_enrol", "wish") == submit("test_enrol", "wish")


def test_a_refusal_ends_the_run_with_its_sentence_and_leaves_nothing(acme):
    run = submit("test_refuse", "wish", organisation=acme)
    carry_out(run.pk)
    run.refresh_from_db()
    assert (run.state, run.problem, made()) == ("failed", "The file names nobody.", 0)


def test_asking_again_after_a_failure_starts_anew(acme):
    run = submit("test_refuse", "wish", organisation=acme)
    carry_out(run.pk)
    again = submit("test_refuse", "wish", organisation=acme)
    assert (again.pk, again.state, again.problem) == (run.pk, "queued", "")


def test_a_bug_leaves_nothing_and_is_tried_again_later(acme):
    run = submit("test_break", "wish", organisation=acme)
    carry_out(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, made()) == ("queued", 1, 0)
    assert run.run_after > timezone.now()
    assert "a bug" in run.error
    carry_out(run.pk)
    run.refresh_from_db()
    assert run.attempts == 1, "its time has not come"


def test_a_run_that_fails_again_and_again_is_given_up(acme):
    run = submit("test_break", "wish", organisation=acme)
    for _attempt in range(settings.RUN_TRIES + 1):
        Run.objects.update(run_after=timezone.now())
        carry_out(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("dead", settings.RUN_TRIES)
    assert run.problem


def test_a_run_whose_worker_died_is_taken_up_again(acme):
    run = submit("test_enrol", "wish", organisation=acme)
    assert runs._claim(run.pk).attempts == 1
    carry_out(run.pk)
    assert made() == 0, "the first worker may still be alive"
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    carry_out(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, made()) == ("done", 2, 1)


def test_work_sees_only_its_own_organisation(acme, globex, act_behind_the_fence):
    make.person(acme, last_name="Ours")
    make.person(globex, last_name="Theirs")
    for_acme, for_all = submit("test_look", "a", organisation=acme), submit("test_look", "a")
    with act_behind_the_fence():
        carry_out(for_acme.pk)
        carry_out(for_all.pk)
    for_acme.refresh_from_db()
    for_all.refresh_from_db()
    assert for_acme.outcome == {"people": ["Ours"]}
    assert for_all.outcome == {"people": ["Ours", "Theirs"]}


def test_work_speaks_the_language_of_whoever_asked(acme):
    with translation.override("fr"):
        run = submit("test_break", "wish", organisation=acme)
    Run.objects.update(attempts=settings.RUN_TRIES)
    carry_out(run.pk)
    run.refresh_from_db()
    assert run.language == "fr"


def test_progress_is_seen_while_the_work_is_under_way(acme):
    run = submit("test_enrol", "wish", organisation=acme)
    assert run.progress is None
    run.state = Run.State.RUNNING
    report_progress(run, 120, 400, "Row 120 of 400")
    assert run.progress == {"done": 120, "total": 400, "message": "Row 120 of 400"}


def test_the_sweep_takes_organisations_in_turn(acme, globex, monkeypatch):
    rung = []
    monkeypatch.setattr(runs, "ring", rung.append)
    large = [submit("test_enrol", f"wish {number}", organisation=acme).pk for number in range(3)]
    small = submit("test_enrol", "wish", organisation=globex).pk
    over = submit("test_enrol", "over", organisation=globex)
    carry_out(over.pk)
    assert ring_due() == 4
    assert rung == [large[0], small, large[1], large[2]]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_fail_the_request(monkeypatch):
    from celery import current_app

    acme = make.organisation("acme")
    with current_app.connection_for_write("redis://127.0.0.1:1/0") as connection:
        monkeypatch.setattr(
            current_app,
            "send_task",
            lambda name, args, **options: connection.ensure_connection(max_retries=1, timeout=1),
        )
        run = submit("test_enrol", "wish", organisation=acme)
    assert Run.objects.due().get() == run


@pytest.mark.django_db(transaction=True)
def test_many_runs_ask_a_broker_that_hangs_only_once(monkeypatch):
    from celery import current_app

    asked = []

    def hang(name, args, **options):
        asked.append(args)
        raise TimeoutError

    monkeypatch.setattr(current_app, "send_task", hang)
    acme, hr = make.organisation("acme"), make.user("hr@acme.example")
    with transaction.atomic():
        submit_many(
            "test_enrol", {f"wish {number}": {} for number in range(20)}, organisation=acme, requested_by=hr
        )
    assert (len(asked), Run.objects.due().count()) == (1, 20)


@pytest.mark.django_db(transaction=True)
def test_the_sweep_knows_a_killed_worker_from_one_at_work():
    """Whoever works holds the row's lock; waiting for the lease would take a quarter of an hour."""
    import threading

    from django.db import connection, transaction

    acme = make.organisation("acme")
    run = submit("test_enrol", "wish", organisation=acme)
    runs._claim(run.pk)
    Run.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    at_work, may_end = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            Run.objects.select_for_update().get(pk=run.pk)
            at_work.set()
            may_end.wait(10)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    at_work.wait(10)
    assert runs.free_abandoned() == 0
    may_end.set()
    worker.join()
    assert runs.free_abandoned() == 1
    assert Run.objects.due().get() == run

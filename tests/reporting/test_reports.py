"""The life of a report: asked for once, frozen once, written once."""

import threading
from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from organisations.models import Run
from organisations.runs import carry_out
from reporting import reports, tasks
from reporting.models import Report
from reporting.periods import Quarter
from reporting.reports import request_due_report, request_report
from reporting.snapshots import hash_of
from tests import make


def test_asking_makes_the_report_and_one_run(programme, quarter, officer):
    report = request_report(programme, quarter, officer)

    assert (report.period, report.version, report.requested_by) == (quarter, 1, officer)
    assert report.cut_off == quarter.ends_at
    assert (report.run.kind, report.run.key, report.run.args) == (
        "compute_report",
        "2026Q3-1",
        {"report": report.pk},
    )
    assert not report.is_frozen
    assert not report.is_over


def test_asking_again_gives_the_same_report(programme, quarter, officer):
    first, second = request_report(programme, quarter, officer), request_report(programme, quarter)

    assert first == second
    assert second.requested_by == officer
    assert (Report.objects.count(), Run.objects.count()) == (1, 1)


def test_a_quarter_that_cannot_be_reported_leaves_nothing(programme):
    with pytest.raises(ValidationError):
        request_report(programme, Quarter(2026, 4))

    assert (Report.objects.count(), Run.objects.count()) == (0, 0)


def test_the_database_refuses_a_second_report_of_a_quarter(programme):
    make.report("2026Q3")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.report("2026Q3")


def test_a_report_is_computed_frozen_and_written_in_three_languages(programme, quarter, act_behind_the_fence):
    report = request_report(programme, quarter)

    with act_behind_the_fence():
        carry_out(report.run_id)
    report.refresh_from_db()
    assert report.is_frozen
    assert not report.is_over
    assert report.snapshot_hash == hash_of(report.figures)
    assert (report.rendering.kind, report.rendering.args) == ("render_report", {"report": report.pk})

    with act_behind_the_fence():
        carry_out(report.rendering_id)
    report.refresh_from_db()
    assert report.is_complete
    assert [file.name for file in report.language_files] == [
        "readiness-report-2026Q3-en.pdf",
        "readiness-report-2026Q3-fr.pdf",
        "readiness-report-2026Q3-de.pdf",
    ]
    assert report.rendering.outcome["files"] == {file.language: file.digest for file in report.files.all()}


def test_frozen_figures_are_never_computed_again(programme, quarter):
    report = request_report(programme, quarter)
    carry_out(report.run_id)
    report.refresh_from_db()
    make.organisation(joined_on=date(2026, 1, 1))
    Run.objects.filter(pk=report.run_id).update(state="queued")

    carry_out(report.run_id)

    before = report.snapshot_hash
    report.refresh_from_db()
    assert report.snapshot_hash == before


def test_the_same_data_give_the_same_figures(programme, quarter):
    make.result(make.organisation("bank", joined_on=date(2026, 1, 1)))

    assert reports.unsaved_report(programme, quarter).snapshot_hash == (
        reports.unsaved_report(programme, quarter).snapshot_hash
    )


def test_a_file_that_was_handed_out_is_never_replaced(report):
    kept = reports.keep_file(report, "en", b"%PDF first")

    assert reports.keep_file(report, "en", b"%PDF second") == kept
    assert bytes(report.files.get().content) == b"%PDF first"


def test_a_report_whose_making_failed_is_tried_again_when_somebody_asks(programme, quarter):
    report = request_report(programme, quarter)
    Run.objects.filter(pk=report.run_id).update(state="dead", problem="Several times in vain.")
    report.refresh_from_db()
    assert report.is_over

    report = request_report(programme, quarter)

    assert report.run.state == "queued"
    assert not report.is_over


def test_a_frozen_report_that_could_not_be_written_is_only_written_again(programme, quarter):
    report = request_report(programme, quarter)
    carry_out(report.run_id)
    report.refresh_from_db()
    Run.objects.filter(pk=report.rendering_id).update(state="dead")

    again = request_report(programme, quarter)

    again.refresh_from_db()
    assert (again.run.state, again.rendering.state) == ("done", "queued")


def test_beat_asks_for_the_last_ended_quarter_and_only_once(programme):
    tasks.request_due_report()
    tasks.request_due_report()

    report = Report.objects.get()
    assert (report.period, report.requested_by) == (Quarter(2026, 3), None)


def test_the_schedule_names_a_task_that_exists(settings):
    from pilot.celery import app

    names = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]

    assert "reporting.tasks.request_due_report" in names
    app.loader.import_default_modules()
    assert set(names) <= app.tasks.keys()


def test_beat_asks_for_nothing_before_the_programme_has_had_a_quarter(programme):
    with time_machine.travel("2025-06-15"):
        assert request_due_report(programme) is None


def test_whoever_asked_sees_progress_in_their_language(programme, quarter):
    with translation.override("fr"):
        report = request_report(programme, quarter)

    assert report.run.language == "fr"


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_one_report_and_one_run(programme, quarter):
    asked, problems = [], []
    together = threading.Barrier(20)

    def ask():
        try:
            together.wait()
            asked.append(request_report(programme, quarter).pk)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    people = [threading.Thread(target=ask) for _ in range(20)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert problems == []
    assert len(asked) == 20
    assert set(asked) == {Report.objects.get().pk}
    assert Run.objects.get().args == {"report": asked[0]}

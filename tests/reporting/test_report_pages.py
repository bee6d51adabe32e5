"""Who sees reports, who asks for them, and what the pages say."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import Role, Run
from reporting import snapshots
from reporting.figures import Growth
from reporting.models import Report
from reporting.periods import Quarter
from tests import make
from tests.reporting.measured import measurements

LIST, ASK = reverse("reporting:reports"), reverse("reporting:request-report")


@pytest.fixture
def auditor(programme):
    return make.programme_member(Role.AUDITOR, email="auditor@pilot.example")


def test_the_committee_the_officer_and_the_auditor_see_the_reports(
    client, finished_report, committee, officer, auditor
):
    for user in (committee, officer, auditor):
        client.force_login(user)
        page = client.get(LIST).content.decode()

        assert "Third quarter of 2026" in page
        for language in ("en", "fr", "de"):
            assert reverse("reporting:download-report", args=[finished_report.pk, language]) in page
        assert client.get(finished_report.get_absolute_url()).status_code == 200


def test_others_do_not(client, finished_report, hr, staff):
    addresses = [
        LIST,
        finished_report.get_absolute_url(),
        reverse("reporting:download-report", args=[finished_report.pk, "en"]),
    ]
    for address in addresses:
        assert client.get(address).status_code == 302
        assert client.get(address)["Location"].startswith("/accounts/login/")
    for user in (hr, staff):
        client.force_login(user)
        for address in addresses:
            assert client.get(address).status_code == 403


def test_only_the_officer_asks_for_a_report(client, programme, committee, auditor, hr, officer):
    for user in (committee, auditor, hr):
        client.force_login(user)
        assert client.post(ASK, {"quarter": "2026Q3"}).status_code == 403
        assert "Make the report" not in client.get(LIST).content.decode()
    assert not Report.objects.exists()

    client.force_login(officer)
    assert "Make the report" in client.get(LIST).content.decode()
    response = client.post(ASK, {"quarter": "2026Q3"})

    report = Report.objects.get()
    assert (response.status_code, response["Location"]) == (302, report.get_absolute_url())
    assert (report.period, report.requested_by) == (Quarter(2026, 3), officer)


def test_a_double_click_gives_one_report(client, programme, officer):
    client.force_login(officer)

    responses = [client.post(ASK, {"quarter": "2026Q3"}) for _ in range(3)]

    assert {response["Location"] for response in responses} == {Report.objects.get().get_absolute_url()}
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("quarter", "sentence"),
    [
        ("2026Q4", "can be made from the next day on"),
        ("2024Q1", "there is nothing to report"),
        ("2026Q9", "is not a quarter"),
        ("", "This field is required."),
        ("x" * 300, "at most 30 characters"),
        ("<script>", "&lt;script&gt;” is not a quarter"),
    ],
)
def test_a_quarter_that_cannot_be_reported_is_refused_on_the_page(
    client, programme, officer, quarter, sentence
):
    client.force_login(officer)

    response = client.post(ASK, {"quarter": quarter})

    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Report.objects.exists()


def test_asking_needs_a_post(client, programme, officer):
    client.force_login(officer)
    assert client.get(ASK).status_code == 405
    assert client.post(LIST).status_code == 405


def test_the_list_without_reports_says_when_the_first_one_comes(client, programme, committee):
    client.force_login(committee)
    assert "There is no report yet" in client.get(LIST).content.decode()


def test_a_report_that_is_being_made_says_so_and_asks_for_news(client, programme, officer):
    client.force_login(officer)
    client.post(ASK, {"quarter": "2026Q3"})
    report = Report.objects.get()

    page = client.get(report.get_absolute_url()).content.decode()
    fragment = client.get(report.get_absolute_url(), headers={"HX-Request": "true"})

    assert "Waiting to start" in page
    assert f'hx-get="{report.get_absolute_url()}"' in page
    assert "HX-Refresh" not in fragment
    assert "<html" not in fragment.content.decode()
    assert "being made" in client.get(LIST).content.decode()


def test_with_the_broker_stopped_the_wish_is_kept_and_the_page_says_that_it_waits(
    client, programme, officer, broker_at_a_closed_port, django_capture_on_commit_callbacks
):
    client.force_login(officer)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(ASK, {"quarter": "2026Q3"})

    report = Report.objects.get()
    assert response["Location"] == report.get_absolute_url()
    assert report.run.state == "queued"
    assert "Waiting to start" in client.get(report.get_absolute_url()).content.decode()
    with time_machine.travel("2026-11-22 10:05:00+00:00"):
        page = client.get(report.get_absolute_url()).content.decode()
    assert "The report waits until the workers can be reached again" in page


def test_the_fragment_shows_the_page_anew_when_the_files_are_there(client, finished_report, committee):
    client.force_login(committee)

    response = client.get(finished_report.get_absolute_url(), headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


def test_a_report_that_failed_says_why_and_can_be_tried_again(client, programme, officer, committee):
    client.force_login(officer)
    client.post(ASK, {"quarter": "2026Q3"})
    report = Report.objects.get()
    Run.objects.update(state="dead", problem="This job failed several times.")

    page = client.get(report.get_absolute_url()).content.decode()

    assert "This job failed several times." in page
    assert "Try again" in page
    client.force_login(committee)
    assert "Try again" not in client.get(report.get_absolute_url()).content.decode()


def test_the_page_shows_the_frozen_figures(client, finished_report, committee):
    client.force_login(committee)

    page = client.get(finished_report.get_absolute_url()).content.decode()

    assert "280 of the 560 people enrolled have shared a result." in page
    assert finished_report.short_hash in page
    assert "Not yet collected." in page
    assert page.count("<svg") >= 5


def test_the_page_hides_what_is_small(client, programme, committee):
    few = measurements().participants | {"certifiable": Growth(0, 3)}
    figures = snapshots.make_snapshot(programme, Quarter(2026, 3), measurements(participants=few))
    report = make.report(figures=figures)
    client.force_login(committee)

    page = client.get(report.get_absolute_url()).content.decode()

    assert '<span aria-hidden="true">‹5</span><span class="visually-hidden">fewer than 5</span>' in page


def test_a_file_is_saved_under_a_speaking_name_and_never_shown_in_place(client, finished_report, committee):
    client.force_login(committee)

    response = client.get(reverse("reporting:download-report", args=[finished_report.pk, "fr"]))

    assert response.status_code == 200
    assert response.content == b"%PDF in fr"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="readiness-report-2026Q3-fr.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_admins_find_reports_and_files_without_their_contents(client, finished_report, admin_user):
    client.force_login(admin_user)
    file = finished_report.files.first()

    for address in (
        reverse("admin:reporting_report_changelist") + "?q=2026",
        reverse("admin:reporting_report_change", args=[finished_report.pk]),
        reverse("admin:reporting_reportfile_changelist") + "?q=2026",
        reverse("admin:reporting_reportfile_change", args=[file.pk]),
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert "%PDF" not in response.content.decode()


def test_what_does_not_exist_is_not_found(client, report, committee):
    client.force_login(committee)

    assert client.get(reverse("reporting:report", args=[report.pk + 1])).status_code == 404
    assert client.get(reverse("reporting:download-report", args=[report.pk, "en"])).status_code == 404
    assert client.get(reverse("reporting:download-report", args=[report.pk, "xx"])).status_code == 404


def test_three_reports_cost_no_more_queries_than_one(
    client, finished_report, committee, django_assert_num_queries
):
    client.force_login(committee)
    with CaptureQueriesContext(connection) as first:
        client.get(LIST)
    for period in ("2026Q2", "2026Q1"):
        make.report_file(make.report(period), "en")

    with django_assert_num_queries(len(first)):
        client.get(LIST)
    assert len(first) <= 15


def test_one_report_stays_within_the_budget_of_a_page(
    client, finished_report, committee, django_assert_max_num_queries
):
    client.force_login(committee)
    with django_assert_max_num_queries(15):
        client.get(finished_report.get_absolute_url())

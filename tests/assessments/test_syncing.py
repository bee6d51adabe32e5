"""Results as Pix has them, read through the stub: in slices, again and again, and never twice."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone

from assessments import maddo, syncing
from assessments.models import Result
from assessments.syncing import request, request_due
from organisations.models import Run
from organisations.runs import carry_out
from pilot.demonstration.people import SETTINGS, invent_staff
from pilot.development.pix_stub import (
    CLIENT_ID,
    CLIENT_SECRET,
    DEMONSTRATION,
    DEMONSTRATION_CAMPAIGN,
    PixStub,
    offer_the_demonstration,
    participation,
)
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pix(monkeypatch):
    monkeypatch.setattr(maddo, "PATIENCE", maddo.PATIENCE.new(backoff_factor=0, retry_after_max=0.01))
    with PixStub() as stub:
        yield stub


@pytest.fixture
def connection(acme, pix):
    return make.connection(acme, CLIENT_SECRET, base_address=pix.address, client_id=CLIENT_ID)


def follow(connection, *numbers):
    for number in numbers:
        make.offered_campaign(connection, number=number)


def carried_out(sync):
    """All its slices."""
    for _slice in range(20):
        carry_out(sync.run_id)
        sync.refresh_from_db()
        if sync.ended_at:
            return sync
    raise AssertionError(f"{sync.run.problem} {sync.run.error}")


def synced(connection, everything=False):
    connection.refresh_from_db()
    return carried_out(request(connection, everything=everything))


def counts(sync):
    return {name: count for name, count in sync.outcome["counts"].items() if count}


def test_a_shared_profile_is_kept_as_pix_says(acme, pix, connection):
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    number = pix.offer(participation(600001, pixScore=342, participantExternalId="00101"), name="Collecte")
    follow(connection, number)

    sync = synced(connection)

    result, campaign = acme.results.get(), acme.campaigns.get()
    assert (campaign.kind, campaign.reference, campaign.name, campaign.source) == (
        "profiles",
        str(number),
        "Collecte",
        "api",
    )
    assert (result.participation, result.person, result.pix_score, result.levels) == (
        600001,
        person,
        342,
        None,
    )
    assert result.shared_at == datetime(2026, 3, 17, 0, 54, tzinfo=UTC)
    assert (counts(sync), sync.result_import.outcome["matched"]) == ({"created": 1}, 1)
    assert (sync.result_import.file, sync.result_import.campaign) == (None, campaign)


def test_no_level_is_made_of_topics(acme, pix, connection):
    tubes = [
        {"id": "t1", "competenceId": "rec1", "maxLevel": 5, "reachedLevel": 3, "practicalTitle": "Topic"}
    ]
    number = pix.offer(
        participation(1, masteryRate=0.755, tubes=tubes, stages={"reachedStage": 0, "numberOfStages": 3}),
        type="EXAM",
    )
    follow(connection, number)

    synced(connection)

    result = acme.results.get()
    assert (result.measure, result.levels, result.shares, str(result.mastery_rate), result.stage) == (
        "share_of_items",
        None,
        None,
        "0.76",
        0,
    )
    assert result.details["tubes"] == [
        {"tube": "t1", "competence": "rec1", "title": "Topic", "highest": 5.0, "reached": 3.0}
    ]
    assert acme.campaigns.get().kind == "exam"


def test_reading_again_changes_nothing(acme, pix, connection):
    follow(connection, pix.offer(*[participation(number, f"Name{number}") for number in range(1, 6)]))
    synced(connection)
    before = list(acme.results.order_by("pk").values())

    again = synced(connection, everything=True)

    assert list(acme.results.order_by("pk").values()) == before
    assert (counts(again), again.result_import) == ({"unchanged": 5}, None)
    assert acme.result_imports.count() == 1


def test_only_what_is_new_is_asked_for(acme, pix, connection):
    follow(connection, pix.offer(participation(1)))
    synced(connection)

    pix.requests.clear()
    synced(connection)

    (asked,) = [each for each in pix.requests if "participations" in each]
    since = (timezone.now() - timedelta(days=1)).strftime("since=%Y-%m-%dT%H")
    assert since in asked.replace("%3A", ":")


def test_who_shares_later_becomes_a_result(acme, pix, connection):
    number = pix.offer(participation(1, sharedAt=None))
    follow(connection, number)
    synced(connection)
    progress = acme.results.get()
    assert (progress.is_shared, progress.pix_score) == (False, None)

    pix.participations[number][0] |= {
        "status": "SHARED",
        "sharedAt": timezone.now().isoformat(),
        "pixScore": 100,
    }
    sync = synced(connection)

    result = acme.results.get()
    assert (result.pk, result.is_shared, result.pix_score) == (progress.pk, True, 100)
    assert counts(sync) == {"completed": 1}
    completion = sync.result_import.completions.get()
    assert (completion.before["is_shared"], completion.before["pix_score"]) == (False, None)


def test_what_was_deleted_at_pix_is_taken_out_and_kept(acme, pix, connection):
    number = pix.offer(participation(1, "Weber"), participation(2, "Klein"))
    follow(connection, number)
    synced(connection)
    gone = pix.participations[number].pop()

    assert counts(synced(connection)) == {}
    sync = synced(connection, everything=True)

    assert counts(sync) == {"unchanged": 1, "vanished": 1}
    assert [result.last_name for result in Result.objects.current()] == ["Weber"]
    assert [result.last_name for result in sync.result_import.superseded_results.all()] == ["Klein"]
    assert [result.last_name for result in acme.results.shared()] == ["Weber"]

    pix.participations[number].append(gone)
    sync = synced(connection, everything=True)

    assert counts(sync) == {"unchanged": 1, "completed": 1}
    assert Result.objects.current().count() == 2


def test_whoever_moved_up_while_a_deletion_happened_is_not_taken_for_deleted(acme, pix, connection):
    rows = [participation(number, f"N{number}") for number in range(1, 402)]
    number = pix.offer(*rows)
    follow(connection, number)
    synced(connection)
    ask = pix.participations_of

    def delete_in_between(campaign, query):
        if query["page[number]"] == "2" and len(pix.participations[number]) == 401:
            pix.participations[number] = pix.participations[number][1:]
        return ask(campaign, query)

    pix.participations_of = delete_in_between
    sync = synced(connection, everything=True)

    assert "vanished" not in counts(sync)
    assert Result.objects.current().count() == 401
    assert counts(synced(connection, everything=True))["vanished"] == 1


def test_disorder_says_nothing_about_deletions(acme, pix, connection):
    rows = [
        participation(number, f"N{number}", createdAt=f"2026-03-01T{number % 24:02}:00:00.000Z")
        for number in range(1, 451)
    ]
    number = pix.offer(*rows)
    follow(connection, number)
    synced(connection)
    pix.is_unsorted = True

    sync = synced(connection, everything=True)

    assert "vanished" not in counts(sync)
    assert sync.outcome["doubts"] == [[number, "disorder"]]
    assert Result.objects.current().count() == 450


@pytest.mark.parametrize("misdeed", [{"extra_pages": 5}, {"extra_pages": -2}, {"overlap": 7}])
def test_pages_that_are_wrong_hide_and_double_nobody(acme, pix, connection, misdeed):
    follow(connection, pix.offer(*[participation(number, f"N{number}") for number in range(1, 451)]))
    vars(pix).update(misdeed)

    synced(connection)

    assert acme.results.count() == 450


def test_a_cut_costs_the_slice_at_work(acme, pix, connection, monkeypatch):
    monkeypatch.setattr(syncing, "PAGES_PER_SLICE", 2)
    follow(connection, pix.offer(*[participation(number, f"N{number}") for number in range(1, 1001)]))
    sync = request(connection)
    carry_out(sync.run_id)
    sync.refresh_from_db()
    assert (acme.results.count(), sync.ended_at) == (400, None)

    pix.misbehave(path="participations", cut=True, times=50)
    carry_out(sync.run_id)
    sync.refresh_from_db()
    assert (sync.run.state, acme.results.count()) == (Run.State.QUEUED, 400)

    pix.misdeeds.clear()
    Run.objects.filter(pk=sync.run_id).update(run_after=timezone.now())
    carried_out(sync)
    assert acme.results.count() == 1000


def test_what_was_read_before_a_cut_is_kept(acme, pix, connection):
    number = pix.offer(*[participation(number, f"N{number}") for number in range(1, 451)])
    follow(connection, number)
    ask, cuts = pix.participations_of, []

    def cut_at_the_third(campaign, query):
        if query["page[number]"] == "2" and not cuts:
            cuts.append("once")
            pix.misbehave(path="participations", status=502, times=5)
        return ask(campaign, query)

    pix.participations_of = cut_at_the_third
    sync = request(connection)
    carry_out(sync.run_id)
    sync.refresh_from_db()

    assert (acme.results.count(), sync.ended_at, sync.position) == (400, None, 3)
    carried_out(sync)
    assert acme.results.count() == 450


def test_what_does_not_pass_becomes_a_sentence_and_the_next_wish_goes_on(acme, pix, connection):
    follow(connection, pix.offer(participation(1)))
    pix.secrets[CLIENT_ID] = "changed"
    sync = request(connection)
    carry_out(sync.run_id)
    run = Run.objects.get(pk=sync.run_id)
    assert (run.state, run.problem) == (Run.State.FAILED, "Pix does not accept the client id or the secret.")

    pix.secrets[CLIENT_ID] = CLIENT_SECRET
    again = request(connection)

    assert again == sync
    carried_out(again)
    assert acme.results.count() == 1


def test_patience_with_a_busy_pix_ends_with_a_sentence(acme, pix, connection):
    follow(connection, pix.offer(participation(1)))
    pix.misbehave(status=503, times=100)
    sync = request(connection)
    for _each in range(syncing.TRIES):
        Run.objects.filter(pk=sync.run_id).update(run_after=timezone.now())
        carry_out(sync.run_id)

    run = Run.objects.get(pk=sync.run_id)
    assert (run.state, run.problem) == (
        Run.State.FAILED,
        "Pix can't be reached at the moment. Reading goes on later.",
    )


def test_one_campaign_that_may_not_be_read_does_not_stop_the_others(acme, pix, connection):
    first, second = pix.offer(participation(1)), pix.offer(participation(2))
    del pix.participations[first]
    follow(connection, first, second)

    sync = synced(connection)

    assert sync.outcome["doubts"] == [[first, "not_allowed"]]
    assert acme.results.get().participation == 2


def test_campaigns_that_pix_offers_are_listed_and_only_followed_ones_read(acme, pix, connection):
    followed, other = (
        pix.offer(participation(1)),
        pix.offer(participation(2), archivedAt="2026-03-01T08:00:00Z"),
    )
    follow(connection, followed)

    synced(connection)

    assert {offer.number: offer.is_followed for offer in connection.campaigns.all()} == {
        followed: True,
        other: False,
    }
    assert connection.campaigns.get(number=other).archived_at
    assert acme.results.count() == 1

    pix.campaigns[1000] = []
    synced(connection)
    assert connection.campaigns.exclude(gone_at=None).count() == 2
    assert acme.results.count() == 1


def test_more_than_twenty_thousand(acme, pix, connection):
    follow(connection, pix.offer(*[participation(number, f"N{number}") for number in range(1, 20_402)]))

    sync = synced(connection)

    assert (acme.results.count(), counts(sync)["created"]) == (20_401, 20_401)
    assert acme.result_imports.count() == 1
    assert sync.slices == 5


def test_the_clock_asks_for_connections_whose_time_has_come(acme, globex, connection):
    fresh = make.connection(globex, synced_at=timezone.now(), fully_synced_at=timezone.now())

    assert request_due() == 1
    assert request_due() == 1
    assert connection.syncs.count() == 1
    assert not fresh.syncs.exists()

    fresh.synced_at -= timedelta(hours=6)
    fresh.save()
    assert request_due() == 2
    assert fresh.syncs.get().is_full is False


def test_everything_is_read_again_now_and_then(acme, connection):
    assert request(connection).is_full
    connection.syncs.all().delete()
    connection.fully_synced_at = timezone.now() - timedelta(days=6)
    assert not connection.needs_full_sync
    connection.fully_synced_at -= timedelta(days=1)
    assert connection.needs_full_sync


def test_two_wishes_make_one_synchronisation(acme, connection):
    assert request(connection) == request(connection)
    assert Run.objects.filter(kind=syncing.SYNC).count() == 1


def test_run_arguments_and_traces_hold_no_secret(acme, pix, connection, caplog):
    follow(connection, pix.offer(participation(1)))
    pix.misbehave(status=503, times=100)
    sync = request(connection)
    carry_out(sync.run_id)

    run = Run.objects.get(pk=sync.run_id)
    assert run.args == {"synchronisation": sync.pk}
    assert CLIENT_SECRET not in f"{run.args} {run.error} {run.problem} {caplog.text} {connection!r}"
    assert CLIENT_SECRET not in connection.sealed_secret


def test_the_demonstration_plays_pix_for_people_who_are_enrolled_there(acme, pix):
    offer_the_demonstration(pix)
    connection = make.connection(acme, CLIENT_SECRET, base_address=pix.address, client_id=CLIENT_ID)
    follow(connection, DEMONSTRATION_CAMPAIGN)
    setting = next(setting for setting in SETTINGS if setting.slug == DEMONSTRATION)
    somebody = invent_staff(setting, Random(f"demonstration of {DEMONSTRATION}"))[0]

    synced(connection)

    assert acme.results.filter(external_id=somebody.staff_number, last_name=somebody.last_name).exists()
    assert acme.results.shared().exists()
    assert not acme.results.exclude(measure="share_of_items").exists()

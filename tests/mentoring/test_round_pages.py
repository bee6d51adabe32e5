from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring.models import LeftOut, MentoringRound, Pairing
from mentoring.pairing import pair
from organisations.models import Run
from organisations.runs import carry_out
from tests import make

State = MentoringRound.State


@pytest.fixture(autouse=True)
def signed_in(client, hr):
    client.force_login(hr)


@pytest.fixture
def proposed_round(acme):
    """A round with one proposed pair and one mentee without a result."""
    mentoring_round = make.mentoring_round(acme, name="Autumn")
    make.mentor(mentoring_round, first_name="Ada", last_name="Above", level=6)
    make.mentee(mentoring_round, first_name="Ben", last_name="Below", level=2)
    make.application(mentoring_round, make.person(acme, first_name="Cleo", last_name="Clear"), wanted=[1])
    pair(mentoring_round)
    mentoring_round.refresh_from_db()
    return mentoring_round


def url(name, *args):
    return reverse(f"mentoring:{name}", args=["acme", *args])


def text(response):
    return " ".join(response.content.decode().split())


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    bookkeeping = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    return len([query for query in captured if not query["sql"].startswith(bookkeeping)])


# --- the list ---------------------------------------------------------------------------------------------------------


def test_an_empty_list_starts_the_first_round(client, acme):
    page = text(client.get(url("rounds")))

    assert "No round yet" in page
    assert url("open-round") in page


def test_the_list_shows_counts(client, acme, globex, proposed_round):
    make.mentoring_round(globex, name="Foreign")
    make.mentoring_session(make.pairing(acme))

    response = client.get(url("rounds"))

    assert [
        (each.name, each.application_count, each.pair_count, each.session_count)
        for each in response.context["page"]
    ] == [
        (response.context["page"][0].name, 0, 1, 1),
        ("Autumn", 3, 1, 0),
    ]
    assert "Foreign" not in text(response)


def test_the_list_asks_as_many_queries_for_three_rounds_as_for_one(client, acme):
    make.pairing(acme)
    one = queries_of(client, url("rounds"))
    make.pairing(acme)
    make.pairing(acme)

    assert queries_of(client, url("rounds")) == one <= 15


# --- opening ----------------------------------------------------------------------------------------------------------


def test_hr_opens_a_round(client, acme, hr):
    response = client.post(url("open-round"), {"name": "Autumn", "minimum_gap": 3}, follow=True)

    opened = acme.mentoring_rounds.get()
    assert response.redirect_chain == [(url("round", opened.pk), 302)]
    assert (opened.name, opened.minimum_gap, opened.opened_by, opened.state) == ("Autumn", 3, hr, State.OPEN)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "minimum_gap": 2}, "This field is required"),
        ({"name": "Autumn", "minimum_gap": 0}, "greater than or equal to 1"),
        # HR would know the levels of both, if a mentor had to be eight levels above a mentee.
        ({"name": "Autumn", "minimum_gap": 5}, "less than or equal to 4"),
        ({"name": "Autumn", "minimum_gap": "two"}, "whole number"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(client, acme, fields, sentence):
    response = client.post(url("open-round"), fields)

    assert response.status_code == 422
    assert sentence in text(response)
    assert acme.mentoring_rounds.count() == 0


def test_a_second_round_waits_for_the_first(client, acme):
    make.mentoring_round(acme)

    assert "there is one round at a time" in text(client.get(url("open-round")))
    response = client.post(url("open-round"), {"name": "Autumn", "minimum_gap": 2})

    assert response.status_code == 422
    assert "Another round is still under way" in text(response)
    assert acme.mentoring_rounds.count() == 1


# --- the round --------------------------------------------------------------------------------------------------------


def test_an_open_round_without_applications_says_what_is_needed(client, acme):
    page = text(client.get(url("round", make.mentoring_round(acme).pk)))

    assert "at least one mentor and one mentee" in page
    assert "Pair 0" not in page


def test_the_round_shows_pairs_and_reasons_and_no_level(client, proposed_round):
    response = client.get(url("round", proposed_round.pk))

    page = text(response)
    assert "Ada Above" in page
    assert "Ben Below" in page
    assert "The mentor is at least 2 levels above on each of these." in page
    assert "Cleo Clear" in page
    assert "No Pix result is shared yet" in page
    assert "Publish 1 pair" in page
    assert "Mentees who stay without a mentor: 1" in page
    assert "Proven: no other choice" in page
    assert [pairing.competences[0].code for pairing in response.context["pairs"]] == ["1.1"]


def test_the_score_is_on_no_page(client, acme, proposed_round):
    proposed_round.pairings.update(score=987123)

    assert "987123" not in text(client.get(url("round", proposed_round.pk)))


def test_later_applications_are_announced(client, acme, proposed_round):
    make.application(proposed_round, wanted=[1])

    assert "1 application has come in or changed" in text(client.get(url("round", proposed_round.pk)))


def test_next_steps_stay_with_the_pair(client, acme):
    pairing = make.pairing(acme)
    make.mentoring_session(pairing, minutes=90, next_step="Something private", confirmed_at=timezone.now())
    make.mentoring_session(
        pairing, held_on=timezone.localdate() - timedelta(days=2), declined_at=timezone.now()
    )

    page = text(client.get(url("round", pairing.round_id)))

    assert "1 session, 1.5 h; confirmed by the mentee: 1" in page
    assert "Something private" not in page


def test_the_round_asks_as_many_queries_for_three_pairs_as_for_one(client, acme):
    def published(pairs):
        first = make.pairing(acme)
        for _number in range(pairs - 1):
            make.pairing(acme, round=first.round)
        for _number in range(pairs):
            make.left_out(first.round, detail={"competences": [1]})
        return url("round", first.round_id)

    assert queries_of(client, published(1)) == queries_of(client, published(3)) <= 15


def test_everybody_left_out_has_a_page_of_their_own(client, acme):
    mentoring_round = make.pairing(acme).round
    for _number in range(20):
        make.left_out(mentoring_round)

    assert url("left-out", mentoring_round.pk) in text(client.get(url("round", mentoring_round.pk)))
    response = client.get(url("left-out", mentoring_round.pk))

    assert len(response.context["left_out"]) == 20
    assert "20 people without a partner" in text(response)


@pytest.mark.parametrize("role", ["mentor", "mentee"])
@pytest.mark.parametrize("reason", LeftOut.Reason.values)
def test_every_reason_has_a_sentence(client, acme, role, reason):
    left_out = make.left_out(
        make.mentoring_round(acme), reason=reason, as_role=role, detail={"suitable": 2, "competences": [1]}
    )

    response = client.get(url("left-out", left_out.round_id))

    assert response.context["left_out"][0].sentence.endswith(".")


# --- pairing ----------------------------------------------------------------------------------------------------------


def test_hr_asks_for_pairs_and_watches(client, acme, hr, act_behind_the_fence):
    mentoring_round = make.mentoring_round(acme)
    make.mentor(mentoring_round)
    make.mentee(mentoring_round)

    response = client.post(url("pair-round", mentoring_round.pk), follow=True)
    client.post(url("pair-round", mentoring_round.pk))

    run = Run.objects.get()
    assert (run.kind, run.requested_by) == ("pair_round", hr)
    page = text(response)
    assert "Waiting to start" in page
    assert "Close this round" not in page
    assert url("publish-round", mentoring_round.pk) not in page
    fragment = client.get(url("round", mentoring_round.pk), headers={"HX-Request": "true"})
    assert "<html" not in text(fragment)
    assert "HX-Refresh" not in fragment

    with act_behind_the_fence():
        carry_out(run.pk)

    assert (
        client.get(url("round", mentoring_round.pk), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    )
    assert "Publish 1 pair" in text(client.get(url("round", mentoring_round.pk)))


def test_a_run_that_failed_says_why_and_may_be_asked_for_again(client, acme, hr, act_behind_the_fence):
    mentoring_round = make.mentoring_round(acme)
    make.mentor(mentoring_round)
    mentee = make.mentee(mentoring_round)
    client.post(url("pair-round", mentoring_round.pk))
    mentee.mentoring_applications.all().delete()
    with act_behind_the_fence():
        carry_out(Run.objects.get().pk)

    assert "Pairing needs at least one mentor and one mentee" in text(
        client.get(url("round", mentoring_round.pk))
    )

    make.application(mentoring_round, mentee, wanted=[1])
    client.post(url("pair-round", mentoring_round.pk))
    assert Run.objects.count() == 2


def test_a_round_without_mentees_is_not_paired(client, acme):
    mentoring_round = make.mentoring_round(acme)
    make.mentor(mentoring_round)

    response = client.post(url("pair-round", mentoring_round.pk), follow=True)

    assert messages_of(response) == ["Pairing needs at least one mentor and one mentee who have applied."]
    assert Run.objects.count() == 0


# --- publishing and closing -------------------------------------------------------------------------------------------


def test_hr_publishes_what_they_have_seen_and_twice_changes_nothing(client, hr, proposed_round):
    seen = {"seen": proposed_round.pairs_version}

    for _click in range(2):
        response = client.post(url("publish-round", proposed_round.pk), seen, follow=True)
        assert messages_of(response) == ["1 pair is published: both see each other under “My mentoring”."]

    proposed_round.refresh_from_db()
    assert (proposed_round.state, proposed_round.published_by) == (State.PUBLISHED, hr)
    assert proposed_round.pairings.get().state == Pairing.State.ACTIVE


def test_pairs_that_were_made_again_are_looked_at_first(client, proposed_round):
    seen = {"seen": proposed_round.pairs_version}
    pair(proposed_round)

    response = client.post(url("publish-round", proposed_round.pk), seen, follow=True)

    assert "made again in the meantime" in messages_of(response)[0]
    assert proposed_round.pairings.get().state == Pairing.State.PROPOSED


def test_pairs_that_no_longer_keep_the_rules_are_not_published(client, proposed_round):
    mentor = proposed_round.pairings.get().mentor
    mentor.left_on = timezone.localdate()
    mentor.save()

    response = client.post(
        url("publish-round", proposed_round.pk), {"seen": proposed_round.pairs_version}, follow=True
    )

    assert "does not keep the rules any more" in messages_of(response)[0]


def test_hr_closes_a_round(client, acme):
    pairing = make.pairing(acme)

    response = client.post(url("close-round", pairing.round_id), follow=True)

    assert messages_of(response) == ["The round is closed, and 1 pair has ended."]
    pairing.refresh_from_db()
    assert (pairing.state, pairing.ended_on) == (Pairing.State.ENDED, timezone.localdate())
    assert "Close this round" not in text(response)


# --- who may not ------------------------------------------------------------------------------------------------------


def test_another_organisations_round_does_not_exist(client, acme, globex, outsider):
    foreign = make.mentoring_round(globex)
    for name in ("round", "left-out"):
        assert client.get(url(name, foreign.pk)).status_code == 404
    for name in ("pair-round", "publish-round", "close-round"):
        assert client.post(url(name, foreign.pk)).status_code == 404

    ours = make.mentoring_round(acme)
    client.force_login(outsider)
    for slug in ("acme", "globex"):
        assert client.get(reverse("mentoring:round", args=[slug, ours.pk])).status_code == 404
        assert client.post(reverse("mentoring:close-round", args=[slug, ours.pk])).status_code == 404
    ours.refresh_from_db()
    assert ours.state == State.OPEN


def test_staff_do_not_see_rounds(client, acme, staff):
    mentoring_round = make.mentoring_round(acme)
    client.force_login(staff)

    assert client.get(url("rounds")).status_code == 403
    assert client.get(url("round", mentoring_round.pk)).status_code == 403
    assert client.post(url("pair-round", mentoring_round.pk)).status_code == 403

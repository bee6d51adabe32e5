import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Framework
from mentoring import rounds
from mentoring.models import LeftOut, MentoringRound, Pairing
from mentoring.pairing import pair
from mentoring.rules import RULE_VERSION
from organisations.runs import CannotFinish, carry_out
from tests import make

Reason = LeftOut.Reason


@pytest.fixture
def open_round(acme):
    return make.mentoring_round(acme)


def pairs_of(mentoring_round):
    return [(pairing.mentor, pairing.mentee) for pairing in mentoring_round.pairings.order_by("mentee")]


def reasons_of(mentoring_round):
    return {
        (left_out.person, left_out.as_role): left_out.reason for left_out in mentoring_round.left_out.all()
    }


def test_everybody_is_paired_although_the_best_single_pair_would_leave_somebody_out(open_round):
    all_round = make.mentor(open_round, offered=[1, 2], level=6)
    specialist = make.mentor(open_round, offered=[1], level=6)
    first = make.mentee(open_round, wanted=[1], level=1)
    second = make.mentee(open_round, wanted=[2], level=3)

    outcome = pair(open_round)

    assert pairs_of(open_round) == [(specialist, first), (all_round, second)]
    assert (outcome.paired, outcome.unpaired, outcome.violations) == (2, 0, 0)
    assert outcome.objective == outcome.bound == 40 + 30


def test_the_round_keeps_what_was_found(open_round):
    mentor, mentee = make.mentor(open_round, offered=[1, 3]), make.mentee(open_round, wanted=[1, 2, 3])

    pair(open_round)

    open_round.refresh_from_db()
    assert open_round.state == MentoringRound.State.PROPOSED
    assert (open_round.paired, open_round.objective, open_round.bound) == (1, 80, 80)
    assert (open_round.violations, open_round.rule_version) == (0, RULE_VERSION)
    assert open_round.is_best_possible
    proposal = open_round.pairings.get()
    assert (proposal.state, proposal.started_on) == (Pairing.State.PROPOSED, None)
    assert (proposal.focus, proposal.languages, proposal.score) == ([1, 3], ["fr"], 80)
    assert proposal.explanation == {
        "mentor_result": mentor.results.get().pk,
        "mentee_result": mentee.results.get().pk,
        "minimum_gap": 2,
        "possible_mentors": 1,
        "other_department": False,
        "other_site": False,
    }


def test_each_person_left_out_gets_the_first_reason_that_left_nobody(acme, open_round):
    boss = make.person(acme)
    make.result(acme, person=boss, levels=[8] * 16)
    make.application(open_round, boss, offered=[5], capacity=3)
    make.mentor(open_round, offered=[1], level=6)
    newcomer = make.person(acme)
    make.application(open_round, newcomer, wanted=[1])
    advanced = make.mentee(open_round, wanted=[1], level=5)
    lonely = make.mentee(open_round, wanted=[1], languages=["pt"])
    subordinate = make.mentee(open_round, wanted=[5], manager=make.person(acme, manager=boss))
    gone = make.mentee(open_round, wanted=[1], left_on=timezone.localdate())
    served = make.mentee(open_round, wanted=[1])
    make.pairing(acme, mentee=served)
    unmeasured = make.person(acme)
    make.result(acme, person=unmeasured, levels=[None, *[1] * 15])
    make.application(open_round, unmeasured, wanted=[1])
    make.mentee(open_round, wanted=[1], level=1)
    late = make.mentee(open_round, wanted=[1], level=2)

    outcome = pair(open_round)

    assert reasons_of(open_round) == {
        (newcomer, "mentee"): Reason.NO_RESULT,
        (advanced, "mentee"): Reason.NOBODY_SUITS,
        (lonely, "mentee"): Reason.NO_LANGUAGE,
        (subordinate, "mentee"): Reason.OWN_LINE,
        (gone, "mentee"): Reason.GONE,
        (served, "mentee"): Reason.HAS_MENTOR,
        (unmeasured, "mentee"): Reason.NOT_MEASURED,
        (late, "mentee"): Reason.ALL_FULL,
        (boss, "mentor"): Reason.OWN_LINE,
    }
    assert (outcome.paired, outcome.unpaired) == (1, 8)


def test_mentors_nobody_needs_and_mentors_without_room_are_told_so(acme, open_round):
    make.mentor(open_round, level=8)
    spare = make.mentor(open_round, level=5)
    busy = make.mentor(open_round, level=8)
    make.pairing(acme, mentor=busy)
    mentee = make.mentee(open_round)

    pair(open_round)

    assert reasons_of(open_round) == {(spare, "mentor"): Reason.NOT_NEEDED, (busy, "mentor"): Reason.NO_ROOM}
    assert open_round.left_out.get(person=spare).detail == {"suitable": 1}
    assert open_round.pairings.get().mentee == mentee


def test_mentors_take_as_many_as_they_have_room_for_counting_their_mentees_of_earlier_rounds(
    acme, open_round
):
    mentor = make.mentor(open_round, capacity=3)
    make.pairing(acme, mentor=mentor)
    for _number in range(3):
        make.mentee(open_round)

    outcome = pair(open_round)

    assert (outcome.paired, outcome.unpaired) == (2, 1)


def test_somebody_may_teach_one_thing_and_learn_another(acme, open_round):
    ada, bob = make.person(acme), make.person(acme)
    make.result(acme, person=ada, levels=[6, 1, *[0] * 14])
    make.result(acme, person=bob, levels=[1, 6, *[0] * 14])
    make.application(open_round, ada, offered=[1], wanted=[2])
    make.application(open_round, bob, offered=[2], wanted=[1])

    pair(open_round)

    assert pairs_of(open_round) == [(bob, ada), (ada, bob)]


def test_the_newest_shared_result_counts(acme, open_round):
    mentor, mentee = make.mentor(open_round, level=5), make.mentee(open_round, level=1)
    make.result(acme, person=mentee, levels=[4] * 16)

    assert pair(open_round).paired == 0
    assert reasons_of(open_round) == {
        (mentor, "mentor"): Reason.NOBODY_SUITS,
        (mentee, "mentee"): Reason.NOBODY_SUITS,
    }


def test_results_of_another_framework_say_nothing_about_the_competences_of_this_round(acme):
    other = Framework.objects.exclude(code=Framework.PIX).first()
    mentoring_round = make.mentoring_round(acme, framework=other)
    make.mentor(mentoring_round)
    make.mentee(mentoring_round)

    assert pair(mentoring_round).paired == 0


def test_pairing_again_replaces_the_proposals(open_round):
    make.mentor(open_round)
    first = make.mentee(open_round, level=4)
    pair(open_round)
    second = make.mentee(open_round, level=1)

    outcome = pair(open_round)

    assert [pairing.mentee for pairing in open_round.pairings.all()] == [second]
    assert reasons_of(open_round) == {(first, "mentee"): Reason.ALL_FULL}
    assert (outcome.paired, outcome.unpaired) == (1, 1)


def test_the_order_in_which_people_apply_changes_nothing(acme, globex):
    found = []
    for organisation, turn in ((acme, 1), (globex, -1)):
        mentoring_round = make.mentoring_round(organisation)
        people = [make.person(organisation) for _number in range(12)]
        for number, somebody in list(enumerate(people))[::turn]:
            make.result(organisation, person=somebody, levels=[6 if number % 3 == 0 else number % 4] * 16)
            chosen = {"offered": [1, 2], "capacity": 2} if number % 3 == 0 else {"wanted": [1 + number % 2]}
            make.application(mentoring_round, somebody, **chosen)
        pair(mentoring_round)
        found.append(
            [(people.index(mentor), people.index(mentee)) for mentor, mentee in pairs_of(mentoring_round)]
        )

    assert found[0] == found[1]
    assert len(found[0]) == 8


def test_nobody_of_another_organisation_is_paired(globex, open_round):
    make.mentor(make.mentoring_round(globex))
    make.mentee(open_round)

    with pytest.raises(CannotFinish):
        pair(open_round)


def test_a_published_round_is_not_paired_again(acme):
    published = make.pairing(acme).round
    make.mentor(published)
    make.mentee(published)

    with pytest.raises(CannotFinish):
        pair(published)


def test_the_number_of_queries_does_not_grow_with_the_people(open_round):
    def queries():
        pair(open_round)
        with CaptureQueriesContext(connection) as captured:
            pair(open_round)
        return len(captured)

    make.mentor(open_round)
    make.mentor(open_round)
    make.mentee(open_round, level=2)
    make.mentee(open_round, languages=["pt"])
    few = queries()
    for _number in range(3):
        make.mentor(open_round)
        make.mentee(open_round)
        make.mentee(open_round, languages=["pt"])
    assert queries() == few <= 15


def test_a_worker_pairs_the_round(acme, hr, open_round, act_behind_the_fence):
    make.mentor(open_round)
    make.mentee(open_round)
    run = rounds.request_pairs(open_round, by=hr)

    with act_behind_the_fence():
        carry_out(run.pk)

    run.refresh_from_db()
    assert run.problem == run.error == ""
    assert run.outcome == {
        "paired": 1,
        "unpaired": 0,
        "objective": 40,
        "bound": 40,
        "violations": 0,
        "seconds": run.outcome["seconds"],
    }
    assert open_round.pairings.count() == 1


# --- the command ------------------------------------------------------------------------------------------------------


def run_command(capsys, act_behind_the_fence, *arguments):
    """What the command prints, and whether it ended well."""
    try:
        with act_behind_the_fence():
            call_command("pair", *arguments, "--json")
        succeeded = True
    except SystemExit as end:
        succeeded = end.code == 0
    return json.loads(capsys.readouterr().out), succeeded


def test_the_command_says_what_it_would_do_and_keeps_it_with_commit(capsys, act_behind_the_fence, open_round):
    make.mentor(open_round)
    make.mentee(open_round)
    make.mentee(open_round, level=3)

    answer, succeeded = run_command(capsys, act_behind_the_fence, "--organisation", "acme")

    assert succeeded
    assert answer == {
        "paired": 1,
        "unpaired": 1,
        "objective": 40,
        "bound": 40,
        "violations": 0,
        "seconds": answer["seconds"],
        "round": open_round.pk,
        "errors": [],
    }
    assert open_round.pairings.count() == 0

    run_command(
        capsys, act_behind_the_fence, "--organisation", "acme", "--round", str(open_round.pk), "--commit"
    )

    assert open_round.pairings.count() == 1


def test_the_command_refuses_what_it_cannot_do(capsys, act_behind_the_fence, acme, globex):
    elsewhere = make.mentoring_round(globex)
    published = make.pairing(acme).round

    for arguments, reason in [
        ([], "No round of “acme” is under way. Open one on its mentoring page."),
        (["--round", "0"], "“acme” has no round 0."),
        (["--round", str(elsewhere.pk)], f"“acme” has no round {elsewhere.pk}."),
        (
            ["--round", str(published.pk)],
            "This round is over: its pairs have been published, or it was closed.",
        ),
    ]:
        answer, succeeded = run_command(capsys, act_behind_the_fence, "--organisation", "acme", *arguments)
        assert not succeeded
        assert [error["reason"] for error in answer["errors"]] == [reason]


def test_the_command_refuses_a_round_for_which_nobody_has_applied(capsys, act_behind_the_fence, open_round):
    answer, succeeded = run_command(capsys, act_behind_the_fence, "--organisation", "acme")

    assert not succeeded
    assert [error["reason"] for error in answer["errors"]] == [
        "Pairing needs at least one mentor and one mentee who have applied."
    ]

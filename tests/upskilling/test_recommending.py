from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import make
from upskilling.gaps import Gap
from upskilling.models import Offer
from upskilling.recommending import (
    MOST,
    Suggestion,
    advise,
    advise_everybody,
    keep,
    rank,
    vary,
)
from upskilling.scoring import RULE_VERSION, Match, Reason, is_easy
from upskilling.shelf import Shelf

TODAY = date(2026, 11, 22)
NOTHING = [None] * 15


@pytest.fixture
def learner(acme):
    """Somebody at level 2 whose target is level 4, in the first competence; speaks French."""
    person = make.person(acme, languages=["fr"])
    make.result(acme, person=person, levels=[2] * 16)
    make.target_profile(acme, levels=[4, *NOTHING])
    return person


def suggested(person, day=TODAY):
    return [suggestion.offer for suggestion in advise(person, day).suggestions]


# --- What suits -------------------------------------------------------------------------------------------------------


def test_a_course_for_the_gap_is_suggested_with_its_reasons(learner):
    course = make.offer("1.1", level_min=2, level_max=5)
    make.offer("4.1")

    advice = advise(learner, TODAY)

    gap = Gap(1, 2, 4)
    assert (advice.missing, advice.gaps, advice.without_offer) == ("", (gap,), ())
    assert advice.suggestions == (
        Suggestion(
            course,
            gap,
            36,
            (
                Reason("closes_gap", 20, {"competence": 1, "level": 2, "reaches": 4, "target": 4}),
                Reason("main_topic", 8),
                Reason("at_level", 6),
                Reason("any_time", 2),
            ),
        ),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"languages": ["de", "en"]},
        {"level_min": 4},
        {"level_max": 2},
        {"valid_until": date(2026, 11, 21)},
        {"start_type": "dated", "next_start": date(2026, 11, 21)},
        {"start_type": "dated", "next_start": None},
        {"tag_status": "rejected", "reviewed_on": TODAY},
        {"audience": "public_sector"},
        {"audience": "career_change"},
    ],
)
def test_what_does_not_suit_is_left_out(learner, fields):
    course = make.offer("1.1")
    make.offer("1.1", **fields)

    assert suggested(learner) == [course]


@pytest.mark.parametrize(
    ("kind", "size", "audiences"),
    [
        ("private", "medium", {"office", "craft_sme"}),
        ("private", "large", {"office"}),
        ("public", "medium", {"office", "public_sector"}),
        ("host", "medium", {"office", "career_change"}),
    ],
)
def test_the_audience_is_one_that_the_organisation_has(learner, acme, kind, size, audiences):
    acme.kind, acme.size_class = kind, size
    acme.save()
    for audience in ("office", "craft_sme", "public_sector", "career_change"):
        make.offer("1.1", audience=audience)

    assert {offer.audience for offer in suggested(learner)} == audiences


def test_where_nobody_wrote_down_a_language_the_working_languages_count(learner, acme):
    learner.languages = []
    learner.save()
    english, german = make.offer("1.1", languages=["en"]), make.offer("1.1", languages=["de"])

    assert acme.languages == ["fr", "en"]
    assert suggested(learner) == [english]
    assert german not in suggested(learner)


def test_the_crosswalk_decides_what_teaches_a_pix_competence(acme):
    """Pix 2.1 (the fourth) stands for DigComp 2.1 and touches 2.5; its other neighbours have nothing to do with it."""
    person = make.person(acme)
    make.result(acme, person=person, levels=[1] * 16)
    make.target_profile(acme, levels=[None] * 3 + [3] + [None] * 12)
    touching, standing = make.offer("2.5"), make.offer("2.1")
    make.offer("1.2")
    make.offer("2.4")

    assert suggested(person) == [standing, touching]


def test_courses_tagged_with_pix_or_digcomp_3_count_too(learner):
    from assessments.models import Framework

    pix = make.offer("1.1", framework=Framework.objects.pix(), level_min=2)
    newer = make.offer("1.1", framework=Framework.objects.get(code="digcomp-3.0"))

    assert suggested(learner) == [pix, newer]


def test_a_course_for_several_gaps_counts_for_the_best_and_mentions_the_others(acme):
    person = make.person(acme)
    make.result(acme, person=person, levels=[2] * 16)
    make.target_profile(acme, levels=[3, 3, *[None] * 14])
    course = make.offer("1.1 1.3")

    [suggestion] = advise(person, TODAY).suggestions

    assert (suggestion.offer, suggestion.gap) == (course, Gap(1, 2, 3))
    assert suggestion.reasons[-1] == Reason("also", 3, {"competences": [2]})
    assert suggestion.score == 10 + 8 + 2 + 3


# --- When there is nothing --------------------------------------------------------------------------------------------


def test_without_a_result_it_says_so(acme):
    make.target_profile(acme)
    assert advise(make.person(acme), TODAY).missing == "result"


def test_without_a_target_it_says_so(acme):
    person = make.person(acme)
    make.result(acme, person=person)
    assert advise(person, TODAY).missing == "target"


def test_a_target_for_what_was_not_measured_is_no_gap(acme):
    person = make.person(acme)
    make.result(acme, person=person, levels=[None, *[3] * 15])
    make.target_profile(acme, levels=[4, *NOTHING])
    make.offer("1.1")

    assert advise(person, TODAY).missing == "comparison"


def test_who_has_reached_the_targets_is_told(acme):
    person = make.person(acme)
    make.result(acme, person=person, levels=[4] * 16)
    make.target_profile(acme, levels=[4] * 16)

    assert advise(person, TODAY).missing == "gap"


def test_a_gap_without_a_course_is_named(learner):
    advice = advise(learner, TODAY)

    assert (advice.missing, advice.without_offer) == ("offer", (Gap(1, 2, 4),))


# --- The order --------------------------------------------------------------------------------------------------------


def offer(number, provider="A", **fields):
    return Offer(
        pk=number,
        provider=provider,
        offer_id=str(number),
        **{"hours": Decimal(20), "cost_eur": Decimal(100), **fields},
    )


def match(number, points, provider="A", **fields):
    return Match(offer(number, provider, **fields), Gap(1, 2, 4), points, (Reason("closes_gap", points),))


def numbers(suggestions):
    return [suggestion.offer.pk for suggestion in suggestions]


def test_more_points_come_first():
    assert numbers(rank(1, [match(1, 10), match(2, 30), match(3, 20)])) == [2, 3, 1]


def test_equals_are_ordered_by_lot_the_same_every_time_and_not_for_everybody():
    equal = [match(number, 10) for number in range(1, 6)]

    orders = {tuple(numbers(rank(person, equal))) for person in range(50)}

    assert len(orders) > 10
    assert rank(7, equal) == rank(7, reversed(equal))


def test_the_first_three_come_from_more_than_one_provider():
    ranked = rank(1, [match(1, 50), match(2, 40), match(3, 30), match(4, 20, "B"), match(5, 10)])

    varied = vary(ranked)

    assert numbers(varied) == [1, 2, 4, 3, 5]
    assert varied[2].reasons == (Reason("closes_gap", 20), Reason("for_variety"))
    assert varied[3] == ranked[2]


@pytest.mark.parametrize("easy", [{"cost_eur": Decimal(0)}, {"hours": Decimal(3)}])
def test_something_free_or_short_is_among_the_first_three(easy):
    ranked = rank(1, [match(1, 50), match(2, 40, "B"), match(3, 30), match(4, 20), match(5, 10, **easy)])

    assert numbers(vary(ranked)) == [1, 2, 5, 3, 4]


def test_both_rules_at_once():
    free = {"cost_eur": Decimal(0)}
    ranked = rank(1, [match(1, 50), match(2, 40), match(3, 30), match(4, 20, "B"), match(5, 10, **free)])

    assert numbers(vary(ranked)) == [1, 4, 5, 2, 3]


def test_where_there_is_no_choice_the_order_stays():
    ranked = rank(1, [match(1, 50), match(2, 40), match(3, 30), match(4, 20)])

    assert vary(ranked) == ranked


courses = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(1, 3), st.booleans()), min_size=1, max_size=9
).map(
    lambda drawn: [
        match(number, points, provider, **({"cost_eur": Decimal(0)} if free else {}))
        for number, (provider, points, free) in enumerate(drawn, start=1)
    ]
)


@given(courses, st.integers(1, 1000))
def test_variety_loses_nothing_and_holds_wherever_it_can(matches, person):
    ranked = rank(person, matches)
    varied = vary(ranked)

    assert sorted(numbers(varied)) == sorted(numbers(ranked))
    assert varied[0] == ranked[0]
    first = [suggestion.offer for suggestion in varied[:3]]
    everything = [match.offer for match in matches]
    assert any(map(is_easy, first)) == any(map(is_easy, everything))
    if len(everything) >= 3:
        assert (len({offer.provider for offer in first}) > 1) == (
            len({offer.provider for offer in everything}) > 1
        )


@given(courses, st.integers(1, 1000), st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_does_not_matter(matches, person, random):
    shuffled = random.sample(matches, len(matches))

    assert vary(rank(person, shuffled)) == vary(rank(person, matches))


# --- Everybody --------------------------------------------------------------------------------------------------------


def test_everybody_gets_what_they_would_get_alone(acme, learner):
    german = make.person(acme, languages=["de"])
    make.result(acme, person=german, levels=[1] * 16)
    make.person(acme)
    make.offer("1.1")
    make.offer("1.1", languages=["de"])

    together = list(advise_everybody(acme, TODAY))

    assert together == [advise(person, TODAY) for person in acme.people.order_by("pk")]
    assert [advice.missing for advice in together] == ["", "", "result"]


def test_no_more_than_a_few_are_suggested(learner):
    for _number in range(MOST + 2):
        make.offer("1.1")

    assert len(suggested(learner)) == MOST


def test_the_number_of_queries_depends_neither_on_people_nor_on_courses(acme, django_assert_num_queries):
    make.target_profile(acme)
    for _number in range(2):
        make.offer("1.1 1.2")
        make.result(acme, person=make.person(acme), levels=[1] * 16)
        with django_assert_num_queries(8):
            list(advise_everybody(acme, TODAY))


def test_the_shelf_answers_for_the_languages_and_the_gap_asked_for(acme):
    french, german = make.offer("1.1", languages=["fr"]), make.offer("1.1", languages=["de"])
    shelf = Shelf.of(acme, TODAY)

    def found(languages):
        return [match.offer for match in shelf.matches(Gap(1, 2, 4), languages)]

    assert (found(["fr"]), found(["de"]), found(["pt"])) == ([french], [german], [])
    assert set(found(["fr", "de"])) == {french, german}


# --- Snapshots --------------------------------------------------------------------------------------------------------


def snapshot(organisation):
    return list(
        organisation.recommendations.order_by("made_on", "person", "rank").values_list(
            "made_on", "person", "rank", "offer", "competence", "gap", "rule_version"
        )
    )


def kept(organisation, day=TODAY):
    return list(keep(organisation, advise_everybody(organisation, day), day))


def test_what_is_suggested_can_be_kept_for_the_day(acme, learner):
    course = make.offer("1.1", level_min=2)

    kept(acme)

    assert snapshot(acme) == [(TODAY, learner.pk, 1, course.pk, 1, 2, RULE_VERSION)]
    assert acme.recommendations.get().reasons == [
        {"code": "closes_gap", "points": 20, "competence": 1, "level": 2, "reaches": 4, "target": 4},
        {"code": "main_topic", "points": 8},
        {"code": "at_level", "points": 6},
        {"code": "any_time", "points": 2},
    ]


def test_keeping_the_same_again_leaves_the_rows_alone(acme, learner):
    make.offer("1.1")
    kept(acme)
    before = list(acme.recommendations.values_list("pk", flat=True))

    kept(acme)

    assert list(acme.recommendations.values_list("pk", flat=True)) == before


def test_on_the_same_day_the_newer_answer_replaces_the_older_one_and_other_days_stay(acme, learner):
    first = make.offer("1.1")
    kept(acme, date(2026, 11, 21))
    kept(acme)
    second = make.offer("1.1", level_min=2)

    kept(acme)

    assert [row[:4] for row in snapshot(acme)] == [
        (date(2026, 11, 21), learner.pk, 1, first.pk),
        (TODAY, learner.pk, 1, second.pk),
        (TODAY, learner.pk, 2, first.pk),
    ]


def test_another_organisation_keeps_its_own(acme, globex, learner):
    make.recommendation(make.person(globex), make.offer("1.1"), made_on=TODAY)

    kept(acme)

    assert (acme.recommendations.count(), globex.recommendations.count()) == (1, 1)

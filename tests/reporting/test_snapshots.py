"""What is published, and an attacker who holds the whole report."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.disclosure import Hidden
from assessments.suppression import Reason
from reporting import snapshots
from reporting.figures import Gap, Growth, Levels
from reporting.snapshots import frozen, hash_of, hidden_figures, protect, thawed
from tests.reporting.measured import CODES, measurements, spread

SMALL, LINKED, OWNERS = Hidden(), Hidden(Reason.LINKED), Hidden(Reason.OWNERS)


def test_figures_without_small_numbers_are_published_as_they_are():
    figures = protect(measurements())

    assert list(hidden_figures(figures)) == []
    assert figures["participants"] == {
        "enrolled": {"during": 160, "since": 560},
        "invited": {"during": 100, "since": 480},
        "assessed": {"during": 120, "since": 420},
        "shared": {"during": 80, "since": 280},
        "certifiable": {"during": 20, "since": 60},
    }
    assert figures["kinds"] == {
        "private": {"during": 80, "since": 280},
        "public": {"during": 60, "since": 210},
        "host": {"during": 20, "since": 70},
        "total": {"during": 160, "since": 560},
    }
    assert figures["licences"] == {"granted": 600, "used": 420, "unused": 180}
    assert figures["competences"]["1.1"] == {
        "during": {"counts": [10, 20, 30, 15, 5], "n": 80, "mean": 3.2},
        "since": {"counts": [30, 80, 110, 45, 15], "n": 280, "mean": 3.1},
    }
    assert figures["mentoring"] == {
        "rounds": {"during": 1, "since": 3},
        "pairs": {"during": 12, "since": 42},
        "sessions": {"during": 40, "since": 130},
        "confirmed": {"during": 30, "since": 110},
        "hours": {"during": 30.5, "since": 110.5},
    }
    assert figures["learning"] == {
        "compared": 250,
        "below": 180,
        "choosing": {"during": 12, "since": 42},
        "chosen": {"during": 25, "since": 70},
        "offers": 41,
        "gaps": {code: {"below": 120, "offers": 3} for code in CODES},
    }


def test_a_few_who_share_in_a_quarter_hide_the_levels_that_they_change():
    participants = measurements().participants | {"shared": Growth(200, 3)}

    figures = protect(measurements(participants=participants))

    assert figures["participants"]["shared"] == {"during": SMALL, "since": LINKED}
    assert {str(figure) for figure in hidden_figures(figures["competences"])} == {"·"}
    assert isinstance(figures["learning"]["below"], Hidden)


def test_a_few_new_results_hide_the_spread_they_would_show_in():
    levels = Levels(spread(20, 60, 80, 30, 10), spread(0, 1, 2, 0, 0))

    figures = protect(measurements(competences=dict.fromkeys(CODES, levels)))

    level = figures["competences"]["1.1"]
    assert level["during"]["n"] == SMALL
    assert level["since"]["n"] == 203
    assert all(isinstance(count, Hidden) for count in level["during"]["counts"] + level["since"]["counts"])


def test_a_small_level_hides_a_neighbour_and_the_mean_that_would_tell_it():
    few = Levels(spread(0, 0, 0, 0, 0), spread(30, 0, 0, 0, 2))

    level = protect(measurements(competences=dict.fromkeys(CODES, few)))["competences"]["1.1"]

    assert level["since"]["counts"] == [LINKED, 0, 0, 0, SMALL]
    assert level["since"]["mean"] == LINKED
    assert level["during"] == level["since"]


def test_the_mean_of_an_area_does_not_complete_a_hidden_one():
    competences = measurements().competences | {"1.1": Levels(spread(0, 0, 0, 0, 0), spread(30, 0, 0, 0, 2))}

    areas = protect(measurements(competences=competences))["areas"]

    assert areas["1"]["since"]["mean"] == LINKED
    assert areas["2"]["since"]["mean"] == 3.1


def test_everybody_at_one_level_is_not_published():
    alike = Levels(spread(0, 0, 0, 0, 0), spread(0, 0, 40, 0, 0))

    level = protect(measurements(competences=dict.fromkeys(CODES, alike)))["competences"]["2.1"]["since"]

    assert level["n"] == 40
    assert isinstance(level["mean"], Hidden)
    assert level["counts"][2].reason == Reason.EVERYBODY


def test_a_kind_with_fewer_than_three_organisations_is_hidden():
    kinds = protect(measurements(organisations_with_people={"private": 3, "public": 3, "host": 2}))["kinds"]

    assert kinds["host"] == {"during": OWNERS, "since": OWNERS}
    assert kinds["total"] == {"during": 160, "since": 560}
    hidden = [kind for kind in kinds if isinstance(kinds[kind]["since"], Hidden)]
    assert len(hidden) == 2


def test_hours_are_hidden_with_their_sessions():
    mentoring = measurements().mentoring | {"sessions": Growth(20, 3), "confirmed": Growth(20, 3)}

    figures = protect(measurements(mentoring=mentoring))["mentoring"]

    assert figures["hours"] == {"during": SMALL, "since": LINKED}


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (Gap(0, 0), 0),
        (Gap(3, 2, 4), SMALL),
        (Gap(50, 4, 4), SMALL),
        (Gap(50, 47, 4), LINKED),
        (Gap(50, 50, 4), Hidden(Reason.EVERYBODY)),
        (Gap(50, 0, 4), Hidden(Reason.EVERYBODY)),
        (Gap(50, 20, 4), 20),
    ],
)
def test_people_below_a_target_are_published_when_neither_side_is_small(gap, expected):
    figures = protect(measurements(gaps=dict.fromkeys(CODES, gap)))

    assert figures["learning"]["gaps"]["1.1"]["below"] == expected


def test_a_gap_does_not_add_up_hidden_levels():
    """With the target 3 for all, people below it are those at 0 and at 1 to 2 together."""
    levels = Levels(spread(0, 0, 0, 0, 0), spread(2, 90, 90, 8, 3))
    parts = {"competences": dict.fromkeys(CODES, levels)}

    at_a_border = measurements(**parts, gaps=dict.fromkeys(CODES, Gap(193, 92, 3)))
    inside_a_band = measurements(**parts, gaps=dict.fromkeys(CODES, Gap(193, 92, 4)))

    assert protect(at_a_border)["learning"]["gaps"]["1.1"]["below"] == LINKED
    assert protect(inside_a_band)["learning"]["gaps"]["1.1"]["below"] == 92


def test_a_snapshot_survives_freezing_and_says_nothing_of_what_is_hidden():
    snapshot = {"rules": {"minimum": 5}, "figures": {"a": SMALL, "b": [LINKED, 7], "c": 3.1, "d": None}}

    kept = frozen(snapshot)

    assert kept["figures"] == {"a": {"hidden": "small"}, "b": [{"hidden": "linked"}, 7], "c": 3.1, "d": None}
    assert thawed(kept) == snapshot
    assert hash_of(kept) == hash_of(json.loads(json.dumps(dict(reversed(kept.items())))))


numbers = st.integers(0, 4) | st.integers(0, 30)
bands = st.tuples(*[numbers] * 5)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(numbers, numbers), min_size=4, max_size=4), st.tuples(bands, bands, bands, bands))
def test_no_small_number_is_ever_published(steps, spreads):
    """Whatever happened in the programme: no count of people of 1 to 4, no difference of a quarter, no sum."""
    before, during = sorted((step[0] for step in steps), reverse=True), [0] * 4
    since = sorted((sum(step) for step in steps), reverse=True)
    during = [max(later - earlier, 0) for later, earlier in zip(since, before, strict=True)]
    growths = [Growth(was, came) for was, came in zip(before, during, strict=True)]
    participants = dict(zip(("enrolled", "assessed", "shared", "certifiable"), growths, strict=True))
    levels = [Levels(spread(*spreads[at]), spread(*spreads[at + 1])) for at in (0, 2)]
    measured = measurements(
        participants=participants | {"invited": Growth(0, 0)},
        by_kind={"private": growths[0], "public": Growth(), "host": Growth()},
        competences={code: levels[code in ("1.1", "3.2")] for code in CODES},
    )

    figures = protect(measured)

    people = [figures["participants"], figures["kinds"], figures["competences"], figures["areas"]]
    assert all(not 0 < number < 5 for number in counts_in(people))
    for level in figures["competences"].values():
        for period in ("during", "since"):
            hidden = [count for count in level[period]["counts"] if isinstance(count, Hidden)]
            if not isinstance(level[period]["n"], Hidden):
                assert len(hidden) != 1, "a single hidden count is the rest of the others"


def counts_in(figures):
    if isinstance(figures, dict):
        for key, value in figures.items():
            if key != "mean":
                yield from counts_in(value)
    elif isinstance(figures, list):
        for value in figures:
            yield from counts_in(value)
    elif isinstance(figures, int):
        yield figures


def test_the_rules_of_a_report_are_kept_with_it(programme):
    from reporting.periods import Quarter

    small = replace(measurements(), participants=measurements().participants | {"certifiable": Growth(0, 3)})

    snapshot = snapshots.make_snapshot(programme, Quarter(2026, 3), small)

    assert snapshot["rules"] == {
        "version": "1",
        "minimum": 5,
        "fewest_organisations": 3,
        "primary": 2,
        "secondary": 0,
    }
    assert snapshot["period"] == {"code": "2026Q3", "first_day": "2026-07-01", "last_day": "2026-09-30"}
    assert len(snapshot["framework"]["competences"]) == 16

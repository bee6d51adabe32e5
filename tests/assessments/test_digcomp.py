"""Pix read in DigComp: measured, partly measured or not measured, by the stated rule and one version of the map."""

import pytest

from assessments.digcomp import Coverage, Map, map_to, moved_by_the_map, moved_people
from assessments.models import Crosswalk, Framework
from tests import make

pytestmark = pytest.mark.django_db

MEASURED, PARTLY, NOT_MEASURED = Coverage.MEASURED, Coverage.PARTLY, Coverage.NOT_MEASURED


def levels(**by_code):
    """Pix levels in the framework's order; `p1_2=4` is level 4 in Pix 1.2."""
    given = {code[1:].replace("_", "."): level for code, level in by_code.items()}
    return [given.get(competence.code) for competence in Framework.objects.pix().competences.all()]


def read(version="digcomp-3.0", **by_code):
    readings = map_to(version).read(levels(**by_code))
    return {reading.competence.code: (reading.coverage, reading.level) for reading in readings}


def test_every_digcomp_competence_gets_a_reading():
    found = read()

    assert len(found) == 21
    assert set(found.values()) == {(NOT_MEASURED, None)}


def test_codes_are_never_taken_for_each_other():
    found = read(p1_2=5, p1_3=6)  # Pix 1.2 is managing data, which is DigComp 1.3

    assert found["1.3"] == (MEASURED, 5)
    assert found["1.2"] == (NOT_MEASURED, None)


def test_the_level_is_the_lowest_of_what_stands_for_the_competence():
    assert read(p1_2=2, p1_3=7)["1.3"] == (MEASURED, 2)


def test_half_of_what_stands_for_it_is_partly_measured_and_has_no_level():
    assert read(p1_2=5)["1.3"] == (PARTLY, None)


def test_level_zero_was_measured():
    assert read(p1_1=0)["1.1"] == (MEASURED, 0)


def test_six_competences_are_never_more_than_partly_measured():
    everything = [4] * 16

    for version in ("digcomp-2.2", "digcomp-3.0"):
        readings = map_to(version).read(everything)
        without_level = {reading.competence.code for reading in readings if reading.level is None}
        assert without_level == {"1.2", "2.3", "2.5", "3.3", "5.3", "5.4"}


def test_a_reading_names_its_sources():
    (reading,) = [
        reading
        for reading in map_to("digcomp-3.0").read(levels(p1_2=5, p1_3=6))
        if reading.competence.code == "1.3"
    ]

    assert [(str(source.competence.code), source.strength, source.level) for source in reading.sources] == [
        ("1.2", "primary", 5),
        ("1.3", "primary", 6),
    ]


def test_reading_many_results_asks_the_database_no_more(django_assert_num_queries):
    with django_assert_num_queries(4):
        walk = map_to("digcomp-3.0")
        for level in range(9):
            walk.read([level] * 16)


def second_map():
    """A draft in which only Pix 1.1 stands for DigComp 1.3."""
    first = map_to("digcomp-3.0").crosswalk
    second = Crosswalk.objects.create(source=first.source, target=first.target, version="2", digest="0")
    second.entries.create(
        source=first.source.competences.get(code="1.1"),
        target=first.target.competences.get(code="1.3"),
        strength="primary",
    )
    return Map(second)


def test_a_draft_map_is_not_used():
    second_map()

    assert map_to("digcomp-3.0").crosswalk.version == "1"


def test_what_moves_through_the_map_alone_is_listed_apart(acme):
    before, after = map_to("digcomp-3.0"), second_map()
    moves, stays = make.person(acme), make.person(acme)
    nothing = [None] * 16
    tested = make.result(acme, moves, levels(p1_1=6, p1_2=2, p1_3=2))
    untested = make.result(acme, stays, nothing)

    moved = moved_by_the_map(tested.levels, before, after)

    assert {competence.code for competence in moved} >= {"1.1", "1.3"}
    assert set(moved_people([tested, untested], before, after)) == {moves.pk}

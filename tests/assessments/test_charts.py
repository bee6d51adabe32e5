"""Pictures say what they show, never draw what is unknown as zero, and hold nothing that a browser or a PDF refuses."""

import re
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from assessments import charts
from assessments.charts import HIDDEN, PRINT, DistributionRow, LevelRow, Point, Step

SVG = "{http://www.w3.org/2000/svg}"
LEVELS = [
    LevelRow("1.1", "Search", 1, 5, target=6, earlier=3, area_name="Information"),
    LevelRow("1.2", "Manage data", 1, 0, target=4, area_name="Information"),
    LevelRow("4.1", "Secure", 4, None, area_name="Safety"),
]


def everything(palette=None):
    return {
        "levels": charts.levels_chart(LEVELS, title="Levels", palette=palette),
        "radar": charts.radar_chart(LEVELS, title="Shape", palette=palette),
        "distribution": charts.distribution_chart(
            [
                DistributionRow("1.1", "Search", [6, 14, 22, 9, 0], not_measured=3),
                DistributionRow("1.2", "Manage data", [HIDDEN, 20, 0, 0, HIDDEN]),
                DistributionRow("1.3", "Process data", HIDDEN),
                DistributionRow("4.1", "Secure", [0, 0, 0, 0, 0]),
            ],
            title="Distribution",
            bands=["0", "1–2", "3–4", "5–6", "7–8"],
            palette=palette,
        ),
        "heat map": charts.heat_map(
            ["Risk", "Sales"], ["1.1", "4.1"], [[2.5, None], [HIDDEN, 8]], title="Heat", palette=palette
        ),
        "funnel": charts.funnel_chart(
            [Step("Invited", 40, "of 40"), Step("Shared", 0), Step("Trained", HIDDEN)],
            title="Coverage",
            palette=palette,
        ),
        "trend": charts.trend_chart(
            [
                Point("Q1 2026", 2.5, 2, 3, n=40),
                Point("Q2 2026", 3, 2.6, 3.4, n=60),
                Point("Q3 2026", HIDDEN, n=HIDDEN),
                Point("Q4 2026", None),
            ],
            title="Trend",
            unit="Mean level",
            palette=palette,
        ),
    }


def parsed(picture):
    return ElementTree.fromstring(picture)


def words(picture):
    return [text.text for text in parsed(picture).iter(f"{SVG}text")]


def rows_of_bars(picture):
    """The width of every coloured bar."""
    return [
        bar.get("width")
        for bar in parsed(picture).iter(f"{SVG}rect")
        if bar.get("class", "").startswith(("fill-area", "fill-accent"))
    ]


@pytest.mark.parametrize("palette", [None, PRINT])
@pytest.mark.parametrize("name", everything())
def test_a_picture_has_a_role_a_name_and_its_figures_in_words(name, palette):
    picture = parsed(everything(palette)[name])

    assert picture.get("role") == "img"
    assert [child.tag for child in picture][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert picture[0].text
    assert ": " in picture[1].text


@pytest.mark.parametrize("palette", [None, PRINT])
@pytest.mark.parametrize("name", everything())
def test_a_picture_has_neither_inline_styles_nor_ids_nor_broken_numbers(name, palette):
    for element in parsed(everything(palette)[name]).iter():
        assert element.get("style") is None
        assert element.get("id") is None
        assert not [value for value in element.attrib.values() if "nan" in value or "inf" in value]


@pytest.mark.parametrize("name", everything())
def test_a_page_takes_colours_from_the_style_sheet_and_a_pdf_has_them_in_the_picture(name):
    on_page, in_pdf = everything()[name], everything(PRINT)[name]

    assert "#" not in on_page
    assert 'class="fill-' in on_page
    assert 'class="fill-' not in in_pdf
    assert '="#16202e"' in in_pdf
    assert "%" not in "".join(str(element.attrib) for element in parsed(in_pdf).iter())


def test_every_colour_of_the_pictures_is_in_the_style_sheet(settings):
    sheet = (settings.BASE_DIR / "static" / "css" / "pilot.css").read_text()
    used = {
        name
        for picture in everything().values()
        for element in parsed(picture).iter()
        for name in element.get("class", "").split()
    }

    assert used
    assert [name for name in sorted(used) if f".{name} {{" not in sheet] == []


def test_levels_are_written_beside_their_bars():
    picture = everything()["levels"]

    assert words(picture) == [
        "Information",
        "1.1\u2002Search",
        "5",
        "1.2\u2002Manage data",
        "0",
        "Safety",
        "4.1\u2002Secure",
        "not measured",
        "Bar: level, from 0 to 8",
        "Upright line: target",
        "Hollow dot: earlier result",
    ]
    assert (
        parsed(picture)[1].text
        == "1.1\u2002Search: 5; 1.2\u2002Manage data: 0; 4.1\u2002Secure: not measured"
    )


def test_a_level_that_was_not_measured_is_hatched_and_has_no_bar():
    measured = charts.levels_chart([LevelRow("1.1", "Search", 1, 0)], title="Levels")
    unknown = charts.levels_chart([LevelRow("1.1", "Search", 1, None)], title="Levels")

    assert rows_of_bars(measured) == ["0%"]
    assert rows_of_bars(unknown) == []
    assert "stroke-dasharray" not in measured
    assert "stroke-dasharray" in unknown


def test_a_gap_needs_a_level_and_a_target():
    assert [row.gap for row in LEVELS] == [1, 4, None]
    assert LevelRow("1.1", "Search", 1, 6, target=4).gap == 0


def test_the_table_beside_the_picture_holds_the_same_figures():
    table = render_to_string("components/levels.html", {"rows": LEVELS, "caption": "Levels"})
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", table)

    assert cells[4:] == [
        *["Earlier result", "Information"],
        *["1.1 Search", "5", "6", "1", "3"],
        *["1.2 Manage data", "0", "4", "4", "–"],
        "Safety",
        *["4.1 Secure", "not measured", "–", "–", "–"],
    ]


def test_the_key_names_only_what_is_drawn():
    assert words(charts.levels_chart([LevelRow("1.1", "Search", 1, 3)], title="Levels"))[-1] == (
        "Bar: level, from 0 to 8"
    )


def test_the_radar_does_not_bridge_an_axis_without_a_level():
    def drawn(levels):
        rows = [LevelRow(f"1.{number}", "", 1, level) for number, level in enumerate(levels)]
        paths = parsed(charts.radar_chart(rows, title="Shape")).iter(f"{SVG}path")
        return [path.get("d") for path in paths if "stroke-accent" in path.get("class")]

    assert [path[-1] for path in drawn([1, 2, 3, 4])] == ["Z"]
    assert [path.count("L") for path in drawn([1, None, 3, 4])] == [2]
    assert [path.count("L") for path in drawn([1, None, 3, None])] == [0, 0]
    assert drawn([None, None, None, None]) == []


def test_a_hidden_count_is_as_wide_whatever_it_hides_and_shows_only_its_mark():
    row = DistributionRow("1.1", "Search", [HIDDEN, 20, 20])
    picture = charts.distribution_chart([row], title="Distribution", bands=["0", "1–4", "5–8"])

    assert words(picture).count("20") == 2
    assert "‹5" in words(picture)
    assert parsed(picture)[1].text == "Search: ‹5, 20, 20"
    widths = [bar.get("width") for bar in parsed(picture).iter(f"{SVG}rect")][3:]
    assert widths == ["45%", "45%"]


def test_a_competence_without_anybody_measured_says_so():
    row = DistributionRow("1.1", "Search", [0, 0])

    assert "not measured" in words(charts.distribution_chart([row], title="Distribution", bands=["0", "1–8"]))


def test_cells_of_a_heat_map_hold_their_value_or_their_mark():
    assert words(everything()["heat map"]) == ["1.1", "4.1", "Risk", "2.5", "Sales", "‹5", "8"]


def test_a_funnel_draws_zero_as_nothing_and_a_hidden_count_as_hatch():
    picture = everything()["funnel"]

    assert rows_of_bars(picture) == ["100%", "0%"]
    assert words(picture) == ["Invited", "40", "of 40", "Shared", "0", "Trained", "‹5"]


def test_a_trend_has_a_gap_where_nothing_may_be_said():
    picture = everything()["trend"]
    lines = [line for line in parsed(picture).iter(f"{SVG}line") if line.get("class") == "stroke-accent"]

    assert len(lines) == 1
    assert len(list(parsed(picture).iter(f"{SVG}circle"))) == 2
    assert "n = 40" in words(picture)
    assert "n = ‹5" in words(picture)
    assert "not measured" in words(picture)


def test_empty_pictures_are_pictures_too():
    for picture in [
        charts.levels_chart([], title="Levels"),
        charts.radar_chart([], title="Shape"),
        charts.distribution_chart([], title="Distribution", bands=["0", "1–8"]),
        charts.heat_map([], [], [], title="Heat"),
        charts.funnel_chart([], title="Coverage"),
        charts.trend_chart([], title="Trend"),
    ]:
        assert parsed(picture).get("role") == "img"


def test_what_people_write_is_escaped():
    evil = '<script>alert("x")</script>'
    picture = charts.levels_chart([LevelRow("1.1", evil, 1, 3, area_name=evil)], title=evil, description=evil)

    assert "<script" not in picture
    assert parsed(picture)[0].text == evil
    assert parsed(picture)[1].text == evil


def test_long_names_break_into_lines_that_fit_a_phone():
    name = "Naviguer, rechercher et filtrer des données, des informations et des contenus numériques"
    lines = words(charts.levels_chart([LevelRow("1.1", name, 1, 3)], title="Levels"))[:-2]

    assert " ".join(lines) == f"1.1\u2002{name}"
    assert max(map(len, lines)) <= 35


def test_numbers_follow_the_readers_language():
    with override("fr"):
        assert "2,5" in words(charts.heat_map(["Risk"], ["1.1"], [[2.5]], title="Heat"))

import json

import pytest
from django.core.management import call_command

from tests import make
from upskilling.scoring import RULE_VERSION


@pytest.fixture
def run(capsys, act_behind_the_fence):
    """Run a command as on a server, with no organisation in scope; gives the exit code and its JSON answer."""

    def run(*arguments):
        code = 0
        try:
            with act_behind_the_fence():
                call_command(*map(str, arguments), "--json")
        except SystemExit as stop:
            code = stop.code
        return code, json.loads(capsys.readouterr().out)

    return run


def test_load_catalogue_says_what_it_would_do_and_does_nothing(programme, run):
    code, answer = run("load_catalogue")

    warnings = answer.pop("warnings")
    assert (code, answer) == (
        0,
        {"rows": 43, "created": 43, "updated": 0, "unchanged": 0, "unused": [], "errors": []},
    )
    assert all(set(warning) == {"line", "column", "value", "reason"} for warning in warnings)
    assert programme.offers.count() == 0


def test_load_catalogue_with_commit_loads_once(programme, run):
    run("load_catalogue", "--commit")
    code, answer = run("load_catalogue", "--commit")

    assert (code, answer["created"], answer["unchanged"]) == (0, 0, 43)
    assert programme.offers.count() == 43


def test_load_catalogue_refuses_a_bad_file_as_a_whole(programme, run, tmp_path):
    path = tmp_path / "courses.csv"
    path.write_text("offer_id;title\n1;Un cours\n", encoding="utf-8")

    code, answer = run("load_catalogue", path, "--commit")

    assert (code, list(answer)) == (1, ["errors"])
    assert answer["errors"][0] == {
        "line": 1,
        "column": "provider",
        "value": None,
        "reason": "This column is missing. Add it; its name is “provider”.",
    }
    assert programme.offers.count() == 0


def test_load_catalogue_says_that_a_file_is_not_there(programme, run, tmp_path):
    code, answer = run("load_catalogue", tmp_path / "none.csv")

    assert code == 1
    assert "none.csv can't be read: No such file or directory." in answer["errors"][0]["reason"]


@pytest.fixture
def learners(acme):
    """Six with a course for their gap, five without, one without a result."""
    make.target_profile(acme, levels=[4, *[None] * 15])
    for language, count in [("fr", 6), ("pt", 5)]:
        for _number in range(count):
            make.result(acme, person=make.person(acme, languages=[language]), levels=[2] * 16)
    make.person(acme)
    return make.offer("1.1", provider="CNFPC", offer_id="A1", title="Chercher")


def test_recommend_gives_the_figures_and_keeps_nothing(acme, learners, run):
    code, answer = run("recommend", "--organisation", "acme")

    assert (code, answer) == (
        0,
        {
            "people": 12,
            "with_gap": 11,
            "recommendations": 6,
            "people_without_offer": 5,
            "top_offers": [{"provider": "CNFPC", "offer_id": "A1", "title": "Chercher", "people": 6}],
            "gaps_without_offer": [
                {
                    "competence": "1.1",
                    "title": "Conducting research and information monitoring",
                    "people": 5,
                }
            ],
            "rule_version": RULE_VERSION,
            "errors": [],
        },
    )
    assert acme.recommendations.count() == 0


def test_recommend_with_commit_keeps_the_suggestions_once(acme, learners, run):
    first = run("recommend", "--organisation", "acme", "--commit")
    rows = list(acme.recommendations.values_list("pk", flat=True))
    again = run("recommend", "--organisation", "acme", "--commit")

    assert first == again
    assert len(rows) == 6
    assert list(acme.recommendations.values_list("pk", flat=True)) == rows


def test_recommend_hides_small_numbers_of_gaps(acme, learners, run):
    acme.people.filter(languages=["pt"]).first().results.all().delete()

    _code, answer = run("recommend", "--organisation", "acme")

    assert (answer["people_without_offer"], [line["people"] for line in answer["gaps_without_offer"]]) == (
        4,
        ["‹5"],
    )


def test_recommend_names_the_organisations_there_are(acme, run):
    code, answer = run("recommend", "--organisation", "nowhere")

    assert code == 1
    assert answer["errors"][0]["reason"] == "There is no organisation “nowhere”. Known ones: acme."

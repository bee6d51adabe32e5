from datetime import date

import pytest
from django.utils.formats import date_format

from upskilling.explaining import MISSING, SENTENCES, sentences
from upskilling.scoring import RULE_VERSION

COMPETENCES = {1: "1.1 Searching", 2: "1.2 Managing data", 3: "1.3 Processing data"}


def said(**reason):
    return sentences([reason], COMPETENCES)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            {"code": "closes_gap", "points": 20, "competence": 1, "level": 2, "reaches": 4, "target": 4},
            "It can take you from level 2 to your target, level 4.",
        ),
        (
            {"code": "narrows_gap", "points": 10, "competence": 1, "level": 2, "reaches": 3, "target": 5},
            "It can take you from level 2 to level 3. Your target is level 5.",
        ),
        (
            {"code": "soon", "points": 2, "date": "2026-12-02"},
            f"It starts soon: on {date_format(date(2026, 12, 2), 'DATE_FORMAT')}.",
        ),
        (
            {"code": "also", "points": 6, "competences": [2, 3]},
            "It helps with other gaps of yours, too: 1.2 Managing data and 1.3 Processing data.",
        ),
        ({"code": "free", "points": 4}, "It is free of charge."),
    ],
)
def test_a_stored_reason_becomes_a_sentence(reason, sentence):
    assert said(**reason) == [sentence]


def test_reasons_of_rules_that_are_gone_are_left_out():
    assert said(code="astrology", points=50) == []
    assert RULE_VERSION


def test_all_that_can_be_missing_is_explained():
    assert MISSING.keys() == {"result", "target", "comparison", "gap", "offer"}
    assert all(str(sentence) for sentence in SENTENCES.values())

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.problems import Problem, Refused
from tests import make
from upskilling.catalogue_files import SAMPLE, load_catalogue
from upskilling.forms import OfferRowForm
from upskilling.models import Offer

TODAY = date(2026, 11, 22)
ROW = {
    "offer_id": "S001",
    "title": "Bien rechercher",
    "title_lang": "fr",
    "provider": "LLLC",
    "provider_kind": "chamber",
    "summary_en": "Operators, source checks.",
    "competences": "1.1;1.2",
    "primary_competence": "1.1",
    "framework": "digcomp-2.2",
    "level_min": "1",
    "level_max": "4",
    "hours": "7",
    "cost_eur": "95",
    "cost_basis": "per_person",
    "languages": "fr;de",
    "mode": "on_site",
    "place": "Luxembourg",
    "audience": "all_staff",
    "certificate": "attendance",
    "start_type": "dated",
    "next_start": "2026-12-06",
    "valid_until": "2027-12-31",
    "url": "https://example.org/offers/s001",
    "data_status": "sample data",
}


def file_of(*rows, separator=",", columns=ROW):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=separator, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue().encode()


def load(programme, *rows, **options):
    outcome = load_catalogue(programme, file_of(*rows, **options), TODAY)
    return outcome.created, outcome.updated, outcome.unchanged


def problems(programme, *rows, **options):
    with pytest.raises(Refused) as refused:
        load_catalogue(programme, file_of(*rows, **options), TODAY)
    assert programme.offers.count() == 0
    return refused.value.problems


def topics(offer):
    return {topic.competence.code: topic.is_primary for topic in offer.topics.select_related("competence")}


def test_a_row_becomes_a_course(programme):
    assert load(programme, {}) == (1, 0, 0)

    offer = programme.offers.get()
    fields = {name: getattr(offer, name) for name in ROW if hasattr(offer, name)}
    assert fields == {
        **{name: value for name, value in ROW.items() if hasattr(offer, name)},
        "framework": offer.framework,
        "level_min": 1,
        "level_max": 4,
        "hours": Decimal(7),
        "cost_eur": Decimal(95),
        "languages": ["fr", "de"],
        "next_start": date(2026, 12, 6),
        "valid_until": date(2027, 12, 31),
    }
    assert (offer.framework.code, offer.summaries) == ("digcomp-2.2", {"en": "Operators, source checks."})
    assert topics(offer) == {"1.1": True, "1.2": False}
    assert offer.tag_status == Offer.TagStatus.PROVIDER


def test_the_sample_loads_and_the_second_time_changes_nothing(programme):
    first = load_catalogue(programme, SAMPLE.read_bytes(), TODAY)
    again = load_catalogue(programme, SAMPLE.read_bytes(), TODAY)

    assert (first.created, first.updated, first.unchanged, first.unused) == (43, 0, 0, [])
    assert (again.created, again.updated, again.unchanged) == (0, 0, 43)
    assert {warning.column for warning in first.warnings} == {"next_start"}
    taught = {
        topic.competence.code for offer in programme.offers.with_topics() for topic in offer.topics.all()
    }
    assert len(taught) == 21


def test_a_change_is_taken_over_and_nothing_is_deleted(programme):
    load(programme, {}, {"offer_id": "S002"}, {"offer_id": "S003"})

    assert load(programme, {"cost_eur": "80"}, {"offer_id": "S002", "competences": "1.1 4.1"}) == (0, 2, 0)

    assert dict(programme.offers.order_by("offer_id").values_list("offer_id", "cost_eur")) == {
        "S001": 80,
        "S002": 95,
        "S003": 95,
    }
    assert topics(programme.offers.get(offer_id="S002")) == {"1.1": True, "4.1": False}


def test_two_providers_may_use_the_same_number(programme):
    assert load(programme, {}, {"provider": "CNFPC"}) == (2, 0, 0)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"title": "Another title"}, Offer.TagStatus.REVIEWED),
        ({"level_max": "6"}, Offer.TagStatus.PROVIDER),
        ({"competences": "1.1"}, Offer.TagStatus.PROVIDER),
        ({"primary_competence": "1.2"}, Offer.TagStatus.PROVIDER),
    ],
)
def test_a_review_lasts_until_the_provider_claims_something_else(programme, admin_user, change, status):
    load(programme, {})
    programme.offers.all().judge_tags(Offer.TagStatus.REVIEWED, admin_user)

    assert load(programme, change) == (0, 1, 0)

    offer = programme.offers.get()
    assert offer.tag_status == status
    assert (offer.reviewed_by, offer.reviewed_on is not None) == (
        (admin_user, True) if status == Offer.TagStatus.REVIEWED else (None, False)
    )


def test_semicolons_decimal_commas_and_days_first_are_understood(programme):
    row = {"hours": "7,5", "cost_eur": "1 450,50 €", "next_start": "06.12.2026", "languages": "FR, de"}

    assert load(programme, row, separator=";") == (1, 0, 0)

    offer = programme.offers.get()
    assert (offer.hours, offer.cost_eur) == (Decimal("7.5"), Decimal("1450.5"))
    assert (offer.next_start, offer.languages) == (date(2026, 12, 6), ["fr", "de"])


def test_what_goes_without_saying_may_be_left_out(programme):
    optional = {name for name, field in OfferRowForm.base_fields.items() if not field.required} | {
        "summary_en"
    }
    columns = [name for name in ROW if name not in optional]

    assert load(programme, {"competences": "1.1"}, columns=columns) == (1, 0, 0)

    offer = programme.offers.get()
    assert topics(offer) == {"1.1": True}
    assert {name: getattr(offer, name) for name in optional - {"primary_competence", "summary_en"}} == {
        "title_lang": "fr",
        "cost_basis": "per_person",
        "place": "",
        "audience": "all_staff",
        "certificate": "none",
        "start_type": "on_demand",
        "next_start": None,
        "valid_until": None,
        "data_status": "",
    }


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"title": ""}, "title", "This is needed. Fill it in."),
        ({"hours": "two days"}, "hours", "This is not a number. Write it like 7.5 or 7,5."),
        ({"hours": "-1"}, "hours", "This can't be negative."),
        ({"cost_eur": ""}, "cost_eur", "This is needed. Fill it in."),
        ({"level_min": "0"}, "level_min", "A level is a whole number from 1 to 8."),
        ({"level_max": "9"}, "level_max", "A level is a whole number from 1 to 8."),
        (
            {"level_min": "5"},
            "level_max",
            "The highest level is below the lowest one. Exchange or correct them.",
        ),
        (
            {"competences": "1.1;9.9"},
            "competences",
            "DigComp 2.2 (2022-03) has no competence “9.9”. Correct the code or the framework.",
        ),
        (
            {"primary_competence": "4.1"},
            "primary_competence",
            "The main topic is not among the competences. Add it there, or correct it.",
        ),
        (
            {"framework": "esco"},
            "framework",
            "There is no framework “esco”. Known ones: digcomp-2.2, digcomp-3.0, pix.",
        ),
        (
            {"languages": "fr;xx"},
            "languages",
            "“xx” is not a language we know. Use these codes: lb, fr, de, en, pt, it, es, nl.",
        ),
        (
            {"mode": "by post"},
            "mode",
            "“by post” is not known here. Use one of these: on_site, online_live, blended, self_paced.",
        ),
        (
            {"next_start": "soon"},
            "next_start",
            "This is not a date. Write it like 2026-03-01 or 01.03.2026.",
        ),
        ({"url": "nowhere"}, "url", "This is not an address. Write it like https://example.org."),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_the_reason(programme, change, column, reason):
    value = {**ROW, **change}[column] or None

    assert problems(programme, {"offer_id": "S000"}, change) == [Problem(reason, 3, column, value)]


def test_every_problem_is_named_and_nothing_is_written(programme):
    found = problems(programme, {"hours": "x", "mode": "y"}, {"offer_id": "S002"}, {"url": ""})

    assert [(problem.line, problem.column) for problem in found] == [(2, "hours"), (2, "mode"), (4, "url")]


def test_the_same_number_twice_is_refused(programme):
    assert problems(programme, {}, {}) == [
        Problem("Line 2 has the same provider and number. Keep one of them.", 3, "offer_id", "S001")
    ]


def test_a_missing_column_is_named(programme):
    found = problems(programme, {}, columns=[name for name in ROW if name not in ("mode", "url")])

    assert found == [
        Problem("This column is missing. Add it; its name is “mode”.", 1, "mode"),
        Problem("This column is missing. Add it; its name is “url”.", 1, "url"),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(200), b"%PDF-1.7", "Grüße".encode("utf-16")[:-1]]
)
def test_what_is_no_table_is_refused(programme, content):
    with pytest.raises(Refused):
        load_catalogue(programme, content, TODAY)


def test_odd_rows_are_taken_with_a_warning(programme):
    rows = [
        {"valid_until": "2026-11-21"},
        {"offer_id": "S002", "next_start": ""},
        {"offer_id": "S003", "next_start": "2026-11-21"},
        {"offer_id": "S004", "hours": "0"},
    ]

    outcome = load_catalogue(programme, file_of(*rows), TODAY)

    assert outcome.created == 4
    assert [(warning.line, warning.column, warning.value) for warning in outcome.warnings] == [
        (2, "valid_until", "2026-11-21"),
        (3, "next_start", None),
        (4, "next_start", "2026-11-21"),
        (5, "hours", "0"),
    ]


def test_columns_that_nobody_knows_are_named(programme):
    content = file_of({}, columns=[*ROW, "colour"])

    assert load_catalogue(programme, content, TODAY).unused == ["colour"]


def test_the_number_of_queries_stays_the_same(programme, django_assert_num_queries):
    load(programme, {"offer_id": "0"})
    for offer_ids in (["1"], ["2", "3", "4"]):
        rows = [{"offer_id": number} for number in offer_ids]
        with django_assert_num_queries(10):
            load(programme, *rows)


@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=20), max_size=4))
def test_any_cells_give_a_course_or_a_reason(row):
    competences = {"1.1": object(), "1.2": object()}
    form = OfferRowForm({**ROW, **row}, frameworks={"digcomp-2.2": ("DigComp", competences)})

    assert form.is_valid() or all(reason for errors in form.errors.values() for reason in errors)


def test_a_course_knows_the_readers_summary(settings):
    from django.utils import translation

    offer = Offer(summaries={"fr": "Chercher.", "de": "Suchen."})
    for language, expected in [("de", ("de", "Suchen.")), ("lb", ("fr", "Chercher."))]:
        with translation.override(language):
            assert (offer.summary_language, offer.summary) == expected
    assert (Offer(summaries={}).summary_language, Offer(summaries={}).summary) == ("", "")


def test_a_course_knows_when_nobody_can_join_any_more(db):
    start = {"start_type": "dated"}
    cases = [
        ({}, False),
        ({"valid_until": date(2026, 1, 1)}, True),
        ({**start, "next_start": date(2026, 1, 1)}, True),
        (start, True),
        ({**start, "next_start": date(2099, 1, 1)}, False),
    ]
    for fields, over in cases:
        offer = make.offer(**fields)
        assert offer.is_over is over
        assert Offer.objects.open().filter(pk=offer.pk).exists() is not over

"""Assessments, exams and certifications: what is kept of them, and that no measure becomes another."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from assessments import importing
from assessments.models import Kind, Result
from assessments.pix_files import read_export
from assessments.sharing import share_levels
from organisations.models import Role
from tests import make
from tests.assessments import pix_campaigns
from tests.assessments.pix_campaigns import Campaign, Competence, Taken, pix_competences
from tests.assessments.pix_export import EXPECTED, export, participation, sample
from tests.assessments.test_quarantine import every_reader

pytestmark = pytest.mark.django_db

CAMPAIGN = Campaign(stages=3, badges=("Citoyen",), competences=pix_competences(["1.1", "2.3", "5.2"]))
STARTED = datetime(2024, 12, 20, 8, 0, tzinfo=UTC)
SHARED = datetime(2024, 12, 21, 9, 30, tzinfo=UTC)
KINDS = ["assessment-fr.csv", "assessment-fr-sup-with-skills.csv", "legacy-2022-certification-session-fr.csv"]


def ada(**fields):
    usual = {"external_id": "00101", "started": STARTED, "shared": SHARED, "stage": 2, "badges": (True,)}
    return Taken(**{**usual, "validated": (5, 0, 10), **fields})


def not_yet(progress="0.4", **fields):
    return ada(progress=progress, validated=None, shared=None, stage=None, **fields)


def assessment(*people, campaign=CAMPAIGN):
    return pix_campaigns.assessment(campaign, people)


def imported(organisation, content):
    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    return importing.import_results(result_import)


def at(*values):
    """An array with these values at the places of 1.1, 2.3 and 5.2."""
    return [values[0], *[None] * 4, values[1], *[None] * 9, values[2]]


# --- Assessments ------------------------------------------------------------------------------------------------------


def test_an_assessment_keeps_shares_of_items_and_has_no_level(acme):
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")

    imported(acme, assessment(ada()))

    result, campaign = acme.results.get(), acme.campaigns.get()
    assert (result.measure, result.person, result.shared_at, result.started_at) == (
        "share_of_items",
        person,
        SHARED,
        STARTED,
    )
    assert (result.mastery_rate, result.progress, result.stage, result.badges) == (
        Decimal("0.50"),
        Decimal(1),
        2,
        ["Citoyen"],
    )
    assert (result.items, result.validated, result.shares) == (at(10, 10, 10), at(5, 0, 10), at(50, 0, 100))
    assert (result.levels, result.pix, result.pix_score, result.certifiable, result.details) == (None,) * 5
    assert (campaign.kind, campaign.competences, campaign.highest_stage, campaign.badges) == (
        "assessment",
        [1, 6, 16],
        3,
        ["Citoyen"],
    )


def test_the_database_refuses_a_level_out_of_a_share(acme):
    imported(acme, assessment(ada()))

    with pytest.raises(IntegrityError, match="no_level_out_of_a_share_of_items"), transaction.atomic():
        acme.results.update(levels=[1] * 16)


def test_who_has_not_shared_has_progress_alone(acme):
    imported(acme, assessment(not_yet()))

    result = acme.results.get()
    assert (result.progress, result.started_at, result.is_shared) == (Decimal("0.4"), STARTED, False)
    assert (result.mastery_rate, result.items, result.validated, result.shares, result.stage) == (None,) * 5


def test_newer_progress_takes_the_place_of_the_older(acme):
    imported(acme, assessment(not_yet("0.2")))
    imported(acme, assessment(not_yet("0.7")))
    assert [result.progress for result in acme.results.current()] == [Decimal("0.7")]

    imported(acme, assessment(ada()))
    assert [result.is_shared for result in acme.results.current()] == [True]
    assert acme.results.count() == 3


def test_a_retake_is_a_row_of_its_own(acme):
    retake = ada(shared=datetime(2025, 1, 8, 9, 0, tzinfo=UTC), validated=(10, 10, 10))

    outcome = imported(acme, assessment(ada(), retake))

    assert (outcome["created"], outcome["people"], outcome["retakes"]) == (2, 1, 1)


def test_an_anonymised_row_keeps_its_rate_and_measures_nothing(acme):
    imported(acme, assessment(ada(last="", first="", validated=(0, 0, 0), rate="0.6")))

    result = acme.results.get()
    assert (result.mastery_rate, result.items) == (Decimal("0.60"), at(10, 10, 10))
    assert (result.validated, result.shares) == (None, None)


def test_nobody_validating_anything_is_a_zero_and_not_anonymised(acme):
    imported(acme, assessment(ada(validated=(0, 0, 0))))

    result = acme.results.get()
    assert (result.mastery_rate, result.validated) == (Decimal(0), at(0, 0, 0))


def test_competences_of_other_frameworks_and_skills_are_kept_apart(acme):
    other = Competence("Piloter la donnée", "Pix+ Données", 4)
    campaign = Campaign(competences=(*CAMPAIGN.competences, other), skills=("@web1", "@web2"))

    imported(
        acme, assessment(ada(validated=(5, 0, 10, 3), badges=(), skills=("OK", "KO")), campaign=campaign)
    )

    result = acme.results.get()
    assert (result.validated, result.details) == (
        at(5, 0, 10),
        {"other_competences": {"Piloter la donnée": [4, 3, 75]}, "skills": {"@web1": "OK", "@web2": "KO"}},
    )


def test_without_an_answer_a_dutch_file_has_rates_and_no_shares(acme):
    imported(acme, sample("assessment-nl.csv"))

    shared = acme.results.filter(is_shared=True)
    assert {(result.shares, result.validated) for result in shared} == {(None, None)}
    assert round(sum(result.mastery_rate for result in shared) / len(shared), 4) == Decimal("0.4592")
    assert all(len(result.details["unnamed_competences"]) == 8 for result in shared)
    assert acme.campaigns.get().competences is None


@pytest.mark.parametrize("name", ["assessment-fr.csv", "assessment-en.csv", "legacy-2022-assessment-fr.csv"])
def test_a_genuine_assessment_arrives_whole(acme, name):
    imported(acme, sample(name))

    export, expected = read_export(sample(name)), EXPECTED.get(name) or {}
    results = acme.results.order_by("line")
    assert list(
        results.values_list("line", "last_name", "first_name", "mastery_rate", "shared_at", "stage")
    ) == list(
        zip(
            export.lines,
            export.last_names,
            export.first_names,
            export.mastery_rates,
            export.shared_at,
            export.stages,
            strict=True,
        )
    )
    positions = acme.campaigns.get().competences
    found = [
        sum(result.validated[place - 1] for result in results if result.validated) for place in positions
    ]
    assert found == list(read_export(sample(name)).summary()["sum_validated_per_competence"].values())
    assert not expected or found == list(expected["sum_validated_per_competence"].values())


def test_an_exam_known_from_the_interface_stays_one_campaign(acme):
    known = make.campaign(acme, kind=Kind.EXAM, reference="4201", source="api")

    imported(acme, assessment(ada()))

    campaign = acme.campaigns.get()
    assert (campaign.pk, campaign.kind, campaign.source) == (known.pk, "exam", "api")
    assert (campaign.imports.get().kind, acme.results.get().measure) == ("exam", "share_of_items")


def test_a_file_without_progress_is_an_exam(acme):
    campaign = Campaign(competences=CAMPAIGN.competences, exam=True)

    imported(acme, assessment(ada(badges=()), campaign=campaign))

    assert (acme.campaigns.get().kind, acme.results.get().progress) == ("exam", None)


# --- Certifications ---------------------------------------------------------------------------------------------------


def certification(*rows, **options):
    return pix_campaigns.certification(rows, **options)


def test_a_certification_keeps_levels_and_outcome_and_no_birth_data(acme):
    row = {
        "number": 70001,
        "birthplace": "Esch",
        "comment": "Bravo",
        "complementary": ["Validée"],
        "levels": [3, "-", *[2] * 14],
        "external": "00101",
    }
    imported(acme, certification(row, complementary=("CléA numérique",)))

    result = acme.results.get()
    assert (result.measure, result.status, result.pix_score, result.levels) == (
        "certified",
        "validated",
        240,
        [3, None, *[2] * 14],
    )
    assert result.details == {
        "certification": "70001",
        "session": "9100",
        "centre": "Centre",
        "complementary": {"CléA numérique": "validated"},
    }
    kept = str(Result.objects.filter(pk=result.pk).values().get())
    assert not any(text in kept for text in ("Esch", "Bravo", "1990"))
    campaign = acme.campaigns.get()
    assert (campaign.kind, campaign.reference, campaign.name) == ("certification", "9100", "Session 9100")


def test_a_cancelled_certification_has_no_levels(acme):
    row = {"status": "Annulée", "pix": "-", "levels": ["-"] * 16}

    imported(acme, certification(row))

    result = acme.results.get()
    assert (result.status, result.levels, result.pix_score) == ("cancelled", None, None)


def test_the_form_of_a_class_adds_nothing_to_its_sessions(acme):
    rows = [{"number": 1, "session": 9100}, {"number": 2, "session": 9200}]
    imported(acme, certification(rows[0]))
    imported(acme, certification(rows[1]))

    outcome = imported(acme, certification(*rows, is_class=True))

    assert (outcome["created"], outcome["unchanged"]) == (0, 2)
    assert sorted(acme.campaigns.values_list("reference", flat=True)) == ["9100", "9200"]


def test_another_outcome_of_a_certification_takes_the_place_of_the_first(acme):
    imported(acme, certification({"number": 1}, {"number": 2}))

    outcome = imported(
        acme, certification({"number": 1, "status": "Annulée", "pix": "-", "levels": ["-"] * 16})
    )

    assert (outcome["created"], outcome["superseded"]) == (1, 1)
    assert sorted(acme.results.current().values_list("details__certification", "status")) == [
        ("1", "cancelled"),
        ("2", "validated"),
    ]


# --- Every kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_the_same_file_twice_changes_nothing(acme, name):
    first = imported(acme, sample(name))
    before = list(acme.results.order_by("pk").values())

    second = imported(acme, sample(name))

    assert (second["created"], second["unchanged"], second["superseded"]) == (0, first["created"], 0)
    assert list(acme.results.order_by("pk").values()) == before


def test_other_measures_change_nothing_for_whoever_reads_levels(client, acme, hr):
    """One person has a profile, and later an assessment, a certification and a self-reflection."""
    user = make.member(acme, Role.STAFF, email="nina@acme.example")
    person = make.person(
        acme, user=user, email=user.email, staff_number="00101", last_name="Weber", first_name="Ada"
    )
    make.target_profile(acme)
    make.offer()
    mentoring_round = make.mentoring_round(acme)
    make.application(mentoring_round, person, wanted=(1,))
    share_levels(person)
    imported(acme, export(participation()))
    before = every_reader(client, mentoring_round, person, hr)

    imported(acme, assessment(ada(shared=datetime(2026, 6, 1, 9, 0, tzinfo=UTC))))
    imported(acme, certification({"external": "00101", "date": "01/07/2026", "levels": [8] * 16}))
    make.result(
        acme,
        person=person,
        measure=Result.Measure.SELF_DECLARED,
        levels=[8] * 16,
        shared_at=datetime(2026, 8, 1, 9, 0, tzinfo=UTC),
    )

    assert person.results.count() == 4
    after = every_reader(client, mentoring_round, person, hr)
    lists_of_all = {"interface", "relations"}
    assert {name for name in before if before[name] != after[name]} <= lists_of_all


class Crash(Exception):
    pass


@pytest.mark.parametrize(
    "content", [assessment(ada(), not_yet(last="Tun")), certification({}, {"session": 9200})]
)
def test_a_crash_at_any_statement_leaves_everything_as_it_was(acme, globex, content):
    def attempt(organisation, stop_at=None):
        done = []

        def count(execute, sql, params, many, context):
            if len(done) == stop_at:
                raise Crash(sql)
            done.append(sql)
            return execute(sql, params, many, context)

        with transaction.atomic(), connection.execute_wrapper(count):
            imported(organisation, content)
        return len(done)

    for number in range(attempt(globex)):
        with pytest.raises(Crash):
            attempt(acme, number)
        assert (acme.results.count(), acme.campaigns.count(), acme.result_imports.count()) == (0, 0, 0)

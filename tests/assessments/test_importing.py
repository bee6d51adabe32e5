"""From a file to results: as a whole or not at all, and the second time nothing."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from assessments import importing, previewing
from assessments.models import Campaign, Result
from assessments.pix_files import read_export
from assessments.results import latest_result, latest_results
from organisations.models import Run
from organisations.problems import Refused
from organisations.runs import carry_out
from tests import make
from tests.assessments.pix_export import export, many, participation, sample

pytestmark = pytest.mark.django_db
PIX = (20, 11) + (0,) * 14


def imported(organisation, content):
    """What an import of this file did."""
    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    return importing.import_results(result_import)


def counts(outcome):
    return {name: outcome[name] for name in ("created", "unchanged", "superseded", "matched", "unmatched")}


# --- What is saved ----------------------------------------------------------------------------------------------------


def test_a_row_is_kept_as_the_file_says(acme):
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    content = export(
        participation("Weber", "Ada", ("Direction A", "2C1", "00101"), pix=PIX),
        labels=("Service", "Classe", "Matricule"),
    )

    imported(acme, content)

    result, campaign = acme.results.get(), acme.campaigns.get()
    found = {
        field.name: getattr(result, field.name)
        for field in Result._meta.fields
        if field.name
        not in ("id", "key", "organisation", "framework", "result_import", "attached", "identity")
    }
    assert found == {
        "campaign": campaign,
        "superseded_by": None,
        "held_until": None,
        "person": person,
        "measure": "profile",
        "line": 2,
        "last_name": "Weber",
        "first_name": "Ada",
        "external_id": "00101",
        "student_number": "",
        "group": "",
        "division": "2C1",
        "imported_columns": {"Service": "Direction A"},
        "is_shared": True,
        "shared_at": datetime(2026, 3, 17, 0, 54, tzinfo=UTC),
        "day_only": False,
        "pix_score": 31,
        "certifiable": False,
        "certifiable_count": 2,
        "levels": [2, 1] + [0] * 14,
        "pix": list(PIX),
        **dict.fromkeys(("participation", "started_at", "progress", "mastery_rate", "shares")),
        **dict.fromkeys(("items", "validated", "stage", "badges", "details")),
        **dict.fromkeys(("participant", "status"), ""),
        "waiting_reason": "",
    }
    assert (campaign.reference, campaign.code, campaign.name, campaign.owner_name, campaign.kind) == (
        "4201",
        "DEMOPC421",
        "Collecte 2026",
        "Commune fictive",
        "profiles",
    )


def test_not_shared_is_not_zero(acme):
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")

    imported(acme, export(participation(sent=None)))

    result = acme.results.get()
    assert (result.person, result.is_shared, result.levels, result.pix, result.pix_score) == (
        person,
        False,
        None,
        None,
        None,
    )
    assert latest_result(person) is None


@pytest.mark.parametrize(
    "name",
    [
        "profiles-collection-fr.csv",
        "profiles-collection-en.csv",
        "profiles-collection-nl.csv",
        "profiles-collection-fr-sco-division.csv",
        "legacy-2024-profiles-collection-fr.csv",
        "legacy-2022-profiles-collection-en.csv",
    ],
)
def test_a_genuine_file_arrives_whole(acme, name):
    content = sample(name)
    collection = read_export(content)

    imported(acme, content)

    saved = acme.results.order_by("line").values_list(
        "line", "last_name", "first_name", "external_id", "shared_at", "pix_score", "levels", "pix"
    )
    assert list(saved) == [
        (
            line,
            last,
            first,
            number,
            moment,
            score,
            list(levels) if moment else None,
            list(pix) if moment else None,
        )
        for line, last, first, number, moment, score, levels, pix in zip(
            collection.lines,
            collection.last_names,
            collection.first_names,
            collection.external_ids,
            collection.shared_at,
            collection.pix_scores,
            collection.levels,
            collection.pix,
            strict=True,
        )
    ]


def test_names_that_copy_might_misread_arrive_unchanged(acme):
    people = [
        ("\\N", "\\.", "\\"),
        ("a\tb", "c\nd", "e\\tf"),
        ('"', "'", ","),
        ("", " ", "{}"),
        ("NULL", "é東🎓", "x"),
    ]

    imported(acme, export(*[participation(last, first, (number,)) for last, first, number in people]))

    assert list(acme.results.order_by("line").values_list("last_name", "first_name", "external_id")) == people


# --- The second time --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["profiles-collection-fr.csv", "legacy-2022-profiles-collection-en.csv"])
def test_the_same_file_twice_changes_nothing(acme, name):
    content = sample(name)
    first = imported(acme, content)
    before = list(acme.results.order_by("pk").values())

    second = imported(acme, content)

    assert counts(second) == counts(first) | {"created": 0, "unchanged": first["created"]}
    assert list(acme.results.order_by("pk").values()) == before


def test_another_order_and_language_of_the_same_campaign_is_the_same(acme):
    rows = [
        participation(first=f"Eva {number}", extra=(str(number),), pix=(number,) * 16) for number in range(5)
    ]
    imported(acme, export(*rows))

    # The same participations, as a German user of Pix Orga would export them.
    in_german = [
        [{"Oui": "Ja", "Non": "Nicht"}.get(cell, cell) if isinstance(cell, str) else cell for cell in row]
        for row in reversed(rows)
    ]
    outcome = imported(acme, export(*in_german, language="de", labels=("Personalnummer",)))

    assert (outcome["created"], outcome["unchanged"]) == (0, 5)


def test_the_older_and_the_newer_form_of_a_date_name_the_same_participation(acme):
    imported(acme, export(participation(sent="2024-03-17"), current=False))

    outcome = imported(acme, export(participation(sent="17/03/2024 12:30")))

    assert (outcome["created"], acme.results.count()) == (0, 1)


def test_retakes_are_all_kept_and_the_newest_counts(acme):
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    older, newer = (
        participation(sent="31/03/2026 12:29"),
        participation(sent="10/05/2026 23:01", pix=(64,) * 16),
    )

    outcome = imported(acme, export(newer, older))

    assert (outcome["created"], outcome["people"], outcome["retakes"]) == (2, 1, 1)
    assert latest_result(person).levels == [8] * 16
    assert {pk: result.levels for pk, result in latest_results(acme).items()} == {person.pk: [8] * 16}


def test_participations_that_agree_in_everything_are_counted(acme):
    rows = [participation(sent=moment) for moment in ("17/03/2026 01:54", "17/03/2026 09:00", None, None)]

    assert imported(acme, export(*rows))["created"] == 4
    assert imported(acme, export(*reversed(rows)))["created"] == 0
    assert imported(acme, export(*rows, participation()))["created"] == 1


def test_who_shares_later_is_no_longer_counted_as_not_sharing(acme):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    before = export(participation(first="Bob", extra=("8",)), participation(sent=None))
    after = export(participation(first="Bob", extra=("8",)), participation(sent="18/03/2026 10:00"))

    imported(acme, before)
    outcome = imported(acme, after)

    assert counts(outcome) == {"created": 1, "unchanged": 1, "superseded": 1, "matched": 1, "unmatched": 1}
    assert sorted(acme.results.current().values_list("first_name", "is_shared")) == [
        ("Ada", True),
        ("Bob", True),
    ]


def test_an_older_export_adds_facts_and_no_outdated_progress(acme):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    older = export(participation(first="Bob", extra=("8",)), participation(sent=None))
    newer = export(participation(sent="18/03/2026 10:00"))
    imported(acme, newer)

    outcome = imported(acme, older)

    assert (outcome["created"], outcome["superseded"]) == (1, 0)
    assert sorted(acme.results.current().values_list("first_name", "is_shared")) == [
        ("Ada", True),
        ("Bob", True),
    ]


def test_progress_that_comes_back_counts_again(acme):
    first = export(participation(sent=None), participation(first="Bob", extra=("8",)))
    second = export(participation(first="Bob", extra=("8",)))
    imported(acme, first)
    assert imported(acme, second)["superseded"] == 1

    assert imported(acme, first)["created"] == 1
    assert (acme.results.current().count(), acme.results.count()) == (2, 2)


def test_a_shared_result_stays_when_a_later_export_leaves_it_out(acme):
    imported(acme, export(participation(), participation(first="Bob", extra=("8",))))

    imported(acme, export(participation(first="Bob", extra=("8",))))

    assert acme.results.current().count() == 2


def test_two_organisations_may_import_the_same_file(acme, globex):
    content = export(participation())

    assert imported(acme, content)["created"] == imported(globex, content)["created"] == 1


# --- As a whole or not at all -----------------------------------------------------------------------------------------


class Crash(Exception):
    pass


def statements_of_an_import(organisation, content, stop_at=None):
    """Import, and raise at the statement with that number."""
    done = []

    def count(execute, sql, params, many, context):
        if len(done) == stop_at:
            raise Crash(sql)
        done.append(sql)
        return execute(sql, params, many, context)

    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    with transaction.atomic(), connection.execute_wrapper(count):
        importing.import_results(result_import)
    return len(done)


def test_a_crash_at_any_statement_leaves_everything_as_it_was(acme, globex):
    content = export(participation(), participation(first="Bob", extra=("8",), sent=None))
    total = statements_of_an_import(globex, content)

    for number in range(total):
        with pytest.raises(Crash):
            statements_of_an_import(acme, content, stop_at=number)
        assert (acme.results.count(), acme.campaigns.count()) == (0, 0)

    assert total >= 5


def test_an_import_takes_the_same_number_of_queries_for_any_number_of_rows(acme, globex):
    assert statements_of_an_import(acme, many(1)) == statements_of_an_import(globex, many(300))


# --- Looking first ----------------------------------------------------------------------------------------------------


def test_a_preview_says_what_an_import_would_do_and_imports_nothing(acme, hr):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    rows = [
        participation(),
        participation(first="Bob", extra=("8",)),
        participation(first="Eva", extra=("",), sent=None),
    ]

    result_import = previewing.preview(acme, "export.csv", export(*rows), hr)

    report = result_import.report
    assert {
        name: report[name] for name in ("participations", "shared", "not_shared", "matched", "unmatched")
    } == {
        "participations": 3,
        "shared": 2,
        "not_shared": 1,
        "matched": 1,
        "unmatched": 2,
    }
    assert result_import.waiting == [
        ("Nobody enrolled here has this staff number.", 1),
        ("The file gives no number for this person.", 1),
    ]
    assert (report["new"], report["unchanged"], report["organisation_name"]) == (3, 0, "Commune fictive")
    assert (report["warnings"], report["differing_names"]) == ([], [])
    assert (acme.results.count(), acme.campaigns.count(), result_import.run) == (0, 0, None)


def test_a_file_where_nobody_is_enrolled_here_is_doubted(acme, hr):
    report = previewing.preview(acme, "export.csv", export(participation()), hr).report

    (warning,) = report["warnings"]
    assert "another organisation? It says: Commune fictive." in warning["reason"]


def test_a_number_whose_bearer_is_called_otherwise_is_pointed_out(acme, hr):
    make.person(acme, staff_number="00101", last_name="Tun", first_name="Ben")

    report = previewing.preview(acme, "export.csv", export(participation()), hr).report

    assert report["differing_names"] == [{"line": 2, "name": "Ada Weber", "person": "Ben Tun"}]


def test_a_date_in_the_future_is_pointed_out(acme, hr):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")

    report = previewing.preview(acme, "export.csv", export(participation(sent="01/01/2099 10:00")), hr).report

    assert [warning["reason"] for warning in report["warnings"]] == ["1 result carries a date in the future."]


def test_results_that_left_the_campaign_are_pointed_out(acme, hr):
    make.person(acme, staff_number="8", last_name="Weber", first_name="Bob")
    rows = [participation(), participation(first="Bob", extra=("8",)), participation(first="Eva", sent=None)]
    imported(acme, export(*rows))

    report = previewing.preview(
        acme, "export.csv", export(participation(first="Bob", extra=("8",))), hr
    ).report

    assert (report["new"], report["unchanged"]) == (0, 1)
    assert [warning["reason"] for warning in report["warnings"]] == [
        "1 result known from an earlier export is not in this file. It stays on record."
    ]


def test_uploading_the_same_file_again_finds_the_open_preview(acme, hr):
    content = export(participation())

    first, second = (previewing.preview(acme, "export.csv", content, hr) for _twice in range(2))

    assert (first.pk, acme.files.count()) == (second.pk, 1)


def test_a_refused_file_leaves_nothing(acme, hr):
    with pytest.raises(Refused):
        previewing.preview(acme, "export.csv", b"%PDF-1.7", hr)

    assert (acme.files.count(), acme.result_imports.count()) == (0, 0)


# --- Through a run ----------------------------------------------------------------------------------------------------


def test_a_confirmed_import_is_done_by_a_run_once(acme, hr):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    result_import = previewing.preview(acme, "export.csv", export(participation()), hr)

    first, second = importing.confirm(result_import, hr), importing.confirm(result_import, hr)
    carry_out(first.pk)

    run = Run.objects.get(pk=first.pk)
    result_import.refresh_from_db()
    assert (first, run.state, result_import.run, result_import.confirmed_by) == (second, "done", run, hr)
    assert run.outcome == {
        "created": 1,
        "unchanged": 0,
        "superseded": 0,
        "people": 1,
        "retakes": 0,
        "matched": 1,
        "unmatched": 0,
        "held": 0,
        "attached": 0,
    }
    assert (acme.results.count(), result_import.campaign, result_import.outcome) == (
        1,
        Campaign.objects.get(),
        run.outcome,
    )


def test_an_import_attaches_what_waited_before(acme):
    imported(acme, export(participation()))
    person = make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")

    outcome = imported(acme, export(participation()))

    assert (outcome["attached"], acme.results.get().person) == (1, person)

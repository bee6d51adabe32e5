"""Campaigns and their imports on pages: what adds up, what is asked, what is undone."""

import pytest

from assessments import importing, undoing
from assessments.models import Result
from assessments.self_reflections import reflect
from assessments.sharing import share_levels
from organisations.runs import carry_out
from tests import make
from tests.assessments.pix_export import export, participation, sample
from tests.assessments.test_pages import address, text_of, upload

pytestmark = pytest.mark.django_db

NAMED = ["1.1", "1.2", "1.3", "2.1", "2.3", "2.4", "4.1", "5.1"]


def imported(organisation, content):
    result_import = make.result_import(organisation, file=make.stored_file(organisation, content))
    importing.import_results(result_import)
    return result_import


def uploaded(client, organisation, content):
    upload(client, content)
    return organisation.result_imports.latest("pk")


def answers(codes, **others):
    return {f"competence_{place}": code for place, code in enumerate(codes, start=1)} | others


# --- Campaigns --------------------------------------------------------------------------------------------------------


def test_campaigns_are_listed_with_what_is_on_record(client, acme, hr):
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")
    imported(acme, export(participation(), participation(first="Bob", extra=("8",), sent=None)))
    client.force_login(hr)

    response = client.get(address("campaigns"))

    ((campaign, figures),) = response.context["rows"]
    assert (campaign.name, figures.participations, figures.shared, figures.matched, figures.waiting) == (
        "Collecte 2026",
        2,
        1,
        1,
        1,
    )
    assert "profiles collection" in text_of(response)


@pytest.mark.parametrize(
    ("name", "sum_"),
    [
        ("profiles-collection-en.csv", "sum of Pix"),
        ("assessment-en.csv", "items validated"),
        ("legacy-2022-certification-session-fr.csv", "sum of Pix"),
    ],
)
def test_the_totals_of_a_file_stand_beside_ours(client, acme, hr, name, sum_):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample(name))
    importing.import_results(result_import)

    response = client.get(address("campaign", acme.campaigns.get().pk))

    found = response.context["comparisons"]
    assert [each.label for each in found] == ["participations", "shared in Pix", sum_]
    assert all(each.in_file == each.on_record for each in found)
    assert found[2].on_record > 0


def test_a_certification_is_not_said_to_be_shared_by_nobody(client, acme, hr):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample("legacy-2022-certification-session-fr.csv"))

    response = client.get(address("result-import", result_import.pk))

    assert [figure.label for figure in response.context["figures"]] == [
        "participations",
        "recognised people",
        "will wait for their person",
        "new",
    ]


def test_an_officer_reads_counts_and_neither_sums_nor_undo(client, acme, officer):
    imported(acme, sample("profiles-collection-en.csv"))
    client.force_login(officer)

    response = client.get(address("campaign", acme.campaigns.get().pk))

    assert [each.label for each in response.context["comparisons"]] == ["participations", "shared in Pix"]
    assert "/undo/" not in response.content.decode()


PEOPLE = [participation(first=name, extra=(name,)) for name in ("Ada", "Bob", "Cleo", "Dan", "Eva")]


def sums_on_page(client, acme):
    response = client.get(address("campaign", acme.campaigns.get().pk))
    return [each.label for each in response.context["comparisons"][2:]]


def test_a_sum_of_few_people_is_not_shown(client, acme, hr):
    imported(acme, export(*PEOPLE[:4], participation(first="Ada", extra=("Ada",), sent="18/03/2026 09:00")))
    client.force_login(hr)

    assert sums_on_page(client, acme) == []
    imported(acme, export(*PEOPLE))
    assert sums_on_page(client, acme) == ["sum of Pix"]


def test_people_who_show_their_levels_hide_nobody_in_a_sum(client, acme, hr):
    people = [
        make.person(acme, staff_number=name, last_name="Weber", first_name=name) for name in ("Ada", "Bob")
    ]
    imported(acme, export(*PEOPLE))
    client.force_login(hr)

    assert sums_on_page(client, acme) == ["sum of Pix"]
    share_levels(people[0])
    assert sums_on_page(client, acme) == []


def test_a_sum_does_not_grow_by_what_no_file_holds(client, acme, hr):
    imported(acme, export(*PEOPLE))
    client.force_login(hr)
    make.result(acme, campaign=acme.campaigns.get(), participation=7, line=0)

    assert sums_on_page(client, acme) == []


def test_a_self_reflection_has_no_sum(client, acme, hr):
    for _each in PEOPLE:
        reflect(make.person(acme), [3] * 21)
    client.force_login(hr)

    assert sums_on_page(client, acme) == []


def test_strangers_and_staff_see_no_campaign(client, acme, staff, outsider):
    result_import = imported(acme, export(participation()))
    pages = [
        address("campaigns"),
        address("campaign", acme.campaigns.get().pk),
        address("undo-result-import", result_import.pk),
        address("unnamed-competences", result_import.pk),
    ]
    for user, status in ((staff, 403), (outsider, 404)):
        client.force_login(user)
        assert {client.get(page).status_code for page in pages} == {status}


def test_another_organisations_campaign_does_not_exist(client, acme, outsider):
    imported(acme, export(participation()))
    client.force_login(outsider)

    assert client.get(address("campaign", acme.campaigns.get().pk, slug="globex")).status_code == 404


def test_pages_take_the_same_number_of_queries(client, acme, hr, queries_of):
    client.force_login(hr)
    campaign, counts = make.campaign(acme), []
    for number in (1, 2):
        for _each in range(number):
            make.result_import(
                acme, campaign=campaign, imported_at="2026-03-01T12:00Z", outcome={"created": 0}
            )
            make.result(acme, campaign=make.campaign(acme))
        counts.append(
            [queries_of(client, page) for page in (address("campaigns"), address("campaign", campaign.pk))]
        )
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 15


# --- What a file cannot say -------------------------------------------------------------------------------------------


def test_a_dutch_file_asks_before_it_is_imported(client, acme, hr):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample("assessment-nl.csv"))

    page = text_of(client.get(address("result-import", result_import.pk)))
    assert "Which 8 competences does this test measure" in page
    assert "Dutch, the form since 2024-12-17" in page
    response = client.post(address("result-import", result_import.pk))
    assert response["Location"] == address("unnamed-competences", result_import.pk)
    result_import.refresh_from_db()
    assert result_import.run is None


def test_an_answer_that_does_not_fit_is_refused_with_the_reason(client, acme, hr):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample("assessment-nl.csv"))

    wrong = [*NAMED[:-1], "4.2"]
    response = client.post(address("unnamed-competences", result_import.pk), answers(wrong))

    assert response.status_code == 422
    assert "areas" in response.context["problems"][0].reason
    result_import.refresh_from_db()
    assert result_import.answers == {}


def test_an_answer_is_kept_and_names_the_shares(client, acme, hr):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample("assessment-nl.csv"))

    response = client.post(
        address("unnamed-competences", result_import.pk),
        answers(NAMED, badge_1="Digitale burger", badge_2="Veilig & wel"),
    )

    assert response["Location"] == address("result-import", result_import.pk)
    result_import.refresh_from_db()
    assert result_import.answers == {"competences": NAMED, "badges": ["Digitale burger", "Veilig & wel"]}
    importing.import_results(result_import)
    campaign, results = acme.campaigns.get(), acme.results.filter(is_shared=True)
    assert (campaign.competences, campaign.badges) == (
        [1, 2, 3, 4, 6, 7, 12, 15],
        ["Digitale burger", "Veilig & wel"],
    )
    assert sum(result.validated[0] for result in results) == 113
    assert sum("Digitale burger" in result.badges for result in results) == 10


def test_what_another_language_says_is_proposed(client, acme, hr):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample("assessment-nl.csv"))
    result_import.report["question"]["candidates"] = [NAMED]
    result_import.save()

    form = client.get(address("unnamed-competences", result_import.pk)).context["form"]

    assert [form[f"competence_{place}"].value() for place in range(1, 9)] == NAMED


def test_a_file_that_says_everything_asks_nothing(client, acme, hr):
    client.force_login(hr)
    result_import = uploaded(client, acme, sample("assessment-fr.csv"))

    response = client.get(address("unnamed-competences", result_import.pk))

    assert response["Location"] == address("result-import", result_import.pk)


# --- Undo -------------------------------------------------------------------------------------------------------------


def test_undoing_is_confirmed_with_counts_and_done_by_a_run(client, acme, hr):
    result_import = imported(acme, export(participation(), participation(first="Bob", extra=("8",))))
    imported(acme, export(participation()))
    client.force_login(hr)
    here = address("result-import", result_import.pk)
    assert address("undo-result-import", result_import.pk) in client.get(here).content.decode()

    page = text_of(client.get(address("undo-result-import", result_import.pk)))
    assert "2 results came with this import and go." in page
    assert "One later file of the same campaign is read again" in page
    assert acme.results.count() == 2

    assert client.post(address("undo-result-import", result_import.pk))["Location"] == here
    result_import.refresh_from_db()
    assert "hx-get" in client.get(here).content.decode()
    carry_out(result_import.run_id)

    page = text_of(client.get(here))
    assert "One result was taken back. One stays, because another import holds it too." in page
    assert "Undone:" in page
    assert acme.results.count() == 1
    assert client.get(address("undo-result-import", result_import.pk))["Location"] == here


def test_who_decided_is_shown_after_undoing(client, acme, hr):
    result_import = imported(acme, export(participation()))
    acme.results.update(person=make.person(acme, first_name="Ada"), attached=Result.Attached.DECISION)
    undoing.undo_import(result_import, hr)
    client.force_login(hr)

    assert "Somebody had decided whose these are" in text_of(
        client.get(address("result-import", result_import.pk))
    )


def test_only_hr_undoes(client, acme, officer):
    result_import = imported(acme, export(participation()))
    client.force_login(officer)

    assert client.post(address("undo-result-import", result_import.pk)).status_code == 403
    assert acme.results.count() == 1


def test_what_people_said_of_themselves_is_not_undone_by_others(client, acme, hr):
    by_form = make.result_import(acme, kind="self_declared", imported_at="2026-03-01T12:00Z")
    by_form.file = None
    by_form.save()
    client.force_login(hr)

    response = client.post(address("undo-result-import", by_form.pk))

    assert response.status_code == 422
    assert "People gave these answers themselves" in text_of(response)

"""The pages: who sees and does what, and what bad input gets."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments import importing, previewing, releases
from assessments.models import ResultImport, SharingChoice
from organisations.models import Run
from organisations.runs import carry_out
from tests import make
from tests.assessments.pix_export import export, many, participation, sample

ORGANISATION_PAGES = ["skills", "imports", "import-results", "waiting"]


def address(name, *arguments, slug="acme"):
    return reverse(f"assessments:{name}", args=[slug, *arguments])


def text_of(response):
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def me(staff):
    return staff.people.get()


def upload(client, content, name="export.csv"):
    return client.post(address("import-results"), {"file": SimpleUploadedFile(name, content)})


# --- My skills --------------------------------------------------------------------------------------------------------


def test_staff_see_their_levels_target_gap_and_date(client, acme, staff, me):
    make.result(acme, person=me, levels=[1] * 16, shared_at="2025-01-15T12:00Z")
    make.result(acme, person=me, levels=[2, *[5] * 15], shared_at="2026-03-15T12:00Z", pix_score=600)
    make.target_profile(acme, [4, 4, *[None] * 14])
    client.force_login(staff)

    response = client.get(address("my-skills"))

    profile = response.context["profile"]
    assert [(skill.level, skill.earlier, skill.target, skill.gap) for skill in profile.skills[:3]] == [
        (2, 1, 4, 2),
        (5, 1, 4, 0),
        (5, 1, None, None),
    ]
    page = text_of(response)
    assert "Widest gap to your target: Conducting research and information monitoring, 2 levels" in page
    assert "15 March 2026" in page
    assert "15 January 2025" in page
    assert response.content.decode().count("<svg") >= 2


def test_without_a_result_the_page_says_what_to_do(client, staff, me):
    client.force_login(staff)

    page = text_of(client.get(address("my-skills")))

    assert "There is no result of yours yet" in page
    assert "send your profile" in page


def test_who_took_part_and_did_not_share_is_told_so(client, acme, staff, me):
    campaign = make.campaign(acme, name="Spring check")
    make.unshared_result(acme, person=me, campaign=campaign)
    client.force_login(staff)

    page = text_of(client.get(address("my-skills")))

    assert "You have not sent your profile yet" in page
    assert "Spring check" in page


def test_an_account_of_nobody_on_the_staff_list_finds_nothing(client, acme):
    client.force_login(make.member(acme, "staff"))

    assert client.get(address("my-skills")).status_code == 404


def test_staff_see_only_their_own_levels(client, acme, staff, me):
    other = make.person(acme, last_name="Somebody")
    make.result(acme, person=other, levels=[7] * 16, campaign=make.campaign(acme, name="Theirs"))
    client.force_login(staff)

    page = text_of(client.get(address("my-skills")))

    assert "There is no result of yours yet" in page
    assert "Theirs" not in page


def test_a_person_shares_and_takes_it_back(client, staff, me):
    client.force_login(staff)
    for _double_click in range(2):
        response = client.post(address("share-levels"), {"share": "yes"}, follow=True)
    assert "Stop sharing my levels" in text_of(response)
    assert SharingChoice.objects.get().person == me

    response = client.post(address("share-levels"), {"share": "no"}, follow=True)

    assert "Share my levels with HR" in text_of(response)
    assert SharingChoice.objects.filter(revoked_at=None).count() == 0


def test_looking_changes_no_choice(client, staff, me):
    client.force_login(staff)

    assert client.get(address("share-levels")).status_code == 405


def test_my_skills_takes_the_same_number_of_queries(client, acme, staff, me, queries_of):
    client.force_login(staff)
    counts = []
    for _more in range(2):
        make.result(acme, person=me)
        counts.append(queries_of(client, address("my-skills")))

    assert counts[0] == counts[1] <= 15


# --- Skills of the organisation ---------------------------------------------------------------------------------------


def test_hr_sees_levels_only_of_people_who_share_them(client, acme, hr):
    sharing = make.person(acme, last_name="Openly", first_name="Ada")
    private = make.person(acme, last_name="Quietly", first_name="Ben")
    make.result(acme, person=sharing, levels=[7] * 16)
    make.result(acme, person=private, levels=[1] * 16)
    make.sharing_choice(sharing)
    client.force_login(hr)

    response = client.get(address("skills"))

    page = text_of(response)
    assert "Openly, Ada" in page
    assert "Quietly" not in page
    for name in ORGANISATION_PAGES:
        assert "Quietly" not in text_of(client.get(address(name)))


def test_what_is_taken_back_is_no_longer_seen(client, acme, hr):
    person = make.person(acme, last_name="Openly", first_name="Ada")
    make.result(acme, person=person)
    make.sharing_choice(person, revoked_at="2026-01-01T00:00Z")
    client.force_login(hr)

    page = text_of(client.get(address("skills")))

    assert "Openly" not in page
    assert "Nobody shares their levels with you" in page


def test_an_officer_sees_aggregates_and_nobodys_name(client, acme, officer):
    person = make.person(acme, last_name="Openly", first_name="Ada")
    make.result(acme, person=person)
    make.sharing_choice(person)
    client.force_login(officer)

    response = client.get(address("skills"))

    assert response.status_code == 200
    assert "Openly" not in text_of(response)


def two_departments(organisation):
    """Sales: half at 1, half at 4. Finance: a few at 7, the others at 2. Everybody is measured twice."""
    for department, levels in {"Sales": [1] * 8 + [4] * 7, "Finance": [2] * 9 + [7] * 3}.items():
        for level in levels:
            person = make.person(organisation, department=department)
            make.result(
                organisation, person=person, levels=[1] * 16, shared_at=datetime(2026, 1, 5, tzinfo=UTC)
            )
            make.result(
                organisation, person=person, levels=[level] * 16, shared_at=datetime(2026, 6, 5, tzinfo=UTC)
            )
    releases.refresh(organisation)


def test_hr_sees_levels_by_department_and_nothing_of_fewer_than_five(client, acme, hr):
    two_departments(acme)
    client.force_login(hr)

    page = text_of(client.get(address("skills")))
    filtered = client.get(address("skills") + "?department=Finance&area=4")

    assert "n = 27" in page
    assert "Typical level by department" in page
    assert "Mean change" in page
    assert filtered.context["group"].name == "Finance"
    assert {spread.subject.code for spread in filtered.context["spreads"]} == {"4", "4.1", "4.2", "4.3"}
    shown = [str(cell["figure"]) for spread in filtered.context["spreads"] for cell in spread.cells]
    assert "·" in shown
    assert set(shown).isdisjoint({"1", "2", "3", "4"})
    assert filtered.context["progress"].enrolled == 12


@pytest.mark.parametrize("asked", ["department=Nobody", "area=9", "page=x"])
def test_an_unknown_filter_shows_everything(client, acme, hr, asked):
    two_departments(acme)
    client.force_login(hr)

    response = client.get(f"{address('skills')}?{asked}")

    assert (response.context["group"], response.context["area"]) == (None, None)


def test_a_change_of_one_person_shows_nothing_new(client, acme, hr):
    two_departments(acme)
    client.force_login(hr)
    before = [spread.cells for spread in client.get(address("skills")).context["spreads"]]
    acme.people.filter(pk=acme.people.first().pk).update(department="Elsewhere", left_on="2026-01-01")
    releases.refresh(acme)

    response = client.get(address("skills"))

    assert [spread.cells for spread in response.context["spreads"]] == before


def test_an_officer_sees_the_same_rules_and_the_whole_coverage(client, acme, officer):
    two_departments(acme)
    client.force_login(officer)

    response = client.get(address("skills") + "?department=Finance")

    assert response.context["progress"].enrolled == 27
    shown = [str(cell["figure"]) for spread in response.context["spreads"] for cell in spread.cells]
    assert "·" in shown
    assert set(shown).isdisjoint({"1", "2", "3", "4"})


def test_an_organisation_without_people_or_results_is_told_where_to_start(client, acme, hr):
    client.force_login(hr)
    assert "The figures are being prepared" in text_of(client.get(address("skills")))

    releases.refresh(acme)
    assert "Nobody is enrolled yet" in text_of(client.get(address("skills")))

    make.person(acme)
    releases.refresh(acme)
    assert "No levels yet" in text_of(client.get(address("skills")))


@pytest.mark.parametrize("name", [*ORGANISATION_PAGES, "targets"])
def test_lists_take_the_same_number_of_queries(client, acme, hr, name, queries_of):
    client.force_login(hr)
    counts = []
    for more in (1, 2):
        for _number in range(more):
            person = make.person(acme, job_family=f"Family {more}")
            make.result(acme, person=person)
            make.sharing_choice(person)
            make.result(acme)
        counts.append(queries_of(client, address(name)))

    assert counts[0] == counts[1] <= 15


# --- Targets ----------------------------------------------------------------------------------------------------------


def chosen(**levels):
    return {f"level_{position}": "" for position in range(1, 17)} | levels


def test_hr_sets_targets_for_everyone_and_for_a_job_family(client, acme, hr):
    make.person(acme, job_family="Cashier & clerk")
    client.force_login(hr)
    client.post(address("targets"), chosen(level_1="3"))

    response = client.post(
        address("targets") + "?family=Cashier+%26+clerk",
        chosen(level_1="5", level_16="8", based_on=acme.target_profiles.get().pk),
        follow=True,
    )

    assert "The targets are saved." in text_of(response)
    assert response.context["family"] == "Cashier & clerk"
    assert {profile.job_family: profile.levels for profile in acme.target_profiles.current()} == {
        "": [3, *[None] * 15],
        "Cashier & clerk": [5, *[None] * 14, 8],
    }
    assert acme.target_profiles.first().set_by == hr


def test_a_job_family_starts_from_the_targets_for_everyone(client, acme, hr):
    make.person(acme, job_family="Cashier")
    make.target_profile(acme, [3] * 16)
    client.force_login(hr)

    response = client.get(address("targets") + "?family=Cashier")

    assert response.context["form"].initial["level_7"] == 3
    assert "follows the targets for everyone" in text_of(response)


def test_a_job_family_may_follow_everyone_again(client, acme, hr):
    profile = make.target_profile(acme, [5] * 16, job_family="Cashier")
    client.force_login(hr)

    client.post(address("targets") + "?family=Cashier", chosen(based_on=profile.pk, remove="yes"))

    assert acme.target_profiles.current().count() == 0


def test_an_unknown_job_family_is_taken_for_everyone(client, acme, hr):
    client.force_login(hr)

    assert client.get(address("targets") + "?family=Astronaut").context["family"] == ""


@pytest.mark.parametrize("level", ["9", "-1", "x", "3.5"])
def test_a_level_that_does_not_exist_is_refused(client, acme, hr, level):
    client.force_login(hr)

    response = client.post(address("targets"), chosen(level_1=level))

    assert (response.status_code, acme.target_profiles.count()) == (422, 0)


def test_targets_that_changed_meanwhile_are_not_overwritten(client, acme, hr):
    make.target_profile(acme, [3] * 16)
    client.force_login(hr)

    response = client.post(address("targets"), chosen(level_1="5"))

    assert response.status_code == 409
    assert acme.target_profiles.get().levels == [3] * 16


def test_a_double_click_saves_once(client, acme, hr):
    client.force_login(hr)

    first, second = (client.post(address("targets"), chosen(level_1="5")) for _click in range(2))

    assert (first.status_code, second.status_code, acme.target_profiles.count()) == (302, 409, 1)


# --- Importing --------------------------------------------------------------------------------------------------------


def test_an_import_from_choosing_the_file_to_its_counts(client, acme, hr):
    make.person(acme, staff_number="00101", last_name="+Plus", first_name="Ondine")
    client.force_login(hr)

    response = upload(client, sample("profiles-collection-fr.csv"))
    result_import = ResultImport.objects.get()
    page_address = address("result-import", result_import.pk)
    assert response.headers["Location"] == page_address
    page = text_of(client.get(page_address))
    assert "Import 40 new results" in page
    assert "Administration fictive de &quot;Démo-sur-Sûre&quot;; service RH" in page
    assert acme.results.count() == 0

    for _double_click in range(2):
        assert client.post(page_address).headers["Location"] == page_address
    run = Run.objects.get(kind="import_results")
    assert "Waiting to start" in text_of(client.get(page_address))

    carry_out(run.pk)
    page = text_of(client.get(page_address))
    assert "40 results were added." in page
    assert "2 belong to enrolled people." in page
    assert acme.results.count() == 40
    assert "imported" in text_of(client.get(address("imports")))


def test_the_fragment_stops_asking_when_the_import_is_over(client, acme, hr):
    client.force_login(hr)
    upload(client, export(participation()))
    result_import = ResultImport.objects.get()
    page_address = address("result-import", result_import.pk)
    client.post(page_address)

    fragment = client.get(page_address, headers={"HX-Request": "true"})
    assert ("HX-Refresh" in fragment.headers, "hx-get" in fragment.content.decode()) == (False, True)
    carry_out(Run.objects.get().pk)
    fragment = client.get(page_address, headers={"HX-Request": "true"})
    assert (fragment.headers["HX-Refresh"], "hx-get" in fragment.content.decode()) == ("true", False)


def test_the_same_file_a_second_time_adds_nothing(client, acme, hr):
    client.force_login(hr)
    for _time in range(2):
        upload(client, export(participation()))
        result_import = ResultImport.objects.first()
        client.post(address("result-import", result_import.pk))
        carry_out(result_import.organisation.runs.first().pk)

    page = text_of(client.get(address("result-import", ResultImport.objects.first().pk)))

    assert ResultImport.objects.count() == 2
    assert "Everything in the file was known already, so nothing was added." in page


def test_an_officer_may_import_too(client, acme, officer):
    client.force_login(officer)

    assert upload(client, export(participation())).status_code == 302
    assert ResultImport.objects.get().uploaded_by == officer


def test_no_level_of_anybody_stands_on_the_pages_of_an_import(client, acme, hr):
    """In the file every pix is 37 to 52 and every level 4 to 6; none of these may appear."""
    content = export(participation(pix=tuple(range(37, 53))))
    client.force_login(hr)
    upload(client, content)
    result_import = ResultImport.objects.get()
    importing.import_results(result_import)
    ResultImport.objects.update(uploaded_at=datetime(2026, 1, 1, 12, tzinfo=UTC))  # no minutes like a level

    for name, arguments in (("result-import", [result_import.pk]), ("waiting", []), ("imports", [])):
        page = re.sub(
            r"\b\d\d:\d\d\b", "", text_of(client.get(address(name, *arguments)))
        )  # minutes are no pix
        assert not re.search(r"\b(3[789]|4\d|5[0-2]|712)\b", page), name


def test_a_bad_row_is_named_with_line_column_and_value(client, acme, hr):
    row = participation()
    row[-1] = "99"
    client.force_login(hr)

    response = upload(client, export(participation(), row))

    page = text_of(response)
    assert response.status_code == 422
    assert "Nombre de pix pour la compétence compétence 16" in page
    assert "99" in page
    assert (acme.files.count(), acme.result_imports.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "The file is empty."),
        (b"%PDF-1.7", 415, "This is a PDF document."),
        (sample("learner-import-sup-fr.csv"), 415, "This is a list of people to be uploaded to Pix Orga."),
        (sample("profiles-collection-fr.csv")[:5000], 422, "ends in the middle of a row"),
        (b"\x00\x01\x02", 415, "bytes that are no text"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(client, acme, hr, content, status, sentence):
    client.force_login(hr)

    response = upload(client, content)

    assert (response.status_code, sentence in text_of(response)) == (status, True)
    assert acme.files.count() == 0


def test_a_file_that_is_too_large_gets_a_sentence(client, acme, hr, settings):
    settings.PIX_MAX_BYTES = 10
    client.force_login(hr)

    assert upload(client, export(participation())).status_code == 413


def test_no_file_at_all_gets_a_sentence(client, acme, hr):
    client.force_login(hr)

    response = client.post(address("import-results"))

    assert (response.status_code, "Choose a file first." in text_of(response)) == (422, True)


def test_another_organisations_file_is_doubted(client, acme, hr):
    client.force_login(hr)

    page = text_of(client.get(upload(client, export(participation())).headers["Location"]))

    assert "Is it the file of another organisation? It says: Commune fictive." in page


def test_another_organisations_import_does_not_exist(client, acme, globex, outsider):
    result_import = previewing.preview(acme, "export.csv", export(participation()), None)
    client.force_login(outsider)

    for slug in ("acme", "globex"):
        for method in (client.get, client.post):
            assert method(address("result-import", result_import.pk, slug=slug)).status_code == 404
    assert Run.objects.count() == 0


def test_a_large_file_is_looked_at_without_many_queries(client, acme, hr, django_assert_max_num_queries):
    client.force_login(hr)

    with django_assert_max_num_queries(30):
        assert upload(client, many(500)).status_code == 302


# --- Roles and strangers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*ORGANISATION_PAGES, "targets"])
def test_staff_and_strangers_stay_outside(client, acme, staff, outsider, name):
    for user, status in ((staff, 403), (outsider, 404)):
        client.force_login(user)
        assert client.get(address(name)).status_code == status
        assert client.post(address(name)).status_code in (status, 405)


@pytest.mark.parametrize("name", ["my-skills", "share-levels"])
def test_ones_own_pages_are_for_staff(client, acme, hr, outsider, name):
    for user, status in ((hr, 403), (outsider, 404)):
        client.force_login(user)
        assert client.post(address(name)).status_code in (status, 405)


def test_an_officer_sets_no_targets(client, acme, officer):
    client.force_login(officer)

    assert client.get(address("targets")).status_code == 403


def test_a_result_shown_in_the_administration_has_no_levels(client, acme, admin_user):
    result = make.result(acme, levels=[7] * 16)
    client.force_login(admin_user)

    page = client.get(reverse("admin:assessments_result_change", args=[result.pk]))

    assert page.status_code == 200
    assert "7, 7" not in page.content.decode()


def test_nothing_that_was_measured_is_shown_in_the_administration(client, acme, admin_user):
    share = make.shares_of_items(
        acme, shares=[73, *[None] * 15], mastery_rate="0.73", details={"skill": "s-4711"}
    )
    certified = make.result(
        acme, measure="certified", pix=None, status="rejected", imported_columns={"x": "s-4711"}
    )
    client.force_login(admin_user)

    for result in (share, certified):
        page = client.get(reverse("admin:assessments_result_change", args=[result.pk])).content.decode()
        assert not [word for word in ("0.73", "73, ", "s-4711", "rejected") if word in page]

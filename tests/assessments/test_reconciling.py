"""Who is it? People decide where the sources leave doubt; decisions hold, and can be taken back."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse as url
from django.utils import timezone

from assessments import importing, previewing, reconciling
from assessments.matching import attach_waiting
from assessments.models import Decision, Identity, Result, Waiting
from organisations import licences
from tests import make
from tests.assessments.pix_export import export, participation


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def address(name, *arguments):
    return url(f"assessments:{name}", args=["acme", *arguments])


def imported(organisation, *rows, **options):
    result_import = previewing.preview(organisation, "export.csv", export(*rows, **options), None)
    return importing.import_results(result_import)


@pytest.fixture
def ada(acme):
    return make.person(acme, staff_number="00777", last_name="Weber", first_name="Ada", department="Finance")


@pytest.fixture
def identity(acme, ada):
    """A participant of Ada's name who gives another number, and took part twice."""
    imported(acme, participation(), participation(sent="18/03/2026 10:00"))
    return Identity.objects.get()


def state_of(identity):
    results = Result.with_held.filter(identity=identity)
    return set(results.values_list("person", "attached", "waiting_reason"))


# --- Decisions --------------------------------------------------------------------------------------------------------


def test_a_decision_attaches_all_results_of_the_identity(identity, ada, hr):
    licences.assign(ada.organisation, [ada])

    assert reconciling.decide(identity, ada, hr) == 2

    assert state_of(identity) == {(ada.pk, "decision", "")}
    decision = Decision.objects.get()
    assert (decision.decided_by, decision.signs) == (hr, ["name_same", "number_other"])
    assert licences.balance(ada.organisation).used == 1


def test_a_decision_is_remembered_by_later_imports(acme, identity, ada, hr):
    reconciling.decide(identity, ada, hr)

    outcome = imported(acme, participation("WEBER", "Áda", sent="01/09/2026 10:00"))

    assert (outcome["matched"], outcome["unmatched"]) == (1, 0)
    assert state_of(identity) == {(ada.pk, "decision", "")}
    assert acme.results.count() == 3


def test_nobody_here_is_remembered_too_and_no_longer_waits(acme, identity, hr):
    assert reconciling.decide(identity, None, hr) == 2
    imported(acme, participation(sent="01/09/2026 10:00"))
    make.person(acme, staff_number="00101", last_name="Weber", first_name="Ada")

    assert attach_waiting(acme) == 0
    assert state_of(identity) == {(None, "", Waiting.NOBODY)}
    assert acme.results.waiting().count() == 0
    assert list(reconciling.waiting_identities(acme)) == []


def test_taking_a_decision_back_makes_its_results_wait_again(acme, identity, ada, hr):
    licences.assign(acme, [ada])
    reconciling.decide(identity, ada, hr)
    decision = Decision.objects.get()

    assert reconciling.reverse(decision, hr) == 2

    assert state_of(identity) == {(None, "", "other_number")}
    decision.refresh_from_db()
    assert (decision.reversed_by, decision.reversed_at is not None) == (hr, True)
    assert list(reconciling.waiting_identities(acme)) == [identity]
    assert licences.balance(acme).used == 0
    with pytest.raises(ValidationError):
        reconciling.reverse(decision, hr)


def test_that_it_is_nobody_can_be_taken_back(acme, identity, ada, hr):
    reconciling.decide(identity, None, hr)

    assert reconciling.reverse(Decision.objects.get(), hr) == 2
    assert reconciling.decide(identity, ada, hr) == 2

    assert state_of(identity) == {(ada.pk, "decision", "")}
    assert Decision.objects.count() == 2


def test_what_was_attached_otherwise_is_not_touched_by_taking_back(acme, identity, ada, hr):
    by_number = make.result(acme, person=ada, identity=identity, attached="number")
    reconciling.decide(identity, ada, hr)

    reconciling.reverse(Decision.objects.get(), hr)

    by_number.refresh_from_db()
    assert by_number.person == ada


def test_two_people_cannot_decide_the_same(identity, ada, hr):
    reconciling.decide(identity, ada, hr)

    with pytest.raises(ValidationError):
        reconciling.decide(identity, None, hr)


def test_results_of_somebody_who_has_not_been_told_are_held(acme, identity, hr):
    newcomer = make.person(acme, informed=False)

    reconciling.decide(identity, newcomer, hr)

    assert acme.results.filter(person=newcomer).count() == 0
    assert Result.with_held.held().filter(person=newcomer).count() == 2
    reconciling.reverse(Decision.objects.get(), hr)
    assert acme.results.waiting().count() == 2


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_each_identity_has_one_card_with_candidates_and_reasons(client, acme, identity, ada, hr):
    client.force_login(hr)

    page = text_of(client.get(address("waiting")))

    assert "1 person in the sources was not recognised without doubt." in page
    assert "The person of this name has another staff number." in page
    assert "Staff number 00777" in page
    assert "same name" in page
    assert "has another staff number" in page
    assert page.count("Collecte 2026") == 2
    assert "Finance" in page


def test_no_level_is_shown_to_whoever_decides(client, acme, hr):
    make.person(acme, staff_number="00777", last_name="Weber", first_name="Ada")
    imported(acme, participation(pix=(47,) + (0,) * 15))
    client.force_login(hr)

    for name, arguments in (("waiting", []), ("decide-identity", [Identity.objects.get().pk])):
        assert "47" not in text_of(client.get(address(name, *arguments)))


def test_what_differs_is_marked(client, acme, hr):
    make.person(acme, staff_number="00777", last_name="Weber-Klein", first_name="Ada", site="Esch")
    imported(acme, participation())
    client.force_login(hr)

    page = client.get(address("waiting")).content.decode()

    assert "<mark>Klein</mark>" in page
    assert "<mark>00777</mark>" in page
    assert "<mark>Weber</mark>" not in page


def test_deciding_by_page(client, acme, identity, ada, hr):
    client.force_login(hr)

    response = client.post(address("decide-identity", identity.pk), {"person": ada.pk}, follow=True)

    assert "2 results now belong to Ada Weber. Later imports know it, too." in text_of(response)
    assert state_of(identity) == {(ada.pk, "decision", "")}
    again = client.post(address("decide-identity", identity.pk), {"person": "nobody"}, follow=True)
    assert "Somebody has decided this already." in text_of(again)
    assert "Decided: this is Ada Weber." in text_of(client.get(address("decide-identity", identity.pk)))


def test_nobody_takes_a_strangers_results_for_their_own(client, acme, identity, ada, hr):
    me = make.person(acme, last_name="Muller", first_name="Jo", user=hr)
    client.force_login(hr)

    response = client.post(address("decide-identity", identity.pk), {"person": me.pk}, follow=True)

    assert "somebody else has to say that it is you" in text_of(response)
    assert not Decision.objects.exists()
    ada.user, me.user = hr, None
    me.save()
    ada.save()
    client.post(address("decide-identity", identity.pk), {"person": ada.pk})
    assert state_of(identity) == {(ada.pk, "decision", "")}, "a namesake may say so"


def test_nobody_and_later_by_page(client, acme, identity, hr):
    other = make.identity(acme, last_name="Aa")
    make.result(acme, identity=other, waiting_reason="no_number")
    client.force_login(hr)

    client.post(address("decide-identity", other.pk), {"person": "later"})
    assert list(reconciling.waiting_identities(acme)) == [identity, other]
    response = client.post(address("decide-identity", identity.pk), {"person": "nobody"}, follow=True)

    assert "Ada Weber is nobody enrolled here." in text_of(response)
    assert list(reconciling.waiting_identities(acme)) == [other]


@pytest.mark.parametrize("chosen", ["", "987654321", "Ada", "-1", "9" * 20, "9" * 5000])
def test_a_choice_that_is_none_is_refused(client, acme, identity, hr, chosen):
    client.force_login(hr)

    response = client.post(address("decide-identity", identity.pk), {"person": chosen})

    assert (response.status_code, Decision.objects.count()) == (422, 0)


def test_somebody_of_another_organisation_cannot_be_chosen(client, acme, globex, identity, hr):
    stranger = make.person(globex)
    client.force_login(hr)

    assert client.post(address("decide-identity", identity.pk), {"person": stranger.pk}).status_code == 422
    assert Decision.objects.count() == 0


def test_another_person_is_found_by_search(client, acme, globex, identity, hr):
    make.person(acme, last_name="Thill", first_name="Zoé")
    make.person(globex, last_name="Thill", first_name="Luc")
    client.force_login(hr)

    page = text_of(client.get(address("decide-identity", identity.pk), {"q": "thill zoe"}))

    assert "Zoé Thill" in page
    assert "Luc" not in page
    nothing = client.get(address("decide-identity", identity.pk), {"q": "xyz"})
    assert "Nobody fits this search" in text_of(nothing)


def test_decisions_are_listed_and_taken_back_by_page(client, acme, identity, ada, hr):
    reconciling.decide(identity, ada, hr)
    client.force_login(hr)

    assert "1 decision" in text_of(client.get(address("decisions")))
    response = client.post(address("reverse-decision", Decision.objects.get().pk), follow=True)

    page = text_of(response)
    assert "Taken back: 2 results wait again." in page
    assert "taken back on" in page
    again = client.post(address("reverse-decision", Decision.objects.get().pk), follow=True)
    assert "Somebody has taken this decision back already." in text_of(again)


def test_results_that_nobody_compared_yet_are_said(client, acme, hr):
    result = make.result(acme, last_name="Weber", external_id="7", waiting_reason="unknown_number")
    client.force_login(hr)
    assert "1 result has not been compared" in text_of(client.get(address("waiting")))
    person = make.person(acme, staff_number="7", last_name="Weber")

    response = client.post(address("waiting"), follow=True)

    result.refresh_from_db()
    assert result.person == person
    assert "1 result found its person." in text_of(response)
    assert "No further person was recognised." in text_of(client.post(address("waiting"), follow=True))
    assert "Every result has found its person" in text_of(response)


def test_an_officer_sees_the_cards_and_decides_nothing(client, acme, identity, officer):
    client.force_login(officer)

    response = client.get(address("waiting"))

    assert "The person of this name has another staff number." in text_of(response)
    assert 'type="radio"' not in response.content.decode()
    assert client.post(address("decide-identity", identity.pk), {"person": "nobody"}).status_code == 403


@pytest.mark.parametrize("name", ["decide-identity", "decisions", "reverse-decision"])
def test_staff_and_strangers_stay_outside(client, acme, identity, staff, outsider, name):
    decision = make.decision(identity)
    arguments = {"decide-identity": [identity.pk], "reverse-decision": [decision.pk]}.get(name, [])
    ask = client.post if name == "reverse-decision" else client.get
    for user, status in ((staff, 403), (outsider, 404)):
        client.force_login(user)
        assert ask(address(name, *arguments)).status_code == status


def test_an_identity_of_another_organisation_does_not_exist(client, acme, globex, hr):
    theirs = make.identity(globex)
    decision = make.decision(theirs)
    client.force_login(hr)

    assert client.get(address("decide-identity", theirs.pk)).status_code == 404
    assert client.post(address("reverse-decision", decision.pk)).status_code == 404


@pytest.mark.parametrize("name", ["waiting", "decisions"])
def test_lists_take_the_same_number_of_queries(client, acme, hr, name, django_assert_max_num_queries):
    client.force_login(hr)
    counts = []
    for count in (1, 2):
        for _each in range(count):
            person = make.person(acme)
            identity = make.identity(acme, candidates=[{"person": person.pk, "signs": ["name_same"]}])
            make.result(acme, identity=identity, waiting_reason="name_alone")
            make.decision(make.identity(acme), person, decided_by=hr, reversed_at=timezone.now())
        with django_assert_max_num_queries(15) as queries:
            client.get(address(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]

"""Who may open what: one row for each address. An address without a row fails, so nobody forgets one."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from organisations.models import Role
from tests import make

HR, STAFF, OFFICER, COMMITTEE, AUDITOR = Role.HR, Role.STAFF, Role.OFFICER, Role.COMMITTEE, Role.AUDITOR

# Addresses of one organisation (/o/<slug>/…) and of the programme, with the roles that come in.
RIGHTS = {
    "organisations:home": {HR, STAFF, OFFICER},
    "organisations:invite-people": {HR},
    "organisations:invitations": {HR},
    "organisations:change-invitation": {HR},
    "organisations:taking-part": {HR},
    "organisations:api-tokens": {HR},
    "organisations:revoke-token": {HR},
    "organisations:people": {HR},
    "organisations:person": {HR},
    "organisations:change-role": {HR},
    "organisations:export-people": {HR},
    "organisations:people-export": {HR},
    "organisations:download-people-export": {HR},
    "organisations:change-people": {HR},
    "organisations:self-enrolment": {HR},
    "organisations:decide-enrolments": {HR},
    "organisations:close-enrolment-link": {HR},
    "organisations:add-person": {HR},
    "organisations:import-people": {HR},
    "organisations:people-import": {HR},
    "organisations:import-columns": {HR},
    "organisations:correct-rows": {HR},
    "organisations:repair-rule": {HR},
    "organisations:drop-repair-rule": {HR},
    "organisations:repair-workbook": {HR},
    "organisations:repair-rules": {HR},
    "organisations:undo-import": {HR},
    "organisations:my-participation": {STAFF},
    "organisations:notice": {STAFF},
    "organisations:esf-entry": {STAFF},
    "organisations:participants": {HR},
    "organisations:record-exit": {HR},
    "organisations:take-back": {HR},
    "organisations:completeness": {OFFICER},
    "assessments:my-skills": {STAFF},
    "assessments:share-levels": {STAFF},
    "assessments:skills": {HR, OFFICER},
    "assessments:targets": {HR},
    "assessments:organisations": {OFFICER},
    "assessments:imports": {HR, OFFICER},
    "assessments:import-results": {HR, OFFICER},
    "assessments:result-import": {HR, OFFICER},
    "assessments:unnamed-competences": {HR, OFFICER},
    "assessments:undo-result-import": {HR},
    "assessments:campaigns": {HR, OFFICER},
    "assessments:campaign": {HR, OFFICER},
    "assessments:waiting": {HR, OFFICER},
    "assessments:decide-identity": {HR},
    "assessments:decisions": {HR},
    "assessments:reverse-decision": {HR},
    "assessments:pix-connection": {HR},
    "assessments:connect-pix": {HR},
    "assessments:choose-pix-organisation": {HR},
    "assessments:test-pix": {HR},
    "assessments:follow-pix-campaigns": {HR},
    "assessments:sync-pix": {HR},
    "assessments:disconnect-pix": {HR},
    "organisations:programme": {OFFICER},
    "organisations:create-organisation": {OFFICER},
    "organisations:create-organisations": {OFFICER},
    "organisations:organisation": {OFFICER},
    "organisations:checklist": {OFFICER},
    "organisations:move-organisation": {OFFICER},
    "organisations:licences": {OFFICER},
    "organisations:change-hr-invitation": {OFFICER},
    "organisations:welcome-interest": {OFFICER},
    "organisations:decline-interest": {OFFICER},
    "organisations:invite-hr": {OFFICER},
    "assessments:skills-csv": {STAFF},
    "assessments:skills-json": {STAFF},
    "assessments:request-skills-document": {STAFF},
    "assessments:skills-document": {STAFF},
    "assessments:download-skills-document": {STAFF},
    "assessments:self-reflection": {STAFF},
    "assessments:import-self-reflections": {HR},
    "assessments:self-reflection-template": {HR},
    "assessments:frameworks": {OFFICER},
    "assessments:publish-framework": {OFFICER},
    "assessments:crosswalk": {OFFICER},
    "assessments:publish-crosswalk": {OFFICER},
    "mentoring:rounds": {HR},
    "mentoring:open-round": {HR},
    "mentoring:round": {HR},
    "mentoring:left-out": {HR},
    "mentoring:pair-round": {HR},
    "mentoring:publish-round": {HR},
    "mentoring:close-round": {HR},
    "mentoring:my-mentoring": {STAFF},
    "mentoring:apply": {STAFF},
    "mentoring:withdraw": {STAFF},
    "mentoring:log-session": {STAFF},
    "mentoring:confirm-session": {STAFF},
    "mentoring:decline-session": {STAFF},
    "upskilling:my-learning": {STAFF},
    "upskilling:choose-offer": {STAFF},
    "upskilling:drop-offer": {STAFF},
    "upskilling:catalogue": {HR, STAFF, OFFICER},
    "upskilling:offer": {HR, STAFF, OFFICER},
    "upskilling:gaps": {HR, OFFICER},
    "reporting:reports": {OFFICER, COMMITTEE, AUDITOR},
    "reporting:request-report": {OFFICER},
    "reporting:report": {OFFICER, COMMITTEE, AUDITOR},
    "reporting:download-report": {OFFICER, COMMITTEE, AUDITOR},
}
# Addresses for everybody who is signed in, or for visitors, each with its reason.
OPEN = {
    "home": "sends people to their own places",
    "accessibility": "the statement that the law asks for",
    "health": "asked by the load balancer",
    "favicon": "a picture",
    "organisations:set-language": "visitors choose a language, too",
    "organisations:accept-invitation": "the link itself is the key",
    "organisations:follow-up": "the link itself is the key",
    "organisations:send-invitation-again": "tells a stranger nothing",
    "organisations:enrol-yourself": "the link itself is the key",
    "organisations:prove-address": "the link itself is the key",
    "organisations:express-interest": "strangers ask to take part; the answer is always the same",
    "organisations:interest-received": "thanks whoever has asked",
    "api": "leads to the reference",
    "api-unknown": "says that nothing is there",
    "api-schema": "describes, shows no data",
    "api-reference": "describes, shows no data",
}
# What is done with the organisation's one connection to Pix, which is not there in these tests.
ABOUT_THE_CONNECTION = {
    "assessments:choose-pix-organisation",
    "assessments:disconnect-pix",
    "assessments:follow-pix-campaigns",
    "assessments:sync-pix",
    "assessments:test-pix",
}
OWN_FENCE = re.compile(r"^(account_|admin:|people-|assessments-|pairings-|sessions-|figures-)")


def addresses(resolver=None, namespaces=(), route=""):
    """Every (name, route, view) that the URL configuration knows."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from addresses(entry, inner, here)
        elif isinstance(entry, URLPattern):
            yield ":".join((*namespaces, entry.name or "")), here, entry.callback


ALL = [address for address in addresses() if not OWN_FENCE.match(address[0])]
GUARDED = [address for address in ALL if address[0] not in OPEN]


def path_of(route, slug="acme"):
    """The route with the organisation's name and with a number of an object that does not exist."""
    filled = route.replace("<slug:organisation>", slug).replace("<slug:slug>", slug)
    filled = filled.replace("<slug:language>", "fr")
    filled = re.sub(r"<int:\w+>", "987654321", filled)
    assert "<" not in filled, f"say how to fill {route}"
    return "/" + filled


def test_every_address_has_a_row_and_every_row_an_address():
    assert {name for name, _route, _view in GUARDED} == set(RIGHTS)
    assert {name for name, _route, _view in ALL} & set(OPEN) == set(OPEN)


@pytest.mark.parametrize(("name", "route", "view"), GUARDED, ids=[name for name, *_rest in GUARDED])
def test_a_guard_lets_in_the_roles_of_the_table(name, route, view):
    assert getattr(view, "roles", None) == RIGHTS.get(name)
    assert ("<slug:organisation>" in route) == route.startswith("o/"), (
        "an organisation's pages live under /o/"
    )


def answers(client, path):
    """The statuses that GET and POST get, without those that only say "wrong method"."""
    return {client.get(path).status_code, client.post(path).status_code} - {405}


@pytest.fixture
def members(acme, globex):
    """A user for each role at Acme or in the programme, and a stranger."""
    staff = make.member(acme, STAFF)
    make.person(acme, user=staff)
    return {
        HR: make.member(acme, HR),
        STAFF: staff,
        OFFICER: make.programme_member(OFFICER),
        COMMITTEE: make.programme_member(COMMITTEE),
        AUDITOR: make.programme_member(AUDITOR),
    }


def test_a_stranger_finds_no_page_of_an_organisation(client, acme, outsider):
    client.force_login(outsider)
    found = {
        name: answers(client, path_of(route)) for name, route, _view in GUARDED if route.startswith("o/")
    }
    assert {name for name, statuses in found.items() if statuses != {404}} == set()


def test_an_unknown_organisation_looks_like_a_foreign_one(client, acme, outsider):
    client.force_login(outsider)
    foreign, unknown = (client.get(path).content.decode() for path in ("/o/acme/", "/o/nowhere/"))
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", foreign) == token.sub("", unknown).replace("nowhere", "acme")


def test_a_wrong_role_is_told_so(client, acme, members):
    refused = {}
    for role, user in members.items():
        client.force_login(user)
        for name, route, _view in GUARDED:
            if role in RIGHTS.get(name, ()):
                continue
            outside = route.startswith("o/") and role in (COMMITTEE, AUDITOR)
            expected = {404} if outside else {403}
            if answers(client, path_of(route)) != expected:
                refused[f"{role} {name}"] = answers(client, path_of(route))
    assert refused == {}


def test_a_right_role_comes_in_and_finds_no_foreign_object(client, acme, members):
    """With the number of an object that does not exist the page is missing, never forbidden and never broken."""
    wrong = {}
    for role, user in members.items():
        client.force_login(user)
        for name, route, _view in GUARDED:
            if role in RIGHTS.get(name, ()):
                statuses = answers(client, path_of(route))
                is_missing = "<int:" in route or name in ABOUT_THE_CONNECTION
                allowed = {404} if is_missing else {200, 302, 422}
                if not statuses <= allowed:
                    wrong[f"{role} {name}"] = statuses
    assert wrong == {}


def test_visitors_are_asked_to_sign_in(client, acme):
    for _name, route, _view in GUARDED:
        for method in (client.get, client.post):
            response = method(path_of(route))
            assert response.status_code == 302
            assert response.url.startswith("/accounts/login/")

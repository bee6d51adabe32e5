"""The client of Pix's partner interface, against a stub that speaks real HTTP and misbehaves."""

import json
import logging
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from assessments import maddo
from assessments.maddo import Client, PixProblem, check_address, is_public
from assessments.maddo_answers import CampaignAnswer, OrganisationAnswer, ParticipationAnswer, Unreadable
from pilot.development.pix_stub import CLIENT_ID, CLIENT_SECRET, PixStub, participation

SAMPLES = Path(__file__).parent / "samples" / "maddo"
AT_ONCE = maddo.PATIENCE.new(backoff_factor=0, retry_after_max=0.01)


@pytest.fixture
def pix():
    with PixStub() as stub:
        yield stub


def client_of(stub, secret=CLIENT_SECRET, client_id=CLIENT_ID, **options):
    return Client(stub.address, client_id, secret, **{"patience": AT_ONCE, **options})


def sample(name):
    return json.loads((SAMPLES / name).read_text())


def test_it_reads_what_pix_offers(pix):
    pix.campaigns[1000] = sample("campaigns-200.json")["campaigns"]
    pix.organisations = sample("organizations-200.json")

    with client_of(pix) as client:
        assert client.organisations() == [
            OrganisationAnswer(1000, "Administration fictive", "LU-DEMO-1"),
            OrganisationAnswer(1001, "Commune fictive", ""),
        ]
        started = datetime(2026, 1, 5, 8, tzinfo=UTC)
        assert client.campaigns(1000) == [
            CampaignAnswer(
                5201, "profiles", "Profils (avec envois multiples)", "DEMOPC521", "", started, None
            ),
            CampaignAnswer(
                5101, "assessment", "Vague 2", "DEMOAS511", "Socle numérique de base", started, None
            ),
        ]


def test_archived_campaigns_are_offered_too(pix):
    pix.offer(id=7, archivedAt="2026-03-01T08:00:00.000Z")

    with client_of(pix) as client:
        assert [campaign.number for campaign in client.campaigns(1000)] == [7]


def test_an_assessment_is_read_value_by_value():
    shared, started = map(
        ParticipationAnswer.read, sample("participations-assessment-200.json")["campaignParticipations"]
    )

    assert shared == ParticipationAnswer(
        number=500001,
        last_name="Zordène",
        first_name="Briréa",
        external_id="MAT-1000",
        started_at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        shared_at=datetime(2026, 3, 31, 8, 7, tzinfo=UTC),
        mastery_rate=Decimal("0.75"),
        stage=2,
        highest_stage=4,
        badges=["Citoyen·ne numérique"],
        all_badges=["Citoyen·ne numérique"],
        tubes=[
            {
                "tube": "tube_1.1_1",
                "competence": "recsvLz0W2ShyfD63",
                "title": "Sujet 1.1.1",
                "highest": 5.0,
                "reached": 3.0,
            }
        ],
        participant="bb18af055c2c0e75c66bfb4777b90a1f40a0792a",
    )
    assert (started.is_shared, started.mastery_rate, started.stage, started.badges) == (
        False,
        None,
        None,
        None,
    )


def test_a_profile_is_read_and_what_the_sign_in_says_is_kept():
    (row,) = sample("participations-profiles-200.json")["campaignParticipations"]

    read = ParticipationAnswer.read(row)

    assert (read.pix_score, read.mastery_rate, read.claims) == (342, None, {"authenticationId": "S-12345"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*participation(1), "stages", "badges", "tubes", "type", "name"]), JSON)
)
def test_any_json_is_a_participation_or_is_not(row):
    for kind in (ParticipationAnswer, CampaignAnswer, OrganisationAnswer):
        try:
            assert kind.read(row).number > 0
        except Unreadable:
            assert (
                kind is CampaignAnswer
                or not isinstance(row.get("id"), int)
                or row["id"] < 1
                or row["id"] > 2**62
            )


@given(JSON)
def test_any_json_is_no_page(answer):
    if not isinstance(answer, dict) or not isinstance(answer.get("campaigns"), list):
        with pytest.raises(PixProblem):
            maddo.rows_of(answer, "campaigns")


def test_pages_are_as_many_as_there_are_rows(pix):
    campaign = pix.offer(*[participation(number) for number in range(1, 451)])

    with client_of(pix) as client:
        pages = [client.participations(campaign, number) for number in (1, 2, 3)]

    assert [(len(page.participations), page.is_last) for page in pages] == [
        (200, False),
        (200, False),
        (50, True),
    ]


@pytest.mark.parametrize(("extra", "pages"), [(3, 4), (-1, 1)])
def test_a_wrong_number_of_pages_hides_nobody(pix, extra, pages):
    campaign = pix.offer(*[participation(number) for number in range(1, 251)])
    pix.extra_pages = extra

    with client_of(pix) as client:
        first, second = (client.participations(campaign, number) for number in (1, 2))
        third = client.participations(campaign, 3)

    assert (len(first.participations), first.is_last) == (200, False)
    assert len(second.participations) == 50
    assert second.is_last or third.is_last


def test_a_token_is_renewed_when_it_has_expired(pix):
    pix.uses_of_a_token = 2

    with client_of(pix) as client:
        for _each in range(5):
            client.organisations()

    assert pix.asked_for("/token") == 3


def test_a_token_is_renewed_once_and_not_for_ever(pix):
    pix.misbehave(path="organizations", status=401, times=10)

    with client_of(pix) as client:
        for _each in range(2):
            with pytest.raises(PixProblem, match="does not accept it"):
                client.organisations()

    assert pix.asked_for("/organizations") <= 4


@pytest.mark.parametrize(
    "misdeed",
    [
        {"status": 429, "headers": {"Retry-After": "1"}},
        {"status": 429},
        {"status": 500},
        {"status": 502, "body": "<html>Bad gateway</html>"},
        {"status": 503, "headers": {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}},
        {"cut": True},
    ],
)
def test_what_passes_is_tried_again(pix, misdeed):
    pix.misbehave(path="organizations", times=3, **misdeed)

    with client_of(pix) as client:
        assert len(client.organisations()) == 1

    assert pix.asked_for("/organizations") == 4


def test_what_does_not_pass_becomes_a_sentence(pix):
    pix.misbehave(path="organizations", times=20, status=429)

    with client_of(pix) as client, pytest.raises(PixProblem, match="asks for fewer requests") as problem:
        client.organisations()

    assert problem.value.passes
    assert pix.asked_for("/organizations") == 5


def test_pauses_grow_and_pix_may_set_them():
    patience = maddo.PATIENCE
    pauses = []
    for _each in range(4):
        patience = patience.increment("GET", "/", error=None)
        pauses.append(patience.get_backoff_time())

    assert pauses == [0, 2, 4, 8]
    assert patience.parse_retry_after("3") == 3
    assert patience.parse_retry_after("86400") == 15


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        ({"client_id": "nobody"}, "does not accept the client id or the secret"),
        ({"secret": "wrong"}, "does not accept the client id or the secret"),
    ],
)
def test_who_is_not_known_to_pix_is_told(pix, arrange, sentence):
    with client_of(pix, **arrange) as client, pytest.raises(PixProblem, match=sentence):
        client.organisations()


def test_a_right_that_was_not_granted_is_named(pix):
    pix.scopes = {"meta"}

    with client_of(pix) as client, pytest.raises(PixProblem, match="meta campaigns"):
        client.organisations()


def test_what_lies_outside_the_clients_reach_is_not_allowed(pix):
    with client_of(pix) as client, pytest.raises(maddo.NotAllowed):
        client.campaigns(4711)


@pytest.mark.parametrize(
    "body", ["", "<html>", "null", "7", '"text"', "[", "[" * 100_000, '{"campaigns": 3}']
)
def test_junk_is_not_understood(pix, body):
    pix.misbehave(path="/campaigns", body=body or " ")

    with client_of(pix) as client, pytest.raises(PixProblem, match="not understood"):
        client.campaigns(1000)


def test_an_answer_may_not_be_endless(pix, monkeypatch):
    monkeypatch.setattr(maddo, "LARGEST_ANSWER", 1000)
    pix.misbehave(path="organizations", body=json.dumps(["x" * 100] * 1000))

    with client_of(pix) as client, pytest.raises(PixProblem, match="too large"):
        client.organisations()


def test_an_answer_may_not_come_drop_by_drop(pix, monkeypatch):
    monkeypatch.setattr(maddo, "LONGEST_ANSWER", 0.2)
    pix.misbehave(path="organizations", drips=100)
    began = time.monotonic()

    with client_of(pix) as client, pytest.raises(PixProblem, match="too long"):
        client.organisations()

    assert time.monotonic() - began < 3


def test_a_packed_answer_is_not_unpacked(pix):
    pix.misbehave(path="organizations", body="[]", headers={"Content-Encoding": "gzip"})

    with client_of(pix) as client:
        assert client.organisations() == []


def test_what_one_participation_lists_has_an_end():
    row = {"id": 1, "sharedAt": "2026-03-29T00:30:00Z", "tubes": [{"id": "x"}] * 5000}
    claims = {"authenticationRequestedData": {str(number): "x" for number in range(5000)}}
    answer = ParticipationAnswer.read(row | claims)

    assert (len(answer.tubes), len(answer.claims)) == (1000, 1000)


def test_campaigns_may_not_be_endless(pix, monkeypatch):
    monkeypatch.setattr(maddo, "CAMPAIGNS_PER_PAGE", 1)
    pix.extra_pages = 1_000_000
    for _each in range(maddo.MOST_CAMPAIGN_PAGES + 1):
        pix.offer()

    with client_of(pix) as client, pytest.raises(PixProblem, match="not understood"):
        client.campaigns(1000)

    assert pix.asked_for("/campaigns") == maddo.MOST_CAMPAIGN_PAGES


def test_a_redirect_is_not_followed(pix):
    pix.misbehave(path="organizations", status=302, headers={"Location": "http://169.254.169.254/"})

    with client_of(pix) as client, pytest.raises(PixProblem, match="leads to another one"):
        client.organisations()

    assert pix.asked_for("/organizations") == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "pix.example",
        "http://pix.example",
        "ftp://pix.example",
        "https://user:word@pix.example",
        "https://pix.example/?a=b",
        "https://pix.example/#x",
        "https://pix.example:port",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
def test_only_an_address_of_pix_is_taken(address):
    with pytest.raises(ValidationError):
        check_address(address)


def test_the_address_of_pix_may_have_a_path_and_a_port():
    check_address("https://pix.example:8443/partner")


def test_this_machine_may_play_pix_outside_production_only(settings):
    check_address("http://127.0.0.1:8000")

    settings.IN_PRODUCTION = True

    with pytest.raises(ValidationError):
        check_address("http://127.0.0.1:8000")
    with pytest.raises(PixProblem, match="public server"):
        Client("https://localhost:8000", "id", "secret")


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.4.4", "192.168.1.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "2002:7f00:1::", "64:ff9b::7f00:1"),
    ],
)
def test_addresses_inside_a_network_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["185.42.117.110", "2a01:e0a::1"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


def test_a_name_that_means_our_own_network_is_not_called(settings, monkeypatch):
    found = [(2, 1, 6, "", ("185.42.117.110", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(maddo.socket, "getaddrinfo", lambda *args, **options: found)

    with pytest.raises(PixProblem, match="public server"):
        Client("https://pix.example", "id", "secret")


def test_a_name_is_looked_up_once(pix, monkeypatch):
    """Otherwise it could mean another machine by the time of the call."""
    look_up, asked = maddo.socket.getaddrinfo, []

    def noted(host, *args, **options):
        asked.append(host)
        return look_up(host, *args, **options)

    monkeypatch.setattr(maddo.socket, "getaddrinfo", noted)
    with Client(pix.address.replace("127.0.0.1", "localhost"), CLIENT_ID, CLIENT_SECRET) as client:
        client.organisations()
        client.campaigns(1000)

    assert asked.count("localhost") == 1


def test_the_secret_shows_nowhere(pix, caplog):
    caplog.set_level(logging.DEBUG)
    secret = "a-secret-that-nobody-sees"
    pix.secrets[CLIENT_ID] = secret
    with client_of(pix, secret=secret) as client:
        client.organisations()
        pix.misbehave(times=20, cut=True)
        with pytest.raises(PixProblem) as problem:
            client.organisations()

    assert secret not in caplog.text + repr(client) + repr(problem.value) + str(problem.value)
    assert "token-" not in caplog.text

"""HR connects to Pix, chooses, follows, has it read and ends it. Nobody reads the secret again."""

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import connecting, sealing, syncing
from assessments.maddo_answers import OrganisationAnswer
from assessments.models import Connection
from organisations.models import Run
from organisations.runs import carry_out
from pilot.development.pix_stub import CLIENT_ID, CLIENT_SECRET, PixStub, participation
from tests import make

pytestmark = pytest.mark.django_db
NAMES = [
    "pix-connection",
    "connect-pix",
    "choose-pix-organisation",
    "test-pix",
    "follow-pix-campaigns",
    "sync-pix",
    "disconnect-pix",
]


@pytest.fixture
def pix():
    with PixStub() as stub:
        yield stub


@pytest.fixture
def connection(acme, pix):
    return make.connection(acme, CLIENT_SECRET, base_address=pix.address, client_id=CLIENT_ID)


def address(name, slug="acme"):
    return reverse(f"assessments:{name}", args=[slug])


def entered(pix, **fields):
    return {"base_address": pix.address, "client_id": CLIENT_ID, "secret": CLIENT_SECRET, **fields}


def test_hr_connects_and_the_only_organisation_is_chosen(client, acme, hr, pix):
    number = pix.offer(participation(1), name="Collecte")
    client.force_login(hr)
    assert client.get(address("pix-connection")).url == address("connect-pix")
    assert client.get(address("connect-pix")).status_code == 200

    response = client.post(address("connect-pix"), entered(pix), follow=True)

    connection = acme.pix_connection
    assert (connection.pix_organisation, connection.pix_organisation_name) == (1000, "Administration fictive")
    assert [(offer.number, offer.is_followed) for offer in connection.campaigns.all()] == [(number, False)]
    assert sealing.unseal(connection.sealed_secret) == CLIENT_SECRET
    page = response.content.decode()
    assert "Collecte" in page
    assert CLIENT_SECRET not in page
    assert connection.sealed_secret not in page


def test_of_several_organisations_one_is_chosen(client, acme, hr, pix):
    pix.organisations.append({"id": 1001, "name": "Commune fictive", "externalId": None})
    pix.campaigns[1001] = []
    pix.offer(name="Autre", organisation=1001)
    client.force_login(hr)

    response = client.post(address("connect-pix"), entered(pix), follow=True)
    assert response.redirect_chain[-1][0] == address("choose-pix-organisation")
    assert "Commune fictive (1001)" in response.content.decode()

    assert client.post(address("choose-pix-organisation"), {"organisation": 4711}).status_code == 422
    response = client.post(address("choose-pix-organisation"), {"organisation": 1001}, follow=True)

    assert "Autre" in response.content.decode()
    assert acme.pix_connection.pix_organisation == 1001


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"secret": "wrong"}, "Pix does not accept the client id or the secret."),
        ({"secret": ""}, "This field is required."),
        ({"base_address": "http://pix.example"}, "The address must begin with https://."),
        ({"base_address": "https://10.0.0.1"}, "does not belong to a public server"),
        ({"base_address": "https://pix..example"}, "No server has the address"),
        ({"base_address": f"https://{'a' * 64}.example"}, "No server has the address"),
        ({"base_address": "http://127.0.0.1:9"}, "can&#x27;t be reached"),
    ],
)
def test_what_does_not_work_is_not_kept(client, acme, hr, pix, fields, sentence):
    client.force_login(hr)

    response = client.post(address("connect-pix"), entered(pix, **fields))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert fields.get("secret", CLIENT_SECRET) == "" or fields.get("secret", CLIENT_SECRET) not in str(
        response.content
    )
    assert not Connection.objects.exists()


def test_a_client_that_may_read_nothing_is_told(client, acme, hr, pix):
    pix.organisations = []
    client.force_login(hr)

    response = client.post(address("connect-pix"), entered(pix))

    assert "lets it read no organisation" in response.content.decode()


def test_hr_follows_campaigns_and_has_them_read(client, acme, hr, pix, connection):
    number = pix.offer(participation(1, "Weber"))
    other = pix.offer(participation(2))
    connecting.choose_organisation(connection, OrganisationAnswer(1000, "Administration fictive", ""))
    client.force_login(hr)

    client.post(address("follow-pix-campaigns"), {"campaigns": [number]})
    response = client.post(address("sync-pix"))

    sync = connection.syncs.get()
    assert (response.url, sync.asked_by) == (address("pix-connection"), hr)
    running = client.get(address("pix-connection"), headers={"HX-Request": "true"})
    assert "Waiting to start" in running.content.decode()
    carry_out(sync.run_id)
    over = client.get(address("pix-connection"), headers={"HX-Request": "true"})
    assert over["HX-Refresh"] == "true"
    assert [result.participation for result in acme.results.all()] == [1]
    page = client.get(address("pix-connection")).content.decode()
    assert "finished" in page
    sync.refresh_from_db()
    changed = reverse("assessments:result-import", args=["acme", sync.result_import_id])
    assert "One result was added." in client.get(changed).content.decode()
    assert "Pix partner interface" in client.get(address("imports")).content.decode()
    client.post(changed)
    assert not Run.objects.filter(kind="import_results").exists()
    assert connection.campaigns.get(number=other).is_followed is False


def test_a_campaign_that_is_not_offered_cannot_be_followed(client, acme, hr, connection):
    client.force_login(hr)

    response = client.post(address("follow-pix-campaigns"), {"campaigns": [4711]}, follow=True)

    assert "does not offer one of these campaigns" in response.content.decode()


def test_failures_are_sentences_on_the_page(client, acme, hr, pix, connection):
    pix.secrets[CLIENT_ID] = "another"
    client.force_login(hr)
    client.post(address("sync-pix"), {"everything": "yes"})
    sync = connection.syncs.get()
    carry_out(sync.run_id)

    page = client.get(address("pix-connection")).content.decode()
    tested = client.post(address("test-pix"), follow=True).content.decode()

    assert sync.is_full
    for each in (page, tested):
        assert "Pix does not accept the client id or the secret." in each


def test_what_was_deleted_at_pix_is_listed(client, acme, hr, pix, connection):
    number = pix.offer(participation(1, "Weber"), participation(2, "Klein"))
    make.offered_campaign(connection, number=number)
    carry_out(syncing.request(connection).run_id)
    pix.participations[number].pop()
    carry_out(syncing.request(connection, everything=True).run_id)
    client.force_login(hr)

    page = client.get(address("pix-connection")).content.decode()

    assert "Ada Klein" in page
    assert "Ada Weber" not in page


def test_the_connection_is_tested(client, acme, hr, connection):
    client.force_login(hr)

    page = client.post(address("test-pix"), follow=True).content.decode()

    assert "The connection works: Pix offers 1 organisation." in page


def test_ending_erases_the_secret_and_keeps_results(client, acme, hr, pix, connection):
    make.offered_campaign(connection, number=pix.offer(participation(1)))
    carry_out(syncing.request(connection).run_id)
    waiting = syncing.request(connection)
    client.force_login(hr)

    client.post(address("disconnect-pix"))

    assert not Connection.objects.exists()
    assert acme.results.count() == 1
    carry_out(waiting.run_id)
    assert Run.objects.get(pk=waiting.run_id).problem == "The connection to Pix was ended."


@pytest.mark.parametrize(
    "name", ["choose-pix-organisation", "test-pix", "follow-pix-campaigns", "sync-pix", "disconnect-pix"]
)
def test_without_a_connection_there_is_nothing_to_do(client, acme, hr, name):
    client.force_login(hr)
    method = client.get if name == "choose-pix-organisation" else client.post

    assert method(address(name)).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_strangers_find_nothing_and_staff_may_not(client, acme, connection, outsider, staff, name):
    method = client.get if name in NAMES[:3] else client.post
    client.force_login(outsider)
    assert method(address(name)).status_code == 404
    client.force_login(staff)
    assert method(address(name)).status_code == 403
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_the_page_asks_the_database_as_often_for_many_campaigns(
    client, acme, hr, connection, django_assert_max_num_queries
):
    client.force_login(hr)
    make.offered_campaign(connection)
    client.get(address("pix-connection"))

    with CaptureQueriesContext(database) as one:
        client.get(address("pix-connection"))
    for _each in range(3):
        make.offered_campaign(connection)
    with django_assert_max_num_queries(len(one)):
        client.get(address("pix-connection"))


# --- Sealing ----------------------------------------------------------------------------------------------------------


def test_a_sealed_secret_can_be_opened_and_not_read():
    sealed = sealing.seal("a word")

    assert "a word" not in sealed
    assert sealing.unseal(sealed) == "a word"
    assert sealing.seal("a word") != sealed


def test_keys_can_be_changed(settings, acme, capsys):
    old, new = settings.SEALING_KEYS[0], "YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cyBvbmx5ISE="
    connection = make.connection(acme, "a word")

    settings.SEALING_KEYS = [new, old]
    call_command("reseal", "--commit", "--json")
    settings.SEALING_KEYS = [new]

    connection.refresh_from_db()
    assert sealing.unseal(connection.sealed_secret) == "a word"
    assert capsys.readouterr().out.strip() == '{"resealed": 1}'
    settings.SEALING_KEYS = [old]
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(connection.sealed_secret)


def test_a_secret_that_cannot_be_opened_is_a_sentence(settings, client, acme, hr, connection):
    settings.SEALING_KEYS = ["YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cyBvbmx5ISE="]
    client.force_login(hr)

    page = client.post(address("test-pix"), follow=True).content.decode()

    assert "The secret can&#x27;t be opened any more." in page

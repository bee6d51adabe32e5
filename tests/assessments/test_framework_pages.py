"""Officers look at frameworks and maps, and publish new versions."""

import pytest
from django.urls import reverse

from assessments.models import Crosswalk, Framework
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """A second map to DigComp 3.0, in which Pix 1.1 alone stands for DigComp 1.3."""
    first = Crosswalk.objects.get(source__code="pix", target__code="digcomp-3.0")
    crosswalk = Crosswalk.objects.create(source=first.source, target=first.target, version="2", digest="0")
    crosswalk.entries.create(
        source=first.source.competences.get(code="1.1"),
        target=first.target.competences.get(code="1.3"),
        strength="primary",
    )
    return crosswalk


def text_of(client, name, *arguments):
    return client.get(reverse(f"assessments:{name}", args=arguments)).content.decode()


def test_an_officer_sees_every_version(client, officer, draft):
    client.force_login(officer)

    page = text_of(client, "frameworks")

    assert page.count("published</span>") == 6
    assert page.count("draft</span>") == 1


def test_an_officer_publishes_a_map_once(client, officer, draft):
    client.force_login(officer)
    address = reverse("assessments:publish-crosswalk", args=[draft.pk])

    response = client.post(address, follow=True)

    assert "From now on nobody can change it" in response.content.decode()
    published = Crosswalk.objects.get(pk=draft.pk)
    assert published.published_by == officer
    client.post(address)
    assert Crosswalk.objects.get(pk=draft.pk).published_at == published.published_at


def test_an_officer_publishes_a_framework(client, officer):
    version = Framework.objects.create(code="pix", version="2027", name="Pix", digest="0")
    client.force_login(officer)

    client.post(reverse("assessments:publish-framework", args=[version.pk]))

    assert Framework.objects.pix() == version


def test_a_draft_map_shows_who_would_move_through_it_alone(client, acme, officer, draft):
    few = make.organisation(name="Few")
    for organisation, count in ((acme, 6), (few, 2)):
        for _number in range(count):
            make.result(organisation, make.person(organisation), [6, *[2] * 15])
    client.force_login(officer)

    page = text_of(client, "crosswalk", draft.pk)

    assert "although nobody was tested anew" in page
    assert f'<th scope="row">{acme.name}</th><td class="numeric" data-label="People">6</td>' in page
    assert "‹5" in page


def test_a_map_in_use_moves_nobody(client, acme, officer):
    make.result(acme, make.person(acme))
    client.force_login(officer)

    in_use = Crosswalk.objects.get(source__code="pix", target__code="digcomp-3.0")
    assert "although nobody was tested anew" not in text_of(client, "crosswalk", in_use.pk)


@pytest.mark.parametrize("name", ["frameworks", "crosswalk", "publish-crosswalk", "publish-framework"])
def test_what_is_not_there_and_who_may_not(client, officer, committee, hr, name):
    arguments = [] if name == "frameworks" else [987654321]
    address = reverse(f"assessments:{name}", args=arguments)
    ask = client.post if name.startswith("publish") else client.get
    for stranger in (committee, hr):
        client.force_login(stranger)
        assert ask(address).status_code == 403
    client.force_login(officer)
    assert ask(address).status_code == (200 if name == "frameworks" else 404)

"""An organisation connects to Pix's partner interface, chooses who it is there and what it follows, or ends it."""

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.maddo import PATIENCE, Client, PixProblem
from assessments.maddo_answers import OrganisationAnswer
from assessments.models import Connection
from assessments.sealing import seal
from assessments.syncing import client_of, refresh_offers
from organisations.models import Organisation, User

# Somebody waits for the page: one try, and a sentence.
AT_ONCE = PATIENCE.new(total=0)


def connect(
    organisation: Organisation, user: User, base_address: str, client_id: str, secret: str
) -> Connection:
    """Try the client at Pix, and keep it when it works. The only organisation on offer is chosen at once."""
    with Client(base_address, client_id, secret, AT_ONCE) as client:
        offered = client.organisations()
    if not offered:
        raise PixProblem(_("Pix accepts this client, and lets it read no organisation."))
    with transaction.atomic():
        connection = (
            Connection.objects.select_for_update(of=("self",)).filter(organisation=organisation).first()
        )
        connection = connection or Connection(organisation=organisation, made_by=user)
        connection.base_address, connection.client_id = base_address, client_id
        connection.sealed_secret = seal(secret)
        connection.save()
        if connection.pix_organisation not in {answer.number for answer in offered}:
            forget_organisation(connection)
        if len(offered) == 1 and connection.pix_organisation is None:
            choose_organisation(connection, offered[0])
    return connection


def offered_organisations(connection: Connection) -> list[OrganisationAnswer]:
    """Asked afresh, which also tells whether the connection works."""
    with client_of(connection, AT_ONCE) as client:
        return client.organisations()


def choose_organisation(connection: Connection, chosen: OrganisationAnswer) -> None:
    """From now on, the campaigns of this one are on offer."""
    with client_of(connection, AT_ONCE) as client, transaction.atomic():
        if connection.pix_organisation != chosen.number:
            forget_organisation(connection)
        connection.pix_organisation, connection.pix_organisation_name = chosen.number, chosen.name
        connection.save(update_fields=["pix_organisation", "pix_organisation_name"])
        refresh_offers(connection, client)


def forget_organisation(connection: Connection) -> None:
    """What belongs to one organisation at Pix says nothing about another. Results stay."""
    connection.campaigns.all().delete()
    connection.syncs.filter(ended_at=None).delete()
    connection.pix_organisation, connection.pix_organisation_name = None, ""
    connection.synced_at = connection.fully_synced_at = None
    connection.save()


def follow(connection: Connection, numbers: set[int]) -> None:
    """Read these campaigns and no others. One that was left out for a while is read from its beginning."""
    connection.campaigns.filter(number__in=numbers).update(is_followed=True)
    connection.campaigns.exclude(number__in=numbers).update(is_followed=False, read_until=None)


def disconnect(connection: Connection) -> None:
    """The secret is erased with the connection; results stay, as facts of the organisation."""
    connection.delete()

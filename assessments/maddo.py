"""The client of MADDO, the partner interface of Pix: a token, organisations, campaigns and participations.

It trusts nothing that comes back: answers are limited in size and time, absent and null are the same, and every value
is read by a rule of its own. Whatever goes wrong is a `PixProblem` with a sentence for people, without the secret.
"""

import ipaddress
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from assessments.maddo_answers import (
    CampaignAnswer,
    OrganisationAnswer,
    ParticipationAnswer,
    Unreadable,
    whole,
)

SCOPES = "meta campaigns"
CAMPAIGNS_PER_PAGE = 1000
PARTICIPATIONS_PER_PAGE = 200
MOST_PAGES = 5000
MOST_CAMPAIGN_PAGES = 20
LARGEST_ANSWER = 30_000_000
LONGEST_ANSWER = 60  # seconds
# Forms of IPv6 that carry an IPv4 address: they lead wherever that leads.
WITH_IPV4_INSIDE = [
    ipaddress.ip_network(each) for each in ("::ffff:0:0/96", "2002::/16", "2001::/32", "64:ff9b::/96")
]
PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
# Growing pauses of 1, 2, 4 and 8 seconds, or as long as Pix asks for: no request takes longer than a run may.
PATIENCE = Retry(
    total=4,
    backoff_factor=1,
    backoff_max=15,
    retry_after_max=15,
    status_forcelist=PASSING_STATUSES,
    allowed_methods=None,
    raise_on_status=False,
)


class PixProblem(Exception):
    """Pix can't be read. Carries a sentence for whoever asked; `passes` when trying later may help."""

    def __init__(self, sentence: str, *, passes: bool = False):
        super().__init__(sentence)
        self.passes = passes


class NotAllowed(PixProblem):
    """This one thing is not for this client, or is there no more."""


# --- Whom we call -----------------------------------------------------------------------------------------------------


def check_address(address: str) -> None:
    """Refuse a base address that is not Pix's to have, so that nobody reaches our own network through us."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError(_("Write the address as Pix gave it, such as https://partner.example.org."))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_our_own_stub(host)):
        raise ValidationError(_("The address must begin with https://."))


def is_our_own_stub(host: str) -> bool:
    """In development and tests, a server on this machine may play Pix."""
    return not settings.IN_PRODUCTION and host in ("127.0.0.1", "::1", "localhost")


def checked_address(host: str, port: int) -> str:
    """The network address to call. The name is looked up once, so it can't mean another machine a moment later."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):  # the latter for what can't be a name at all
        raise PixProblem(_("No server has the address %(host)s.") % {"host": host}, passes=True) from None
    if not all(is_public(address) or is_our_own_stub(address) for address in found):
        raise PixProblem(_("The address %(host)s does not belong to a public server.") % {"host": host})
    return sorted(found, key=lambda address: (":" in address, address))[0]


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%")[0])
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in WITH_IPV4_INSIDE)


# --- Asking -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    participations: list[ParticipationAnswer]
    unreadable: int
    is_last: bool
    is_in_order: bool


class Client:
    """Speaks to Pix for one connection. The token is fetched when it is needed, and never kept."""

    def __init__(self, base_address: str, client_id: str, secret: str, patience: Retry | None = None):
        check_address(base_address)
        parts = urlsplit(base_address)
        self._client_id, self._secret, self._token = client_id, secret, None
        self._patience = patience or PATIENCE
        self._path = parts.path.rstrip("/")
        is_secure = parts.scheme == "https"
        port = parts.port or (443 if is_secure else 80)
        address = checked_address(parts.hostname, port)
        options = {"timeout": Timeout(connect=5, read=20), "headers": {"Host": parts.netloc}, "maxsize": 1}
        if is_secure:
            names = {"server_hostname": parts.hostname, "assert_hostname": parts.hostname}
            self._pool = HTTPSConnectionPool(address, port, **names, **options)
        else:
            self._pool = HTTPConnectionPool(address, port, **options)

    def __repr__(self):
        return f"<Client {self._client_id}>"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._pool.close()

    def organisations(self) -> list[OrganisationAnswer]:
        answer = self._get("/api/organizations", {})
        if not isinstance(answer, list):
            raise not_understood()
        return list(readable(OrganisationAnswer, answer))

    def campaigns(self, organisation: int) -> list[CampaignAnswer]:
        """Those of the organisation, archived ones too; Pix never shows deleted ones."""
        found, number = {}, 1
        while True:
            query = {
                "page[number]": number,
                "page[size]": CAMPAIGNS_PER_PAGE,
                "withArchived": "true",
            }
            answer = self._get(f"/api/organizations/{organisation}/campaigns", query)
            rows, pages = rows_of(answer, "campaigns")
            before = len(found)
            found.update((campaign.number, campaign) for campaign in readable(CampaignAnswer, rows))
            if number >= pages or len(found) == before:
                return list(found.values())
            if (
                number == MOST_CAMPAIGN_PAGES
            ):  # of a thousand each, while somebody may be waiting for the page
                raise not_understood()
            number += 1

    def participations(self, campaign: int, number: int, since: datetime | None = None) -> Page:
        """One page of a campaign, the earliest started first."""
        query = {
            "page[number]": number,
            "page[size]": PARTICIPATIONS_PER_PAGE,
            "sort[0][value]": "createdAt",
            "sort[0][type]": "asc",
        }
        if since:
            query["since"] = since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        answer = self._get(f"/api/campaigns/{campaign}/participations", query)
        rows, pages = rows_of(answer, "campaignParticipations")
        if number > MOST_PAGES:
            raise PixProblem(_("Pix says that this campaign has no end of pages."))
        read = list(readable(ParticipationAnswer, rows))
        # The number of pages may be wrong: a full page may have a successor, and after an empty one nothing comes.
        is_last = not rows or (number >= pages and len(rows) < PARTICIPATIONS_PER_PAGE)
        starts = [participation.started_at for participation in read if participation.started_at]
        return Page(read, len(rows) - len(read), is_last, is_in_order=starts == sorted(starts))

    def _get(self, path: str, query: dict):
        """The answer, with a new token if Pix no longer takes the one we have."""
        had_token = self._token is not None
        status, answer = self._ask_with_token(path, query)
        if status == 401 and had_token:
            self._token = None
            status, answer = self._ask_with_token(path, query)
        if status == 200:
            return answer
        if status == 401:
            raise PixProblem(_("Pix gave a token and does not accept it."), passes=True)
        if status == 403:
            raise NotAllowed(_("Pix does not let this client read the organisation or campaign."))
        if status == 404:
            raise NotAllowed(_("Pix does not know this address. Is the base address right?"))
        raise unexpected(status)

    def _ask_with_token(self, path, query):
        self._token = self._token or self._new_token()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, headers)

    def _new_token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
            "scope": SCOPES,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        status, answer = self._ask("POST", "/api/application/token", headers, urlencode(form))
        if status == 401:
            raise PixProblem(_("Pix does not accept the client id or the secret."))
        if status == 403:
            sentence = _("Pix has not granted this client the rights that reading takes: %(scopes)s.")
            raise PixProblem(sentence % {"scopes": SCOPES})
        if status == 404:
            raise PixProblem(_("Pix does not know this address. Is the base address right?"))
        if status != 200:
            raise unexpected(status)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise not_understood()
        return token

    def _ask(self, method: str, path: str, headers: dict, body: str | None = None) -> tuple[int, object]:
        """Status and JSON. What may pass is tried again after growing pauses, or after the one that Pix asks for."""
        patience = self._patience
        while True:
            response = error = None
            try:
                response = self._pool.request(
                    method,
                    self._path + path,
                    body=body,
                    headers={**self._pool.headers, **headers},
                    retries=False,
                    redirect=False,
                    preload_content=False,
                )
                content = limited_content(response)
                if response.status not in PASSING_STATUSES:
                    return response.status, parsed(response.status, content)
            except HTTPError as failure:
                error = failure
            try:
                patience = patience.increment(method, path, response=response, error=error)
                patience.sleep(response)
            except HTTPError:
                raise busy(response) from None


def limited_content(response: BaseHTTPResponse) -> bytes:
    """The body as it came, unless it is too long or comes drop by drop. Nothing packed was asked for."""
    ends, content = time.monotonic() + LONGEST_ANSWER, bytearray()
    try:
        while part := response.read1(
            65536, decode_content=False
        ):  # whatever is there, without waiting for more
            content += part
            if len(content) > LARGEST_ANSWER:
                raise PixProblem(_("The answer of Pix is too large."))
            if time.monotonic() > ends:
                raise PixProblem(_("The answer of Pix takes too long."), passes=True)
    except PixProblem:
        response.close()
        raise
    response.release_conn()
    return bytes(content)


def parsed(status: int, content: bytes):
    if 300 <= status < 400:
        raise PixProblem(_("This address leads to another one. Write the address as Pix gave it."))
    if status != 200:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise not_understood() from None


def rows_of(answer: object, name: str) -> tuple[list, int]:
    """The rows of a page, and how many pages there are (`count` counts pages)."""
    rows = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise not_understood()
    page = answer.get("page")
    return rows, whole(page.get("count") if isinstance(page, dict) else None) or 0


def readable(kind: type, rows: list) -> Iterator:
    """What could be read; a row that says nothing of use is left out."""
    for row in rows:
        try:
            yield kind.read(row)
        except Unreadable:
            continue


def not_understood() -> PixProblem:
    return PixProblem(_("Pix answered something that is not understood here."), passes=True)


def unexpected(status: int) -> PixProblem:
    return PixProblem(_("Pix answered with the error %(status)s.") % {"status": status})


def busy(response: BaseHTTPResponse | None) -> PixProblem:
    if response is not None and response.status == 429:
        return PixProblem(_("Pix asks for fewer requests. Reading goes on later."), passes=True)
    return PixProblem(_("Pix can't be reached at the moment. Reading goes on later."), passes=True)

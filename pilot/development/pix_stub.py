"""Plays Pix's partner interface on this machine, over real HTTP: for the tests, and for the demonstration.

It answers as Pix describes the interface, refusals included, and can be told to misbehave in the ways that networks,
gateways and servers do: `stub.misbehave(...)` for the next requests, attributes for all of them.
"""

import json
import random
import re
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, urlsplit

from pilot.demonstration.people import SETTINGS, invent_staff

CLIENT_ID, CLIENT_SECRET = "maddo-client", "maddo-secret"
DEMONSTRATION, DEMONSTRATION_CAMPAIGN = "ardoise", 4390
TOKEN_PATH = "/api/application/token"  # noqa: S105 - an address
CAMPAIGNS_PATH = re.compile(r"/api/organizations/([0-9]+)/campaigns")
PARTICIPATIONS_PATH = re.compile(r"/api/campaigns/([0-9]+)/participations")


@dataclass
class Misdeed:
    """What the next requests whose path contains `path` get in place of an answer."""

    path: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    cut: bool = False
    pause: float = 0.0
    drips: int = 0


class Refusal(Exception):
    def __init__(self, status: int, title: str, **details):
        self.status = status
        self.body = {"errors": [{"status": str(status), **details, "title": title}]}


class PixStub:
    """Use it as a context manager; `address` is the base address."""

    def __init__(self, port: int = 0):
        self.organisations = [{"id": 1000, "name": "Administration fictive", "externalId": "LU-DEMO-1"}]
        self.campaigns: dict[int, list[dict]] = {1000: []}
        self.participations: dict[int, list[dict]] = {}
        self.secrets = {CLIENT_ID: CLIENT_SECRET}
        self.scopes = {"meta", "campaigns"}
        self.uses_of_a_token = 1_000_000
        self.extra_pages = 0
        self.is_unsorted = False
        self.overlap = 0
        self.requests: list[str] = []
        self.misdeeds: deque[Misdeed] = deque()
        self.lock = threading.Lock()
        self._tokens: dict[str, int] = {}
        self._numbers = count(1)
        self._random = random.Random(1)  # noqa: S311 - chance is what is played
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler_of(self))
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def offer(self, *participations: dict, organisation: int = 1000, **campaign) -> int:
        """A campaign of the organisation with these participations; gives its number."""
        number = campaign.setdefault("id", 5000 + next(self._numbers))
        self.campaigns.setdefault(organisation, []).append(
            {
                "name": f"Campagne {number}",
                "type": "PROFILES_COLLECTION",
                "targetProfileName": None,
                "code": f"DEMO{number}",
                "createdAt": "2026-01-05T08:00:00.000Z",
                "archivedAt": None,
                **campaign,
            }
        )
        self.participations[number] = [{**each, "campaignId": number} for each in participations]
        return number

    def misbehave(self, times: int = 1, **misdeed) -> None:
        self.misdeeds.extend(Misdeed(**misdeed) for _each in range(times))

    def asked_for(self, path: str) -> int:
        """How many requests there were for paths that contain this."""
        return sum(path in request for request in self.requests)

    def misdeed_for(self, path: str) -> Misdeed | None:
        with self.lock:
            self.requests.append(path)
            found = next((misdeed for misdeed in self.misdeeds if misdeed.path in path), None)
            if found:
                self.misdeeds.remove(found)
            return found

    # Answers

    def token(self, form: dict[str, str]) -> dict:
        for name in ("grant_type", "client_id", "client_secret", "scope"):
            if not form.get(name):
                raise Refusal(400, "Bad Request", detail=f'"{name}" is required')
        secret = self.secrets.get(form["client_id"])
        if secret is None:
            raise Refusal(401, "Unauthorized", detail="The client ID is invalid.")
        if form["client_secret"] != secret:
            raise Refusal(401, "Unauthorized", detail="The client secret is invalid.")
        if not self.scopes.issuperset(form["scope"].split()):
            raise Refusal(403, "Forbidden", detail="The scope is not allowed.")
        token = f"token-{next(self._numbers)}"
        self._tokens[token] = self.uses_of_a_token
        return {"token_type": "bearer", "access_token": token, "client_id": form["client_id"]}

    def check(self, authorisation: str) -> None:
        token = authorisation.removeprefix("Bearer ")
        with self.lock:
            if self._tokens.get(token, 0) <= 0:
                raise Refusal(401, "Unauthorized", code=401)
            self._tokens[token] -= 1

    def answer(self, path: str, query: dict[str, str]) -> object:
        if path == "/api/organizations":
            return self.organisations
        if found := CAMPAIGNS_PATH.fullmatch(path):
            return self.campaigns_of(int(found[1]), query)
        if found := PARTICIPATIONS_PATH.fullmatch(path):
            return self.participations_of(int(found[1]), query)
        raise Refusal(404, "Not Found")

    def campaigns_of(self, organisation: int, query: dict[str, str]) -> dict:
        if organisation not in {each["id"] for each in self.organisations}:
            raise Refusal(403, "Forbidden")
        archived = query.get("withArchived") == "true"
        offered = [each for each in self.campaigns[organisation] if archived or not each["archivedAt"]]
        rows, page = self.page(offered, query, usual=1000, largest=1000)
        return {"campaigns": rows, "page": page}

    def participations_of(self, campaign: int, query: dict[str, str]) -> dict:
        if campaign not in self.participations:
            raise Refusal(403, "Forbidden")
        rows = self.participations[campaign]
        if since := query.get("since"):
            rows = [row for row in rows if is_after(row, since)]
        if self.is_unsorted:
            rows = self._random.sample(rows, len(rows))
        elif query.get("sort[0][value]") == "createdAt":
            rows = sorted(rows, key=lambda row: row["createdAt"])
        rows, page = self.page(rows, query, usual=10, largest=200)
        return {"campaignParticipations": rows, "page": page}

    def page(self, rows: list[dict], query: dict[str, str], usual: int, largest: int) -> tuple[list, dict]:
        number, size = int(query.get("page[number]", 1)), int(query.get("page[size]", usual))
        if size > largest:
            detail = f'"page.size" must be less than or equal to {largest}'
            raise Refusal(400, "Bad Request", detail=detail)
        first = max((number - 1) * size - (self.overlap if number > 1 else 0), 0)
        pages = -(-len(rows) // size) + self.extra_pages
        return rows[first : number * size], {"number": number, "size": size, "count": max(pages, 0)}


def is_after(row: dict, since: str) -> bool:
    limit = datetime.fromisoformat(since)
    moments: Iterable[str | None] = (row["createdAt"], row.get("sharedAt"))
    return any(moment and datetime.fromisoformat(moment) > limit for moment in moments)


def handler_of(stub: PixStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self.respond(lambda path, query: stub.token(single(body)) if path == TOKEN_PATH else None)

        def do_GET(self):
            def read(path, query):
                stub.check(self.headers.get("Authorization", ""))
                return stub.answer(path, query)

            self.respond(read)

        def respond(self, read):
            parts = urlsplit(self.path)
            misdeed = stub.misdeed_for(self.path)
            if misdeed is not None:
                time.sleep(misdeed.pause)
                if misdeed.cut:
                    self.cut_off()
                    return
                if misdeed.drips:
                    self.drip(misdeed.drips)
                    return
                if misdeed.status or misdeed.body is not None:
                    self.send(misdeed.status or 200, misdeed.body or "", misdeed.headers)
                    return
            try:
                status, answer = 200, read(parts.path, single(parts.query))
            except Refusal as refusal:
                status, answer = refusal.status, refusal.body
            self.send(status, json.dumps(answer), {"Cache-Control": "no-store"})

        def send(self, status, text, headers):
            content = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def cut_off(self):
            """In the middle of a sentence."""
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"campaignParti')
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

        def drip(self, times):
            """One byte now and then."""
            self.send_response(200)
            self.send_header("Content-Length", str(times))
            self.end_headers()
            with suppress(OSError):  # whoever asked may not wait for the end
                for _each in range(times):
                    self.wfile.write(b"1")
                    time.sleep(0.05)
            self.close_connection = True

        def log_message(self, *arguments):
            """Requests are counted by the stub; a test's output stays readable."""

    return Handler


def single(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}


# --- Participations as Pix would give them ----------------------------------------------------------------------------


def participation(number: int, last: str = "Weber", first: str = "Ada", **fields) -> dict:
    """Somebody who shared their profile, unless told."""
    return {
        "id": number,
        "status": "SHARED" if fields.get("sharedAt", "yes") else "STARTED",
        "authenticationId": None,
        "participantFirstName": first,
        "participantLastName": last,
        "participantExternalId": None,
        "createdAt": "2026-03-01T09:00:00.000Z",
        "sharedAt": "2026-03-17T00:54:21.000Z",
        "participantId": f"{number:040x}",
        "masteryRate": None,
        "pixScore": None,
        **fields,
    }


# --- Pix for the demonstration ----------------------------------------------------------------------------------------


def offer_the_demonstration(stub: PixStub) -> None:
    """An assessment campaign in which the people of one demonstration organisation take part, under its numbers."""
    setting = next(setting for setting in SETTINGS if setting.slug == DEMONSTRATION)
    chance = random.Random(f"assessment of {setting.slug}")  # noqa: S311 - invented people
    staff = invent_staff(setting, random.Random(f"demonstration of {setting.slug}"))  # noqa: S311
    stub.organisations = [{"id": 1000, "name": setting.name, "externalId": None}]
    taken = []
    for number, somebody in enumerate(staff, start=700_001):
        started = datetime(2026, 10, 5, 8, 0, tzinfo=UTC) + timedelta(minutes=chance.randrange(20_000))
        shared = started + timedelta(minutes=45) if chance.random() < 0.7 else None
        taken.append(
            participation(
                number,
                somebody.last_name,
                somebody.first_name,
                participantExternalId=somebody.staff_number,
                createdAt=started.isoformat(),
                sharedAt=shared and shared.isoformat(),
                masteryRate=round(chance.uniform(0.3, 0.95), 4) if shared else None,
            )
        )
    stub.offer(*taken, id=DEMONSTRATION_CAMPAIGN, name="Bureautique 2026", type="ASSESSMENT")


def main() -> None:
    stub = PixStub(port=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    offer_the_demonstration(stub)
    print(f"{stub.address}, client {CLIENT_ID}, secret {CLIENT_SECRET}", flush=True)
    stub.serve()


if __name__ == "__main__":
    main()

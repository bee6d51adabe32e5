"""Keeping results as Pix has them: what is new every few hours, everything again now and then.

A synchronisation is read in slices, each a run of its own: a cut, a busy Pix or a dead worker costs the slice at work.
Reading a participation again changes nothing, so going back a little is always safe.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from urllib3.util import Retry

from assessments import figures, importing, matching, partner_results
from assessments.maddo import Client, NotAllowed, PixProblem
from assessments.maddo_answers import ParticipationAnswer
from assessments.models import (
    Campaign,
    Connection,
    Framework,
    Kind,
    OfferedCampaign,
    Result,
    ResultImport,
    Sync,
)
from assessments.sealing import CannotOpen, unseal
from organisations.models import Organisation, Run, User
from organisations.runs import CannotFinish, submit
from organisations.scope import every_organisation

SYNC = "sync_pix"
PIX_CAMPAIGNS = (Kind.PROFILES, Kind.ASSESSMENT, Kind.EXAM)
PAGES_PER_SLICE = 25
SECONDS_PER_SLICE = 60
TRIES = 4  # at one slice, while Pix may recover; the next synchronisation goes on where this one stopped
Tell = Callable[[int, int, str], None]


# --- Asking for it ----------------------------------------------------------------------------------------------------


def request(connection: Connection, user: User | None = None, everything: bool = False) -> Sync:
    """Have the followed campaigns read. One that has not ended goes on; a second wish finds the first."""
    with transaction.atomic():
        held = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        sync = held.syncs.filter(ended_at=None).first() or Sync(
            organisation=held.organisation,
            connection=held,
            asked_by=user,
            is_full=everything or held.needs_full_sync,
        )
        sync.save()
        submit_slice(sync)
    return sync


def submit_slice(sync: Sync) -> None:
    key = f"{sync.pk} {sync.slices}"
    sync.run = submit(
        SYNC, key, organisation=sync.organisation, requested_by=sync.asked_by, synchronisation=sync.pk
    )
    sync.save()


def request_due() -> int:
    """Ask for every connection whose time has come; what was cut and has not ended goes on."""
    with every_organisation():
        connections = Connection.objects.exclude(pix_organisation=None).order_by("pk")
        due = [connection for connection in connections if connection.is_due]
        for connection in due:
            request(connection)
    return len(due)


# --- A slice ----------------------------------------------------------------------------------------------------------


def read_slice(run: Run, tell: Tell) -> dict:
    """The work of one run. What may pass is tried again later; all else becomes a sentence."""
    sync = run.organisation.syncs.select_related("connection").filter(pk=run.args["synchronisation"]).first()
    if sync is None:
        raise CannotFinish(_("The connection to Pix was ended."))
    try:
        with client_of(sync.connection) as client:
            return Slice(sync, client, tell).read()
    except PixProblem as problem:
        if problem.passes and run.attempts < TRIES:
            raise
        raise CannotFinish(str(problem)) from None


def client_of(connection: Connection, patience: Retry | None = None) -> Client:
    try:
        secret = unseal(connection.sealed_secret)
    except CannotOpen:
        raise PixProblem(_("The secret can't be opened any more. Please enter it again.")) from None
    return Client(connection.base_address, connection.client_id, secret, patience)


class Slice:
    """Some pages of a synchronisation, and what is done with them."""

    def __init__(self, sync: Sync, client: Client, tell: Tell):
        self.sync, self.client, self.tell = sync, client, tell
        self.organisation: Organisation = sync.organisation
        self.connection: Connection = sync.connection
        self.counts: Counter[str] = Counter()
        self.pages, self.ends = 0, time.monotonic() + SECONDS_PER_SLICE

    def read(self) -> dict:
        sync = self.sync
        if sync.slices == 0:
            refresh_offers(self.connection, self.client)
        followed = list(self.connection.campaigns.filter(is_followed=True, gone_at=None).order_by("number"))
        while (offer := self.next_of(followed)) and self.has_room():
            self.tell(len(sync.read), len(followed), _("Reading “%(name)s”") % {"name": offer.name})
            self.read_campaign(offer)
        self.settle()
        sync.slices += 1
        if self.next_of(followed):
            submit_slice(sync)
        else:
            self.end()
        return sync.outcome

    def next_of(self, followed: list[OfferedCampaign]) -> OfferedCampaign | None:
        return next((offer for offer in followed if offer.number not in self.sync.read), None)

    def has_room(self) -> bool:
        return self.pages < PAGES_PER_SLICE and time.monotonic() < self.ends

    def read_campaign(self, offer: OfferedCampaign) -> None:
        """Go on with the campaign, as far as the slice reaches."""
        try:
            answers, is_complete = self.read_pages(offer)
        except NotAllowed:
            self.doubt(offer, Sync.Doubt.NOT_ALLOWED)
            self.finish(offer)
            return
        if answers:
            self.take_in(offer, answers)
        if is_complete and not self.looks_again(offer):
            offer.read_until = self.sync.started_at
            offer.save(update_fields=["read_until"])
            self.finish(offer)

    def read_pages(self, offer: OfferedCampaign) -> tuple[dict[int, ParticipationAnswer], bool]:
        """Participations by number, and whether the campaign has been read to its end."""
        since = None if self.sync.is_full else offer.since
        # One page back: what was deleted meanwhile has moved the others up.
        number, answers = max(self.sync.position - 1, 1), {}
        while self.has_room():
            try:
                page = self.client.participations(offer.number, number, since)
            except PixProblem as problem:
                if not problem.passes or not self.pages:
                    raise
                self.ends = 0  # keep what has been read; the next slice finds out whether Pix is back
                break
            self.pages += 1
            if page.unreadable:
                self.doubt(offer, Sync.Doubt.UNREADABLE)
            if not page.is_in_order:
                self.doubt(offer, Sync.Doubt.DISORDER)
            known = len(answers)
            answers.update((answer.number, answer) for answer in page.participations)
            number += 1
            # Some servers give their last page for every number beyond it.
            if page.is_last or len(answers) == known:
                return answers, True
        self.sync.position = number
        return answers, False

    def take_in(self, offer: OfferedCampaign, answers: dict[int, ParticipationAnswer]) -> None:
        campaign = hold_campaign(offer, answers.values())
        changes = partner_results.compare(campaign, answers.values())
        if changes:
            partner_results.save(changes, self.change_set(campaign))
        self.counts["created"] += len(changes.created)
        self.counts["completed"] += len(changes.completed)
        if not self.sync.is_second_look:
            self.counts["unchanged"] += changes.unchanged
        if self.sync.is_full:
            self.sync.seen = sorted({*self.sync.seen, *answers})

    def looks_again(self, offer: OfferedCampaign) -> bool:
        """Whoever is missing at Pix is looked for a second time; still missing, they count no more."""
        sync = self.sync
        campaign = known_campaign(offer)
        if not sync.is_full or campaign is None or sync.doubts_of(offer):
            return False
        missing = partner_results.vanished(campaign, sync.seen)
        if missing and not sync.is_second_look:
            sync.is_second_look, sync.position = True, 1
            return True
        if missing:
            partner_results.take_out(missing, self.change_set(campaign))
            self.counts["vanished"] += len(missing)
        return False

    def finish(self, offer: OfferedCampaign) -> None:
        self.sync.read.append(offer.number)
        self.sync.position, self.sync.seen, self.sync.is_second_look = 1, [], False

    def doubt(self, offer: OfferedCampaign, doubt: str) -> None:
        doubts = self.sync.outcome.setdefault("doubts", [])
        if [offer.number, doubt] not in doubts:
            doubts.append([offer.number, str(doubt)])

    def change_set(self, campaign: Campaign) -> ResultImport:
        """The one set of changes of the whole synchronisation, so that it can be undone as one."""
        sync = self.sync
        if sync.result_import is None:
            sync.result_import = ResultImport.objects.create(
                organisation=self.organisation,
                campaign=campaign,
                kind=campaign.kind,
                run=sync.run,
                uploaded_by=sync.asked_by,
                confirmed_by=sync.asked_by,
                imported_at=timezone.now(),
            )
        elif sync.result_import.campaign_id not in (None, campaign.pk):
            sync.result_import.campaign = None
        return sync.result_import

    def settle(self) -> None:
        """What follows from new results, as after the import of a file."""
        earlier = Counter(self.sync.outcome.get("counts", {}))
        self.sync.outcome["counts"] = dict(earlier + self.counts)
        if not (self.counts["created"] or self.counts["completed"] or self.counts["vanished"]):
            return
        attached = matching.attach_waiting(self.organisation)
        importing.note_used_seats(self.organisation)
        figures.request_refresh(self.organisation)
        change_set = self.sync.result_import
        brought = Result.with_held.filter(result_import=change_set)
        matched = brought.exclude(person=None).count()
        change_set.outcome = {
            **dict.fromkeys(("created", "unchanged"), 0),
            **self.sync.outcome["counts"],
            "attached": change_set.outcome.get("attached", 0) + max(attached - self.counts["created"], 0),
            "matched": matched,
            "unmatched": brought.count() - matched,
            "held": importing.held_in(change_set),
        }
        change_set.save()

    def end(self) -> None:
        now = timezone.now()
        self.sync.ended_at = self.connection.synced_at = now
        self.sync.save()
        if self.sync.is_full:
            self.connection.fully_synced_at = now
        self.connection.save(update_fields=["synced_at", "fully_synced_at"])


# --- What Pix offers --------------------------------------------------------------------------------------------------


def refresh_offers(connection: Connection, client: Client) -> None:
    """The campaigns of the organisation at Pix. What it offers no more stays on record, and is not read."""
    now = timezone.now()
    offered = {answer.number: answer for answer in client.campaigns(connection.pix_organisation)}
    known = {offer.number: offer for offer in connection.campaigns.all()}
    for number, answer in offered.items():
        offer = known.setdefault(
            number, OfferedCampaign(organisation=connection.organisation, connection=connection)
        )
        for name, value in asdict(answer).items():
            setattr(offer, name, value)
    for number, offer in known.items():
        offer.gone_at = None if number in offered else offer.gone_at or now
    OfferedCampaign.objects.bulk_create([offer for offer in known.values() if offer.pk is None])
    OfferedCampaign.objects.bulk_update(
        [offer for offer in known.values() if offer.pk is not None],
        ["kind", "name", "code", "target_profile", "created_at", "archived_at", "gone_at"],
        batch_size=500,
    )


def known_campaign(offer: OfferedCampaign) -> Campaign | None:
    """Numbers of campaigns are Pix's own, whatever kind an exported file was taken for."""
    found = offer.organisation.campaigns.filter(reference=str(offer.number), kind__in=PIX_CAMPAIGNS)
    return found.select_for_update(of=("self",)).first()


def hold_campaign(offer: OfferedCampaign, answers: Iterable[ParticipationAnswer]) -> Campaign:
    """The same row that a file of the campaign has, locked, so that a file and Pix follow each other."""
    campaign = known_campaign(offer) or Campaign(
        organisation=offer.organisation,
        framework=Framework.objects.pix(),
        source=Campaign.Source.API,
        reference=str(offer.number),
        owner_name=offer.connection.pix_organisation_name,
    )
    campaign.kind, campaign.name = offer.kind, offer.name
    campaign.code, campaign.target_profile = offer.code, offer.target_profile
    campaign.archived_at = offer.archived_at
    for answer in answers:
        campaign.highest_stage = answer.highest_stage or campaign.highest_stage
        campaign.badges = campaign.badges or answer.all_badges
    campaign.save()
    return campaign

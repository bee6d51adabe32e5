"""What a course is worth for one gap. The rules are fixed and the same for every provider; nobody pays for a place.

A score is the sum of its reasons' points, so that what is shown and what counts can't come apart.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from assessments.models import HIGHEST_LEVEL, CrosswalkEntry
from upskilling.gaps import Gap
from upskilling.models import Offer

RULE_VERSION = "2026-1"  # kept with every recommendation; a new one whenever a rule or the points change

PRIMARY, SECONDARY, WEAK = CrosswalkEntry.Strength
POINTS_PER_LEVEL = {PRIMARY: 10, SECONDARY: 5, WEAK: 2}
MAIN_TOPIC = 8
AT_LEVEL = 6
REVIEWED = 5
FREE = 4
SHORT = 3
FOR_EVERYBODY = 3
SOON = 2
FURTHER_GAP, MOST_FURTHER_GAPS = 3, 2

# What a course can be expected to teach: up to a day one level, up to three days two, a longer one all that it claims.
A_DAY, THREE_DAYS = Decimal(8), Decimal(24)
SHORT_HOURS = Decimal(4)
SOON_DAYS = 60


@dataclass(frozen=True)
class Link:
    """How a course teaches a Pix competence: how closely its topic stands for it, and whether that is its main one."""

    strength: str
    is_main_topic: bool

    @property
    def is_the_topic(self) -> bool:
        """Whether the course is mainly about this very competence, not about a neighbour of it."""
        return self.is_main_topic and self.strength == PRIMARY

    @property
    def weight(self) -> int:
        return POINTS_PER_LEVEL[self.strength] + (MAIN_TOPIC if self.is_the_topic else 0)


@dataclass(frozen=True)
class Reason:
    """Why a course is suggested: a code with its parameters, which becomes a sentence when it is shown."""

    code: str
    points: int = 0
    params: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        return {"code": self.code, "points": self.points, **self.params}


@dataclass(frozen=True)
class Match:
    """One course for one gap."""

    offer: Offer
    gap: Gap
    points: int
    reasons: tuple[Reason, ...]


def suits(offer: Offer, gap: Gap) -> bool:
    """Whether somebody at this level can follow the course and comes out at least one level higher."""
    return offer.level_min <= gap.level + 1 <= offer.level_max


def match(offer: Offer, gap: Gap, link: Link, day: date) -> Match:
    reasons = (
        *_learning(offer, gap, link),
        *_review(offer),
        *_effort(offer),
        *_start(offer, day),
    )
    return Match(offer, gap, sum(reason.points for reason in reasons), reasons)


def levels_taught(offer: Offer) -> int:
    """How many levels a course of this length can raise somebody."""
    if offer.hours <= A_DAY:
        return 1
    return 2 if offer.hours <= THREE_DAYS else HIGHEST_LEVEL


def is_easy(offer: Offer) -> bool:
    """Free of charge or short: what somebody can simply begin with."""
    return offer.is_free or is_short(offer)


def is_short(offer: Offer) -> bool:
    return 0 < offer.hours <= SHORT_HOURS


def _learning(offer, gap, link):
    reaches = min(offer.level_max, gap.target, gap.level + levels_taught(offer))
    points = (reaches - gap.level) * POINTS_PER_LEVEL[link.strength]
    levels = {"level": gap.level, "reaches": reaches, "target": gap.target}
    code = "closes_gap" if reaches == gap.target else "narrows_gap"
    yield Reason(code, points, {"competence": gap.position, **levels})
    if link.strength == SECONDARY:
        yield Reason("covers_part")
    if link.strength == WEAK:
        yield Reason("touches")
    if link.is_the_topic:
        yield Reason("main_topic", MAIN_TOPIC)
    if offer.level_min >= gap.level:
        yield Reason("at_level", AT_LEVEL)


def _review(offer):
    if offer.tag_status == Offer.TagStatus.REVIEWED:
        yield Reason("reviewed", REVIEWED)


def _effort(offer):
    if offer.is_free:
        yield Reason("free", FREE)
    if is_short(offer):
        yield Reason("short", SHORT)
    if offer.audience == Offer.Audience.ALL_STAFF:
        yield Reason("for_everybody", FOR_EVERYBODY)


def _start(offer, day):
    if offer.start_type != Offer.StartType.DATED:
        yield Reason("any_time", SOON)
    elif (offer.next_start - day).days <= SOON_DAYS:
        yield Reason("soon", SOON, {"date": offer.next_start.isoformat()})

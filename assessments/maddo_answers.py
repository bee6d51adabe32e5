"""What MADDO answers, read value by value: a type that is not as described is no value, and never a zero."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import islice

from assessments.models import Kind

KINDS = {"PROFILES_COLLECTION": Kind.PROFILES, "ASSESSMENT": Kind.ASSESSMENT, "EXAM": Kind.EXAM}
NOT_SHARED = ("STARTED", "TO_SHARE")
LARGEST_NUMBER = 2**63 - 1
LONGEST_TEXT = 255
MOST_LISTED = 1000  # things of one participation


class Unreadable(Exception):
    """The row does not even say which one it is."""


@dataclass(frozen=True)
class OrganisationAnswer:
    number: int
    name: str
    external_id: str

    @classmethod
    def read(cls, row):
        return cls(identity(row), text(row.get("name")), text(row.get("externalId")))


@dataclass(frozen=True)
class CampaignAnswer:
    number: int
    kind: str
    name: str
    code: str
    target_profile: str
    created_at: datetime | None
    archived_at: datetime | None

    @classmethod
    def read(cls, row):
        number = identity(row)
        kind = row.get("type")
        if kind not in KINDS:
            raise Unreadable
        return cls(
            number=number,
            kind=KINDS[kind].value,
            name=text(row.get("name")) or str(number),
            code=text(row.get("code"))[:50],
            target_profile=text(row.get("targetProfileName")),
            created_at=moment(row.get("createdAt")),
            archived_at=moment(row.get("archivedAt")),
        )


@dataclass(frozen=True)
class ParticipationAnswer:
    """One participation. Moments are cut to the minute, which is all that exported files know."""

    number: int
    last_name: str = ""
    first_name: str = ""
    external_id: str = ""
    started_at: datetime | None = None
    shared_at: datetime | None = None
    pix_score: int | None = None
    mastery_rate: Decimal | None = None
    stage: int | None = None
    highest_stage: int | None = None
    badges: list[str] | None = None
    all_badges: list[str] = field(default_factory=list)
    tubes: list[dict] = field(default_factory=list)
    participant: str = ""
    claims: dict[str, str] = field(default_factory=dict)

    @property
    def is_shared(self):
        return self.shared_at is not None

    def measured_in(self, kind: str):
        """With the values that campaigns of this kind measure: pix, or a share of items."""
        if kind == Kind.PROFILES:
            return replace(self, mastery_rate=None, stage=None, badges=None)
        return replace(self, pix_score=None)

    @classmethod
    def read(cls, row):
        number = identity(row)
        shared_at = None if row.get("status") in NOT_SHARED else moment(row.get("sharedAt"))
        badges = [badge for badge in listed(row.get("badges")) if text(badge.get("title"))]
        stages = row.get("stages") if isinstance(row.get("stages"), dict) else {}
        # Without the stage that everybody has, as in exported files; 0 stages: the target profile has none.
        highest = whole(stages.get("numberOfStages"), 0, 32_767) or None
        always = {
            "number": number,
            "last_name": text(row.get("participantLastName")),
            "first_name": text(row.get("participantFirstName")),
            "external_id": text(row.get("participantExternalId")),
            "started_at": moment(row.get("createdAt")),
            "highest_stage": highest,
            "all_badges": [text(badge["title"]) for badge in badges],
            "participant": text(row.get("participantId"))[:64],
            "claims": claims_of(row),
        }
        if shared_at is None:
            return cls(**always)
        return cls(
            **always,
            shared_at=shared_at,
            pix_score=whole(row.get("pixScore"), 0, 1024),
            mastery_rate=rate(row.get("masteryRate")),
            stage=whole(stages.get("reachedStage"), 0, highest) if highest else None,
            badges=[text(badge["title"]) for badge in badges if badge.get("isAcquired") is True]
            if badges
            else None,
            tubes=[tube_of(tube) for tube in listed(row.get("tubes"))],
        )


def claims_of(row: dict) -> dict[str, str]:
    """What the organisation's own sign-in says of the person; such a number may tell who it is."""
    claims = {"authenticationId": text(row.get("authenticationId"))}
    requested = row.get("authenticationRequestedData")
    if isinstance(requested, dict):
        named = islice(requested.items(), MOST_LISTED)
        claims |= {text(name): text(value) for name, value in named}
    return {name: value for name, value in claims.items() if name and value}


def tube_of(tube: dict) -> dict:
    """A topic. Its level is a mean over items of the topic and makes no level of the competence."""
    return {
        "tube": text(tube.get("id")),
        "competence": text(tube.get("competenceId")),
        "title": text(tube.get("practicalTitle")),
        "highest": number(tube.get("maxLevel")),
        "reached": number(tube.get("reachedLevel")),
    }


# --- Values -----------------------------------------------------------------------------------------------------------


def identity(row: object) -> int:
    found = whole(row.get("id"), 1) if isinstance(row, dict) else None
    if found is None:
        raise Unreadable
    return found


def text(value: object) -> str:
    """A text as the database can keep it. Numbers are texts where Pix's own description wavers between the two."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\0", "")[:LONGEST_TEXT].encode("utf-8", "ignore").decode()


def whole(value: object, lowest: int = 0, highest: int = LARGEST_NUMBER) -> int | None:
    found = decimal(value)
    if found is None or not lowest <= found <= highest or found != found.to_integral_value():
        return None
    return int(found)


def rate(value: object) -> Decimal | None:
    """A share from 0 to 1, in hundredths as in exported files."""
    found = decimal(value)
    if found is None or not 0 <= found <= 1:
        return None
    return found.quantize(Decimal("0.01"), ROUND_HALF_UP)


def number(value: object) -> float | None:
    found = decimal(value)
    return None if found is None or abs(found) > 1000 else float(found)


def decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found.replace(second=0, microsecond=0) if 2016 <= found.year <= 2100 else None


def listed(value: object) -> list[dict]:
    """The objects of a list; a list that has no end is cut."""
    return [each for each in value[:MOST_LISTED] if isinstance(each, dict)] if isinstance(value, list) else []

"""From participations of the partner interface to results: the same rows that an exported file would make.

A participation and a file's row of the same campaign that agree in names, external id, moment of sharing and score are
one result, whoever comes first: whoever comes second completes it. A shared result stays a fact; progress moves on.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from assessments.completing import remember
from assessments.maddo_answers import ParticipationAnswer
from assessments.models import Campaign, Kind, Result, ResultImport
from assessments.participations import key_of, numbered
from assessments.pix_reading import PARIS

# What a second source may add to a result, or progress may change in it, with the types that SQL reads them by.
COMPLETED = {
    "key": "uuid",
    "participation": "bigint",
    "participant": "text",
    "superseded_by_id": "bigint",
    "last_name": "text",
    "first_name": "text",
    "external_id": "text",
    "is_shared": "boolean",
    "shared_at": "timestamptz",
    "day_only": "boolean",
    "started_at": "timestamptz",
    "pix_score": "smallint",
    "mastery_rate": "numeric",
    "stage": "smallint",
    "badges": "jsonb",
    "imported_columns": "jsonb",
    "details": "jsonb",
}
COMPLETE_STATEMENT = f"""
    UPDATE assessments_result AS result SET {", ".join(f"{name} = new.{name}" for name in COMPLETED)}
    FROM jsonb_to_recordset(%s) AS new (id bigint, {", ".join(f"{name} {kind}" for name, kind in COMPLETED.items())})
    WHERE result.id = new.id AND result.organisation_id = %s
"""  # noqa: S608 - made of the names above
OVERTAKEN = -1  # stands for the import that is being made


@dataclass
class Changes:
    """What has to change in a campaign's results so that they say what Pix says."""

    created: list[Result]
    completed: list[dict]
    unchanged: int

    def __bool__(self):
        return bool(self.created or self.completed)


def compare(campaign: Campaign, answers: Iterable[ParticipationAnswer]) -> Changes:
    known = Known(campaign)
    before = {row["id"]: dict(row) for row in known.rows}
    created, matched = [], set()
    # The earliest first, which is how participations that agree in all are told apart.
    in_order = sorted(answers, key=lambda answer: (answer.is_shared, answer.shared_at, answer.number))
    for answer in (answer.measured_in(campaign.kind) for answer in in_order):
        row = known.row_of(answer)
        if row is None:
            created.append(known.new_result(answer))
        else:
            known.complete(row, answer)
            matched.add(row["id"])
    completed = [row for row in known.rows if row != before[row["id"]]]
    return Changes(created, completed, unchanged=len(matched.difference(row["id"] for row in completed)))


def save(changes: Changes, result_import: ResultImport) -> None:
    overtaken = [row for row in changes.completed if row["superseded_by_id"] == OVERTAKEN]
    others = [row for row in changes.completed if row["superseded_by_id"] != OVERTAKEN]
    for row in overtaken:
        row["superseded_by_id"] = result_import.pk
    remember(result_import, [row["id"] for row in changes.completed], COMPLETED)
    with connection.cursor() as cursor:
        for rows in (overtaken, others):  # a number of a participation is free before another row takes it
            cursor.execute(
                COMPLETE_STATEMENT, [json.dumps(rows, cls=DjangoJSONEncoder), result_import.organisation_id]
            )
    for result in changes.created:
        result.result_import = result_import
    Result.objects.bulk_create(changes.created, batch_size=1000)


def vanished(campaign: Campaign, seen: Iterable[int]) -> list[int]:
    """Results whose participation Pix has shown before and shows no more."""
    results = Result.with_held.current().filter(campaign=campaign, participation__isnull=False)
    seen = set(seen)
    return [pk for pk, number in results.values_list("pk", "participation") if number not in seen]


def take_out(results: list[int], result_import: ResultImport) -> None:
    """Out of what counts now; the history keeps them."""
    Result.with_held.filter(organisation=result_import.organisation_id, pk__in=results).update(
        superseded_by=result_import
    )


class Known:
    """The results of one campaign that are on record, and which of them a participation is."""

    def __init__(self, campaign: Campaign):
        self.campaign = campaign
        rows = Result.with_held.filter(campaign=campaign).order_by("pk")
        self.rows = list(rows.values("id", *COMPLETED))
        self.by_key = {row["key"].hex: row for row in self.rows}
        self.by_participation = {row["participation"]: row for row in self.rows if row["participation"]}
        self.progress = defaultdict(list)
        for row in self.rows:
            if not row["is_shared"] and row["superseded_by_id"] is None:
                self.progress[row["last_name"], row["first_name"], row["external_id"]].append(row)

    def row_of(self, answer: ParticipationAnswer) -> dict | None:
        known = self.by_participation.get(answer.number)
        if known and (known["is_shared"] or not (answer.is_shared or known["superseded_by_id"])):
            return known
        from_file = self.row_of_a_file(answer)
        if known and from_file:
            # The file has shown what became of the progress that we knew.
            known |= {"participation": None, "superseded_by_id": OVERTAKEN}
        return from_file or known

    def row_of_a_file(self, answer: ParticipationAnswer) -> dict | None:
        if not answer.is_shared:
            return next(iter(self.progress_of(answer)), None)
        for key in self.keys(answer):
            row = self.by_key.get(key)
            if row is None or (row["participation"] is None and agree(row, answer)):
                return row
        return None

    def progress_of(self, answer: ParticipationAnswer) -> Iterator[dict]:
        """Files tell progress apart by how far it is, which Pix does not say here."""
        name = tuple(who(answer).values())
        rows = self.progress.get(name, ())
        return (row for row in rows if row["participation"] is None and began_together(row, answer))

    def keys(self, answer: ParticipationAnswer) -> Iterator[str]:
        key = key_of(
            self.campaign.reference,
            answer.last_name,
            answer.first_name,
            answer.external_id,
            answer.shared_at,
            score_of(answer),
        )
        return (numbered(key, number) for number in count(1))

    def free_key(self, answer: ParticipationAnswer) -> str:
        return next(key for key in self.keys(answer) if key not in self.by_key)

    def complete(self, row: dict, answer: ParticipationAnswer) -> None:
        """Moments of the partner interface are the exact ones; of all else, what is there stays."""
        row |= {"participation": answer.number, "superseded_by_id": None}
        self.by_participation[answer.number] = row
        if row["is_shared"] and not answer.is_shared:
            return
        if answer.is_shared and not row["is_shared"]:
            del self.by_key[row["key"].hex]
            row |= {**who(answer), "is_shared": True, "key": self.free_key(answer)}
            self.by_key[row["key"]] = row
        if answer.is_shared:
            row |= {"shared_at": answer.shared_at, "day_only": False}
        row["started_at"] = answer.started_at or row["started_at"]
        for name, value in values_of(answer).items():
            row[name] = value if row[name] is None else row[name]
        row["participant"] = answer.participant or row["participant"]
        row["imported_columns"] = {**answer.claims, **row["imported_columns"]}
        row["details"] = {**details_of(answer), **(row["details"] or {})} or None

    def new_result(self, answer: ParticipationAnswer) -> Result:
        is_profile = self.campaign.kind == Kind.PROFILES
        result = Result(
            organisation_id=self.campaign.organisation_id,
            campaign=self.campaign,
            framework_id=self.campaign.framework_id,
            measure=Result.Measure.PROFILE if is_profile else Result.Measure.SHARE_OF_ITEMS,
            key=self.free_key(answer),
            participation=answer.number,
            participant=answer.participant,
            is_shared=answer.is_shared,
            shared_at=answer.shared_at,
            started_at=answer.started_at,
            imported_columns=answer.claims,
            details=details_of(answer) or None,
            **who(answer),
            **values_of(answer),
        )
        # In this reading, nothing else is this participation, or has its key.
        self.by_key[result.key] = {"participation": answer.number}
        return result


def agree(row: dict, answer: ParticipationAnswer) -> bool:
    """Whether two of the same key were shared in the same minute, as far as both know it."""
    return row["day_only"] or not answer.is_shared or clock(row["shared_at"]) == clock(answer.shared_at)


def began_together(row: dict, answer: ParticipationAnswer) -> bool:
    """Profiles collections do not say when somebody began, and old files know the day alone."""
    known, told = row["started_at"], answer.started_at
    if known is None or told is None:
        return True
    return clock(known) == clock(told) or known == told.replace(hour=0, minute=0)


def clock(moment: datetime) -> datetime:
    """What a clock in Paris showed: a file can't say which of the two hours of an autumn night it means."""
    return moment.astimezone(PARIS).replace(second=0, microsecond=0, tzinfo=None, fold=0)


def score_of(answer: ParticipationAnswer) -> int | None:
    """As keys have it: pix, or a share in hundredths."""
    if answer.mastery_rate is not None:
        return int(answer.mastery_rate * 100)
    return answer.pix_score


def who(answer: ParticipationAnswer) -> dict[str, str]:
    return {
        "last_name": answer.last_name,
        "first_name": answer.first_name,
        "external_id": answer.external_id,
    }


def values_of(answer: ParticipationAnswer) -> dict:
    return {
        "pix_score": answer.pix_score,
        "mastery_rate": answer.mastery_rate,
        "stage": answer.stage,
        "badges": answer.badges,
    }


def details_of(answer: ParticipationAnswer) -> dict:
    """The topics as Pix gives them. They make no level of a competence."""
    return {"tubes": answer.tubes} if answer.tubes else {}

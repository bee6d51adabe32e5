"""Whose result is it? Only numbers decide, and only where they leave no doubt; everything else waits.

Pix does not check the external id: people type it themselves, and several may type the same. So a number counts only
when one person here has it and everybody in the campaign who gave it bears one and the same name.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction

from assessments.models import Result, Waiting
from assessments.quarantine import held_until, is_informed
from organisations.models import Organisation


@dataclass(frozen=True)
class Match:
    """The person of each row (None: it waits) and why those that wait do."""

    people: list[int | None]
    reasons: list[str]

    @property
    def matched(self):
        return len(self.people) - self.people.count(None)


def staff_numbers(organisation: Organisation) -> dict[str, int]:
    """Everybody's id by staff number."""
    numbers = organisation.people.exclude(staff_number="").values_list("staff_number", "pk")
    return {number.strip(): pk for number, pk in numbers}


def match(
    numbers: dict[str, int],
    external_ids: Sequence[str],
    student_numbers: Sequence[str],
    last_names: Sequence[str],
    first_names: Sequence[str],
) -> Match:
    """Find the person of each row of one campaign."""
    external_ids = [number.strip() for number in external_ids]
    student_numbers = [number.strip() for number in student_numbers]
    of_several = numbers_of_several(external_ids, last_names, first_names)
    of_several |= numbers_of_several(student_numbers, last_names, first_names)
    people, reasons = [], []
    for given in zip(external_ids, student_numbers, strict=True):
        person, reason = judge(given, numbers, of_several)
        people.append(person)
        reasons.append(reason)
    return Match(people, reasons)


def judge(given: tuple[str, str], numbers: dict[str, int], of_several: set[str]) -> tuple[int | None, str]:
    found = {numbers[number] for number in given if number in numbers}
    if len(found) == 1 and of_several.isdisjoint(given):
        return found.pop(), ""
    if not any(given):
        return None, Waiting.NO_NUMBER.value
    if not of_several.isdisjoint(given):
        return None, Waiting.SEVERAL_NAMES.value
    return None, (Waiting.TWO_PEOPLE if found else Waiting.UNKNOWN_NUMBER).value


def numbers_of_several(given: list[str], last_names: Sequence[str], first_names: Sequence[str]) -> set[str]:
    """Numbers that people of different names gave."""
    more_than_once = {number for number, count in Counter(given).items() if count > 1 and number}
    if not more_than_once:
        return set()
    names = defaultdict(set)
    for number, last_name, first_name in zip(given, last_names, first_names, strict=True):
        if number in more_than_once:
            names[number].add(plain_name(last_name, first_name))
    return {number for number, bearers in names.items() if len(bearers) > 1}


def plain_name(*parts: str) -> str:
    """A name without accents, case and stray spaces."""
    text = unicodedata.normalize("NFKD", " ".join(parts)).casefold()
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).split())


def attach_waiting(organisation: Organisation) -> int:
    """Look again for the people of results that wait, such as after an enrolment. Gives how many were attached."""
    with transaction.atomic():
        campaigns = organisation.results.waiting().values("campaign_id").distinct()
        rows = Result.with_held.current().filter(organisation=organisation, campaign__in=campaigns)
        rows = rows.order_by("campaign_id", "pk")
        fields = (
            "pk",
            "person_id",
            "waiting_reason",
            "external_id",
            "student_number",
            "last_name",
            "first_name",
        )
        numbers, changes = staff_numbers(organisation), []
        for _campaign, group in groupby(rows.values_list("campaign_id", *fields), key=lambda row: row[0]):
            _campaigns, ids, people, reasons, *given = zip(*group, strict=True)
            found = match(numbers, *given)
            for pk, before, reason, person, why in zip(
                ids, people, reasons, found.people, found.reasons, strict=True
            ):
                if before is None and (person, why) != (None, reason):
                    changes.append((pk, person, why))
        save_matches(organisation, changes)
    return sum(person is not None for _pk, person, _why in changes)


def save_matches(organisation: Organisation, changes: list[tuple[int, int | None, str]]) -> None:
    if not changes:
        return
    ids, people, reasons = map(list, zip(*changes, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE assessments_result AS result SET person_id = found.person, waiting_reason = found.reason,
                held_until = CASE WHEN found.person IS NOT NULL AND NOT {is_informed("found.person")} THEN %s END
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS found (id, person, reason)
            WHERE result.id = found.id AND result.organisation_id = %s AND result.person_id IS NULL
            """,  # noqa: S608 - made of our own words
            [held_until(), ids, people, reasons, organisation.pk],
        )


def names_that_differ(organisation: Organisation, collection, found: Match) -> list[dict]:
    """Matched rows whose name has no word in common with the enrolled person's: worth a look before confirming."""
    names = {
        pk: (f"{first_name} {last_name}", set(plain_name(last_name, first_name).split()))
        for pk, last_name, first_name in organisation.people.values_list("pk", "last_name", "first_name")
    }
    differing = []
    for number, person in enumerate(found.people):
        if person is None:
            continue
        last_name, first_name = collection.last_names[number], collection.first_names[number]
        words = set(plain_name(last_name, first_name).split())
        if words and words.isdisjoint(names[person][1]):
            in_file = f"{first_name} {last_name}".strip()
            line = collection.lines[number]
            differing.append({"line": line, "name": in_file, "person": names[person][0]})
    return differing


def reasons_with_counts(found: Match) -> list[dict]:
    """Why rows wait, and how many for each reason."""
    counts = Counter(reason for reason in found.reasons if reason)
    return [{"reason": reason, "count": count} for reason, count in counts.most_common()]

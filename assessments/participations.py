"""What names a participation, whichever source shows it: a file in any language and order, or the partner interface.

A name is made only of what every source gives: the campaign's number, the person as Pix names them, the UTC day of
sharing (older exports know no more) and the score. So a file and the partner interface agree on it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256


def participation_keys(
    reference: str,
    last_names: Sequence[str],
    first_names: Sequence[str],
    external_ids: Sequence[str],
    shared_at: Sequence[datetime | None],
    scores: Sequence[int | str | None],
) -> list[str]:
    """One key for each participation of a campaign. Those that agree in all are counted, the earliest first.

    A score is a number of pix, or a share of items in hundredths.
    """
    participations = zip(last_names, first_names, external_ids, shared_at, scores, strict=True)
    keys = [key_of(reference, *participation) for participation in participations]
    if len(set(keys)) < len(keys):
        return told_apart(keys, shared_at)
    return keys


def key_of(
    reference: str,
    last_name: str,
    first_name: str,
    external_id: str,
    shared_at: datetime | None,
    score: int | str | None,
) -> str:
    day = str(shared_at.toordinal()) if shared_at else ""
    facts = (reference, last_name, first_name, external_id, day, "" if score is None else str(score))
    return sha256("\x1f".join(facts).encode()).hexdigest()[:32]


def certification_keys(numbers: Sequence[str], outcomes: Iterable[Sequence]) -> list[str]:
    """One key for each outcome of a certification, whose number tells it apart from all others."""
    return [
        sha256("\x1f".join(("certification", number, *map(str, outcome))).encode()).hexdigest()[:32]
        for number, outcome in zip(numbers, outcomes, strict=True)
    ]


def numbered(key: str, number: int) -> str:
    """The key of the second, third … participation that agrees with another in all that keys are made of."""
    return key if number == 1 else sha256(f"{key} {number}".encode()).hexdigest()[:32]


def told_apart(keys: list[str], moments: Sequence[datetime | None]) -> list[str]:
    places = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    told = list(keys)
    for key, same in places.items():
        same.sort(key=lambda place: (moments[place] is not None, moments[place]))
        for number, place in enumerate(same, start=1):
            told[place] = numbered(key, number)
    return told

"""What one organisation measured beside profiles: an assessment, a session of certifications, and self-reflections.

Some of its people are named otherwise than their employer names them, so that somebody has to say who they are.
"""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from random import Random

from assessments import reconciling, self_reflections
from assessments.importing import import_results
from assessments.models import Kind
from assessments.previewing import preview
from organisations.models import Organisation, User
from pilot.demonstration.people import Setting, Somebody
from pilot.demonstration.pix_export import Assessed, Certified, write_assessment, write_certification

ASSESSED_FROM = datetime(2026, 4, 13, 8, tzinfo=UTC)
CERTIFIED_ON = datetime(2026, 6, 17, tzinfo=UTC)
REFLECTED_ON = datetime(2026, 5, 4, tzinfo=UTC)
ITEMS = {"1.1": 8, "1.2": 7, "2.1": 10, "2.4": 6, "4.1": 10, "4.2": 7}
FRAMEWORK = "digcomp-3.0"


def take_other_measures(
    organisation: Organisation, setting: Setting, staff: list[Somebody], manager: User
) -> int:
    """Import all three, and decide who one of those who wait is. Returns how many results are new."""
    random = Random(f"other measures of {setting.slug}")
    present = [somebody for somebody in staff if somebody.left_on is None]
    assessed = write_assessment(
        setting.name,
        4350,
        "Sécurité au quotidien",
        setting.number_label,
        "Réflexes sûrs",
        ITEMS,
        [_assessed(somebody, place, random) for place, somebody in enumerate(random.sample(present, 32))],
    )
    end = ASSESSED_FROM + timedelta(days=30)
    created = take_in(organisation, "Resultats-4350.csv", assessed, manager, end)
    certified = [
        _certified(somebody, place, random) for place, somebody in enumerate(random.sample(present, 10))
    ]
    session = write_certification(7301, "Centre de Belval", CERTIFIED_ON, certified)
    created += take_in(organisation, "Session-7301.csv", session, manager, CERTIFIED_ON + timedelta(days=21))
    _decide_one(organisation, manager)
    answers = _reflections(random.sample(present, 6), random)
    created += self_reflections.import_file(organisation, "autoevaluation.csv", answers, manager)["created"]
    organisation.result_imports.filter(kind=Kind.SELF_DECLARED).update(
        uploaded_at=REFLECTED_ON + timedelta(days=3), imported_at=REFLECTED_ON + timedelta(days=3)
    )
    return created


def take_in(organisation: Organisation, name: str, content: bytes, manager: User, moment: datetime) -> int:
    """Import a file of Pix as the page does, at that moment. Returns how many results are new."""
    result_import = preview(organisation, name, content, manager)
    outcome = import_results(result_import)
    organisation.result_imports.filter(pk=result_import.pk).update(
        uploaded_at=moment, imported_at=moment, confirmed_by=manager
    )
    return outcome["created"]


def _assessed(somebody: Somebody, place: int, random: Random) -> Assessed:
    """One in five is not done yet or has not shared; the first few are named in ways that leave doubt."""
    started_at = ASSESSED_FROM + timedelta(days=random.randrange(25), minutes=random.randrange(500))
    is_shared = place % 5 != 4
    chance = min(0.95, max(0.05, 0.2 + sum(somebody.abilities) / 16 / 6))
    last_name, first_name, number = _as_typed(somebody, place)
    return Assessed(
        last_name,
        first_name,
        number,
        1 if is_shared else random.choice([0.25, 0.5, 1]),
        started_at,
        started_at + timedelta(minutes=random.randrange(25, 90)) if is_shared else None,
        [sum(random.random() < chance for _item in range(items)) for items in ITEMS.values()],
    )


def _as_typed(somebody: Somebody, place: int) -> tuple[str, str, str]:
    """What people type: a slip, an initial or half a name without a number; and somebody who isn't enrolled."""
    last, first, number = somebody.last_name, somebody.first_name, somebody.staff_number
    slips = [
        (last[:-2] + last[-1] + last[-2], first, ""),  # two letters change places
        (last, first[0] + ".", ""),
        (last[:4], first, ""),
        (last, "", ""),
        ("Exterova", "Ludmila", number.replace("B", "X")),
    ]
    return slips[place] if place < len(slips) else (last, first, number)


def _certified(somebody: Somebody, place: int, random: Random) -> Certified:
    """One in five is rejected. The centre doesn't know the number of the last three."""
    is_validated = place % 5 != 3
    levels = [
        max(0, min(7, round(ability))) if random.random() < 0.7 else None for ability in somebody.abilities
    ]
    return Certified(
        somebody.last_name,
        somebody.first_name,
        date(1968, 1, 1) + timedelta(days=random.randrange(12_000)),
        somebody.staff_number if place < 7 else "",
        "Validée" if is_validated else "Rejetée",
        levels if is_validated else [0 if level is not None else None for level in levels],
    )


def _decide_one(organisation, manager):
    """HR says who the first identity is for which somebody here is likely."""
    identity = next(each for each in reconciling.waiting_identities(organisation) if each.candidates)
    person = organisation.people.get(pk=identity.candidates[0]["person"])
    reconciling.decide(identity, person, manager)


def _reflections(staff, random) -> bytes:
    """The CSV file of what some say of themselves: about what they can do, and some of it more than that."""
    framework = self_reflections.newest(FRAMEWORK)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    codes = [competence.code for competence in self_reflections.competences_of(framework)]
    writer.writerow(["staff_number", "answered_on", "framework", *codes])
    for somebody in staff:
        base = sum(somebody.abilities) / 16
        levels = [max(1, min(8, round(base + random.gauss(0.6, 0.8)))) for _code in codes]
        writer.writerow([somebody.staff_number, REFLECTED_ON.date().isoformat(), FRAMEWORK, *levels])
    return file.getvalue().encode()

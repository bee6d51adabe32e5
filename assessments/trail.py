"""Who has seen whose levels. Every page or interface that shows a person's levels to somebody else says so here."""

from collections.abc import Iterable

from assessments.models import LevelsReading
from organisations.models import Organisation, Person, User

READINGS_SHOWN = 20


def note_reading(
    organisation: Organisation,
    people: Iterable[int],
    place: LevelsReading.Place,
    reader: User | None = None,
    program: str = "",
) -> None:
    """Keep that a user, or the program behind a token, has seen these people's levels today. Once a day is enough.

    Args: ids of the people; where they were seen; the user, or else the name of the program.
    """
    LevelsReading.objects.bulk_create(
        [
            LevelsReading(
                organisation=organisation,
                person_id=person,
                reader=reader,
                reader_name=(str(reader) if reader else program)[:200],
                place=place,
            )
            for person in people
        ],
        ignore_conflicts=True,
    )


def readings_of(person: Person):
    """Who has seen the person's levels, the newest first."""
    return person.levels_readings.all()[:READINGS_SHOWN]

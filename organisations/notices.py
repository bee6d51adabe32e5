"""The information notice: what people are told before anything of theirs is used.

Each version is a directory of texts, one for each language of the interface; the last by name is the one in force.
Whoever has read any version is informed: results of theirs are no longer held. A new version asks them again.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from organisations.models import Acknowledgement, Organisation, Person, PersonQuerySet
from organisations.participation import open_record

_consequences: list[Callable[[Person], object]] = []


def when_informed(function: Callable[[Person], object]):
    """Register what an app does once a person has read the notice."""
    _consequences.append(function)
    return function


def current_version() -> str:
    """The name of the version in force."""
    return max(place.name for place in Path(settings.NOTICES).iterdir() if place.is_dir())


def languages() -> list[str]:
    """Languages in which the version in force can be read."""
    place = Path(settings.NOTICES) / current_version()
    return [code for code, _name in settings.LANGUAGES if (place / f"{code}.html").exists()]


def language_for_reader(wanted: str = "") -> str:
    """The language asked for, or else that of the page, or else English."""
    known = languages()
    active = (get_language() or "en")[:2]
    return next((code for code in (wanted, active, "en") if code in known), known[0])


def text_of(version: str, language: str) -> SafeString:
    """The notice as it was written. These are files of ours, so their markup is trusted."""
    return mark_safe((Path(settings.NOTICES) / version / f"{language}.html").read_text())


@transaction.atomic
def acknowledge(person: Person, language: str) -> Acknowledgement:
    """The person has read the notice in force. Their ESF+ record opens; what was held for them is theirs now."""
    acknowledgement, is_new = Acknowledgement.objects.get_or_create(
        organisation=person.organisation,
        person=person,
        version=current_version(),
        defaults={"language": language},
    )
    if is_new:
        open_record(person)
        for carry_out in _consequences:
            carry_out(person)
    return acknowledgement


def latest_of(person: Person) -> Acknowledgement | None:
    return person.acknowledgements.first()


def has_acknowledged(person: Person) -> bool:
    """Whether the person has read the version in force."""
    return person.acknowledgements.filter(version=current_version()).exists()


def with_notice(people: PersonQuerySet) -> PersonQuerySet:
    """These people, each with `has_read`: whether they have read the version in force."""
    read = Acknowledgement.objects.filter(person=OuterRef("pk"), version=current_version())
    return people.annotate(has_read=Exists(read))


def people_to_inform(organisation: Organisation) -> PersonQuerySet:
    """People who work here and have not yet read the version in force."""
    return with_notice(organisation.people.present()).filter(has_read=False)

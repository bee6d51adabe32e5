"""People decide who an identity is where the sources leave doubt. A decision holds for every later import.

Whoever decides sees names, numbers, departments and dates, and nothing of what was measured.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import figures, importing
from assessments.matching import save_matches
from assessments.models import Decision, Identity, Result, Sign, Waiting
from assessments.names import Name, words_of
from organisations import licences
from organisations.models import Organisation, Person, User

IN_FAVOUR = {
    *(Sign.NUMBER, Sign.NUMBER_NEAR, Sign.NAME_SAME, Sign.NAME_CLOSE, Sign.NAME_PART, Sign.DEPARTMENT_SAME),
}
# What a card says of a result: where and when, and nothing of what was measured.
RESULT_FIELDS = ("organisation_id", "identity_id", "is_shared", "shared_at", "campaign__name")


@dataclass(frozen=True)
class Option:
    """Somebody here whom an identity may be."""

    person: Person
    name: list[tuple[str, bool]]
    number_differs: bool
    signs: list[tuple[str, bool]]


@dataclass(frozen=True)
class Card:
    """An identity that waits, what it took part in, and the people whom it may be."""

    identity: Identity
    results: list[Result]
    options: list[Option]


def waiting_identities(organisation: Organisation) -> QuerySet[Identity]:
    """Those with results that belong to nobody yet; the ones that somebody put off come last."""
    theirs = organisation.results.waiting().filter(identity=OuterRef("pk"))
    put_off_last = F("postponed_at").asc(nulls_first=True)
    return organisation.identities.filter(Exists(theirs)).order_by(
        put_off_last, "last_name", "first_name", "pk"
    )


def cards(
    organisation: Organisation, identities: Iterable[Identity], others: Iterable[Person] = ()
) -> list[Card]:
    """What somebody needs to decide. `others` are people whom they looked for."""
    identities, others = list(identities), list(others)
    wanted = {each["person"] for identity in identities for each in identity.candidates}
    people = organisation.people.in_bulk(wanted)
    results = defaultdict(list)
    theirs = organisation.results.waiting().filter(identity__in=identities).select_related("campaign")
    for result in theirs.only(*RESULT_FIELDS).order_by("pk"):
        results[result.identity_id].append(result)
    return [
        Card(identity, results[identity.pk], options_of(identity, people, others)) for identity in identities
    ]


def options_of(identity: Identity, people: dict[int, Person], others: list[Person]) -> list[Option]:
    options = [
        option_of(identity, people[each["person"]], each["signs"])
        for each in identity.candidates
        if each["person"] in people
    ]
    known = {option.person for option in options}
    return [*options, *(option_of(identity, person, []) for person in others if person not in known)]


def option_of(identity: Identity, person: Person, signs: list[str]) -> Option:
    """The person beside the identity, with what differs."""
    words = Name(identity.last_name, identity.first_name).words
    numbers = {identity.external_id, identity.student_number} - {""}
    return Option(
        person=person,
        name=[(part, words.isdisjoint(words_of(part)[0])) for part in re.split(r"[ -]+", person.full_name)],
        number_differs=bool(numbers) and person.staff_number not in numbers,
        signs=[(str(Sign(sign).label), Sign(sign) in IN_FAVOUR) for sign in signs],
    )


def decide(identity: Identity, person: Person | None, user: User | None) -> int:
    """Say who the identity is, or (None) that it is nobody enrolled here. Gives how many results it had.

    Nobody takes somebody else's results for their own, as they would read them: only a candidate may be oneself.
    """
    organisation = identity.organisation
    with transaction.atomic():
        identity = Identity.objects.select_for_update(of=("self",)).get(pk=identity.pk)
        if identity.decisions.standing().exists():
            raise ValidationError(_("Somebody has decided this already."))
        pk = person.pk if person else None
        signs = next((each["signs"] for each in identity.candidates if each["person"] == pk), [])
        if person and user and person.user_id == user.pk and not signs:
            raise ValidationError(
                _("Nothing here speaks for you, so somebody else has to say that it is you.")
            )
        Decision.objects.create(
            organisation=organisation, identity=identity, person=person, signs=signs, decided_by=user
        )
        waiting = Result.with_held.filter(identity=identity, person=None).values_list("pk", flat=True)
        how = ("", Result.Attached.DECISION.value) if person else (Waiting.NOBODY.value, "")
        changes = [(result, pk, *how, identity.pk) for result in waiting]
        save_matches(organisation, changes)
        importing.note_used_seats(organisation)
        figures.request_refresh(organisation)
    return len(changes)


def reverse(decision: Decision, user: User | None) -> int:
    """Take a decision back: its results wait again. It stays as history. Gives how many results wait."""
    organisation = decision.organisation
    with transaction.atomic():
        standing = Decision.objects.standing().filter(pk=decision.pk)
        if not standing.update(reversed_at=timezone.now(), reversed_by=user):
            raise ValidationError(_("Somebody has taken this decision back already."))
        of_identity = Result.with_held.filter(identity=decision.identity_id)
        if decision.person_id:
            theirs = of_identity.filter(person=decision.person_id, attached=Result.Attached.DECISION)
        else:
            theirs = of_identity.filter(waiting_reason=Waiting.NOBODY)
        count = theirs.update(
            person=None, attached="", held_until=None, waiting_reason=decision.identity.reason
        )
        without_results = organisation.people.filter(pk__in=[decision.person_id]).exclude(
            pk__in=importing.people_with_pix_results(organisation)
        )
        licences.take_back_use(organisation, without_results, user)
        figures.request_refresh(organisation)
    return count


def put_off(identity: Identity) -> None:
    """Show it after the others."""
    identity.postponed_at = timezone.now()
    identity.save(update_fields=["postponed_at"])

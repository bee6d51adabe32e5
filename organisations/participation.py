"""The ESF+ record: who takes part in the operation, what they have answered, when they left and what is asked then.

One record per person and operation. The first entry date is fixed; whoever comes back keeps record and date, and the
exit moves. Nobody is made to answer: what is missing is listed by name of the question, never by answer.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, Func, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import (
    EsfAnswers,
    EsfExit,
    EsfRecord,
    EsfSensitiveAnswers,
    FollowUp,
    FollowUpContact,
    Organisation,
    Person,
    Programme,
    User,
)

# Questions of organisations/data/esf_indicators.json that a complete record must have answered, with their names.
NEEDED = {
    "gender": gettext_lazy("gender"),
    "birth_date": gettext_lazy("date of birth"),
    "employment": gettext_lazy("situation at work"),
    "education": gettext_lazy("highest diploma"),
    "in_training": gettext_lazy("in education or training"),
    "contact": gettext_lazy("private contact"),
}
ON_REQUEST = ("disability", "third_country_national", "foreign_background")
# HR may learn that these are missing together, not which.
SENSITIVE = gettext_lazy("voluntary questions")


def questions_on_request() -> list[str]:
    """The sensitive questions that the managing authority wants; usually none."""
    return [question for question in ON_REQUEST if question in settings.ESF_QUESTIONS_ON_REQUEST]


# --- Entry ------------------------------------------------------------------------------------------------------------


def open_record(person: Person) -> EsfRecord:
    """The person's record in the operation; made at most once, with today as the entry date."""
    programme = person.organisation.programme
    today = timezone.localdate()
    record, _is_new = EsfRecord.objects.get_or_create(
        organisation=person.organisation,
        programme=programme,
        person=person,
        defaults={
            "entered_on": today,
            "due_on": today + timedelta(days=settings.ESF_ENTRY_DAYS),
            "missing": [*NEEDED, *(["sensitive"] if questions_on_request() else [])],
        },
    )
    return record


def record_of(person: Person) -> EsfRecord | None:
    """Their record in the operation; None until they have read the notice."""
    return person.esf_records.filter(programme=person.organisation.programme_id).first()


@dataclass(frozen=True)
class Entry:
    """All that a person has answered. Can be read inside `as_person` only."""

    answers: EsfAnswers
    sensitive: EsfSensitiveAnswers
    contact: FollowUpContact | None

    @property
    def missing(self) -> list[str]:
        answered = {
            name: getattr(self.answers, name) not in ("", None) for name in NEEDED if name != "contact"
        }
        answered["contact"] = self.contact is not None
        missing = [name for name in NEEDED if not answered[name]]
        if not all(getattr(self.sensitive, name) for name in questions_on_request()):
            missing.append("sensitive")
        return missing


def entry_of(person: Person) -> Entry:
    """What they have answered, empty where they have not. To be called as the person."""
    own = {"organisation": person.organisation, "person": person}
    return Entry(
        answers=EsfAnswers.objects.filter(person=person).first() or EsfAnswers(**own),
        sensitive=EsfSensitiveAnswers.objects.filter(person=person).first() or EsfSensitiveAnswers(**own),
        contact=FollowUpContact.objects.filter(person=person).first(),
    )


@transaction.atomic
def save_entry(person: Person, given: dict) -> EsfRecord:
    """Keep the person's answers, as many as they gave, and note which are missing. To be called as the person."""
    entry = entry_of(person)
    for row, names in (
        (entry.answers, [field.name for field in EsfAnswers._meta.fields]),
        (entry.sensitive, questions_on_request()),
    ):
        for name in names:
            if name in given:
                setattr(row, name, given[name])
    entry.answers.save()
    if questions_on_request():
        entry.sensitive.save()
    _save_contact(person, given.get("email", ""), given.get("phone", ""))
    record = open_record(person)
    record.missing, record.answered_at = entry_of(person).missing, timezone.now()
    record.save(update_fields=["missing", "answered_at"])
    return record


def _save_contact(person, email, phone):
    if email or phone:
        FollowUpContact.objects.update_or_create(
            organisation=person.organisation,
            person=person,
            defaults={"email": email, "phone": phone, "given_at": timezone.now()},
        )
    else:
        FollowUpContact.objects.filter(person=person).delete()


def names_of(missing: list[str]) -> list[str]:
    """Questions that are missing, in words; the sensitive ones only as a group."""
    return [str(NEEDED.get(name, SENSITIVE)) for name in missing]


# --- Exit -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_exit(record: EsfRecord, left_on: date, reason: str, by: User | None) -> EsfExit:
    """The person has left the operation: the two questions afterwards get their days.

    Raises `ValidationError` for somebody who has left already, and for a day before their entry or in the future.
    """
    EsfRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if left_on < record.entered_on:
        raise ValidationError(_("The day of leaving comes before the day of entry."))
    if left_on > timezone.localdate():
        raise ValidationError(_("The day of leaving lies in the future."))
    if record.exits.filter(back_on=None).exists():
        raise ValidationError(_("This person has left already."))
    came_back = record.exits.aggregate(back=Max("back_on"))["back"]
    if came_back and left_on < came_back:
        raise ValidationError(_("The day of leaving comes before the day on which the person came back."))
    exit_event = EsfExit.objects.create(
        organisation=record.organisation, record=record, left_on=left_on, reason=reason, recorded_by=by
    )
    FollowUp.objects.bulk_create(_follow_ups_of(exit_event))
    return exit_event


@transaction.atomic
def take_back(record: EsfRecord, back_on: date) -> None:
    """The person takes part again: same record, same entry date; what was to be asked is no longer asked.

    Raises `ValidationError` for somebody who takes part, or has left the organisation.
    """
    if not record.person.is_present:
        raise ValidationError(_("%(person)s has left.") % {"person": record.person})
    current = record.exits.select_for_update(of=("self",)).filter(back_on=None).first()
    if current is None:
        raise ValidationError(_("This person takes part."))
    current.back_on = max(back_on, current.left_on)
    current.save(update_fields=["back_on"])
    record.follow_ups.all().delete()


@transaction.atomic
def record_exits_of_leavers(organisation: Organisation, by: User | None = None) -> int:
    """Whoever has left the organisation leaves the operation on that day: the questions afterwards get their days."""
    records = _open_records(organisation).filter(person__in=organisation.people.left())
    days = [(record, record.person.left_on) for record in records]
    return _record_exits(days, EsfExit.Reason.LEFT_EMPLOYER, by)


@transaction.atomic
def record_exits_of_all(organisation: Organisation, day: date, reason: str, by: User | None = None) -> int:
    """Everybody still there leaves the operation with their organisation: afterwards nobody there can record it."""
    return _record_exits([(record, day) for record in _open_records(organisation)], reason, by)


def _open_records(organisation):
    """Records of those who have not left, each with the day of their last return, if any."""
    returns = EsfExit.objects.filter(record=OuterRef("pk")).order_by("-back_on").values("back_on")
    return (
        organisation.esf_records.select_for_update(of=("self",))
        .exclude(Exists(EsfExit.objects.filter(record=OuterRef("pk"), back_on=None)))
        .annotate(back=Subquery(returns[:1]))
        .select_related("person")
    )


def _record_exits(days, reason, by):
    """Nobody leaves before their entry or their last return. Returns how many exits were new."""
    exits = [
        EsfExit(
            organisation_id=record.organisation_id,
            record=record,
            left_on=max(filter(None, (day, record.entered_on, record.back))),
            reason=reason,
            recorded_by=by,
        )
        for record, day in days
    ]
    EsfExit.objects.bulk_create(exits)
    FollowUp.objects.bulk_create(
        follow_up for exit_event in exits for follow_up in _follow_ups_of(exit_event)
    )
    return len(exits)


def take_back_returners(organisation: Organisation, people: Iterable[Person]) -> None:
    """Whoever works here again takes part again, unless they had stopped for a reason of their own."""
    current = EsfExit.objects.filter(
        organisation=organisation,
        record__person__in=people,
        reason=EsfExit.Reason.LEFT_EMPLOYER,
        back_on=None,
    )
    records = list(current.values_list("record", flat=True))
    current.update(back_on=Greatest(Value(timezone.localdate()), F("left_on")))
    organisation.follow_ups.filter(record__in=records).delete()


def _follow_ups_of(exit_event: EsfExit) -> list[FollowUp]:
    """Both questions after an exit, each with the day from which it is asked and the day by which it is due."""
    left_on = exit_event.left_on
    days = {
        FollowUp.Kind.FOUR_WEEKS: (left_on, left_on + timedelta(days=28)),
        FollowUp.Kind.SIX_MONTHS: (months_later(left_on, 6), months_later(left_on, 7)),
    }
    return [
        FollowUp(
            organisation_id=exit_event.organisation_id,
            record=exit_event.record,
            kind=kind,
            ask_on=ask_on,
            due_on=due_on,
        )
        for kind, (ask_on, due_on) in days.items()
    ]


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of that month when it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# --- How complete ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Completeness:
    """Of the people who take part: how many records are there and complete. Counts of records, not of answers."""

    records: int
    complete: int
    overdue: int
    left: int
    follow_ups_due: int
    follow_ups_overdue: int

    @property
    def incomplete(self) -> int:
        return self.records - self.complete


COUNTS = {
    "records": Count("pk", distinct=True),
    "complete": Count("pk", filter=Q(missing=[]), distinct=True),
    "left": Count("exits", filter=Q(exits__back_on=None), distinct=True),
}


def completeness(organisation: Organisation) -> Completeness:
    today = timezone.localdate()
    records = organisation.esf_records.aggregate(
        **COUNTS, overdue=Count("pk", filter=~Q(missing=[]) & Q(due_on__lt=today), distinct=True)
    )
    follow_ups = organisation.follow_ups.unanswered().aggregate(
        follow_ups_due=Count("pk", filter=Q(ask_on__lte=today)),
        follow_ups_overdue=Count("pk", filter=Q(due_on__lt=today)),
    )
    return Completeness(**records, **follow_ups)


def completeness_by_organisation(programme: Programme) -> list[dict]:
    """Each organisation of the programme with its counts, in a constant number of queries."""
    today = timezone.localdate()
    people = {
        row["organisation"]: row
        for row in Person.objects.present()
        .filter(organisation__programme=programme)
        .order_by()
        .values("organisation")
        .annotate(
            enrolled=Count("pk", distinct=True),
            informed=Count("pk", filter=Q(acknowledgements__isnull=False), distinct=True),
        )
    }
    records = {
        row["organisation"]: row
        for row in programme.esf_records.order_by()
        .values("organisation")
        .annotate(
            **COUNTS,
            overdue=Count("pk", filter=~Q(missing=[]) & Q(due_on__lt=today), distinct=True),
            due_by=Min("due_on", filter=~Q(missing=[])),
        )
    }
    late = dict(
        FollowUp.objects.overdue()
        .filter(record__programme=programme)
        .order_by()
        .values_list("organisation")
        .annotate(Count("pk"))
    )
    lacking = _missing_by_organisation(programme)
    nothing = dict.fromkeys(("enrolled", "informed", *COUNTS, "overdue"), 0) | {"due_by": None}
    return [
        nothing
        | people.get(organisation.pk, {})
        | records.get(organisation.pk, {})
        | {
            "organisation": organisation,
            "late_follow_ups": late.get(organisation.pk, 0),
            "missing": lacking.get(organisation.pk, []),
        }
        for organisation in programme.organisations.order_by("name")
    ]


def _missing_by_organisation(programme):
    """Organisation id -> (question in words, number of records that lack it); sensitive ones as a group."""
    rows = (
        programme.esf_records.order_by()
        .values("organisation", question=Func(F("missing"), function="unnest"))
        .annotate(number=Count("pk"))
        .values_list("organisation", "question", "number")
    )
    found = defaultdict(list)
    for organisation, question, number in rows:
        found[organisation].append((names_of([question])[0], number))
    return {
        organisation: sorted(each, key=lambda one: (-one[1], one[0])) for organisation, each in found.items()
    }


def participants_counted(programme: Programme) -> int:
    """Everyone who takes part, each human being once."""
    return programme.esf_records.counted_once().count()

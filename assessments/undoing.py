"""Taking an import of results back: what it brought goes, and what it had overtaken counts again.

What later imports of the same campaigns hold as well stays, as theirs: their kept files are read again, in their
order. Decisions about whose a result is are kept, too, and hold if the result ever comes back; they are listed.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import figures, importing, matching
from assessments.models import Campaign, Completion, Kind, Result, ResultImport
from organisations import licences
from organisations.models import Person, Run, User
from organisations.problems import Refused
from organisations.runs import submit

UNDO = "undo_results"
DECIDED = (Result.Attached.DECISION, Result.Attached.SELF)
DECIDED_LISTED = 200
# What the partner interface never tells: without the file, nobody knows it.
FROM_FILES_ALONE = {
    **dict.fromkeys(("levels", "pix", "certifiable", "certifiable_count")),
    **dict.fromkeys(("shares", "items", "validated", "progress")),
    **dict.fromkeys(("student_number", "group", "division"), ""),
    "line": 0,
}


@dataclass(frozen=True)
class Undone:
    """What undoing did."""

    removed: int = 0
    kept: int = 0
    restored: int = 0
    seats: int = 0
    decided: list[dict] = field(default_factory=list)


@dataclass(frozen=True)
class Prospect:
    """What there is to undo."""

    results: int
    shared: int
    overtaken: int
    decided: int
    later: int


def prospect(result_import: ResultImport) -> Prospect:
    """What would be undone, to be shown before anybody confirms."""
    results = Result.with_held.filter(result_import=result_import)
    return Prospect(
        results=results.count(),
        shared=results.shared().count(),
        overtaken=Result.with_held.filter(superseded_by=result_import).count(),
        decided=results.filter(attached__in=DECIDED).count(),
        later=later_imports(result_import, campaigns_of(result_import)).count(),
    )


def refuse_what_cannot_be_undone(result_import: ResultImport) -> None:
    if result_import.imported_at is None:
        raise Refused(_("This file was not imported, so there is nothing to undo."))
    if not (result_import.undone_at or result_import.can_be_undone):
        raise Refused(
            _("People gave these answers themselves; they are no import that somebody else can undo.")
        )


def request_undo(result_import: ResultImport, user: User | None) -> Run:
    """Have the import undone. A second click finds the first run."""
    refuse_what_cannot_be_undone(result_import)
    with transaction.atomic():
        run = submit(
            UNDO,
            str(result_import.pk),
            organisation=result_import.organisation,
            requested_by=user,
            result_import=result_import.pk,
        )
        ResultImport.objects.filter(pk=result_import.pk).update(run=run)
    return run


def undo_import(
    result_import: ResultImport,
    user: User | None = None,
    tell: Callable[[int, int, str], None] = lambda *_: None,
) -> Undone:
    """Take an import back in one transaction. Asked again, it answers with what was done the first time."""
    with transaction.atomic():
        result_import = ResultImport.objects.select_for_update(of=("self",)).get(pk=result_import.pk)
        if result_import.undone_at:
            return Undone(**result_import.outcome["undone"])
        refuse_what_cannot_be_undone(result_import)
        undone = take_back(result_import, user, tell)
        result_import.undone_by, result_import.undone_at = user, timezone.now()
        result_import.outcome = {**result_import.outcome, "undone": asdict(undone)}
        result_import.save(update_fields=["undone_by", "undone_at", "outcome"])
        figures.request_refresh(result_import.organisation)
    return undone


def take_back(
    result_import: ResultImport, user: User | None, tell: Callable[[int, int, str], None]
) -> Undone:
    organisation = result_import.organisation
    campaigns = campaigns_of(result_import)
    later = list(later_imports(result_import, campaigns))
    tell(0, len(later) + 1, _("Taking the results back"))
    hold(campaigns)
    results = Result.with_held.filter(result_import=result_import)
    keys, decided = list(results.values_list("key", flat=True)), decided_among(results)
    people = list(results.exclude(person=None).values_list("person_id", flat=True).distinct())
    uncomplete(result_import)
    give_to_those_who_completed(result_import)
    delete_results(result_import)
    restored = Result.with_held.filter(superseded_by=result_import).update(superseded_by=None)
    for number, each in enumerate(later, start=1):
        tell(number, len(later) + 1, _("Reading a later file of the campaign again"))
        import_again(each)
    matching.attach_waiting(organisation)
    importing.note_used_seats(organisation)
    seats = give_seats_back(result_import, people, user)
    kept = Result.with_held.filter(organisation=organisation, key__in=keys).count()
    delete_empty_campaigns(result_import, campaigns)
    return Undone(len(keys) - kept, kept, restored, seats, decided)


def campaigns_of(result_import: ResultImport) -> set[int]:
    """The ids of all campaigns that the import touched: one of a file, several of a class or the interface."""
    touched = Result.with_held.filter(Q(result_import=result_import) | Q(superseded_by=result_import))
    return {*touched.values_list("campaign_id", flat=True).distinct(), result_import.campaign_id} - {None}


def hold(campaigns: set[int]) -> None:
    """Imports of these campaigns wait until this transaction ends."""
    list(Campaign.objects.select_for_update(of=("self",)).filter(pk__in=campaigns).order_by("pk"))


def later_imports(result_import: ResultImport, campaigns: set[int]):
    """Files that were imported after it and may hold the same participations, in their order."""
    of_same_campaign = Q(campaign__in=campaigns)
    if result_import.kind == Kind.CERTIFICATION:
        of_same_campaign |= Q(campaign=None)  # a class, whose certifications come from several sessions
    return ResultImport.objects.filter(
        of_same_campaign,
        organisation=result_import.organisation,
        kind=result_import.kind,
        imported_at__gt=result_import.imported_at,
        undone_at=None,
        file__isnull=False,
    ).order_by("imported_at", "pk")


def decided_among(results) -> list[dict]:
    """The results about whose person somebody decided."""
    decided = results.filter(attached__in=DECIDED).select_related("person").order_by("line", "pk")
    return [
        {"line": result.line, "name": str(result), "person": str(result.person or "")}
        for result in decided[:DECIDED_LISTED]
    ]


# --- Steps ------------------------------------------------------------------------------------------------------------


def uncomplete(result_import: ResultImport) -> None:
    """Results of other imports lose what this one knew of them."""
    completions = result_import.completions.order_by("pk")
    changed = dict(completions.values_list("result_id", "before"))
    results = list(Result.with_held.filter(pk__in=changed))
    for result in results:
        for name, value in changed[result.pk].items():
            setattr(result, name, value)
    names = sorted({name for before in changed.values() for name in before})
    if results:
        Result.with_held.bulk_update(results, names, batch_size=1_000)
    completions.delete()


def give_to_those_who_completed(result_import: ResultImport) -> None:
    """A result that another standing import knows as well is that one's from now on."""
    completions = Completion.objects.filter(
        result__result_import=result_import, result_import__undone_at=None
    ).order_by("pk")
    for completed_by in completions.values_list("result_import_id", flat=True).distinct().order_by():
        theirs = completions.filter(result_import=completed_by)
        given = Result.with_held.filter(
            result_import=result_import, pk__in=theirs.values_list("result_id", flat=True)
        )
        known_otherwise = {} if result_import.file_id is None else FROM_FILES_ALONE
        given.update(result_import_id=completed_by, **known_otherwise)
    Completion.objects.filter(result__result_import=F("result_import")).delete()


def delete_results(result_import: ResultImport) -> None:
    """All of them, whatever their `held_until`. Nothing refers to a result but its completions."""
    Completion.objects.filter(result__result_import=result_import).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM assessments_result WHERE organisation_id = %s AND result_import_id = %s",
            [result_import.organisation_id, result_import.pk],
        )


def import_again(later: ResultImport) -> None:
    """Save what the file holds and is no longer on record, in its old place among the imports."""
    export = importing.export_of(later)
    if not len(export):
        return
    importing.save_in_campaigns(later, export, matching.match(later.organisation, export))
    created = Result.with_held.filter(result_import=later).count()
    later.outcome |= {"created": created, "unchanged": len(export) - created}
    later.save(update_fields=["outcome"])


def give_seats_back(result_import: ResultImport, people: list[int], user: User | None) -> int:
    """Of these people, whoever has no result of Pix any more has not used their seat."""
    organisation = result_import.organisation
    without = Person.objects.filter(organisation=organisation, pk__in=people).exclude(
        pk__in=importing.people_with_pix_results(organisation)
    )
    return licences.take_back_use(organisation, without, user)


def delete_empty_campaigns(result_import: ResultImport, campaigns: set[int]) -> None:
    """Campaigns that only this import knew go with it."""
    result_import.campaign = None
    result_import.save(update_fields=["campaign"])
    empty = Campaign.objects.filter(pk__in=campaigns, imports=None).exclude(
        pk__in=Result.with_held.filter(campaign__in=campaigns).values("campaign_id")
    )
    empty.delete()

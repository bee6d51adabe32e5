"""From a file of Pix to results: confirmed by somebody, then imported as a whole or not at all.

The same file twice changes nothing the second time. A shared result is a fact and stays; "not shared" is progress and
gives way to a newer export of its campaign.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import figures, matching, staging
from assessments.asking import told
from assessments.campaigns import hold_campaigns, kind_of
from assessments.models import Campaign, Kind, Result, ResultImport
from assessments.pix_exports import Export
from assessments.pix_files import read_export
from organisations import licences
from organisations.models import Organisation, Run, User
from organisations.runs import CannotFinish, submit


def confirm(result_import: ResultImport, user: User | None) -> Run:
    """Have the file imported. A second click finds the first run."""
    with transaction.atomic():
        held = ResultImport.objects.select_for_update(of=("self",)).get(pk=result_import.pk)
        run = submit(
            "import_results",
            str(held.pk),
            organisation=held.organisation,
            requested_by=user,
            result_import=held.pk,
        )
        if held.run_id is None:
            held.run, held.confirmed_by = run, user
            held.save(update_fields=["run", "confirmed_by"])
    return run


def import_results(
    result_import: ResultImport, tell: Callable[[int, int, str], None] = lambda *_: None
) -> dict:
    """Read the kept file and save its results. `tell` hears how far the work is."""
    if result_import.undone_at:
        raise CannotFinish(_("This import was undone. Upload the file again to import it."))
    with without_collector():
        tell(0, 3, _("Reading the file"))
        export = export_of(result_import)
        tell(1, 3, _("Looking for the people"))
        found = matching.match(result_import.organisation, export)
        tell(2, 3, _("Saving %(count)s results") % {"count": len(export)})
        return save_results(result_import, export, found)


@contextmanager
def without_collector() -> Iterator[None]:
    """Python looks for cycles among all cells of a file again and again; of 20 000 rows, that is a third of the work.

    Reading and saving make no cycles, so nothing stays in memory by not looking for a while.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def export_of(result_import: ResultImport) -> Export:
    """What the kept file says, with what somebody said where the file cannot."""
    export = read_export(bytes(result_import.file.content))
    return told(export, **result_import.answers)


def save_results(result_import: ResultImport, export: Export, found: matching.Match) -> dict:
    """Save all participations of the file in one transaction; say how many are new."""
    organisation = result_import.organisation
    with transaction.atomic():
        result_import.kind = kind_of(organisation, export)
        created = superseded = 0
        if len(export):
            created, superseded = save_in_campaigns(result_import, export, found)
        attached = matching.attach_waiting(organisation)
        note_used_seats(organisation)
        result_import.imported_at = timezone.now()
        result_import.outcome = {
            "created": created,
            "unchanged": len(export) - created,
            "superseded": superseded,
            **counts_of_people(export, found),
            "held": held_in(result_import),
            "attached": attached,
        }
        result_import.save(update_fields=["kind", "campaign", "imported_at", "outcome"])
        figures.request_refresh(organisation)
    return result_import.outcome


def look_again(organisation: Organisation) -> int:
    """Look for the people of results that wait, such as after an enrolment. Gives how many found theirs."""
    with transaction.atomic():
        attached = matching.attach_waiting(organisation)
        if attached:
            note_used_seats(organisation)
            figures.request_refresh(organisation)
    return attached


def save_in_campaigns(result_import: ResultImport, export: Export, found: matching.Match) -> tuple[int, int]:
    campaigns = hold_campaigns(result_import.organisation, result_import.kind, export)
    if len(campaigns) == 1:
        (result_import.campaign,) = campaigns.values()
    is_older = any(is_older_than_known(result_import, campaign, export) for campaign in campaigns.values())
    return staging.save(result_import, campaigns, export, found, is_older)


def counts_of_people(export: Export, found: matching.Match) -> dict:
    people = export.people()
    return {
        "people": people,
        "retakes": len(export) - people,
        "matched": found.matched,
        "unmatched": len(export) - found.matched,
    }


def note_used_seats(organisation: Organisation) -> None:
    """Whoever has a result of Pix has used their seat, whether or not anybody may read the result yet.

    Asked from the seats, which are few once most are used: the other way round the database would look at every result
    for every seat, as long as it does not know how many there are.
    """
    holders = licences.holders_of_unused(organisation)
    if holders:
        among_them = RawSQL("SELECT unnest(%s::bigint[])", [holders])
        begun = people_with_pix_results(organisation).filter(person__in=among_them)
        licences.use(organisation, list(begun.values_list("person_id", flat=True).distinct()))


def people_with_pix_results(organisation: Organisation):
    results = Result.with_held.of_pix().filter(organisation=organisation)
    return results.exclude(person=None).values("person_id")


def held_in(result_import: ResultImport) -> int:
    """How many results of the file are in quarantine."""
    return Result.with_held.held().filter(result_import=result_import).count()


def is_older_than_known(result_import: ResultImport, campaign: Campaign, export: Export) -> bool:
    """Whether the file was exported before one that was imported earlier: its "not shared" rows may be out of date.

    A session of certifications has no such rows; there, whatever is imported last holds.
    """
    if result_import.kind == Kind.CERTIFICATION:
        return False
    known = Result.with_held.filter(campaign=campaign).shared().exclude(result_import=result_import)
    if result_import.imported_at:  # imported again, in its old place among the others
        known = known.filter(result_import__imported_at__lt=result_import.imported_at)
    newest_known = known.order_by("-shared_at").values_list("shared_at", "day_only").first()
    if newest_known is None:
        return False
    moment, day_only = newest_known
    newest = max((moment for moment in export.shared_at if moment), default=None)
    if newest is None:
        return True
    return newest.date() < moment.date() if day_only or export.day_only else newest < moment

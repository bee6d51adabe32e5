"""Looking at a file before it is imported: what it says, and what its import would do."""

from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import matching
from assessments.asking import question, told
from assessments.campaigns import kind_of
from assessments.importing import counts_of_people
from assessments.models import Result, ResultImport
from assessments.pix_exports import Export
from assessments.pix_files import read_export
from assessments.result_columns import keys, references
from organisations.models import Organisation, StoredFile, User
from organisations.problems import Problem

DIFFERING_NAMES_SHOWN = 20


def preview(organisation: Organisation, name: str, content: bytes, user: User | None) -> ResultImport:
    """Keep the file and what an import of it would do. Raises `Refused`; then nothing is kept."""
    export = read_export(content)
    with transaction.atomic():
        file = kept_file(organisation, name, content, user)
        unconfirmed = file.result_imports.filter(run=None, imported_at=None).first()
        result_import = unconfirmed or ResultImport(organisation=organisation, file=file)
        result_import.kind = kind_of(organisation, export)
        result_import.uploaded_by, result_import.uploaded_at = user, timezone.now()
        result_import.report, result_import.answers = report_on(organisation, export), {}
        result_import.save()
    return result_import


def answer(result_import: ResultImport, competences: Sequence[str], badges: Sequence[str]) -> None:
    """Keep what somebody said that the file cannot say. Raises `Refused` where it does not fit the file."""
    answers = {"competences": list(competences), "badges": list(badges)}
    export = told(read_export(bytes(result_import.file.content)), **answers)
    result_import.answers = answers
    result_import.report = report_on(result_import.organisation, export)
    result_import.save(update_fields=["answers", "report"])


def kept_file(organisation: Organisation, name: str, content: bytes, user: User | None) -> StoredFile:
    """The same bytes are kept once, however often they are uploaded."""
    known = (
        organisation.files.filter(digest=sha256(content).hexdigest(), name=name[-200:])
        .defer("content")
        .first()
    )
    return known or StoredFile.objects.keep(organisation, name, content, user)


def report_on(organisation: Organisation, export: Export) -> dict:
    """What the file says and what its import would do, to be shown before anybody confirms."""
    found = matching.match(organisation, export)
    known = known_keys(organisation, export)
    new = sum(key not in known for key in keys(export))
    differing = matching.names_that_differ(organisation, export, found)
    return {
        **said_by(export),
        "question": question(organisation, export),
        **counts_of_people(export, found),
        "waiting": matching.reasons_with_counts(found),
        "new": new,
        "unchanged": len(export) - new,
        "differing_names": differing[:DIFFERING_NAMES_SHOWN],
        "differing_names_count": len(differing),
        "warnings": [warning.as_dict() for warning in [*doubts(export, found, known), *export.warnings]],
    }


def said_by(export: Export) -> dict:
    """The file's own figures, and what it calls itself."""
    return {
        **export.summary(),
        "organisation_name": export.organisation_name,
        "campaign_id": export.campaign_id,
        "campaign_code": export.campaign_code,
        "campaign_name": export.campaign_name,
        "encoding": export.table.encoding,
    }


def doubts(export: Export, found: matching.Match, known: dict[str, bool]) -> list[Problem]:
    """Signs that this may not be the file that somebody meant to import."""
    sentences = []
    if not len(export):
        sentences.append(_("Nobody has taken part in this campaign yet."))
    elif not found.matched:
        sentence = _(
            "Nobody in this file was recognised. Is it the file of another organisation? It says: %(name)s."
        )
        sentences.append(sentence % {"name": export.organisation_name})
    in_future = sum(moment is not None and moment > timezone.now() for moment in export.shared_at)
    if in_future:
        sentence = ngettext(
            "%(count)s result carries a date in the future.",
            "%(count)s results carry a date in the future.",
            in_future,
        )
        sentences.append(sentence % {"count": in_future})
    facts = {key for key, is_shared in known.items() if is_shared}
    gone = len(facts.difference(keys(export)))
    if gone:
        sentence = ngettext(
            "%(count)s result known from an earlier export is not in this file. It stays on record.",
            "%(count)s results known from earlier exports are not in this file. They stay on record.",
            gone,
        )
        sentences.append(sentence % {"count": gone})
    return [Problem(sentence) for sentence in sentences]


def known_keys(organisation: Organisation, export: Export) -> dict[str, bool]:
    """Keys of the campaign's results that are on record, and whether each is shared."""
    results = Result.with_held.current().filter(
        organisation=organisation,
        campaign__kind=kind_of(organisation, export),
        campaign__reference__in=set(references(export)),
    )
    return {key.hex: is_shared for key, is_shared in results.values_list("key", "is_shared")}

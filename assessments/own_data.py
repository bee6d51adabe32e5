"""A person's own results to take away: as a table, for programs, and as a document on paper."""

import csv
import io
import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from assessments.charts import PRINT, levels_chart, radar_chart
from assessments.digcomp import map_to
from assessments.models import Result, SkillsDocument
from assessments.profiles import in_digcomp, profile_of
from assessments.self_reflections import FRAMEWORKS
from assessments.targets import targets_for
from organisations.models import Organisation, Person, Run, StoredFile, User
from organisations.runs import submit
from organisations.spreadsheets import safe_cell

KEPT = timedelta(days=1)
STYLE = "asset:skills_document.css"
COLUMNS = (
    "measure",
    "framework",
    "framework_version",
    "competence",
    "title",
    "level",
    "share_of_items",
    "items_validated",
    "items",
    "target",
    "measured_at",
    "campaign",
    "source",
)


def shared_results_of(person: Person):
    """All that was measured or declared, by every measure, the newest first."""
    results = person.results.current().shared().select_related("campaign", "framework", "result_import")
    return results.order_by("-shared_at", "-pk")


# --- Files for programs -----------------------------------------------------------------------------------------------


def as_csv(person: Person) -> bytes:
    """One line for each result and competence. UTF-8 with a mark at the start, and no cell that is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for result in as_data(person)["results"]:
        for competence in result["competences"]:
            cells = {**result, **competence}
            writer.writerow([safe_cell(cells.get(column)) for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def as_json(person: Person) -> bytes:
    return json.dumps(as_data(person), ensure_ascii=False, indent=1).encode()


def as_data(person: Person) -> dict:
    """Everything on record about the person's skills, under the field's own names."""
    results = list(shared_results_of(person))
    targets = targets_for(person.organisation)(person)
    competences: dict[int, list] = {}
    return {
        "person": {"last_name": person.last_name, "first_name": person.first_name},
        "organisation": person.organisation.name,
        "made_at": timezone.now().isoformat(),
        "results": [_result(result, targets, competences) for result in results],
        "digcomp": [_in_digcomp(results, code) for code in FRAMEWORKS],
    }


def _result(result, targets, known):
    if result.framework_id not in known:
        known[result.framework_id] = list(result.framework.competences.order_by("position"))
    competences = known[result.framework_id]
    nothing = [None] * len(competences)
    has_targets = result.framework.code == "pix"
    columns = zip(
        competences,
        result.levels or nothing,
        result.shares or nothing,
        result.validated or nothing,
        result.items or nothing,
        targets if has_targets else nothing,
        strict=True,
    )
    return {
        "measure": result.measure,
        "framework": result.framework.code,
        "framework_version": result.framework.version,
        "measured_at": result.shared_at.date().isoformat()
        if result.day_only
        else result.shared_at.isoformat(),
        "campaign": result.campaign.name,
        "source": _source(result),
        "pix_score": result.pix_score,
        "mastery_rate": float(result.mastery_rate) if result.mastery_rate is not None else None,
        "status": result.status or None,
        "competences": [
            {
                "competence": competence.code,
                "title": competence.title,
                "level": level,
                "share_of_items": None if share is None else share / 100,
                "items_validated": validated,
                "items": items,
                "target": target,
            }
            for competence, level, share, validated, items, target in columns
        ],
    }


def _source(result):
    is_by_form = result.measure == Result.Measure.SELF_DECLARED and result.result_import.file_id is None
    return "form" if is_by_form else result.campaign.source


def _in_digcomp(results, code):
    """The newest profile read in one edition of DigComp, with the version of the map."""
    profile = next((r for r in results if r.measure == Result.Measure.PROFILE and r.levels), None)
    walk = map_to(code, profile.framework if profile else None)
    readings = walk.read(profile.levels) if profile else []
    return {
        "framework": code,
        "map_version": walk.crosswalk.version,
        "competences": [
            {
                "competence": reading.competence.code,
                "title": reading.competence.title,
                "coverage": reading.coverage.value,
                "level": reading.level,
                "sources": [source.competence.code for source in reading.sources],
            }
            for reading in readings
        ],
    }


# --- On paper ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_document(person: Person, user: User, language: str) -> SkillsDocument:
    """Have a worker set the person's skills as a PDF. A second click finds the first wish while it is carried out."""
    Organisation.objects.select_for_update(no_key=True).get(pk=person.organisation_id)
    waiting = person.skills_documents.filter(
        language=language, run__state__in=[Run.State.QUEUED, Run.State.RUNNING]
    )
    document = waiting.first()
    if document is None:
        document = person.skills_documents.create(organisation=person.organisation, language=language)
        document.run = submit(
            "write_skills_document",
            str(document.pk),
            organisation=person.organisation,
            requested_by=user,
            document=document.pk,
        )
        document.save(update_fields=["run"])
    return document


def write_document(document: SkillsDocument) -> dict:
    """Set the PDF and keep it for its person."""
    from organisations.pdf import (  # WeasyPrint takes a second to import; only workers need it
        Assets,
        set_pages,
    )

    html = document_html(document.person, document.language)
    assets = Assets({STYLE: (Path(__file__).with_name("skills_document.css"), "text/css")})
    content = set_pages(html, assets, sha256(html.encode()).hexdigest())
    document.file = StoredFile.objects.keep(
        document.organisation,
        f"digital-skills-{timezone.localdate():%Y-%m-%d}.pdf",
        content,
        media_type="application/pdf",
    )
    document.save(update_fields=["file"])
    return {"bytes": len(content)}


def document_html(person: Person, language: str) -> str:
    with translation.override(language):
        profile = profile_of(person)
        rows = [skill.as_row for skill in profile.skills]
        context = {
            "person": person,
            "profile": profile,
            "rows": rows,
            "editions": [in_digcomp(profile, code) for code in FRAMEWORKS],
            "language": language,
            "style": STYLE,
            "made_at": timezone.now(),
            "page_of_pages": format_html(
                _("Page {page} of {pages}"),
                page=format_html('<span class="{}"></span>', "page-number"),
                pages=format_html('<span class="{}"></span>', "page-count"),
            ),
        }
        if profile.latest:
            context["levels_chart"] = levels_chart(rows, title=profile.message, palette=PRINT)
            context["radar_chart"] = radar_chart(rows, title=_("The shape of your skills"), palette=PRINT)
        return render_to_string("assessments/skills_document.html", context)


def forget_old_documents() -> int:
    """Documents that were taken away are not kept."""
    old = SkillsDocument.objects.filter(requested_at__lt=timezone.now() - KEPT)
    files = list(old.filter(file__isnull=False).values_list("file_id", flat=True))
    number = old.count()
    old.delete()
    StoredFile.objects.filter(pk__in=files).delete()
    return number

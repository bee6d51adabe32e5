"""Importing results: choose the file, look at it, say what it cannot, confirm, see it done, undo it."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from assessments import importing, previewing, undoing
from assessments.forms import ExportForm, UnnamedForm
from assessments.pix_tables import check_size
from assessments.profiles import pix_competences
from assessments.quarantine import held_count
from organisations.access import Role, members_only
from organisations.overview import Fact
from organisations.problems import Refused

PER_PAGE = 50


@require_GET
@members_only(Role.HR, Role.OFFICER)
def list_imports(request):
    imports = request.organisation.result_imports.for_list()
    context = {
        "page": Paginator(imports, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": request.organisation.results.waiting().count(),
        "held": held_count(request.organisation),
    }
    return render(request, "assessments/imports.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR, Role.OFFICER)
def import_results(request):
    is_post = request.method == "POST"
    form = ExportForm(request.POST, request.FILES) if is_post else ExportForm()
    problems, status = [], 422 if is_post else 200
    if form.is_valid():
        try:
            result_import = _preview(request, form.cleaned_data["file"])
        except Refused as refusal:
            problems, status = refusal.problems, getattr(refusal, "status", 422)
        else:
            return redirect("assessments:result-import", request.organisation.slug, result_import.pk)
    context = {"form": form, "problems": problems, "steps": steps()}
    return render(request, "assessments/import_results.html", context, status=status)


def _preview(request, upload):
    check_size(upload.size)
    return previewing.preview(request.organisation, upload.name, upload.read(), request.user)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@members_only(Role.HR, Role.OFFICER)
def show_import(request, pk):
    """What a file would do, how far its import is, what it did; on POST, import it."""
    result_import = get_object_or_404(
        request.organisation.result_imports.select_related("file", "campaign", "run", "uploaded_by").defer(
            "file__content"
        ),
        pk=pk,
    )
    if request.method == "POST":
        if result_import.has_open_question:
            return redirect("assessments:unnamed-competences", request.organisation.slug, pk)
        if result_import.file_id:
            importing.confirm(result_import, request.user)
        return redirect("assessments:result-import", request.organisation.slug, pk)
    run = result_import.run
    if request.htmx and run:
        response = render(request, "components/run_status.html", {"run": run, "url": request.path})
        if run.is_over:
            response["HX-Refresh"] = "true"
        return response
    context = {
        "import": result_import,
        "report": result_import.report,
        "figures": _figures(result_import.report),
        "run": run,
        "steps": steps(),
        "current": 2 if run is None else 4 if run.is_over and run.succeeded else 3,
        "undone": result_import.outcome.get("undone"),
    }
    return render(request, "assessments/result_import.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR, Role.OFFICER)
def name_competences(request, pk):
    """Ask for what the file cannot say; the answer is held against the items of the file."""
    unconfirmed = request.organisation.result_imports.filter(run=None, imported_at=None)
    result_import = get_object_or_404(unconfirmed.select_related("file"), pk=pk)
    question = result_import.report.get("question")
    if not question:
        return redirect("assessments:result-import", request.organisation.slug, pk)
    is_post = request.method == "POST"
    form = UnnamedForm(
        request.POST if is_post else None,
        question=question,
        competences=pix_competences(),
        initial=_proposal(question, request.GET.get("proposal", "")),
    )
    problems = []
    if form.is_valid():
        try:
            previewing.answer(result_import, form.answers("competence"), form.answers("badge"))
        except Refused as refusal:
            problems = refusal.problems
        else:
            return redirect("assessments:result-import", request.organisation.slug, pk)
    context = {"import": result_import, "question": question, "form": form, "problems": problems}
    return render(request, "assessments/name_competences.html", context, status=422 if is_post else 200)


def _proposal(question, number):
    """The fields filled in as one of the answers that would fit; without a choice, as the only one."""
    proposals = question["candidates"]
    place = int(number) - 1 if number.isdecimal() and len(number) < 4 else 0
    if not (number or len(proposals) == 1) or not 0 <= place < len(proposals):
        return {}
    return {f"competence_{place}": code for place, code in enumerate(proposals[place], start=1)}


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def undo_import(request, pk):
    """What undoing would take back; on POST, have it done."""
    imported = request.organisation.result_imports.exclude(imported_at=None)
    result_import = get_object_or_404(imported.for_list(), pk=pk)
    problems = []
    if result_import.undone_at:
        return redirect("assessments:result-import", request.organisation.slug, pk)
    if request.method == "POST":
        try:
            undoing.request_undo(result_import, request.user)
        except Refused as refusal:
            problems = refusal.problems
        else:
            return redirect("assessments:result-import", request.organisation.slug, pk)
    context = {"import": result_import, "prospect": undoing.prospect(result_import), "problems": problems}
    return render(request, "assessments/undo_import.html", context, status=422 if problems else 200)


def steps():
    return [_("Choose the file"), _("Look and confirm"), _("Import"), _("Done")]


def _figures(report):
    number = report.get("participations", 0)
    base = ngettext("of %(number)s participation", "of %(number)s participations", number) % {
        "number": number
    }
    labels = {
        "participations": _("participations"),
        "shared": _("shared in Pix"),
        "not_shared": _("not shared yet"),
        "matched": _("recognised people"),
        "unmatched": _("will wait for their person"),
        "new": _("new"),
    }
    return [
        Fact(label=label, value=report[name], base="" if name == "participations" else base)
        for name, label in labels.items()
        if name in report  # a certification is not shared by whoever passed it
    ]

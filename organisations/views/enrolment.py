"""Enrolling people from a staff file: choose it, name its columns, mend it, look at what it would do, confirm, undo."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from organisations import importing, licences, repair_workbooks, undoing
from organisations.access import Role, members_only
from organisations.forms import StaffFileForm
from organisations.import_forms import ColumnsForm, RepairWorkbookForm, RuleForm
from organisations.importing import differences_of, problems_of
from organisations.journey import may_enrol
from organisations.models import PeopleImport
from organisations.overview import Fact
from organisations.problems import Problem, Refused
from organisations.staff_columns import suggest_columns
from organisations.staff_repairs import (
    Rule,
    add_rule,
    correct_cells,
    drop_rule,
    faults_of,
    leave_out,
    preview_rule,
    repairs_of,
)
from organisations.uploads import check_size, staff_file_limits

PER_PAGE = 500


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def import_people(request):
    is_post = request.method == "POST"
    form = StaffFileForm(request.POST, request.FILES) if is_post else StaffFileForm()
    problems, status = [], 422 if is_post else 200
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            check_size(upload.size, staff_file_limits())
            people_import = importing.receive_upload(
                request.organisation, upload.name, upload.read(), request.user
            )
        except Refused as refusal:
            problems, status = refusal.problems, getattr(refusal, "status", 422)
        else:
            return _to(request, people_import)
    context = {
        "form": form,
        "problems": problems,
        "missing": may_enrol(request.organisation),
        "imports": request.organisation.people_imports.for_list().defer("findings")[:10],
        "limits": staff_file_limits(),
        "steps": steps(),
        "rules": request.organisation.repair_rules.count(),
    }
    return render(request, "organisations/import_people.html", context, status=status)


def _to(request, people_import):
    page = "import-columns" if people_import.waits_for_columns else "people-import"
    return redirect(f"organisations:{page}", request.organisation.slug, people_import.pk)


def _find(request, pk, *states, to_mend=False):
    """A staff file of this organisation, in one of these states; two repairs at once take turns."""
    imports = request.organisation.people_imports.for_list()
    if states:
        imports = imports.filter(state__in=states)
    if to_mend and request.method == "POST":
        imports = imports.select_for_update(of=["self"])
    return get_object_or_404(imports, pk=pk)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def choose_columns(request, pk):
    """What each column holds: proposed with the reason, decided here."""
    people_import = _find(request, pk, PeopleImport.State.COLUMNS, PeopleImport.State.CHECKED, to_mend=True)
    table = importing.table_of(people_import)
    suggestions = suggest_columns(request.organisation, table)
    form, problems = ColumnsForm(request.POST or None, suggestions=suggestions), []
    if form.is_valid():
        try:
            importing.choose_columns(people_import, form.chosen, request.user)
            return _to(request, people_import)
        except Refused as refusal:
            problems = refusal.problems
    context = {
        "import": people_import,
        "form": form,
        "problems": problems,
        "to_confirm": [suggestion for suggestion in suggestions if suggestion.must_be_confirmed],
        "steps": steps(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "organisations/import_columns.html", context, status=status)


# --- What a file would do ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@members_only(Role.HR)
def show_import(request, pk):
    """What a file would do; on POST, do it. A second click finds it done."""
    people_import = _find(request, pk)
    if people_import.waits_for_columns:
        return _to(request, people_import)
    if request.method == "POST" and not _is_under_way(people_import):
        return _confirm(request, people_import)
    if "HX-Request" in request.headers:
        return _progress(request, people_import)
    return _page(request, people_import)


def _is_under_way(people_import):
    return people_import.run is not None and not people_import.run.is_over


def _confirm(request, people_import):
    if people_import.state != PeopleImport.State.CHECKED:
        return _to(request, people_import)
    try:
        if importing.is_long(people_import) and not people_import.counts["refused"]:
            importing.submit_run(people_import, "commit_people", request.user)
            return _to(request, people_import)
        people_import = importing.commit_import(people_import, request.user)
    except Refused as refusal:
        return _page(request, people_import, status=422, reasons=refusal.problems)
    if people_import.is_done:
        return _to(request, people_import)
    return _page(request, people_import, status=422 if people_import.counts["refused"] else 409)


def _progress(request, people_import):
    response = render(
        request,
        "components/run_status.html",
        {"run": people_import.run, "url": request.path},
    )
    if not _is_under_way(people_import):
        response["HX-Refresh"] = "true"
    return response


def _page(request, people_import, status=200, reasons=()):
    counts = people_import.counts
    if people_import.state == PeopleImport.State.CHECKING or _is_under_way(people_import):
        context = {"import": people_import, "run": people_import.run, "steps": steps(), "under_way": True}
        return render(request, "organisations/people_import.html", context, status=status)
    problems, differences = _shown_problems(people_import), differences_of(people_import)
    created = people_import.findings.get("created", [])
    number = request.GET.get("page")
    longer = max(problems, differences, created, key=len)
    run = people_import.run
    context = {
        "import": people_import,
        "run": run,
        "reasons": reasons,
        "counts": counts,
        "figures": _figures(people_import),
        "writes": _sum(counts, "create", "update", "leave"),
        "changed": _sum(counts, "update", "leave"),
        "separator": _SEPARATORS.get(counts["separator"], counts["separator"]),
        "encoding": _ENCODINGS.get(counts["encoding"], counts["encoding"]),
        "problems": _part(problems, number),
        "differences": _part(differences, number),
        "created": _part(created, number),
        "page": Paginator(longer, PER_PAGE).get_page(number),
        "changed_meanwhile": status == 409 or _was_overtaken(people_import),
        "faults": faults_of(people_import.findings["refused"], people_import.mapping),
        "left_out_here": sorted(repairs_of(people_import).left_out),
        "rules_used": importing.rules_used(people_import),
        "workbook_form": RepairWorkbookForm(),
        "seats": people_import.findings.get("seats", 0),
        "esf": people_import.findings.get("esf", {}),
        "steps": steps(),
        "current": 4 if people_import.is_done or people_import.is_undone else 3,
    }
    if people_import.is_undone:
        context["undone"] = undoing.undone_of(people_import)
    elif not people_import.is_done:
        left = licences.licences_left(request.organisation)
        context |= {"seats_left": left, "shortage": licences.shortage(context["seats"], left)}
        context["missing"] = may_enrol(request.organisation)
    return render(request, "organisations/people_import.html", context, status=status)


def _was_overtaken(people_import):
    run = people_import.run
    return (
        people_import.state == PeopleImport.State.CHECKED
        and run is not None
        and run.kind == "commit_people"
        and run.outcome.get("written") is False
    )


@dataclass(frozen=True)
class ShownProblem:
    """A refused cell with the names of its inputs: for another value, and once for each line, to leave it out."""

    problem: Problem
    input: str
    leave_out: str


def _shown_problems(people_import):
    places = {header: number for number, header in enumerate(sorted(people_import.mapping)) if header}
    shown, seen = [], set()
    for problem in problems_of(people_import):
        field = people_import.mapping.get(problem.column or "")
        name = (
            f"cell-{problem.line}-{places[problem.column]}"
            if field and problem.line and problem.is_about_a_value
            else ""
        )
        leave = f"leave-out-{problem.line}" if problem.line else ""
        shown.append(ShownProblem(problem, *("" if each in seen else each for each in (name, leave))))
        seen |= {name, leave}
    return shown


def steps():
    return [_("Choose the file"), _("Name the columns"), _("Look and confirm"), _("Done")]


_SEPARATORS = {
    "\t": gettext_lazy("tabs"),
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "|": gettext_lazy("bars"),
}

_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1252": "Windows-1252",
    "mac-roman": "Mac Roman",
}


def _sum(counts, *names):
    return sum(counts[name] for name in names)


def _figures(people_import):
    counts = people_import.counts
    if people_import.is_done or people_import.is_undone:
        labels = {"create": _("enrolled"), "update": _("updated"), "leave": _("marked as leaving")}
    else:
        labels = {"create": _("to enrol"), "update": _("to update"), "leave": _("to mark as leaving")}
    labels |= {"unchanged": _("unchanged"), "refused": _("refused")}
    if counts.get("left_out"):
        labels["left_out"] = _("left out")
    base = ngettext("of %(rows)s row", "of %(rows)s rows", counts["rows"]) % {"rows": counts["rows"]}
    return [Fact(label=label, value=counts[name], base=base) for name, label in labels.items()]


def _part(rows, number):
    """The rows of one page; none where this list is shorter than the other."""
    pages = Paginator(rows, PER_PAGE)
    number = int(number) if (number or "").isdecimal() else 1
    return pages.page(number) if number <= pages.num_pages else []


# --- Repairs ----------------------------------------------------------------------------------------------------------


@require_POST
@members_only(Role.HR)
def correct_rows(request, pk):
    """Cells corrected on the page, and rows left out."""
    people_import = _find(request, pk, PeopleImport.State.CHECKED, to_mend=True)
    cells, lines = {}, set()
    for shown in _shown_problems(people_import):
        problem, text = shown.problem, request.POST.get(shown.input)
        if text is not None and text != (problem.value or ""):
            field = people_import.mapping[problem.column]
            cells[problem.line, field] = text[: staff_file_limits().cell].replace("\0", "")
        if shown.leave_out and shown.leave_out in request.POST:
            lines.add(problem.line)
    before = set() if "take-in" in request.POST else repairs_of(people_import).left_out
    if cells or lines or "take-in" in request.POST:
        correct_cells(people_import, cells)
        leave_out(people_import, before | lines)
        importing.check_again(people_import, request.user)
        _say_what_is_left(request, people_import)
    return _to(request, people_import)


def _say_what_is_left(request, people_import):
    if people_import.state == PeopleImport.State.CHECKED:
        refused = people_import.counts["refused"]
        if refused:
            sentence = ngettext(
                "Checked again: one row is still refused.",
                "Checked again: %(rows)s rows are still refused.",
                refused,
            )
            messages.info(request, sentence % {"rows": refused})
        else:
            messages.success(request, _("Checked again: every row can be taken."))


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def repair_by_rule(request, pk):
    """What a rule would change (GET); apply it (POST)."""
    people_import = _find(request, pk, PeopleImport.State.CHECKED, to_mend=True)
    form = RuleForm(request.POST if request.method == "POST" else request.GET)
    if form.is_valid():
        if request.method == "POST":
            add_rule(people_import, form.rule, keep=form.cleaned_data["keep"], user=request.user)
            importing.check_again(people_import, request.user)
            _say_what_is_left(request, people_import)
            return _to(request, people_import)
        table = importing.table_of(people_import)
        columns = {
            number: people_import.mapping[name]
            for number, name in enumerate(table.header)
            if people_import.mapping.get(name)
        }
        refused = [each[:4] for each in people_import.findings["refused"]]
        preview = preview_rule(table, columns, refused, form.rule)
        context = {"import": people_import, "form": form, "preview": preview}
        return render(request, "organisations/preview_rule.html", context)
    context = {"import": people_import, "form": form, "preview": None}
    return render(request, "organisations/preview_rule.html", context, status=422)


@require_POST
@members_only(Role.HR)
def drop_repair_rule(request, pk):
    """Read this file without one of the rules."""
    people_import = _find(request, pk, PeopleImport.State.CHECKED, to_mend=True)
    asked = {name: request.POST.get(name, "") for name in ("field", "action", "code", "value", "replacement")}
    rule = next((each for each in repairs_of(people_import).rules if each == Rule(**asked)), None)
    if rule:
        drop_rule(people_import, rule)
        importing.check_again(people_import, request.user)
        _say_what_is_left(request, people_import)
    return _to(request, people_import)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def repair_in_workbook(request, pk):
    """The refused rows as a workbook (GET); the repaired one sent back (POST)."""
    people_import = _find(request, pk, PeopleImport.State.CHECKED, to_mend=True)
    table = importing.table_of(people_import)
    if request.method == "GET":
        return HttpResponse(
            repair_workbooks.repair_workbook(people_import, table),
            content_type=repair_workbooks.MEDIA_TYPE,
            headers={"Content-Disposition": f'attachment; filename="refused-rows-{people_import.pk}.xlsx"'},
        )
    form = RepairWorkbookForm(request.POST, request.FILES)
    reasons = [Problem(_("Choose the repaired workbook first."))]
    if form.is_valid():
        upload = form.cleaned_data["workbook"]
        try:
            check_size(upload.size, staff_file_limits())
            repair_workbooks.take_back_workbook(people_import, table, upload.read())
        except Refused as refusal:
            reasons = refusal.problems
        else:
            importing.check_again(people_import, request.user)
            _say_what_is_left(request, people_import)
            return _to(request, people_import)
    return _page(request, people_import, status=422, reasons=reasons)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def repair_rules(request):
    """Rules kept for the next file; each can be removed."""
    rules = request.organisation.repair_rules.select_related("created_by")
    if request.method == "POST":
        number = request.POST.get("rule", "")
        rules.filter(pk=int(number) if number.isdecimal() and len(number) < 19 else 0).delete()
        return redirect("organisations:repair-rules", request.organisation.slug)
    told = [
        (rule, Rule(rule.field, rule.action, rule.code, rule.value, rule.replacement).sentence)
        for rule in rules
    ]
    return render(request, "organisations/repair_rules.html", {"rules": told})


# --- Undo -------------------------------------------------------------------------------------------------------------


@require_POST
@members_only(Role.HR)
def undo_import(request, pk):
    people_import = _find(request, pk, PeopleImport.State.DONE, PeopleImport.State.UNDONE)
    if people_import.is_done and not _is_under_way(people_import):
        if importing.is_long(people_import):
            importing.submit_run(people_import, "undo_people", request.user)
        else:
            undoing.undo_import(people_import, request.user)
    return _to(request, people_import)

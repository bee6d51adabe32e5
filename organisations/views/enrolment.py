"""Enrolling people from a staff file: choose it, look at what it would do, confirm."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from organisations.access import Role, members_only
from organisations.forms import StaffFileForm
from organisations.importing import check_upload, commit_import, differences_of, problems_of
from organisations.overview import Fact
from organisations.problems import Refused
from organisations.uploads import check_size, staff_file_limits

PER_PAGE = 500


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def import_people(request):
    is_post = request.method == "POST"
    form = StaffFileForm(request.POST, request.FILES) if is_post else StaffFileForm()
    problems, status = [], 422 if is_post else 200
    if form.is_valid():
        try:
            people_import = _check(request, form.cleaned_data["file"])
        except Refused as refusal:
            problems, status = refusal.problems, getattr(refusal, "status", 422)
        else:
            return redirect("organisations:people-import", request.organisation.slug, people_import.pk)
    context = {
        "form": form,
        "problems": problems,
        "imports": request.organisation.people_imports.for_list().defer("findings")[:10],
        "limits": staff_file_limits(),
        "steps": steps(),
    }
    return render(request, "organisations/import_people.html", context, status=status)


def _check(request, upload):
    check_size(upload.size, staff_file_limits())
    return check_upload(request.organisation, upload.name, upload.read(), request.user)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def show_import(request, pk):
    """What a file would do; on POST, do it. A second click finds it done."""
    people_import = get_object_or_404(request.organisation.people_imports.for_list(), pk=pk)
    status = 200
    if request.method == "POST":
        people_import = commit_import(people_import, request.user)
        if people_import.is_done:
            return redirect("organisations:people-import", request.organisation.slug, pk)
        status = 422 if people_import.counts["refused"] else 409
    problems, differences = problems_of(people_import), differences_of(people_import)
    number = request.GET.get("page")
    longer = max(problems, differences, key=len)
    context = {
        "import": people_import,
        "counts": people_import.counts,
        "figures": _figures(people_import),
        "writes": _sum(people_import.counts, "create", "update", "leave"),
        "changed": _sum(people_import.counts, "update", "leave"),
        "separator": _SEPARATORS.get(people_import.counts["separator"], people_import.counts["separator"]),
        "problems": _part(problems, number),
        "differences": _part(differences, number),
        "page": Paginator(longer, PER_PAGE).get_page(number),
        "changed_meanwhile": status == 409,
        "steps": steps(),
        "current": 3 if people_import.is_done else 2,
    }
    return render(request, "organisations/people_import.html", context, status=status)


def steps():
    return [_("Choose the file"), _("Look and confirm"), _("Done")]


_SEPARATORS = {
    "\t": gettext_lazy("tabs"),
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "|": gettext_lazy("bars"),
}


def _sum(counts, *names):
    return sum(counts[name] for name in names)


def _figures(people_import):
    counts = people_import.counts
    if people_import.is_done:
        labels = {"create": _("enrolled"), "update": _("updated"), "leave": _("marked as leaving")}
    else:
        labels = {"create": _("to enrol"), "update": _("to update"), "leave": _("to mark as leaving")}
    labels |= {"unchanged": _("unchanged"), "refused": _("refused")}
    base = ngettext("of %(rows)s row", "of %(rows)s rows", counts["rows"]) % {"rows": counts["rows"]}
    return [Fact(label=label, value=counts[name], base=base) for name, label in labels.items()]


def _part(rows, number):
    """The rows of one page; none where this list is shorter than the other."""
    pages = Paginator(rows, PER_PAGE)
    number = int(number) if (number or "").isdecimal() else 1
    return pages.page(number) if number <= pages.num_pages else []

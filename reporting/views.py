"""What the programme sees of its reports: the list, one report, its files, and the button that asks for one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from organisations.access import Role, programme_only
from reporting.forms import RequestReportForm
from reporting.presenting import present
from reporting.reports import request_report


@require_GET
@programme_only(Role.OFFICER, Role.COMMITTEE, Role.AUDITOR)
def list_reports(request):
    return _show_list(request, RequestReportForm(programme=request.programme))


@require_POST
@programme_only(Role.OFFICER)
def ask_for_report(request):
    form = RequestReportForm(request.POST, programme=request.programme)
    if not form.is_valid():
        return _show_list(request, form)
    return redirect(request_report(request.programme, form.cleaned_data["quarter"], request.user))


def _show_list(request, form):
    context = {
        "reports": list(request.programme.reports.for_list()),
        "form": form if Role.OFFICER in request.roles else None,
    }
    return render(request, "reporting/reports.html", context)


@require_GET
@vary_on_headers("HX-Request")
@programme_only(Role.OFFICER, Role.COMMITTEE, Role.AUDITOR)
def show_report(request, pk):
    report = get_object_or_404(request.programme.reports.for_page(), pk=pk)
    if "HX-Request" in request.headers:
        response = render(request, "reporting/_report_status.html", {"report": report})
        if report.is_over:
            response["HX-Refresh"] = "true"
        return response
    document = present(report) if report.is_frozen else None
    return render(request, "reporting/report.html", {"report": report, "document": document})


@require_GET
@programme_only(Role.OFFICER, Role.COMMITTEE, Role.AUDITOR)
def download_report(request, pk, language):
    report = get_object_or_404(request.programme.reports, pk=pk)
    file = get_object_or_404(report.files, language=language)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(file.content), content_type=file.media_type, headers=headers)

"""Self-reflections: what people say of themselves, by form; and HR's file of them."""

import csv

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from assessments import self_reflections
from assessments.forms import SelfReflectionFileForm, SelfReflectionForm
from organisations.access import Role, members_only
from organisations.notices import has_acknowledged
from organisations.problems import Refused
from organisations.uploads import check_size


@require_http_methods(["GET", "POST"])
@members_only(Role.STAFF)
def reflect(request):
    """Say what one's own levels are. Only after the information notice, as it is personal data."""
    if not has_acknowledged(request.person):
        messages.info(request, _("Please read the information notice first."))
        return redirect("organisations:notice", request.organisation.slug)
    framework = self_reflections.current_framework()
    latest = self_reflections.reflections_of(request.person).filter(framework=framework).first()
    competences = self_reflections.competences_of(framework)
    data = request.POST if request.method == "POST" else None
    form = SelfReflectionForm(data, competences=competences, initial=_answers(latest))
    problems = []
    if form.is_valid():
        try:
            self_reflections.reflect(request.person, form.levels)
        except Refused as refusal:
            problems = refusal.problems
        else:
            messages.success(
                request, _("Your self-reflection is saved. It stands apart from what Pix measured.")
            )
            return redirect("assessments:my-skills", request.organisation.slug)
    context = {"form": form, "framework": framework, "latest": latest, "problems": problems}
    return render(
        request, "assessments/my_self_reflection.html", context, status=422 if form.is_bound else 200
    )


def _answers(latest):
    levels = latest.levels if latest else []
    return {f"level_{position}": level for position, level in enumerate(levels, start=1)}


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def import_file(request):
    is_post = request.method == "POST"
    form = SelfReflectionFileForm(request.POST, request.FILES) if is_post else SelfReflectionFileForm()
    problems, status = [], 422 if is_post else 200
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            check_size(upload.size, self_reflections.LIMITS)
            done = self_reflections.import_file(
                request.organisation, upload.name, upload.read(), request.user
            )
        except Refused as refusal:
            problems, status = refusal.problems, getattr(refusal, "status", 422)
        else:
            sentence = ngettext(
                "%(count)s self-reflection is new; %(unchanged)s were known already.",
                "%(count)s self-reflections are new; %(unchanged)s were known already.",
                done["created"],
            )
            messages.success(request, sentence % {"count": done["created"], "unchanged": done["unchanged"]})
            return redirect("assessments:imports", request.organisation.slug)
    context = {"form": form, "problems": problems}
    return render(request, "assessments/import_self_reflections.html", context, status=status)


@require_GET
@members_only(Role.HR)
def download_template(request):
    """A CSV file to fill in, with one line that shows how."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="self-reflections.csv"'
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(
        self_reflections.template(self_reflections.current_framework())
    )
    return response

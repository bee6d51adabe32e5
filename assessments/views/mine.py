"""A staff member's own skills, who may see them and who has, and what they can take away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from assessments import own_data
from assessments.charts import history_chart, levels_chart, radar_chart
from assessments.levels import MEANINGS, band_of
from assessments.profiles import in_digcomp, profile_of
from assessments.self_reflections import FRAMEWORKS
from assessments.sharing import current_choice, share_levels, stop_sharing
from assessments.trail import readings_of
from organisations.access import Role, members_only
from organisations.notices import has_acknowledged

PIX = "pix"


@require_GET
@members_only(Role.STAFF)
def show_skills(request):
    profile = profile_of(request.person)
    edition = request.GET.get("framework", PIX)
    if edition not in FRAMEWORKS:
        edition = PIX
    context = {
        "profile": profile,
        "edition": edition,
        "editions": {PIX: "Pix", "digcomp-3.0": "DigComp 3.0", "digcomp-2.2": "DigComp 2.2"},
        "choice": current_choice(request.person),
        "to_be_informed": not has_acknowledged(request.person),
        "readings": readings_of(request.person),
        "meanings": [(level, band_of(level), meaning) for level, meaning in MEANINGS.items()],
        "declared": profile.reflections[0] if profile.reflections else None,
    }
    if profile.latest is None:
        unshared = request.person.results.current().filter(is_shared=False)
        context["unshared"] = unshared.select_related("campaign").first()
    elif edition == PIX:
        context |= _in_pix(profile)
    else:
        context |= _in_digcomp(profile, edition)
    return render(request, "assessments/my_skills.html", context)


def _in_pix(profile):
    rows = [skill.as_row for skill in profile.skills]
    context = {
        "rows": rows,
        "levels_chart": levels_chart(rows, title=profile.message),
        "radar_chart": radar_chart(rows, title=_("The shape of your skills")),
    }
    if len(profile.results) > 1:
        context["histories"] = [
            (
                skill.competence,
                history_chart(skill.history, title=skill.competence.title, target=skill.target),
            )
            for skill in profile.skills
        ]
    return context


def _in_digcomp(profile, edition):
    digcomp = in_digcomp(profile, edition)
    rows = [skill.as_row for skill in digcomp.skills]
    title = _("Your levels, read in DigComp")
    return {"digcomp": digcomp, "rows": rows, "levels_chart": levels_chart(rows, title=title)}


@require_POST
@members_only(Role.STAFF)
def choose_sharing(request):
    """Let HR see one's levels, or take them back."""
    if request.POST.get("share") == "yes":
        share_levels(request.person)
        messages.success(request, _("HR can see your levels now. You can take that back at any time."))
    else:
        stop_sharing(request.person)
        messages.success(request, _("HR no longer sees your levels."))
    return redirect("assessments:my-skills", request.organisation.slug)


# --- To take away -----------------------------------------------------------------------------------------------------


def _attachment(content, name, media_type):
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


@require_GET
@members_only(Role.STAFF)
def download_csv(request):
    name = f"digital-skills-{timezone.localdate():%Y-%m-%d}.csv"
    return _attachment(own_data.as_csv(request.person), name, "text/csv; charset=utf-8")


@require_GET
@members_only(Role.STAFF)
def download_json(request):
    name = f"digital-skills-{timezone.localdate():%Y-%m-%d}.json"
    return _attachment(own_data.as_json(request.person), name, "application/json")


@require_POST
@members_only(Role.STAFF)
def request_document(request):
    document = own_data.request_document(request.person, request.user, get_language()[:2])
    return redirect("assessments:skills-document", request.organisation.slug, document.pk)


def _own_document(request, pk):
    return get_object_or_404(request.person.skills_documents.select_related("run"), pk=pk)


@require_GET
@vary_on_headers("HX-Request")
@members_only(Role.STAFF)
def show_document(request, pk):
    document = _own_document(request, pk)
    context = {"document": document, "run": document.run, "url": request.path}
    if request.htmx:
        response = render(request, "components/run_status.html", context)
        if document.run.is_over:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "assessments/my_skills_document.html", context)


@require_GET
@members_only(Role.STAFF)
def download_document(request, pk):
    document = _own_document(request, pk)
    if document.file is None:
        raise Http404
    return _attachment(bytes(document.file.content), document.file.name, document.file.media_type)

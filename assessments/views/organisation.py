"""What HR and programme officers see of an organisation's skills, and the targets that HR sets."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assessments.bands import band_names
from assessments.charts import Step, distribution_chart, funnel_chart
from assessments.coverage import Shown, labelled, newest_profiles_of, open_choices
from assessments.forms import SideBySideForm, SkillsFilterForm, TargetsForm
from assessments.models import LevelsReading
from assessments.profiles import pix_competences
from assessments.side_by_side import rows_of, sum_of
from assessments.targets import current_profiles, remove_targets, set_targets
from assessments.trail import note_reading
from organisations.access import Role, members_only, programme_only

PER_PAGE = 50


@require_GET
@members_only(Role.HR, Role.OFFICER)
def show_skills(request):
    """Officers see everybody's figures by the same rules, and nobody's levels."""
    is_hr = Role.HR in request.roles
    shown = Shown.of(request.organisation, pix_competences(), seen_by_hr=is_hr)
    form = SkillsFilterForm(request.GET, shown=shown)
    group, area = form.chosen("department"), form.chosen("area")
    subjects = [each for each in shown.competences if each.area == area] if area else shown.areas
    progress = shown.progress(group if is_hr else None)
    context = {
        "form": form,
        "shown": shown,
        "group": group,
        "area": area,
        "progress": progress,
        "waiting": request.organisation.results.waiting().count(),
        "coverage_chart": funnel_chart(_steps(progress), title=_("How far people are")),
        "bands": band_names(),
    }
    if shown.groups:
        rows = [*shown.areas, *shown.competences] if area is None else [area, *subjects]
        spreads = [shown.spread(subject, group) for subject in rows]
        context |= {
            "spreads": spreads,
            "heat": [(each, shown.heat(each, subjects)) for each in shown.groups],
            "subjects": subjects,
            "changes": [each for each in shown.changes() if area is None or each.competence.area == area],
            "spread_chart": distribution_chart(
                [spread.as_row for spread in spreads if area or spread.subject in shown.areas],
                title=_("Levels by competence") if area else _("Levels by area"),
                bands=band_names(),
            ),
        }
    if is_hr:
        context |= _shared_levels(request, shown.competences)
    return render(request, "assessments/skills.html", context)


def _shared_levels(request, competences):
    """People share their levels with HR, and with nobody else."""
    page = Paginator(open_choices(request.organisation), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [choice.person for choice in page]
    profiles = newest_profiles_of(request.organisation, page)
    for person in page:
        person.profile = profiles.get(person.pk)
        levels = person.profile.levels if person.profile else [None] * len(competences)
        person.cells = list(zip(competences, levels, strict=True))
    note_reading(request.organisation, profiles, LevelsReading.Place.SKILLS, reader=request.user)
    return {"page": page, "competences": competences}


def _steps(progress):
    return [
        Step(_("Enrolled"), progress.enrolled),
        Step(_("Invited"), progress.invited),
        Step(_("Took part in a campaign"), progress.started),
        Step(_("Shared a profile in Pix"), progress.shared),
        Step(_("Let HR see their levels"), progress.share_with_hr),
    ]


@require_GET
@programme_only(Role.OFFICER)
def compare_organisations(request):
    """All organisations side by side, by what each one's release shows officers."""
    competences = pix_competences()
    areas = list(dict.fromkeys(competence.area for competence in competences))
    form = SideBySideForm(request.GET, areas=areas, competences=competences)
    column = [*competences, *areas].index(form.chosen_subject)
    rows = rows_of(form.narrow(request.programme.organisations.order_by("name")), column)
    total = sum_of(rows)
    context = {
        "form": form,
        "subject": form.chosen_subject,
        "bands": band_names(),
        "rows": rows,
        "sum": labelled(total) if total else None,
        "complete": sum(row.is_complete for row in rows),
    }
    return render(request, "assessments/side_by_side.html", context)


# --- Targets ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def edit_targets(request):
    """The targets for everyone, or those of the job family that the address names."""
    families = _families(request.organisation)
    family = request.GET.get("family", "")
    profiles = {profile.job_family: profile for profile in current_profiles(request.organisation)}
    if family not in families and family not in profiles:
        family = ""
    profile = profiles.get(family)
    form = TargetsForm(
        request.POST or None, competences=pix_competences(), profile=profile or profiles.get("")
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        if form.cleaned_data["based_on"] == _number_of(profile or profiles.get("")):
            return _save(request, family, form)
        status = 409
    context = {
        "form": form,
        "family": family,
        "profile": profile,
        "choices": [
            {"family": name, "profile": profiles.get(name), "current": name == family}
            for name in sorted({"", *families, *profiles})
        ],
        "overtaken": status == 409,
    }
    return render(request, "assessments/targets.html", context, status=status)


def _save(request, family, form):
    if "remove" in request.POST:
        remove_targets(request.organisation, family)
        messages.success(request, _("The targets are removed."))
    else:
        set_targets(request.organisation, family, form.levels, request.user)
        messages.success(request, _("The targets are saved."))
    address = reverse("assessments:targets", args=[request.organisation.slug])
    return redirect(f"{address}?{urlencode({'family': family})}" if family else address)


def _number_of(profile):
    return profile.pk if profile else None


def _families(organisation):
    """The job families of the people who work here."""
    people = organisation.people.present().exclude(job_family="").order_by("job_family")
    return list(people.values_list("job_family", flat=True).distinct())

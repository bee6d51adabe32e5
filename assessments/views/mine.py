"""A staff member's own skills, and who may see them."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments.charts import levels_chart, radar_chart
from assessments.profiles import profile_of
from assessments.sharing import current_choice, share_levels, stop_sharing
from organisations.access import Role, members_only
from organisations.notices import has_acknowledged


@require_GET
@members_only(Role.STAFF)
def show_skills(request):
    profile = profile_of(request.person)
    rows = [skill.as_row for skill in profile.skills]
    context = {"profile": profile, "rows": rows, "choice": current_choice(request.person)}
    context["to_be_informed"] = not has_acknowledged(request.person)
    if profile.latest:
        context["levels_chart"] = levels_chart(rows, title=profile.message)
        context["radar_chart"] = radar_chart(rows, title=_("The shape of your skills"))
    else:
        unshared = request.person.results.current().filter(is_shared=False)
        context["unshared"] = unshared.select_related("campaign").first()
    return render(request, "assessments/my_skills.html", context)


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

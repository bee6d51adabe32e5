"""Frameworks and the maps between them, as officers publish them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import frameworks
from organisations.access import Role, programme_only
from organisations.problems import Refused


@require_GET
@programme_only(Role.OFFICER)
def list_frameworks(request):
    context = {
        "frameworks": frameworks.every_framework(),
        "crosswalks": frameworks.every_crosswalk(),
    }
    return render(request, "assessments/frameworks.html", context)


@require_GET
@programme_only(Role.OFFICER)
def show_crosswalk(request, pk):
    """Every pair of a map, and what would move through it alone if it were published."""
    crosswalk = _found(frameworks.every_crosswalk(), pk)
    context = {
        "crosswalk": crosswalk,
        "entries": frameworks.entries_of(crosswalk),
        "in_use": frameworks.published_before(crosswalk),
        "moves": frameworks.moves_through(crosswalk),
    }
    return render(request, "assessments/crosswalk.html", context)


@require_POST
@programme_only(Role.OFFICER)
def publish_framework(request, pk):
    return _publish(request, _found(frameworks.every_framework(), pk))


@require_POST
@programme_only(Role.OFFICER)
def publish_crosswalk(request, pk):
    return _publish(request, _found(frameworks.every_crosswalk(), pk))


def _found(versions, pk):
    version = versions.filter(pk=pk).first()
    if version is None:
        raise Http404
    return version


def _publish(request, version):
    try:
        frameworks.publish(version, request.user)
    except Refused as refusal:
        messages.error(request, refusal.problems[0].reason)
    else:
        messages.success(
            request, _("%(version)s is published. From now on nobody can change it.") % {"version": version}
        )
    return redirect("assessments:frameworks")

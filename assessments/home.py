"""What the first page says about results."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Result, Waiting
from assessments.results import latest_result
from assessments.targets import targets_for
from organisations import overview
from organisations.models import Role
from organisations.overview import Fact, Need


def _results(request):
    """Counts of one query, kept for the second function that asks."""
    if not hasattr(request, "result_counts"):
        request.result_counts = request.organisation.results.current().aggregate(
            waiting=Count("pk", filter=Q(person=None) & ~Q(waiting_reason=Waiting.NOBODY)),
            with_result=Count(
                "person", filter=Q(is_shared=True) & ~Q(measure=Result.Measure.SELF_DECLARED), distinct=True
            ),
        )
    return request.result_counts


@overview.needs(Role.HR, Role.OFFICER)
def results_that_wait(request):
    waiting = _results(request)["waiting"]
    yield Need(
        waiting,
        ngettext("result belongs to nobody yet", "results belong to nobody yet", waiting),
        reverse("assessments:waiting", args=[request.organisation.slug]),
    )


@overview.facts(Role.HR, Role.OFFICER)
def results_so_far(request):
    url = reverse("assessments:skills", args=[request.organisation.slug])
    yield Fact(_("People with a Pix result"), _results(request)["with_result"], url=url)


@overview.needs(Role.STAFF)
def own_result_missing(request):
    if request.person and result_of(request) is None:
        url = reverse("assessments:my-skills", args=[request.organisation.slug])
        yield Need(1, _("Take the Pix test and share it: we have no result of yours yet"), url)


@overview.facts(Role.STAFF)
def own_result(request):
    result = result_of(request)
    if result is None:
        return
    url = reverse("assessments:my-skills", args=[request.organisation.slug])
    measured_on = date_format(result.shared_at, "DATE_FORMAT")
    yield Fact(_("My Pix score"), result.pix_score, unit=_("pix"), date=measured_on, url=url)
    pairs = zip(result.levels, targets_of(request), strict=True)
    comparable = [(level, target) for level, target in pairs if level is not None and target is not None]
    if comparable:
        reached = sum(level >= target for level, target in comparable)
        base = _("of %(number)s with a target") % {"number": len(comparable)}
        yield Fact(_("Targets I have reached"), reached, base=base, url=url)


def result_of(request):
    """The newest result of whoever looks, read once for all functions that ask."""
    if not hasattr(request, "own_result"):
        request.own_result = latest_result(request.person) if request.person else None
    return request.own_result


def targets_of(request):
    """The targets of whoever looks, read once for all functions that ask."""
    if not hasattr(request, "own_targets"):
        request.own_targets = targets_for(request.organisation)(request.person)
    return request.own_targets

"""What the first page says about learning."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.disclosure import protect_count
from assessments.home import result_of, targets_of
from organisations import overview
from organisations.models import Role
from organisations.overview import Fact, Need
from upskilling.gaps import Comparison


def _chosen(request):
    """How many courses are in the person's plan, counted once for both functions that ask."""
    if not hasattr(request, "chosen_courses"):
        request.chosen_courses = request.person.plan_items.open().count() if request.person else 0
    return request.chosen_courses


@overview.needs(Role.STAFF)
def gaps_without_a_plan(request):
    """Whoever has chosen something knows what comes next; the others are told how much there is to learn."""
    if not request.person or _chosen(request):
        return
    result = result_of(request)
    if result:
        gaps = len(Comparison(request.person, result.levels, targets_of(request)).gaps)
        words = ngettext(
            "competence is below your target: choose a course",
            "competences are below your target: choose a course",
            gaps,
        )
        yield Need(gaps, words, reverse("upskilling:my-learning", args=[request.organisation.slug]))


@overview.facts(Role.STAFF)
def own_plan(request):
    if request.person:
        url = reverse("upskilling:my-learning", args=[request.organisation.slug])
        yield Fact(_("Courses in my plan"), _chosen(request), url=url)


@overview.facts(Role.HR, Role.OFFICER)
def people_who_chose(request):
    people = request.organisation.plan_items.open().values("person").distinct().count()
    url = reverse("upskilling:gaps", args=[request.organisation.slug])
    yield Fact(_("People who have chosen a course"), protect_count(people), url=url)

"""What the first page says about the notice and the ESF+ record."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations import notices, overview
from organisations.models import Role
from organisations.overview import Fact, Need


@overview.needs(Role.STAFF)
def own_participation(request):
    """First the notice; the questions come after it, as long as some are open."""
    if request.person is None:
        return
    (is_told, missing), *_others = (
        notices.with_notice(request.organisation.people)
        .values_list("has_read", "esf_records__missing")
        .filter(pk=request.person.pk)
    )
    if not is_told:
        url = reverse("organisations:notice", args=[request.organisation.slug])
        yield Need(1, _("Read the information notice: who sees what about you, and why"), url)
    number = len(missing or ())
    yield Need(
        number,
        ngettext(
            "question for the European fund is open", "questions for the European fund are open", number
        ),
        reverse("organisations:esf-entry", args=[request.organisation.slug]),
    )


def _counts(request):
    """Counts of one query, kept for the second function that asks. Records of leavers count, too."""
    if not hasattr(request, "participant_counts"):
        today = timezone.localdate()
        works_here = Q(left_on=None) | Q(left_on__gt=today)
        incomplete = Q(esf_records__isnull=False) & ~Q(esf_records__missing=[])
        request.participant_counts = notices.with_notice(request.organisation.people).aggregate(
            to_inform=Count("pk", filter=works_here & Q(has_read=False)),
            records=Count("esf_records"),
            complete=Count("esf_records", filter=Q(esf_records__missing=[])),
            overdue=Count("esf_records", filter=incomplete & Q(esf_records__due_on__lt=today)),
        )
    return request.participant_counts


@overview.needs(Role.HR)
def participants_that_need_hr(request):
    page = reverse("organisations:participants", args=[request.organisation.slug])
    counts = _counts(request)
    to_inform = counts["to_inform"]
    yield Need(
        to_inform,
        ngettext(
            "person has not read the information notice",
            "people have not read the information notice",
            to_inform,
        ),
        f"{page}?show=uninformed",
    )
    overdue = counts["overdue"]
    yield Need(
        overdue,
        ngettext(
            "European record is incomplete after its deadline",
            "European records are incomplete after their deadline",
            overdue,
        ),
        f"{page}?show=overdue",
    )


@overview.facts(Role.HR, Role.OFFICER)
def records_so_far(request):
    counts = _counts(request)
    if counts["records"]:
        base = _("of %(number)s European records") % {"number": counts["records"]}
        page = reverse("organisations:participants", args=[request.organisation.slug])
        url = page if Role.HR in request.roles else ""
        yield Fact(_("Complete European records"), counts["complete"], base=base, url=url)

"""What the first page says about people and licences."""

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations import journey, overview
from organisations.models import Role
from organisations.overview import Fact, Need


def _people(request):
    """Counts of one query, kept for the second function that asks."""
    if not hasattr(request, "people_counts"):
        open_invitation = request.organisation.invitations.redeemable().filter(person=OuterRef("pk"))
        request.people_counts = (
            request.organisation.people.present()
            .annotate(is_invited=Exists(open_invitation))
            .aggregate(
                enrolled=Count("pk"),
                signed_up=Count("pk", filter=Q(user__isnull=False)),
                to_invite=Count("pk", filter=Q(user=None, is_invited=False) & ~Q(email="")),
            )
        )
    return request.people_counts


@overview.needs(Role.HR)
def people_that_need_hr(request):
    slug = request.organisation.slug
    counts = _people(request)
    yield from _enrolment_is_closed(request)
    if not counts["enrolled"]:
        yield Need(
            1,
            _("Enrol your staff: nobody takes part yet"),
            reverse("organisations:import-people", args=[slug]),
        )
    to_invite = counts["to_invite"]
    yield Need(
        to_invite,
        ngettext("person can be invited to sign in", "people can be invited to sign in", to_invite),
        reverse("organisations:invite-people", args=[slug]),
    )


@overview.needs(Role.HR)
def people_who_ask_to_be_enrolled(request):
    waiting = request.organisation.enrolment_requests.waiting().count()
    yield Need(
        waiting,
        ngettext("person asks to be enrolled", "people ask to be enrolled", waiting),
        reverse("organisations:self-enrolment", args=[request.organisation.slug]),
    )


def _enrolment_is_closed(request):
    """Active organisations were complete once; their first page doesn't ask again."""
    organisation = request.organisation
    if organisation.stage == organisation.Stage.ACTIVE:
        return
    missing = len(journey.may_enrol(organisation))
    yield Need(
        missing,
        ngettext("thing keeps enrolment closed", "things keep enrolment closed", missing),
        reverse("organisations:taking-part", args=[organisation.slug]),
    )


@overview.facts(Role.HR)
def people_so_far(request):
    counts = _people(request)
    people_page = reverse("organisations:people", args=[request.organisation.slug])
    base = _("of %(number)s licences granted") % {"number": request.organisation.licence_quota}
    yield Fact(_("People enrolled"), counts["enrolled"], base=base, url=people_page)
    yield Fact(_("People with an account"), counts["signed_up"], base=_base(counts))
    yield Fact(
        _("Licences granted"),
        request.organisation.licence_quota,
        url=reverse("organisations:taking-part", args=[request.organisation.slug]),
    )


def _base(counts):
    return _("of %(number)s enrolled") % {"number": counts["enrolled"]}

"""What the first page says about mentoring."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring.models import MentoringRound, Pairing
from organisations import overview
from organisations.models import Role
from organisations.overview import Fact, Need


@overview.needs(Role.HR)
def rounds_that_need_hr(request):
    slug = request.organisation.slug
    proposed = request.organisation.mentoring_rounds.filter(state=MentoringRound.State.PROPOSED)
    for mentoring_round in proposed:
        pairs = mentoring_round.paired or 0
        words = ngettext("proposed pair waits to be published", "proposed pairs wait to be published", pairs)
        yield Need(pairs, words, reverse("mentoring:round", args=[slug, mentoring_round.pk]))


@overview.facts(Role.HR)
def mentoring_so_far(request):
    url = reverse("mentoring:rounds", args=[request.organisation.slug])
    pairs = request.organisation.pairings.active().count()
    sessions = request.organisation.mentoring_sessions.held().aggregate(
        held=Count("pk"), confirmed=Count("pk", filter=Q(confirmed_at__isnull=False))
    )
    yield Fact(_("Mentoring pairs"), pairs, url=url)
    base = _("%(number)s confirmed by both") % {"number": sessions["confirmed"]}
    yield Fact(_("Mentoring sessions"), sessions["held"], base=base, url=url)


@overview.needs(Role.STAFF)
def mentoring_that_needs_me(request):
    if not request.person:
        return
    url = reverse("mentoring:my-mentoring", args=[request.organisation.slug])
    to_confirm = (
        request.organisation.mentoring_sessions.waiting().filter(pairing__mentee=request.person).count()
    )
    yield Need(
        to_confirm,
        ngettext("session waits for you to confirm it", "sessions wait for you to confirm them", to_confirm),
        url,
    )
    open_rounds = request.organisation.mentoring_rounds.filter(state=MentoringRound.State.OPEN)
    for mentoring_round in open_rounds.exclude(applications__person=request.person):
        words = _("Mentoring round “%(name)s” is open: say whether you would take part") % {
            "name": mentoring_round
        }
        yield Need(1, words, reverse("mentoring:apply", args=[request.organisation.slug, mentoring_round.pk]))


@overview.facts(Role.STAFF)
def my_pairs(request):
    if not request.person:
        return
    url = reverse("mentoring:my-mentoring", args=[request.organisation.slug])
    mine = Q(mentor=request.person) | Q(mentee=request.person)
    for pairing in request.organisation.pairings.filter(mine, state=Pairing.State.ACTIVE).with_people():
        is_mentor = pairing.mentor_id == request.person.pk
        label, other = (_("My mentee"), pairing.mentee) if is_mentor else (_("My mentor"), pairing.mentor)
        yield Fact(label, other.full_name, url=url)

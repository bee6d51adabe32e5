"""What the first page says about mentoring."""

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentoring.models import MentoringRound, Pairing
from organisations import overview
from organisations.models import Role
from organisations.overview import Fact, Need


def _rounds(request, state):
    """Rounds in this state. All that may need somebody are of one query, kept for the second function that asks."""
    if not hasattr(request, "mentoring_rounds"):
        own = request.organisation.mentoring_applications.filter(round=OuterRef("pk"), person=request.person)
        states = [MentoringRound.State.PROPOSED, MentoringRound.State.OPEN]
        rounds = request.organisation.mentoring_rounds.filter(state__in=states)
        request.mentoring_rounds = list(rounds.annotate(has_applied=Exists(own)))
    return [each for each in request.mentoring_rounds if each.state == state]


@overview.needs(Role.HR)
def rounds_that_need_hr(request):
    slug = request.organisation.slug
    for mentoring_round in _rounds(request, MentoringRound.State.PROPOSED):
        pairs = mentoring_round.paired or 0
        words = ngettext("proposed pair waits to be published", "proposed pairs wait to be published", pairs)
        yield Need(pairs, words, reverse("mentoring:round", args=[slug, mentoring_round.pk]))


@overview.facts(Role.HR)
def mentoring_so_far(request):
    url = reverse("mentoring:rounds", args=[request.organisation.slug])
    held = Q(sessions__isnull=False, sessions__declined_at=None)
    counts = request.organisation.pairings.aggregate(
        pairs=Count("pk", filter=Q(state=Pairing.State.ACTIVE), distinct=True),
        held=Count("sessions", filter=held),
        confirmed=Count("sessions", filter=held & Q(sessions__confirmed_at__isnull=False)),
    )
    yield Fact(_("Mentoring pairs"), counts["pairs"], url=url)
    base = _("%(number)s confirmed by both") % {"number": counts["confirmed"]}
    yield Fact(_("Mentoring sessions"), counts["held"], base=base, url=url)


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
    for mentoring_round in _rounds(request, MentoringRound.State.OPEN):
        if mentoring_round.has_applied:
            continue
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

"""A staff member's own mentoring: apply, see one's pair, log a session, confirm one."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mentoring import rounds, sessions
from mentoring.explaining import competences_of, explain_left_out, explain_pairs
from mentoring.forms import ApplicationForm, SessionForm
from mentoring.models import MentoringRound
from organisations.access import Role, members_only

SESSIONS_SHOWN = 20


def enrolled(view):
    """Let in only accounts that belong to somebody on the staff list."""

    @wraps(view)
    def guarded(request, **kwargs):
        if not request.person:
            raise PermissionDenied(
                _("Your account belongs to nobody on the staff list. Ask your HR manager.")
            )
        return view(request, **kwargs)

    return guarded


@require_GET
@members_only(Role.STAFF)
def show_mine(request):
    if not request.person:
        return render(request, "mentoring/not_enrolled.html")
    me = request.person.pk
    pairings = request.organisation.pairings.active().filter(Q(mentor=me) | Q(mentee=me)).order_by("pk")
    pairs = explain_pairs(pairings.select_related("mentor", "mentee", "round").with_session_counts())
    mine = list(
        request.organisation.mentoring_sessions.filter(Q(pairing__mentor=me) | Q(pairing__mentee=me))
        .select_related("pairing__mentor", "pairing__mentee")
        .order_by("-held_on", "-pk")
    )
    _add_wishes(request, pairs)
    context = {
        "my_mentors": [pair for pair in pairs if pair.mentee_id == me],
        "my_mentees": [pair for pair in pairs if pair.mentor_id == me],
        "to_confirm": [each for each in mine if each.is_waiting and each.pairing.mentee_id == me],
        "sessions": mine[:SESSIONS_SHOWN],
        **_round_for(request),
    }
    return render(request, "mentoring/my_mentoring.html", context)


def _add_wishes(request, pairs):
    """What the mentees want to learn beyond what their pair was made for."""
    applications = request.organisation.mentoring_applications.filter(
        round__in=[pair.round_id for pair in pairs], person__in=[pair.mentee_id for pair in pairs]
    )
    wanted = {
        (round_id, person): positions
        for round_id, person, positions in applications.values_list("round", "person", "wanted")
    }
    known = competences_of(pair.round.framework_id for pair in pairs)
    for pair in pairs:
        more = set(wanted.get((pair.round_id, pair.mentee_id), ())) - set(pair.focus)
        pair.also_wanted = [known[pair.round.framework_id, position] for position in sorted(more)]


def _round_for(request):
    """The newest round that concerns the person: the one under way, or the last that left them out."""
    newest = request.organisation.mentoring_rounds.select_related("run").first()
    if newest is None:
        return {"round": None}
    application = newest.applications.filter(person=request.person.pk).first()
    left_out = []
    if newest.state == MentoringRound.State.PUBLISHED and application:
        left_out = explain_left_out(newest.left_out.filter(person=request.person.pk), newest.framework_id)
    return {"round": newest, "application": application, "left_out": left_out}


@require_http_methods(["GET", "POST"])
@members_only(Role.STAFF)
@enrolled
def apply(request, pk):
    mentoring_round = get_object_or_404(request.organisation.mentoring_rounds.select_related("run"), pk=pk)
    if not mentoring_round.is_under_way:
        messages.warning(request, _("This round is over. A new one will be announced here."))
        return redirect("mentoring:my-mentoring", request.organisation.slug)
    application = mentoring_round.applications.filter(person=request.person.pk).first()
    competences = list(competences_of([mentoring_round.framework_id]).values())
    form = ApplicationForm(
        request.POST or None, initial=_stated(application, request.person), competences=competences
    )
    if form.is_valid():
        try:
            rounds.apply(mentoring_round, request.person, **form.statement)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(
                request, _("Your application is noted. You may change it until the pairs are published.")
            )
            return redirect("mentoring:my-mentoring", request.organisation.slug)
    context = {"form": form, "round": mentoring_round, "application": application}
    return render(request, "mentoring/apply.html", context, status=422 if form.is_bound else 200)


def _stated(application, person):
    if application is None:
        return {"languages": person.languages}
    fields = ("as_mentor", "as_mentee", "offered", "wanted", "languages", "capacity")
    return {field: getattr(application, field) for field in fields}


@require_POST
@members_only(Role.STAFF)
@enrolled
def withdraw(request, pk):
    mentoring_round = get_object_or_404(request.organisation.mentoring_rounds, pk=pk)
    try:
        rounds.withdraw(mentoring_round, request.person)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your application is taken back."))
    return redirect("mentoring:my-mentoring", request.organisation.slug)


@require_http_methods(["GET", "POST"])
@members_only(Role.STAFF)
@enrolled
def log_session(request, pk):
    pairing = get_object_or_404(request.organisation.pairings.select_related("mentee", "round"), pk=pk)
    if pairing.mentor_id != request.person.pk:
        raise PermissionDenied(_("Only the mentor of a pair logs its sessions."))
    if not pairing.is_active:
        messages.warning(request, _("This pair is not active, so no session can be logged for it."))
        return redirect("mentoring:my-mentoring", request.organisation.slug)
    known = competences_of([pairing.round.framework_id])
    positions = sorted({*pairing.focus, *_wanted(request, pairing)})
    competences = [known[pairing.round.framework_id, position] for position in positions]
    form = SessionForm(request.POST or None, pairing=pairing, competences=competences)
    if form.is_valid():
        try:
            sessions.log_session(pairing, request.person, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            sentence = _("The session is logged. %(mentee)s is asked to confirm it.")
            messages.success(request, sentence % {"mentee": pairing.mentee})
            return redirect("mentoring:my-mentoring", request.organisation.slug)
    context = {"form": form, "pairing": pairing}
    return render(request, "mentoring/log_session.html", context, status=422 if form.is_bound else 200)


def _wanted(request, pairing):
    """What the mentee said they want to learn, beyond what the pair was made for."""
    applications = request.organisation.mentoring_applications.filter(
        round=pairing.round_id, person=pairing.mentee_id
    )
    return applications.values_list("wanted", flat=True).first() or []


@require_POST
@members_only(Role.STAFF)
@enrolled
def confirm_session(request, pk):
    return _answer(request, pk, sessions.confirm, _("The session of %(day)s is confirmed. Thank you."))


@require_POST
@members_only(Role.STAFF)
@enrolled
def decline_session(request, pk):
    sentence = _("The session of %(day)s does not count. Your mentor sees that and may log it anew.")
    return _answer(request, pk, sessions.decline, sentence)


def _answer(request, pk, answer, sentence):
    session = get_object_or_404(request.organisation.mentoring_sessions, pk=pk)
    try:
        answer(session, request.person)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, sentence % {"day": date_format(session.held_on, "DATE_FORMAT")})
    return redirect("mentoring:my-mentoring", request.organisation.slug)

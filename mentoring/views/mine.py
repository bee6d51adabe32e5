"""A staff member's own mentoring: apply, see one's pair, log a session, confirm one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.results import latest_result
from mentoring import rounds, sessions
from mentoring.explaining import competences_of, explain_left_out, explain_pairs
from mentoring.forms import ApplicationForm, SessionForm
from organisations.access import Role, members_only

SESSIONS_SHOWN, SESSIONS_LOOKED_AT = 20, 200


@require_GET
@members_only(Role.STAFF)
def show_mine(request):
    me = request.person.pk
    newest = request.organisation.mentoring_rounds.first()
    application = newest.applications.filter(person=me).first() if newest else None
    left_out = list(newest.left_out.filter(person=me)) if application and not newest.is_under_way else []
    pairings = request.organisation.pairings.active().filter(Q(mentor=me) | Q(mentee=me)).order_by("pk")
    pairs = list(pairings.select_related("mentor", "mentee", "round").with_session_counts())
    known = competences_of(
        {newest and newest.framework_id, *(pair.round.framework_id for pair in pairs)} - {None}
    )
    explain_pairs(pairs, known, _wishes(request, pairs))
    sessions = request.organisation.mentoring_sessions.filter(Q(pairing__mentor=me) | Q(pairing__mentee=me))
    mine = list(sessions.select_related("pairing__mentor", "pairing__mentee")[:SESSIONS_LOOKED_AT])
    context = {
        "round": newest,
        "application": application,
        "left_out": explain_left_out(left_out, known, newest and newest.framework_id),
        "my_mentors": [pair for pair in pairs if pair.mentee_id == me],
        "my_mentees": [pair for pair in pairs if pair.mentor_id == me],
        "to_confirm": [each for each in mine if each.is_waiting and each.pairing.mentee_id == me],
        "sessions": mine[:SESSIONS_SHOWN],
    }
    return render(request, "mentoring/my_mentoring.html", context)


def _wishes(request, pairs):
    """What the mentees of these pairs said that they want to learn, by round and person."""
    applications = request.organisation.mentoring_applications.filter(
        round__in={pair.round_id for pair in pairs}, person__in={pair.mentee_id for pair in pairs}
    )
    return {(each.round_id, each.person_id): each.wanted for each in applications}


@require_http_methods(["GET", "POST"])
@members_only(Role.STAFF)
def apply(request, pk):
    mentoring_round = get_object_or_404(request.organisation.mentoring_rounds.select_related("run"), pk=pk)
    if not mentoring_round.is_under_way:
        messages.warning(request, _("This round is over. A new one will be announced here."))
        return redirect("mentoring:my-mentoring", request.organisation.slug)
    application = mentoring_round.applications.filter(person=request.person.pk).first()
    competences = list(competences_of([mentoring_round.framework_id]).values())
    result = latest_result(request.person)
    form = ApplicationForm(
        request.POST or None,
        initial=_stated(application, request.person),
        competences=competences,
        levels=result.levels if result and result.framework_id == mentoring_round.framework_id else (),
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
    context = {"form": form, "round": mentoring_round, "application": application, "result": result}
    return render(request, "mentoring/apply.html", context, status=422 if form.is_bound else 200)


def _stated(application, person):
    if application is None:
        return {"languages": person.languages}
    fields = ("as_mentor", "as_mentee", "offered", "wanted", "languages", "capacity")
    return {field: getattr(application, field) for field in fields}


@require_POST
@members_only(Role.STAFF)
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
def confirm_session(request, pk):
    return _answer(request, pk, sessions.confirm, _("The session of %(day)s is confirmed. Thank you."))


@require_POST
@members_only(Role.STAFF)
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

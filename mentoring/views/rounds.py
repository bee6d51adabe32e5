"""Rounds, for HR managers: open, pair, publish, close. They see who meets whom, never a level and never a next step."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from mentoring import rounds
from mentoring.explaining import competences_of, explain_left_out, explain_pairs
from mentoring.forms import OpenRoundForm
from mentoring.models import LeftOut
from mentoring.rules import RULES
from organisations.access import Role, members_only

PAIRS_PER_PAGE = 25
LEFT_OUT_SHOWN, LEFT_OUT_PER_PAGE = 15, 50


@require_GET
@members_only(Role.HR)
def list_rounds(request):
    found = request.organisation.mentoring_rounds.with_counts()
    context = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "under_way": request.organisation.mentoring_rounds.under_way().first(),
    }
    return render(request, "mentoring/rounds.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def open_round(request):
    form = OpenRoundForm(request.POST or None)
    if form.is_valid():
        try:
            opened = rounds.open_round(request.organisation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("“%(name)s” is open: staff can apply now.") % {"name": opened})
            return redirect("mentoring:round", request.organisation.slug, opened.pk)
    context = {"form": form, "under_way": request.organisation.mentoring_rounds.under_way().first()}
    return render(request, "mentoring/open_round.html", context, status=422 if form.is_bound else 200)


@require_GET
@vary_on_headers("HX-Request")
@members_only(Role.HR)
def show_round(request, pk):
    mentoring_round = _find(request, pk)
    if request.htmx:
        if not mentoring_round.is_being_paired:
            return HttpResponse(headers={"HX-Refresh": "true"})
        context = {"run": mentoring_round.run, "url": request.path}
        return render(request, "components/run_status.html", context)
    pairings = (
        mentoring_round.pairings.select_related("mentor", "mentee", "round").with_session_counts().by_name()
    )
    page = Paginator(pairings, PAIRS_PER_PAGE).get_page(request.GET.get("page"))
    known = competences_of([mentoring_round.framework_id])
    left_out = mentoring_round.left_out.select_related("person")
    by_reason = list(
        mentoring_round.left_out.order_by().values_list("as_role", "reason").annotate(Count("pk"))
    )
    context = {
        "round": mentoring_round,
        "applications": _count_applications(mentoring_round),
        "sessions": _count_sessions(request, mentoring_round),
        "page": page,
        "pairs": explain_pairs(page, known),
        "left_out": explain_left_out(left_out[:LEFT_OUT_SHOWN], known, mentoring_round.framework_id),
        "left_out_count": sum(count for _role, _reason, count in by_reason),
        "mentees_left_out": sum(count for role, _reason, count in by_reason if role == "mentee"),
        "by_reason": sorted(
            ((count, str(LeftOut.Reason(reason).label), role) for role, reason, count in by_reason),
            reverse=True,
        ),
        "rules": RULES,
    }
    return render(request, "mentoring/round.html", context)


@require_GET
@members_only(Role.HR)
def list_left_out(request, pk):
    mentoring_round = _find(request, pk)
    left_out = mentoring_round.left_out.select_related("person")
    page = Paginator(left_out, LEFT_OUT_PER_PAGE).get_page(request.GET.get("page"))
    known = competences_of([mentoring_round.framework_id])
    context = {
        "round": mentoring_round,
        "page": page,
        "left_out": explain_left_out(page, known, mentoring_round.framework_id),
    }
    return render(request, "mentoring/left_out.html", context)


@require_POST
@members_only(Role.HR)
def pair_round(request, pk):
    mentoring_round = _find(request, pk)
    try:
        rounds.request_pairs(mentoring_round, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("mentoring:round", request.organisation.slug, pk)


@require_POST
@members_only(Role.HR)
def publish_round(request, pk):
    mentoring_round = _find(request, pk)
    try:
        count = rounds.publish(mentoring_round, by=request.user, seen=request.POST.get("seen"))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        sentence = ngettext(
            "%(count)d pair is published: both see each other under “My mentoring”.",
            "%(count)d pairs are published: they see each other under “My mentoring”.",
            count,
        )
        messages.success(request, sentence % {"count": count})
    return redirect("mentoring:round", request.organisation.slug, pk)


@require_POST
@members_only(Role.HR)
def close_round(request, pk):
    mentoring_round = _find(request, pk)
    try:
        ended = rounds.close(mentoring_round)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        sentence = ngettext(
            "The round is closed, and %(count)d pair has ended.",
            "The round is closed, and %(count)d pairs have ended.",
            ended,
        )
        messages.success(request, sentence % {"count": ended})
    return redirect("mentoring:round", request.organisation.slug, pk)


def _find(request, pk):
    return get_object_or_404(
        request.organisation.mentoring_rounds.select_related("run", "organisation"), pk=pk
    )


def _count_applications(mentoring_round):
    newer = Q(stated_at__gt=mentoring_round.paired_at) if mentoring_round.paired_at else Q(pk__in=[])
    return mentoring_round.applications.aggregate(
        people=Count("pk"),
        mentors=Count("pk", filter=Q(as_mentor=True)),
        mentees=Count("pk", filter=Q(as_mentee=True)),
        places=Sum("capacity", filter=Q(as_mentor=True), default=0),
        newer=Count("pk", filter=newer),
    )


def _count_sessions(request, mentoring_round):
    sessions = request.organisation.mentoring_sessions.held().filter(pairing__round=mentoring_round)
    counts = sessions.aggregate(
        count=Count("pk"), confirmed=Count("confirmed_at"), minutes=Sum("minutes", default=0)
    )
    return {**counts, "hours": counts["minutes"] / 60}

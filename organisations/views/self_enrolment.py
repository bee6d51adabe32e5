"""Enrolling oneself through a link, and HR's side of it. Opening a link changes nothing: mail scanners open links."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from organisations import self_enrolment
from organisations.access import Role, members_only
from organisations.models import EnrolmentLink, EnrolmentRequest, digest_of
from organisations.people_forms import DecideForm, EnrolmentLinkForm, EnrolmentRequestForm
from organisations.problems import Refused
from organisations.rate_limits import seconds_to_wait

PER_PAGE = 100
HOUR = 3600


# --- Visitors ---------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@login_not_required
def enrol_yourself(request, token):
    if wait := _tries(request, token):
        return _too_often(request, wait)
    link = self_enrolment.find_link(token)
    if link is None:
        return _unusable(request)
    asked = EnrolmentRequest(link=link, organisation=link.organisation)
    form = EnrolmentRequestForm(request.POST or None, instance=asked)
    if form.is_valid():
        if wait := seconds_to_wait(
            request, "enrol-address", times=5, seconds=HOUR, about=form.cleaned_data["email"]
        ):
            return _too_often(request, wait)
        self_enrolment.ask(form.save(commit=False))
        return _without_referrer(render(request, "organisations/enrolment_asked.html"))
    context = {"form": form, "organisation_name": link.organisation.name}
    status = 422 if form.is_bound else 200
    return _without_referrer(render(request, "organisations/enrol_yourself.html", context, status=status))


def _tries(request, token):
    """Looking is cheap, asking is not: both are limited, for one visitor and for all who use one link."""
    if request.method != "POST":
        return seconds_to_wait(request, "enrol-look", times=120, seconds=HOUR)
    return seconds_to_wait(request, "enrol-ask", times=20, seconds=HOUR) or seconds_to_wait(
        request, "enrol-link", times=1_000, seconds=HOUR, about=digest_of(token)
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_not_required
def prove_address(request, token):
    if wait := seconds_to_wait(request, "enrol-prove", times=60, seconds=HOUR):
        return _too_often(request, wait)
    asked = self_enrolment.find_request(token)
    if asked is None:
        return _unusable(request)
    is_proven = asked.proven_at is not None
    if request.method == "POST":
        is_proven = self_enrolment.prove(asked)
        if not is_proven:
            return _unusable(request)
    context = {"enrolment_request": asked, "is_proven": is_proven}
    return _without_referrer(render(request, "organisations/prove_address.html", context))


def _without_referrer(response):
    response["Referrer-Policy"] = "strict-origin"
    return response


def _unusable(request):
    """Wrong, full, closed and expired links look alike."""
    return _without_referrer(render(request, "organisations/enrolment_unusable.html", status=410))


def _too_often(request, wait):
    response = render(request, "organisations/enrolment_too_often.html", status=429)
    response["Retry-After"] = str(wait)
    return _without_referrer(response)


# --- HR ---------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def manage_self_enrolment(request):
    """Who asks to be enrolled, the links, and a form for a new one."""
    form = EnrolmentLinkForm(request.POST or None, instance=EnrolmentLink(organisation=request.organisation))
    if form.is_valid():
        chosen = form.cleaned_data
        self_enrolment.make_link(
            request.organisation, chosen["domains"], chosen["places"], chosen["ends_on"], request.user
        )
        messages.success(request, _("The link is ready. Copy it and hand it to your staff."))
        return redirect("organisations:self-enrolment", request.organisation.slug)
    return _show(request, form, status=422 if form.is_bound else 200)


def _show(request, form=None, problems=(), status=200):
    waiting = request.organisation.enrolment_requests.waiting()
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    known = request.organisation.people.filter(email__in=[each.email for each in page])
    context = {
        "form": form or EnrolmentLinkForm(instance=EnrolmentLink(organisation=request.organisation)),
        "page": page,
        "known": set(known.values_list("email", flat=True)),
        "links": [
            (link, self_enrolment.address_of(link))
            for link in request.organisation.enrolment_links.open().with_counts()[:20]
        ],
        "problems": problems,
    }
    return render(request, "organisations/self_enrolment.html", context, status=status)


@require_POST
@members_only(Role.HR)
def decide_enrolments(request):
    form = DecideForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose somebody first."))
        return redirect("organisations:self-enrolment", request.organisation.slug)
    numbers = form.cleaned_data["request"]
    try:
        words = _decide(request, form.cleaned_data["decision"], numbers)
    except Refused as refusal:
        return _show(request, problems=[problem.reason for problem in refusal.problems], status=422)
    except ValidationError as refusal:
        return _show(request, problems=refusal.messages, status=422)
    messages.success(request, words)
    return redirect("organisations:self-enrolment", request.organisation.slug)


def _decide(request, decision, numbers):
    if decision == EnrolmentRequest.Decision.REFUSED:
        number = self_enrolment.refuse(request.organisation, numbers, request.user)
        return ngettext("One request is refused.", "%(number)d requests are refused.", number) % {
            "number": number
        }
    approved = self_enrolment.approve(request.organisation, numbers, request.user)
    number = approved.enrolled
    return ngettext(
        "One person is enrolled and invited.", "%(number)d people are enrolled and invited.", number
    ) % {"number": number}


@require_POST
@members_only(Role.HR)
def close_link(request, pk):
    self_enrolment.close_link(get_object_or_404(request.organisation.enrolment_links, pk=pk))
    messages.success(request, _("The link is closed."))
    return redirect("organisations:self-enrolment", request.organisation.slug)

"""The participant's own pages, the list of participants for HR, the overview for officers, questions after leaving."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations import follow_ups, notices, participation
from organisations.access import Role, members_only, programme_only
from organisations.journey import privacy_contact
from organisations.participant_forms import EsfEntryForm, ExitForm, FollowUpForm
from organisations.scope import as_person

PER_PAGE = 50


# --- The participant --------------------------------------------------------------------------------------------------


@require_GET
@members_only(Role.STAFF)
def show_participation(request):
    person = request.person
    record = participation.record_of(person)
    with as_person(person.pk):
        entry = participation.entry_of(person)
    context = {
        "latest": notices.latest_of(person),
        "version": notices.current_version(),
        "record": record,
        "missing": participation.names_of(entry.missing),
        "contact": entry.contact,
        "exit": record and record.exits.filter(back_on=None).first(),
        "follow_ups": record.follow_ups.all() if record else [],
    }
    return render(request, "organisations/my_participation.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.STAFF)
def read_notice(request):
    """The information notice; on POST, note that it was read. Nothing is refused to those who don't."""
    language = notices.language_for_reader(request.POST.get("language") or request.GET.get("language", ""))
    version = notices.current_version()
    if request.method == "POST" and request.POST.get("version") == version:
        notices.acknowledge(request.person, language)
        messages.success(request, _("Thank you. We have noted that you read the notice."))
        return redirect("organisations:my-participation", request.organisation.slug)
    context = {
        "language": language,
        "languages": notices.languages(),
        "version": version,
        "text": notices.text_of(version, language),
        "is_read": notices.has_acknowledged(request.person),
        "contact": privacy_contact(request.organisation),
    }
    return render(
        request, "organisations/notice.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "POST"])
@members_only(Role.STAFF)
def answer_entry(request):
    """The ESF+ questions. Whoever has not read the notice is led there first."""
    if notices.latest_of(request.person) is None:
        return redirect("organisations:notice", request.organisation.slug)
    with as_person(request.person.pk):
        entry = participation.entry_of(request.person)
        form = EsfEntryForm(request.POST or None, person=request.person, entry=entry)
        if form.is_valid():
            participation.save_entry(request.person, form.cleaned_data)
            messages.success(request, _("Your answers are saved."))
            return redirect("organisations:my-participation", request.organisation.slug)
    status = 422 if form.is_bound else 200
    return render(request, "organisations/esf_entry.html", {"form": form}, status=status)


# --- HR and officers --------------------------------------------------------------------------------------------------


@require_GET
@members_only(Role.HR)
def list_participants(request):
    """Who has not read the notice, and which records lack what; never an answer."""
    organisation, today = request.organisation, timezone.localdate()
    with_record = organisation.people.filter(esf_records__isnull=False)
    incomplete = with_record.exclude(esf_records__missing=[])
    people = {
        "": with_record,
        "uninformed": notices.people_to_inform(organisation),
        "incomplete": incomplete,
        "overdue": incomplete.filter(esf_records__due_on__lt=today),
        "left": with_record.filter(esf_records__exits__isnull=False, esf_records__exits__back_on=None),
    }
    show = request.GET.get("show", "")
    show = show if show in people else ""
    page = Paginator(people[show].prefetch_related("esf_records__exits").by_name(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    for person in page:
        person.record = next(iter(person.esf_records.all()), None)
        if person.record:
            person.missing = participation.names_of(person.record.missing)
            person.exit = next((one for one in person.record.exits.all() if one.back_on is None), None)
    counts = participation.completeness(organisation)
    to_inform = notices.people_to_inform(organisation).count()
    context = {
        "page": page,
        "show": show,
        "today": today,
        "completeness": counts,
        "ways": [
            ("", _("European records"), counts.records),
            ("uninformed", _("Have not read the notice"), to_inform),
            ("incomplete", _("Incomplete"), counts.incomplete),
            ("overdue", _("Incomplete after the deadline"), counts.overdue),
            ("left", _("Have left the pilot"), counts.left),
        ],
    }
    return render(request, "organisations/participants.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def record_exit(request, pk):
    record = get_object_or_404(request.organisation.esf_records.select_related("person"), pk=pk)
    left_on = record.person.left_on or timezone.localdate()
    form = ExitForm(request.POST or None, initial={"left_on": left_on})
    if form.is_valid():
        try:
            participation.record_exit(record, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("left_on", refusal)
        else:
            messages.success(request, _("%(person)s is saved.") % {"person": record.person})
            return redirect("organisations:participants", request.organisation.slug)
    status = 422 if form.is_bound else 200
    return render(request, "organisations/record_exit.html", {"form": form, "record": record}, status=status)


@require_POST
@members_only(Role.HR)
def take_back(request, pk):
    record = get_object_or_404(request.organisation.esf_records.select_related("person"), pk=pk)
    try:
        participation.take_back(record, timezone.localdate())
    except ValidationError as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, _("%(person)s is saved.") % {"person": record.person})
    return redirect("organisations:participants", request.organisation.slug)


@require_GET
@programme_only(Role.OFFICER)
def show_completeness(request):
    """How complete the records of each organisation are: counts of records, not of answers."""
    rows = participation.completeness_by_organisation(request.programme)
    context = {
        "rows": rows,
        "lacking": [row for row in rows if row["missing"]],
        "participants": participation.participants_counted(request.programme),
        "calls": follow_ups.to_call(request.programme),
        "today": timezone.localdate(),
    }
    return render(request, "organisations/completeness.html", context)


# --- After leaving ----------------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "POST"])
def answer_follow_up(request, token):
    """The link from the letter is the key. Wrong, used and old links look alike."""
    follow_up = follow_ups.find(token)
    if follow_up is None:
        return render(request, "organisations/follow_up_over.html", status=404)
    form = FollowUpForm(request.POST or None, kind=follow_up.kind)
    if form.is_valid():
        follow_ups.answer(follow_up, form.cleaned_data)
        return render(request, "organisations/follow_up_done.html")
    status = 422 if form.is_bound else 200
    return render(
        request, "organisations/follow_up.html", {"form": form, "follow_up": follow_up}, status=status
    )

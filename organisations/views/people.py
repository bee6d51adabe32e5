"""The people of an organisation, for its HR managers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organisations import roles
from organisations.access import Role, members_only
from organisations.consequences import changes_between, follow_changes
from organisations.enrolling import enrol
from organisations.forms import PersonForm
from organisations.journey import may_enrol
from organisations.models import PeopleExport, Person
from organisations.people_forms import SORTS, ChoosePeopleForm, PeopleFilterForm, backwards
from organisations.problems import Refused


@require_GET
@members_only(Role.HR)
def list_people(request):
    form = PeopleFilterForm(request.GET, organisation=request.organisation)
    context = {
        "form": form,
        "page": form.page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in form.fields if name != "sort"),
        "columns": _columns(form.order),
        "choose": ChoosePeopleForm(),
        "formats": PeopleExport.Format.choices,
    }
    return render(request, "organisations/people.html", context)


def _columns(order):
    """The heads of the table: each with its words, what a click sorts by, and how it is sorted now."""
    words = {
        "name": _("Name"),
        "staff_number": _("Staff number"),
        "email": _("E-mail"),
        "department": _("Department"),
        "site": _("Site"),
        "job_family": _("Job family"),
        "hired_on": _("Hired on"),
    }
    now = "descending" if order.startswith("-") else "ascending"
    key = order.removeprefix("-")
    return [
        {
            "words": words[name],
            "sort": backwards(order) if name == key else name,
            "direction": now if name == key else "",
        }
        for name in SORTS
    ]


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def add_person(request):
    form = PersonForm(request.POST or None, instance=Person(organisation=request.organisation))
    missing = may_enrol(request.organisation)
    if form.is_valid() and _enrol(form, request):
        messages.success(request, _("%(person)s is enrolled.") % {"person": form.instance})
        return redirect("organisations:people", request.organisation.slug)
    status = 422 if form.is_bound else 200
    context = {"form": form, "missing": missing}
    return render(request, "organisations/add_person.html", context, status=status)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def show_person(request, pk):
    if request.method == "POST":
        # Two forms at once neither overwrite each other nor close a circle of managers.
        request.organisation.take_turn()
    people = request.organisation.people.select_related("manager", "user", "organisation")
    saved = get_object_or_404(people, pk=pk)
    person = get_object_or_404(people, pk=pk) if request.method == "POST" else saved
    form = PersonForm(request.POST or None, instance=person)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.was_overtaken:
        form.overtake()
        status = 409
    elif form.is_valid() and _save(form, saved, request.user):
        messages.success(request, _("%(person)s is saved.") % {"person": person})
        return redirect("organisations:person", request.organisation.slug, pk)
    return _show_person(request, saved, form, status)


def _show_person(request, person, form, status=200, problem=""):
    held = roles.roles_of(person)
    context = {
        "form": form,
        "person": person,
        "overtaken": status == 409,
        "reports": person.reports.present().by_name()[:20],
        "roles": [(role, role in held) for role in roles.IN_ORGANISATION],
        "is_oneself": person.user_id == request.user.pk,
        "problem": problem,
    }
    return render(request, "organisations/person.html", context, status=status)


@require_POST
@members_only(Role.HR)
def change_role(request, pk):
    """Give a role to a person with an account, or withdraw it."""
    people = request.organisation.people.select_related("manager", "user", "organisation")
    person = get_object_or_404(people, pk=pk)
    wishes = {
        (act, str(role)): (function, role)
        for act, function in (("give", roles.give_role), ("withdraw", roles.withdraw_role))
        for role in roles.IN_ORGANISATION
    }
    function, role = wishes.get((request.POST.get("act"), request.POST.get("role")), (None, None))
    if function is None:
        return redirect("organisations:person", request.organisation.slug, pk)
    try:
        function(person, role, request.user)
    except ValidationError as refusal:
        form = PersonForm(instance=person)
        return _show_person(request, person, form, status=422, problem=refusal.messages[0])
    messages.success(request, _("The roles of %(person)s are saved.") % {"person": person})
    return redirect("organisations:person", request.organisation.slug, pk)


def _enrol(form, request):
    def write():
        enrol(request.organisation, [form.save(commit=False)], request.user)

    return _try_to_write(form, write)


def _save(form, earlier, user):
    def write():
        person = form.save()
        follow_changes(person.organisation, {person.pk: changes_between(earlier, person)}, user)

    return _try_to_write(form, write)


def _try_to_write(form, write):
    """Whether it could be saved; somebody else may have taken the e-mail or number a moment ago."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        form.add_error(None, _("Somebody else here has this e-mail or staff number."))
    except Refused as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem.reason)
    except ValidationError as refusal:
        form.add_error(None, refusal)
    else:
        return True
    return False

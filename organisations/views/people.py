"""The people of an organisation, for its HR managers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from organisations.access import Role, members_only
from organisations.forms import PeopleFilterForm, PersonForm
from organisations.models import Person

PER_PAGE = 50


@require_GET
@members_only(Role.HR)
def list_people(request):
    people = request.organisation.people.all()
    departments = people.exclude(department="").order_by("department").values_list("department", flat=True)
    form = PeopleFilterForm(request.GET, departments=departments.distinct())
    found = form.narrow(people).by_name()
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "organisations/people.html", context)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def add_person(request):
    form = PersonForm(request.POST or None, instance=Person(organisation=request.organisation))
    if form.is_valid() and _save(form):
        messages.success(request, _("%(person)s is enrolled.") % {"person": form.instance})
        return redirect("organisations:people", request.organisation.slug)
    status = 422 if form.is_bound else 200
    return render(request, "organisations/add_person.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@members_only(Role.HR)
def show_person(request, pk):
    people = request.organisation.people.select_related("manager", "user", "organisation")
    saved = get_object_or_404(people, pk=pk)
    person = get_object_or_404(people, pk=pk) if request.method == "POST" else saved
    form = PersonForm(request.POST or None, instance=person)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.was_overtaken:
        form.overtake()
        status = 409
    elif form.is_valid() and _save(form):
        messages.success(request, _("%(person)s is saved.") % {"person": person})
        return redirect("organisations:person", request.organisation.slug, pk)
    context = {
        "form": form,
        "person": saved,
        "overtaken": status == 409,
        "reports": saved.reports.present().by_name()[:20],
    }
    return render(request, "organisations/person.html", context, status=status)


def _save(form):
    """Whether it could be saved; somebody else may have taken the e-mail or number a moment ago."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error(None, _("Somebody else here has this e-mail or staff number."))
        return False
    return True

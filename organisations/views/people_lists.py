"""What is done with many people at once: taking a list away, and one change for all of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from organisations import exporting
from organisations.access import Role, members_only
from organisations.changing import CountChanged, affected, change_people
from organisations.models import PeopleChange, PeopleExport
from organisations.people_forms import ChoosePeopleForm, PeopleChangeForm, PeopleFilterForm


def _filter(request):
    """The filter of the list that the button stood under."""
    return PeopleFilterForm(request.GET, organisation=request.organisation)


def _back_to_list(request):
    response = redirect("organisations:people", request.organisation.slug)
    if query := request.GET.urlencode():
        response["Location"] += f"?{query}"
    return response


# --- Lists to take away -----------------------------------------------------------------------------------------------


@require_POST
@members_only(Role.HR)
def export_people(request):
    """A short list at once, a long one by a worker."""
    file_format = request.POST.get("format")
    if file_format not in PeopleExport.Format.values:
        file_format = PeopleExport.Format.CSV
    form = _filter(request)
    people = form.people()
    if exporting.is_long(people):
        export = exporting.request_export(request.organisation, form.chosen, file_format, request.user)
        return redirect("organisations:people-export", request.organisation.slug, export.pk)
    name = exporting.file_name(request.organisation, file_format)
    return _attachment(exporting.write_list(people, file_format), name, exporting.MEDIA_TYPES[file_format])


def _attachment(content, name, media_type):
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def _own_export(request, pk):
    """The list that this user asked for; nobody else's exists."""
    exports = request.organisation.people_exports.select_related("run").filter(requested_by=request.user)
    return get_object_or_404(exports, pk=pk)


@require_GET
@vary_on_headers("HX-Request")
@members_only(Role.HR)
def show_export(request, pk):
    export = _own_export(request, pk)
    context = {"export": export, "run": export.run, "url": request.path}
    if "HX-Request" in request.headers:
        response = render(request, "components/run_status.html", context)
        if export.run.is_over:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "organisations/people_export.html", context)


@require_GET
@members_only(Role.HR)
def download_export(request, pk):
    export = _own_export(request, pk)
    if export.file is None:
        raise Http404
    return _attachment(bytes(export.file.content), export.file.name, export.file.media_type)


# --- One change for many ----------------------------------------------------------------------------------------------


@require_POST
@members_only(Role.HR)
def change_many(request):
    """First the page that counts, then, confirmed with that count, the change."""
    choice = ChoosePeopleForm(request.POST)
    if not choice.is_valid():
        messages.warning(request, _("Choose people and what to do with them."))
        return _back_to_list(request)
    act = choice.cleaned_data["act"]
    people = choice.people(_filter(request).people())
    number = affected(people, act).count()
    is_confirmed = "wish" in request.POST
    form = PeopleChangeForm(request.POST if is_confirmed else None, act=act, number=number)
    status, has_changed = 200, False
    if is_confirmed and form.is_valid():
        try:
            done = _change(request, people, act, form.cleaned_data)
        except CountChanged:
            status, has_changed = 409, True
            form = PeopleChangeForm(act=act, number=number)
        except ValidationError as refusal:
            form.add_error("value" if "value" in form.fields else None, refusal)
        else:
            _say_what_was_done(request, done)
            return _back_to_list(request)
    elif not number:
        messages.warning(request, _("Choose people and what to do with them."))
        return _back_to_list(request)
    if form.is_bound:
        status = 422
    context = {
        "form": form,
        "choice": choice.cleaned_data,
        "act": PeopleChange.Act(act),
        "number": number,
        "some": people.by_name()[:5],
        "has_changed": has_changed,
    }
    return render(request, "organisations/change_people.html", context, status=status)


def _change(request, people, act, confirmed):
    return change_people(
        request.organisation,
        people,
        act,
        confirmed.get("value"),
        expected=confirmed["expected"],
        wish=confirmed["wish"],
        by=request.user,
    )


def _say_what_was_done(request, done):
    words = ngettext("One person is changed.", "%(number)d people are changed.", done.number)
    if done.act == PeopleChange.Act.INVITE:
        words = ngettext(
            "One invitation is on its way.", "%(number)d invitations are on their way.", done.number
        )
    messages.success(request, words % {"number": done.number})

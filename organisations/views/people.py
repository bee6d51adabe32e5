"""The people of an organisation, for its HR managers."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from organisations.access import Role, members_only


@require_GET
@members_only(Role.HR)
def list_people(request):
    return render(
        request,
        "organisations/people.html",
        {"people": request.organisation.people.all()},
    )

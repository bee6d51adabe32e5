"""Who may open which page: the first fence.

A page of an organisation does not exist (404) for outsiders and is forbidden (403) to members without the role. From
the guard on, every read starts at `request.organisation`, `request.person` or `request.programme`.
"""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render

from organisations.models import Organisation, Programme, Role
from organisations.scope import every_organisation, only

__all__ = ["Role", "members_only", "programme_only"]


def members_only(*roles):
    """Let in people who hold one of these roles in the organisation that the URL names.

    Sets `request.organisation`, `request.roles` and `request.person` (their own record there, or None). Programme
    officers come in where `Role.OFFICER` is listed. Once access has ended, only they do; its people are told so.
    """

    def guard(view):
        @wraps(view)
        def guarded(request, organisation, **kwargs):
            request.organisation, request.roles = find_membership(request.user, organisation)
            if request.organisation.is_shut and Role.OFFICER not in request.roles:
                return _say_that_it_has_closed(request)
            with only(request.organisation.pk):
                person = request.organisation.people.filter(user=request.user).first()
                has_left = person is not None and not person.is_present
                if has_left and Role.OFFICER not in request.roles:
                    return _say_that_they_have_left(request, person)
                if request.roles.isdisjoint(roles):
                    raise PermissionDenied
                request.person = None if has_left else person
                if request.person is None and request.roles & frozenset(roles) == {Role.STAFF}:
                    raise Http404  # nobody is enrolled with this account
                return view(request, **kwargs)

        guarded.roles = frozenset(roles)
        return guarded

    return guard


def _say_that_it_has_closed(request):
    """Its people know that it takes part, so they are told why they don't come in; its history stays."""
    organisation = request.organisation
    del request.organisation, request.roles  # the frame shows none of its places
    return render(request, "organisations/closed.html", {"organisation": organisation}, status=410)


def _say_that_they_have_left(request, person):
    """Their records stay, their access ends with their last day, whatever roles are still on record."""
    organisation = request.organisation
    del request.organisation, request.roles
    context = {"organisation": organisation, "person": person}
    return render(request, "organisations/left.html", context, status=410)


def programme_only(*roles):
    """Let in people who hold one of these roles in the programme. Sets `request.programme` and `request.roles`."""

    def guard(view):
        @wraps(view)
        def guarded(request, **kwargs):
            request.programme, request.roles = (Programme.objects.get(), request.user.roles_in_programme)
            if request.roles.isdisjoint(roles):
                raise PermissionDenied
            with every_organisation():
                return view(request, **kwargs)

        guarded.roles = frozenset(roles)
        return guarded

    return guard


def find_membership(user, slug):
    """The organisation of that name and the user's roles there; 404 for outsiders and unknown names alike."""
    for organisation, roles in user.roles_by_organisation.items():
        if organisation.slug == slug:
            return organisation, frozenset(roles | (user.roles_in_programme & {Role.OFFICER}))
    if Role.OFFICER not in user.roles_in_programme:
        raise Http404
    organisation = Organisation.objects.select_related("programme").filter(slug=slug).first()
    if organisation is None:
        raise Http404
    return organisation, frozenset({Role.OFFICER})

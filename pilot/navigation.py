"""The places that each role finds in the left rail. The only module that knows every app's pages."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models import Role


@dataclass(frozen=True)
class Place:
    label: str
    url_name: str
    icon: str
    roles: frozenset


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str
    current: bool


HR, STAFF, OFFICER, COMMITTEE, AUDITOR = (Role.HR, Role.STAFF, Role.OFFICER, Role.COMMITTEE, Role.AUDITOR)

IN_ORGANISATION = [
    Place(_("Overview"), "organisations:home", "home", frozenset({HR, STAFF, OFFICER})),
    Place(_("My skills"), "assessments:my-skills", "skills", frozenset({STAFF})),
    Place(_("My mentoring"), "mentoring:my-mentoring", "mentoring", frozenset({STAFF})),
    Place(_("My learning"), "upskilling:my-learning", "learning", frozenset({STAFF})),
    Place(_("My participation"), "organisations:my-participation", "sharing", frozenset({STAFF})),
    Place(_("People"), "organisations:people", "people", frozenset({HR})),
    Place(_("Results"), "assessments:imports", "import", frozenset({HR, OFFICER})),
    Place(_("Skills"), "assessments:skills", "chart", frozenset({HR, OFFICER})),
    Place(_("Targets"), "assessments:targets", "target", frozenset({HR})),
    Place(_("Mentoring"), "mentoring:rounds", "mentoring", frozenset({HR})),
    Place(_("Catalogue"), "upskilling:catalogue", "catalogue", frozenset({HR, STAFF, OFFICER})),
]
IN_PROGRAMME = [
    Place(_("Organisations"), "organisations:programme", "organisations", frozenset({OFFICER})),
    Place(_("Participants"), "organisations:completeness", "people", frozenset({OFFICER})),
    Place(_("Skills"), "assessments:organisations", "chart", frozenset({OFFICER})),
    Place(_("Frameworks"), "assessments:frameworks", "skills", frozenset({OFFICER})),
    Place(_("Reports"), "reporting:reports", "report", frozenset({OFFICER, COMMITTEE, AUDITOR})),
]


def navigation(request):
    """Context for the frame of every page: the rail's items and the menu of organisations."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "navigation_menus": {"organisations": []}}
    organisation = getattr(request, "organisation", None)
    items = []
    if organisation is not None:
        items = _items(request, IN_ORGANISATION, request.roles, [organisation.slug])
    elif user.roles_in_programme:
        items = _items(request, IN_PROGRAMME, user.roles_in_programme, [])
    return {"navigation": items, "navigation_menus": {"organisations": _places_to_go(request, organisation)}}


def _items(request, places, roles, arguments):
    found = [(place, reverse(place.url_name, args=arguments)) for place in places if place.roles & roles]
    here = _where_we_are(request.path, found)
    return [Item(place.label, url, place.icon, url == here) for place, url in found]


def _where_we_are(path, found):
    """The address of the place that this page belongs to: the longest that it begins with."""
    beginnings = [
        url
        for place, url in found
        if path == url or (path.startswith(url) and place.url_name != "organisations:home")
    ]
    return max(beginnings, key=len, default=None)


def _places_to_go(request, organisation):
    """The organisations of a user who has several, and the programme for those who work in it."""
    menu = [
        {
            "name": each.name,
            "url": reverse("organisations:home", args=[each.slug]),
            "current": each == organisation,
        }
        for each in request.user.roles_by_organisation
    ]
    roles = request.user.roles_in_programme
    if roles:
        name = "organisations:programme" if OFFICER in roles else "reporting:reports"
        menu.append({"name": _("Programme"), "url": reverse(name), "current": organisation is None})
    return menu if len(menu) > 1 or organisation is None else []

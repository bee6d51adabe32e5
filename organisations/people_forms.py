"""Which people a list shows, what is done with many of them at once, and how people enrol themselves."""

import re
import uuid

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from organisations.cleaning import CLEANERS, Unclean
from organisations.models import (
    EnrolmentLink,
    EnrolmentRequest,
    Language,
    Organisation,
    PeopleChange,
    texts_in_use,
)

# The columns by which a list may be sorted; nothing else from a request ever names a column.
SORTS = {
    "name": ["name_key"],
    "staff_number": ["staff_number", "name_key"],
    "email": ["email", "name_key"],
    "department": ["department_key", "name_key"],
    "site": ["site_key", "name_key"],
    "job_family": ["job_family_key", "name_key"],
    "hired_on": ["hired_on", "name_key"],
}


PER_PAGE = 50
MOST_PAGES = 200  # further back, a search or the other direction finds people faster than turning pages


class PeoplePages(Paginator):
    """Pages whose cost has a limit, however many people there are."""

    @cached_property
    def num_pages(self):
        return min(super().num_pages, MOST_PAGES)

    @property
    def is_cut(self):
        return self.count > MOST_PAGES * self.per_page


def backwards(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


class PeopleFilterForm(forms.Form):
    """Which people a list shows, in which order; nonsense shows everybody, by name."""

    PRESENT, LEFT, ALL = "present", "left", "all"
    STATES = [(PRESENT, _("present")), (LEFT, _("left")), (ALL, _("everybody"))]
    SIGNS_IN, INVITED, NOT_INVITED = "signs-in", "invited", "not-invited"
    ACCOUNTS = [
        ("", _("with or without")),
        (SIGNS_IN, _("signs in")),
        (INVITED, _("invited")),
        (NOT_INVITED, _("not invited yet")),
    ]

    q = forms.CharField(label=_("Name, e-mail or staff number"), max_length=100, required=False)
    department = forms.ChoiceField(label=_("Department"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    job_family = forms.ChoiceField(label=_("Job family"), required=False)
    manager = forms.CharField(label=_("Staff number of the manager"), max_length=50, required=False)
    language = forms.ChoiceField(
        label=_("Working language"), choices=[("", _("all languages")), *Language.choices], required=False
    )
    account = forms.ChoiceField(label=_("Account"), choices=ACCOUNTS, required=False)
    state = forms.ChoiceField(label=_("Who"), choices=STATES, required=False)
    sort = forms.ChoiceField(
        choices=[(name, name) for key in SORTS for name in (key, f"-{key}")],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, organisation: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        everything = {
            "department": _("all departments"),
            "site": _("all sites"),
            "job_family": _("all job families"),
        }
        for name, values in texts_in_use(organisation).items():
            self.fields[name].choices = [("", everything[name]), *[(value, value) for value in values]]

    @property
    def chosen(self) -> dict[str, str]:
        """What was asked for and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def has_more(self) -> bool:
        """Whether one of the filters that are folded away is in use."""
        return bool({"site", "job_family", "manager", "language", "account"} & self.chosen.keys())

    @property
    def order(self) -> str:
        return self.chosen.get("sort", "name")

    def people(self):
        """Those of the organisation's people who were asked for, in the order asked for."""
        chosen = self.chosen
        people = self._with_state(self.organisation.people.all(), chosen.get("state", self.PRESENT))
        people = self._with_account(people, chosen.get("account"))
        for name in ("department", "site", "job_family"):
            if name in chosen:
                people = people.with_text(name, chosen[name])
        if "manager" in chosen:
            people = people.filter(manager__staff_number=chosen["manager"])
        if "language" in chosen:
            people = people.filter(languages__contains=[chosen["language"]])
        sign = "-" if self.order.startswith("-") else ""
        columns = [*SORTS[self.order.removeprefix("-")], "pk"]
        return people.matching(chosen.get("q", "")).order_by(*[sign + column for column in columns])

    def page(self, number):
        """One page of them. Its ids are found in an index alone, its rows are read afterwards.

        A search looks at everybody anyway, so it looks once, for the count and the page.
        """
        numbers = self.people().values_list("pk", flat=True)
        found = list(numbers) if "q" in self.chosen else numbers
        page = PeoplePages(found, PER_PAGE).get_page(number)
        shown = list(page.object_list)
        rows = self.organisation.people.order_by().in_bulk(shown)
        page.object_list = [rows[pk] for pk in shown]
        return page

    def _with_state(self, people, state):
        if state == self.ALL:
            return people
        return people.left() if state == self.LEFT else people.present()

    def _with_account(self, people, account):
        if not account:
            return people
        if account == self.SIGNS_IN:
            return people.filter(user__isnull=False)
        invited = Exists(self.organisation.invitations.redeemable().filter(person=OuterRef("pk")))
        return people.filter(invited if account == self.INVITED else ~invited, user=None)


class ChoosePeopleForm(forms.Form):
    """Which people of a list something is done with: those with a tick, or all that match the filter."""

    act = forms.ChoiceField(label=_("What to do"), choices=PeopleChange.Act.choices)
    everybody = forms.BooleanField(required=False)
    person = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:
            # Numbers of other people change nothing: they are looked for among those of the organisation.
            numbers = {pk for pk in self.data.getlist("person") if re.fullmatch(r"\d{1,18}", pk)}
            self.fields["person"].choices = [(pk, pk) for pk in numbers]

    def people(self, matching):
        """Those of the matching people who were chosen."""
        if self.cleaned_data["everybody"]:
            return matching
        return matching.filter(pk__in=self.cleaned_data["person"])


class PeopleChangeForm(forms.Form):
    """The value that many people get, and how many they were when somebody looked."""

    value = forms.CharField(required=False, max_length=100)
    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    wish = forms.UUIDField(widget=forms.HiddenInput)

    LABELS = {
        PeopleChange.Act.DEPARTMENT: _("Department"),
        PeopleChange.Act.SITE: _("Site"),
        PeopleChange.Act.JOB_FAMILY: _("Job family"),
        PeopleChange.Act.MANAGER: _("Manager"),
        PeopleChange.Act.LEFT_ON: _("Left on"),
    }

    def __init__(self, *args, act: str, number: int, **kwargs):
        kwargs["initial"] = {"expected": number, "wish": uuid.uuid4()}
        super().__init__(*args, **kwargs)
        self.act = act
        field = self.fields["value"]
        if act == PeopleChange.Act.INVITE:
            del self.fields["value"]
            return
        field.label = self.LABELS[act]
        if act == PeopleChange.Act.MANAGER:
            field.help_text = _("The manager's staff number. The manager must be enrolled, too.")
        elif act == PeopleChange.Act.LEFT_ON:
            field.required = True
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            field.initial = timezone.localdate()

    def clean_value(self):
        try:
            return CLEANERS[self.act](self.cleaned_data["value"])
        except Unclean as problem:
            raise forms.ValidationError(problem.sentence) from problem


# --- Self-enrolment ---------------------------------------------------------------------------------------------------

_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


class EnrolmentLinkForm(forms.ModelForm):
    domains = forms.CharField(
        label=_("E-mail domains"),
        help_text=_(
            "Only addresses of these domains are taken, such as acme.lu. Put commas between several."
        ),
        max_length=1000,
    )

    class Meta:
        model = EnrolmentLink
        fields = ["domains", "places", "ends_on"]
        widgets = {"ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_domains(self):
        words = re.split(r"[\s,;]+", self.cleaned_data["domains"].lower())
        domains = list(dict.fromkeys(word.removeprefix("@") for word in words if word))
        wrong = next((domain for domain in domains if not _DOMAIN.fullmatch(domain)), None)
        if wrong is not None or not domains:
            raise forms.ValidationError(
                _("“%(domain)s” is not an e-mail domain. Write it like acme.lu."),
                params={"domain": wrong or ""},
            )
        return domains

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        last = timezone.localdate() + settings.ENROLMENT_LINK_LONGEST
        if not timezone.localdate() <= day <= last:
            raise forms.ValidationError(_("Choose a day between today and %(last)s."), params={"last": last})
        return day


class EnrolmentRequestForm(forms.ModelForm):
    """What somebody types who would like to be enrolled."""

    email = forms.CharField(
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    class Meta:
        model = EnrolmentRequest
        fields = ["first_name", "last_name", "email"]

    def clean(self):
        cleaned = self.cleaned_data
        for name in self.fields:
            if name in cleaned:
                try:
                    cleaned[name] = CLEANERS[name](cleaned[name])
                except Unclean as problem:
                    self.add_error(name, problem.sentence)
        if cleaned.get("email") and not self.instance.link.accepts(cleaned["email"]):
            self.add_error(
                "email", _("This link doesn't take addresses of this kind. Use your work address.")
            )
        return cleaned

    def validate_constraints(self):
        """Whether the address has asked before is nobody's business; `ask` takes both."""


class DecideForm(forms.Form):
    """HR's answer to those who asked to be enrolled."""

    decision = forms.ChoiceField(choices=EnrolmentRequest.Decision.choices)
    request = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        numbers = {pk for pk in self.data.getlist("request") if re.fullmatch(r"\d{1,18}", pk)}
        self.fields["request"].choices = [(pk, pk) for pk in numbers]

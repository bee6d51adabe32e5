"""Inputs about an organisation's way into the pilot: interest, checklist, stages, seats."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.forms import RESERVED, OrganisationForm
from organisations.models import Checklist, Funder, Interest, InvitationState, Language, Organisation


def date_input():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class InterestForm(forms.ModelForm):
    """What a stranger tells us. `website` is for machines: people don't see it."""

    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    class Meta:
        model = Interest
        fields = [
            *("name", "legal_id", "kind", "sector", "size_class"),
            *("contact_name", "contact_email", "message"),
        ]
        widgets = {"message": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"legal_id": _("Number in the trade and companies register, such as B123456.")}

    @property
    def shown(self):
        return [field for field in self if field.name != "website"]

    @property
    def is_from_a_machine(self):
        return bool(self.cleaned_data.get("website"))


class ChecklistForm(forms.ModelForm):
    """The checklist, and what the organisation's own row knows of it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    sector = forms.ChoiceField(label=_("Sector"), choices=Organisation.Sector.choices)
    size_class = forms.ChoiceField(
        label=_("Size"), choices=Organisation.SizeClass.choices, help_text=_("Staff of the whole group.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Working languages"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    within_sme_limits = forms.NullBooleanField(
        label=_("Turnover up to EUR 50 million or balance sheet up to EUR 43 million"),
        required=False,
        widget=forms.Select(choices=[("", _("not known yet")), ("true", _("yes")), ("false", _("no"))]),
    )
    open_enrolment = forms.BooleanField(
        label=_("Open enrolment as soon as nothing is missing"), required=False, initial=True
    )
    OF_THE_ORGANISATION = ("kind", "sector", "size_class", "languages")

    class Meta:
        model = Checklist
        fields = [
            *("agreement_signed_on", "data_protection_roles", "delegation_informed_on"),
            *("contact_name", "contact_email", "privacy_email"),
            *("headcount", "group_links", "group_headcount", "within_sme_limits"),
        ]
        widgets = {"agreement_signed_on": date_input(), "delegation_informed_on": date_input()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.OF_THE_ORGANISATION:
            self.initial.setdefault(name, getattr(self.instance.organisation, name))

    def clean(self):
        cleaned = super().clean()
        for name in ("agreement_signed_on", "delegation_informed_on"):
            if cleaned.get(name) and cleaned[name] > timezone.localdate():
                self.add_error(name, _("This day lies in the future."))
        return cleaned

    def save(self, commit=True):
        organisation = self.instance.organisation
        for name in self.OF_THE_ORGANISATION:
            setattr(organisation, name, self.cleaned_data[name])
        organisation.save(update_fields=self.OF_THE_ORGANISATION)
        return super().save(commit)


class StageForm(forms.Form):
    """One step of the journey."""

    stage = forms.ChoiceField(label=_("Next stage"))
    day = forms.DateField(label=_("Day"), widget=date_input())
    access_ends_on = forms.DateField(
        label=_("Access ends on"),
        required=False,
        widget=date_input(),
        help_text=_("Needed when it is closing. From this day on its people don't come in any more."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args, steps, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [(step.value, step.label) for step in steps]
        self.fields["day"].initial = timezone.localdate


class SeatsForm(forms.Form):
    """A move of seats by an officer."""

    GRANT, EXPIRE, RETURN = "grant", "expire", "return"
    act = forms.ChoiceField(
        label=_("What happens"),
        choices=[
            (GRANT, _("Grant seats")),
            (EXPIRE, _("Let free seats expire")),
            (RETURN, _("Take back unused seats of people who left")),
        ],
    )
    number = forms.IntegerField(
        label=_("Seats"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Not needed to take seats back: it takes them all."),
    )
    funder = forms.ChoiceField(label=_("Funder"), choices=Funder.choices, initial=Funder.STATE)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self):
        cleaned = super().clean()
        needs_number = cleaned.get("act") in (self.GRANT, self.EXPIRE)
        if needs_number and not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", _("Say how many."))
        return cleaned


class BoardFilterForm(forms.Form):
    ALERTS = "alerts"
    q = forms.CharField(label=_("Name or legal identifier"), required=False)
    stage = forms.ChoiceField(
        label=_("Stage"), required=False, choices=[("", _("all stages")), *Organisation.Stage.choices]
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("all organisations")), (ALERTS, _("only those that need you"))],
    )


class InvitationFilterForm(forms.Form):
    q = forms.CharField(label=_("E-mail"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all states")), *InvitationState.choices]
    )


class OrganisationFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx), one line per organisation, below a line with the column names."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file first.")},
    )


class OrganisationRowForm(OrganisationForm):
    """One row of such a file. What others have taken is told, so that no row asks the database.

    Languages may be left out: the checklist asks for them before anybody is enrolled.
    """

    def __init__(self, *args, taken_slugs, taken_legal_ids, **kwargs):
        super().__init__(*args, **kwargs)
        # Legal identifiers come with the line of the file that claims them, or None.
        self.taken_slugs, self.taken_legal_ids = taken_slugs, taken_legal_ids
        self.fields["languages"].required = False

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        if slug in self.taken_slugs or slug in RESERVED:
            raise forms.ValidationError(_("Another organisation already has this short name."))
        return slug

    def clean_legal_id(self):
        legal_id = self.cleaned_data["legal_id"].replace(" ", "").upper()
        if line := self.taken_legal_ids.get(legal_id):
            raise forms.ValidationError(
                _("Line %(line)s has this legal identifier, too. Keep one of them."), params={"line": line}
            )
        if legal_id in self.taken_legal_ids:
            raise forms.ValidationError(_("An organisation with this legal identifier already takes part."))
        return legal_id

    def validate_unique(self):
        """Judged above, against sets."""

    def validate_constraints(self):
        """The one constraint of a new row is about the legal identifier, judged above."""

"""Every input about organisations and their people, cleaned here and nowhere else."""

import uuid

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from organisations.cleaning import CLEANERS, Unclean
from organisations.models import ApiToken, Funder, Language, Organisation, Person

RESERVED = ("add", "import")  # short names whose addresses belong to pages of the programme


class OrganisationForm(forms.ModelForm):
    licence_quota = forms.IntegerField(
        label=_("Pix licences granted"), min_value=0, max_value=100_000, initial=0
    )
    funder = forms.ChoiceField(
        label=_("Who pays for them"), choices=Funder.choices, initial=Funder.STATE, required=False
    )
    languages = forms.MultipleChoiceField(
        label=_("Working languages"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Organisation
        fields = [
            "name",
            "slug",
            "legal_id",
            "kind",
            "sector",
            "size_class",
            "languages",
        ]

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        taken = Organisation.objects.exclude(pk=self.instance.pk).filter(slug=slug).exists()
        if taken or slug in RESERVED:
            raise forms.ValidationError(_("Another organisation already has this short name."))
        return slug

    def clean_legal_id(self):
        legal_id = self.cleaned_data["legal_id"].replace(" ", "").upper()
        others = self.instance.programme.organisations.exclude(pk=self.instance.pk)
        if others.filter(legal_id=legal_id).exists():
            raise forms.ValidationError(_("An organisation with this legal identifier already takes part."))
        return legal_id


class InviteManagerForm(forms.Form):
    """Whom to invite as HR manager of an organisation."""

    email = forms.EmailField(label=_("E-mail of the HR manager"))

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class AcceptInvitationForm(forms.Form):
    """What a newcomer types: the address that the link was sent to, and a password of their own."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The address that the invitation was sent to."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least twelve characters. A sentence is easier to remember than a riddle."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email != self.invitation.email:
            raise forms.ValidationError(_("This invitation was sent to another address."))
        return email

    def clean_password(self):
        password_validation.validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


class ApiTokenForm(forms.ModelForm):
    DAYS = [(30, _("30 days")), (90, _("90 days")), (365, _("one year"))]

    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=90)
    form = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)

    class Meta:
        model = ApiToken
        fields = ["name"]


# --- People -----------------------------------------------------------------------------------------------------------


class PersonForm(forms.ModelForm):
    """One person, cleaned like a row of a staff file."""

    email = forms.CharField(label=_("Work e-mail"), required=False, widget=forms.EmailInput)
    manager = forms.CharField(
        label=_("Manager"),
        required=False,
        help_text=_("The manager's staff number. The manager must be enrolled, too."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Working languages"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Person
        fields = [
            "last_name",
            "first_name",
            "email",
            "staff_number",
            "department",
            "site",
            "manager",
            "job_family",
            "languages",
            "hired_on",
            "left_on",
        ]
        widgets = {
            "hired_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "left_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"staff_number": _("Needed where there is no e-mail.")}

    TAKEN = {
        "email": _("Somebody else here has this e-mail."),
        "staff_number": _("Somebody else here has this staff number."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = self.instance.organisation.people.exclude(pk=self.instance.pk)
        manager = self.instance.manager
        self.initial["manager"] = manager.staff_number if manager else ""
        if self.instance.user_id:
            self.fields["email"].help_text = _(
                "Signs in with %(email)s, also after a change here, and is told of it at that address."
            ) % {"email": self.instance.user.email}
        self.initial["seen"] = self.instance.version

    def clean(self):
        for name in ("last_name", "first_name", "email", "staff_number", "department", "site", "job_family"):
            self._clean_like_a_cell(name)
        cleaned = self.cleaned_data
        for name, sentence in self.TAKEN.items():
            if cleaned.get(name) and self.people.filter(**{name: cleaned[name]}).exists():
                self.add_error(name, sentence)
        if not self.errors and not cleaned["email"] and not cleaned["staff_number"]:
            self.add_error(
                "staff_number", _("Give a staff number or an e-mail, so that files can find this person.")
            )
        if cleaned.get("hired_on") and cleaned.get("left_on") and cleaned["left_on"] < cleaned["hired_on"]:
            self.add_error("left_on", _("The day of leaving comes before the day of hiring."))
        cleaned["manager"] = self._find_manager(cleaned.pop("manager", "").strip())
        return cleaned

    def _clean_like_a_cell(self, name):
        if name in self.cleaned_data:
            try:
                self.cleaned_data[name] = CLEANERS[name](self.cleaned_data[name])
            except Unclean as problem:
                self.add_error(name, problem.sentence)

    def _find_manager(self, number):
        if not number:
            return None
        manager = self.people.filter(staff_number=number).first()
        if number in (self.cleaned_data.get("staff_number"), self.instance.staff_number):
            self.add_error("manager", _("Nobody can be their own manager."))
        elif manager is None:
            self.add_error("manager", _("Nobody enrolled here has this staff number."))
        elif self.instance.pk and manager.reports_to(self.instance):
            self.add_error("manager", _("This manager reports to this person. Change one of the two."))
        return manager

    def _get_validation_exclusions(self):
        # Judged above, with the sentence at its field.
        return super()._get_validation_exclusions() | {"email", "staff_number", "manager", "left_on"}

    @property
    def was_overtaken(self):
        """Whether somebody else has saved this person since the form was shown."""
        return bool(self.instance.pk) and self.data.get("seen", "") != self.initial["seen"]

    def overtake(self):
        """Show the form again, ready to be saved over the other version."""
        self.data = self.data.copy()
        self.data["seen"] = self.initial["seen"]


class StaffFileForm(forms.Form):
    file = forms.FileField(
        label=_("Staff file"),
        help_text=_("CSV or Excel (.xlsx), one line per person, below a line with the names of the columns."),
        allow_empty_file=True,  # whoever reads the file says so with more help
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file first.")},
    )

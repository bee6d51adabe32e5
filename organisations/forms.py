"""Every input about organisations and their people, cleaned here and nowhere else."""

from datetime import timedelta

from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models import ApiToken, Language, Organisation


class OrganisationForm(forms.ModelForm):
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
            "licence_quota",
            "languages",
        ]

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        if Organisation.objects.exclude(pk=self.instance.pk).filter(slug=slug).exists():
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

    class Meta:
        model = ApiToken
        fields = ["name"]

    def save(self, commit=True):
        self.instance.expires_at = timezone.now() + timedelta(days=self.cleaned_data["days"])
        return super().save(commit)

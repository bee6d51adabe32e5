"""What a participant answers, and what HR says about an exit: cleaned here."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from organisations.models import EsfAnswers, EsfExit, EsfSensitiveAnswers, FollowUp, FollowUpAnswer, Person
from organisations.participation import Entry, questions_on_request

YES_OR_NO = [("yes", _("yes")), ("no", _("no"))]
DATE = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


def _yes_or_no(label, help_text=""):
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        coerce=lambda given: given == "yes",
        empty_value=None,
        required=False,
    )


def _one_of(choices, label, help_text=""):
    return forms.ChoiceField(
        label=label, help_text=help_text, choices=choices.choices, widget=forms.RadioSelect, required=False
    )


class EsfEntryForm(forms.Form):
    """Every question may be left open: people save what they want to say, and may come back."""

    gender = _one_of(EsfAnswers.Gender, _("Gender"))
    birth_date = forms.DateField(label=_("Date of birth"), required=False, **DATE)
    employment = _one_of(EsfAnswers.Employment, _("Situation at work on the day you joined"))
    education = _one_of(EsfAnswers.Education, _("Highest diploma"), _("Wherever you obtained it."))
    contract = _one_of(EsfAnswers.Contract, _("Contract"))
    working_time = _one_of(EsfAnswers.WorkingTime, _("Working time"))
    in_training = _yes_or_no(
        _("Were you in education or training elsewhere on the day you joined?"), _("Outside this pilot.")
    )
    email = forms.EmailField(
        label=_("Private e-mail"),
        help_text=_("It must still reach you when you no longer work here. HR does not see it."),
        required=False,
    )
    phone = forms.RegexField(
        r"^[0-9+()/. -]{6,30}$",
        label=_("Private telephone"),
        help_text=_("Instead of an e-mail. The programme office then calls you; HR does not see it."),
        required=False,
    )

    def __init__(self, *args, person: Person, entry: Entry, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        for name in questions_on_request():
            label = capfirst(str(EsfSensitiveAnswers._meta.get_field(name).verbose_name))
            self.fields[name] = _one_of(EsfSensitiveAnswers.Answer, label)
            self.initial.setdefault(name, getattr(entry.sensitive, name))
        for name in ("gender", "birth_date", "employment", "education", "contract", "working_time"):
            self.initial.setdefault(name, getattr(entry.answers, name))
        in_training = {True: "yes", False: "no", None: ""}[entry.answers.in_training]
        self.initial.setdefault("in_training", in_training)
        if entry.contact:
            self.initial |= {"email": entry.contact.email, "phone": entry.contact.phone}

    def clean_birth_date(self):
        born = self.cleaned_data["birth_date"]
        if born and not 15 <= _years_between(born, timezone.localdate()) <= 100:
            raise forms.ValidationError(_("Check the year: participants are between 15 and 100 years old."))
        return born

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email and email in (self.person.email.lower(), self.person.user.email.lower()):
            raise forms.ValidationError(_("This is your work address. Give one that stays yours."))
        return email


def _years_between(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class ExitForm(forms.Form):
    left_on = forms.DateField(label=_("Left the pilot on"), **DATE)
    reason = forms.ChoiceField(label=_("Reason"), choices=EsfExit.Reason.choices, widget=forms.RadioSelect)


class FollowUpForm(forms.Form):
    """The questions after leaving; the one about changes at work is for six months later."""

    employment = forms.ChoiceField(
        label=_("Your situation at work now"), choices=EsfAnswers.Employment.choices, widget=forms.RadioSelect
    )
    in_training = _yes_or_no(_("Are you in education or training now?"))
    qualification = forms.CharField(
        label=_("A certificate obtained since"),
        help_text=_("Its title, who gave it and when. A note of attendance does not count."),
        max_length=200,
        required=False,
    )
    improvement = forms.ChoiceField(
        label=_("What has changed at work since you joined?"),
        choices=FollowUpAnswer.Improvement.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        if kind == FollowUp.Kind.FOUR_WEEKS:
            del self.fields["improvement"]

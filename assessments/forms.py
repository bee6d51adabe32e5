"""What people upload and set."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.levels import MEANINGS
from assessments.maddo import check_address
from assessments.models import HIGHEST_LEVEL
from organisations.models import Organisation


class ExportForm(forms.Form):
    file = forms.FileField(
        label=_("Export of Pix Orga or Pix Certif"),
        help_text=_(
            "The CSV file of Pix Orga or Pix Certif as it is: profiles, assessment, exam or certification."
        ),
        allow_empty_file=True,  # whoever reads the file says so with more help
        widget=forms.FileInput(attrs={"accept": ".csv"}),
        error_messages={"required": _("Choose a file first.")},
    )


class LevelsForm(forms.Form):
    """A level for each competence, area by area. Nothing chosen is None."""

    LEVELS: list[tuple] = []

    def __init__(self, *args, competences, initial=None, **kwargs):
        self.competences = competences
        super().__init__(*args, initial=initial, **kwargs)
        for competence in competences:
            self.fields[self.name_of(competence)] = forms.TypedChoiceField(
                label=f"{competence.code} {competence.title}",
                choices=self.LEVELS,
                coerce=int,
                empty_value=None,
                required=False,
            )

    @staticmethod
    def name_of(competence):
        return f"level_{competence.position}"

    @property
    def areas(self):
        """Each area with the fields of its competences."""
        areas = {}
        for competence in self.competences:
            areas.setdefault(competence.area, []).append(self[self.name_of(competence)])
        return areas.items()

    @property
    def levels(self):
        return [self.cleaned_data[self.name_of(competence)] for competence in self.competences]


class SelfReflectionForm(LevelsForm):
    """What somebody says of themselves: the meaning of each level stands in its choice."""

    LEVELS = [
        ("", _("I can't say")),
        *((level, format_lazy("{} – {}", level, MEANINGS[level])) for level in range(1, HIGHEST_LEVEL + 1)),
    ]


class SelfReflectionFileForm(forms.Form):
    file = forms.FileField(
        label=_("File of self-reflections"),
        help_text=_("CSV or XLSX, made from the template."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": _("Choose a file first.")},
    )


class UnnamedForm(forms.Form):
    """What a file cannot say: which competence stands at each place of it, and what its badges are called."""

    def __init__(self, *args, question, competences, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", _("choose"))] + [(each.code, f"{each.code} {each.title}") for each in competences]
        for place, items in enumerate(question["item_totals"], start=1):
            self.fields[f"competence_{place}"] = forms.ChoiceField(
                label=_("Competence %(place)s of the file") % {"place": place},
                help_text=_("Items in the test: %(items)s") % {"items": items} if items else "",
                choices=choices,
            )
        for place in range(1, question["badges"] + 1):
            self.fields[f"badge_{place}"] = forms.CharField(
                label=_("Badge %(place)s of the file") % {"place": place}, max_length=255, required=False
            )

    def answers(self, name):
        """All answers about competences, or about badges, in the order of the file."""
        return [text for field, text in self.cleaned_data.items() if field.startswith(f"{name}_") and text]


class TargetsForm(LevelsForm):
    """The target level of each competence; an empty choice means that there is no target."""

    LEVELS = [("", _("no target")), *((level, str(level)) for level in range(HIGHEST_LEVEL + 1))]

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, competences, profile=None, **kwargs):
        initial = {"based_on": profile.pk if profile else None}
        for competence in competences:
            initial[self.name_of(competence)] = profile.levels[competence.position - 1] if profile else None
        super().__init__(*args, competences=competences, initial=initial, **kwargs)


class SkillsFilterForm(forms.Form):
    """Which part of an organisation's released figures to look at. Whatever is unknown shows everything."""

    department = forms.ChoiceField(label=_("Department"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)

    def __init__(self, *args, shown, **kwargs):
        super().__init__(*args, **kwargs)
        self.options = {
            "department": {group.key: group for group in shown.groups},
            "area": {area.code: area for area in shown.areas},
        }
        self.fields["department"].choices = [
            ("", _("All departments")),
            *((group.key, group.label) for group in shown.groups),
        ]
        self.fields["area"].choices = [("", _("All areas")), *((area.code, area) for area in shown.areas)]

    def chosen(self, name):
        return self.options[name].get(self.data.get(name, ""))


class ConnectionForm(forms.Form):
    """The client that Pix gave the organisation. The secret is typed, and never shown again."""

    base_address = forms.CharField(
        label=_("Base address"),
        help_text=_("As Pix gave it to you, such as https://partner.example.org."),
        max_length=255,
        validators=[check_address],
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    client_id = forms.CharField(
        label=_("Client id"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Client secret"),
        help_text=_("It is kept sealed, and nobody can read it here again."),
        max_length=1000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_base_address(self):
        return self.cleaned_data["base_address"].rstrip("/")


class PixOrganisationForm(forms.Form):
    organisation = forms.TypedChoiceField(
        label=_("Which of them is this organisation?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = {answer.number: answer for answer in offered}
        self.fields["organisation"].choices = [
            (answer.number, f"{answer.name} ({answer.external_id or answer.number})") for answer in offered
        ]

    @property
    def chosen(self):
        return self.offered[self.cleaned_data["organisation"]]


class FollowForm(forms.Form):
    campaigns = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args, offers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["campaigns"].choices = [(offer.number, offer.name) for offer in offers]


class SideBySideForm(forms.Form):
    """Which organisations, and which area or competence of theirs, to look at. The first area unless told."""

    subject = forms.ChoiceField(label=_("Area or competence"), required=False)
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, choices=[("", _("All")), *Organisation.Sector.choices]
    )
    size_class = forms.ChoiceField(
        label=_("Size"), required=False, choices=[("", _("All")), *Organisation.SizeClass.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Organisation.Kind.choices]
    )

    def __init__(self, *args, areas, competences, **kwargs):
        super().__init__(*args, **kwargs)
        self.subjects = {subject.code: subject for subject in [*areas, *competences]}
        self.fields["subject"].choices = [(code, str(subject)) for code, subject in self.subjects.items()]
        self.default = areas[0].code

    @property
    def chosen_subject(self):
        return self.subjects.get(self.data.get("subject"), self.subjects[self.default])

    def narrow(self, organisations):
        """Those organisations that fit; what is unknown narrows nothing."""
        self.full_clean()
        for name in ("sector", "size_class", "kind"):
            if value := self.cleaned_data.get(name):
                organisations = organisations.filter(**{name: value})
        return organisations


class IdentityForm(forms.Form):
    """Who an identity is: one of the people here, nobody here, or a question for later."""

    NOBODY, LATER = "nobody", "later"

    person = forms.CharField(
        max_length=20,
        error_messages={"required": _("Choose a person, nobody enrolled here, or later.")},
    )

    def __init__(self, *args, organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_person(self):
        chosen = self.cleaned_data["person"]
        if chosen in (self.NOBODY, self.LATER):
            return None
        person = self.organisation.people.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        if person is None:
            raise forms.ValidationError(_("This person is not enrolled here any more."))
        return person

    @property
    def is_later(self):
        return self.data.get("person") == self.LATER

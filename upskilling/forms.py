"""Every input about courses: a row of a catalogue file, and what a list of courses is narrowed by."""

import re
from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Language
from upskilling.models import Offer

NEEDED = _("This is needed. Fill it in.")


# --- A row of a catalogue file ----------------------------------------------------------------------------------------


class Amount(forms.DecimalField):
    """A number with a decimal point or comma; spaces and the euro sign may stand in it."""

    def __init__(self, **options):
        super().__init__(
            min_value=Decimal(0),
            decimal_places=2,
            error_messages={
                "required": NEEDED,
                "invalid": _("This is not a number. Write it like 7.5 or 7,5."),
                "max_decimal_places": _(
                    "Write the number with at most two decimals and no sign between thousands."
                ),
                "min_value": _("This can't be negative."),
            },
            **options,
        )

    def to_python(self, value):
        value = re.sub(r"[\s€]", "", value or "")
        if value.count(",") == 1 and "." not in value:
            value = value.replace(",", ".")
        return super().to_python(value)


class Level(forms.IntegerField):
    def __init__(self, **options):
        message = _("A level is a whole number from 1 to 8.")
        codes = ("invalid", "min_value", "max_value")
        messages = {"required": NEEDED, **dict.fromkeys(codes, message)}
        super().__init__(min_value=1, max_value=8, error_messages=messages, **options)


class Codes(forms.CharField):
    """Several codes in one cell, with semicolons, commas or spaces between them."""

    def clean(self, value):
        return list(dict.fromkeys(re.findall(r"[^;,|\s]+", super().clean(value))))


class OneOf(forms.ChoiceField):
    """One of the codes of a list, which the refusal names."""

    def __init__(self, choices, **options):
        super().__init__(choices=choices.choices, error_messages={"required": NEEDED}, **options)
        self.known = ", ".join(choices.values)

    def validate(self, value):
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            reason = _("“%(value)s” is not known here. Use one of these: %(known)s.")
            raise forms.ValidationError(reason, params={"value": value, "known": self.known})


def text(limit, **options):
    return forms.CharField(max_length=limit, error_messages={"required": NEEDED}, **options)


def day(**options):
    message = _("This is not a date. Write it like 2026-03-01 or 01.03.2026.")
    return forms.DateField(
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
        required=False,
        error_messages={"invalid": message},
        **options,
    )


class OfferRowForm(forms.Form):
    """One course as a provider or the programme writes it into a file.

    `frameworks` gives, by code, each framework with its competences by code.
    """

    offer_id = text(50)
    title = text(250)
    title_lang = OneOf(Language, required=False)
    provider = text(150)
    provider_kind = OneOf(Offer.ProviderKind)
    competences = Codes(error_messages={"required": NEEDED})
    primary_competence = text(10, required=False)
    framework = text(30)
    level_min = Level()
    level_max = Level()
    hours = Amount(max_digits=6)
    cost_eur = Amount(max_digits=9)
    cost_basis = OneOf(Offer.CostBasis, required=False)
    languages = Codes(error_messages={"required": NEEDED})
    mode = OneOf(Offer.Mode)
    place = text(100, required=False)
    audience = OneOf(Offer.Audience, required=False)
    certificate = OneOf(Offer.Certificate, required=False)
    start_type = OneOf(Offer.StartType, required=False)
    next_start = day()
    valid_until = day()
    url = forms.URLField(
        max_length=500,
        assume_scheme="https",
        error_messages={
            "required": NEEDED,
            "invalid": _("This is not an address. Write it like https://example.org."),
        },
    )
    data_status = text(100, required=False)

    def __init__(self, *args, frameworks, **kwargs):
        super().__init__(*args, **kwargs)
        self.frameworks = frameworks

    def clean_languages(self):
        codes = [code.lower() for code in self.cleaned_data["languages"]]
        for code in codes:
            if code not in Language.values:
                reason = _("“%(word)s” is not a language we know. Use these codes: %(known)s.")
                raise forms.ValidationError(reason % {"word": code, "known": ", ".join(Language.values)})
        return codes

    def clean_framework(self):
        code = self.cleaned_data["framework"]
        if code not in self.frameworks:
            reason = _("There is no framework “%(code)s”. Known ones: %(known)s.")
            raise forms.ValidationError(reason % {"code": code, "known": ", ".join(self.frameworks)})
        return code

    def clean(self):
        cleaned = self.cleaned_data
        if "framework" in cleaned:
            framework, known = self.frameworks[cleaned["framework"]]
            self._check_codes(framework, known)
        if cleaned.get("level_min") and cleaned.get("level_max", 8) < cleaned["level_min"]:
            self.add_error(
                "level_max", _("The highest level is below the lowest one. Exchange or correct them.")
            )
        return cleaned

    def _check_codes(self, framework, known):
        codes, primary = self.cleaned_data.get("competences", []), self.cleaned_data.get("primary_competence")
        for code in codes:
            if code not in known:
                reason = _("%(framework)s has no competence “%(code)s”. Correct the code or the framework.")
                self.add_error("competences", reason % {"framework": framework, "code": code})
        if codes and primary and primary not in codes:
            reason = _("The main topic is not among the competences. Add it there, or correct it.")
            self.add_error("primary_competence", reason)

    def values(self, summaries):
        """Field values of the course; where a cell was empty, what goes without saying."""
        cleaned = self.cleaned_data
        names = {field.name for field in Offer._meta.get_fields()}
        framework, _known = self.frameworks[cleaned["framework"]]
        return {
            **{name: value for name, value in cleaned.items() if name in names},
            "framework": framework,
            "summaries": summaries,
            "title_lang": cleaned["title_lang"] or cleaned["languages"][0],
            "cost_basis": cleaned["cost_basis"] or Offer.CostBasis.PER_PERSON,
            "audience": cleaned["audience"] or Offer.Audience.ALL_STAFF,
            "certificate": cleaned["certificate"] or Offer.Certificate.NONE,
            "start_type": cleaned["start_type"] or self._start_type(),
        }

    def topics(self):
        """For each competence, whether it is the main topic; the only one is."""
        cleaned = self.cleaned_data
        _framework, known = self.frameworks[cleaned["framework"]]
        codes = cleaned["competences"]
        primary = cleaned["primary_competence"] or (codes[0] if len(codes) == 1 else "")
        return {known[code].pk: code == primary for code in codes}

    def _start_type(self):
        return Offer.StartType.DATED if self.cleaned_data["next_start"] else Offer.StartType.ON_DEMAND


# --- Lists ------------------------------------------------------------------------------------------------------------


class CatalogueForm(forms.Form):
    """Which courses a list shows; nonsense shows all of them."""

    q = forms.CharField(label=_("Title or provider"), max_length=100, required=False)
    competence = forms.ChoiceField(label=_("Competence"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("all languages")), *Language.choices], required=False
    )
    mode = forms.ChoiceField(
        label=_("Mode"), choices=[("", _("all modes")), *Offer.Mode.choices], required=False
    )
    free = forms.BooleanField(label=_("Free of charge only"), required=False)

    def __init__(self, *args, competences, **kwargs):
        super().__init__(*args, **kwargs)
        by_framework = {}
        for one in competences:
            choice = (f"{one.framework.code}:{one.code}", str(one))
            by_framework.setdefault(one.framework.name, []).append(choice)
        groups = list(by_framework.items())
        self.fields["competence"].choices = [("", _("all competences")), *groups]

    def narrow(self, offers):
        """Those of the offers that were asked for."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("competence"):
            framework, _colon, code = chosen["competence"].partition(":")
            offers = offers.filter(
                topics__competence__framework__code=framework, topics__competence__code=code
            )
        if chosen.get("language"):
            offers = offers.filter(languages__contains=[chosen["language"]])
        if chosen.get("mode"):
            offers = offers.filter(mode=chosen["mode"])
        if chosen.get("free"):
            offers = offers.filter(cost_eur=0)
        for word in chosen.get("q", "").split():
            offers = offers.filter(Q(title__unaccent__icontains=word) | Q(provider__unaccent__icontains=word))
        return offers

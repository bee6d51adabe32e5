"""Every input about mentoring, cleaned here and nowhere else."""

import uuid
from itertools import groupby

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import HIGHEST_LEVEL
from mentoring.models import (
    LONGEST_SESSION,
    MOST_MENTEES,
    SESSION_STEP,
    SHORTEST_SESSION,
    MentoringRound,
    MentoringSession,
)
from organisations.models import Language

# HR sees that a mentor is so many levels above a mentee. At most this many leave either of them five possible levels.
WIDEST_GAP = HIGHEST_LEVEL - 4


class CompetencesField(forms.TypedMultipleChoiceField):
    """Some of the competences, by position, under the names of their areas."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(coerce=int, required=False, **options)

    def offer(self, competences, levels=()):
        """Show these competences, with the reader's own level beside each that has one."""

        def label(competence):
            level = levels[competence.position - 1] if competence.position <= len(levels) else None
            if level is None:
                return str(competence)
            return _("%(competence)s (your level: %(level)d)") % {"competence": competence, "level": level}

        areas = groupby(competences, key=lambda competence: competence.area.title)
        self.choices = [(area, [(each.position, label(each)) for each in those]) for area, those in areas]


class OpenRoundForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("People see it when they apply, such as “Autumn 2026”.")
    )
    minimum_gap = forms.IntegerField(
        label=MentoringRound._meta.get_field("minimum_gap").verbose_name,
        help_text=MentoringRound._meta.get_field("minimum_gap").help_text,
        min_value=1,
        max_value=WIDEST_GAP,
        initial=2,
    )


class ApplicationForm(forms.Form):
    """What somebody offers and wants; either side alone is enough."""

    as_mentor = forms.BooleanField(label=_("I would mentor a colleague"), required=False)
    offered = CompetencesField(
        label=_("What I can pass on"), help_text=_("Only needed if you would mentor a colleague.")
    )
    capacity = forms.IntegerField(
        label=_("How many colleagues at most"), min_value=1, max_value=MOST_MENTEES, initial=1, required=False
    )
    as_mentee = forms.BooleanField(label=_("I would like a mentor"), required=False)
    wanted = CompetencesField(
        label=_("What I want to learn"), help_text=_("Only needed if you would like a mentor.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages I can meet in"), choices=Language.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, competences, levels=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["offered"].offer(competences, levels)
        self.fields["wanted"].offer(competences, levels)
        self.titles = {competence.position: str(competence) for competence in competences}

    def clean(self):
        cleaned = super().clean()
        for role, chosen in (("as_mentor", "offered"), ("as_mentee", "wanted")):
            if not cleaned.get(role):
                cleaned[chosen] = []
            elif chosen in cleaned and not cleaned[chosen]:
                self.add_error(chosen, _("Choose at least one competence."))
        if not cleaned.get("as_mentor") and not cleaned.get("as_mentee"):
            raise forms.ValidationError(_("Say whether you would mentor, would like a mentor, or both."))
        both = sorted(set(cleaned.get("offered", ())) & set(cleaned.get("wanted", ())))
        if both:
            names = ", ".join(self.titles[position] for position in both)
            self.add_error("wanted", _("You offer this yourself: %(names)s.") % {"names": names})
        cleaned["capacity"] = cleaned.get("capacity") or 1
        return cleaned

    @property
    def statement(self):
        """What `rounds.apply` needs of it."""
        return {name: self.cleaned_data[name] for name in ("offered", "wanted", "languages", "capacity")}


class SessionForm(forms.Form):
    """One session in under a minute: everything but the next step is filled in already."""

    held_on = forms.DateField(
        label=_("Date"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        initial=60,
        min_value=SHORTEST_SESSION,
        max_value=LONGEST_SESSION,
        step_size=SESSION_STEP,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"step_size": _("Give the minutes in steps of 5, such as 45 or 60.")},
    )
    mode = forms.ChoiceField(
        label=_("How you met"),
        choices=MentoringSession.Mode.choices,
        initial=MentoringSession.Mode.ONSITE,
        widget=forms.RadioSelect,
    )
    competences = CompetencesField(label=_("What you worked on"))
    next_step = forms.CharField(
        label=_("Next step"),
        max_length=200,
        required=False,
        help_text=_("One line that you both see. Nobody else does; write nothing about the person."),
    )
    token = forms.UUIDField(initial=uuid.uuid4, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, pairing, competences, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["competences"].offer(competences)
        self.fields["competences"].required = True
        self.initial.setdefault("competences", pairing.focus)
        self.fields["held_on"].widget.attrs |= {
            "max": timezone.localdate().isoformat(),
            "min": pairing.started_on.isoformat(),
        }

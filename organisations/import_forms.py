"""What people type to say what columns hold and how refused rows are mended."""

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from organisations.cleaning import FIELDS
from organisations.models import RepairRule
from organisations.problems import Refused
from organisations.staff_columns import Suggestion, label
from organisations.staff_repairs import Rule, checked_rule

NOT_USED = "-"


class ColumnsForm(forms.Form):
    """One choice for each named column. Guesses are filled in with their reason; sending the form confirms them."""

    def __init__(self, *args, suggestions: list[Suggestion], **kwargs):
        super().__init__(*args, **kwargs)
        self.suggestions = suggestions
        choices = [(NOT_USED, _("not used")), *((name, label(name)) for name in FIELDS)]
        for suggestion in suggestions:
            self.fields[f"column-{suggestion.number}"] = forms.ChoiceField(
                label=suggestion.header,
                choices=choices,
                initial=suggestion.field or NOT_USED,
                help_text=self._hint(suggestion),
            )

    def _hint(self, suggestion):
        """Cells of a file that anybody may have made stand in it, and hints are shown as they are."""
        parts = []
        if suggestion.examples:
            parts.append(_("For example: %(cells)s.") % {"cells": ", ".join(suggestion.examples)})
        if suggestion.must_be_confirmed:
            parts.append(_("Is this “%(field)s”? Please confirm.") % {"field": label(suggestion.field)})
        if suggestion.reason:
            parts.append(suggestion.reason)
        return escape(" ".join(map(str, parts)))

    @property
    def chosen(self) -> dict[str, str]:
        fields = {each.header: self.cleaned_data[f"column-{each.number}"] for each in self.suggestions}
        return {header: "" if field == NOT_USED else field for header, field in fields.items()}


class RuleForm(forms.Form):
    """How to mend every cell of one kind."""

    field = forms.ChoiceField(choices=[(name, name) for name in FIELDS])
    code = forms.CharField(max_length=30, required=False)
    action = forms.ChoiceField(label=_("What to do"), choices=RepairRule.Action.choices)
    value = forms.CharField(label=_("Value"), max_length=200, required=False)
    replacement = forms.CharField(label=_("Read as"), max_length=200, required=False)
    keep = forms.BooleanField(label=_("Keep this rule for the next file"), required=False)

    def clean(self):
        data = super().clean()
        if not self.errors:
            told = {name: data[name] for name in ("field", "action", "code", "value", "replacement")}
            try:
                self.rule = checked_rule(Rule(**told))
            except Refused as refusal:
                raise forms.ValidationError([problem.reason for problem in refusal.problems]) from refusal
        return data


class RepairWorkbookForm(forms.Form):
    workbook = forms.FileField(
        label=_("Repaired workbook"), widget=forms.FileInput(attrs={"accept": ".xlsx"})
    )

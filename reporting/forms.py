"""What people may ask of reports."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.periods import Quarter, check_quarter, quarters_to_report


class RequestReportForm(forms.Form):
    """Choose a quarter that has ended. Whatever else is sent is refused with a sentence that says why."""

    quarter = forms.CharField(label=_("Quarter"), max_length=30, widget=forms.Select)

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.programme = programme
        self.fields["quarter"].widget.choices = [
            (quarter.code, quarter.label.capitalize()) for quarter in quarters_to_report(programme.starts_on)
        ]

    def clean_quarter(self):
        return check_quarter(Quarter.parse(self.cleaned_data["quarter"]), self.programme.starts_on)

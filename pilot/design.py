"""A page for developers that shows every component with made-up content. It is there in development only."""

from types import SimpleNamespace

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessments import charts
from organisations.problems import Problem


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As the person writes it.")
    email = forms.EmailField(label="E-mail")
    department = forms.CharField(required=False)
    started = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.IntegerField()
    table = forms.FileField(label="File", help_text="CSV or XLSX, up to 20 MB.")
    role = forms.ChoiceField(
        choices=[("mentor", "I would mentor"), ("mentee", "I would be mentored")], widget=forms.RadioSelect
    )
    languages = forms.MultipleChoiceField(
        choices=[("fr", "Français"), ("de", "Deutsch"), ("lb", "Lëtzebuergesch")],
        widget=forms.CheckboxSelectMultiple,
        help_text="In which you can work.",
    )
    site = forms.ChoiceField(choices=[("", "Choose"), ("north", "North")])
    message = forms.CharField(widget=forms.Textarea, required=False)
    agrees = forms.BooleanField(label="I have read the notice", help_text="It says who sees what.")


class SampleFilter(forms.Form):
    q = forms.CharField(label="Name", required=False, widget=forms.SearchInput)
    site = forms.ChoiceField(choices=[("", "All"), ("north", "North")], required=False)


COMPETENCES = [
    (1, "Information and data", "1.1", "Mener une recherche et une veille d’information", 5, 5, 3),
    (1, "Information and data", "1.2", "Gérer des données", 4, 5, None),
    (1, "Information and data", "1.3", "Traiter des données", 2, 4, 2),
    (2, "Communication and collaboration", "2.1", "Interagir", 6, 5, 5),
    (2, "Communication and collaboration", "2.2", "Partager et publier", 3, 4, None),
    (2, "Communication and collaboration", "2.3", "Collaborer", 4, 4, 4),
    (2, "Communication and collaboration", "2.4", "S’insérer dans le monde numérique", None, 4, None),
    (3, "Content creation", "3.1", "Développer des documents textuels", 5, 5, 4),
    (3, "Content creation", "3.2", "Développer des documents multimédia", 1, 3, None),
    (3, "Content creation", "3.3", "Adapter les documents à leur finalité", 3, 3, None),
    (3, "Content creation", "3.4", "Programmer", 0, 2, None),
    (4, "Protection and safety", "4.1", "Sécuriser l’environnement numérique", 2, 5, 1),
    (4, "Protection and safety", "4.2", "Protéger les données personnelles et la vie privée", 3, 5, None),
    (4, "Protection and safety", "4.3", "Protéger la santé, le bien-être et l’environnement", 4, 4, None),
    (5, "Digital environment", "5.1", "Résoudre des problèmes techniques", 3, 4, 3),
    (5, "Digital environment", "5.2", "Construire un environnement numérique", None, 4, None),
]
LEVELS = [
    charts.LevelRow(code, name, area, level, target, earlier, area_name)
    for area, area_name, code, name, level, target, earlier in COMPETENCES
]
DISTRIBUTION = [
    charts.DistributionRow("1.1", "Mener une recherche et une veille d’information", [6, 14, 22, 9, 5], 4),
    charts.DistributionRow("3.4", "Programmer", [31, 12, charts.HIDDEN, 0, 0], 12),
    charts.DistributionRow("4.1", "Sécuriser l’environnement numérique", charts.HIDDEN),
    charts.DistributionRow("5.2", "Construire un environnement numérique", [0, 0, 0, 0, 0]),
]


def pictures(palette=None):
    return {
        "levels": charts.levels_chart(LEVELS, title="Safety is the widest gap: 2.5 levels", palette=palette),
        "radar": charts.radar_chart(LEVELS, title="The shape of the sixteen levels", palette=palette),
        "distribution": charts.distribution_chart(
            DISTRIBUTION,
            title="Most people program at level 0",
            bands=["0", "1–2", "3–4", "5–6", "7–8"],
            palette=palette,
        ),
        "heat_map": charts.heat_map(
            ["Retail banking", "Operations", "Risk and compliance"],
            [row.code for row in LEVELS],
            [
                [2.1, 3.4, 4.0, 5.2, 1.1, 0, 6.8, 7.4, 3.3, 2.2, 0.4, 2.5, 3.1, 4.4, 5.0, None],
                [charts.HIDDEN] * 16,
                [3.1, 2.4, 5.0, 4.2, 2.1, 1.5, 6.1, 7.9, 2.3, 3.2, 0.9, 3.5, 4.1, 3.4, 4.0, 2.0],
            ],
            title="Operations is too small to show",
            palette=palette,
        ),
        "funnel": charts.funnel_chart(
            [
                charts.Step("Invited", 400),
                charts.Step("Started the assessment", 312, "78 % of those invited"),
                charts.Step("Shared the result", 251, "80 % of those who started"),
                charts.Step("Paired with a mentor", 60),
                charts.Step("Finished a course", charts.HIDDEN),
            ],
            title="Four in five who start also share",
            palette=palette,
        ),
        "trend": charts.trend_chart(
            [
                charts.Point("Q1 2026", 2.4, 2.0, 2.8, 41),
                charts.Point("Q2 2026", 2.9, 2.6, 3.2, 88),
                charts.Point("Q3 2026", None, n=charts.HIDDEN),
                charts.Point("Q4 2026", 3.4, 3.1, 3.7, 120),
                charts.Point("Q1 2027", 3.6, 3.4, 3.8, 151),
            ],
            title="Levels rise by a third of a level each quarter",
            unit="Mean level, 0 to 8",
            maximum=8,
            palette=palette,
        ),
    }


def samples() -> dict:
    """What the page shows, apart from the request."""
    run = {"pk": 1, "is_over": False, "succeeded": False, "problem": "", "ended_at": None}
    return {
        "pictures": pictures(),
        "levels": LEVELS,
        "form": SampleForm({"name": "", "email": "ada", "department": "Risk", "languages": []}),
        "filter": SampleFilter(),
        "page": Paginator(range(340), 20).get_page(4),
        "figures": [
            {
                "label": "Invited",
                "value": 400,
                "unit": "people",
                "base": "of 400 enrolled",
                "date": "22 November 2026",
            },
            {
                "label": "Shared a result",
                "value": 251,
                "unit": "people",
                "base": "of 312 who started",
                "target": "300",
            },
            {"label": "Mean level, safety", "value": "2.6", "unit": "of 8", "base": "251 people measured"},
            {"label": "Finished a course", "value": charts.HIDDEN, "base": "of 60 paired"},
        ],
        "steps": ["Choose a file", "Check", "Repair", "Confirm", "Done"],
        "problems": [
            Problem("The e-mail address is not complete.", line=14, column="email", value="ada.weber@"),
            Problem(
                "This staff number stands in line 3 already.", line=27, column="staff_number", value="A-1007"
            ),
        ],
        "runs": [
            SimpleNamespace(**run, state="queued", progress=None),
            SimpleNamespace(
                **run | {"pk": 2},
                state="running",
                progress={"done": 1200, "total": 10000, "message": "Checking rows"},
            ),
            SimpleNamespace(
                **run | {"pk": 3, "is_over": True, "succeeded": True}, state="done", progress=None
            ),
            SimpleNamespace(
                **run | {"pk": 4, "is_over": True, "problem": "Line 14 names a person who is not enrolled."},
                state="failed",
                progress=None,
            ),
        ],
    }


@require_GET
@login_not_required
def design(request):
    return render(request, "pages/design.html", samples())

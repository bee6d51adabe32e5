"""A snapshot in words, tables and pictures: the same for the page and for the PDF.

Everything here is made from the frozen figures, so nothing can be shown that is not in them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import charts
from assessments.disclosure import Hidden
from assessments.models import in_active_language
from organisations.models import Organisation
from reporting.definitions import DEFINITIONS
from reporting.figures import STEPS
from reporting.models import Report
from reporting.periods import Quarter
from reporting.snapshots import Snapshot, thawed


@dataclass(frozen=True)
class Cell:
    text: str
    explanation: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class Row:
    head: str
    cells: list[Cell]
    is_total: bool = False
    area: str = ""


@dataclass(frozen=True)
class Table:
    caption: str
    first: str
    columns: list[str]
    rows: list[Row]

    @property
    def labelled_rows(self) -> list[tuple[Row, list[tuple[str, Cell]]]]:
        """Each row with its cells and the heads of their columns, for tables that become cards on a phone."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]


@dataclass(frozen=True)
class Headline:
    """One figure on the first page."""

    label: str
    since: Cell
    during: Cell
    base: str = ""


@dataclass(frozen=True)
class Section:
    """One message, its picture and its tables."""

    key: str
    title: str
    message: str
    tables: list[Table] = field(default_factory=list)
    picture: SafeString | None = None
    caption: str = ""
    notes: list[str] = field(default_factory=list)
    has_many_rows: bool = False
    starts_page: bool = True


@dataclass(frozen=True)
class Presentation:
    """The whole report, ready for a template, in the active language."""

    title: str
    programme: str
    period: str
    first_day: str
    last_day: str
    version: str
    headlines: list[Headline]
    sections: list[Section]
    definitions: list[tuple[str | Promise, str | Promise]]
    hidden_cells: str
    legend: list[tuple[str, str]]


def present(report: Report, palette: charts.Palette | None = None) -> Presentation:
    snapshot = thawed(report.figures)
    figures = snapshot["figures"]
    parts: list[Callable] = [
        _organisations,
        _steps,
        _people,
        _areas,
        _competences,
        _distribution,
        _mentoring,
        _gaps,
        _learning,
        _esf,
    ]
    return Presentation(
        title=_("Digital skills readiness: report of the pilot"),
        programme=snapshot["programme"]["name"],
        period=Quarter.parse(snapshot["period"]["code"]).label,
        first_day=_day(snapshot["period"]["first_day"]),
        last_day=_day(snapshot["period"]["last_day"]),
        version=str(report.version),
        headlines=_headlines(figures),
        sections=[part(figures, snapshot["framework"], palette) for part in parts],
        definitions=[(definition.label, definition.meaning) for definition in DEFINITIONS.values()],
        hidden_cells=_hidden_cells(snapshot["rules"]),
        legend=_legend(snapshot["rules"]),
    )


# --- The first page ---------------------------------------------------------------------------------------------------


def _headlines(figures: Snapshot) -> list[Headline]:
    people, mentoring = figures["participants"], figures["mentoring"]
    organisations = _sum(figures["organisations"]["kind"].values())
    licences = figures["licences"]
    return [
        Headline(_label("organisations"), cell(organisations["since"]), cell(organisations["during"])),
        Headline(_label("enrolled"), cell(people["enrolled"]["since"]), cell(people["enrolled"]["during"])),
        Headline(
            _label("shared"),
            cell(people["shared"]["since"]),
            cell(people["shared"]["during"]),
            _share(
                people["shared"]["since"], people["enrolled"]["since"], _("%(percent)s %% of those enrolled")
            ),
        ),
        Headline(
            _label("certifiable"),
            cell(people["certifiable"]["since"]),
            cell(people["certifiable"]["during"]),
            _share(
                people["certifiable"]["since"],
                people["shared"]["since"],
                _("%(percent)s %% of those who shared"),
            ),
        ),
        Headline(
            _label("used"),
            cell(licences["used"]),
            cell(people["assessed"]["during"]),
            _("of %(granted)s granted") % {"granted": cell(licences["granted"]).text},
        ),
        Headline(_label("pairs"), cell(mentoring["pairs"]["since"]), cell(mentoring["pairs"]["during"])),
        Headline(_label("hours"), cell(mentoring["hours"]["since"]), cell(mentoring["hours"]["during"])),
    ]


def _share(part, whole, words: str) -> str:
    if isinstance(part, Hidden) or isinstance(whole, Hidden) or not whole:
        return ""
    return words % {"percent": number_format(100 * part / whole, 0)}


# --- Sections ---------------------------------------------------------------------------------------------------------


def _organisations(figures, framework, palette):
    counted = figures["organisations"]
    total = _sum(counted["kind"].values())
    dimensions = {
        "kind": (_("Organisations by kind"), _("Kind"), Organisation.Kind),
        "size_class": (_("Organisations by size"), _("Size"), Organisation.SizeClass),
        "stage": (_("Organisations by stage"), _("Stage"), Organisation.Stage),
    }
    tables = [
        Table(
            caption,
            first,
            _periods(),
            [
                *(_row(str(value.label), counted[dimension][value]) for value in labels),
                *([_row(_("All"), total, is_total=True)] if dimension == "kind" else []),
            ],
        )
        for dimension, (caption, first, labels) in dimensions.items()
    ]
    return Section(
        key="organisations",
        title=_("Organisations"),
        message=ngettext(
            "%(count)s organisation takes part; %(new)s joined in the quarter.",
            "%(count)s organisations take part; %(new)s joined in the quarter.",
            total["since"],
        )
        % {"count": total["since"], "new": total["during"]},
        tables=tables,
        notes=[_("The stage is the one at the time when this report was made.")],
    )


def _steps(figures, framework, palette):
    people = figures["participants"]
    enrolled, shared = people["enrolled"]["since"], people["shared"]["since"]
    message = _("Each step counts those of the step above who went on.")
    if not isinstance(enrolled, Hidden) and not isinstance(shared, Hidden):
        message = _("%(shared)s of the %(enrolled)s people enrolled have shared a result.") % {
            "shared": cell(shared).text,
            "enrolled": cell(enrolled).text,
        }
    steps = [charts.Step(_label(step), people[step]["since"]) for step in STEPS]
    order = ("enrolled", "invited", *STEPS[1:])
    return Section(
        key="participants",
        title=_("From enrolment to a shared result"),
        message=message,
        picture=charts.funnel_chart(steps, title=message, palette=palette),
        caption=_("People at each step, since the start"),
        tables=[
            Table(
                _("People at each step"),
                _("Step"),
                _periods(),
                [_row(_label(step), people[step]) for step in order],
            )
        ],
    )


def _people(figures, framework, palette):
    kinds, licences = figures["kinds"], figures["licences"]
    by_kind = [_row(str(kind.label), kinds[kind]) for kind in Organisation.Kind]
    used = licences["used"]
    message = _("%(granted)s Pix licences have been granted.") % {"granted": cell(licences["granted"]).text}
    if not isinstance(used, Hidden):
        message = _("%(used)s of %(granted)s Pix licences have been used.") % {
            "used": cell(used).text,
            "granted": cell(licences["granted"]).text,
        }
    return Section(
        key="people",
        title=_("Licences, and people by kind of organisation"),
        message=message,
        tables=[
            Table(
                _("Pix licences"),
                _("Licences"),
                [_("Since the start")],
                [Row(_label(name), [cell(licences[name])]) for name in ("granted", "used", "unused")],
            ),
            Table(
                _("People enrolled, by kind of organisation"),
                _("Kind"),
                _periods(),
                [*by_kind, _row(_("All"), kinds["total"], is_total=True)],
            ),
        ],
        notes=[
            _(
                "A kind with fewer than three organisations is not shown: it would tell an organisation's own figure."
            )
        ],
    )


def _areas(figures, framework, palette):
    areas = {area["code"]: in_active_language(area["titles"]) for area in framework["areas"]}
    means = {title: figures["areas"][code]["since"]["mean"] for code, title in areas.items()}
    rows = [
        charts.LevelRow(code, title, int(code), figures["areas"][code]["since"]["mean"])
        for code, title in areas.items()
    ]
    return Section(
        key="areas",
        title=_("Levels by area"),
        message=_strongest_and_weakest(means),
        picture=charts.levels_chart(rows, title=_strongest_and_weakest(means), palette=palette),
        caption=_("Mean level by area, since the start"),
        tables=[
            _level_table(_("Levels by area, since the start"), areas, figures["areas"], "since"),
            _level_table(_("Levels by area, this quarter"), areas, figures["areas"], "during"),
        ],
        notes=[_band_note()],
    )


def _competences(figures, framework, palette):
    titles = {area["code"]: in_active_language(area["titles"]) for area in framework["areas"]}
    rows = [
        charts.LevelRow(
            competence["code"],
            in_active_language(competence["titles"]),
            int(competence["area"]),
            figures["competences"][competence["code"]]["since"]["mean"],
            area_name=titles[competence["area"]],
        )
        for competence in framework["competences"]
    ]
    means = {row.name: figures["competences"][row.code]["since"]["mean"] for row in rows}
    message = _strongest_and_weakest(means)
    return Section(
        key="competences",
        title=_("Levels by competence"),
        message=message,
        picture=charts.levels_chart(rows, title=message, palette=palette),
        caption=_("Mean level by competence, since the start"),
        notes=[_("A mean is not shown where it would let somebody work out a hidden number of people.")],
    )


def _distribution(figures, framework, palette):
    names = {each["code"]: in_active_language(each["titles"]) for each in framework["competences"]}
    rows = [
        charts.DistributionRow(code, name, figures["competences"][code]["since"]["counts"])
        for code, name in names.items()
    ]
    message = _("How many people reach which level, competence by competence.")
    tables = [
        _level_table(_("Levels by competence, since the start"), names, figures["competences"], "since"),
        _level_table(_("Levels by competence, this quarter"), names, figures["competences"], "during"),
    ]
    return Section(
        key="distribution",
        title=_("People by level"),
        message=message,
        picture=charts.distribution_chart(rows, title=message, bands=band_labels(), palette=palette),
        caption=_("People by level, since the start"),
        tables=tables,
        notes=[_band_note()],
        has_many_rows=True,
    )


def _mentoring(figures, framework, palette):
    mentoring = figures["mentoring"]
    pairs, hours = mentoring["pairs"]["since"], mentoring["hours"]["since"]
    message = _("Mentors and mentees meet, and both confirm it.")
    if not isinstance(pairs, Hidden) and not isinstance(hours, Hidden):
        message = ngettext(
            "%(count)s pair has been brought together; %(hours)s hours of mentoring are confirmed.",
            "%(count)s pairs have been brought together; %(hours)s hours of mentoring are confirmed.",
            pairs,
        ) % {"count": cell(pairs).text, "hours": cell(hours).text}
    names = ("rounds", "pairs", "sessions", "confirmed", "hours")
    return Section(
        key="mentoring",
        title=_("Mentoring"),
        message=message,
        tables=[
            Table(
                _("Mentoring"),
                _("Figure"),
                _periods(),
                [_row(_label(name), mentoring[name]) for name in names],
            )
        ],
    )


def _gaps(figures, framework, palette):
    learning = figures["learning"]
    names = {each["code"]: in_active_language(each["titles"]) for each in framework["competences"]}
    counted = {code: gap["below"] for code, gap in learning["gaps"].items()}
    shown = {code: count for code, count in counted.items() if not isinstance(count, Hidden) and count}
    message = _("No gaps can be shown: there are no targets yet, or too few people.")
    picture = None
    if shown:
        ranked = sorted(shown, key=lambda code: (-shown[code], code))
        message = ngettext(
            "The widest gap: %(count)s person is below the target in “%(competence)s”.",
            "The widest gap: %(count)s people are below the target in “%(competence)s”.",
            shown[ranked[0]],
        ) % {"count": cell(shown[ranked[0]]).text, "competence": names[ranked[0]]}
        steps = [charts.Step(f"{code} {names[code]}", shown[code]) for code in ranked[:5]]
        picture = charts.funnel_chart(steps, title=message, palette=palette)
    rows = [
        Row(f"{code} {name}", [cell(counted[code]), cell(learning["gaps"][code]["offers"])])
        for code, name in names.items()
    ]
    return Section(
        key="gaps",
        title=_("What people are missing"),
        message=message,
        picture=picture,
        caption=_("The five widest gaps: people below their target"),
        tables=[
            Table(
                _("Gaps, and courses that teach the competence"),
                _("Competence"),
                [_label("gap"), _("Courses")],
                rows,
            )
        ],
        has_many_rows=True,
    )


def _learning(figures, framework, palette):
    learning = figures["learning"]
    names = {each["code"]: in_active_language(each["titles"]) for each in framework["competences"]}
    missing = [
        f"{code} {name}"
        for code, name in names.items()
        if learning["gaps"][code]["offers"] == 0 and learning["gaps"][code]["below"] != 0
    ]
    message = _("Every gap has at least one course in the catalogue.")
    if missing:
        message = ngettext(
            "For %(count)s competence with a gap the catalogue has no course.",
            "For %(count)s competences with a gap the catalogue has no course.",
            len(missing),
        ) % {"count": len(missing)}
    at_cut_off = [Row(_label(name), [cell(learning[name])]) for name in ("compared", "below", "offers")]
    return Section(
        key="learning",
        title=_("Learning"),
        message=message,
        tables=[
            Table(_("Targets and catalogue"), _("Figure"), [_("At the end of the quarter")], at_cut_off),
            Table(
                _("Courses that people chose"),
                _("Figure"),
                _periods(),
                [_row(_label(name), learning[name]) for name in ("choosing", "chosen")],
            ),
        ],
        notes=[_("No course yet: %(competences)s.") % {"competences": ", ".join(missing)}] if missing else [],
    )


def _esf(figures, framework, palette):
    return Section(
        key="esf",
        title=_("ESF+ indicators"),
        message=_("Not yet collected."),
        notes=[
            _(
                "The common indicators of the European Social Fund Plus (employment status, age, education and "
                "results of participants) need an entry record of each person. These records are not collected "
                "yet, so no number can be given: this is not a zero."
            )
        ],
        starts_page=False,
    )


# --- Tables -----------------------------------------------------------------------------------------------------------


def _level_table(caption: str, names: dict[str, str], levels: Snapshot, period: str) -> Table:
    rows = [
        Row(
            f"{code} {name}",
            [
                *map(cell, levels[code][period]["counts"]),
                cell(levels[code][period]["n"]),
                cell(levels[code][period]["mean"], decimals=1),
            ],
            area=code[0],
        )
        for code, name in names.items()
    ]
    head = _("Area") if len(names) < 10 else _("Competence")
    return Table(caption, head, [*band_labels(), _("People"), _("Mean")], rows)


def band_labels() -> list[str]:
    return ["0", "1–2", "3–4", "5–6", "7–8"]


def _band_note() -> str:
    return _("The columns 0 to 7–8 give the number of people at these levels.")


def _periods() -> list[str]:
    return [_("This quarter"), _("Since the start")]


def _row(head: str, figure: Snapshot, *, is_total: bool = False) -> Row:
    return Row(head, [cell(figure["during"]), cell(figure["since"])], is_total)


def cell(figure, decimals: int | None = None) -> Cell:
    """A figure as it is printed. Hours and means have a decimal."""
    if figure is None:
        return Cell("–", _("not measured"))
    if isinstance(figure, Hidden):
        return Cell(str(figure), figure.explanation, is_hidden=True)
    if decimals is None:
        decimals = 1 if isinstance(figure, float) and not figure.is_integer() else 0
    return Cell(number_format(figure, decimals))


def _label(name: str) -> str:
    return str(DEFINITIONS[name].label)


def _sum(figures: Iterable[Snapshot]) -> Snapshot:
    figures = list(figures)
    return {period: sum(figure[period] for figure in figures) for period in ("during", "since")}


# --- Words ------------------------------------------------------------------------------------------------------------


def _strongest_and_weakest(means: dict[str, float | Hidden | None]) -> str:
    shown = {name: mean for name, mean in means.items() if isinstance(mean, float | int)}
    if len(shown) < 2 or min(shown.values()) == max(shown.values()):
        return _("There are not enough results to compare yet.")
    strongest = max(shown, key=lambda name: shown[name])
    weakest = min(shown, key=lambda name: shown[name])
    return _("Highest on average: “%(high)s” (%(most)s). Lowest: “%(low)s” (%(least)s).") % {
        "high": strongest,
        "most": cell(shown[strongest], decimals=1).text,
        "low": weakest,
        "least": cell(shown[weakest], decimals=1).text,
    }


def _hidden_cells(rules: Snapshot) -> str:
    return _(
        "Hidden in this report: %(primary)s figures because they are small themselves, and %(secondary)s more "
        "because they would have given those away. Version of the rules: %(version)s."
    ) % {"primary": rules["primary"], "secondary": rules["secondary"], "version": rules["version"]}


def _legend(rules: Snapshot) -> list[tuple[str, str]]:
    minimum = rules["minimum"]
    return [
        (
            f"‹{minimum}",
            _("1 to %(most)s people: too few to be shown (code A).") % {"most": minimum - 1},
        ),
        (
            "·",
            _(
                "Hidden because another hidden figure could be worked out from it (code D), or to protect a group."
            ),
        ),
        ("–", _("Not measured. This is never a zero.")),
    ]


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "DATE_FORMAT")

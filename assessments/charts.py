"""Pictures of levels and counts as SVG, for pages and for PDFs.

Plain functions from numbers to markup: no models, no request, no clock. A page's picture takes its colours from the
style sheet (dark mode included) and stretches with its column while its letters keep their size; so its horizontal
positions are percentages. A PDF's picture has literal colours and a fixed width, because WeasyPrint resolves neither
style-sheet variables inside SVG nor the width of a column.

What was not measured and what is too small to publish is hatched and says so in words; it is never drawn as zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import cos, pi, sin
from types import MappingProxyType
from typing import TypeAlias, TypeGuard

from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from assessments.disclosure import Hidden

HIGHEST_LEVEL = 8


HIDDEN = Hidden()
Number: TypeAlias = int | float
Value: TypeAlias = Number | Hidden | None


@dataclass(frozen=True)
class LevelRow:
    """One competence of one person or group; `None` is a level that was not measured."""

    code: str
    name: str
    area: int
    level: Value
    target: Number | None = None
    earlier: Number | None = None
    area_name: str = ""
    without_level: str = ""  # says more than "not measured"

    @property
    def words(self) -> str:
        return self.without_level if self.level is None and self.without_level else _words(self.level)

    @property
    def gap(self) -> Number | None:
        """Levels still to go; none where there is no level or no target."""
        if self.level is None or self.target is None:
            return None
        return max(self.target - self.level, 0)


@dataclass(frozen=True)
class DistributionRow:
    """How many people are in each band of one competence, lowest band first."""

    code: str
    name: str
    counts: Sequence[int | Hidden] | Hidden
    not_measured: int | Hidden = 0


@dataclass(frozen=True)
class Step:
    label: str
    count: int | Hidden
    note: str = ""


@dataclass(frozen=True)
class Point:
    label: str
    value: Value
    low: Number | None = None
    high: Number | None = None
    n: int | Hidden | None = None


@dataclass(frozen=True)
class Palette:
    """Where a picture gets its colours and its width from; without colours, from the style sheet."""

    colours: Mapping[str, str] = field(default_factory=dict)
    width: int | None = None
    font: str = ""

    def paint(self, fill: str = "", stroke: str = "") -> str:
        """Attributes that fill and outline with colours of these names."""
        if self.colours:
            named = [("fill", fill), ("stroke", stroke)]
            return " ".join(f'{key}="{self.colours[name]}"' for key, name in named if name)
        classes = [f"{key}-{name}" for key, name in (("fill", fill), ("stroke", stroke)) if name]
        return f'class="{" ".join(classes)}"' if classes else ""

    def x(self, share: float) -> str:
        """A horizontal position or length: this share of the width."""
        if self.width:
            return _number(share * self.width)
        return f"{_number(share * 100)}%"


PAGE = Palette()
PRINT = Palette(
    colours=MappingProxyType(
        {
            "ink": "#16202e",
            "muted": "#4a586b",
            "surface": "#ffffff",
            "track": "#e3e8ef",
            "line": "#8793a3",
            "rule": "#b9c2cd",
            "accent": "#0a5a9c",
            "interval": "#d5e3f0",
            "shape": "#d5e3f0",
            "none": "none",
            "area-1": "#b2470c",
            "area-2": "#0f7358",
            "area-3": "#1f5fbf",
            "area-4": "#9b2474",
            "area-5": "#5b3fa8",
            "band-0": "#e6eef7",
            "band-1": "#b9d3ec",
            "band-2": "#7fb0dc",
            "band-3": "#4f93cd",
            "band-4": "#0a5a9c",
            "on-band-0": "#16202e",
            "on-band-1": "#16202e",
            "on-band-2": "#16202e",
            "on-band-3": "#0a111a",
            "on-band-4": "#ffffff",
        }
    ),
    width=620,
    font="Source Sans Pro, Source Sans 3, sans-serif",
)


# --- Levels ----------------------------------------------------------------------------------------------------------


def levels_chart(
    rows: Sequence[LevelRow],
    *,
    title: str,
    description: str = "",
    palette: Palette | None = None,
    maximum: int = HIGHEST_LEVEL,
) -> SafeString:
    """One row per competence, by area: a bar, a tick for the target, a hollow dot for the earlier level."""
    palette = palette or PAGE
    pen, y = _Pen(palette), 0
    draw_row = _row_beside_its_name if palette.width else _row_under_its_name
    for (area, area_name), group in groupby(rows, key=lambda row: (row.area, row.area_name)):
        if area_name:
            lines = _lines(area_name, 38)
            for number, line in enumerate(lines):
                pen.text(0, y + 16 + 18 * number, line, size=14, bold=True, fill=f"area-{area}")
            y += 10 + 18 * len(lines)
        for row in group:
            y = draw_row(pen, row, y, maximum)
        y += 10
    y = _levels_key(pen, rows, y, maximum)
    return pen.picture(y, title, description or _list_of((_named(row), row.words) for row in rows))


def _row_under_its_name(pen, row, y, maximum):
    """For a page: the bar lies under the words, so that long names have room on a phone."""
    y = pen.paragraph(y, _named(row), 35)
    _level_bar(pen, row, maximum, left=0, right=0.86, y=y + 4)
    return y + 28


def _row_beside_its_name(pen, row, y, maximum):
    """For a PDF: name, bar and level in one line, so that all sixteen fit on a sheet."""
    lines = _lines(_named(row), 46)
    for number, line in enumerate(lines):
        pen.text(0, y + 14 + 16 * number, line, size=13)
    _level_bar(pen, row, maximum, left=0.52, right=0.93, y=y + 5 + 8 * (len(lines) - 1))
    return y + 8 + 16 * len(lines)


def _level_bar(pen, row, maximum, left, right, y):
    def at(level):
        return left + (right - left) * min(max(level / maximum, 0), 1)

    if not _is_number(row.level):
        pen.hatch(left, left + (right - left) * 0.6, y, 10)
        pen.text(1, y + 10, row.words, fill="muted", size=13, anchor="end")
    else:
        pen.bar(left, right, y, 10, "track")
        pen.bar(left, at(row.level), y, 10, f"area-{row.area}")
        pen.text(1, y + 10, row.words, bold=True, anchor="end")
    if row.target is not None:
        pen.line(at(row.target), y - 4, at(row.target), y + 14, "surface", 5)
        pen.line(at(row.target), y - 4, at(row.target), y + 14, "ink", 2.5)
    if row.earlier is not None:
        pen.dot(at(row.earlier), y + 5, 4, fill="surface", stroke="ink")


def _levels_key(pen, rows, y, maximum):
    """What a bar, a tick and a dot mean, in words under the picture."""
    words = [_("Bar: level, from 0 to %(maximum)s") % {"maximum": maximum}]
    if any(row.target is not None for row in rows):
        words.append(_("Upright line: target"))
    if any(row.earlier is not None for row in rows):
        words.append(_("Hollow dot: earlier result"))
    for word in words:
        y = pen.paragraph(y, word, 38, size=13, fill="muted")
    return y + 2


def radar_chart(
    rows: Sequence[LevelRow],
    *,
    title: str,
    description: str = "",
    palette: Palette | None = None,
    maximum: int = HIGHEST_LEVEL,
) -> SafeString:
    """The shape of all levels at once: a small picture that stands beside the rows, never instead of them."""
    pen = _Pen(palette or PAGE)
    centre, radius = 170, 130

    def at(number, level):
        angle = 2 * pi * number / len(rows) - pi / 2
        reach = radius * level / maximum
        return centre + reach * cos(angle), centre + reach * sin(angle)

    for ring in (0.25, 0.5, 0.75, 1):
        pen.circle(centre, centre, radius * ring, stroke="rule")
    for number, row in enumerate(rows):
        pen.path(
            [(centre, centre), at(number, maximum)], stroke="rule", dashes="2 4" if row.level is None else ""
        )
        x, y = at(number, maximum * 1.14)
        pen.text_at(x, y + 4, row.code, size=12, fill="muted" if row.level is None else f"area-{row.area}")
    for places in _unbroken([row.level for row in rows]):
        points = [at(number % len(rows), rows[number % len(rows)].level) for number in places]
        whole = len(places) == len(rows)
        pen.path(points if whole else [(centre, centre), *points], fill="shape", closed=True)
        pen.path(points, stroke="accent", width=2, closed=whole)
        for x, y in points:
            pen.circle(x, y, 2.5, fill="accent")
    for places in _unbroken([row.target for row in rows]):
        points = [at(number % len(rows), rows[number % len(rows)].target) for number in places]
        pen.path(points, stroke="ink", width=1.5, dashes="4 3", closed=len(places) == len(rows))
    described = description or _list_of((_named(row), row.words) for row in rows)
    return pen.picture(2 * centre, title, described, width=2 * centre, kind="shape")


def _unbroken(values):
    """The stretches of neighbouring axes that have a value: the circle has no beginning, no gap is bridged."""
    count = len(values)
    gaps = [number for number, value in enumerate(values) if value is None]
    if not gaps:
        return [list(range(count))] if count else []
    stretches = []
    for first, second in pairwise([*gaps, gaps[0] + count]):
        if second - first > 1:
            stretches.append(list(range(first + 1, second)))
    return stretches


# --- Groups of people ------------------------------------------------------------------------------------------------


def distribution_chart(
    rows: Sequence[DistributionRow],
    *,
    title: str,
    bands: Sequence[str],
    description: str = "",
    palette: Palette | None = None,
) -> SafeString:
    """Per competence one bar, divided by how many people are in each band; the numbers stand in the parts."""
    pen = _Pen(palette or PAGE)
    y = pen.paragraph(0, _("Level, and the number of people in each part"), 38, size=13, fill="muted")
    for number, band in enumerate(bands):
        left, right = number / len(bands), (number + 1) / len(bands)
        _segment(pen, left, right, y + 4, 22, number * 4 // max(len(bands) - 1, 1), band)
    y += 30
    if any(_is_hatched(row) for row in rows):
        explained = _("Hatched: not measured, or too few people to show")
        y = pen.paragraph(y, explained, 38, size=13, fill="muted")
    y += 10
    draw_row = _parts_beside_the_name if pen.palette.width else _parts_under_the_name
    for row in rows:
        y = draw_row(pen, row, y)
    return pen.picture(y, title, description or _list_of((row.name, _counts(row)) for row in rows))


def _is_hatched(row):
    if isinstance(row.counts, Hidden) or row.not_measured or not any(row.counts):
        return True
    return any(isinstance(count, Hidden) for count in row.counts)


def _parts_under_the_name(pen, row, y):
    y = pen.paragraph(y, _named(row), 35) + 2
    _distribution_bar(pen, row, y)
    return y + 38


def _parts_beside_the_name(pen, row, y):
    """For a PDF: all sixteen fit on a sheet."""
    end = pen.paragraph(y, _named(row), 22, size=13)  # a PDF takes twice as many letters to a line
    _distribution_bar(pen, row, y - 2, start=0.47)
    return max(end, y + 22) + 9


def _distribution_bar(pen, row, y, start=0.0):
    counts = [] if isinstance(row.counts, Hidden) else [*row.counts, row.not_measured]
    hidden = [count for count in counts if isinstance(count, Hidden)]
    known = sum(count for count in counts if not isinstance(count, Hidden))
    if not known:
        nothing = row.counts if isinstance(row.counts, Hidden) else next(iter(hidden), None)
        pen.hatch(start, 1, y, 24)
        pen.label((start + 1) / 2, y + 16, _words(nothing))
        return
    # A hidden part is as wide whatever it hides; the others share the rest by their counts.
    for_hidden = 0.1 * (1 - start)
    for_known = 1 - start - for_hidden * len(hidden)
    left = start
    for number, count in enumerate(counts):
        right = left + (for_hidden if isinstance(count, Hidden) else for_known * count / known)
        if isinstance(count, Hidden) or number == len(row.counts):
            _hatched_segment(pen, left, right, y, count)
        elif count:
            _segment(pen, left, right, y, 24, number * 4 // max(len(row.counts) - 1, 1), str(count))
        left = right


def _hatched_segment(pen, left, right, y, count):
    """Too few people, or people without a level; a thin gap keeps it apart from its neighbour."""
    if right - left > 0.01:
        pen.hatch(left, right - 0.008, y, 24)
    if right - left > 0.09:
        pen.label((left + right) / 2, y + 16, str(count))


def _segment(pen, left, right, y, height, band, words):
    """A part of a bar with its number, unless it is too narrow for it on a phone."""
    pen.bar(left, right, y, height, f"band-{band}", stroke="surface")
    if right - left >= 0.035 * len(words) + 0.02:
        middle = (left + right) / 2
        pen.text(middle, y + height / 2 + 5, words, size=13, fill=f"on-band-{band}", anchor="middle")


def heat_map(
    row_names: Sequence[str],
    column_names: Sequence[str],
    values: Sequence[Sequence[Value]],
    *,
    title: str,
    maximum: Number = HIGHEST_LEVEL,
    description: str = "",
    palette: Palette | None = None,
) -> SafeString:
    """A field of cells in one hue, darker for more, each with its value in words."""
    palette = palette or PAGE
    names = 190
    cell = max((palette.width - names) / max(len(column_names), 1), 24) if palette.width else 44
    size = 13 if cell >= 36 else 11
    pen = _Pen(palette)
    for column, name in enumerate(column_names):
        pen.text_at(names + cell * (column + 0.5), 16, name, size=size, fill="muted")
    for number, (name, row) in enumerate(zip(row_names, values, strict=True)):
        y = 26 + 32 * number
        pen.text_at(0, y + 20, _shortened(name, 27), size=13, anchor="start")
        for column, value in enumerate(row):
            _heat_cell(pen, names + cell * column, y, cell, value, maximum, size)
    described = description or _list_of(
        (name, ", ".join(_words(value) for value in row)) for name, row in zip(row_names, values, strict=True)
    )
    return pen.picture(
        32 + 32 * len(row_names), title, described, width=names + cell * len(column_names), kind="fixed"
    )


def _heat_cell(pen, x, y, width, value, maximum, size):
    if value is None or isinstance(value, Hidden):
        pen.hatch_at(x + 1, y + 1, width - 2, 28)
        if isinstance(value, Hidden):
            pen.box(x + width / 2 - 11, y + 6, 22, 18, "surface")
            pen.text_at(x + width / 2, y + 20, str(value), size=size, fill="muted")
        return
    band = min(int(value / maximum * 5), 4)
    pen.box(x + 1, y + 1, width - 2, 28, f"band-{band}")
    pen.text_at(x + width / 2, y + 20, _words(value), size=size, fill=f"on-band-{band}")


def funnel_chart(
    steps: Sequence[Step],
    *,
    title: str,
    description: str = "",
    palette: Palette | None = None,
) -> SafeString:
    """How many are left after each step: labelled bars on one scale."""
    pen, y = _Pen(palette or PAGE), 0
    most = max((step.count for step in steps if not isinstance(step.count, Hidden)), default=0)
    for step in steps:
        y = pen.paragraph(y, step.label, 30)
        pen.text(1, y - 4, _words(step.count), bold=True, anchor="end")
        pen.bar(0, 1, y + 4, 16, "track")
        if isinstance(step.count, Hidden):
            pen.hatch(0, 1, y + 4, 16)
        elif most:
            pen.bar(0, step.count / most, y + 4, 16, "accent")
        y += 24
        if step.note:
            y = pen.paragraph(y, step.note, 38, size=13, fill="muted")
        y += 12
    return pen.picture(y, title, description or _list_of((step.label, _words(step.count)) for step in steps))


def trend_chart(
    points: Sequence[Point],
    *,
    title: str,
    unit: str = "",
    description: str = "",
    maximum: Number | None = None,
    palette: Palette | None = None,
) -> SafeString:
    """A line through time, its interval as a band, the number of people under each point; gaps stay gaps."""
    pen = _Pen(palette or PAGE)
    heights = [height for point in points for height in (point.value, point.high)]
    top = maximum or max((height for height in heights if _is_number(height)), default=1) or 1
    places = [(number + 0.5) / len(points) for number in range(len(points))]
    floor, height = 190, 150

    def at(value):
        return floor - height * min(value / top, 1)

    pen.text(0, 12, unit, size=13, fill="muted")
    pen.line(0, floor, 1, floor, "line", 1)
    for stretch in _stretches([_is_number(point.value) for point in points]):
        bounds = [(places[number], points[number].low, points[number].high) for number in stretch]
        upper = [(place, at(high)) for place, _low, high in bounds if high is not None]
        lower = [(place, at(low)) for place, low, _high in bounds if low is not None]
        pen.area([*upper, *reversed(lower)], floor + 10)
        for left, right in pairwise(stretch):
            start, end = at(points[left].value), at(points[right].value)
            pen.line(places[left], start, places[right], end, "accent", 2.5)
    for place, point in zip(places, points, strict=True):
        _trend_point(pen, place, point, at, floor)
    return pen.picture(
        floor + 62, title, description or _list_of((point.label, _words(point.value)) for point in points)
    )


def _trend_point(pen, place, point, at, floor):
    if _is_number(point.value):
        y = at(point.value)
        pen.dot(place, y, 4.5, fill="accent", stroke="surface")
        pen.label(place, y - 11, _words(point.value), bold=True)
    else:
        pen.label(place, floor - 8, _words(point.value), muted=True)
    y = floor + 18
    for line in point.label.split(" ", 1):
        pen.text(place, y, line, size=13, anchor="middle")
        y += 16
    if point.n is not None:
        number_of_people = _("n = %(count)s") % {"count": _words(point.n)}
        pen.text(place, floor + 52, number_of_people, size=12, fill="muted", anchor="middle")


def history_chart(
    levels: Sequence[Value],
    *,
    title: str,
    target: Number | None = None,
    description: str = "",
    maximum: int = HIGHEST_LEVEL,
    palette: Palette | None = None,
) -> SafeString:
    """One competence through time, small enough to stand among many: a line, its last level, the target as a rule."""
    pen = _Pen(palette or PAGE)
    floor, height = 62, 50
    places = [(number + 0.5) / len(levels) for number in range(len(levels))]

    def at(value):
        return floor - height * value / maximum

    pen.line(0, floor, 1, floor, "line", 1)
    if target is not None:
        pen.line(0, at(target), 1, at(target), "ink", 1)
    for stretch in _stretches([_is_number(level) for level in levels]):
        for left, right in pairwise(stretch):
            pen.line(places[left], at(levels[left]), places[right], at(levels[right]), "accent", 2.5)
        for number in stretch:
            pen.dot(places[number], at(levels[number]), 3.5, fill="accent", stroke="surface")
    if levels and _is_number(levels[-1]):
        pen.label(places[-1], at(levels[-1]) - 8, _words(levels[-1]), bold=True)
    return pen.picture(floor + 4, title, description or ", ".join(_words(level) for level in levels))


def _stretches(present):
    """Runs of neighbouring positions that are present."""
    return [
        [number for number, _is_there in group]
        for is_there, group in groupby(enumerate(present), key=lambda pair: pair[1])
        if is_there
    ]


# --- Words -----------------------------------------------------------------------------------------------------------


def _words(value: Value) -> str:
    if value is None:
        return _("not measured")
    if isinstance(value, Hidden):
        return str(value)
    return number_format(value, 0 if float(value).is_integer() else 1)


def _named(row):
    return f"{row.code}\u2002{row.name}" if row.code else row.name


def _counts(row):
    if isinstance(row.counts, Hidden):
        return str(row.counts)
    return ", ".join(_words(count) for count in row.counts)


def _list_of(pairs):
    """What a screen reader says instead of the picture: each name with its figure."""
    return "; ".join(f"{name}: {figure}" for name, figure in pairs)


def _is_number(value: Value) -> TypeGuard[Number]:
    return value is not None and not isinstance(value, Hidden)


def _lines(words, limit):
    """Break at spaces so that no line is much longer than this many letters."""
    lines = [""]
    for word in words.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > limit:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _shortened(words, limit):
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


# --- Markup ----------------------------------------------------------------------------------------------------------


def _number(value: Number) -> str:
    return f"{round(value, 2):g}"


class _Pen:
    """Collects the shapes of one picture. left, right and place are shares of its width, x and y are pixels."""

    def __init__(self, palette):
        self.palette = palette
        self.shapes = []

    def text(self, place, y, words, *, size=14, bold=False, fill="ink", anchor="start"):
        self._text(self.palette.x(place), y, words, size, bold, fill, anchor)

    def paragraph(self, y, words, limit, *, size=14, fill="ink"):
        """Words in as many lines as a phone needs for them; gives the height at which they end."""
        for line in _lines(words, 2 * limit if self.palette.width else limit):
            self.text(0, y + 14, line, size=size, fill=fill)
            y += 18
        return y

    def text_at(self, x, y, words, *, size=13, bold=False, fill="ink", anchor="middle"):
        self._text(_number(x), y, words, size, bold, fill, anchor)

    def label(self, place, y, words, *, bold=False, muted=False):
        """Words in the middle of something: a pale edge keeps them legible on hatch and lines."""
        halo = f'{self.palette.paint("surface", "surface")} stroke-width="5" stroke-linejoin="round"'
        x = self.palette.x(place)
        self.shapes.append(
            f'<text x="{x}" y="{_number(y)}" font-size="13" text-anchor="middle" {halo}>{escape(words)}</text>'
        )
        self._text(x, y, words, 13, bold, "muted" if muted else "ink", "middle")

    def _text(self, x, y, words, size, bold, fill, anchor):
        weight = ' font-weight="600"' if bold else ""
        anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.shapes.append(
            f'<text x="{x}" y="{_number(y)}" font-size="{size}"{weight}{anchored} {self.palette.paint(fill)}>'
            f"{escape(words)}</text>"
        )

    def bar(self, left, right, y, height, fill, stroke=""):
        self._rect(self.palette.x(left), y, self.palette.x(max(right - left, 0)), height, fill, stroke)

    def box(self, x, y, width, height, fill):
        self._rect(_number(x), y, _number(width), height, fill)

    def _rect(self, x, y, width, height, fill, stroke=""):
        painted = self.palette.paint(fill, stroke)
        self.shapes.append(f'<rect x="{x}" y="{_number(y)}" width="{width}" height="{height}" {painted}/>')

    def hatch(self, left, right, y, height):
        """Upright strokes: one thick line with gaps, which needs neither a pattern nor its id."""
        self._hatch(self.palette.x(left), self.palette.x(right), y, height)

    def hatch_at(self, x, y, width, height):
        self._hatch(_number(x), _number(x + width), y, height)

    def _hatch(self, x1, x2, y, height):
        middle = _number(y + height / 2)
        self.shapes.append(
            f'<line x1="{x1}" x2="{x2}" y1="{middle}" y2="{middle}" stroke-width="{height}" '
            f'stroke-dasharray="1 5" {self.palette.paint(stroke="line")}/>'
        )

    def line(self, left, y1, right, y2, stroke, width):
        x1, x2 = self.palette.x(left), self.palette.x(right)
        self.shapes.append(
            f'<line x1="{x1}" y1="{_number(y1)}" x2="{x2}" y2="{_number(y2)}" stroke-width="{width}" '
            f"{self.palette.paint(stroke=stroke)}/>"
        )

    def dot(self, place, y, radius, *, fill, stroke):
        self.shapes.append(
            f'<circle cx="{self.palette.x(place)}" cy="{_number(y)}" r="{radius}" stroke-width="2" '
            f"{self.palette.paint(fill, stroke)}/>"
        )

    def circle(self, x, y, radius, *, fill="none", stroke=""):
        painted = self.palette.paint(fill, stroke)
        self.shapes.append(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" {painted}/>')

    def path(self, points, *, fill="none", stroke="", width=1, dashes="", closed=False):
        line = "L".join(f"{_number(x)} {_number(y)}" for x, y in points) + ("Z" if closed else "")
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        painted = self.palette.paint(fill, stroke)
        self.shapes.append(f'<path d="M{line}" stroke-width="{width}"{dashed} {painted}/>')

    def area(self, points, height):
        """A filled shape. Shapes can't have percentages, so on a page a picture is stretched over this one."""
        if len(points) < 3:
            return
        width = self.palette.width or 100
        corners = " ".join(f"{_number(place * width)},{_number(y)}" for place, y in points)
        shape = f'<polygon points="{corners}" {self.palette.paint("interval")}/>'
        if not self.palette.width:
            shape = (
                f'<svg x="0" y="0" width="100%" height="{height}" viewBox="0 0 100 {height}" '
                f'preserveAspectRatio="none">{shape}</svg>'
            )
        self.shapes.append(shape)

    def picture(self, height, title, description, width=None, kind="fluid"):
        height = _number(height)
        known_width = width or self.palette.width
        if known_width:
            known_width = _number(known_width)
            size = f'width="{known_width}" height="{height}" viewBox="0 0 {known_width} {height}"'
        else:
            size = f'width="100%" height="{height}"'
        font = f' font-family="{self.palette.font}"' if self.palette.font else ""
        return mark_safe(  # every word in it has been escaped
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {kind}" role="img" {size}{font}>'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(self.shapes)}</svg>"
        )

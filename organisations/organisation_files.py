"""Many organisations from one file: looked at first, then all of them or none."""

from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from organisations import journey
from organisations.models import Funder, Language, Organisation, Programme, User
from organisations.onboarding_forms import OrganisationRowForm
from organisations.problems import Problem, Refused
from organisations.spreadsheets import read_table
from organisations.uploads import Limits

HEADERS = {
    "name": "name|organisation|nom|raison sociale|firma",
    "slug": "short name|slug|nom court|kurzname",
    "legal_id": "legal identifier|legal id|rcs|register number|numéro rcs|identifiant légal|handelsregister",
    "kind": "kind|type|art",
    "sector": "sector|secteur|branche|sektor",
    "size_class": "size|taille|größe",
    "languages": "languages|working languages|langues|sprachen",
    "licence_quota": "licences|licenses|seats|pix licences granted|licences pix|lizenzen",
    "funder": "funder|financeur|geldgeber",
}
FIELD_OF = {header: name for name, headers in HEADERS.items() for header in headers.split("|")}
NEEDED = ("name", "legal_id", "kind", "sector", "size_class")
CHOICES = {
    "kind": Organisation.Kind,
    "sector": Organisation.Sector,
    "size_class": Organisation.SizeClass,
    "funder": Funder,
}
SALT = "organisations.organisation-file"


@dataclass
class Preview:
    """What a file would make. `rows` are the forms' data, to be signed and sent back on confirmation."""

    rows: list[tuple[int, dict]]
    organisations: list[Organisation] = field(default_factory=list)
    seats: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def with_seats(self) -> list[tuple[Organisation, int, str]]:
        """Each organisation with its first seats, and who pays for them."""
        rows = zip(self.organisations, self.seats, strict=True)
        return [
            (each, number, str(Funder(funder).label) if number else "") for each, (number, funder) in rows
        ]

    @property
    def signed(self) -> str:
        return signing.dumps(self.rows, salt=SALT, compress=True)


def limits() -> Limits:
    return Limits(size=2_000_000, rows=settings.ORGANISATION_FILE_MAX_ROWS, columns=100)


def look_at(programme: Programme, content: bytes) -> Preview:
    """Read a file and judge every row. Raises `Refused` when it is no such file at all."""
    table = read_table(content, limits=limits(), recognises=lambda header: _field(header) is not None)
    columns = {}
    for number, header in enumerate(table.header):
        name = _field(header)
        if name in columns:  # by another header
            sentence = _("Two columns hold the same thing. Keep one of them.")
            raise Refused([Problem(sentence, line=table.header_line, column=header)])
        if name:
            columns[name] = number
    if lacking := [name for name in NEEDED if name not in columns]:
        sentence = _("These columns are missing: %(columns)s.")
        names = ", ".join(HEADERS[name].partition("|")[0] for name in lacking)
        raise Refused([Problem(sentence % {"columns": names}, line=table.header_line)])
    labels = {name: table.header[number] for name, number in columns.items()}
    rows = [
        (line, {name: cells[number].strip() for name, number in columns.items()})
        for line, cells in table.rows
    ]
    preview = judge(programme, rows, labels)
    preview.problems = sorted([*table.problems, *preview.problems], key=lambda problem: problem.line or 0)
    return preview


def judge(programme: Programme, rows: list[tuple[int, dict]], labels: dict | None = None) -> Preview:
    """Put every row through its form; the first row that claims a name or identifier keeps it."""
    slugs = set(Organisation.objects.values_list("slug", flat=True))
    legal_ids: dict[str, int | None] = dict.fromkeys(
        programme.organisations.values_list("legal_id", flat=True)
    )
    preview = Preview(rows)
    for line, cells in rows:
        form = OrganisationRowForm(
            _as_data(cells, slugs),
            instance=Organisation(programme=programme),
            taken_slugs=slugs,
            taken_legal_ids=legal_ids,
        )
        if form.is_valid():
            preview.organisations.append(form.instance)
            cleaned = form.cleaned_data
            preview.seats.append((cleaned["licence_quota"], cleaned["funder"] or Funder.STATE))
            slugs.add(form.instance.slug)
            legal_ids[form.instance.legal_id] = line
        else:
            preview.problems += _problems(form, line, cells, labels or {})
    return preview


@transaction.atomic
def create(programme: Programme, signed: str, by: User) -> list[Organisation]:
    """Make all organisations of a preview, or refuse with what has changed meanwhile."""
    try:
        rows = signing.loads(signed, salt=SALT, max_age=24 * 3600)
    except signing.BadSignature as error:
        raise Refused(_("This preview can't be used any more. Choose the file again.")) from error
    # Two confirmations at once take turns.
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    preview = judge(programme, rows)
    if preview.problems:
        raise Refused(preview.problems)
    return journey.take_in_many(preview.organisations, by, preview.seats)


def _field(header):
    return FIELD_OF.get(" ".join(header.casefold().replace("_", " ").split()))


def _as_data(cells, slugs):
    data = {name: _code(CHOICES[name], cells[name]) if name in CHOICES else cells[name] for name in cells}
    data["languages"] = _language_codes(cells.get("languages", ""))
    data["licence_quota"] = cells.get("licence_quota") or "0"
    data["slug"] = cells.get("slug") or journey.free_slug(cells["name"], slugs, ask=False)
    return data


def _language_codes(text):
    return [
        _code(Language, part) for part in text.replace(";", ",").replace("/", ",").split(",") if part.strip()
    ]


def _code(choices, text):
    """The code of what somebody wrote: the code itself, or its label in the reader's language or in English."""
    wanted = text.strip().casefold()
    for code, label in choices.choices:
        if wanted in (code, str(label).casefold()):
            return code
    with translation.override("en"):
        return next((code for code, label in choices.choices if wanted == str(label).casefold()), text)


def _problems(form, line, cells, labels):
    for name, errors in form.errors.as_data().items():
        for error in errors:
            reason = _accepted(name) if error.code == "invalid_choice" else " ".join(error.messages)
            yield Problem(reason, line=line, column=labels.get(name, name), value=cells.get(name, ""))


def _accepted(name):
    choices = Language if name == "languages" else CHOICES[name]
    values = ", ".join(str(label) for label in choices.labels)
    return _("Write one of these: %(values)s.") % {"values": values}

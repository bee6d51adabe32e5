"""Which column of a staff file holds what: usual headers are recognised, and a person may say otherwise."""

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.cleaning import CLEANERS, FIELDS, without_accents
from organisations.models import ColumnChoice, Organisation, Person, User
from organisations.problems import Problem, Refused
from organisations.spreadsheets import Table, plain

NAMES_SHOWN = 10  # of the columns of a file that has other ones
# Usual headers in English, French, German and Luxembourgish, without accents and signs.
HEADERS = {
    "last_name": "last name|surname|family name|lastname|name|nom|nom de famille|nachname|familienname|zuname|numm"
    "|familljennumm",
    "first_name": "first name|given name|forename|firstname|prenom|vorname|rufname|virnumm",
    "email": "email|e mail|mail|email address|e mail address|mail address|work email|work e mail|business email"
    "|courriel|adresse mail|adresse email|adresse e mail|adresse electronique|adresse courriel|mel|email professionnel"
    "|e mail professionnel|courriel professionnel|adresse professionnelle|e mail adresse|emailadresse|mailadresse"
    "|dienstliche e mail|e mail dienstlich",
    "staff_number": "staff number|staff no|staff id|employee number|employee no|employee id|personnel number"
    "|personnel no|payroll number|external id|matricule|numero matricule|n matricule|no matricule"
    "|numero de personnel|numero du personnel|numero personnel|no personnel|n personnel|numero d employe"
    "|numero employe|numero de salarie|numero salarie|identifiant externe|personalnummer|personal nr|personalnr"
    "|mitarbeiternummer|mitarbeiter nr|mitarbeiternr|pers nr|persnr|stammnummer|personalnummer intern",
    "department": "department|dept|division|unit|business unit|departement|service|direction|abteilung|bereich|referat"
    "|dienststelle|deenscht",
    "site": "site|location|office|workplace|place of work|work location|lieu|lieu de travail|localisation|implantation"
    "|standort|arbeitsort|dienstort",
    "manager": "manager|manager number|manager staff number|manager id|line manager|supervisor|reports to|n 1"
    "|responsable|superieur|superieur hierarchique|matricule responsable|matricule du responsable"
    "|matricule manager|numero du responsable|vorgesetzter|vorgesetzte|vorgesetzte r|vorgesetzten nr"
    "|personalnummer vorgesetzter|personalnummer des vorgesetzten|fuhrungskraft",
    "job_family": "job family|job|function|job title|position|role|metier|famille de metiers|famille de metier"
    "|famille d emplois|famille professionnelle|fonction|poste|emploi|jobfamilie|berufsfamilie|berufsgruppe"
    "|funktion|beruf|stelle|tatigkeit",
    "languages": "languages|language|working languages|working language|langues|langue|langues de travail"
    "|langue de travail|sprachen|sprache|arbeitssprachen|arbeitssprache|sproochen",
    "hired_on": "hired on|hire date|date of hire|start date|starting date|entry date|date of entry|joined|joined on"
    "|date d entree|date entree|entree|entree le|date d embauche|date embauche|embauche le|eintritt"
    "|eintrittsdatum|einstellungsdatum|eingestellt am",
    "left_on": "left on|leaving date|date of leaving|end date|exit date|termination date|date de sortie|date sortie"
    "|sortie|sortie le|date de depart|depart|fin de contrat|austritt|austrittsdatum|ausgetreten am",
}


def _simple(name):
    return " ".join(re.sub(r"[\W_]+", " ", without_accents(plain(name)).replace("ß", "ss")).split())


KNOWN_HEADERS = {
    name: field for field, names in HEADERS.items() for name in [_simple(field), *names.split("|")]
}


def is_known_header(name: str) -> bool:
    return _simple(name) in KNOWN_HEADERS


def match_columns(table: Table, chosen: dict[str, str] | None = None) -> dict[int, str]:
    """Which column holds which field. `chosen` maps header names to fields ('' for a column to leave out).

    Raises `Refused` for a choice that can't be followed, for fields held twice, and where nobody could be recognised.
    """
    fields = {number: KNOWN_HEADERS.get(_simple(name)) for number, name in enumerate(table.header)}
    _apply_choices(table, chosen or {}, fields)
    columns = {number: field for number, field in fields.items() if field}
    problems = [*_doubled_fields(table, columns), *_missing_fields(table, columns)]
    if problems:
        raise Refused(problems)
    return columns


def _apply_choices(table, chosen, fields):
    places = {_simple(name): number for number, name in enumerate(table.header) if name}
    for name, field_name in chosen.items():
        if field_name and field_name not in CLEANERS:
            known = ", ".join(FIELDS)
            raise Refused(
                _("“%(field)s” is no field of a person. The fields are: %(known)s.")
                % {"field": field_name, "known": known}
            )
        if _simple(name) not in places:
            raise Refused(
                _("The file has no column “%(name)s”. Its columns are: %(known)s.")
                % {"name": name, "known": _names_in(table)}
            )
        for number, other in fields.items():
            if other == field_name:
                fields[number] = None  # what somebody chose outranks what we recognise
        fields[places[_simple(name)]] = field_name or None


def _doubled_fields(table, columns):
    names = defaultdict(list)
    for number, field_name in columns.items():
        names[field_name].append(table.header[number])
    for field_name, found in names.items():
        if len(found) > 1:
            sentence = _(
                "The columns %(columns)s both seem to hold the field %(field)s. Rename or remove one of them."
            )
            both = " / ".join(f"“{name}”" for name in found)
            yield Problem(
                sentence % {"columns": both, "field": label(field_name)}, table.header_line, found[1]
            )


def _missing_fields(table, columns):
    present = set(columns.values())
    known = _names_in(table)
    sentence = _("No column holds the field %(field)s. Name the column so; the file has: %(known)s.")
    for field_name in ("last_name", "first_name"):
        if field_name not in present:
            yield Problem(sentence % {"field": label(field_name), "known": known}, table.header_line)
    if not present & {"staff_number", "email"}:
        either = _("staff number or e-mail")
        yield Problem(sentence % {"field": either, "known": known}, table.header_line)


def _names_in(table):
    """The file's columns in a sentence: the first ones, so that it stays a sentence."""
    names = [name for name in table.header if name]
    return ", ".join(names[:NAMES_SHOWN] + ["…"] * (len(names) > NAMES_SHOWN))


# --- Suggestions ------------------------------------------------------------------------------------------------------

# Who a row is about hangs on these: a guess may fill them in on the page, but somebody has to say yes.
IDENTITY = ("last_name", "first_name", "email", "staff_number")
ALIKE = 0.82  # of a header's letters, so that "Prenom1" or "E-Mial" are proposed and "Nom d'usage" is not
WORD = 5  # letters of a usual header that says enough when others follow it, as in "Langues parlées"
SAMPLE = 200


@dataclass(frozen=True)
class Suggestion:
    """What a column probably holds, and why we think so. Certain if its header is a usual one."""

    number: int
    header: str
    field: str
    reason: str
    is_certain: bool
    examples: list[str]

    @property
    def must_be_confirmed(self):
        return self.field in IDENTITY and not self.is_certain


def suggest_columns(organisation: Organisation, table: Table) -> list[Suggestion]:
    """For every named column: a usual header first, then what was chosen before, then what looks alike."""
    remembered = {choice.header: choice for choice in organisation.column_choices.select_related("chosen_by")}
    named = [(number, header) for number, header in enumerate(table.header) if header]
    certain = {number: KNOWN_HEADERS[_simple(name)] for number, name in named if is_known_header(name)}
    taken = set(certain.values())
    suggestions = []
    for number, header in named:
        field_name, reason, is_certain = "", "", True
        choice = remembered.get(_simple(header)[:200])
        if choice and choice.field != certain.get(number, ""):
            # What somebody chose outranks the usual meaning, so the usual meaning is no longer certain.
            field_name, reason, is_certain = choice.field, _remembered(choice), False
        elif number in certain:
            field_name = certain[number]
        else:
            field_name, reason = _guess(header, [cells[number] for _line, cells in table.rows[:SAMPLE]])
            is_certain = not field_name
            if field_name in taken:
                field_name, reason, is_certain = "", "", True
        taken.add(field_name)
        examples = _examples(table, number)
        suggestions.append(Suggestion(number, header, field_name, reason, is_certain, examples))
    return suggestions


def must_be_asked(suggestions: list[Suggestion]) -> bool:
    """Whether somebody has to look at the columns before the rows are read."""
    fields = [suggestion.field for suggestion in suggestions if suggestion.field]
    return (
        any(suggestion.must_be_confirmed for suggestion in suggestions)
        or not {"last_name", "first_name"} <= set(fields)
        or not {"staff_number", "email"} & set(fields)
        or len(fields) != len(set(fields))
        or any(not s.is_certain and not s.field and is_known_header(s.header) for s in suggestions)
    )


def remember_columns(organisation: Organisation, chosen: dict[str, str], user: User | None) -> None:
    """Only what differs from the usual meaning of a header is worth remembering."""
    now = timezone.now()
    different = {
        _simple(header)[:200]: field_name
        for header, field_name in chosen.items()
        if _simple(header) and KNOWN_HEADERS.get(_simple(header), "") != field_name
    }
    usual = [_simple(header)[:200] for header in chosen if _simple(header)[:200] not in different]
    organisation.column_choices.filter(header__in=usual).delete()
    ColumnChoice.objects.bulk_create(
        [
            ColumnChoice(
                organisation=organisation, header=header, field=field_name, chosen_by=user, chosen_at=now
            )
            for header, field_name in different.items()
        ],
        update_conflicts=True,
        unique_fields=["organisation", "header"],
        update_fields=["field", "chosen_by", "chosen_at"],
    )


def _remembered(choice):
    day = date_format(choice.chosen_at, "DATE_FORMAT")
    if choice.chosen_by:
        return _("%(name)s chose this on %(day)s.") % {"name": choice.chosen_by, "day": day}
    return _("Chosen on %(day)s.") % {"day": day}


def _guess(header, cells):
    simple = _simple(header)
    best, field_name = max(
        (SequenceMatcher(None, simple, known).ratio(), f) for known, f in KNOWN_HEADERS.items()
    )
    if best < ALIKE:
        longest = max(
            (known for known in KNOWN_HEADERS if simple.startswith(f"{known} ")), key=len, default=""
        )
        if len(longest) >= WORD:
            best, field_name = 1, KNOWN_HEADERS[longest]
    if best >= ALIKE:
        return field_name, _("The name looks like a usual one for this field.")
    filled = [cell for cell in cells if cell.strip()]
    if filled and sum("@" in cell for cell in filled) > 0.8 * len(filled):
        return "email", _("Most cells hold an e-mail address.")
    return "", ""


def _examples(table, number):
    found = []
    for _line, cells in table.rows[:SAMPLE]:
        text = plain(cells[number])[:60]
        if text and text not in found:
            found.append(text)
        if len(found) == 3:
            break
    return found


def label(field_name: str) -> str:
    """The name of a person's field, in the language of whoever reads."""
    return str(Person._meta.get_field(field_name).verbose_name)

"""What counts as a good value of each field of a person, from a form or from a cell of a file.

Each function takes text and returns the value as it is stored, or raises `Unclean` with the reason as a code; reasons
become sentences only when they are shown, in the language of whoever reads them.
"""

import re
import unicodedata
from datetime import date, timedelta
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from organisations.models import Language, Person
from organisations.spreadsheets import plain, without_guard

REASONS = {
    "needed": _("This is needed. Fill it in."),
    "too_long": _("This has %(found)s characters; the limit is %(limit)s. Shorten it."),
    "formula": _("This is a formula, not a text. Replace it by its result."),
    "error": _("This is an error of the spreadsheet, not a value. Replace it by the value that is meant."),
    "control": _("This holds a character that can't be shown. Type the text again."),
    "no_letter": _("A name has at least one letter. Check whether the columns are in the right order."),
    "email": _("This is not an e-mail address. Write it like name@example.lu."),
    "email_look_alike": _(
        "“%(letter)s” (character %(place)s) only looks like a Latin letter; it is %(script)s. Type the address again."
    ),
    "email_letter": _(
        "An e-mail address can't hold “%(letter)s” (character %(place)s). Type the address again."
    ),
    "national_number": _(
        "This looks like the national identification number, which isn't kept here. Use your own staff number."
    ),
    "language": _(
        "“%(word)s” is not a language we know. Use these codes, with commas between them: %(known)s."
    ),
    "date": _("This is not a date. Write it like 2026-03-01 or 01.03.2026."),
    "date_number": _(
        "This is how a spreadsheet stores a date (here %(date)s). Format the column as a date or as text."
    ),
    "date_month": _("There is no month %(month)s. Write the day first, like 25.03.2026, or 2026-03-25."),
    "date_day": _("There is no such day in the calendar. Check day and month."),
    "date_year": _("The year must lie between %(first)s and %(last)s. Write it with four digits."),
    "left_before_hired": _(
        "The day of leaving comes before the day of hiring (%(hired)s). Correct one of them."
    ),
    "nobody": _(
        "There is neither a staff number nor an e-mail, so nobody can be recognised. Give one of them."
    ),
    "same_person": _("This line and line %(lines)s are about the same person. Keep one of them."),
    "same_email": _("Line %(lines)s has the same e-mail. Each person needs an address of their own."),
    "email_taken": _("%(name)s already has this e-mail. Each person needs an address of their own."),
    "manager_self": _(
        "This person would be their own manager. Give the manager's staff number, or leave it empty."
    ),
    "manager_unknown": _(
        "Nobody in this file or among your people has this staff number. Correct it, or add the manager."
    ),
    "manager_loop": _("The reporting lines go round in a circle: %(circle)s. Correct one of these managers."),
}


class Unclean(ValueError):
    """A value that can't be taken, and why."""

    def __init__(self, code, **params):
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self):
        return REASONS[self.code] % self.params


@cache
def _limit(field):
    return Person._meta.get_field(field).max_length


# What spreadsheets write where a formula failed, in English, French and German.
_ERROR = re.compile(
    r"#(N/A|NV|REF!|BEZUG!|VALUE!|VALEUR!|WERT!|NAME\?|NOM\s?\?|DIV/0\s?!|NULL!|NUL\s?!|NUM!|NOMBRE!|ZAHL!|SPILL!|CALC!)"
)


def _refuse_what_spreadsheets_write(text):
    if text.startswith("="):
        raise Unclean("formula")
    if _ERROR.fullmatch(text):
        raise Unclean("error")


def clean_text(text: str, limit: int) -> str:
    text = without_guard(plain(text))
    if len(text) > limit:
        raise Unclean("too_long", found=len(text), limit=limit)
    if text.startswith("@"):
        raise Unclean("formula")
    _refuse_what_spreadsheets_write(text)
    if not text.isprintable():
        raise Unclean("control")
    return text


def clean_name(text: str, limit: int) -> str:
    text = clean_text(text, limit)
    if text and not any(map(str.isalpha, text)):
        raise Unclean("no_letter")
    return text


_is_email = EmailValidator()
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(\.[a-z0-9_+'-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)


def clean_email(text: str) -> str:
    """In lower case. An address with a letter that only looks Latin belongs to somebody else, so it is refused."""
    text = without_guard(plain(text)).lower().removeprefix("mailto:")
    limit = _limit("email")
    if len(text) > limit:
        raise Unclean("too_long", found=len(text), limit=limit)
    if not text or _PLAIN_EMAIL.fullmatch(text):
        return text
    _refuse_what_spreadsheets_write(text.upper())
    for place, letter in enumerate(text, start=1):
        if not letter.isascii():
            _refuse_letter(letter, place)
    if not text.isprintable():
        raise Unclean("control")
    try:
        _is_email(text)
    except ValidationError as error:
        raise Unclean("email") from error
    return text


def _refuse_letter(letter, place):
    script = unicodedata.name(letter, "").split(" ")[0]
    if script in ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL", "COPTIC"):
        raise Unclean("email_look_alike", letter=letter, place=place, script=script.capitalize())
    raise Unclean("email_letter", letter=letter, place=place)


_NATIONAL_NUMBER = re.compile(r"(18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{5}")


def clean_staff_number(text: str) -> str:
    text = clean_text(text, _limit("staff_number"))
    if _NATIONAL_NUMBER.fullmatch(text.replace(" ", "")):
        raise Unclean("national_number")
    return text


LANGUAGE_NAMES = {
    "lb": "luxembourgish letzebuergesch luxembourgeois luxemburgisch lu ltz",
    "fr": "french francais franzosisch fra fre",
    "de": "german deutsch allemand deu ger",
    "en": "english anglais englisch eng",
    "pt": "portuguese portugues portugais portugiesisch por",
    "it": "italian italiano italien italienisch ita",
    "es": "spanish espanol espagnol spanisch spa esp",
    "nl": "dutch nederlands neerlandais niederlandisch nld dut",
}
_LANGUAGE_CODES = {name: code for code, names in LANGUAGE_NAMES.items() for name in [code, *names.split()]}


def clean_languages(text: str) -> list[str]:
    codes = []
    for part in re.split(r"[,;/|+&\s]+", plain(text)):
        if part:
            code = _LANGUAGE_CODES.get(without_accents(part))
            if code is None:
                _refuse_what_spreadsheets_write(plain(text))
                raise Unclean("language", word=part, known=", ".join(Language.values))
            if code not in codes:
                codes.append(code)
    return codes


def without_accents(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in text if not unicodedata.combining(letter))


FIRST_YEAR, LAST_YEAR = 1940, 2100
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
# Of three numbers; which of them is the day is for the reader to say.
DATE_IN_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_SPREADSHEET_DAY = re.compile(r"\d{5}(?:\.0)?")


def clean_date(text: str) -> date | None:
    """ISO, or day first with points, slashes or hyphens, as is usual here."""
    text = plain(text)
    if not text:
        return None
    if iso := _ISO.fullmatch(text):
        year, month, day = map(int, iso.groups())
    elif day_first := DATE_IN_NUMBERS.fullmatch(text):
        if len(day_first[4]) == 2:
            raise Unclean("date_year", first=FIRST_YEAR, last=LAST_YEAR)
        day, month, year = int(day_first[1]), int(day_first[3]), int(day_first[4])
    elif _SPREADSHEET_DAY.fullmatch(text):
        shown = date(1899, 12, 30) + timedelta(days=int(float(text)))
        raise Unclean("date_number", date=shown.isoformat())
    else:
        _refuse_what_spreadsheets_write(text)
        raise Unclean("date")
    return _day(year, month, day)


def _day(year, month, day):
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unclean("date_year", first=FIRST_YEAR, last=LAST_YEAR)
    if not 1 <= month <= 12:
        raise Unclean("date_month", month=month)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unclean("date_day") from error


CLEANERS = {
    "last_name": lambda text: clean_name(text, _limit("last_name")),
    "first_name": lambda text: clean_name(text, _limit("first_name")),
    "email": clean_email,
    "staff_number": clean_staff_number,
    "department": lambda text: clean_text(text, _limit("department")),
    "site": lambda text: clean_text(text, _limit("site")),
    "manager": lambda text: clean_text(text, _limit("staff_number")),
    "job_family": lambda text: clean_text(text, _limit("job_family")),
    "languages": clean_languages,
    "hired_on": clean_date,
    "left_on": clean_date,
}
FIELDS = tuple(CLEANERS)

"""Translations: compiled without a system gettext, and complete where people read them.

python -m pilot.translations            compiles what is newer than its compiled file
manage.py check_translations            names every string that lacks a translation (needs xgettext)
"""

import re
import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"
COMPLETE_LANGUAGES = ("fr", "de")
# Luxembourgish is for what staff members see: their pages, the frame around them, signing in and what can go wrong.
# Pages of HR managers and of the programme borrow what is not translated from French.
STAFF_LANGUAGE, BORROWED_LANGUAGE = "lb", "fr"
STAFF_PAGES = (
    *("templates/4", "templates/5", "templates/base", "templates/components/", "templates/django/"),
    *("templates/account/", "templates/allauth/"),
    *("templates/organisations/accept_invitation", "templates/organisations/invitation_"),
    *("templates/organisations/home", "templates/organisations/join", "templates/organisations/start"),
    *("templates/organisations/my_participation", "templates/organisations/notice"),
    *("templates/organisations/esf_entry", "templates/organisations/follow_up"),
    *("templates/organisations/enrol", "templates/organisations/prove_address"),
    *("templates/organisations/closed", "organisations/views/participation.py"),
    *("organisations/participant_forms.py", "organisations/participant_home.py"),
    *("organisations/models/participation.py", "organisations/views/self_enrolment.py"),
    *("templates/assessments/my_", "templates/assessments/_my_", "templates/assessments/_sharing"),
    "templates/assessments/_shared_levels",
    *("templates/mentoring/my_", "templates/mentoring/apply", "templates/mentoring/log_session"),
    *("templates/mentoring/_chips", "templates/mentoring/_partner"),
    *("templates/upskilling/my_", "templates/upskilling/catalogue", "templates/upskilling/offer"),
    *("pilot/navigation.py", "pilot/accounts.py", "pilot/views.py", "organisations/home.py"),
    *("assessments/charts.py", "assessments/home.py", "assessments/profiles.py", "assessments/views/mine.py"),
    *("assessments/digcomp.py", "assessments/levels.py", "assessments/progress.py"),
    *("assessments/models/own_data.py", "assessments/views/reflections.py"),
    *("mentoring/explaining.py", "mentoring/forms.py", "mentoring/home.py", "mentoring/sessions.py"),
    *("mentoring/views/mine.py", "upskilling/explaining.py", "upskilling/forms.py", "upskilling/home.py"),
    "organisations/models/languages.py",
    *("upskilling/planning.py", "upskilling/shelf.py", "upskilling/models.py", "upskilling/views.py"),
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Compile each translation that is newer than its compiled file."""
    compiled = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        sources, target = [source], source.with_suffix(".mo")
        if source.parent.parent.name == STAFF_LANGUAGE:
            sources.append(locale / BORROWED_LANGUAGE / "LC_MESSAGES" / source.name)
        newest = max(path.stat().st_mtime for path in sources)
        if target.exists() and target.stat().st_mtime >= newest:
            continue
        catalog = read(source)
        for lender in sources[1:]:
            borrow(catalog, read(lender))
        with target.open("wb") as file:
            write_mo(file, catalog)
        compiled.append(target)
    return compiled


def borrow(catalog: Catalog, lender: Catalog) -> None:
    """Fill in what is not translated: whoever reads Luxembourgish reads French rather than English."""
    for message in catalog:
        known = lender.get(message.id, message.context) if message.id and not all(texts(message)) else None
        if known is not None:
            message.string = known.string


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def read_template(path: Path) -> Catalog:
    """What xgettext extracted, its heading left out: that holds blanks to fill in, not values."""
    _heading, _, entries = path.read_text().partition("\n\n")
    return read_po(StringIO(entries))


def gaps(extracted: Catalog, locale: Path = LOCALE) -> Iterator[str]:
    """A sentence for each string of the code that a language lacks or spoils."""
    wanted = [message for message in extracted if message.id]
    for language in COMPLETE_LANGUAGES:
        yield from gaps_in(language, wanted, locale)
    yield from gaps_in(STAFF_LANGUAGE, [message for message in wanted if is_for_staff(message)], locale)


def gaps_in(language: str, wanted: Iterable[Message], locale: Path) -> Iterator[str]:
    path = locale / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        yield f"{language}: there is no {path}"
        return
    translated = read(path)
    for message in wanted:
        singular = message.id if isinstance(message.id, str) else message.id[0]
        found = translated.get(singular, message.context)
        if found is None or not texts(found) or not all(texts(found)):
            yield f"{language}: not translated: {singular!r} ({place(message)})"
        elif found.fuzzy:
            yield f"{language}: marked as fuzzy: {singular!r} ({place(message)})"
        elif strange := strange_placeholders(found):
            yield f"{language}: {', '.join(strange)} is not in the original: {singular!r} ({place(message)})"


def is_for_staff(message: Message) -> bool:
    return any(file.startswith(STAFF_PAGES) for file, _line in message.locations)


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def strange_placeholders(message: Message) -> list[str]:
    """Placeholders that nobody fills in: the page would fail to render."""
    originals = (message.id,) if isinstance(message.id, str) else message.id
    known = {name for original in originals for name in PLACEHOLDER.findall(original)}
    return sorted({name for text in texts(message) for name in PLACEHOLDER.findall(text)} - known)


def place(message: Message) -> str:
    return ", ".join(f"{file}:{line}" for file, line in message.locations[:2])


if __name__ == "__main__":
    for path in compile_all():
        print(f"Compiled {path.relative_to(LOCALE.parent)}", file=sys.stderr)

"""The check of the translations finds what is missing, and compiling needs no system gettext."""

import gettext
from io import StringIO

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from pilot.translations import STAFF_PAGES, compile_all, gaps

EXTRACTED = """
#: templates/reporting/reports.html:3
msgid "Reports"
msgstr ""

#: templates/mentoring/my_mentoring.html:7
#, python-format
msgid "%(number)d session"
msgid_plural "%(number)d sessions"
msgstr[0] ""
msgstr[1] ""
"""
HEADING = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""
COMPLETE = """
msgid "Reports"
msgstr "Rapports"

msgid "%(number)d session"
msgid_plural "%(number)d sessions"
msgstr[0] "%(number)d séance"
msgstr[1] "%(number)d séances"
"""


@pytest.fixture
def locale(tmp_path):
    for language in ("fr", "de", "lb"):
        write(tmp_path, language, COMPLETE)
    return tmp_path


def write(locale, language, entries):
    file = locale / language / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEADING + entries)


def found(locale):
    return list(gaps(read_po(StringIO(EXTRACTED)), locale))


def test_nothing_is_missing_from_complete_translations(locale):
    assert found(locale) == []


def test_a_string_without_a_translation_is_named_with_its_place(locale):
    write(locale, "de", COMPLETE.replace('"Rapports"', '""'))

    assert found(locale) == ["de: not translated: 'Reports' (templates/reporting/reports.html:3)"]


def test_each_plural_counts(locale):
    write(locale, "fr", COMPLETE.replace('"%(number)d séances"', '""'))

    assert found(locale) == [
        "fr: not translated: '%(number)d session' (templates/mentoring/my_mentoring.html:7)"
    ]


def test_a_guess_of_the_tools_does_not_count(locale):
    write(locale, "fr", COMPLETE.replace('msgid "Reports"', '#, fuzzy\nmsgid "Reports"'))

    assert found(locale) == ["fr: marked as fuzzy: 'Reports' (templates/reporting/reports.html:3)"]


def test_a_placeholder_that_the_original_does_not_have_is_named(locale):
    write(locale, "fr", COMPLETE.replace("%(number)d séance", "%(nombre)d séance"))

    assert found(locale) == [
        "fr: %(nombre)d is not in the original: '%(number)d session' (templates/mentoring/my_mentoring.html:7)"
    ]


def test_luxembourgish_is_needed_where_staff_look(locale):
    write(locale, "lb", "")

    assert found(locale) == [
        "lb: not translated: '%(number)d session' (templates/mentoring/my_mentoring.html:7)"
    ]


def test_compiled_translations_are_what_gettext_reads_and_are_made_once(locale):
    first, second = compile_all(locale), compile_all(locale)

    assert (len(first), second) == (3, [])
    french = gettext.translation("django", locale, ["fr"])
    assert french.ngettext("%(number)d session", "%(number)d sessions", 2) == "%(number)d séances"


@pytest.mark.parametrize("prefix", STAFF_PAGES)
def test_the_list_of_staff_pages_names_what_exists(prefix):
    folder, _, start = prefix.rpartition("/")

    assert any(path.name.startswith(start) for path in (settings.BASE_DIR / folder).iterdir())


def test_what_is_not_translated_into_luxembourgish_is_read_in_french(locale):
    write(locale, "lb", COMPLETE.replace("Rapports", ""))
    compile_all(locale)
    with (locale / "lb" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        luxembourgish = gettext.GNUTranslations(file)
    assert luxembourgish.gettext("Reports") == "Rapports"

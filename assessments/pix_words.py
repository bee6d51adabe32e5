"""The words of Pix's files in the languages that we know, and how a header is compared with them."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
WORDS = json.loads((DATA / "pix-headers.json").read_text(encoding="utf-8"))
LANGUAGES = ("fr", "en", "nl", "de")
OTHER = "other"
NOT_AVAILABLE = "NA"

ENTITIES = {
    "&#39;": "'",
    "&quot;": '"',
    "&lt;": "<",
    "&gt;": ">",
    "&#x2F;": "/",
    "&#x60;": "`",
    "&#x3D;": "=",
    "&amp;": "&",  # the last, or else "&amp;lt;" would become "<"
}


def unescaped(text: str) -> str:
    """Undo what Pix does to names that it fills into a header, and nothing else."""
    for entity, sign in ENTITIES.items():
        text = text.replace(entity, sign)
    return text


def unguarded(text: str) -> str:
    """Undo Pix's apostrophe in front of a text that a spreadsheet would take for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("-", "@", "=", "+") else text


@lru_cache(maxsize=4096)
def plainly(text: str) -> str:
    """A header for comparison: entities undone, without accents, case, typographic apostrophes and stray spaces."""
    text = unicodedata.normalize("NFKD", unescaped(text)).replace("’", "'")
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).casefold().split())


def plain_name(text: str) -> str:
    """A competence's name for comparison: also without punctuation, which has changed over the years."""
    return " ".join(re.findall(r"\w+", plainly(text)))


@cache
def texts(export: str, key: str, language: str) -> frozenset[str]:
    """All headers that a column has had in a language; in any language for one that we do not know."""
    known = WORDS[export][key]
    languages = LANGUAGES if language == OTHER else (language,)
    return frozenset(plainly(text) for each in languages for text in known.get(each, ()))


@cache
def beginning(export: str, key: str, language: str) -> str:
    """The part of a header before the name that Pix fills in."""
    return plainly(WORDS[export][key][language][0].partition("{")[0])


@cache
def ending(export: str, key: str, language: str) -> str:
    """The part of a header after the name."""
    return plainly(WORDS[export][key][language][0].partition("}")[2])


@cache
def yes_or_no(language: str) -> dict[str, bool]:
    """The words of the file's language, and better ones that may come; of every language where it is none of ours."""
    languages = [language] if language in LANGUAGES else list(WORDS["yes"])
    words = {WORDS["yes"][each]: True for each in languages}
    for each in languages:
        words |= dict.fromkeys([WORDS["no"][each], *WORDS["also_no"].get(each, ())], False)
    return words


def proves_encoding(header: list[str], language: str) -> bool:
    """Whether a header with accents reads as it must, so that the accents of names are right as well."""
    known = {
        unicodedata.normalize("NFC", text.partition("{")[0])
        for export in ("profiles", "assessment", "certification")
        for words in WORDS[export].values()
        for text in words.get(language, ())
    }
    accented = tuple(text for text in known if not text.isascii())
    return bool(accented) and any(unicodedata.normalize("NFC", cell).startswith(accented) for cell in header)


# --- The sixteen competences of Pix -----------------------------------------------------------------------------------


@cache
def pix_framework() -> dict:
    return json.loads((DATA / "framework-pix.json").read_text(encoding="utf-8"))


@cache
def competence_codes() -> tuple[str, ...]:
    return tuple(
        competence["code"] for area in pix_framework()["areas"] for competence in area["competences"]
    )


@cache
def competence_names() -> dict[str, str]:
    """The code that belongs to a name, in every language that we have."""
    return {
        plain_name(title): competence["code"]
        for area in pix_framework()["areas"]
        for competence in area["competences"]
        for title in competence["titles"].values()
    }


@cache
def area_names() -> dict[str, str]:
    """The number of the area that belongs to a name."""
    return {
        plain_name(title): area["code"]
        for area in pix_framework()["areas"]
        for title in area["titles"].values()
    }

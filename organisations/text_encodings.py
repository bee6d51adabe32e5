"""Text files as people's programs write them: which encoding it is, and when a file is no text at all."""

import codecs
import re
from collections import Counter

from django.utils.translation import gettext as _

from organisations.problems import Problem, Refused
from organisations.uploads import WrongKindOfFile


def refuse_known_kinds(content: bytes) -> None:
    """Whatever its name says: some files show by their first bytes that they are no table."""
    if content.startswith(b"%PDF"):
        raise WrongKindOfFile(
            _("This is a PDF, whatever its name says. Export the table itself as CSV or XLSX.")
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise WrongKindOfFile(
            _(
                "This workbook is in an old format or locked with a password. Save it as .xlsx without a password."
            )
        )
    if content[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"{\\rtf")):
        raise WrongKindOfFile(
            _("This is a web page or a document, not a table. Export the table as CSV or XLSX.")
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    control = len(content[:65_536]) - len(content[:65_536].translate(None, _CONTROL_BYTES))
    if control > 5 and not _looks_like_utf_16(content):
        raise WrongKindOfFile(
            _("This file holds no text. Export the table as CSV or XLSX and upload that file.")
        )


_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\r\n\f\v\x1a"))


def _looks_like_utf_16(content: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of Latin text is zero."""
    sample = content[:4_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_utf_16(content, "utf-16")
    if encoding := _looks_like_utf_16(content):
        return _decode_utf_16(content, encoding)
    _refuse_nul(content)
    try:
        return content.decode("utf-8-sig"), "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"
    except UnicodeDecodeError:
        _refuse_broken_utf_8(content)
        return _decode_one_byte(content)


def _decode_utf_16(content, encoding):
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongKindOfFile(
            _("The file starts as UTF-16 text and then breaks off. Export it again as CSV UTF-8.")
        ) from error
    if "\0" in text:
        _refuse_nul(text.encode())
    return text, "utf-16"


def _refuse_nul(content):
    place = content.find(b"\0")
    if place < 0:
        return
    raise Refused(
        [
            Problem(
                _("This line holds a NUL character, which no text has. Export the file again as CSV UTF-8."),
                line=content.count(b"\n", 0, place) + 1,
            )
        ]
    )


def _refuse_broken_utf_8(content):
    """Mostly UTF-8, with a byte that is not: cut off, or glued together from several files."""
    text = content.decode(errors="surrogateescape")
    broken = list(re.finditer("[\udc80-\udcff]+", text))
    letters = len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    if letters >= len(broken):
        raise Refused(
            [
                Problem(
                    _(
                        "This line holds a letter that can't be read, though the file is UTF-8 otherwise. "
                        "Export the file again as CSV UTF-8."
                    ),
                    line=text.count("\n", 0, broken[0].start()) + 1,
                )
            ]
        )


_LOWER = "éèêëàâäçîïôöùûüÿœæßãõáíóúñåøì"
_UPPER = "ÉÈÊËÀÂÄÇÎÏÔÖÙÛÜŒÆÃÕÁÍÓÚÑÅØ"
_SIGNS = "’‘“”–—…€«»°§·²³´`•¿¡\xa0©®™±×ºªšžŠŽ"


def _decode_one_byte(content):
    """Windows-1252 or Mac Roman, whichever gives the likelier letters."""
    pairs = Counter(re.findall(rb"[A-Za-z]?[\x80-\xff]", content[:2_000_000]))
    windows, mac = _likelihood(pairs, "cp1252"), _likelihood(pairs, "mac_roman")
    encoding = "cp1252" if windows >= mac else "mac_roman"
    if max(windows, mac) < 0:
        raise WrongKindOfFile(
            _(
                "The file's letters can't be read: its encoding is none of UTF-8, UTF-16, Windows-1252 and Mac Roman. "
                "Export it as CSV UTF-8."
            )
        )
    try:
        return content.decode(encoding), {
            "cp1252": "windows-1252",
            "mac_roman": "mac-roman",
        }[encoding]
    except UnicodeDecodeError:
        return content.decode("mac_roman"), "mac-roman"


def _likelihood(pairs, encoding):
    total = 0
    for pair, count in pairs.items():
        try:
            text = pair.decode(encoding)
        except UnicodeDecodeError:
            return -1_000_000_000
        total += count * _worth(text)
    return total


def _worth(text):
    letter, after_small_letter = text[-1], text[:-1].islower()
    if letter in _LOWER:
        return 2
    if letter in _UPPER:
        return -1 if after_small_letter else 2
    return 1 if letter in _SIGNS else -2

"""From the bytes of an upload to a table of text, or the reason why not.

Pix writes UTF-8 with `;` between cells. A spreadsheet that saves the file again may write Windows-1252, other
separators and other line ends: that is read where it is unambiguous, and said.
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.utils.translation import gettext as _

from organisations.problems import Problem, Refused
from organisations.uploads import FileTooLarge, WrongKindOfFile

SEPARATORS = ";,\t"
MOST_COLUMNS = 2_000


@dataclass(frozen=True)
class Table:
    """The cells of a file as they are written there, with the line on which each row starts."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    encoding: str
    saved_again: bool
    ends_with_line_end: bool


def read_table(content: bytes) -> Table:
    refuse_what_is_no_csv(content)
    text, encoding = decode(content)
    separator = separator_of(text)
    rows, lines = split_into_rows(text, separator)
    if not rows:
        raise Refused(_("The file is empty. Export the results of the campaign again in Pix Orga."))
    return Table(
        header=rows[0],
        rows=rows[1:],
        lines=lines[1:],
        encoding=encoding,
        saved_again=encoding != "utf-8" or separator != ";" or "\r" in text[: text.find("\n") + 1],
        ends_with_line_end=text.endswith(("\n", "\r")),
    )


def refuse_what_is_no_csv(content: bytes) -> None:
    if not content.strip():
        raise Refused(_("The file is empty. Export the results of the campaign again in Pix Orga."))
    check_size(len(content))
    reason = other_format(content)
    if reason:
        raise WrongKindOfFile(reason)
    nul = content.find(b"\0")
    if nul >= 0:
        line = content.count(b"\n", 0, nul) + 1
        raise WrongKindOfFile(
            [Problem(_("The file holds bytes that are no text. Upload the CSV file of Pix Orga."), line)]
        )


def check_size(size: int) -> None:
    """Also for the page, which knows the size before it holds the content."""
    if size > settings.PIX_MAX_BYTES:
        reason = _("The file is larger than %(megabytes)s MB. Export each campaign to a file of its own.")
        raise FileTooLarge(reason % {"megabytes": settings.PIX_MAX_BYTES // 1_000_000})


def other_format(content: bytes) -> str | None:
    """What the first bytes say when they are not those of a CSV file."""
    start = content[:64].lstrip()
    if start.startswith(b"%PDF"):
        return _("This is a PDF document. Upload the CSV file that Pix Orga exports.")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if b"xl/" in content:
            return _(
                "This is a workbook. Upload the CSV file of Pix Orga as it is, without opening it in a spreadsheet."
            )
        return _("This is a ZIP archive. Unpack it and upload the CSV file of Pix Orga.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _(
            "This is a workbook. Upload the CSV file of Pix Orga as it is, without opening it in a spreadsheet."
        )
    if start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        return _("This is a picture. Upload the CSV file that Pix Orga exports.")
    if start.startswith(b"\x1f\x8b"):
        return _("This file is compressed. Unpack it and upload the CSV file of Pix Orga.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _(
            "This file was saved again as Unicode text (UTF-16). Upload the CSV file of Pix Orga as it is."
        )
    if start.removeprefix(b"\xef\xbb\xbf").startswith((b"<", b"{", b"[")):
        return _(
            "This is a web page or a data file of another kind. Upload the CSV file that Pix Orga exports."
        )
    return None


def decode(content: bytes) -> tuple[str, str]:
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise Refused([cut_off(content.count(b"\n") + 1)]) from error
        line = content.count(b"\n", 0, error.start) + 1
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        raise Refused([unknown_encoding(line)]) from error


def cut_off(line: int) -> Problem:
    return Problem(_("The file ends in the middle of a row. Download it again from Pix Orga."), line)


def unknown_encoding(line: int) -> Problem:
    reason = _(
        "The accents of this file can't be read safely. Upload the file of Pix Orga without saving it again."
    )
    return Problem(reason, line)


def separator_of(text: str) -> str:
    """The sign that splits the first line into most cells."""
    first_line = re.sub(r'"[^"]*"', "", text[: text.find("\n")] if "\n" in text else text)
    return max(SEPARATORS, key=first_line.count)


def split_into_rows(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """All rows that are not blank, and the line on which each starts. The line ends inside quotes stay in the cell."""
    if text.count(separator, 0, text.find("\n")) > MOST_COLUMNS:
        raise Refused([too_many_columns(1)])
    reader, most = reader_of(text, separator), settings.PIX_MAX_ROWS + 1
    try:
        rows = list(islice(reader, most + 1))
    except csv.Error:
        return split_line_by_line(text, separator)  # and say where it breaks
    if reader.line_num > len(rows) or not all(rows):
        return split_line_by_line(text, separator)
    lines = list(range(1, len(rows) + 1))
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        line = next(line for line, row in zip(lines, rows, strict=True) if len(row) > MOST_COLUMNS)
        raise Refused([too_many_columns(line)])
    if len(rows) > most:
        raise FileTooLarge([too_many_rows(most + 1)])
    return rows, lines


def reader_of(text: str, separator: str):
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def split_line_by_line(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """The same for a file with rows of several lines, blank lines or broken quotes, which are told with their line."""
    reader = reader_of(text, separator)
    rows, lines, start, most = [], [], 1, settings.PIX_MAX_ROWS + 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(start)
                if len(rows) > most:
                    raise FileTooLarge([too_many_rows(start)])
                if len(row) > MOST_COLUMNS:
                    raise Refused([too_many_columns(start)])
            start = reader.line_num + 1
    except csv.Error as error:
        raise Refused([broken_row(str(error), start)]) from error
    return rows, lines


def too_many_rows(line: int) -> Problem:
    reason = _("The file has more than %(rows)s rows. Export each campaign to a file of its own.")
    return Problem(reason % {"rows": settings.PIX_MAX_ROWS}, line)


def too_many_columns(line: int) -> Problem:
    reason = _("This row has more than %(columns)s cells. No export of Pix Orga has so many.")
    return Problem(reason % {"columns": MOST_COLUMNS}, line)


def broken_row(error: str, line: int) -> Problem:
    if "unexpected end" in error:
        return cut_off(line)
    if "field larger" in error:
        return Problem(_("A cell of this row is far too long; a quotation mark is probably missing."), line)
    return Problem(
        _("The quotation marks of this row don't fit together. Download the file again from Pix Orga."), line
    )

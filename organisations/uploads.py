"""How much of an upload we take, and how a file is refused as a whole."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from organisations.problems import Problem, Refused

HEADER_WITHIN = 20  # lines; a header further down is not looked for


class FileTooLarge(Refused):
    """More bytes, rows or columns than we take."""

    status = 413


class WrongKindOfFile(Refused):
    """Not a table at all, or not one of the two kinds that we read."""

    status = 415


@dataclass(frozen=True)
class Limits:
    """How much of a file we are willing to read."""

    size: int = 20_000_000
    rows: int = 50_000
    columns: int = 200
    cell: int = 5_000
    parts: int = 200
    unpacked: int = 100_000_000

    @property
    def megabytes(self) -> float:
        return round(self.size / 1_000_000, 1)


def staff_file_limits() -> Limits:
    return Limits(
        size=settings.STAFF_FILE_MAX_BYTES,
        rows=settings.STAFF_FILE_MAX_ROWS,
        columns=settings.STAFF_FILE_MAX_COLUMNS,
    )


def check_size(size: int, limits: Limits) -> None:
    """Also for the page, which knows the size before it holds the content."""
    if size > limits.size:
        raise FileTooLarge(
            _("The file has %(size)s MB; the limit is %(limit)s MB. Remove what isn't needed, or split it.")
            % {
                "size": number_format(size / 1_000_000, decimal_pos=1),
                "limit": number_format(f"{limits.size / 1_000_000:g}"),
            }
        )


def too_many_columns(limits, line=None):
    sentence = _("The table has more than %(limit)s columns. Remove those that aren't needed.") % {
        "limit": limits.columns
    }
    return FileTooLarge([Problem(sentence, line=line)])


def too_many_rows(limits):
    return FileTooLarge(
        _("The table has more than %(limit)s rows. Split it into several files.") % {"limit": limits.rows}
    )

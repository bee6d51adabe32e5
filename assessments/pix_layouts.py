"""What stands in which column of a campaign's export.

By position, never by the text of a header alone: Dutch headers carry no names, and the label of the external id may
equal any standard header.
"""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from assessments.pix_tables import Table
from assessments.pix_words import OTHER, WORDS, texts
from organisations.problems import Problem, Refused

# In an export with several columns of unknown name, the last one is the external id if it is called like one.
LOOKS_LIKE_AN_ID = re.compile(
    r"matricul|staff|employ|identif|\bid\b|numer|number|nummer|mail|login|^[0-9-]+$"
)
IN_PARIS = re.compile(r"\(europ\w* ?/ ?pari")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A recognised header. Numbers are positions of columns, counted from 0. `status`: has it been shared?"""

    language: str
    generation: str
    columns: int
    last_name: int
    first_name: int
    status: int | None = None
    has_code: bool = False
    imported: tuple[int, ...] = ()
    group: int | None = None
    division: int | None = None
    student_number: int | None = None
    external_id: int | None = None
    notes: list[Problem] = field(default_factory=list)


def has_campaign_code(plain: list[str], language: str) -> bool:
    """Since the summer of 2023, and so in every language that came later."""
    return language == OTHER or plain[2] in texts("profiles", "campaign_code", OTHER)


def has_times_of_paris(header: str, language: str) -> bool:
    """Since December 2024. German and every language that we do not know came later."""
    return bool(IN_PARIS.search(header)) or language in (OTHER, "de")


def places_of_people(
    table: Table, plain: list[str], export: str, language: str, first: int, end: int
) -> dict:
    """Where the names and everything between them and `end` stand. `first` is the position of the last name."""
    if end < first + 2:
        reason = _("Columns are missing before “%(column)s”. Download the file again from Pix Orga.")
        raise Refused([Problem(reason % {"column": table.header[end]}, 1, table.header[end])])
    return {
        "last_name": first,
        "first_name": first + 1,
        **place_optional_columns(table, plain[first + 2 : end], first + 2, export, language),
    }


def place_optional_columns(table: Table, labels: list[str], first: int, export: str, language: str) -> dict:
    """Where imported columns, group, class, student number and external id stand; they come in this order.

    Group and student number come together; the external id is the last one, whatever its label.
    """
    group, division, student = (
        texts(export, key, language) for key in ("group", "division", "student_number")
    )

    def learner_columns_before(end):
        if end >= 2 and labels[end - 2] in group and labels[end - 1] in student:
            return 2
        return int(end >= 1 and labels[end - 1] in division)

    count = len(labels)
    end, has_external_id, notes = count, False, []
    if count and learner_columns_before(count - 1):
        end, has_external_id = count - 1, True
    elif learner_columns_before(count) == 1 and count == 1 and differs_by_person(table, first):
        end, has_external_id = 0, True
    elif not learner_columns_before(count) and (count == 1 or (count and is_called_like_an_id(labels[-1]))):
        end, has_external_id = count - 1, True
    elif not learner_columns_before(count) and count:
        reason = _(
            "No column of this file was read as the external id; “%(column)s” counts as an imported column."
        )
        label = table.header[first + count - 1]
        notes.append(Problem(reason % {"column": label}, 1, label))
    known = learner_columns_before(end)
    return {
        "imported": tuple(range(first, first + end - known)),
        "group": first + end - 2 if known == 2 else None,
        "student_number": first + end - 1 if known == 2 else None,
        "division": first + end - 1 if known == 1 else None,
        "external_id": first + end if has_external_id else None,
        "notes": notes,
    }


def is_called_like_an_id(label: str) -> bool:
    """Also like one of Pix's own columns: whoever types the label may type anything."""
    return bool(LOOKS_LIKE_AN_ID.search(label)) or any(
        label in texts(export, key, OTHER) for export in ("profiles", "assessment") for key in WORDS[export]
    )


def differs_by_person(table: Table, column: int) -> bool:
    """Whether a column that is called like the class names people rather than groups of people."""
    pairs = {tuple(row[column - 2 : column + 1]) for row in table.rows if len(row) > column and row[column]}
    return len(pairs) >= 5 and len({pair[-1] for pair in pairs}) >= 0.7 * len(pairs)

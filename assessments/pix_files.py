"""Reading what Pix exports: the one entry for whoever has the bytes of a file.

The content says what the file is, never its name. Whatever is no export of results is refused with what it is.
"""

from django.utils.translation import gettext as _

from assessments.pix_assessment_layouts import assessment_layout
from assessments.pix_assessment_reading import read_assessment
from assessments.pix_certifications import certification_layout, read_certification
from assessments.pix_exports import Export
from assessments.pix_profiles import profiles_layout, read_profiles
from assessments.pix_tables import Table, read_table, unknown_encoding
from assessments.pix_words import OTHER, WORDS, plainly, proves_encoding, texts
from organisations.problems import Problem, Refused
from organisations.uploads import WrongKindOfFile

KINDS = (
    (certification_layout, read_certification),
    (profiles_layout, read_profiles),
    (assessment_layout, read_assessment),
)


def read_export(content: bytes) -> Export:
    """What the file says, or `Refused` with every reason. Any bytes may come; none are trusted."""
    table = read_table(content)
    plain = [plainly(cell) for cell in table.header]
    for layout_of, read in KINDS:
        layout = layout_of(table, plain)
        if layout is not None:
            if table.encoding != "utf-8" and not proves_encoding(table.header, layout.language):
                raise Refused([unknown_encoding(1)])
            return read(table, layout)
    raise other_file(table, plain)


def other_file(table: Table, plain: list[str]) -> Refused:
    """Why this is not an export of results, as exactly as its header tells."""
    header = table.header
    if is_learner_list(plain):
        return WrongKindOfFile(
            [
                Problem(
                    _("This is a list of people to be uploaded to Pix Orga. It holds no results."),
                    1,
                )
            ]
        )
    if set(plain) & ANY_STATUS:
        reason = _(
            "This export of Pix Orga does not end in the columns of its competences. It was cut off or edited: "
            "download it again from Pix Orga."
        )
        return Refused([Problem(reason, 1)])
    if any("Ã" in cell or "â€" in cell for cell in header):
        return Refused([unknown_encoding(1)])
    reason = _(
        "This is not a file of Pix results: its columns are not those of an export of Pix Orga or Pix Certif."
    )
    return WrongKindOfFile([Problem(reason, 1)])


def is_learner_list(plain: list[str]) -> bool:
    cells = {cell.strip("* ") for cell in plain}
    lists = [labels for by_language in WORDS["learner_lists"].values() for labels in by_language.values()]
    return any(
        sum(plainly(label).strip("* ") in cells for label in labels) >= min(4, len(labels))
        for labels in lists
    )


ANY_STATUS = texts("profiles", "is_sent", OTHER) | texts("assessment", "is_shared", OTHER)

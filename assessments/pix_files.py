"""Reading what Pix exports: the one entry for whoever has the bytes of a file."""

from assessments.pix_layouts import recognise
from assessments.pix_profiles import ProfilesCollection, read_profiles
from assessments.pix_tables import read_table


def read_export(content: bytes) -> ProfilesCollection:
    """What the file says, or `Refused` with every reason. Any bytes may come; none are trusted."""
    table = read_table(content)
    return read_profiles(table, recognise(table))

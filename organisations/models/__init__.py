"""Who takes part, who works there, who may do what, and which jobs are under way."""

from organisations.models.accounts import ORGANISATION_ROLES, PROGRAMME_ROLES, Role, User
from organisations.models.files import StoredFile, StoredFileQuerySet
from organisations.models.imports import PeopleImport, PeopleImportQuerySet
from organisations.models.invitations import (
    ApiToken,
    ApiTokenQuerySet,
    Invitation,
    InvitationQuerySet,
    digest_of,
)
from organisations.models.languages import Language
from organisations.models.organisations import Membership, Organisation, Programme, ProgrammeMember
from organisations.models.people import Person, PersonQuerySet
from organisations.models.runs import Run, RunQuerySet

__all__ = [
    "ORGANISATION_ROLES",
    "PROGRAMME_ROLES",
    "ApiToken",
    "ApiTokenQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Language",
    "Membership",
    "Organisation",
    "PeopleImport",
    "PeopleImportQuerySet",
    "Person",
    "PersonQuerySet",
    "Programme",
    "ProgrammeMember",
    "Role",
    "Run",
    "RunQuerySet",
    "StoredFile",
    "StoredFileQuerySet",
    "User",
    "digest_of",
]

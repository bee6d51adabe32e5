"""Who takes part, who works there, who may do what, and which jobs are under way."""

from organisations.models.accounts import ORGANISATION_ROLES, PROGRAMME_ROLES, Role, User
from organisations.models.files import StoredFile, StoredFileQuerySet
from organisations.models.imports import ColumnChoice, PeopleImport, PeopleImportQuerySet, RepairRule
from organisations.models.invitations import (
    ApiToken,
    ApiTokenQuerySet,
    Invitation,
    InvitationQuerySet,
    InvitationState,
    digest_of,
)
from organisations.models.languages import Language
from organisations.models.licences import Funder, LicenceMove, LicencePot
from organisations.models.onboarding import Checklist, Interest, StageChange
from organisations.models.organisations import Membership, Organisation, Programme, ProgrammeMember
from organisations.models.participation import (
    Acknowledgement,
    EsfAnswers,
    EsfExit,
    EsfRecord,
    EsfRecordQuerySet,
    EsfSensitiveAnswers,
    FollowUp,
    FollowUpAnswer,
    FollowUpContact,
    FollowUpQuerySet,
)
from organisations.models.people import Person, PersonQuerySet, texts_in_use
from organisations.models.people_lists import PeopleChange, PeopleExport
from organisations.models.runs import Run, RunQuerySet
from organisations.models.self_enrolment import (
    EnrolmentLink,
    EnrolmentLinkQuerySet,
    EnrolmentRequest,
    EnrolmentRequestQuerySet,
)

__all__ = [
    "ORGANISATION_ROLES",
    "PROGRAMME_ROLES",
    "Acknowledgement",
    "ApiToken",
    "ApiTokenQuerySet",
    "Checklist",
    "ColumnChoice",
    "EnrolmentLink",
    "EnrolmentLinkQuerySet",
    "EnrolmentRequest",
    "EnrolmentRequestQuerySet",
    "EsfAnswers",
    "EsfExit",
    "EsfRecord",
    "EsfRecordQuerySet",
    "EsfSensitiveAnswers",
    "FollowUp",
    "FollowUpAnswer",
    "FollowUpContact",
    "FollowUpQuerySet",
    "Funder",
    "Interest",
    "Invitation",
    "InvitationQuerySet",
    "InvitationState",
    "Language",
    "LicenceMove",
    "LicencePot",
    "Membership",
    "Organisation",
    "PeopleChange",
    "PeopleExport",
    "PeopleImport",
    "PeopleImportQuerySet",
    "Person",
    "PersonQuerySet",
    "Programme",
    "ProgrammeMember",
    "RepairRule",
    "Role",
    "Run",
    "RunQuerySet",
    "StageChange",
    "StoredFile",
    "StoredFileQuerySet",
    "User",
    "digest_of",
    "texts_in_use",
]

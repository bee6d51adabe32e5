"""What people can do today: frameworks, what was imported, results, targets, and who lets whom see them.

Frameworks are reference data for everybody. All else belongs to one organisation.
"""

from assessments.models.connections import Completion, Connection, OfferedCampaign, Sync
from assessments.models.figures import Cohort, CountedResult, LevelCount, Release
from assessments.models.frameworks import (
    HIGHEST_LEVEL,
    Area,
    Competence,
    Crosswalk,
    CrosswalkEntry,
    Framework,
    in_active_language,
)
from assessments.models.identities import Decision, Identity, Sign
from assessments.models.imports import Campaign, Kind, ResultImport, Waiting
from assessments.models.own_data import LevelsReading, SkillsDocument
from assessments.models.results import Result
from assessments.models.targets import SharingChoice, TargetProfile

__all__ = [
    "HIGHEST_LEVEL",
    "Area",
    "Campaign",
    "Cohort",
    "Competence",
    "Completion",
    "Connection",
    "CountedResult",
    "Crosswalk",
    "CrosswalkEntry",
    "Decision",
    "Framework",
    "Identity",
    "Kind",
    "LevelCount",
    "LevelsReading",
    "OfferedCampaign",
    "Release",
    "Result",
    "ResultImport",
    "SharingChoice",
    "Sign",
    "SkillsDocument",
    "Sync",
    "TargetProfile",
    "Waiting",
    "in_active_language",
]

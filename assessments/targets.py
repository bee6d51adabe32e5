"""Which level somebody is meant to reach. HR sets it; where nobody set one there is none, never a silent default."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from assessments.models import Framework, TargetProfile
from organisations.models import Organisation, Person, User

Levels = list[int | None]


def targets_for(organisation: Organisation) -> Callable[[Person], Levels]:
    """A function that gives a person's target per competence; None where there is none. One query.

    The profile of the person's job family counts as a whole; without one, the profile for everyone.
    """
    profiles = current_profiles(organisation)
    levels = {profile.job_family: profile.levels for profile in profiles}
    nothing = [None] * 16

    def targets_of(person: Person) -> Levels:
        return levels.get(person.job_family) or levels.get("") or nothing

    return targets_of


def current_profiles(organisation: Organisation) -> list[TargetProfile]:
    """The profiles in force: the one for everyone first, then by job family."""
    return list(
        organisation.target_profiles.current().filter(framework__code=Framework.PIX).order_by("job_family")
    )


def set_targets(
    organisation: Organisation, job_family: str, levels: Levels, user: User | None
) -> TargetProfile | None:
    """Put these targets in force for a job family ('' means everyone). The former ones stay on record.

    Setting what is in force already changes nothing. Without any level the profile is taken out of force.
    """
    with transaction.atomic():
        organisation.take_turn()
        framework = Framework.objects.pix()
        in_force = organisation.target_profiles.current().filter(framework=framework, job_family=job_family)
        before = in_force.first()
        if before and before.levels == levels:
            return before
        in_force.update(replaced_at=timezone.now())
        if job_family == "" and all(level is None for level in levels):
            return None
        return TargetProfile.objects.create(
            organisation=organisation,
            framework=framework,
            job_family=job_family,
            levels=levels,
            set_by=user,
        )


def remove_targets(organisation: Organisation, job_family: str) -> None:
    """Take a job family's own targets out of force: those for everyone count again."""
    organisation.target_profiles.current().filter(job_family=job_family).update(replaced_at=timezone.now())

"""Which result counts for a person today."""

from assessments.models import Result
from organisations.models import Organisation, Person


def latest_results(organisation: Organisation) -> dict[int, Result]:
    """Each person's newest shared profile, by the person's id; people without one are left out. One query."""
    newest = organisation.results.profiles().shared().with_levels().newest_per_person()
    return {result.person_id: result for result in newest}


def latest_result(person: Person) -> Result | None:
    """The person's newest shared profile."""
    return results_of(person).first()


def results_of(person: Person):
    """All shared profiles of the person, the newest first."""
    return person.results.profiles().shared().with_levels().order_by("-shared_at", "-pk")

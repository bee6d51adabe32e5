"""What is put in order every day: access of leavers ends, and what was only kept for a while is forgotten."""

from django.utils import timezone

from organisations.consequences import let_go
from organisations.exporting import forget_old_exports
from organisations.models import Organisation
from organisations.runs import submit
from organisations.self_enrolment import forget_unproven_requests


def request_tidying() -> None:
    """Ask for one run a day and organisation, so that one that fails holds up nobody else."""
    today = timezone.localdate().isoformat()
    for organisation in Organisation.objects.order_by("pk"):
        submit("tidy_people", today, organisation=organisation)


def tidy(organisation: Organisation) -> dict:
    return {
        "left": let_go(organisation),
        "exports": forget_old_exports(organisation),
        "unproven": forget_unproven_requests(organisation),
    }

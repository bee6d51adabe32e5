"""What Celery calls, and which function does which kind of run of this app."""

from celery import shared_task

from organisations import runs
from organisations.models import Programme
from reporting import reports


@shared_task
def request_due_report():
    """Rung by Celery beat; asks at most once for each quarter, however often it is rung."""
    for programme in Programme.objects.all():
        reports.request_due_report(programme)


runs.kind(reports.COMPUTE)(reports.compute_report)
runs.kind(reports.RENDER)(reports.render_report)

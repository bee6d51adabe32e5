"""Background jobs: nothing lost, nothing done twice.

A job is a `Run` row; a message through the broker only rings for it. A worker claims the row, works in one
transaction, and commits effects and outcome together. A run whose worker died is taken up again after its lease; a
message delivered twice finds the run taken; a lost message is rung again by the sweep (`watch_runs`).
"""

import logging
import uuid
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organisations.models import Organisation, Run, User
from organisations.scope import every_organisation, only

logger = logging.getLogger(__name__)
TIME_TO_TAKE_HOLD = timedelta(
    seconds=20
)  # between claiming a run and holding its row, even on a busy machine
_work = {}


class CannotFinish(Exception):
    """The job can't be done and trying again won't help. Carries a sentence for whoever asked."""


def kind(name):
    """Register the function that does runs of this kind: it takes the run and may return its outcome."""

    def register(function):
        _work[name] = function
        return function

    return register


def submit(
    kind: str, key: str, *, organisation: Organisation | None = None, requested_by: User | None = None, **args
):
    """Ask for a job. `key` names the wish (a file, a report and its quarter), so a double click finds the first run.

    A run that had failed is queued again.
    """
    with transaction.atomic():
        run, is_new = Run.objects.get_or_create(
            organisation=organisation,
            kind=kind,
            key=key,
            defaults={
                "args": args,
                "requested_by": requested_by,
                "language": translation.get_language() or settings.LANGUAGE_CODE,
            },
        )
        if not is_new and run.state in (Run.State.FAILED, Run.State.DEAD):
            is_new = Run.objects.filter(pk=run.pk, state=run.state).update(
                state=Run.State.QUEUED,
                attempts=0,
                run_after=timezone.now(),
                problem="",
                error="",
                ended_at=None,
            )
            run.refresh_from_db()
        if is_new:
            transaction.on_commit(
                lambda: ring(run.pk), robust=True
            )  # a dead broker must not fail the request
    return run


def submit_once_for_many(kind: str, organisation: Organisation) -> Run:
    """Ask for a run after what the caller commits now. Many wishes make one run.

    The waiting run stays locked until the caller commits, so that no worker starts too early. Whoever finds it
    locked by somebody else takes another one, and waits for nobody.
    """
    with transaction.atomic():
        waiting = Run.objects.filter(organisation=organisation, kind=kind).exclude(state=Run.State.RUNNING)
        run = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
        if run is None:
            language = translation.get_language() or "en"
            run = Run(organisation=organisation, kind=kind, key=uuid.uuid4().hex, language=language)
        elif run.state == Run.State.QUEUED:
            return run
        run.state, run.attempts, run.run_after = Run.State.QUEUED, 0, timezone.now()
        run.problem, run.error, run.ended_at = "", "", None
        run.save()
        transaction.on_commit(lambda: ring(run.pk), robust=True)
    return run


def submit_many(
    kind: str, args_by_key: dict[str, dict], *, organisation: Organisation, requested_by: User | None
) -> None:
    """Ask for many new jobs of one kind with one statement."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    made = Run.objects.bulk_create(
        Run(
            organisation=organisation,
            kind=kind,
            key=key,
            args=args,
            requested_by=requested_by,
            language=language,
        )
        for key, args in args_by_key.items()
    )
    # After the first that the broker does not take, the sweep rings: each further one would keep the page waiting.
    transaction.on_commit(lambda: all(ring(run.pk) for run in made), robust=True)


def ring(run_id: int) -> bool:
    """Tell the workers that a run waits. When the broker is away (False) the sweep rings again."""
    try:
        current_app.send_task("organisations.tasks.carry_out_run", [run_id], ignore_result=True)
    except Exception as error:
        logger.warning("Run %s waits for the sweep, the broker is away: %r", run_id, error)
        return False
    return True


def free_abandoned() -> int:
    """Make runs due whose worker was killed. A worker at work holds the lock on its run's row, a dead one does not."""
    now = timezone.now()
    with transaction.atomic():
        running = Run.objects.filter(
            state=Run.State.RUNNING, lease_until__gt=now, started_at__lt=now - TIME_TO_TAKE_HOLD
        )
        abandoned = [run.pk for run in running.select_for_update(skip_locked=True, of=("self",))]
        return Run.objects.filter(pk__in=abandoned).update(lease_until=now)


def ring_due(limit_per_organisation: int = 20) -> int:
    """Ring for everything due, one organisation after another so that a large one does not starve the rest."""
    free_abandoned()
    waiting = {}
    for run_id, organisation_id in Run.objects.due().order_by("pk").values_list("pk", "organisation_id"):
        waiting.setdefault(organisation_id, []).append(run_id)
    queues = [queue[:limit_per_organisation] for queue in waiting.values()]
    in_turn = [queue[turn] for turn in range(limit_per_organisation) for queue in queues if turn < len(queue)]
    for run_id in in_turn:
        ring(run_id)
    return len(in_turn)


def carry_out(run_id: int) -> None:
    """Do a run, unless it is done or somebody else is at it. Failures are tried again with growing pauses."""
    run = _claim(run_id)
    if run is None:
        return
    scope = only(run.organisation_id) if run.organisation_id else every_organisation()
    try:
        with translation.override(run.language), transaction.atomic(), scope:
            held = Run.objects.select_for_update().get(pk=run_id)  # this row lock is the real lease
            if (held.state, held.attempts) != (Run.State.RUNNING, run.attempts):
                return
            outcome = _work[held.kind](held)
            _end(held, Run.State.DONE, outcome=outcome or {})
    except CannotFinish as refusal:
        _end(run, Run.State.FAILED, problem=str(refusal))
    except Exception as error:
        logger.exception("Run %s failed at attempt %s", run_id, run.attempts)
        _still_ours(run).update(
            state=Run.State.QUEUED,
            run_after=timezone.now() + timedelta(seconds=5 * 4 ** (run.attempts - 1)),
            error=repr(error)[:500],
        )


def report_progress(run: Run, done: int, total: int, message: str) -> None:
    """Tell whoever watches how far the work is. Seen at once, although the work is not yet committed."""
    try:
        caches["progress"].set(str(run.pk), {"done": done, "total": total, "message": str(message)}, 3600)
    except Exception as error:
        logger.info("No progress shown for run %s: %r", run.pk, error)


def _claim(run_id):
    with transaction.atomic():
        run = Run.objects.due().select_for_update(skip_locked=True, of=("self",)).filter(pk=run_id).first()
        if run is None:
            return None
        if run.attempts >= settings.RUN_TRIES:
            with translation.override(run.language):
                _end(run, Run.State.DEAD, problem=_("This job failed several times. We have been told."))
            logger.error("Run %s (%s) is given up: %s", run.pk, run, run.error)
            return None
        now = timezone.now()
        run.state, run.attempts = Run.State.RUNNING, run.attempts + 1
        run.started_at, run.lease_until = now, now + settings.RUN_LEASE
        run.save(update_fields=["state", "attempts", "started_at", "lease_until"])
        return run


def _still_ours(run):
    return Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, attempts=run.attempts)


def _end(run, state, outcome=None, problem=""):
    Run.objects.filter(pk=run.pk, attempts=run.attempts).update(
        state=state, outcome=outcome or {}, problem=problem, ended_at=timezone.now(), lease_until=None
    )

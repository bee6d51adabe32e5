"""Which function does which kind of run of this app."""

from functools import partial

from celery import shared_task

from assessments import figures, importing, matching, own_data, quarantine, releases, syncing, undoing
from organisations import runs


@shared_task
def request_clearing():
    """Rung by Celery beat; asks at most once a day, however often it is rung."""
    quarantine.request_clearing()


@runs.kind(quarantine.CLEAR)
def clear(run):
    return {**quarantine.clear(run), "documents": own_data.forget_old_documents()}


@runs.kind("write_skills_document")
def write_skills_document(run):
    return own_data.write_document(run.organisation.skills_documents.get(pk=run.args["document"]))


@shared_task
def request_syncs():
    """Rung by Celery beat; asks for the connections whose time has come."""
    syncing.request_due()


@runs.kind(syncing.SYNC)
def read_from_pix(run):
    return syncing.read_slice(run, tell=partial(runs.report_progress, run))


@runs.kind("import_results")
def import_results(run):
    result_import = run.organisation.result_imports.get(pk=run.args["result_import"])
    return importing.import_results(result_import, tell=partial(runs.report_progress, run))


@runs.kind(undoing.UNDO)
def undo_results(run):
    result_import = run.organisation.result_imports.get(pk=run.args["result_import"])
    undoing.undo_import(result_import, run.requested_by, tell=partial(runs.report_progress, run))


@shared_task
def request_refreshes():
    """Rung by Celery beat."""
    figures.request_refreshes()


@runs.kind(figures.REFRESH)
def refresh_figures(run):
    return releases.refresh(run.organisation)


@runs.kind(matching.LOOK_AGAIN)
def look_again(run):
    return {"attached": importing.look_again(run.organisation)}

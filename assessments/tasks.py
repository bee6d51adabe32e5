"""Which function does which kind of run of this app."""

from functools import partial

from assessments import importing
from organisations import runs


@runs.kind("import_results")
def import_results(run):
    result_import = run.organisation.result_imports.get(pk=run.args["result_import"])
    return importing.import_results(result_import, tell=partial(runs.report_progress, run))

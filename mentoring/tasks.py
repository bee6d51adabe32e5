"""Which function does which kind of run of this app."""

from functools import partial

from organisations import runs


@runs.kind("pair_round")
def pair_round(run):
    from mentoring.pairing import pair  # brings arrays and the solver, which web processes do without

    mentoring_round = run.organisation.mentoring_rounds.get(pk=run.args["round"])
    return pair(mentoring_round, partial(runs.report_progress, run)).as_dict()

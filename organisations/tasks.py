"""What Celery calls, and which function does which kind of run of this app."""

from celery import shared_task

from organisations import invitations, runs


@shared_task
def carry_out_run(run_id):
    runs.carry_out(run_id)


@runs.kind("send_invitation")
def send_invitation(run):
    invitations.send(run.organisation.invitations.get(pk=run.args["invitation"]))

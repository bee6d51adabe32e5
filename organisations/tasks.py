"""What Celery calls, and which function does which kind of run of this app."""

from celery import shared_task

from organisations import (
    exporting,
    follow_ups,
    importing,
    invitations,
    runs,
    self_enrolment,
    tidying,
    undoing,
)


@shared_task
def carry_out_run(run_id):
    runs.carry_out(run_id)


@runs.kind("export_people")
def export_people(run):
    return exporting.carry_out_export(run.organisation.people_exports.get(pk=run.args["export"]))


@runs.kind("send_enrolment_proof")
def send_enrolment_proof(run):
    request = run.organisation.enrolment_requests.filter(pk=run.args["enrolment_request"]).first()
    if request is not None:
        self_enrolment.send_proof(request)


@shared_task
def tidy_people():
    """Once a day for each organisation."""
    tidying.request_tidying()


@runs.kind("tidy_people")
def tidy_people_of_organisation(run):
    return tidying.tidy(run.organisation)


@runs.kind("send_invitation")
def send_invitation(run):
    invitations.send(run.organisation.invitations.get(pk=run.args["invitation"]))


runs.kind("tell_earlier_address")(invitations.tell_earlier_address)


@runs.kind("check_people")
def check_people(run):
    importing.check_in_run(run)


@runs.kind("commit_people")
def commit_people(run):
    return importing.commit_in_run(run)


@runs.kind("undo_people")
def undo_people(run):
    undoing.undo_in_run(run)


@shared_task
def request_follow_ups():
    """Rung by Celery beat; each question is asked once, however often it is rung."""
    follow_ups.request_due()
    follow_ups.request_forgetting()


runs.kind(follow_ups.ASK)(follow_ups.ask)
runs.kind(follow_ups.FORGET)(follow_ups.forget_contacts)

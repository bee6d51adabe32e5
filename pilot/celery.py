"""The Celery application. The broker is only a doorbell: the work is a `Run` row (organisations.runs)."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot.settings")

app = Celery("pilot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def check_database(**kwargs):
    from pilot.checks import refuse_unsafe_start

    refuse_unsafe_start()

"""The project: settings, addresses and workers put the apps together and know nothing else."""

from pilot.celery import app as celery_app

__all__ = ["celery_app"]

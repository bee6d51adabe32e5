"""A small loop of its own that rings for runs nobody works on. It needs the database, not the broker it repairs."""

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection

from organisations.runs import ring_due

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Ring for due jobs every ten seconds until stopped."

    def add_arguments(self, parser):
        parser.add_argument("--every", type=float, default=10, metavar="SECONDS")

    def handle(self, *, every, **options):
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.wait(every):
            try:
                close_old_connections()
                ring_due()
            except Error as error:
                logger.warning("The database can't be reached, trying again: %r", error)
                connection.close()

"""The web server: used by `dev.py run` and by the container."""

import os

wsgi_app = "pilot.wsgi"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 5
control_socket_disable = True  # one in the home directory would be shared by all checkouts
preload_app = True  # one start instead of one for each worker
# A heartbeat on a slow disk looks like a worker that hangs.
MEMORY = "/dev/shm"  # noqa: S108
worker_tmp_dir = MEMORY if os.access(MEMORY, os.W_OK) else None


def when_ready(server):
    """Load all pages before the workers are made: each of them would do it again at its first request."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 – looking at them loads them


def pre_fork(server, worker):
    """A connection that start-up checks opened must not be shared by two processes."""
    from django.db import connections

    connections.close_all()

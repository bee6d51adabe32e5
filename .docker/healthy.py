"""Health checks of the containers: `healthy.py web|beat|sweep` exits 0 when that process does its work."""

import http.client
import os
import sys
import time
from pathlib import Path

import psycopg2

SCHEDULE = Path("/state")
BEAT_WRITES_WITHIN = 15 * 60  # seconds; it writes its schedule every three to five minutes
SWEEP_ASKS_WITHIN = 60  # seconds; it asks the database every ten
SWEEP = """
    SELECT FROM pg_stat_activity
    WHERE application_name = 'pilot sweep' AND state_change > now() - make_interval(secs => %s)
"""


def web() -> bool:
    """Asks as a browser would: the settings answer only for the hosts they name."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip().lstrip("*.")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    connection.request("GET", "/health/", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return connection.getresponse().status == 200


def beat() -> bool:
    written = max(file.stat().st_mtime for file in SCHEDULE.glob("beat-schedule*"))
    return time.time() - written < BEAT_WRITES_WITHIN


def sweep() -> bool:
    url = os.environ.get("DATABASE_URL") or Path(os.environ["DATABASE_URL_FILE"]).read_text().strip()
    with psycopg2.connect(url, connect_timeout=5) as connection, connection.cursor() as cursor:
        cursor.execute(SWEEP, [SWEEP_ASKS_WITHIN])
        return cursor.rowcount > 0


CHECKS = {"web": web, "beat": beat, "sweep": sweep}

if __name__ == "__main__":
    sys.exit(not CHECKS[sys.argv[1]]())

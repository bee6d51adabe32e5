"""`dev.py bench`: the benchmarks, on throw-away servers."""

import os
import shutil
import sys

from pilot.development.local import new_secrets
from pilot.development.manage import call
from pilot.development.places import throw_away_directory
from pilot.development.preparation import prepare
from pilot.development.servers import Servers


def bench(arguments: list[str]) -> int:
    place = throw_away_directory()
    try:
        with Servers(place, new_secrets(), throw_away=True) as servers:
            environment = os.environ | servers.environment
            environment |= {"PILOT_ENVIRONMENT": "test", "PILOT_PROCESS": "manage"}
            prepare(environment, demonstration=False)
            return call([sys.executable, "-m", "benchmarks", *arguments], environment)
    finally:
        shutil.rmtree(place, ignore_errors=True)

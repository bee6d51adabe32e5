"""`dev.py manage`: one management command, on the running servers or on servers for its own duration.

Standard output is the command's alone: scripts read it.
"""

import os
import subprocess
import sys
import time

from pilot.development.local import ROOT, SERVERS, kept_secrets, running_instance, this_checkout
from pilot.development.preparation import prepare
from pilot.development.servers import Servers
from pilot.development.trouble import say

OWNERS_COMMANDS = {"migrate", "createcachetable", "sqlmigrate", "flush"}
# Commands that are needed to mend a database or to write code must not wait for a database that is in order.
NEED_NO_DATA = OWNERS_COMMANDS | {"check", "check_translations", "collectstatic", "compilemessages", "help"}
NEED_NO_DATA |= {"makemessages", "makemigrations", "showmigrations", "spectacular"}


def manage(arguments: list[str]) -> int:
    told = False
    while True:
        with this_checkout() as is_ours:
            if is_ours:
                return manage_on_own_servers(arguments)
        if instance := running_instance():
            return call_manage(arguments, os.environ | instance["environment"])
        if not told:
            say("Waiting for another command of this checkout …")
            told = True
        time.sleep(0.2)


def manage_on_own_servers(arguments: list[str]) -> int:
    with Servers(SERVERS, kept_secrets()) as servers:
        environment = os.environ | servers.environment | {"PILOT_PROCESS": "manage"}
        if arguments and arguments[0] not in NEED_NO_DATA:
            prepare(environment, demonstration=servers.embeds_database and arguments[0] != "demo")
        return call_manage(arguments, environment)


def call_manage(arguments: list[str], environment: dict[str, str]) -> int:
    environment = environment | {"PILOT_PROCESS": "manage"}
    if arguments and arguments[0] in OWNERS_COMMANDS:
        environment["DATABASE_URL"] = environment["MIGRATE_DATABASE_URL"]
    return call([sys.executable, str(ROOT / "manage.py"), *arguments], environment)


def call(command: list[str], environment: dict[str, str]) -> int:
    """Its exit code, as a shell would tell it. Ctrl-C reaches the command by itself; we wait for its end."""
    with subprocess.Popen(command, env=environment) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue
            except SystemExit:
                process.terminate()
                continue
            return code if code >= 0 else 128 - code

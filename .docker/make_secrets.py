#!/usr/bin/env python3
"""Makes the files that docker-compose.yml hands to the containers, once; existing ones are kept.

    python3 .docker/make_secrets.py [DIRECTORY]

The directory (`secrets` if none is named) is for its owner only. The files in it must be readable for the containers'
accounts, which have other numbers than ours. The TLS certificate and key are put there by whoever has them.
"""

import base64
import secrets
import sys
from pathlib import Path

PASSWORDS = ("administrator_password", "owner_password", "web_password", "broker_password", "secret_key")


def make_secrets(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in PASSWORDS:
        keep(directory / name, secrets.token_urlsafe(40))
    keep(directory / "sealing_keys", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    for name, account, password, database in (
        ("administrator_database_url", "postgres", "administrator_password", "postgres"),
        ("migrate_database_url", "pilot_owner", "owner_password", "pilot"),
        ("database_url", "pilot_web", "web_password", "pilot"),
    ):
        keep(
            directory / name,
            f"postgres://{account}:{(directory / password).read_text()}@database:5432/{database}",
        )
    keep(directory / "redis_url", f"redis://:{(directory / 'broker_password').read_text()}@broker:6379/0")
    keep(directory / "broker.conf", f"requirepass {(directory / 'broker_password').read_text()}\n")


def keep(file: Path, content: str) -> None:
    if not file.exists():
        file.write_text(content)
        file.chmod(0o444)


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1] if len(sys.argv) > 1 else "secrets"))

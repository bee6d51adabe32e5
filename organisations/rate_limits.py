"""How often a visitor may do something. Counted in the default cache, so that every process counts together."""

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def seconds_to_wait(request: HttpRequest, action: str, *, times: int, seconds: int, about: str = "") -> int:
    """Count one more try; 0 when it may go on. `about` counts tries for one thing, whoever makes them."""
    window, passed = divmod(int(time.time()), seconds)
    whose = about or get_adapter(request).get_client_ip(request)
    name = hashlib.sha256(f"{action} {whose} {window}".encode()).hexdigest()
    cache.add(f"tries-{name}", 0, seconds)
    return 0 if cache.incr(f"tries-{name}") <= times else seconds - passed

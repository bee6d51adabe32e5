"""Secrets that the platform has to use again, kept so that the database alone gives none of them away."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """It was sealed with a key that the settings no longer name."""


def seal(secret: str) -> str:
    return _keys(tuple(settings.SEALING_KEYS)).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _keys(tuple(settings.SEALING_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen from None


def reseal(sealed: str) -> str:
    """The same secret under the newest key."""
    try:
        return _keys(tuple(settings.SEALING_KEYS)).rotate(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen from None


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys])

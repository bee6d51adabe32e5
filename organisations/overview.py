"""What an organisation's first page says: what waits for somebody, and how far things are.

The page belongs to this app, its content to all: each app registers functions that look at a request (with its
organisation, person and roles) and return what they have to say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from organisations.models import Role


@dataclass(frozen=True)
class Need:
    """Something that somebody should do: how many, in words, and where."""

    count: int
    words: str
    url: str


@dataclass(frozen=True)
class Fact:
    """A figure with its unit and base. `hidden` hides a count that is too small to be shown."""

    label: str
    value: object
    unit: str = ""
    base: str = ""
    url: str = ""
    date: str = ""
    target: str = ""
    hidden: bool = False

    @property
    def is_words(self):
        """Whether the value is a name rather than a number, to be set smaller."""
        return isinstance(self.value, str)


_needs: list[tuple[frozenset[Role], Callable[[HttpRequest], Iterable[Need]]]] = []
_facts: list[tuple[frozenset[Role], Callable[[HttpRequest], Iterable[Fact]]]] = []


def needs(*roles: Role):
    """Register a function that says what waits for people with one of these roles."""

    def register(function):
        _needs.append((frozenset(roles), function))
        return function

    return register


def facts(*roles: Role):
    """Register a function that gives figures to people with one of these roles."""

    def register(function):
        _facts.append((frozenset(roles), function))
        return function

    return register


def needs_of(request: HttpRequest) -> list[Need]:
    found = [need for roles, ask in _needs if roles & request.roles for need in ask(request)]
    return [need for need in found if need.count]


def facts_for(request: HttpRequest) -> list[Fact]:
    return [fact for roles, ask in _facts if roles & request.roles for fact in ask(request)]

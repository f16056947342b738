"""Which partnerships' rows the database shows and takes, on PostgreSQL: said for a stretch of work, held by policies.

A request begins with nothing and is given what its person's memberships, its link, its key or its card open, once that
is proven; a change narrows what it writes to the membership that it is made under; commands and the worker work
throughout. SQLite knows none of this: there the application's own conditions stand alone. See docs/adr/0048.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ALL = "all"
"""What the policies know every partnership by."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the database is told: the partnerships whose rows may be seen, and those in which rows may be written."""

    reads: str = ""
    writes: str = ""

    @classmethod
    def of(cls, reads: Iterable[int], writes: Iterable[int]) -> Scope:
        """The rows of these partnerships, by their ids."""
        return cls(as_array(reads), as_array(writes))

    @property
    def sees_all(self) -> bool:
        """Whether no partnership is hidden: of commands and the worker alone."""
        return self.reads == ALL


def as_array(partnerships: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array; none are the empty text, by which nothing is seen."""
    numbers = sorted(set(partnerships))
    return "{" + ",".join(map(str, numbers)) + "}" if numbers else ""


NOTHING = Scope()
EVERYTHING = Scope(ALL, ALL)

SCOPE = "portal_scope"
ACROSS: dict[str, Any] = {SCOPE: Scope(ALL, "")}
"""Execution option of one statement that looks, or locks, beyond what its asker works in.

For the doors, which find out who somebody is, and for the few rules that are about all partnerships, such as that
nobody takes over an account which works elsewhere too. tests/structure/test_reach.py lists who may use it.
"""
_here: ContextVar[Scope] = ContextVar("portal_scope")


class _Process:
    """What holds where nothing was said: nothing, but in a process that serves nobody."""

    resting = NOTHING


def current() -> Scope:
    """What holds now."""
    return _here.get(_Process.resting)


def rest_on(scope: Scope) -> None:
    """Let this hold in the whole process wherever nothing else is said, threads included: for commands."""
    _Process.resting = scope


def enter(scope: Scope) -> None:
    """Let this hold from here on, to the end of the stretch (`within`, `starting_closed`) that this is in."""
    _here.set(scope)


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Let this hold meanwhile."""
    token = _here.set(scope)
    try:
        yield
    finally:
        _here.reset(token)


@contextmanager
def across() -> Iterator[None]:
    """Look across all partnerships meanwhile and write no more than before: ACROSS for what somebody else asks."""
    with within(Scope(ALL, current().writes)):
        yield


def starting_closed(call: Callable[P, T]) -> Callable[P, T]:
    """Each call begins with nothing, whatever the thread did before, and leaves nothing behind: for whoever serves."""

    @wraps(call)
    def closed(*args: P.args, **kwargs: P.kwargs) -> T:
        with within(NOTHING):
            return call(*args, **kwargs)

    return closed

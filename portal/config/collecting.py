"""Python's search for objects that nothing uses, kept out of work that makes many objects and hardly an unused one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_collecting() -> Iterator[None]:
    """Have Python not look for unused circles of objects meanwhile; also for a function, as a decorator.

    Looking took a third of each start, and a thirtieth of building the demonstration, which is a third of a gigabyte
    large with it or without.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

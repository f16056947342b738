"""Cutting long lists into pieces that one statement can carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

IN_LIST = 800
"""Values in one IN list: far below what SQLite and PostgreSQL allow, and planned once by each."""


def in_batches(values: Iterable[T], size: int = IN_LIST) -> Iterator[list[T]]:
    """Yield the values in their order, at most `size` at a time."""
    left = iter(values)
    while batch := list(islice(left, size)):
        yield batch

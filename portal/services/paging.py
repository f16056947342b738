"""Lists in pages: which rows stand on the page asked for, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from portal.database.session import db

PER_PAGE = 50

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `number` begins with 1 and is the last page's where more was asked for."""

    rows: list[T]
    number: int
    total: int


def count(rows: Select[*tuple[Any, ...]]) -> int:
    """How many rows a select finds."""
    return db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0


def page_number(asked: int, total: int) -> int:
    """The page to show: the one asked for, or the nearest that exists."""
    last = max(1, -(-total // PER_PAGE))
    return min(max(1, asked), last)

"""How a text begins, whatever its case, found along an index: LIKE reads all that there is, on SQLite in any event.

The text is kept in lower case in a column that the database itself fills, because an index of `lower(…)` is of no use
behind PostgreSQL's second wall: it applies the wall's condition before any function that might tell of a row that it
refuses, and `lower` counts as one, while plain comparisons do not (docs/adr/0058).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Computed, Text, and_
from sqlalchemy.orm import InstrumentedAttribute, MappedColumn, mapped_column

_LAST = chr(0x10FFFF)
"""The last character there is: no text that begins alike comes after one that ends with it."""

_BY_BYTES = Text().with_variant(Text(collation="C"), "postgresql")
"""Byte by byte, as SQLite compares in any event: the order of a language has no place where every beginning ends."""


def lower_case_of(column: str) -> MappedColumn[str | None]:
    """Another column's text in lower case, for `begins_with` alone: neither written nor read with its row."""
    return mapped_column(
        _BY_BYTES, Computed(f"lower({column})", persisted=True), deferred=True, deferred_raiseload=True
    )


def begins_with(lowered: InstrumentedAttribute[str | None], beginning: str) -> ColumnElement[bool]:
    """Whether a text begins like this, in capitals or not. `lowered` is the column that holds it in lower case.

    To be ordered by the same column where there is a LIMIT: in another order PostgreSQL may read along that one,
    through all rows, until enough of them begin alike.
    """
    sought = beginning.lower()
    return and_(lowered >= sought, lowered < sought + _LAST)

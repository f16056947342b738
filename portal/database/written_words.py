"""Words of closed lists, written into statements instead of being bound to them.

An index of some rows alone (WHERE status = 'scheduled') answers only a statement in which that word stands. Of one that
is bound PostgreSQL cannot know beforehand whether it is the same, and SQLite plans the statement anew each time that it
is bound, which takes longer than to run it. The lists are the portal's own: nothing that anybody types gets here. See
docs/adr/0055.
"""

from __future__ import annotations

from collections.abc import Set
from enum import Enum as Words
from typing import Any

from sqlalchemy import ColumnElement, Enum, MetaData, Table, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine


class _Word(ColumnElement[Any]):
    """A word as its type writes it, which refuses one that is not of its list."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy declares it
        ("word", InternalTraversal.dp_plain_obj),
        ("type", InternalTraversal.dp_type),
    ]

    def __init__(self, word: Words, of_type: TypeEngine[Any]) -> None:
        self.word = word
        self.type = of_type


@compiles(_Word)
def _write(element: _Word, compiler: SQLCompiler, **_options: Any) -> str:
    return compiler.render_literal_value(element.word, element.type)


class _Comparator(Enum.Comparator):
    """Compares a column with words as they stand in the database."""

    __slots__ = ()

    def operate(self, op: OperatorType, *other: Any, **options: Any) -> Any:
        return super().operate(op, *map(self._written, other), **options)

    def _written(self, other: Any) -> Any:
        if isinstance(other, Words):
            return _Word(other, self.type)
        if isinstance(other, Set):
            # In one order, so that the same list is the same statement.
            other = sorted(other)
        if isinstance(other, list | tuple):
            return [self._written(one) for one in other]
        return other


def write_words(metadata: MetaData) -> None:
    """Have all columns that hold a word of a closed list compared like that; call it before there are tables."""

    @event.listens_for(Table, "after_parent_attach")
    def attached(table: Table, parent: MetaData) -> None:
        if parent is metadata:
            for column in table.columns:
                if isinstance(column.type, Enum):
                    column.type.comparator_factory = _Comparator

"""Statements whose rows are read by name or by place, hundreds at a time: spared what SQLAlchemy does for each."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import Enum, Label, String, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator

PLAIN_ROWS = {"_result_disable_adapt_to_context": True}
"""Options for a statement that is built again for each hat, and so is another object than the one that was compiled.

SQLAlchemy would make its columns known to every result anew, for `row._mapping[column]`, which took a tenth of the
time of saving a register's row. The ORM sets the same for itself. With a release that does not know the option, rows
only come that much later.
"""


def word(column: InstrumentedAttribute[Any]) -> Label[Any]:
    """A column that holds words of a closed list, under its own name, read as the members by one look each."""
    kind = column.type
    if not isinstance(kind, Enum) or kind.enum_class is None:
        raise TypeError(f"{column} holds no words of a closed list")
    return type_coerce(column, _Word(kind.enum_class)).label(column.key)


class _Word(TypeDecorator[StrEnum]):
    """What an Enum column reads. SQLAlchemy's own type takes three times as long for each value."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[Any]) -> None:
        super().__init__()
        self.members = members

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _Members({None: None} | {member.value: member for member in self.members}).__getitem__


class _Members(dict[Any, Any]):
    def __missing__(self, found: object) -> NoReturn:
        raise LookupError(f"{found!r} is none of {', '.join(map(repr, self))}")

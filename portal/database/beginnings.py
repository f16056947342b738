"""How a text begins, whatever its case, found along an index: LIKE reads all that there is, on SQLite in any event."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Index, String, column, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_LAST = 0x10FFFF
"""The last character there is: no text that begins alike comes after one that ends with it."""


class _Begins(FunctionElement[bool]):
    """A lower-case text, and the beginning that it is to have."""

    inherit_cache = True
    name = "begins"


@compiles(_Begins, "sqlite")
def _on_sqlite(element: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    text, beginning = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} >= {beginning} AND {text} < ({beginning} || char({_LAST})))"


@compiles(_Begins, "postgresql")
def _on_postgresql(element: _Begins, compiler: SQLCompiler, **options: Any) -> str:
    # Byte by byte, as the index is, whatever order the database's language has.
    text, beginning = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({text} ~>=~ {beginning} AND {text} ~<~ ({beginning} || chr({_LAST})))"


def begins_with(text: Any, beginning: str) -> ColumnElement[bool]:
    """Whether a column's text begins like this, in capitals or not."""
    return _Begins(func.lower(text), literal(beginning.lower(), String))


def index_of_beginnings(name: str, within: str, text: str) -> Index:
    """The index that `begins_with` is answered by, of the rows that share `within`.

    SQLAlchemy cannot read it back from SQLite: a migration that copies the table there has to make it again.
    """
    lowered = func.lower(column(text)).label("lowered")
    return Index(name, within, lowered, postgresql_ops={"lowered": "text_pattern_ops"})

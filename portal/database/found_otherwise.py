"""Conditions that check rows which are found otherwise, for SQLite: it knows no statistics of what an index holds.

Among two indexes it takes the partnership's, which leads through every row of it, rather than that of five ids.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy import Column, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import replacement_traverse

Statement = TypeVar("Statement", bound=Select[Any])


class _Unindexed(FunctionElement[Any]):
    """A column's value, which no index is searched for."""

    inherit_cache = True
    name = "unindexed"


@compiles(_Unindexed)
def _as_it_is(element: _Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    return str(column)


@compiles(_Unindexed, "sqlite")
def _on_sqlite(element: _Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{_as_it_is(element, compiler, **options)}"


def only_checked(statement: Statement, *columns: Any) -> Statement:
    """The same statement, by none of whose `columns` (of a mapped class) an index is searched on SQLite.

    Columns of an alias are others, and are left alone.
    """
    meant = {(column.class_.__table__, column.key) for column in columns}

    def replace(element: Any, **_: Any) -> Any:
        is_meant = isinstance(element, Column) and (element.table, element.name) in meant
        return _Unindexed(element) if is_meant else None

    return cast(Statement, replacement_traverse(statement, {}, replace))

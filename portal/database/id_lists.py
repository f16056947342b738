"""A list of ids as one bound value, for statements that are run very often: they are written once and never again.

SQLAlchemy writes the places of an IN list into the statement each time it runs, which takes longer than the look-up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _IsAmong(FunctionElement[bool]):
    """A column's id, and a list of ids that is bound as JSON.

    It has no type: SQLAlchemy asks of a Boolean on SQLite whether it equals 1, and then no index answers.
    """

    inherit_cache = True
    name = "is_among"


@compiles(_IsAmong, "sqlite")
def _on_sqlite(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    column, listed = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({listed})))"  # noqa: S608 - the place of a bound value


@compiles(_IsAmong, "postgresql")
def _on_postgresql(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    # As an array, which an index is searched by; rows made of JSON took three times as long.
    column, listed = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} = ANY (CAST(translate({listed}, '[]', '{{}}') AS INTEGER[])))"


def is_among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column's id is in the list bound as `name`, which is handed over as `bound_ids(...)`."""
    return _IsAmong(column, bindparam(name, type_=Text))


def bound_ids(ids: Iterable[int]) -> str:
    """The value of such a list."""
    return json.dumps(list(ids))

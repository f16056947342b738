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


class _ListedIds(FunctionElement[int]):
    """The rows of a list that is bound as JSON."""

    inherit_cache = True
    name = "listed_ids"


@compiles(_ListedIds, "sqlite")
def _on_sqlite(element: _ListedIds, compiler: SQLCompiler, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({listed}))"  # noqa: S608 - the place of a bound value


@compiles(_ListedIds, "postgresql")
def _on_postgresql(element: _ListedIds, compiler: SQLCompiler, **options: Any) -> str:
    listed = f"CAST({compiler.process(element.clauses, **options)} AS JSON)"
    return f"(SELECT CAST(value AS INTEGER) FROM json_array_elements_text({listed}))"  # noqa: S608 - as above


def is_among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column's id is in the list bound as `name`, which is handed over as `bound_ids(...)`."""
    condition: ColumnElement[bool] = column.op("IN", is_comparison=True)(_ListedIds(bindparam(name, type_=Text)))
    return condition


def bound_ids(ids: Iterable[int]) -> str:
    """The value of such a list."""
    return json.dumps(list(ids))

"""What hangs on one family, as conditions that the database follows by itself: one statement reads a whole table.

By the same foreign keys as closure.py, which follows them row by row in order to erase; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from portal.domain.record_map import FAMILY_TITLES, LET_GO, SUBJECTS, TAKES_ALONG, USED_UP, Reference
from portal.services.records.closure import stored_columns, tables

ATTACHED = ("notices", "packs", "pack_files", "stored_files", "mails")
"""Tables whose rows belong to a child without a foreign key to it; each needs only those before it."""
KINDS = (*FAMILY_TITLES, *ATTACHED)
"""Every table that may hold something on a child."""


class Hanging:
    """The rows of every table that belong to one family, and to meetings of other families that it is part of."""

    def __init__(self, partnership_id: int, case_id: int) -> None:
        self.partnership_id = partnership_id
        self.case_id = case_id
        self._known: dict[str, CTE] = {}

    def rows(self, name: str) -> Select[Any]:
        """The rows of one table as they are stored, in their order."""
        table = tables()[name]
        return select(*stored_columns(table)).where(self.condition(table)).order_by(*table.primary_key)

    def counts(self, names: Iterable[str] = KINDS) -> CompoundSelect[Any]:
        """How many rows each table has: `kind` and `number`, in one statement."""
        parts = []
        for name in names:
            table = tables()[name]
            number = func.count().label("number")
            parts.append(select(literal(name).label("kind"), number).select_from(table).where(self.condition(table)))
        return union_all(*parts)

    def ids(self, name: str) -> Select[Any]:
        """The numbers of one table's rows, to be asked for within another statement."""
        if name not in self._known:
            table = tables()[name]
            self._known[name] = select(table.c.id).where(self.condition(table)).cte(f"of_{name}")
        return select(self._known[name].c.id)

    def condition(self, table: Table) -> ColumnElement[bool]:
        """By which a table's rows are the family's."""
        hangs = or_(false(), *self._ways(table))
        if "partnership_id" in table.c:
            return and_(table.c.partnership_id == self.partnership_id, hangs)
        return hangs

    def _ways(self, table: Table) -> Iterator[ColumnElement[bool]]:
        if table.name == "cases":
            yield table.c.id == self.case_id
        if table.name == "meetings":
            further = tables()["meeting_cases"]
            yield table.c.id.in_(
                select(further.c.meeting_id).where(
                    further.c.partnership_id == self.partnership_id, further.c.case_id == self.case_id
                )
            )
        if table.name == "notices":
            for subject, about in SUBJECTS.items():
                if about in FAMILY_TITLES:
                    yield and_(table.c.subject == subject, table.c.subject_id.in_(self.ids(about)))
            return
        for column, parent in _followed(table):
            yield table.c[column].in_(self.ids(parent))
        for reference in _naming(table):
            other = tables()[reference.table]
            yield table.c.id.in_(select(other.c[reference.column]).where(self.condition(other)))


def _followed(table: Table) -> Iterator[tuple[str, str]]:
    """Columns of a table that name a row of a family's tables, or of what is attached to them."""
    for column in table.columns:
        reference = Reference(table.name, column.name)
        if column.name == "partnership_id" or reference in LET_GO or reference in TAKES_ALONG or reference in USED_UP:
            continue
        for foreign in column.foreign_keys:
            if foreign.column.name == "id" and foreign.column.table.name in KINDS:
                yield column.name, foreign.column.table.name


def _naming(table: Table) -> Iterator[Reference]:
    """References of a family's tables by which a file, a mail or a list is theirs."""
    for reference in sorted(USED_UP | TAKES_ALONG, key=lambda one: (one.table, one.column)):
        named = {foreign.column.table.name for foreign in tables()[reference.table].c[reference.column].foreign_keys}
        if table.name in named and reference.table in KINDS:
            yield reference

"""What the imports share: their transaction, their rows, their progress, what they say at the end."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Row, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.access.imports import may_import
from portal.access.viewer import Viewer
from portal.database.scopes import within
from portal.database.session import writing
from portal.domain.errors import Conflict, NotPermitted
from portal.models.meetings import Meeting
from portal.models.partnerships import Partnership
from portal.services import activity, case_facts
from portal.services.batches import in_batches
from portal.services.changes import Change
from portal.services.imports.faults import Faults
from portal.services.indicators.rollups import fold
from portal.services.reach import scope_of
from portal.services.rule_sets import RuleBook

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many have been done."""

STEP = 1_000
INSERTED_AT_ONCE = 5_000


class FromLine(Protocol):
    """A row read from a file; two rows are equal where they say the same, whatever their lines."""

    @property
    def line(self) -> int:
        """Where it begins."""


Item = TypeVar("Item")
Line = TypeVar("Line", bound=FromLine)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    """What was kept although the file says otherwise, a line each, as faults are written."""


Import = Callable[[Viewer, bytes, str, Progress], Imported]
"""How each kind of file is brought in: by whom, its content, what it is called in faults, who watches."""


def silent(_what: str, _done: int, _of: int) -> None:
    """The progress that nobody watches."""


def watched(items: Sequence[Item], progress: Progress, what: str) -> Iterator[Item]:
    """Yield items, telling every thousandth."""
    for done, item in enumerate(items):
        if done % STEP == 0:
            progress(what, done, len(items))
        yield item
    if items:
        progress(what, len(items), len(items))


@contextmanager
def importing(viewer: Viewer, progress: Progress) -> Iterator[tuple[Change, int]]:
    """A change by a file, and the partnership that it goes into: kept whole or not at all.

    Other than in a page's change, nothing may come of it: the file may have been imported before. Imports into one
    partnership wait for each other, so that two files never open the same meeting.
    """
    if viewer.partnership_id is None or not may_import(viewer):
        raise NotPermitted("Files are imported by whoever runs the portal.")
    try:
        with within(scope_of(viewer)), writing() as session:
            partnership = select(Partnership.id).where(Partnership.id == viewer.partnership_id)
            session.execute(partnership.with_for_update(key_share=True)).one()
            yield Change(session, viewer), viewer.partnership_id
            entries = activity.pending(session)
            if entries:
                progress("Writing the trail", 0, entries)
        if entries:
            progress("Writing the trail", entries, entries)
        # Of very many rows at once, rather than by whoever reads figures next.
        fold()
    except StaleDataError:
        raise Conflict("Somebody changed one of these rows during the import. Nothing was imported.") from None


def without_repeats(rows: Iterable[Line], faults: Faults, column: str, key: Callable[[Line], Hashable]) -> list[Line]:
    """Leave out rows that say the same again; note those that contradict an earlier one."""
    first: dict[Hashable, Line] = {}
    for row in rows:
        earlier = first.setdefault(key(row), row)
        if earlier != row:
            faults.add(row.line, column, f"line {earlier.line} says something else of the same")
    return list(first.values())


def insert_rows(session: Session, table: Table, rows: Sequence[dict[str, Any]], progress: Progress, what: str) -> None:
    """Insert many rows. Their ids are read afterwards: asking for them row by row would take twice as long."""
    for done, some in enumerate(in_batches(rows, INSERTED_AT_ONCE)):
        progress(what, done * INSERTED_AT_ONCE, len(rows))
        session.execute(insert(table), some)
    if rows:
        progress(what, len(rows), len(rows))


def update_rows(session: Session, table: Table, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Write these columns of the rows named by `row_id`, raising their versions: somebody may have one open."""
    if not rows:
        return
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    session.execute(
        update(table).where(table.c.id == bindparam("row_id")).values(version=table.c.version + 1, **values),
        [{"row_id": row["row_id"], **{f"new_{name}": row[name] for name in columns}} for row in rows],
    )


def stored_meetings(
    session: Session, partnership_id: int, references: Iterable[str], columns: Sequence[str]
) -> dict[str, Row[Any]]:
    """These columns of the partnership's meetings, by their reference."""
    wanted: list[Any] = [Meeting.reference, *(getattr(Meeting, name) for name in columns)]
    query = select(*wanted).where(Meeting.partnership_id == partnership_id)
    return {
        found.reference: found
        for some in in_batches(references)
        for found in session.execute(query.where(Meeting.reference.in_(some)))
    }


def recount(change: Change, partnership_id: int, case_ids: Iterable[int], book: RuleBook, progress: Progress) -> None:
    """Work out anew the facts of the cases that a file touched, piece by piece."""
    batches = list(in_batches(sorted(set(case_ids)), case_facts.CASES_AT_ONCE))
    for done, batch in enumerate(batches):
        progress("Working out due days and quorum", done, len(batches))
        case_facts.recount(change.session, partnership_id, batch, book)
    if batches:
        progress("Working out due days and quorum", len(batches), len(batches))

"""All rows that hang on some others, found by the foreign keys themselves: nothing has to remember to name a table.

Read by numbers and as stored: what is to be erased need not be opened, so a lost key keeps nobody's record for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, LargeBinary, RowMapping, Table, and_, delete, select, tuple_, type_coerce, update
from sqlalchemy.orm import Session

from portal.database.declarative import Base
from portal.database.scopes import ACROSS
from portal.database.types import EncryptedText
from portal.domain.record_map import ADDRESSES, LET_GO, SUBJECTS, TAKES_ALONG, USED_UP, Reference

AT_ONCE = 400
"""Numbers in one statement: SQLite takes no more than some thousand."""

Row = RowMapping
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key as it is followed: rows of `table` whose `columns` equal `remote` of a row of the other."""

    table: Table
    columns: tuple[str, ...]
    remote: tuple[str, ...]

    @property
    def reference(self) -> Reference:
        """How the map calls it."""
        return Reference(self.table.name, self.columns[0])


@dataclass(slots=True)
class Found:
    """Rows by table and primary key, as they are stored."""

    partnership_id: int
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)

    def of(self, table: str) -> dict[Key, Row]:
        """The rows of one table."""
        return self.rows.get(table, {})

    def ids(self, table: str) -> set[int]:
        """Their numbers, where a row has one."""
        return {row["id"] for row in self.of(table).values() if "id" in row}

    def take(self, table: Table, rows: Iterable[Row]) -> list[Row]:
        """Add what is new, and return it."""
        known = self.rows.setdefault(table.name, {})
        new = {key_of(table, row): row for row in rows}
        fresh = {key: row for key, row in new.items() if key not in known}
        known.update(fresh)
        return list(fresh.values())

    def counts(self) -> dict[str, int]:
        """How many rows of each table."""
        return {name: len(rows) for name, rows in sorted(self.rows.items()) if rows}


def tables() -> dict[str, Table]:
    """Every table of the portal."""
    return dict(Base.metadata.tables)


def key_of(table: Table, row: Row) -> Key:
    """A row's primary key."""
    return tuple(row[column.name] for column in table.primary_key)


def written_columns(table: Table) -> list[Column[Any]]:
    """Every column but those that the database fills from others, which say nothing that is not said already."""
    return [column for column in table.columns if column.computed is None]


def stored_columns(table: Table) -> list[Any]:
    """Every written column as it is stored: encrypted text as bytes."""
    return [
        type_coerce(column, LargeBinary).label(column.name) if isinstance(column.type, EncryptedText) else column
        for column in written_columns(table)
    ]


def gather(session: Session, partnership_id: int, roots: Mapping[str, Iterable[int]]) -> Found:
    """Rows with these numbers, and all that hangs on them, of one partnership; notices, files and mails included."""
    found = Found(partnership_id)
    waiting: list[tuple[Table, list[Row]]] = []
    for name, numbers in roots.items():
        table = tables()[name]
        rows = found.take(table, _read(session, found, table, ("id",), [(number,) for number in numbers]))
        waiting.append((table, rows))
    _follow(session, found, waiting)
    notices = found.take(tables()["notices"], _notices(session, found))
    _follow(session, found, [(tables()["notices"], notices)])
    _used_up(session, found)
    return found


def erase(session: Session, found: Found) -> None:
    """Delete the rows, those that refer to others first, and empty what may go on without them."""
    for link in _let_go():
        for keys in _chunks([(row[link.remote[0]],) for row in found.of(_referred(link)).values()]):
            session.execute(
                update(link.table)
                .where(link.table.c[link.columns[0]].in_([key[0] for key in keys]))
                .values({link.columns[0]: None})
            )
    for table in reversed(Base.metadata.sorted_tables):
        for keys in _chunks(list(found.of(table.name))):
            session.execute(delete(table).where(_is_one_of([*table.primary_key], keys)))


def _follow(session: Session, found: Found, waiting: list[tuple[Table, list[Row]]]) -> None:
    while waiting:
        table, rows = waiting.pop()
        if not rows:
            continue
        for link in links_to(table):
            if link.reference in LET_GO:
                continue
            keys = [tuple(row[name] for name in link.remote) for row in rows]
            waiting.append((link.table, found.take(link.table, _read(session, found, link.table, link.columns, keys))))
        for column, parent in _taken_along(table):
            numbers = [(row[column],) for row in rows]
            waiting.append((parent, found.take(parent, _read(session, found, parent, ("id",), numbers))))


def _used_up(session: Session, found: Found) -> None:
    """Files and mails that nothing else names."""
    for reference in sorted(USED_UP, key=lambda one: (one.table, one.column)):
        table = tables()[reference.table]
        numbers = {row[reference.column] for row in found.of(table.name).values()} - {None}
        for foreign in table.c[reference.column].foreign_keys:
            parent = foreign.column.table
            rows = _read(session, found, parent, ("id",), [(number,) for number in numbers])
            found.take(parent, [row for row in rows if not _is_named_elsewhere(session, found, parent, row)])


def _is_named_elsewhere(session: Session, found: Found, parent: Table, row: Row) -> bool:
    for link in links_to(parent):
        keys = [tuple(row[name] for name in link.remote)]
        for other in _read(session, found, link.table, link.columns, keys, everywhere=True):
            if key_of(link.table, other) not in found.of(link.table.name):
                return True
    return False


def _notices(session: Session, found: Found) -> Iterator[Row]:
    table = tables()["notices"]
    for subject, name in SUBJECTS.items():
        for keys in _chunks([(number,) for number in sorted(found.ids(name))]):
            rows = select(*stored_columns(table)).where(
                table.c.partnership_id == found.partnership_id,
                table.c.subject == subject,
                table.c.subject_id.in_([key[0] for key in keys]),
            )
            yield from session.execute(rows).mappings()


def addressed(path: str, found: Found) -> bool:
    """Whether an address of the portal names one of the rows, such as /meetings/12/answer."""
    parts = path.partition("?")[0].split("/")
    for noun, number in pairwise(parts):
        if noun in ADDRESSES and number.isdecimal() and int(number) in found.ids(ADDRESSES[noun]):
            return True
    return False


def links_to(table: Table) -> list[Link]:
    """Every foreign key that names rows of a table; the partnership, which all have, left out."""
    if not _LINKS:
        for other in Base.metadata.tables.values():
            for constraint in other.foreign_key_constraints:
                pairs = [
                    (element.parent.name, element.column.name)
                    for element in constraint.elements
                    if element.column.name != "partnership_id"
                ]
                if pairs:
                    local, remote = zip(*pairs, strict=True)
                    _LINKS.setdefault(constraint.referred_table.name, []).append(Link(other, local, remote))
    return _LINKS.get(table.name, [])


_LINKS: dict[str, list[Link]] = {}


def _let_go() -> list[Link]:
    return [link for table in tables().values() for link in links_to(table) if link.reference in LET_GO]


def _referred(link: Link) -> str:
    foreign = next(iter(link.table.c[link.columns[0]].foreign_keys))
    return foreign.column.table.name


def _taken_along(table: Table) -> Iterator[tuple[str, Table]]:
    for reference in TAKES_ALONG:
        if reference.table == table.name:
            for foreign in table.c[reference.column].foreign_keys:
                yield reference.column, foreign.column.table


def _read(
    session: Session,
    found: Found,
    table: Table,
    columns: Sequence[str],
    keys: Sequence[Key],
    *,
    everywhere: bool = False,
) -> Iterator[Row]:
    """Rows whose columns equal one of the keys; of the partnership alone, as a wall of its own."""
    wanted = sorted({key for key in keys if None not in key})
    for some in _chunks(wanted):
        asked = select(*stored_columns(table)).where(_is_one_of([table.c[name] for name in columns], some))
        if "partnership_id" in table.c and not everywhere:
            asked = asked.where(table.c.partnership_id == found.partnership_id)
        # What goes may be named from another partnership, such as a mail that told somebody of work in both.
        options = ACROSS if everywhere else {}
        yield from session.execute(asked, execution_options=options).mappings()


def _is_one_of(columns: Sequence[Column[Any]], keys: Sequence[Key]) -> Any:
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    if len(keys) == 1:
        return and_(*(column == value for column, value in zip(columns, keys[0], strict=True)))
    return tuple_(*columns).in_(keys)


def _chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    size = AT_ONCE // max(1, len(keys[0]) if keys else 1)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]

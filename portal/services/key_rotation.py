"""Bringing all that is kept under the key that writes now, in small steps, while the portal goes on working.

Where it stands is nowhere noted: each step asks what is not yet under that key. So it may be broken off at any moment
and run again, and several may run at once. A value is exchanged only where it is still the one that was read; what
somebody else writes meanwhile wins, and is looked at again in the next round. Versions of rows stay as they are, so
that nobody who is typing is told of another's change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, LargeBinary, Table, and_, bindparam, or_, select, tuple_, update

from portal.access.viewer import Viewer
from portal.database.encryption import Undecryptable, keyring
from portal.database.session import db, writing_apart
from portal.domain.errors import NotPermitted
from portal.models.cases import Child
from portal.models.feedback import FeedbackCard
from portal.models.files import StoredFile
from portal.services.cases import NHS_PLACE, SURNAME_PLACE, UPN_PLACE
from portal.services.changes import changing
from portal.services.feedback.cards import PLACE as CARD_PLACE
from portal.services.field_keys import as_stored, encrypted_columns, is_under, refuse_people, uses

AT_ONCE = 200
"""Rows that one transaction exchanges: a few milliseconds, for which writers on SQLite wait their turn."""
MOST_ROUNDS = 5
"""As long as a process still writes with an old key, a round finds something new."""

INDEXES: tuple[tuple[Any, Any, str], ...] = (
    (Child.surname, Child.surname_index, SURNAME_PLACE),
    (Child.nhs_number, Child.nhs_number_index, NHS_PLACE),
    (Child.upn, Child.upn_index, UPN_PLACE),
    (FeedbackCard.code, FeedbackCard.code_index, CARD_PLACE),
)
"""Each text that is looked up, its blind index, and the place that the index is bound to."""

Progress = Callable[[int], None]
"""Told how many more values have been looked at."""


@dataclass(slots=True)
class Rotated:
    """What a rotation has done."""

    texts: int = 0
    files: int = 0
    indexes: int = 0
    left: int = 0
    """Values still under another key: somebody writes with it, or changed them just now."""
    unopened: list[str] = field(default_factory=list)
    """Where a value would not open, by its column and its row's key: never what it says."""


def count_work(viewer: Viewer) -> int:
    """How many texts and files are not under the key that writes. Raises NotPermitted."""
    return sum(use.texts + use.files for use in uses(viewer) if not use.is_writing)


def rotate(viewer: Viewer, progress: Progress = lambda _: None) -> Rotated:
    """Encrypt anew, wrap anew and index anew what is under another key. Raises NotPermitted.

    The trail keeps its seals: each row names its key, and to seal it anew would be to write it anew.
    """
    refuse_people(viewer)
    if viewer.partnership_id is not None:
        raise NotPermitted("Keys belong to all partnerships.")
    found = Rotated()
    for _ in range(MOST_ROUNDS):
        found.unopened, found.left = [], 0
        done = sum(_rotate_column(column, found, progress) for column in encrypted_columns())
        found.texts += done
        wrapped = _rotate_files(found, progress)
        found.files += wrapped
        if not found.left and not done + wrapped:
            break
    for text, index, place in INDEXES:
        found.indexes += _index_anew(text, index, place, found)
    with changing(viewer) as change:
        change.log("keys.rotated", "system", None)
    return found


def _rotate_column(column: Any, found: Rotated, progress: Progress) -> int:
    table, place = column.table, column.type.place
    done = 0
    for rows in _rows(table, as_stored(column), and_(column.is_not(None), ~is_under(column, keyring.writing_id))):
        changes = []
        for row in rows:
            try:
                new = keyring.recrypt(bytes(row[0]), place)
            except Undecryptable:
                found.unopened.append(f"{place}, row {'/'.join(str(part) for part in row[1:])}")
                continue
            changes.append({"old": bytes(row[0]), "new": new, **_named_key(row[1:])})
        statement = (
            update(table)
            .where(_is_row(table), as_stored(column) == bindparam("old", type_=LargeBinary()))
            .values({column: bindparam("new", type_=LargeBinary())})
        )
        done += _exchange(table, statement, changes, found)
        progress(len(rows))
    return done


def _rotate_files(found: Rotated, progress: Progress) -> int:
    """The files' own keys are wrapped anew; their bytes stay as they lie."""
    table = cast(Table, StoredFile.__table__)
    done = 0
    for rows in _rows(table, table.c.wrapped_key, table.c.key_id != keyring.writing_id, table.c.key_id):
        changes = []
        for row in rows:
            try:
                new = keyring.rewrap(bytes(row[0]), row[2])
            except Undecryptable:
                found.unopened.append(f"stored_files.wrapped_key, row {row[1]}")
                continue
            changes.append({"old": bytes(row[0]), "new": new, "key_0": row[1]})
        statement = (
            update(table)
            .where(_is_row(table), table.c.wrapped_key == bindparam("old"))
            .values(wrapped_key=bindparam("new"), key_id=keyring.writing_id)
        )
        done += _exchange(table, statement, changes, found)
        progress(len(rows))
    return done


def _index_anew(text: Any, index: Any, place: str, found: Rotated) -> int:
    """An index names no key, so each is worked out and compared."""
    table = cast(Table, text.class_.__table__)
    stored, kept = table.c[text.key], table.c[index.key]
    done = 0
    for rows in _rows(table, as_stored(stored), stored.is_not(None), kept):
        changes = []
        for row in rows:
            try:
                plain = keyring.decrypt(bytes(row[0]), stored.type.place)
            except Undecryptable:
                continue
            new = keyring.blind_index(plain, place)
            if row[-1] is not None and bytes(row[-1]) != new:
                changes.append({"old": bytes(row[-1]), "new": new, **_named_key(row[1:-1])})
        statement = (
            update(table)
            .where(_is_row(table), kept == bindparam("old"))
            .values({kept: bindparam("new", type_=LargeBinary())})
        )
        done += _exchange(table, statement, changes, found)
    return done


def _rows(table: Table, value: Any, condition: Any, *more: Any) -> Iterator[Sequence[Any]]:
    """The value and the primary key (and more) of every row that fulfils a condition, some at a time, by that key."""
    key = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        statement = select(value, *key, *more).where(condition).order_by(*key).limit(AT_ONCE)
        if last is not None:
            statement = statement.where(_is_after(key, last))
        rows = db.session.execute(statement).all()
        db.session.rollback()
        if not rows:
            return
        last = tuple(rows[-1][1 : 1 + len(key)])
        yield rows


def _is_after(key: list[Any], last: tuple[Any, ...]) -> Any:
    return key[0] > last[0] if len(key) == 1 else tuple_(*key) > tuple_(*last)


def _named_key(key: Sequence[Any]) -> dict[str, Any]:
    return {f"key_{place}": part for place, part in enumerate(key)}


def _is_row(table: Table) -> Any:
    return and_(*(column == bindparam(f"key_{place}") for place, column in enumerate(table.primary_key.columns)))


def _exchange(table: Table, statement: Any, changes: list[dict[str, Any]], found: Rotated) -> int:
    """Exchange values that are still as they were read; counts those that were not as left over."""
    if not changes:
        return 0
    with writing_apart() as connection:
        free = _lock(connection, table, changes)
        done = connection.execute(statement, free).rowcount if free else 0
    found.left += len(changes) - done
    return int(done)


def _lock(connection: Connection, table: Table, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes to rows that nobody else is changing now: to wait for some while holding others locks people out."""
    if connection.dialect.name != "postgresql":
        return changes
    key = list(table.primary_key.columns)
    wanted = [[one[f"key_{place}"] for place in range(len(key))] for one in changes]
    among = or_(*(and_(*(column == part for column, part in zip(key, row, strict=True))) for row in wanted))
    locked = {tuple(row) for row in connection.execute(select(*key).where(among).with_for_update(skip_locked=True))}
    return [one for one, row in zip(changes, wanted, strict=True) if tuple(row) in locked]

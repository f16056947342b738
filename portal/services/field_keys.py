"""The field keys as the database knows them: whether those of the settings are the ones, and what lies under which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Table,
    and_,
    case,
    delete,
    func,
    inspect,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from portal.access.viewer import Viewer
from portal.database.declarative import Base
from portal.database.encryption import Undecryptable, keyring
from portal.database.scopes import ACROSS
from portal.database.session import db
from portal.database.stand_in import PrimaryAway
from portal.database.types import EncryptedText
from portal.domain.errors import Conflict, NotPermitted, Unusable
from portal.models.activity import Activity, ActivityChain, ActivityCheckpoint
from portal.models.files import StoredFile
from portal.models.keys import FieldKey
from portal.models.people import RecoveryCode
from portal.models.records import Erasure
from portal.services.changes import changing

log = structlog.get_logger("portal.keys")

SEALED: tuple[Any, ...] = (Activity.key_id, ActivityCheckpoint.key_id, Erasure.key_id)
"""What is sealed once and for all: under which key."""

_KEYS = cast(Table, FieldKey.__table__)
_LOST = "has no key {0}, under which parts of this database are written: add it behind the one to write with"
_OTHER = "has another key under the id {0} than this database was written with: give back the right one"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What lies under one key."""

    key_id: str
    is_set: bool
    """Whether the settings have it; without it nothing of this can be read."""
    is_writing: bool
    texts: int
    files: int
    recovery_codes: int
    seals: int
    """Rows of the trail, its checkpoints and certificates of erasure, which keep their seals for good."""

    @property
    def is_needed(self) -> bool:
        """Whether anything would be lost with it."""
        return any((self.texts, self.files, self.recovery_codes, self.seals))


def encrypted_columns() -> list[Any]:
    """Every column of every table that holds encrypted text."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, EncryptedText)
    ]


def as_stored(column: Any) -> ColumnElement[bytes]:
    """An encrypted column's value as it lies in the database."""
    return type_coerce(column, LargeBinary())


def is_under(column: Any, key_id: str) -> ColumnElement[bool]:
    """Whether a value was encrypted with this key."""
    beginning = keyring.beginning(key_id)
    start = func.substr(as_stored(column), 1, len(beginning), type_=LargeBinary())
    return start == literal(beginning, LargeBinary())


def faults() -> list[str]:
    """What is wrong with the keys of the settings, for this database; empty where they fit or nobody can say.

    A database that never noted its keys is asked for one value of each column, so that a first start with a wrong key
    is refused too.
    """
    try:
        if not inspect(db.engine).has_table(_KEYS.name):
            return []
        noted = {row.key_id: bytes(row.check_value) for row in db.session.execute(select(_KEYS)).all()}
        return _faults_of_noted(noted) if noted else _faults_of_samples()
    except SQLAlchemyError:
        # A database that does not answer is /health/ready's to say; start, so that it can come back.
        return []
    finally:
        db.session.remove()


def note_keys(now: datetime) -> int:
    """Note the keys that this database is written under; returns how many were new to it.

    The first time that is all of them, since nobody knows which of them were written with; from then on the one that
    writes now: a key that was let go and stands in the settings still is not needed again by that. Called once
    `faults` found none. Where nothing can be written (no table yet, a copy that is only read) nothing is.
    """
    try:
        if not inspect(db.engine).has_table(_KEYS.name):
            return 0
        known = set(db.session.scalars(select(_KEYS.c.key_id)))
        candidates = [keyring.writing_id] if known else list(keyring.check_values)
        new = {name: keyring.check_values[name] for name in candidates if name not in known}
        if not new:
            return 0
        with changing(Viewer.of_system("keys", now)) as change:
            insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
            rows = [{"key_id": name, "check_value": value, "first_seen_at": now} for name, value in new.items()]
            change.session.execute(insert(_KEYS).on_conflict_do_nothing(), rows)
            change.log("keys.noted", "system", None)
        return len(new)
    except (SQLAlchemyError, PrimaryAway):
        log.warning("the keys could not be noted in the database")
        return 0
    finally:
        db.session.remove()


def check_values_needed() -> dict[str, bytes]:
    """Of the keys that are held, those that this database knows, and the one that writes: a copy of it needs these.

    A key that was let go is not among them, though it may stand in the settings still; where nothing was noted yet,
    nobody knows, and all are.
    """
    held = keyring.check_values
    if not inspect(db.engine).has_table(_KEYS.name):
        return held
    known = set(db.session.scalars(select(_KEYS.c.key_id)))
    db.session.rollback()
    return {name: value for name, value in held.items() if not known or name in known or name == keyring.writing_id}


def uses(viewer: Viewer) -> list[KeyUse]:
    """What lies under each key, the one that writes first. Raises NotPermitted."""
    refuse_people(viewer)
    texts = _count_texts(_known_ids())
    files = _count_by(StoredFile.key_id)
    seals = sum((_count_by(column) for column in SEALED), Counter[str]())
    codes = _count_codes()
    ids = dict.fromkeys([*keyring.check_values, *sorted({*texts, *files, *seals, *codes, *_known_ids()})])
    db.session.rollback()
    return [
        KeyUse(
            key_id=name,
            is_set=name in keyring.check_values,
            is_writing=name == keyring.writing_id,
            texts=texts[name],
            files=files[name],
            recovery_codes=codes[name],
            seals=seals[name],
        )
        for name in ids
    ]


def retire(viewer: Viewer, key_id: str) -> None:
    """Forget a key that nothing lies under, so that it may leave the settings.

    Raises NotPermitted, Unusable for an unknown id, and Conflict while something needs the key.
    """
    refuse_people(viewer)
    if key_id == keyring.writing_id:
        raise Conflict(f"{key_id} is the key to write with: put another one before it first.")
    use = next((one for one in uses(viewer) if one.key_id == key_id), None)
    if use is None:
        raise Unusable([f"no key {key_id!r} is known here: see flask keys status"])
    if use.is_needed:
        raise Conflict(f"{key_id} is still needed: {in_words(use)}. See flask keys status.")
    with changing(viewer) as change:
        change.session.execute(delete(_KEYS).where(_KEYS.c.key_id == key_id))
        change.log("keys.retired", "system", None)


def in_words(use: KeyUse) -> str:
    """What lies under a key, in words."""
    parts = (
        (use.texts, "texts"),
        (use.files, "files"),
        (use.recovery_codes, "recovery codes"),
        (use.seals, "seals of the activity and of certificates"),
    )
    return ", ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing"


def refuse_people(viewer: Viewer) -> None:
    """Keys are the affair of whoever runs the portal. Raises NotPermitted."""
    if not viewer.is_system:
        raise NotPermitted("Keys are changed by whoever runs the portal.")


def _faults_of_noted(noted: dict[str, bytes]) -> list[str]:
    held = keyring.check_values
    lost = [_LOST.format(name) for name in noted if name not in held]
    return lost + [_OTHER.format(name) for name, value in noted.items() if held.get(name, value) != value]


def _faults_of_samples() -> list[str]:
    found: dict[str, str] = {}
    for column in encrypted_columns():
        # Before anybody is served, and about what lies under a key alone: whosever it is.
        any_value = select(as_stored(column)).where(column.is_not(None)).limit(1)
        value = db.session.scalar(any_value, execution_options=ACROSS)
        if value is None:
            continue
        name = key_id_of(bytes(value))
        if name not in keyring.check_values:
            found[name] = _LOST.format(name)
            continue
        try:
            keyring.decrypt(bytes(value), column.type.place)
        except Undecryptable:
            found[name] = _OTHER.format(name)
    sealed_with = select(Activity.key_id).join(
        ActivityChain,
        and_(ActivityChain.id == Activity.chain_id, ActivityChain.last_sequence == Activity.sequence),
    )
    for name in db.session.scalars(sealed_with, execution_options=ACROSS):
        if name not in keyring.check_values:
            found[name] = _LOST.format(name)
    return list(found.values())


def key_id_of(stored: bytes) -> str:
    """The id of the key that an encrypted value names."""
    return stored[2 : 2 + stored[1]].decode(errors="replace") if len(stored) > 2 else "?"


def _known_ids() -> list[str]:
    noted = db.session.scalars(select(_KEYS.c.key_id).order_by(_KEYS.c.first_seen_at, _KEYS.c.key_id))
    return list(dict.fromkeys([*noted, *keyring.check_values]))


def _oldest() -> str:
    """The key that was there first; of several that were noted at once, the one that stands last in the settings."""
    held = list(keyring.check_values)
    noted = db.session.execute(select(_KEYS.c.key_id, _KEYS.c.first_seen_at)).all()
    if not noted:
        return held[-1]
    oldest: str = min(noted, key=lambda row: (row[1], -held.index(row[0]) if row[0] in held else -len(held)))[0]
    return oldest


def _count_texts(ids: list[str]) -> Counter[str]:
    """Values by key, table by table in one reading each; under `?` what begins with none of these."""
    found: Counter[str] = Counter()
    by_table: dict[Table, list[Any]] = {}
    for column in encrypted_columns():
        by_table.setdefault(column.table, []).append(column)
    for table, columns in by_table.items():
        sums = [func.count(as_stored(column)) for column in columns]
        sums += [func.count(case((is_under(column, name), 1))) for name in ids for column in columns]
        row = db.session.execute(select(*sums).select_from(table)).one()
        total, width = sum(row[: len(columns)]), len(columns)
        for place, name in enumerate(ids, start=1):
            number = sum(row[place * width : (place + 1) * width])
            found[name] += number
            total -= number
        found["?"] += total
    return +found


def _count_by(column: Any) -> Counter[str]:
    rows = db.session.execute(select(column, func.count()).where(column.is_not(None)).group_by(column)).all()
    return Counter({str(name): int(number) for name, number in rows})


def _count_codes() -> Counter[str]:
    """Unused recovery codes; those of which nobody noted the key count for the oldest that is known."""
    rows = db.session.execute(
        select(RecoveryCode.key_id, func.count()).where(RecoveryCode.used_at.is_(None)).group_by(RecoveryCode.key_id)
    )
    oldest = _oldest()
    found: Counter[str] = Counter()
    for name, number in rows:
        found[name or oldest] += number
    return found

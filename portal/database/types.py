"""Column types: instants that keep their zone, and text that is encrypted before it leaves the process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from portal.database.encryption import keyring
from portal.database.stand_in import PrimaryAway, may_open


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, always UTC; SQLite drops zones, so it stores the naive UTC value."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a zone: guessing one would move a deadline by an hour."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant, whatever the database keeps."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(TypeDecorator[str]):
    """Text encrypted with AES-256-GCM and bound to its `table.column`, so that it cannot be moved to another."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt; nothing stays nothing, so that a missing value can still be asked for."""
        return None if value is None else keyring.encrypt(value, self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt; raises Undecryptable where the key is lost or the value was tampered with.

        On a replica nobody's reading can be noted, so what may name a child stays closed (PrimaryAway).
        """
        if value is None:
            return None
        if not may_open(self.place):
            raise PrimaryAway(f"{self.place} is not opened where its reading cannot be noted")
        return keyring.decrypt(bytes(value), self.place)

"""Which keys this database is written under: so that a lost or a wrong one is said before anything is written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most


class FieldKey(Base):
    """One key that this database is written under, or may be: its check value alone, and the key itself nowhere."""

    __tablename__ = "field_keys"
    __table_args__ = (at_most("key_id", 16),)

    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    check_value: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Worked out from the key one way: equal for the same key, and of no use to find it."""
    first_seen_at: Mapped[datetime]

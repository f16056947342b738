"""Forms that were taken, so that the same one is not taken twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base

LONGEST_ADDRESS = 300


class SentForm(Base):
    """What a person sent today to make something new: a keyed digest, which tells nothing of what they wrote."""

    __tablename__ = "sent_forms"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sent_at: Mapped[datetime]
    leads_to: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    """The page that they were led to; empty until it is known."""

"""The system's own trail: ids and no content, chained so that tampering shows; where it begins, and its anchors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most, one_of
from portal.domain.vocabulary import ActivityOutcome


class ActivityChain(Base):
    """The head of one chain: one for each partnership, one (without a partnership) for the system."""

    __tablename__ = "activity_chains"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnerships.id"), unique=True)
    last_sequence: Mapped[int]
    last_seal: Mapped[bytes] = mapped_column(LargeBinary(32))


class Activity(Base):
    """One thing that somebody did, read or was refused.

    Each row's seal covers its content and the seal before it. The ids are plain numbers without foreign
    keys, so that erasing a case neither breaks the chain nor is held up by it. A row is known by its place
    in its chain: a number of its own would be a column that no seal can cover.
    """

    __tablename__ = "activity"
    __table_args__ = (
        one_of("outcome", ActivityOutcome),
        Index("ix_activity_subject", "partnership_id", "subject", "subject_id"),
        Index("ix_activity_at", "partnership_id", "at"),
    )

    chain_id: Mapped[int] = mapped_column(ForeignKey("activity_chains.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partnership_id: Mapped[int | None]
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    membership_id: Mapped[int | None]
    agency_id: Mapped[int | None]
    verb: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    outcome: Mapped[ActivityOutcome]
    key_id: Mapped[str] = mapped_column(String(16))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))


class ActivityCheckpoint(Base):
    """Where a chain begins since its oldest rows were let go: the last of them by its place and its seal.

    The first row that is left rests on this seal. `mark` seals the checkpoint itself: whoever cuts off a chain's
    beginning by hand cannot make one.
    """

    __tablename__ = "activity_checkpoints"

    chain_id: Mapped[int] = mapped_column(ForeignKey("activity_chains.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_at: Mapped[datetime]
    """When the last row that was let go had been written."""
    made_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(String(16))
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))


class ActivityAnchor(Base):
    """An anchor that was put where anchors are kept; what it says stands there alone."""

    __tablename__ = "activity_anchors"
    __table_args__ = (at_most("name", 80), at_most("reason", 200))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    """The SHA-256 of what lies there, in hexadecimal."""
    made_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why the trail was anchored anew, without regard to the anchors before; none for every day's."""

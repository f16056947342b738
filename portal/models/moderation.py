"""What a panel makes of a return, and the session in which the agency is asked about it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import SessionStatus


class Moderation(Versioned, Base):
    """The panel's rating beside the agency's own, with its reason; unseen by the agency until it is released."""

    __tablename__ = "moderations"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("response_id"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        ForeignKeyConstraint(["partnership_id", "response_id"], ["responses.partnership_id", "responses.id"]),
        at_most("rating", 40),
        at_most("agreed_rating", 40),
        Index("ix_moderations_return", "return_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    return_id: Mapped[int]
    response_id: Mapped[int]
    rating: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(EncryptedText("moderations.reason"))
    agreed_rating: Mapped[str | None] = mapped_column(String(40))
    """What agency and panel agreed on in the challenge session."""
    moderated_at: Mapped[datetime]
    moderated_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class ChallengeSession(Versioned, Base):
    """A session in which an agency is asked about its return; the portal makes the agenda, frozen when it is held."""

    __tablename__ = "challenge_sessions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("return_id"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        one_of("status", SessionStatus),
        at_most("place", 200),
        Index("ix_challenge_sessions_on", "partnership_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    return_id: Mapped[int]
    status: Mapped[SessionStatus]
    held_on: Mapped[date]
    """London's day on which it is planned or was held."""
    start_time: Mapped[time | None] = mapped_column(Time)
    place: Mapped[str] = mapped_column(String(200))
    panel: Mapped[str] = mapped_column(EncryptedText("challenge_sessions.panel"))
    """Who sits on it, in words."""
    agenda: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """The points as they stood when the session was held: question ids, kinds and figures, no narrative."""
    notes: Mapped[str] = mapped_column(EncryptedText("challenge_sessions.notes"))
    released_at: Mapped[datetime | None]

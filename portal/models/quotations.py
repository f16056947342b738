"""What somebody said at a meeting, without their name: proposed, and agreed by the meeting's chair or not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.scrutiny_vocabulary import QuotationState, Voice
from portal.models.meetings import Meeting
from portal.models.people import User


class Quotation(Versioned, Base):
    """Words for the board's reading. Which meeting they are from is for its chair and the proposer alone."""

    __tablename__ = "quotations"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "proposed_by_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        one_of("state", QuotationState),
        one_of("voice", Voice),
        CheckConstraint("(state = 'agreed') = (agreed_text IS NOT NULL)", name="agreed_with_its_text"),
        Index("ix_quotations_state", "partnership_id", "state", "id"),
        Index("ix_quotations_meeting", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    voice: Mapped[Voice]
    proposed_text: Mapped[str] = mapped_column(EncryptedText("quotations.proposed_text"))
    agreed_text: Mapped[str | None] = mapped_column(EncryptedText("quotations.agreed_text"))
    """What the chair has agreed to, in the chair's wording where it differs."""
    state: Mapped[QuotationState]
    reason: Mapped[str | None] = mapped_column(EncryptedText("quotations.reason"))
    """Why the chair does not agree, for the proposer."""
    proposed_at: Mapped[datetime]
    proposed_by_membership_id: Mapped[int]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(Quotation.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    answered_by: Mapped[User | None] = relationship(User, lazy="raise", viewonly=True)

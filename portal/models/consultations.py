"""What an agency told the chair by telephone instead of coming, or besides its report."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.sharing_vocabulary import ConsultationState
from portal.models.meetings import Invitation
from portal.models.people import User

WAITS = f"state = '{ConsultationState.WAITING.value}'"


class Consultation(Versioned, Base):
    """One talk as the chair wrote it down; it counts once the agency has confirmed it, as it stands or corrected."""

    __tablename__ = "consultations"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        one_of("state", ConsultationState),
        CheckConstraint(f"({WAITS}) = (settled_at IS NULL)", name="settled_unless_waiting"),
        CheckConstraint(
            f"(state = '{ConsultationState.CORRECTED.value}') = (correction IS NOT NULL)", name="corrected_in_words"
        ),
        CheckConstraint(f"taken_back_at IS NULL OR {WAITS}", name="taken_back_unconfirmed"),
        Index("ix_consultations_invitation", "invitation_id"),
        Index("ix_consultations_state", "partnership_id", "state", "invitation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    talked_on: Mapped[date]
    """London's day of the talk."""
    talked_with: Mapped[str] = mapped_column(EncryptedText("consultations.talked_with"))
    """Who spoke for the agency."""
    said: Mapped[str] = mapped_column(EncryptedText("consultations.said"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[ConsultationState]
    correction: Mapped[str | None] = mapped_column(EncryptedText("consultations.correction"))
    """What the agency says instead or besides, in its own words."""
    is_read_out: Mapped[bool] = mapped_column(default=False)
    """Whether its agency wants it read out in the meeting only: then it stands in no bundle."""
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_back_at: Mapped[datetime | None]
    """When the chair found it written down of the wrong agency or family: before it is confirmed, and for good."""
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(Consultation.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    recorded_by: Mapped[User] = relationship(foreign_keys=[recorded_by_id], lazy="raise", viewonly=True)
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id], lazy="raise", viewonly=True)

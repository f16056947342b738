"""Reports that are not needed after all, and why: while one stands, none is due and figures ask for none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.sharing_vocabulary import NotNeededReason
from portal.models.meetings import Invitation
from portal.models.people import User

STANDS = "ended_at IS NULL"


class ReportWaiver(Versioned, Base):
    """That one agency need not report on one meeting. Taken back, it stays as what was decided for a time."""

    __tablename__ = "report_waivers"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        one_of("reason", NotNeededReason),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        Index(
            "uq_report_waivers_standing",
            "invitation_id",
            unique=True,
            sqlite_where=text(STANDS),
            postgresql_where=text(STANDS),
        ),
        Index("ix_report_waivers_invitation", "invitation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    reason: Mapped[NotNeededReason]
    words: Mapped[str | None] = mapped_column(EncryptedText("report_waivers.words"))
    waived_at: Mapped[datetime]
    waived_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(ReportWaiver.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    waived_by: Mapped[User] = relationship(foreign_keys=[waived_by_id], lazy="raise", viewonly=True)
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id], lazy="raise", viewonly=True)

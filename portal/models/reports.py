"""An agency's conference report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation
from portal.models.people import User


class Report(Versioned, Base):
    """What one agency writes for one conference: a draft, its agency's alone, until it is submitted."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        one_of("status", ReportStatus),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int] = mapped_column(unique=True)
    status: Mapped[ReportStatus]
    involvement: Mapped[str] = mapped_column(EncryptedText("reports.involvement"))
    strengths: Mapped[str] = mapped_column(EncryptedText("reports.strengths"))
    worries: Mapped[str] = mapped_column(EncryptedText("reports.worries"))
    threshold_view: Mapped[str] = mapped_column(EncryptedText("reports.threshold_view"))
    """A ThresholdView, or empty in a draft."""
    threshold_reason: Mapped[str] = mapped_column(EncryptedText("reports.threshold_reason"))
    category_views: Mapped[str] = mapped_column(EncryptedText("reports.category_views"))
    """AbuseCategory values, separated by commas."""
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(Report.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)
    submitted_by: Mapped[User | None] = relationship(foreign_keys=[submitted_by_id], lazy="raise", viewonly=True)

"""What a family has seen of the reports on a meeting, person by person; or why somebody was not shown one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.sharing_vocabulary import FAMILY_READERS, ShareWay, WithheldReason
from portal.models.meetings import Invitation
from portal.models.people import User
from portal.models.reports import Report


class ReportSharing(Versioned, Base):
    """One person of a family and one report: shared on a day and in a way, or withheld for a reason.

    It is never changed: whoever was mistaken takes it back, and records it anew.
    """

    __tablename__ = "report_sharings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(["partnership_id", "report_id"], ["reports.partnership_id", "reports.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "attendance_id"], ["family_attendances.partnership_id", "family_attendances.id"]
        ),
        one_of("relation", FAMILY_READERS),
        one_of("way", ShareWay),
        one_of("withheld", WithheldReason),
        CheckConstraint("(shared_on IS NULL) = (withheld IS NOT NULL)", name="shared_or_withheld"),
        CheckConstraint("(shared_on IS NULL) = (way IS NULL)", name="shared_in_a_way"),
        Index("ix_report_sharings_invitation", "invitation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    report_id: Mapped[int]
    """The report that stood then: one that is withdrawn takes this with it."""
    attendance_id: Mapped[int | None]
    """Whom of the family, where the meeting's record names them."""
    relation: Mapped[FamilyRelation]
    shared_on: Mapped[date | None]
    way: Mapped[ShareWay | None]
    language: Mapped[str | None] = mapped_column(EncryptedText("report_sharings.language"))
    shared_by: Mapped[str | None] = mapped_column(EncryptedText("report_sharings.shared_by"))
    """Who gave it to them or read it out, which need not be whoever records it."""
    withheld: Mapped[WithheldReason | None]
    words: Mapped[str | None] = mapped_column(EncryptedText("report_sharings.words"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(ReportSharing.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    report: Mapped[Report] = relationship(
        Report, primaryjoin="foreign(ReportSharing.report_id) == Report.id", lazy="raise", viewonly=True
    )
    recorded_by: Mapped[User] = relationship(foreign_keys=[recorded_by_id], lazy="raise", viewonly=True)

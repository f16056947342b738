"""An agency's conference report: its answers, field by field, and what was added to it after it was sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.vocabulary import ReportStatus
from portal.models.meetings import Invitation
from portal.models.people import User
from portal.models.report_templates import ReportTemplate

REPORT_ITSELF = 0
"""The `addendum` of what a report said when it was first sent."""

STANDS = "withdrawn_at IS NULL"
"""Reports that were not taken back."""

WITH_LEAD = "status = 'for_sign_off' OR sent_back_note IS NOT NULL"
"""What waits for the signature of the agency's lead, or was sent back by one and not sent again."""


class Report(Versioned, Base):
    """What one agency writes for one conference: a draft, its agency's alone, until it is submitted.

    `version` guards its status, and `saved_at` says when an answer was last kept; each answer has a version of its own.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "template_id"], ["report_templates.partnership_id", "report_templates.id"]
        ),
        one_of("status", ReportStatus),
        # One for each invitation, but for those that were withdrawn: in their place another one may be written.
        Index(
            "uq_reports_standing_invitation",
            "invitation_id",
            unique=True,
            sqlite_where=text(STANDS),
            postgresql_where=text(STANDS),
        ),
        Index("ix_reports_invitation", "invitation_id"),
        # Home asks for the few that a lead has to sign off, or has sent back, among all that an agency ever wrote.
        Index(
            "ix_reports_with_lead",
            "partnership_id",
            "invitation_id",
            sqlite_where=text(WITH_LEAD),
            postgresql_where=text(WITH_LEAD),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    template_id: Mapped[int]
    """The version of the template that it answers, whatever is published later."""
    is_limited: Mapped[bool] = mapped_column(default=False)
    """Whether the agency hardly knows the family and answers the template's short form."""
    status: Mapped[ReportStatus]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sign_off_asked_at: Mapped[datetime | None]
    sign_off_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_back_note: Mapped[str | None] = mapped_column(EncryptedText("reports.sent_back_note"))
    """What the lead wants changed before the report goes; empty where nothing was sent back."""
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    """When it was taken back; from then on it is read on its withdrawal's page alone (access/report_withdrawals.py)."""

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(Report.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    template: Mapped[ReportTemplate] = relationship(
        ReportTemplate, primaryjoin="foreign(Report.template_id) == ReportTemplate.id", lazy="raise", viewonly=True
    )
    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)
    sign_off_asked_by: Mapped[User | None] = relationship(
        foreign_keys=[sign_off_asked_by_id], lazy="raise", viewonly=True
    )
    submitted_by: Mapped[User | None] = relationship(foreign_keys=[submitted_by_id], lazy="raise", viewonly=True)
    answers: Mapped[list[ReportAnswer]] = relationship(
        primaryjoin="Report.id == foreign(ReportAnswer.report_id)", lazy="raise", viewonly=True
    )


class ReportAnswer(Versioned, Base):
    """One answer: of the report itself (addendum 0), or what an addendum says instead or besides."""

    __tablename__ = "report_answers"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "report_id"], ["reports.partnership_id", "reports.id"]),
        UniqueConstraint("report_id", "addendum", "code"),
        CheckConstraint("addendum >= 0", name="addendum_counted"),
        at_most("code", 60),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    report_id: Mapped[int]
    addendum: Mapped[int] = mapped_column(default=REPORT_ITSELF)
    code: Mapped[str] = mapped_column(String(60))
    """The question's."""
    value: Mapped[str] = mapped_column(EncryptedText("report_answers.value"))
    """As `AnswerKind` says; empty text where an answer was taken back."""
    is_carried: Mapped[bool] = mapped_column(default=False)
    """Brought from elsewhere (last report, a clinical record) and not yet confirmed by whoever writes."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)


class ReportAddendum(Versioned, Base):
    """What an agency adds to or corrects in a report that was sent; its answers carry its number."""

    __tablename__ = "report_addenda"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "report_id"], ["reports.partnership_id", "reports.id"]),
        UniqueConstraint("report_id", "number"),
        CheckConstraint("number >= 1", name="number_counted"),
        one_of("status", ReportStatus),
        Index("ix_report_addenda_submitted", "partnership_id", "submitted_at"),
        Index(
            "ix_report_addenda_with_lead",
            "partnership_id",
            "report_id",
            sqlite_where=text(WITH_LEAD),
            postgresql_where=text(WITH_LEAD),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    report_id: Mapped[int]
    number: Mapped[int]
    """Counted from 1 within the report."""
    status: Mapped[ReportStatus]
    after_bundle: Mapped[bool] = mapped_column(default=False)
    """Whether the bundle had been cut when it came."""
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sign_off_asked_at: Mapped[datetime | None]
    sign_off_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_back_note: Mapped[str | None] = mapped_column(EncryptedText("report_addenda.sent_back_note"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id], lazy="raise", viewonly=True)
    sign_off_asked_by: Mapped[User | None] = relationship(
        foreign_keys=[sign_off_asked_by_id], lazy="raise", viewonly=True
    )
    submitted_by: Mapped[User | None] = relationship(foreign_keys=[submitted_by_id], lazy="raise", viewonly=True)

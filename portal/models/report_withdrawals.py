"""Reports, and files of reports, that were taken back: by whom and why, and what the data-protection entry says."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalReason, WithdrawalState
from portal.models.people import User
from portal.models.reports import Report


class ReportWithdrawal(Versioned, Base):
    """One report, or one of its files, that nobody is to read any more, as the data-protection officer's list has it.

    The report itself says that it is withdrawn (`reports.withdrawn_at`), a file the row that attaches it
    (`report_files.withdrawn_at`): so whoever asks for what may be read asks one row. `version` guards the assessment.
    """

    __tablename__ = "report_withdrawals"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        # Two who withdraw the same at once are told of each other by this; no file is number 0.
        UniqueConstraint("report_id", "file_number"),
        ForeignKeyConstraint(["partnership_id", "report_id"], ["reports.partnership_id", "reports.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        one_of("reason", WithdrawalReason),
        one_of("state", WithdrawalState),
        one_of("regulator", RegulatorStep),
        CheckConstraint("file_number = COALESCE(file_id, 0)", name="file_number_follows"),
        CheckConstraint("(regulator = 'told') = (regulator_told_at IS NOT NULL)", name="told_at_a_time"),
        Index("ix_report_withdrawals_list", "partnership_id", "withdrawn_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    report_id: Mapped[int]
    file_id: Mapped[int | None]
    """The one file that was taken back; empty for the whole report."""
    file_number: Mapped[int]
    """`file_id`, or 0: both databases take two empty values for different ones."""
    reason: Mapped[WithdrawalReason]
    words: Mapped[str | None] = mapped_column(EncryptedText("report_withdrawals.words"))
    withdrawn_at: Mapped[datetime]
    """From when it is known, so that the time to tell the regulator begins here."""
    withdrawn_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    received_on: Mapped[date | None]
    """The day that had counted as that of its receipt."""
    shared_on: Mapped[date | None]
    """The day on which it had been shared with a family, which then is one of those concerned."""
    is_asked_again: Mapped[bool]
    """Whether the agency still owed a report when it was withdrawn, and so was asked for it again."""
    state: Mapped[WithdrawalState]
    assessment: Mapped[str | None] = mapped_column(EncryptedText("report_withdrawals.assessment"))
    regulator: Mapped[RegulatorStep]
    regulator_told_at: Mapped[datetime | None]
    regulator_reason: Mapped[str | None] = mapped_column(EncryptedText("report_withdrawals.regulator_reason"))
    """Why the regulator need not be told, or was told late."""
    assessed_at: Mapped[datetime | None]
    assessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    report: Mapped[Report] = relationship(
        Report, primaryjoin="foreign(ReportWithdrawal.report_id) == Report.id", lazy="raise", viewonly=True
    )
    withdrawn_by: Mapped[User] = relationship(foreign_keys=[withdrawn_by_id], lazy="raise", viewonly=True)
    assessed_by: Mapped[User | None] = relationship(foreign_keys=[assessed_by_id], lazy="raise", viewonly=True)

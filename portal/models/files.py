"""Files: where each one lies, under which key, and what may be done with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import FilePurpose, FileStatus


class StoredFile(Versioned, Base):
    """One file that somebody gave: its bytes lie in the file store, encrypted with a key of their own."""

    __tablename__ = "stored_files"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("store_name"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("purpose", FilePurpose),
        one_of("status", FileStatus),
        at_most("media_type", 100),
        at_most("key_id", 16),
        Index("ix_stored_files_status", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    agency_id: Mapped[int | None]
    """Whose file it is; empty for what the partnership itself keeps, such as minutes."""
    purpose: Mapped[FilePurpose]
    status: Mapped[FileStatus]
    name: Mapped[str] = mapped_column(EncryptedText("stored_files.name"))
    """As its owner called it: names of files can name children."""
    media_type: Mapped[str] = mapped_column(String(100))
    """By its content, never by its name."""
    size: Mapped[int]
    """In bytes, before encryption."""
    store_name: Mapped[str] = mapped_column(String(64))
    """What the file store calls it."""
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    """Which of the portal's keys wraps the file's own."""
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty for what the portal made by itself."""
    scanned_at: Mapped[datetime | None]


class ReportFile(Base):
    """A file attached to an agency's report."""

    __tablename__ = "report_files"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "report_id"], ["reports.partnership_id", "reports.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        Index("ix_report_files_report", "report_id"),
    )

    partnership_id: Mapped[int]
    report_id: Mapped[int]
    file_id: Mapped[int] = mapped_column(primary_key=True)
    withdrawn_at: Mapped[datetime | None]
    """When this file alone was taken back; with its whole report it goes without this."""

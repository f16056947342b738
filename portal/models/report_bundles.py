"""Bundles: a meeting's reports as one document, numbered, each cut at a moment and closed by what came after."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, one_of
from portal.domain.bundle_vocabulary import BundleEnd, MaySee
from portal.models.files import StoredFile
from portal.models.meetings import Meeting
from portal.models.people import User

STANDING = "closed_at IS NULL"
"""Of each meeting one bundle at most is open: the newest."""

WITHDRAWN = f"closed_because = '{BundleEnd.WITHDRAWN.value}'"


class ReportBundle(Base):
    """One document of all reports of a meeting, for its chair and its agencies.

    What it says never changes. A newer one closes it, and so does the withdrawal of a report in it: from then on nobody
    opens it and its file is gone. This row, and those of what stood in it, stay.
    """

    __tablename__ = "report_bundles"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "number"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        one_of("closed_because", BundleEnd),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("(closed_at IS NULL) = (closed_because IS NULL)", name="closed_for_a_reason"),
        CheckConstraint("(closed_at IS NULL) = (file_id IS NOT NULL)", name="open_with_its_file"),
        Index(
            "uq_report_bundles_standing",
            "meeting_id",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        Index("ix_report_bundles_file", "file_id"),
        # The worker looks for the few meetings whose bundle a withdrawal has closed.
        Index(
            "ix_report_bundles_withdrawn",
            "meeting_id",
            sqlite_where=text(WITHDRAWN),
            postgresql_where=text(WITHDRAWN),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    number: Mapped[int]
    cut_at: Mapped[datetime]
    cut_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty where the portal cut it by itself."""
    file_id: Mapped[int | None]
    talks: Mapped[int] = mapped_column(default=0)
    """How many talks by telephone agencies had confirmed, those that are only read out among them."""
    closed_at: Mapped[datetime | None]
    closed_because: Mapped[BundleEnd | None]

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(ReportBundle.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    cut_by: Mapped[User | None] = relationship(foreign_keys=[cut_by_id], lazy="raise", viewonly=True)
    file: Mapped[StoredFile | None] = relationship(
        StoredFile, primaryjoin="foreign(ReportBundle.file_id) == StoredFile.id", lazy="raise", viewonly=True
    )


class BundledReport(Base):
    """What a bundle has of one report: which of it, or that it is only read out."""

    __tablename__ = "bundled_reports"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "bundle_id"], ["report_bundles.partnership_id", "report_bundles.id"]),
        ForeignKeyConstraint(["partnership_id", "report_id"], ["reports.partnership_id", "reports.id"]),
        one_of("may_see", MaySee),
        Index("ix_bundled_reports_report", "report_id"),
    )

    bundle_id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    addenda: Mapped[int]
    """How many of its addenda had been sent."""
    may_see: Mapped[MaySee]
    """What its agency said then; one that is only read out is named, and no more of it stands there."""
    is_later: Mapped[bool]
    """Whether it, or an addendum to it, came after the meeting's first bundle."""

"""What backs the answers of a return."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import EvidenceKind
from portal.models.files import StoredFile


class Evidence(Base):
    """One piece of evidence for one answer, with its own date: it may be older than the answer."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "response_id"], ["responses.partnership_id", "responses.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        one_of("kind", EvidenceKind),
        Index("ix_evidence_response", "response_id"),
        Index("ix_evidence_file", "file_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    response_id: Mapped[int]
    kind: Mapped[EvidenceKind]
    title: Mapped[str] = mapped_column(EncryptedText("evidence.title"))
    url: Mapped[str | None] = mapped_column(EncryptedText("evidence.url"))
    file_id: Mapped[int | None]
    """The file, which several answers may share."""
    given_from_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    """The piece that this one repeats, of another question or of last time."""
    dated_on: Mapped[date]
    """The day of the evidence itself: of the policy, the minutes, the training."""
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    file: Mapped[StoredFile | None] = relationship(
        StoredFile, primaryjoin="foreign(Evidence.file_id) == StoredFile.id", lazy="raise", viewonly=True
    )

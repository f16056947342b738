"""What charts are held against: the file that the business manager keeps, row by row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.comparators import Kind
from portal.models.people import User


class ComparatorFile(Versioned, Base):
    """A partnership's file as it stands; the next one takes its place whole, and raises its version."""

    __tablename__ = "comparator_files"
    __table_args__ = (UniqueConstraint("partnership_id", "id"), UniqueConstraint("partnership_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    kept_at: Mapped[datetime]
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    kept_by: Mapped[User | None] = relationship(User, foreign_keys=[kept_by_id], lazy="raise", viewonly=True)


class Comparator(Base):
    """One row of it: another area's figure, a target, the beginning of a phase, or how many children there are."""

    __tablename__ = "comparators"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "file_id"], ["comparator_files.partnership_id", "comparator_files.id"]),
        UniqueConstraint("file_id", "measure_id", "area", "period"),
        Index("ix_comparators_measure", "partnership_id", "measure_id"),
        one_of("kind", Kind),
        at_most("measure_id", 60),
        at_most("area", 80),
        at_most("period", 20),
        CheckConstraint("tenths >= 0", name="tenths_not_negative"),
        CheckConstraint("(tenths IS NULL) = (kind = 'phase')", name="tenths_where_a_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    file_id: Mapped[int]
    kind: Mapped[Kind]
    measure_id: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(String(80))
    period: Mapped[str] = mapped_column(String(20))
    tenths: Mapped[int | None] = mapped_column(Integer)
    """The value in tenths, whole numbers being exact on both databases; empty for a phase."""
    source: Mapped[str] = mapped_column(EncryptedText("comparators.source"))
    """Where it was published; of a phase, why."""

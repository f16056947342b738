"""Cases and their children: everything that names a child is encrypted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.beginnings import lower_case_of
from portal.database.declarative import Base, Versioned, at_most
from portal.database.types import EncryptedText


class Case(Versioned, Base):
    """A family under its reference; the reference is the local authority's and names nobody."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference"),
        at_most("reference", 40),
        Index("ix_cases_lower_reference", "partnership_id", "lower_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    reference: Mapped[str] = mapped_column(String(40))
    lower_reference: Mapped[str | None] = lower_case_of("reference")
    created_at: Mapped[datetime]

    children: Mapped[list[Child]] = relationship(
        primaryjoin="Case.id == foreign(Child.case_id)", order_by="Child.id", lazy="raise", viewonly=True
    )


class Child(Versioned, Base):
    """A child of a case. Dates are ISO text inside the encryption; the indexes serve exact look-ups only."""

    __tablename__ = "children"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        Index("ix_children_case", "case_id"),
        Index("ix_children_surname", "partnership_id", "surname_index"),
        Index("ix_children_nhs", "partnership_id", "nhs_number_index"),
        Index("ix_children_upn", "partnership_id", "upn_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    case_id: Mapped[int]
    given_name: Mapped[str] = mapped_column(EncryptedText("children.given_name"))
    surname: Mapped[str] = mapped_column(EncryptedText("children.surname"))
    date_of_birth: Mapped[str | None] = mapped_column(EncryptedText("children.date_of_birth"))
    nhs_number: Mapped[str | None] = mapped_column(EncryptedText("children.nhs_number"))
    upn: Mapped[str | None] = mapped_column(EncryptedText("children.upn"))
    surname_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    nhs_number_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    upn_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]

    @property
    def born(self) -> date | None:
        """The date of birth, or the day on which the birth is expected."""
        return date.fromisoformat(self.date_of_birth) if self.date_of_birth else None

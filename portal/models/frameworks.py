"""Audit frameworks: editions of a set of standards and questions, each partnership's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.domain.audit_vocabulary import FrameworkStatus


class FrameworkEdition(Versioned, Base):
    """One edition of a framework: a draft until it is published, unchanged from then on.

    `scales` and `sign_off` are plain data as domain/frameworks.py reads them; `law` is what the audit is done under.
    """

    __tablename__ = "framework_editions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "code", "number"),
        one_of("status", FrameworkStatus),
        at_most("code", 40),
        at_most("title", 200),
        at_most("guidance_edition", 120),
        at_most("law", 200),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    """1 for a framework's first edition in this partnership, then counted up."""
    title: Mapped[str] = mapped_column(String(200))
    law: Mapped[str] = mapped_column(String(200))
    guidance_edition: Mapped[str] = mapped_column(String(120))
    effective_from: Mapped[date]
    status: Mapped[FrameworkStatus]
    scales: Mapped[dict[str, Any]] = mapped_column(JSON)
    agency_types: Mapped[list[str]] = mapped_column(JSON)
    """AgencyType values of those whom the framework is for."""
    sign_off: Mapped[list[str]] = mapped_column(JSON)
    """SignOffStep values in the order of signing."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of all that it says: two editions that say the same have the same."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]

    standards: Mapped[list[Standard]] = relationship(
        primaryjoin="FrameworkEdition.id == foreign(Standard.edition_id)",
        order_by="Standard.position",
        lazy="raise",
        viewonly=True,
    )


class Standard(Base):
    """A standard of section 11, or a theme of the schools' audit: the section that questions stand in."""

    __tablename__ = "standards"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("edition_id", "code"),
        ForeignKeyConstraint(
            ["partnership_id", "edition_id"], ["framework_editions.partnership_id", "framework_editions.id"]
        ),
        at_most("code", 40),
        at_most("title", 200),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    edition_id: Mapped[int]
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)

    questions: Mapped[list[Question]] = relationship(
        primaryjoin="Standard.id == foreign(Question.standard_id)",
        order_by="Question.position",
        lazy="raise",
        viewonly=True,
    )


class Question(Base):
    """One question of an edition. Its code stays the same from edition to edition; its digest says if it was altered.

    An empty `agency_types` or `phases` asks everybody whom the framework is for.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("edition_id", "code"),
        ForeignKeyConstraint(
            ["partnership_id", "edition_id"], ["framework_editions.partnership_id", "framework_editions.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "standard_id"], ["standards.partnership_id", "standards.id"]),
        at_most("code", 60),
        CheckConstraint("weight >= 0", name="weight_positive"),
        Index("ix_questions_standard", "standard_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    edition_id: Mapped[int]
    standard_id: Mapped[int]
    position: Mapped[int]
    """Its place in the whole edition."""
    code: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    help: Mapped[str] = mapped_column(Text)
    good: Mapped[str] = mapped_column(Text)
    hints: Mapped[list[str]] = mapped_column(JSON)
    """What would show it: evidence that others have given."""
    paragraph: Mapped[str] = mapped_column(String(200))
    """Where the guidance asks for it."""
    scale: Mapped[str] = mapped_column(String(40))
    """Which of the edition's scales."""
    weight: Mapped[int]
    agency_types: Mapped[list[str]] = mapped_column(JSON)
    phases: Mapped[list[str]] = mapped_column(JSON)
    needs_narrative: Mapped[bool]
    needs_evidence: Mapped[bool]
    is_local: Mapped[bool]
    """Added by the partnership, so that a return from elsewhere cannot answer it."""
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What the portal's own figures may say against a good rating; see domain/contradictions.py."""
    digest: Mapped[str] = mapped_column(String(64))

"""Report templates: versions of what agencies are asked, each partnership's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.domain.report_vocabulary import TemplateStatus


class ReportTemplate(Versioned, Base):
    """One version of a template: a draft until it is published, unchanged from then on."""

    __tablename__ = "report_templates"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "code", "number"),
        one_of("status", TemplateStatus),
        at_most("code", 40),
        at_most("title", 200),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    """1 for a template's first version in this partnership, then counted up."""
    title: Mapped[str] = mapped_column(String(200))
    agency_types: Mapped[list[str]] = mapped_column(JSON)
    """AgencyType values; empty: any agency."""
    meeting_types: Mapped[list[str]] = mapped_column(JSON)
    """Codes of kinds of meetings; empty: any kind for which reports are due."""
    effective_from: Mapped[date]
    status: Mapped[TemplateStatus]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Sections and questions, as `to_plain` of domain/report_templates.py gives them."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of all that it says: two versions that say the same have the same."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]

"""Records law: how long classes are kept, legal holds, erasures with certificates, subject access, contacts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.retention import (
    LONGEST_REASON,
    LONGEST_SOURCE,
    MOST_YEARS,
    Cause,
    ErasureState,
    HoldScope,
    RecordClass,
)
from portal.domain.subject_access import Decision

WAITS = f"state = '{ErasureState.PROPOSED.value}'"


class RetentionRule(Base):
    """How many years a class is kept, from a day on. It never changes: another number is another row."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        UniqueConstraint("partnership_id", "record_class", "effective_from"),
        one_of("record_class", RecordClass),
        CheckConstraint(f"years >= 1 AND years <= {MOST_YEARS}", name="years_possible"),
        at_most("reason", LONGEST_REASON),
        at_most("source", LONGEST_SOURCE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    record_class: Mapped[RecordClass]
    years: Mapped[int]
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    """Public: it stands on the transparency page."""
    source: Mapped[str] = mapped_column(String(LONGEST_SOURCE))
    effective_from: Mapped[date]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty for the rules that a partnership starts with."""


class LegalHold(Versioned, Base):
    """What must not be erased, why and since when; it beats every rule until somebody lifts it."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("scope", HoldScope),
        one_of("record_class", RecordClass),
        CheckConstraint("(scope = 'case') = (case_id IS NOT NULL)", name="case_named"),
        CheckConstraint("(scope = 'child') = (child_id IS NOT NULL)", name="child_named"),
        CheckConstraint("(scope = 'agency') = (agency_id IS NOT NULL)", name="agency_named"),
        CheckConstraint("(scope = 'record_class') = (record_class IS NOT NULL)", name="class_named"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)", name="lifted_for_a_reason"),
        Index("ix_legal_holds_list", "partnership_id", "placed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    scope: Mapped[HoldScope]
    case_id: Mapped[int | None]
    child_id: Mapped[int | None]
    agency_id: Mapped[int | None]
    record_class: Mapped[RecordClass | None]
    reason: Mapped[str] = mapped_column(EncryptedText("legal_holds.reason"))
    placed_at: Mapped[datetime]
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_because: Mapped[str | None] = mapped_column(EncryptedText("legal_holds.lifted_because"))


class Erasure(Versioned, Base):
    """One erasure: proposed when a record's time is over, then its certificate, which is kept and names no child.

    `root_id` is a plain number without a foreign key: what it names is gone, and the trail still speaks of it.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        one_of("cause", Cause),
        one_of("record_class", RecordClass),
        one_of("state", ErasureState),
        at_most("rule", 200),
        CheckConstraint("(state = 'erased') = (erased_at IS NOT NULL)", name="erased_at_a_time"),
        CheckConstraint("(state = 'erased') = (seal IS NOT NULL)", name="erased_with_a_seal"),
        Index("ix_erasures_list", "partnership_id", "state", "due_on"),
        # Two workers propose one thing once. What is erased does not count: SQLite may give its number again.
        Index(
            "ix_erasures_proposed",
            "partnership_id",
            "record_class",
            "root_id",
            unique=True,
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    cause: Mapped[Cause]
    record_class: Mapped[RecordClass | None]
    """Empty where a partnership left: then it is every class."""
    root_id: Mapped[int | None]
    state: Mapped[ErasureState]
    due_on: Mapped[date | None]
    rule: Mapped[str | None] = mapped_column(String(200))
    """The rule that it was due by, in words."""
    proposed_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty where it was done by a command."""
    erased_by: Mapped[str | None] = mapped_column(String(120))
    """The name as it was then, or the command's."""
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What went: rows and digest by table, files, what was blotted out, and what the check afterwards found."""
    key_id: Mapped[str | None] = mapped_column(String(16))
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """A keyed digest over all of it, so that a certificate that was changed shows."""


class SubjectExport(Versioned, Base):
    """A request for all that is held on one child: who asked for whom, what was withheld, when it was handed out."""

    __tablename__ = "subject_exports"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        Index("ix_subject_exports_list", "partnership_id", "asked_at"),
        Index("ix_subject_exports_child", "child_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    child_id: Mapped[int]
    asked_by: Mapped[str] = mapped_column(EncryptedText("subject_exports.asked_by"))
    """Who asks, and how it was made sure who they are."""
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By kind of record: how many passages must be looked at, and how many are decided about, at the last look."""
    taken_at: Mapped[datetime | None]
    """When the file was last taken along."""
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of what was taken along last."""


class SubjectDecision(Versioned, Base):
    """What was decided about one passage that may be about somebody else: given, blotted or withheld."""

    __tablename__ = "subject_decisions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("export_id", "place"),
        ForeignKeyConstraint(["partnership_id", "export_id"], ["subject_exports.partnership_id", "subject_exports.id"]),
        one_of("decision", Decision),
        at_most("place", 120),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    export_id: Mapped[int]
    place: Mapped[str] = mapped_column(String(120))
    """`table/row/column` of the passage."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """A keyed digest of the passage as it was read: a decision is about these words, and about no others."""
    decision: Mapped[Decision]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class RecordsContact(Versioned, Base):
    """Whom people write to about what a partnership holds on them; public."""

    __tablename__ = "records_contacts"
    __table_args__ = (at_most("name", 120), at_most("email", 254), at_most("telephone", 40), at_most("address", 300))

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    telephone: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(300))

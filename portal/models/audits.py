"""Audit rounds, the return of each agency in its versions, its answers, and who signed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import ReturnStatus, RoundKind, SignOffStep
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import Agency
from portal.models.people import Membership, User


class AuditRound(Versioned, Base):
    """One asking of an edition of a framework; an update names the full round that it follows."""

    __tablename__ = "audit_rounds"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "title"),
        ForeignKeyConstraint(
            ["partnership_id", "edition_id"], ["framework_editions.partnership_id", "framework_editions.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "follows_id"], ["audit_rounds.partnership_id", "audit_rounds.id"]),
        one_of("kind", RoundKind),
        at_most("title", 120),
        CheckConstraint("due_on >= opens_on", name="due_after_opening"),
        Index("ix_audit_rounds_opens", "partnership_id", "opens_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    edition_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[RoundKind]
    follows_id: Mapped[int | None]
    opens_on: Mapped[date]
    due_on: Mapped[date]
    reminders: Mapped[list[int]] = mapped_column(JSON)
    """Working days before the due day on which those who have not sent are reminded, the most first."""
    challenge_from: Mapped[date | None]
    challenge_to: Mapped[date | None]
    """Between these days challenge sessions are held."""
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    edition: Mapped[FrameworkEdition] = relationship(
        FrameworkEdition,
        primaryjoin="foreign(AuditRound.edition_id) == FrameworkEdition.id",
        lazy="raise",
        viewonly=True,
    )


class PanelMember(Base):
    """Somebody who moderates the returns of a round, besides the business manager."""

    __tablename__ = "panel_members"
    __table_args__ = (
        PrimaryKeyConstraint("round_id", "membership_id"),
        ForeignKeyConstraint(["partnership_id", "round_id"], ["audit_rounds.partnership_id", "audit_rounds.id"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        Index("ix_panel_members_membership", "membership_id"),
    )

    partnership_id: Mapped[int]
    round_id: Mapped[int]
    membership_id: Mapped[int]


class AuditReturn(Versioned, Base):
    """What one agency answers in one round. Its answers are those of its newest version."""

    __tablename__ = "audit_returns"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("round_id", "agency_id"),
        ForeignKeyConstraint(["partnership_id", "round_id"], ["audit_rounds.partnership_id", "audit_rounds.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("status", ReturnStatus),
        Index("ix_audit_returns_agency", "partnership_id", "agency_id"),
        Index("ix_audit_returns_round", "partnership_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    round_id: Mapped[int]
    agency_id: Mapped[int]
    status: Mapped[ReturnStatus]
    number: Mapped[int]
    """Which version is the newest; 1 until the return is reopened."""
    due_on: Mapped[date]
    """The round's due day, moved behind the agency's own closure where it falls into one."""
    started_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    moderated_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    """From here on the agency sees what the panel made of its answers."""

    round: Mapped[AuditRound] = relationship(
        AuditRound, primaryjoin="foreign(AuditReturn.round_id) == AuditRound.id", lazy="raise", viewonly=True
    )
    agency: Mapped[Agency] = relationship(
        Agency, primaryjoin="foreign(AuditReturn.agency_id) == Agency.id", lazy="raise", viewonly=True
    )


class ReturnVersion(Base):
    """One version of a return: the first, or one that was opened again for a reason."""

    __tablename__ = "return_versions"
    __table_args__ = (
        PrimaryKeyConstraint("return_id", "number"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
    )

    partnership_id: Mapped[int]
    return_id: Mapped[int]
    number: Mapped[int]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(EncryptedText("return_versions.reason"))
    """Why it was opened again; empty for the first."""
    signed_at: Mapped[datetime | None]


class Response(Versioned, Base):
    """The answer to one question in one version of a return; a row stands from the start, without a rating.

    What was carried over from last time is not confirmed until somebody says that it is still true.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("return_id", "number", "question_id"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        ForeignKeyConstraint(["return_id", "number"], ["return_versions.return_id", "return_versions.number"]),
        ForeignKeyConstraint(["partnership_id", "question_id"], ["questions.partnership_id", "questions.id"]),
        ForeignKeyConstraint(["partnership_id", "standard_id"], ["standards.partnership_id", "standards.id"]),
        at_most("rating", 40),
        # Whole answers but for their text: what counts progress or a round's results reads no row of the table.
        Index(
            "ix_responses_standard",
            "return_id",
            "number",
            "standard_id",
            "rating",
            "is_confirmed",
            "question_id",
            "id",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    return_id: Mapped[int]
    number: Mapped[int]
    standard_id: Mapped[int]
    question_id: Mapped[int]
    rating: Mapped[str | None] = mapped_column(String(40))
    """A point of the question's scale by its code, or `not_applicable`."""
    narrative: Mapped[str] = mapped_column(EncryptedText("responses.narrative"))
    is_confirmed: Mapped[bool]
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id"))
    """Last time's answer, where this began as it."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SectionGiven(Base):
    """A standard of a return that a colleague was given to answer."""

    __tablename__ = "sections_given"
    __table_args__ = (
        PrimaryKeyConstraint("return_id", "standard_id", "membership_id"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        ForeignKeyConstraint(["partnership_id", "standard_id"], ["standards.partnership_id", "standards.id"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        Index("ix_sections_given_membership", "membership_id"),
    )

    partnership_id: Mapped[int]
    return_id: Mapped[int]
    standard_id: Mapped[int]
    membership_id: Mapped[int]

    membership: Mapped[Membership] = relationship(
        Membership,
        primaryjoin="foreign(SectionGiven.membership_id) == Membership.id",
        lazy="raise",
        viewonly=True,
    )


class ResponseComment(Base):
    """What colleagues say to each other about an answer; nobody outside the agency reads it."""

    __tablename__ = "response_comments"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        ForeignKeyConstraint(["partnership_id", "question_id"], ["questions.partnership_id", "questions.id"]),
        Index("ix_response_comments_question", "return_id", "question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    return_id: Mapped[int]
    question_id: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("response_comments.text"))
    said_at: Mapped[datetime]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    said_by: Mapped[User] = relationship(lazy="raise", viewonly=True)


class SignOff(Base):
    """One signature under a version of a return, with the words that were signed."""

    __tablename__ = "sign_offs"
    __table_args__ = (
        PrimaryKeyConstraint("return_id", "number", "step"),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        ForeignKeyConstraint(["return_id", "number"], ["return_versions.return_id", "return_versions.number"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        one_of("step", SignOffStep),
        at_most("name", 120),
    )

    partnership_id: Mapped[int]
    return_id: Mapped[int]
    number: Mapped[int]
    step: Mapped[SignOffStep]
    membership_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(120))
    """As it was typed by whoever signed."""
    declaration: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]

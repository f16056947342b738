"""What agencies contest of what is expected of them, and every change of an expectation."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.contest_vocabulary import ContestReason, ContestStatus
from portal.domain.vocabulary import Expectation, ExpectationReason
from portal.models.meetings import Invitation
from portal.models.people import Membership, User

IS_OPEN = f"status = '{ContestStatus.OPEN.value}'"


class Contest(Versioned, Base):
    """An agency says that something else should be expected of it at one meeting; one at a time is open."""

    __tablename__ = "contests"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "raised_by_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        one_of("status", ContestStatus),
        one_of("reason", ContestReason),
        one_of("expected", Expectation),
        one_of("wanted", Expectation),
        Index("ix_contests_invitation", "invitation_id"),
        # Two colleagues who contest at once are told of each other by this.
        Index(
            "uq_contests_open_invitation",
            "invitation_id",
            unique=True,
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        Index(
            "ix_contests_open", "partnership_id", "due_on", sqlite_where=text(IS_OPEN), postgresql_where=text(IS_OPEN)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    expected: Mapped[Expectation]
    """What was expected when it was contested."""
    wanted: Mapped[Expectation]
    reason: Mapped[ContestReason]
    words: Mapped[str | None] = mapped_column(EncryptedText("contests.words"))
    raised_at: Mapped[datetime]
    raised_by_membership_id: Mapped[int]
    due_on: Mapped[date]
    """By when the coordinator decides, by the rule set of the day it was raised."""
    status: Mapped[ContestStatus]
    answer: Mapped[str | None] = mapped_column(EncryptedText("contests.answer"))
    """What the coordinator wrote to the agency."""
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who decided it, or took it back."""

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(Contest.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    raised_by: Mapped[Membership] = relationship(
        Membership,
        primaryjoin="foreign(Contest.raised_by_membership_id) == Membership.id",
        lazy="raise",
        viewonly=True,
    )
    ended_by: Mapped[User | None] = relationship(User, foreign_keys=[ended_by_id], lazy="raise", viewonly=True)


class ExpectationChange(Base):
    """One change of what was expected of an agency at a meeting: by whom, from what to what, and why."""

    __tablename__ = "expectation_changes"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(["partnership_id", "contest_id"], ["contests.partnership_id", "contests.id"]),
        one_of("from_expectation", Expectation),
        one_of("from_reason", ExpectationReason),
        one_of("to_expectation", Expectation),
        one_of("to_reason", ExpectationReason),
        Index("ix_expectation_changes_invitation", "invitation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    contest_id: Mapped[int | None]
    """The contest that was upheld with it, where there was one."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty where a file brought it."""
    from_expectation: Mapped[Expectation]
    from_reason: Mapped[ExpectationReason | None]
    to_expectation: Mapped[Expectation]
    to_reason: Mapped[ExpectationReason | None]

    changed_by: Mapped[User | None] = relationship(User, foreign_keys=[changed_by_id], lazy="raise", viewonly=True)

"""Actions: what an agency has promised to do, wherever the promise came from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.models.partnerships import Agency
from portal.models.people import User

NOT_CLOSED = f"status != '{ActionStatus.CLOSED.value}'"


class Action(Versioned, Base):
    """One promise with an owner and a day. It is closed only by somebody who has checked that it was kept."""

    __tablename__ = "actions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(["partnership_id", "return_id"], ["audit_returns.partnership_id", "audit_returns.id"]),
        ForeignKeyConstraint(["partnership_id", "question_id"], ["questions.partnership_id", "questions.id"]),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "owner_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        one_of("source", ActionSource),
        one_of("status", ActionStatus),
        one_of("rag", ActionRag),
        at_most("owner_name", 120),
        CheckConstraint(
            f"source != '{ActionSource.AUDIT_ANSWER.value}' OR (return_id IS NOT NULL AND question_id IS NOT NULL)",
            name="audit_answer_is_named",
        ),
        # Access goes by the meeting: an action that holds one is always called what it is.
        CheckConstraint(
            f"(source = '{ActionSource.MEETING.value}') = (meeting_id IS NOT NULL)", name="meeting_is_named"
        ),
        Index("ix_actions_agency", "partnership_id", "agency_id", "status", "due_on"),
        Index(
            "ix_actions_due",
            "partnership_id",
            "due_on",
            sqlite_where=text(NOT_CLOSED),
            postgresql_where=text(NOT_CLOSED),
        ),
        Index("ix_actions_return", "return_id", "question_id"),
        Index("ix_actions_meeting", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    agency_id: Mapped[int]
    source: Mapped[ActionSource]
    return_id: Mapped[int | None]
    question_id: Mapped[int | None]
    meeting_id: Mapped[int | None]
    child_id: Mapped[int | None]
    """The child that it is for, where a meeting's action is not for all of them."""
    what: Mapped[str] = mapped_column(EncryptedText("actions.what"))
    measure: Mapped[str | None] = mapped_column(EncryptedText("actions.measure"))
    """How people will know that it was done."""
    owner_name: Mapped[str] = mapped_column(String(120))
    owner_membership_id: Mapped[int | None]
    """The owner, where they use the portal."""
    due_on: Mapped[date]
    rag: Mapped[ActionRag]
    status: Mapped[ActionStatus]
    evidence: Mapped[str] = mapped_column(EncryptedText("actions.evidence"))
    """What shows that it was done, in the owner's words."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    agency: Mapped[Agency] = relationship(
        Agency, primaryjoin="foreign(Action.agency_id) == Agency.id", lazy="raise", viewonly=True
    )


class ActionUpdate(Base):
    """What was said about an action at one time: how it goes, or why its check failed."""

    __tablename__ = "action_updates"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "action_id"], ["actions.partnership_id", "actions.id"]),
        one_of("rag", ActionRag),
        one_of("status", ActionStatus),
        Index("ix_action_updates_action", "action_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    action_id: Mapped[int]
    rag: Mapped[ActionRag]
    status: Mapped[ActionStatus]
    """What the action was after it."""
    text: Mapped[str] = mapped_column(EncryptedText("action_updates.text"))
    said_at: Mapped[datetime]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    said_by: Mapped[User] = relationship(lazy="raise", viewonly=True)

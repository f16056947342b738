"""The scrutineer's challenges: what was asked of whom by when, every step since, and replies not yet sent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.scrutiny_vocabulary import ScrutinyState, ScrutinyStep
from portal.domain.vocabulary import Role
from portal.models.partnerships import Agency
from portal.models.people import Membership, User


class ScrutinyChallenge(Versioned, Base):
    """One question to one person, everybody in one role, or an agency; no child and no family in it."""

    __tablename__ = "scrutiny_challenges"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "number"),
        ForeignKeyConstraint(
            ["partnership_id", "asked_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        ForeignKeyConstraint(
            ["partnership_id", "asked_agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(
            ["partnership_id", "asked_by_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        one_of("state", ScrutinyState),
        one_of("asked_role", Role),
        CheckConstraint(
            "(CASE WHEN asked_membership_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN asked_role IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN asked_agency_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="asked_of_one",
        ),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("round >= 1", name="round_positive"),
        Index("ix_scrutiny_challenges_due", "partnership_id", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    number: Mapped[int]
    """Counts within the partnership: people call it by this."""
    title: Mapped[str] = mapped_column(EncryptedText("scrutiny_challenges.title"))
    question: Mapped[str] = mapped_column(EncryptedText("scrutiny_challenges.question"))
    asked_membership_id: Mapped[int | None]
    asked_role: Mapped[Role | None]
    asked_agency_id: Mapped[int | None]
    """Its leads reply."""
    due_on: Mapped[date]
    state: Mapped[ScrutinyState]
    round: Mapped[int]
    """How often it was asked: 1 until it is asked again."""
    asked_at: Mapped[datetime]
    asked_by_membership_id: Mapped[int]
    closed_at: Mapped[datetime | None]

    asked_membership: Mapped[Membership | None] = relationship(
        Membership,
        primaryjoin="foreign(ScrutinyChallenge.asked_membership_id) == Membership.id",
        lazy="raise",
        viewonly=True,
    )
    asked_agency: Mapped[Agency | None] = relationship(
        Agency, primaryjoin="foreign(ScrutinyChallenge.asked_agency_id) == Agency.id", lazy="raise", viewonly=True
    )


class ScrutinyEntry(Base):
    """One step of a challenge: never changed, so that whoever reads the log reads what was said."""

    __tablename__ = "scrutiny_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "challenge_id"], ["scrutiny_challenges.partnership_id", "scrutiny_challenges.id"]
        ),
        one_of("step", ScrutinyStep),
        Index("ix_scrutiny_entries_challenge", "challenge_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    challenge_id: Mapped[int]
    step: Mapped[ScrutinyStep]
    text: Mapped[str] = mapped_column(EncryptedText("scrutiny_entries.text"))
    due_on: Mapped[date | None]
    """The day by which it was asked for with this step; empty where the step asks nothing."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    made_by: Mapped[User | None] = relationship(User, lazy="raise", viewonly=True)


class ScrutinyDraft(Versioned, Base):
    """A reply that is being written, for those who were asked alone; it goes when the reply is sent."""

    __tablename__ = "scrutiny_drafts"
    __table_args__ = (
        UniqueConstraint("challenge_id"),
        ForeignKeyConstraint(
            ["partnership_id", "challenge_id"], ["scrutiny_challenges.partnership_id", "scrutiny_challenges.id"]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    challenge_id: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("scrutiny_drafts.text"))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    saved_by: Mapped[User | None] = relationship(User, lazy="raise", viewonly=True)

"""The family at a meeting: who of them was there, what the children think, and which children each agency knows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.family_vocabulary import (
    Exclusion,
    ExclusionReason,
    FamilyPresence,
    FamilyRelation,
    KnowsChild,
    MetBefore,
    ToldBy,
    ViewsGiven,
)
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting

IS_CHILD = f"relation = '{FamilyRelation.CHILD.value}'"
IS_CHILD_THERE = f"{IS_CHILD} AND removed_at IS NULL"
NOT_KNOWN = f"knows = '{KnowsChild.NO.value}' AND settled_at IS NULL"


class FamilyAttendance(Versioned, Base):
    """One person of a family, or at its side, and their part in one meeting; never counted in a quorum.

    Empty means that nobody has said yet. A person who was brought along from the meeting before stands here
    unconfirmed until somebody has looked at them. One who was taken out stays, with the reason.
    """

    __tablename__ = "family_attendances"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "brought_from_id"], ["family_attendances.partnership_id", "family_attendances.id"]
        ),
        one_of("relation", FamilyRelation),
        one_of("told_by", ToldBy),
        one_of("met_before", MetBefore),
        one_of("exclusion", Exclusion),
        one_of("exclusion_reason", ExclusionReason),
        one_of("presence", FamilyPresence),
        CheckConstraint(f"({IS_CHILD}) = (name IS NULL)", name="a_child_is_named_elsewhere"),
        CheckConstraint(f"NOT ({IS_CHILD}) OR child_id IS NOT NULL", name="a_child_is_one_of_the_case"),
        CheckConstraint(f"met_before != '{MetBefore.YES.value}' OR met_on IS NOT NULL", name="met_on_a_day"),
        CheckConstraint(
            f"exclusion IS NULL OR (exclusion = '{Exclusion.NONE.value}') = (exclusion_reason IS NULL)",
            name="excluded_for_a_reason",
        ),
        CheckConstraint("(removed_at IS NULL) = (removed_because IS NULL)", name="removed_for_a_reason"),
        Index("ix_family_attendances_meeting", "meeting_id"),
        Index(
            "ix_family_attendances_child",
            "meeting_id",
            "child_id",
            unique=True,
            sqlite_where=text(IS_CHILD_THERE),
            postgresql_where=text(IS_CHILD_THERE),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    relation: Mapped[FamilyRelation]
    name: Mapped[str | None] = mapped_column(EncryptedText("family_attendances.name"))
    """Empty for a child of the case, whose name stands there."""
    child_id: Mapped[int | None]
    """The child, or the child at whose side an advocate or another person is."""
    invited: Mapped[bool | None]
    told_by: Mapped[ToldBy | None]
    needs_interpreter: Mapped[bool | None]
    language: Mapped[str | None] = mapped_column(EncryptedText("family_attendances.language"))
    needs_advocate: Mapped[bool | None]
    met_before: Mapped[MetBefore | None]
    met_on: Mapped[date | None]
    not_met_because: Mapped[str | None] = mapped_column(EncryptedText("family_attendances.not_met_because"))
    exclusion: Mapped[Exclusion | None]
    exclusion_reason: Mapped[ExclusionReason | None]
    excluded_by: Mapped[str | None] = mapped_column(EncryptedText("family_attendances.excluded_by"))
    exclusion_note: Mapped[str | None] = mapped_column(EncryptedText("family_attendances.exclusion_note"))
    """For those who keep the record and the safeguarding manager alone, whoever may read the rest."""
    presence: Mapped[FamilyPresence | None]
    for_chair_only: Mapped[bool] = mapped_column(default=False)
    """Whether the entry is kept from the invited agencies."""
    brought_from_id: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    removed_because: Mapped[str | None] = mapped_column(EncryptedText("family_attendances.removed_because"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(FamilyAttendance.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    child: Mapped[Child | None] = relationship(
        Child, primaryjoin="foreign(FamilyAttendance.child_id) == Child.id", lazy="raise", viewonly=True
    )


class ChildViews(Versioned, Base):
    """What one child thinks, as one meeting heard it, and how it was given."""

    __tablename__ = "child_views"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "child_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        one_of("given", ViewsGiven),
        CheckConstraint(f"given = '{ViewsGiven.TOO_YOUNG.value}' OR words IS NOT NULL", name="given_in_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    child_id: Mapped[int]
    given: Mapped[ViewsGiven]
    words: Mapped[str | None] = mapped_column(EncryptedText("child_views.words"))
    """The views, in the child's words where they can be; of views not given, why."""
    for_chair_only: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class InvitationChild(Versioned, Base):
    """What one agency says of one of the children that a meeting is about: whether it knows them, and has written."""

    __tablename__ = "invitation_children"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("invitation_id", "child_id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        one_of("knows", KnowsChild),
        CheckConstraint(f"NOT covered_by_report OR knows != '{KnowsChild.NO.value}'", name="covered_means_known"),
        # The coordinator looks for the few that nobody has dealt with yet.
        Index(
            "ix_invitation_children_not_known",
            "partnership_id",
            "invitation_id",
            sqlite_where=text(NOT_KNOWN),
            postgresql_where=text(NOT_KNOWN),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    child_id: Mapped[int]
    knows: Mapped[KnowsChild]
    covered_by_report: Mapped[bool]
    whereabouts: Mapped[str | None] = mapped_column(EncryptedText("invitation_children.whereabouts"))
    """Where a child whom the agency does not know is now, if it can say."""
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who has dealt with it that the agency does not know the child."""

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(InvitationChild.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    child: Mapped[Child] = relationship(
        Child, primaryjoin="foreign(InvitationChild.child_id) == Child.id", lazy="raise", viewonly=True
    )

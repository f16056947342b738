"""The board's own meetings: its groups, their members, and who of them was there. No child and no family in any."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Time,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.board_vocabulary import BoardMeetingStatus, MemberAttendance, SafeguardingPartner


class BoardGroup(Versioned, Base):
    """The board or one of its subgroups, with its own rule of who must be there."""

    __tablename__ = "board_groups"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "name"),
        at_most("name", 120),
        CheckConstraint("quorum_members >= 0 AND quorum_members <= 100", name="quorum_members_within_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    name: Mapped[str] = mapped_column(String(120))
    is_active: Mapped[bool]
    quorum_members: Mapped[int]
    quorum_partners: Mapped[list[str]] = mapped_column(JSON)
    """Values of `SafeguardingPartner` who must be among them."""
    deputies_count: Mapped[bool]
    created_at: Mapped[datetime]


class BoardMember(Versioned, Base):
    """Somebody's seat in a group, from a day on; both days are included, an empty last day means still."""

    __tablename__ = "board_members"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "group_id"], ["board_groups.partnership_id", "board_groups.id"]),
        ForeignKeyConstraint(["partnership_id", "membership_id"], ["memberships.partnership_id", "memberships.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        one_of("partner", SafeguardingPartner),
        at_most("name", 120),
        at_most("role_in_group", 120),
        CheckConstraint("until_on >= from_on", name="until_after_from"),
        Index("ix_board_members_group", "group_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    group_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    membership_id: Mapped[int | None]
    """Their account in the portal, where they have one."""
    agency_id: Mapped[int | None]
    partner: Mapped[SafeguardingPartner | None]
    """The safeguarding partner whom they speak for."""
    role_in_group: Mapped[str] = mapped_column(String(120))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class BoardMeeting(Versioned, Base):
    """One meeting of a group. `record_number` counts what was recorded of it: 0 until it is closed."""

    __tablename__ = "board_meetings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "group_id"], ["board_groups.partnership_id", "board_groups.id"]),
        one_of("status", BoardMeetingStatus),
        at_most("place", 200),
        Index("ix_board_meetings_group", "group_id", "meets_on"),
        Index("ix_board_meetings_day", "partnership_id", "meets_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    group_id: Mapped[int]
    meets_on: Mapped[date]
    start_time: Mapped[time | None] = mapped_column(Time)
    place: Mapped[str] = mapped_column(String(200))
    status: Mapped[BoardMeetingStatus]
    agenda: Mapped[str | None] = mapped_column(EncryptedText("board_meetings.agenda"))
    minutes: Mapped[str | None] = mapped_column(EncryptedText("board_meetings.minutes"))
    record_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    group: Mapped[BoardGroup] = relationship(
        BoardGroup, primaryjoin="foreign(BoardMeeting.group_id) == BoardGroup.id", lazy="raise", viewonly=True
    )


class BoardAttendance(Versioned, Base):
    """Whether one member was at one meeting; the newest word, which figures count once the meeting is closed."""

    __tablename__ = "board_attendances"
    __table_args__ = (
        UniqueConstraint("meeting_id", "member_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["board_meetings.partnership_id", "board_meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "member_id"], ["board_members.partnership_id", "board_members.id"]),
        one_of("attendance", MemberAttendance),
        at_most("deputy_name", 120),
        CheckConstraint("deputy_name IS NULL OR attendance = 'deputy'", name="deputy_only_of_deputy"),
        Index("ix_board_attendances_member", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    member_id: Mapped[int]
    attendance: Mapped[MemberAttendance]
    deputy_name: Mapped[str | None] = mapped_column(String(120))


class BoardMeetingRecord(Base):
    """What was recorded of a meeting when it was closed, and at each correction since: never changed."""

    __tablename__ = "board_meeting_records"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["board_meetings.partnership_id", "board_meetings.id"]),
        at_most("reason", 200),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    number: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(200))
    """Why it was corrected; empty for the first."""
    said: Mapped[str] = mapped_column(EncryptedText("board_meeting_records.said"))
    """Status, rule, attendance and minutes as JSON."""

"""Meetings and the invitations of agencies to them, with the facts that figures count."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.beginnings import lower_case_of
from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant, TriggerKind
from portal.domain.vocabulary import (
    Answer,
    Attendance,
    Expectation,
    ExpectationReason,
    MeetingFormat,
    MeetingStatus,
)
from portal.models.cases import Case
from portal.models.partnerships import Agency, Team
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType

LONGEST_MINUTES = 1440

OPEN = f"status = '{MeetingStatus.SCHEDULED.value}'"
NOT_OURS = f"answer = '{Answer.NOT_OURS.value}'"


class Meeting(Versioned, Base):
    """A conference, strategy meeting or other meeting about one case.

    Days and times of day are London's. `due_on` and the facts below it are worked out from the rule set
    whenever a meeting of the case changes, and stored, so that figures never recount history.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference"),
        ForeignKeyConstraint(
            ["partnership_id", "meeting_type_id"], ["meeting_types.partnership_id", "meeting_types.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "chair_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        ForeignKeyConstraint(["partnership_id", "follows_id"], ["meetings.partnership_id", "meetings.id"]),
        one_of("status", MeetingStatus),
        one_of("format", MeetingFormat),
        one_of("variant", MeetingVariant),
        one_of("trigger_kind", TriggerKind),
        one_of("inquorate_reason", InquorateReason),
        CheckConstraint(
            f"duration_minutes >= 1 AND duration_minutes <= {LONGEST_MINUTES}", name="duration_within_a_day"
        ),
        at_most("reference", 40),
        Index("ix_meetings_scheduled", "partnership_id", "scheduled_on", "start_time", "id"),
        Index("ix_meetings_held", "partnership_id", "held_on"),
        # Registers that wait to be closed are few among all meetings that ever were.
        Index(
            "ix_meetings_open", "partnership_id", "scheduled_on", sqlite_where=text(OPEN), postgresql_where=text(OPEN)
        ),
        Index("ix_meetings_case", "case_id"),
        Index("ix_meetings_lower_reference", "partnership_id", "lower_reference"),
        Index("ix_meetings_chair", "partnership_id", "chair_membership_id", "scheduled_on", "start_time", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    reference: Mapped[str] = mapped_column(String(40))
    lower_reference: Mapped[str | None] = lower_case_of("reference")
    meeting_type_id: Mapped[int]
    case_id: Mapped[int]
    chair_membership_id: Mapped[int | None]
    variant: Mapped[MeetingVariant | None]
    follows_id: Mapped[int | None]
    """The meeting that this one goes on from: the one that was adjourned, or the one before in a series."""
    named_people_only: Mapped[bool] = mapped_column(default=False)
    """Whether only the people named on it see it, whatever agency they are of."""
    trigger_kind: Mapped[TriggerKind | None]
    section_47_on: Mapped[date | None]
    """When the enquiry began: the clock of the national statistics, beside the guidance's `trigger_on`."""
    trigger_on: Mapped[date | None]
    trigger_time: Mapped[time | None] = mapped_column(Time)
    scheduled_on: Mapped[date]
    start_time: Mapped[time | None] = mapped_column(Time)
    duration_minutes: Mapped[int | None]
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    """Rises with each change that calendars must take over (SEQUENCE of RFC 5545)."""
    held_on: Mapped[date | None]
    held_time: Mapped[time | None] = mapped_column(Time)
    status: Mapped[MeetingStatus]
    format: Mapped[MeetingFormat]
    place: Mapped[str | None] = mapped_column(EncryptedText("meetings.place"))
    link: Mapped[str | None] = mapped_column(EncryptedText("meetings.link"))
    note: Mapped[str | None] = mapped_column(EncryptedText("meetings.note"))
    """What the chair wrote when closing the register: free text about the case."""
    interim_safety_plan: Mapped[bool | None]
    inquorate_reason: Mapped[InquorateReason | None]
    """Why it went on without its quorum; empty where it did not."""
    inquorate_note: Mapped[str | None] = mapped_column(EncryptedText("meetings.inquorate_note"))
    interim_plan: Mapped[str | None] = mapped_column(EncryptedText("meetings.interim_plan"))
    """How the child is kept safe until an adjourned conference is held."""
    due_on: Mapped[date | None]
    in_time: Mapped[bool | None]
    quorate: Mapped[bool | None]
    all_core_agencies: Mapped[bool | None]
    all_expected_agencies: Mapped[bool | None]
    group_meeting: Mapped[bool | None]
    register_closed_at: Mapped[datetime | None]
    register_closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    meeting_type: Mapped[MeetingType] = relationship(
        MeetingType,
        primaryjoin="foreign(Meeting.meeting_type_id) == MeetingType.id",
        lazy="raise",
        viewonly=True,
    )
    case: Mapped[Case] = relationship(
        Case, primaryjoin="foreign(Meeting.case_id) == Case.id", lazy="raise", viewonly=True
    )
    chair: Mapped[Membership | None] = relationship(
        Membership,
        primaryjoin="foreign(Meeting.chair_membership_id) == Membership.id",
        lazy="raise",
        viewonly=True,
    )
    invitations: Mapped[list[Invitation]] = relationship(
        primaryjoin="Meeting.id == foreign(Invitation.meeting_id)", lazy="raise", viewonly=True
    )

    @property
    def day(self) -> date:
        """The day that counts: held, else scheduled."""
        return self.held_on or self.scheduled_on


class Invitation(Versioned, Base):
    """One agency's part in one meeting: an expectation, and two independent facts, attendance and report.

    `attendance` is the counted fact: what the chair confirmed, and until then what the agency declared.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "agency_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(["partnership_id", "team_id"], ["teams.partnership_id", "teams.id"]),
        one_of("expectation", Expectation),
        one_of("expectation_reason", ExpectationReason),
        one_of("answer", Answer),
        one_of("attendance", Attendance),
        one_of("declared_attendance", Attendance),
        one_of("confirmed_attendance", Attendance),
        one_of("present_by", (Attendance.IN_PERSON, Attendance.VIDEO, Attendance.TELEPHONE)),
        # In the order of the calendar, with all that access asks of an invitation: an agency's meetings are found and
        # counted here, however many meetings there are of others.
        Index(
            "ix_invitations_agency",
            "partnership_id",
            "agency_id",
            "meeting_on",
            "meeting_id",
            "expectation",
            "answer",
            "team_id",
        ),
        # "Done this month" on Home asks for a few rows of an agency that may have tens of thousands.
        Index("ix_invitations_answered", "partnership_id", "agency_id", "answered_at"),
        Index("ix_invitations_received", "partnership_id", "agency_id", "report_received_on"),
        # A coordinator deals with the few among all of them that an agency says are not its own. It holds all that is
        # asked of these, so that SQLite takes it rather than a longer one that does.
        Index(
            "ix_invitations_not_ours",
            "partnership_id",
            "meeting_id",
            "agency_id",
            "expectation",
            "answer",
            sqlite_where=text(NOT_OURS),
            postgresql_where=text(NOT_OURS),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    meeting_id: Mapped[int]
    meeting_on: Mapped[date]
    """The meeting's scheduled day, kept by services/case_facts.py."""
    agency_id: Mapped[int]
    team_id: Mapped[int | None]
    expectation: Mapped[Expectation]
    expectation_reason: Mapped[ExpectationReason | None]

    answer: Mapped[Answer | None]
    answer_note: Mapped[str | None] = mapped_column(EncryptedText("invitations.answer_note"))
    """The deputy's name, the reason for apologies, or where a child is now."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    coordinator_note: Mapped[str | None] = mapped_column(EncryptedText("invitations.coordinator_note"))
    """What the coordinator wrote to the agency when sending "not ours" back to it."""

    attendance: Mapped[Attendance | None]
    declared_attendance: Mapped[Attendance | None]
    declared_at: Mapped[datetime | None]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_attendance: Mapped[Attendance | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty where the confirmation came with an import, which a later import may correct."""
    confirmed_note: Mapped[str | None] = mapped_column(EncryptedText("invitations.confirmed_note"))
    present_by: Mapped[Attendance | None]
    is_deputy: Mapped[bool] = mapped_column(default=False)
    left_early: Mapped[bool] = mapped_column(default=False)

    report_due_given: Mapped[date | None]
    """The due day a file gave; empty where the rule set says it."""
    report_due_on: Mapped[date | None]
    report_received_on: Mapped[date | None]
    report_shared_on: Mapped[date | None]
    consulted_on: Mapped[date | None]
    created_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship(
        Meeting, primaryjoin="foreign(Invitation.meeting_id) == Meeting.id", lazy="raise", viewonly=True
    )
    agency: Mapped[Agency] = relationship(
        Agency, primaryjoin="foreign(Invitation.agency_id) == Agency.id", lazy="raise", viewonly=True
    )
    team: Mapped[Team | None] = relationship(
        Team, primaryjoin="foreign(Invitation.team_id) == Team.id", lazy="raise", viewonly=True
    )
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id], lazy="raise", viewonly=True)
    declared_by: Mapped[User | None] = relationship(foreign_keys=[declared_by_id], lazy="raise", viewonly=True)
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id], lazy="raise", viewonly=True)

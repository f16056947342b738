"""A group's meeting: its page, who was there, and every record that was made of it.

The newest word stands in rows of its own, which figures count once the meeting is closed. At closing, and at each
correction since, all that was said is also kept as a numbered record that nobody changes, with who and when.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.board_attendance import BoardQuorum, Entry, Lacking, Seat, lacking, quorum_words
from portal.domain.board_vocabulary import OVER, BoardMeetingStatus, MemberAttendance, SafeguardingPartner
from portal.domain.labels import label
from portal.models.board_meetings import BoardAttendance, BoardGroup, BoardMeeting, BoardMeetingRecord, BoardMember
from portal.models.partnerships import Agency
from portal.models.people import User
from portal.services.board_meetings.groups import is_member_on, quorum_of
from portal.services.board_meetings.planning import MeetingDetails, details_of, own_meeting


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A member of the meeting's day, with what is recorded of them."""

    member_id: int
    name: str
    role_in_group: str
    agency: str
    partner: SafeguardingPartner | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One of the records that were made: what it said, by whom and when."""

    number: int
    made_at: datetime
    made_by: str
    reason: str
    status: BoardMeetingStatus
    attendance: tuple[tuple[str, str], ...]
    minutes: str


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A meeting's own page; the rule is that of its newest record, and the group's own until there is one."""

    id: int
    group_id: int
    group: str
    details: MeetingDetails
    status: BoardMeetingStatus
    minutes: str
    seats: tuple[SeatRow, ...]
    records: tuple[RecordRow, ...]
    rule: BoardQuorum
    version: int
    may_change: bool
    may_record: bool
    may_correct: bool

    @property
    def rule_words(self) -> str:
        """Who must be there, in plain words."""
        return quorum_words(self.rule)

    @property
    def lacking(self) -> Lacking:
        """What it needs to be quorate, by what is recorded so far."""
        return lacking(self.rule, (Seat(seat.partner, seat.entry.attendance) for seat in self.seats))

    @property
    def is_over(self) -> bool:
        """Whether it was held, or opened."""
        return self.status in OVER


def find_meeting(viewer: Viewer, meeting_id: int) -> MeetingPage:
    """A meeting with who was there and every record made of it, by five queries; raises NotVisible."""
    meeting, session = own_meeting(viewer, meeting_id), db.session()
    group = session.scalars(select(BoardGroup).where(BoardGroup.id == meeting.group_id)).one()
    records = records_of(session, meeting.id)
    return MeetingPage(
        id=meeting.id,
        group_id=group.id,
        group=group.name,
        details=details_of(meeting),
        status=meeting.status,
        minutes=meeting.minutes or "",
        seats=seats_of(session, meeting),
        records=tuple(_record_row(record, name) for record, name in records),
        rule=rule_in(records[0][0]) if records else quorum_of(group),
        version=meeting.version,
        may_change=access.may_change(viewer, meeting),
        may_record=access.may_record(viewer, meeting),
        may_correct=access.may_correct(viewer, meeting),
    )


def seats_of(session: Session, meeting: BoardMeeting) -> tuple[SeatRow, ...]:
    """Who was a member on the meeting's day, and whoever attendance is recorded of anyway; by name."""
    rows = session.execute(
        select(BoardMember, Agency.name, BoardAttendance.attendance, BoardAttendance.deputy_name)
        .outerjoin(Agency, Agency.id == BoardMember.agency_id)
        .outerjoin(
            BoardAttendance,
            (BoardAttendance.member_id == BoardMember.id) & (BoardAttendance.meeting_id == meeting.id),
        )
        .where(
            BoardMember.group_id == meeting.group_id,
            or_(is_member_on(meeting.meets_on), BoardAttendance.id.is_not(None)),
        )
        .order_by(BoardMember.name, BoardMember.id)
    )
    return tuple(
        SeatRow(
            member.id,
            member.name,
            member.role_in_group,
            agency or "",
            member.partner,
            Entry(attendance, deputy_name or ""),
        )
        for member, agency, attendance, deputy_name in rows
    )


def records_of(session: Session, meeting_id: int) -> Sequence[tuple[BoardMeetingRecord, str | None]]:
    """Every record of a meeting with who made it, the newest first."""
    rows = session.execute(
        select(BoardMeetingRecord, User.name)
        .outerjoin(User, User.id == BoardMeetingRecord.made_by_id)
        .where(BoardMeetingRecord.meeting_id == meeting_id)
        .order_by(BoardMeetingRecord.number.desc())
    )
    return [(record, name) for record, name in rows]


def _record_row(record: BoardMeetingRecord, made_by: str | None) -> RecordRow:
    said: dict[str, Any] = json.loads(record.said)
    return RecordRow(
        number=record.number,
        made_at=record.made_at,
        made_by=made_by or "",
        reason=record.reason,
        status=BoardMeetingStatus(said["status"]),
        attendance=tuple((one["name"], _entry_words(one["attendance"], one["deputy"])) for one in said["attendance"]),
        minutes=said["minutes"],
    )


def rule_in(record: BoardMeetingRecord) -> BoardQuorum:
    """The group's quorum as it was when a record was signed, which later changes of the group leave alone."""
    rule = json.loads(record.said)["rule"]
    partners = frozenset(SafeguardingPartner(partner) for partner in rule["partners"])
    return BoardQuorum(rule["members"], partners, rule["deputies_count"])


def _entry_words(attendance: str, deputy: str) -> str:
    words = label(MemberAttendance(attendance))
    return f"{words}: {deputy}" if deputy else words

"""A group's own page: its members with what the last year of meetings came to for each, and for each agency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.board_attendance import MONTHS_COUNTED, Attended, attended, best_of, quorum_words
from portal.domain.board_vocabulary import OVER, BoardMeetingStatus, MemberAttendance, SafeguardingPartner
from portal.domain.working_days import add_months
from portal.models.board_meetings import BoardAttendance, BoardMeeting, BoardMember
from portal.models.partnerships import Agency
from portal.services.board_meetings.groups import GroupDetails, details_of, own_group

MOST_MEETINGS = 50
"""So many of a group's meetings stand on its page, the latest of them: more than a decade of a quarterly board."""


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting of a group, in a list; `there` and `asked` are known once it is over."""

    id: int
    meets_on: date
    status: BoardMeetingStatus
    there: int
    asked: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member with what the last year came to."""

    id: int
    name: str
    role_in_group: str
    agency: str
    partner: SafeguardingPartner | None
    until_on: date | None
    has_left: bool
    attended: Attended


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency with what the last year came to: at a meeting it was there as its member who was most there."""

    agency: str
    attended: Attended


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group's own page; attendance counts the meetings that were held, or opened, from `since` until today."""

    id: int
    details: GroupDetails
    version: int
    since: date
    members: tuple[MemberRow, ...]
    agencies: tuple[AgencyRow, ...]
    coming: tuple[MeetingRow, ...]
    over: tuple[MeetingRow, ...]
    may_keep: bool
    may_plan: bool

    @property
    def name(self) -> str:
        """What it is called."""
        return self.details.name

    @property
    def rule_words(self) -> str:
        """Who must be there, in plain words."""
        return quorum_words(self.details.quorum)


def find_group(viewer: Viewer, group_id: int) -> GroupPage:
    """A group with its members, their attendance of the last twelve months and its meetings, by four queries.

    Whoever left within these months stands among them, so that the meetings they missed do not vanish with them.
    Raises NotVisible.
    """
    group, session, today = own_group(viewer, group_id), db.session(), viewer.today
    since = add_months(today, -MONTHS_COUNTED)
    members = session.execute(
        select(BoardMember, Agency.name)
        .outerjoin(Agency, Agency.id == BoardMember.agency_id)
        .where(BoardMember.group_id == group.id, or_(BoardMember.until_on.is_(None), BoardMember.until_on >= since))
        .order_by(BoardMember.name, BoardMember.id)
    ).all()
    meetings = session.scalars(
        select(BoardMeeting)
        .where(BoardMeeting.group_id == group.id)
        .order_by(BoardMeeting.meets_on.desc(), BoardMeeting.id.desc())
        .limit(MOST_MEETINGS)
    ).all()
    recorded = _recorded(session, [meeting.id for meeting in meetings if meeting.status in OVER])
    counted = {meeting.id for meeting in meetings if meeting.status in OVER and since < meeting.meets_on <= today}
    rows = [_member_row(member, agency, recorded, counted, today) for member, agency in members]
    return GroupPage(
        id=group.id,
        details=details_of(group),
        version=group.version,
        since=since,
        members=tuple(sorted(rows, key=lambda row: row.has_left)),
        agencies=_by_agency([(member.id, agency) for member, agency in members], recorded, counted),
        coming=tuple(_meeting_row(meeting, recorded) for meeting in reversed(meetings) if _is_coming(meeting)),
        over=tuple(_meeting_row(meeting, recorded) for meeting in meetings if not _is_coming(meeting)),
        may_keep=access.may_keep(viewer, group),
        may_plan=access.may_plan(viewer, group),
    )


_Recorded = dict[int, dict[int, MemberAttendance]]
"""By meeting, then by member."""


def _recorded(session: Session, meeting_ids: Sequence[int]) -> _Recorded:
    found: _Recorded = defaultdict(dict)
    for meeting_id, member_id, attendance in session.execute(
        select(BoardAttendance.meeting_id, BoardAttendance.member_id, BoardAttendance.attendance).where(
            BoardAttendance.meeting_id.in_(meeting_ids)
        )
    ):
        found[meeting_id][member_id] = attendance
    return found


def _member_row(
    member: BoardMember, agency: str | None, recorded: _Recorded, counted: Iterable[int], today: date
) -> MemberRow:
    theirs = [recorded[meeting_id][member.id] for meeting_id in counted if member.id in recorded[meeting_id]]
    has_left = member.until_on is not None and member.until_on < today
    return MemberRow(
        member.id,
        member.name,
        member.role_in_group,
        agency or "",
        member.partner,
        member.until_on,
        has_left,
        attended(theirs),
    )


def _by_agency(
    members: Iterable[tuple[int, str | None]], recorded: _Recorded, counted: Iterable[int]
) -> tuple[AgencyRow, ...]:
    of_agency: dict[str, set[int]] = defaultdict(set)
    for member_id, agency in members:
        if agency:
            of_agency[agency].add(member_id)
    rows = []
    for agency, theirs in sorted(of_agency.items()):
        at_each = [
            [there for member_id, there in recorded[meeting_id].items() if member_id in theirs]
            for meeting_id in counted
        ]
        rows.append(AgencyRow(agency, attended(best_of(there) for there in at_each if there)))
    return tuple(rows)


def _is_coming(meeting: BoardMeeting) -> bool:
    """Also one of an earlier day whose record is still open: it is to be dealt with."""
    return meeting.status is BoardMeetingStatus.SCHEDULED


def _meeting_row(meeting: BoardMeeting, recorded: _Recorded) -> MeetingRow:
    there = attended(recorded[meeting.id].values())
    return MeetingRow(meeting.id, meeting.meets_on, meeting.status, there.represented, there.meetings)

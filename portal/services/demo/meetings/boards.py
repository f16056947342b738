"""The board's own meetings: an executive board and two subgroups, a year of who was there, and what is to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.board_attendance import BoardQuorum, Entry
from portal.domain.board_vocabulary import BoardMeetingStatus, MemberAttendance, SafeguardingPartner
from portal.domain.vocabulary import Role
from portal.domain.working_days import add_months, add_working_days, london_instant
from portal.models.board_meetings import BoardMeeting
from portal.services.board_meetings.groups import GroupDetails, add_group
from portal.services.board_meetings.members import MemberDetails, add_member
from portal.services.board_meetings.planning import MeetingDetails, plan_meeting
from portal.services.board_meetings.recording import Said, close_meeting
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import Who
from portal.services.demo.meetings.households import code_of
from portal.services.demo.people import DemoPerson

PARTNERS = {
    "CHILDREN": SafeguardingPartner.LOCAL_AUTHORITY,
    "POLICE": SafeguardingPartner.POLICE,
    "HV": SafeguardingPartner.HEALTH,
}
CHAMBER = "Council chamber"
_AGENDA = "Figures of the quarter. Reviews under way. What the subgroups ask for."
_MINUTES = "The figures were gone through. The subgroups’ requests were agreed. Next time: the annual report."
_DEPUTIES = ("Rowena Tarrant", "Ulick Byrne")


@dataclass(frozen=True, slots=True)
class Group:
    """A group, its members by their agencies, the months between two of its meetings, and who must come."""

    name: str
    agencies: tuple[str, ...]
    every: int
    quorum: BoardQuorum
    ahead: int
    """Working days to its next meeting."""
    put_off: int | None = None
    """Which of the year's meetings opened with too few, and put its business off."""


GROUPS = (
    Group(
        "Executive board",
        ("CHILDREN", "POLICE", "HV", "SCH-1", "PROB"),
        3,
        BoardQuorum(4, frozenset(SafeguardingPartner)),
        9,
    ),
    Group(
        "Quality and performance subgroup",
        ("CHILDREN", "POLICE", "HV", "GP-1", "MH", "HOUS"),
        2,
        BoardQuorum(3),
        6,
        put_off=3,
    ),
    Group("Learning and review subgroup", ("CHILDREN", "POLICE", "SCH-1", "VOL"), 4, BoardQuorum(3), 15),
)


def plan(cast: Cast, founded: int) -> None:
    """Have the business manager set the groups up when the portal is begun with, and record each of their meetings."""
    manager = cast.wide(Role.BUSINESS_MANAGER)
    begun = add_working_days(cast.today, founded + 2)
    for group in GROUPS:
        _plan_group(cast, group, manager, begun)


def _plan_group(cast: Cast, group: Group, manager: Who, begun: date) -> None:
    ids: list[int] = []
    members: dict[int, int] = {}

    def set_up(viewer: Viewer) -> None:
        ids.append(add_group(viewer, GroupDetails(group.name, group.quorum)))
        for place, details in enumerate(_members(cast, group, viewer)):
            members[add_member(viewer, ids[0], details)] = place

    cast.diary.add(london_instant(begun, time(9, 10)), manager, set_up)
    for number, day in enumerate(_days(cast.today, group)):
        held = _Held(day, number, number == group.put_off)
        _plan_meeting(cast, ids, members, held, london_instant(max(day, begun), time(16, 10 + number)), manager)
    coming = MeetingDetails(add_working_days(cast.today, group.ahead), CHAMBER, time(10), _AGENDA)
    cast.at(-10, lambda viewer: _arrange(viewer, ids[0], coming), manager, 15)


@dataclass(frozen=True, slots=True)
class _Held:
    """One meeting of the last year, by its number among them."""

    day: date
    number: int
    is_put_off: bool


def _plan_meeting(
    cast: Cast, ids: Sequence[int], members: Mapping[int, int], held: _Held, at: datetime, manager: Who
) -> None:
    """Those from before the portal are put in afterwards."""

    def write(viewer: Viewer) -> None:
        meeting_id = plan_meeting(viewer, ids[0], MeetingDetails(held.day, CHAMBER, time(10), _AGENDA))
        version = db.session.get_one(BoardMeeting, meeting_id).version
        if held.is_put_off:
            nobody = {member: Entry(MemberAttendance.APOLOGIES) for member in members}
            close_meeting(viewer, meeting_id, Said(nobody), BoardMeetingStatus.INQUORATE, version=version)
            return
        entries = {member: _there(place, held.number) for member, place in members.items()}
        close_meeting(viewer, meeting_id, Said(entries, _MINUTES), BoardMeetingStatus.HELD, version=version)

    cast.diary.add(at, manager, write)


def _arrange(viewer: Viewer, group_id: int, details: MeetingDetails) -> None:
    plan_meeting(viewer, group_id, details)


def _there(place: int, number: int) -> Entry:
    """Most come, one sends a deputy now and then, and the last of a group is often missing."""
    if place and (place + number) % 5 == 0:
        return Entry(MemberAttendance.DEPUTY, _DEPUTIES[number % len(_DEPUTIES)])
    if place > 2 and (place + number) % 3 == 0:
        return Entry(MemberAttendance.ABSENT if number % 2 else MemberAttendance.APOLOGIES)
    return Entry(MemberAttendance.PRESENT)


def _members(cast: Cast, group: Group, viewer: Viewer) -> list[MemberDetails]:
    here = [one for one in cast.everyone if one.partnership == cast.place.name]
    first = add_months(cast.today, -14)
    found = [_of_agency(cast, here, name, first) for name in group.agencies]
    board = next(one for one in here if one.role is Role.BOARD_MEMBER)
    scrutineer = next(one for one in here if one.role is Role.SCRUTINEER)
    for person, role in ((board, "Lead member"), (scrutineer, "Independent scrutineer")):
        membership = cast.membership(Who(person.email), viewer.now)
        found.append(MemberDetails(person.name, role, first, membership_id=membership))
    return found


def _of_agency(cast: Cast, here: Sequence[DemoPerson], name: str, first: date) -> MemberDetails:
    code = code_of(cast, name)
    lead = next(one for one in here if one.agency == code and one.role is Role.AGENCY_LEAD)
    role = "Chair" if name == "CHILDREN" else "Member"
    return MemberDetails(lead.name, role, first, agency_id=cast.ids[code], partner=PARTNERS.get(name))


def _days(today: date, group: Group) -> list[date]:
    """The group's meetings of the last twelve months, on working days, the earliest first."""
    months = range(12 - group.every, 0, -group.every)
    return [add_working_days(add_months(today, -number) + timedelta(days=1), -1) for number in months]

"""One invented meeting that is opened in the portal: arranged, answered, held, and its register closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import TriggerKind
from portal.domain.registers import Mark
from portal.domain.scheduling_vocabulary import MoveReason
from portal.domain.vocabulary import AgencyType, Answer, Attendance, Expectation, MeetingFormat, MeetingStatus, Role
from portal.domain.working_days import add_working_days
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import Deed, Who
from portal.services.demo.meetings.households import Household, Households, because
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.registers.closing import Closing, close_register
from portal.services.registers.marking import Entry, record
from portal.services.registers.sheet import read_register
from portal.services.scheduling.opening import InvitedAgency, Opening, open_meeting

ROOM = "Meeting room 2, first floor. The lift is beside reception."
LINK = "https://video.demo.example/room-2"
WENT_AHEAD = Closing(0, 0, date.min, None, MeetingStatus.HELD)
"""What is said on closing where there is nothing to say; version and day are the sheet's."""


@dataclass(slots=True)
class Stage:
    """What all of one partnership's meetings are made with; `counted_until` ends the quarters that are published."""

    cast: Cast
    households: Households
    counted_until: date

    @property
    def coordinator(self) -> Who:
        """Who opens meetings."""
        return self.cast.wide(Role.COORDINATOR)

    def day(self, days: int) -> date:
        """The day so many working days from the demonstration's."""
        return add_working_days(self.cast.today, days)

    def is_free(self, days: int) -> bool:
        """Whether a meeting on that day changes no published figure."""
        return self.day(days) > self.counted_until

    def at(self, days: int, deed: Deed, who: Who, hour: int) -> None:
        """Plan a deed so many working days from the demonstration's day."""
        self.cast.at(days, deed, who, hour)

    def said(self, text: str, kind: str) -> str:
        """A text with a mark of its own, so that a leaked one can be traced."""
        return f"{text} Our file {self.cast.mark(kind)}."


@dataclass(slots=True)
class Gathering:
    """A meeting so many working days from the demonstration's day; its id is known once it is opened."""

    kind: str
    family: Household
    day: int
    chair: Who
    opened: int
    hour: int = 14
    trigger: TriggerKind | None = None
    triggered: int | None = None
    late: MoveReason | None = None
    has_chair: bool = True
    """Panels have none: the coordinator keeps them."""
    id: int = 0


def arrange(stage: Stage, meeting: Gathering) -> None:
    """Have the coordinator open it and ask the agencies that know the family."""
    stage.at(meeting.opened, lambda viewer: _open(stage, meeting, viewer), stage.coordinator, 9)


def hold(
    stage: Stage, meeting: Gathering, *, absent: Collection[AgencyType] = (), closing: Closing = WENT_AHEAD
) -> None:
    """Have it arranged, held, and its register closed on its day."""
    arrange(stage, meeting)
    keeper = meeting.chair if meeting.has_chair else stage.coordinator
    stage.at(meeting.day, lambda viewer: _close(viewer, meeting.id, absent, closing), keeper, 17)


def answers(
    stage: Stage, meeting: Gathering, given: Iterable[tuple[str, Answer, str]], days: int, hour: int = 11
) -> None:
    """Have agencies answer: each by its code, with what it says beside its answer."""
    for code, answer, note in given:
        stage.at(days, _saying(stage, meeting, code, answer, note), stage.cast.lead(code), hour)


def invitation_of(stage: Stage, meeting: Gathering, code: str) -> Invitation:
    """An agency's invitation to a meeting that has been opened."""
    return db.session.scalars(
        select(Invitation).where(Invitation.meeting_id == meeting.id, Invitation.agency_id == stage.cast.ids[code])
    ).one()


def _open(stage: Stage, meeting: Gathering, viewer: Viewer) -> None:
    cast, family = stage.cast, meeting.family
    chair = cast.membership(meeting.chair, viewer.now) if meeting.has_chair else None
    opening = Opening(
        kind=meeting.kind,
        family=family.opened,
        scheduled_on=stage.day(meeting.day),
        format=MeetingFormat.HYBRID,
        start_time=time(meeting.hour),
        duration_minutes=90,
        place=ROOM,
        link=LINK,
        chair_membership_id=chair,
        agencies=tuple(InvitedAgency(cast.ids[code], Expectation.EXPECTED, because(code)) for code in family.codes),
        trigger_kind=meeting.trigger,
        trigger_on=None if meeting.triggered is None else stage.day(meeting.triggered),
        late_reason=meeting.late,
    )
    meeting.id = open_meeting(viewer, opening)
    family.case_id = db.session.get_one(Meeting, meeting.id).case_id
    children = select(Child.id).where(Child.case_id == family.case_id).order_by(Child.id)
    family.child_ids = tuple(db.session.scalars(children))


def _saying(stage: Stage, meeting: Gathering, code: str, answer: Answer, note: str) -> Deed:
    def say(viewer: Viewer) -> None:
        seen = seen_answer(invitation_of(stage, meeting, code))
        answer_invitation(viewer, meeting.id, answer, note, seen)

    return say


def _close(viewer: Viewer, meeting_id: int, absent: Collection[AgencyType], closing: Closing) -> None:
    sheet = read_register(viewer, meeting_id)
    entries = {
        row.invitation_id: Entry(
            row.seen, Mark(Attendance.APOLOGIES if row.agency_type in absent else Attendance.IN_PERSON)
        )
        for row in sheet.unset
    }
    record(viewer, meeting_id, entries)
    sheet = read_register(viewer, meeting_id)
    said = replace(
        closing, version=sheet.version, seen=sheet.seen, held_on=sheet.scheduled_on, held_time=sheet.start_time
    )
    close_register(viewer, meeting_id, said)

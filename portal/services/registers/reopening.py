"""Opening a closed register again, to correct it: with a reason, and what it said before is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from portal.access import meetings as meetings_access
from portal.access import registers as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.registers import NOT_SET, REOPENING_LIMIT, Mark, mark_words
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.models.meetings import Meeting
from portal.models.people import User
from portal.models.registers import RegisterClosing
from portal.models.rule_sets import MeetingType
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day
from portal.services.registers.queries import rows_of
from portal.services.registers.seals import sealed_because
from portal.services.registers.sheet import mark_in


@dataclass(frozen=True, slots=True)
class ClosedRegister:
    """A closed register that the viewer may open again, and why nobody may now; empty where they may."""

    meeting_id: int
    version: int
    type_name: str
    held_on: date
    status: MeetingStatus
    closed_at: datetime
    closed_by: str
    sealed: str


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """What one agency's row said before, and whether it says something else now."""

    agency_name: str
    words: str
    note: str
    differs: bool


@dataclass(frozen=True, slots=True)
class EarlierClosing:
    """One closing that was opened again, as it stood."""

    number: int
    closed_at: datetime
    closed_by: str
    held_on: date | None
    status: MeetingStatus
    quorate: bool | None
    note: str
    inquorate_reason: InquorateReason | None
    inquorate_note: str
    interim_plan: str
    reopened_at: datetime
    reopened_by: str
    reason: str
    rows: tuple[ClosingRow, ...]


def read_closed(viewer: Viewer, meeting_id: int) -> ClosedRegister:
    """What the viewer would open again. Raises NotVisible, and NotPermitted where it is not closed or not theirs to."""
    session: Session = db.session()
    meeting, type_name, closed_by = _meeting(session, viewer, meeting_id)
    return ClosedRegister(
        meeting_id=meeting_id,
        version=meeting.version,
        type_name=type_name,
        held_on=meeting.day,
        status=meeting.status,
        closed_at=meeting.register_closed_at or viewer.now,
        closed_by=closed_by,
        sealed=sealed_because(session, meeting),
    )


def reopen_register(viewer: Viewer, meeting_id: int, reason: str, version: int) -> None:
    """Open a closed register again; what it said is kept beside what it will say, and its facts stand until then.

    The chair is asked to close it again. Raises NotVisible, NotPermitted, Invalid for a missing or too long reason,
    and Conflict where somebody else changed the meeting or what follows from the register keeps it closed.
    """
    if not reason or len(reason) > REOPENING_LIMIT:
        sentence = (
            f"Shorten the reason to {REOPENING_LIMIT:,} characters or fewer. It has {len(reason):,} now"
            if reason
            else "Say what has to be corrected"
        )
        raise Invalid("Say why.", errors={"reason": [sentence]})
    with changing(viewer) as change:
        session = change.session
        seen, _, _ = _meeting(session, viewer, meeting_id)
        case_facts.hold(session, seen.partnership_id, [seen.case_id])
        session.refresh(seen)
        meeting, type_name, _ = _meeting(session, viewer, meeting_id)
        if meeting.version != version:
            raise Conflict("Somebody else changed this meeting a moment ago. The register is still closed.")
        sealed = sealed_because(session, meeting)
        if sealed:
            raise Conflict(sealed)
        number = _keep(change, meeting, reason)
        session.execute(
            update(Meeting)
            .where(Meeting.id == meeting_id)
            .values(register_closed_at=None, register_closed_by_id=None, version=Meeting.version + 1)
            .execution_options(synchronize_session=False)
        )
        change.log("register.reopened", "meeting", meeting_id)
        if meeting.chair_membership_id is not None:
            day = office_day(session, meeting.partnership_id, viewer.today)
            told = Telling(
                NoticeKind.REGISTER_TO_CLOSE,
                "meeting",
                meeting_id,
                what=day.meeting_words(type_name, meeting.day),
                again=f"opened-again-{number}",
            )
            tell(change, meeting.partnership_id, [meeting.chair_membership_id], told)


def earlier_closings(viewer: Viewer, meeting_id: int) -> tuple[EarlierClosing, ...]:
    """What a register said before, the newest first; by one query where it was never opened again."""
    session: Session = db.session()
    closer, opener = aliased(User), aliased(User)
    found = session.execute(
        access.closings_visible_to(viewer)
        .where(RegisterClosing.meeting_id == meeting_id)
        .outerjoin(closer, closer.id == RegisterClosing.closed_by_id)
        .outerjoin(opener, opener.id == RegisterClosing.reopened_by_id)
        .add_columns(closer.name.label("closer"), opener.name.label("opener"))
        .order_by(RegisterClosing.number.desc())
    ).all()
    if not found:
        return ()
    rows = {row.invitation_id: row for row in rows_of(session, viewer, meeting_id)}
    return tuple(_earlier(kept, closer or "", opener or "", rows) for kept, closer, opener in found)


def _meeting(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Meeting, str, str]:
    found = session.execute(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(User, User.id == Meeting.register_closed_by_id)
        .add_columns(MeetingType.name, User.name)
    ).one_or_none()
    if found is None:
        raise NotVisible("No such meeting.")
    meeting, type_name, closed_by = found
    if not access.may_reopen(viewer, meeting):
        raise NotPermitted("This register cannot be opened again now.")
    return meeting, type_name, closed_by or ""


def _keep(change: Change, meeting: Meeting, reason: str) -> int:
    """Write down what the register says, before it is changed; returns the number of the version."""
    session = change.session
    before = session.scalar(
        select(func.count()).select_from(RegisterClosing).where(RegisterClosing.meeting_id == meeting.id)
    )
    number = (before or 0) + 1
    entries = [
        [row.invitation_id, row.confirmed_attendance, *_entered(mark_in(row)), row.confirmed_note or ""]
        for row in _rows(change, meeting.id)
    ]
    session.add(
        RegisterClosing(
            partnership_id=meeting.partnership_id,
            meeting_id=meeting.id,
            number=number,
            closed_at=meeting.register_closed_at or change.viewer.now,
            closed_by_id=meeting.register_closed_by_id,
            status=meeting.status,
            held_on=meeting.held_on,
            held_time=meeting.held_time,
            quorate=meeting.quorate,
            interim_safety_plan=meeting.interim_safety_plan,
            note=meeting.note,
            inquorate_reason=meeting.inquorate_reason,
            inquorate_note=meeting.inquorate_note,
            interim_plan=meeting.interim_plan,
            entries=json.dumps(entries),
            reopened_at=change.viewer.now,
            reopened_by_id=change.viewer.user_id,
            reason=reason,
        )
    )
    session.flush()
    return number


def _rows(change: Change, meeting_id: int) -> Sequence[Any]:
    return rows_of(change.session, change.viewer, meeting_id)


def _entered(mark: Mark) -> tuple[str | None, bool, bool]:
    return mark.here.value if mark.here else None, mark.is_deputy, mark.left_early


def _earlier(kept: RegisterClosing, closed_by: str, reopened_by: str, rows: dict[int, Any]) -> EarlierClosing:
    said = []
    for invitation_id, confirmed, here, is_deputy, left_early, note in json.loads(kept.entries):
        row = rows.get(invitation_id)
        if row is None or confirmed is None:
            continue
        mark = Mark(Attendance(here) if here else None, is_deputy, left_early)
        now = mark_in(row) if row.confirmed_attendance else NOT_SET
        differs = (mark, note) != (now, row.confirmed_note or "")
        said.append(ClosingRow(row.agency_name, mark_words(mark), note, differs))
    return EarlierClosing(
        number=kept.number,
        closed_at=kept.closed_at,
        closed_by=closed_by,
        held_on=kept.held_on,
        status=kept.status,
        quorate=kept.quorate,
        note=kept.note or "",
        inquorate_reason=kept.inquorate_reason,
        inquorate_note=kept.inquorate_note or "",
        interim_plan=kept.interim_plan or "",
        reopened_at=kept.reopened_at,
        reopened_by=reopened_by,
        reason=kept.reason,
        rows=tuple(sorted(said, key=lambda row: row.agency_name)),
    )

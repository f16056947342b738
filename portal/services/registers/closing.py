"""Closing a register: what it will record is shown first, and nothing else is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import update

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.domain.adjourning import interim_plan_of
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.months import Month
from portal.domain.quoracy import is_quorate, present_types
from portal.domain.registers import CLOSING_NOTE_LIMIT, Mark
from portal.domain.vocabulary import COUNTED_STATUSES, AgencyType, Attendance, MeetingKind, MeetingStatus, Role
from portal.models.meetings import Meeting
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.frozen_months.freezing import note_late_register
from portal.services.notices.recipients import with_role
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day
from portal.services.registers.adjourning import open_next
from portal.services.registers.inquorate import Ways, faults_of, ways_of
from portal.services.registers.marking import confirm, locked_meeting
from portal.services.registers.proposing import AtClosing, propose
from portal.services.registers.queries import quorum_from, rows_of
from portal.services.registers.seals import cannot_close_because
from portal.services.registers.sheet import is_left_open, mark_in, seen_row, seen_sheet
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class Closing:
    """What is said when a register is closed; `version` and `seen` are those of the sheet that it was said of.

    A conference without its quorum goes on (`status` held) for a reason and with a note on it, or is adjourned
    (`status` inquorate) with an interim plan to a new day; `plan_reviewed` says that the child's plan stays until then.
    """

    version: int
    seen: int
    held_on: date
    held_time: time | None
    status: MeetingStatus
    interim_safety_plan: bool | None = None
    note: str = ""
    inquorate_reason: InquorateReason | None = None
    inquorate_note: str = ""
    interim_plan: str = ""
    plan_reviewed: bool = False
    new_on: date | None = None
    new_time: time | None = None


def close_register(viewer: Viewer, meeting_id: int, closing: Closing) -> int:
    """Close a meeting's register: whoever is not marked is recorded as absent, and the case's facts are worked out.

    An adjourned conference opens the one of its new day in the same transaction, unless that is there already. What the
    partnership's ladder makes of the absences is kept, for the chair to decide about; returns how many proposals these
    are.

    Raises NotVisible, NotPermitted, AlreadyClosed, Invalid by field (by "held_on" also where it was opened again and
    the figures of that month are frozen), and Conflict where it is no longer the register of which `closing` was said.
    """
    with changing(viewer) as change:
        _hold_case(change, meeting_id)
        meeting = locked_meeting(change, meeting_id)
        book = rule_book(change.session, meeting.partnership_id)
        ways = ways_of(change.session, viewer, meeting_id, meeting, book, closing.held_on)
        sheet = _sheet(change, meeting_id)
        quorate = is_quorate(quorum_from(meeting.quorum), sheet.present, MeetingStatus.HELD)
        _check(viewer, meeting, closing)
        counted_on = _counted_on(meeting)
        if sealed := cannot_close_because(change.session, meeting.partnership_id, closing.held_on, counted_on):
            _refuse({"held_on": [sealed]})
        if closing.seen != sheet.seen or closing.version != meeting.version:
            raise Conflict("Somebody changed the register while you were closing it. It is still open.")
        _refuse(faults_of(ways, closing, is_quorate=quorate, today=viewer.today))
        for invitation_id in sheet.left_open:
            confirm(change, invitation_id, Mark(Attendance.NO_RESPONSE), "")
        _write(change, meeting_id, meeting, closing, _said_of_quorum(ways, closing, quorate=quorate))
        case_facts.recount(change.session, meeting.partnership_id, [meeting.case_id], book)
        if ways.adjourns and closing.status is MeetingStatus.INQUORATE and ways.next is None and closing.new_on:
            open_next(change, meeting_id, book, closing.new_on, closing.new_time)
        if counted_on is None:
            note_late_register(change, meeting.partnership_id, Month.of(closing.held_on))
        change.log("register.closed", "meeting", meeting_id)
        proposed = propose(
            change,
            AtClosing(meeting_id, meeting.partnership_id, meeting.type_code, meeting.type_name, closing.held_on),
            book,
        )
        _tell(change, meeting_id, meeting, closing, _News(proposed, quorate, ways))
        return proposed


@dataclass(frozen=True, slots=True)
class _News:
    """What came of a closing that somebody must hear of."""

    proposed: int
    quorate: bool | None
    ways: Ways


def _tell(change: Change, meeting_id: int, meeting: Any, closing: Closing, news: _News) -> None:
    partnership_id = meeting.partnership_id
    day = office_day(change.session, partnership_id, change.viewer.today)
    what = day.meeting_words(meeting.type_name, closing.held_on)
    if news.proposed and meeting.chair_membership_id is not None:
        # Whoever closes it as its chair is led to them; a chair whose register somebody else closed would not know.
        told = Telling(NoticeKind.PROPOSALS, "meeting", meeting_id, what=what)
        tell(change, partnership_id, [meeting.chair_membership_id], told)
    went_on = closing.status is MeetingStatus.HELD and news.quorate is False
    difficulty = closing.inquorate_reason is InquorateReason.LOCAL_ATTENDANCE_DIFFICULTY
    adjourned_again = closing.status is MeetingStatus.INQUORATE and news.ways.is_second
    if news.ways.adjourns and ((went_on and difficulty) or adjourned_again):
        # Sussex 7.8: difficulties in attending are reported; and no child waits twice without somebody hearing of it.
        told = Telling(NoticeKind.QUORACY_FAILED, "meeting", meeting_id, what=what, again=f"v{meeting.version}")
        whom = set(with_role(change.session, partnership_id, Role.SAFEGUARDING_MANAGER))
        whom |= {chair} if (chair := meeting.chair_membership_id) is not None else set()
        tell(change, partnership_id, whom, told)


def _said_of_quorum(ways: Ways, closing: Closing, *, quorate: bool | None) -> dict[str, Any]:
    """What is kept of a conference without its quorum; nothing that belongs to the way that was not taken."""
    went_on = ways.adjourns and closing.status is MeetingStatus.HELD and quorate is False
    adjourned = ways.adjourns and closing.status is MeetingStatus.INQUORATE
    plan = interim_plan_of(closing.interim_plan, is_reviewed=closing.plan_reviewed and ways.has_plan)
    return {
        "inquorate_reason": closing.inquorate_reason if went_on else None,
        "inquorate_note": closing.inquorate_note if went_on else None,
        "interim_plan": plan if adjourned else None,
    }


def _write(change: Change, meeting_id: int, meeting: Any, closing: Closing, of_quorum: Mapping[str, Any]) -> None:
    change.session.execute(
        update(Meeting)
        .where(Meeting.id == meeting_id)
        .values(
            held_on=closing.held_on,
            held_time=closing.held_time,
            status=closing.status,
            interim_safety_plan=closing.interim_safety_plan if _asks_for_safety_plan(meeting) else None,
            note=closing.note or None,
            register_closed_at=change.viewer.now,
            register_closed_by_id=change.viewer.user_id,
            version=Meeting.version + 1,
            **of_quorum,
        )
        .execution_options(synchronize_session=False)
    )


def _asks_for_safety_plan(meeting: Any) -> bool:
    is_strategy: bool = meeting.type_code == MeetingKind.STRATEGY_MEETING
    return is_strategy


def _hold_case(change: Change, meeting_id: int) -> None:
    """Lock the case and its meetings in the order in which everybody locks them: their facts follow from each other."""
    found = change.session.execute(
        access.visible_to(change.viewer)
        .where(Meeting.id == meeting_id)
        .with_only_columns(Meeting.partnership_id, Meeting.case_id)
    ).one_or_none()
    if found is None:
        raise NotVisible("No such meeting.")
    case_facts.hold(change.session, found.partnership_id, [found.case_id])


def _check(viewer: Viewer, meeting: Any, closing: Closing) -> None:
    errors: dict[str, list[str]] = {}
    if closing.held_on > viewer.today:
        errors["held_on"] = ["The day cannot be in the future: close the register once the meeting is over"]
    elif meeting.trigger_on is not None and closing.held_on < meeting.trigger_on:
        errors["held_on"] = ["The day cannot be before the meeting was asked for"]
    if closing.status not in COUNTED_STATUSES:
        errors["status"] = ["Say whether the meeting went ahead"]
    if _asks_for_safety_plan(meeting) and closing.interim_safety_plan is None:
        errors["interim_safety_plan"] = ["Say whether there is an interim safety plan"]
    if len(closing.note) > CLOSING_NOTE_LIMIT:
        errors["note"] = [
            f"Shorten the note to {CLOSING_NOTE_LIMIT:,} characters or fewer. It has {len(closing.note):,} now"
        ]
    _refuse(errors)


def _counted_on(meeting: Any) -> date | None:
    """The day on which the meeting counts already, where its register is closed again or a file said it was held."""
    held_on: date | None = meeting.held_on
    return held_on if meeting.status in COUNTED_STATUSES else None


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise Invalid("Check what is said about the meeting.", errors=errors)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The register as the page knew it, the invitations that closing marks as absent, and whose kinds are there."""

    seen: int
    left_open: list[int]
    present: frozenset[AgencyType]


def _sheet(change: Change, meeting_id: int) -> _Sheet:
    rows = rows_of(change.session, change.viewer, meeting_id)
    left_open = {row.invitation_id: is_left_open(row.confirmed_attendance, row.expectation) for row in rows}
    seen = seen_sheet(
        (row.invitation_id, seen_row(mark_in(row), row.confirmed_note or ""), left_open[row.invitation_id])
        for row in rows
    )
    return _Sheet(
        seen,
        [invitation_id for invitation_id, is_open in left_open.items() if is_open],
        present_types((row.agency_type, row.confirmed_attendance) for row in rows),
    )

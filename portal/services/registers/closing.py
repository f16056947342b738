"""Closing a register: what it will record is shown first, and nothing else is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import update

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.registers import CLOSING_NOTE_LIMIT, Mark
from portal.domain.vocabulary import COUNTED_STATUSES, Attendance, MeetingKind, MeetingStatus
from portal.models.meetings import Meeting
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.notices.telling import Telling, tell
from portal.services.notices.timing import office_day
from portal.services.registers.marking import confirm, locked_meeting
from portal.services.registers.proposing import AtClosing, propose
from portal.services.registers.queries import rows_of
from portal.services.registers.sheet import is_left_open, mark_in, seen_row, seen_sheet
from portal.services.rule_sets import rule_book


@dataclass(frozen=True, slots=True)
class Closing:
    """What is said when a register is closed; `version` and `seen` are those of the sheet that it was said of."""

    version: int
    seen: int
    held_on: date
    held_time: time | None
    status: MeetingStatus
    interim_safety_plan: bool | None = None
    note: str = ""


def close_register(viewer: Viewer, meeting_id: int, closing: Closing) -> int:
    """Close a meeting's register: whoever is not marked is recorded as absent, and the case's facts are worked out.

    What the partnership's ladder makes of the absences is kept with it, for the chair to decide about; returns how
    many proposals these are.

    Raises NotVisible, NotPermitted, AlreadyClosed, Invalid by field, and Conflict where the register is no longer
    the one that `closing` was said of.
    """
    with changing(viewer) as change:
        _hold_case(change, meeting_id)
        meeting = locked_meeting(change, meeting_id)
        is_strategy = meeting.type_code == MeetingKind.STRATEGY_MEETING
        _check(viewer, meeting, closing, asks_for_safety_plan=is_strategy)
        seen, left_open = _sheet(change, meeting_id)
        if closing.seen != seen or closing.version != meeting.version:
            raise Conflict("Somebody changed the register while you were closing it. It is still open.")
        for invitation_id in left_open:
            confirm(change, invitation_id, Mark(Attendance.NO_RESPONSE), "")
        change.session.execute(
            update(Meeting)
            .where(Meeting.id == meeting_id)
            .values(
                held_on=closing.held_on,
                held_time=closing.held_time,
                status=closing.status,
                interim_safety_plan=closing.interim_safety_plan if is_strategy else None,
                note=closing.note or None,
                register_closed_at=viewer.now,
                register_closed_by_id=viewer.user_id,
                version=Meeting.version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        book = rule_book(change.session, meeting.partnership_id)
        case_facts.recount(change.session, meeting.partnership_id, [meeting.case_id], book)
        change.log("register.closed", "meeting", meeting_id)
        proposed = propose(
            change,
            AtClosing(meeting_id, meeting.partnership_id, meeting.type_code, meeting.type_name, closing.held_on),
            book,
        )
        if proposed and meeting.chair_membership_id is not None:
            # Whoever closes it as its chair is led to them; a chair whose register somebody else closed would not know.
            day = office_day(change.session, meeting.partnership_id, viewer.today)
            what = day.meeting_words(meeting.type_name, closing.held_on)
            told = Telling(NoticeKind.PROPOSALS, "meeting", meeting_id, what=what)
            tell(change, meeting.partnership_id, [meeting.chair_membership_id], told)
        return proposed


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


def _check(viewer: Viewer, meeting: Any, closing: Closing, *, asks_for_safety_plan: bool) -> None:
    errors: dict[str, list[str]] = {}
    if closing.held_on > viewer.today:
        errors["held_on"] = ["The day cannot be in the future: close the register once the meeting is over"]
    elif meeting.trigger_on is not None and closing.held_on < meeting.trigger_on:
        errors["held_on"] = ["The day cannot be before the meeting was asked for"]
    if closing.status not in COUNTED_STATUSES:
        errors["status"] = ["Say whether the meeting went ahead"]
    if asks_for_safety_plan and closing.interim_safety_plan is None:
        errors["interim_safety_plan"] = ["Say whether there is an interim safety plan"]
    if len(closing.note) > CLOSING_NOTE_LIMIT:
        errors["note"] = [
            f"Shorten the note to {CLOSING_NOTE_LIMIT:,} characters or fewer. It has {len(closing.note):,} now"
        ]
    if errors:
        raise Invalid("Check what is said about the meeting.", errors=errors)


def _sheet(change: Change, meeting_id: int) -> tuple[int, list[int]]:
    """The register as the page knew it, and the invitations that closing marks as absent."""
    rows = rows_of(change.session, change.viewer, meeting_id)
    left_open = {row.invitation_id: is_left_open(row.confirmed_attendance, row.expectation) for row in rows}
    seen = seen_sheet(
        (row.invitation_id, seen_row(mark_in(row), row.confirmed_note or ""), left_open[row.invitation_id])
        for row in rows
    )
    return seen, [invitation_id for invitation_id, is_open in left_open.items() if is_open]

"""What a partnership's rules let a chair do with a conference that is not quorate, and what was done before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.adjourning import PLAN_LIMIT, last_new_day, new_day_fault, reasons_to_go_on
from portal.domain.inquorate_rules import InquorateRule
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.months import Month
from portal.domain.registers import CLOSING_NOTE_LIMIT
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingKind, MeetingStatus
from portal.models.meetings import Meeting
from portal.services.registers.proposing import Foreseen, foresee
from portal.services.registers.seals import closing_words, frozen_words, marking_words
from portal.services.registers.sheet import Register
from portal.services.rule_sets import RuleBook, rule_book

_MEETINGS = cast(Table, Meeting.__table__)
_NEAR = union_all(
    select(_MEETINGS.c.id).where(_MEETINGS.c.case_id == bindparam("case_id", type_=Integer)),
    select(_MEETINGS.c.id).where(_MEETINGS.c.id == bindparam("follows_id", type_=Integer)),
)
"""A family's meetings, and the one that is followed. Each is found by its own index: with an OR in their place, SQLite
reads every meeting of the partnership."""


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The meeting to which this one is adjourned, where it is there already: its register is closed a second time."""

    id: int
    on: date


@dataclass(frozen=True, slots=True)
class Ways:
    """The two ways of a conference without its quorum: to go on for a reason, or to be adjourned to a new day."""

    rule: InquorateRule
    reasons: tuple[InquorateReason, ...]
    """Why it may go on; without any, it may not."""
    is_second: bool
    """Whether the child's conference before this one was not quorate either."""
    has_plan: bool
    """Whether there is a child protection plan that can be reviewed."""
    last_day: date | None
    """The last day to which it can be adjourned."""
    next: NextMeeting | None

    @property
    def adjourns(self) -> bool:
        """Whether this kind of meeting has the two ways; others only say whether they went ahead."""
        return self.rule.adjourn_within is not None


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """What the closing page says beside the register itself."""

    ways: Ways
    foreseen: list[Foreseen]
    frozen: str
    """What a frozen month means for closing it as of the day that is said; empty where the month is not."""


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What whoever keeps an open register has to know before they come to close it."""

    frozen: str
    """What a frozen month means for closing it, or for changing it where the meeting counts already."""
    ways: Ways | None
    """The two ways, where the quorum is missing so far and the family knows a conference without it."""


def read_beforehand(viewer: Viewer, sheet: Register) -> Beforehand:
    """What to say above an open register; by no query, or three where it could be the second without its quorum."""
    ways = None
    if sheet.line.quorate is False and sheet.others_were_without:
        session: Session = db.session()
        ways = ways_of(session, viewer, sheet.meeting_id, sheet, rule_book(session, sheet.partnership_id), sheet.day)
    if not sheet.is_frozen:
        return Beforehand("", ways)
    words = marking_words if sheet.status in COUNTED_STATUSES else closing_words
    return Beforehand(words(Month.of(sheet.day)), ways)


def read_closing(viewer: Viewer, sheet: Register, held_on: date | None) -> ClosingPage:
    """What closing a register offers and would propose; `held_on` is the day as far as it is said."""
    session: Session = db.session()
    day = held_on or sheet.day
    book = rule_book(session, sheet.partnership_id)
    ways = ways_of(session, viewer, sheet.meeting_id, sheet, book, day)
    counted_on = sheet.held_on if sheet.status in COUNTED_STATUSES else None
    frozen = frozen_words(session, sheet.partnership_id, day, counted_on)
    return ClosingPage(ways, foresee(viewer, sheet, held_on, book), frozen)


def ways_of(session: Session, viewer: Viewer, meeting_id: int, meeting: Any, book: RuleBook, held_on: date) -> Ways:
    """The ways of a meeting that was held on a day, by one query; by none where its kind has none.

    `meeting` is its row, or the register that was read of it.
    """
    rule = book.rule(meeting.meeting_type_id, held_on).inquorate
    if rule.adjourn_within is None:
        return Ways(rule, (), False, False, None, None)
    family = family_of(session, meeting_id, meeting, book, held_on)
    is_second = _was_inquorate_before(family, meeting, held_on)
    allowed = reasons_to_go_on(rule, meeting.variant, is_second=is_second)
    last_day = last_new_day(rule, held_on, viewer.today)
    return Ways(
        rule=rule,
        reasons=tuple(reason for reason in InquorateReason if reason in allowed),
        is_second=is_second,
        has_plan=meeting.type_code != MeetingKind.INITIAL_CONFERENCE,
        last_day=last_day,
        next=_next(family, meeting_id, meeting, held_on, last_day),
    )


def faults_of(ways: Ways, said: Any, *, is_quorate: bool | None, today: date) -> dict[str, list[str]]:
    """What is wrong, by field, with what a chair says of a conference that is closed; `said` is a `Closing`."""
    if not ways.adjourns:
        return {}
    if said.status is MeetingStatus.INQUORATE:
        return _faults_of_adjourning(ways, said, today)
    if said.status is not MeetingStatus.HELD or is_quorate is not False:
        return {}
    if not ways.reasons:
        return {
            "status": [
                "The conference before this one was not quorate either, so this one cannot go on without its quorum. "
                "Adjourn it to a new day"
            ]
        }
    faults: dict[str, list[str]] = {}
    if said.inquorate_reason is None:
        faults["inquorate_reason"] = ["Say why it went on without its quorum"]
    elif said.inquorate_reason not in ways.reasons:
        faults["inquorate_reason"] = ["Choose one of the reasons shown: the others do not count a second time in a row"]
    if not said.inquorate_note:
        faults["inquorate_note"] = ["Say in a sentence or two why that was right for the child"]
    elif len(said.inquorate_note) > CLOSING_NOTE_LIMIT:
        faults["inquorate_note"] = [_too_long("this", CLOSING_NOTE_LIMIT, said.inquorate_note)]
    return faults


def _faults_of_adjourning(ways: Ways, said: Any, today: date) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if len(said.interim_plan) > PLAN_LIMIT:
        faults["interim_plan"] = [_too_long("the plan", PLAN_LIMIT, said.interim_plan)]
    elif not said.interim_plan and not (said.plan_reviewed and ways.has_plan):
        faults["interim_plan"] = [
            "Enter the interim plan, or say that the existing plan was reviewed"
            if ways.has_plan
            else "Enter the interim plan: how the child is kept safe until the new day"
        ]
    if ways.next is None:
        fault = new_day_fault(ways.rule, said.held_on, today, said.new_on)
        if fault:
            faults["new_on"] = [fault]
    return faults


def _too_long(what: str, limit: int, text: str) -> str:
    return f"Shorten {what} to {limit:,} characters or fewer. It has {len(text):,} now"


def family_of(session: Session, meeting_id: int, meeting: Any, book: RuleBook, held_on: date) -> Sequence[Any]:
    """The family's other conferences, and the one that this one follows, in the order of their days.

    Whoever chaired them: no more of them leaves here than whether one was quorate, and when the next one is.
    """
    kinds = [known.id for known in book.meeting_types if book.rule(known.id, held_on).inquorate.adjourn_within]
    return session.execute(
        select(
            Meeting.id,
            Meeting.meeting_type_id,
            Meeting.case_id,
            Meeting.follows_id,
            Meeting.status,
            Meeting.quorate,
            Meeting.scheduled_on,
            Meeting.held_on,
            Meeting.register_closed_at,
        )
        .where(
            Meeting.partnership_id == meeting.partnership_id,
            Meeting.meeting_type_id.in_(kinds),
            Meeting.id.in_(_NEAR),
            Meeting.id != meeting_id,
            Meeting.status != MeetingStatus.CANCELLED,
        )
        .order_by(func.coalesce(Meeting.held_on, Meeting.scheduled_on), Meeting.id),
        {"case_id": meeting.case_id, "follows_id": meeting.follows_id},
    ).all()


def _was_inquorate_before(family: Sequence[Any], meeting: Any, held_on: date) -> bool:
    """Whether the conference that this one follows, or else the family's last one, was not quorate.

    Only what a register or a file said of it counts, never that nobody has said who came.
    """
    over = [row for row in family if row.status in COUNTED_STATUSES and row.held_on is not None]
    before = [row for row in over if row.id == meeting.follows_id] or [row for row in over if row.held_on <= held_on]
    if not before:
        return False
    last = before[-1]
    return last.status is MeetingStatus.INQUORATE or (last.quorate is False and last.register_closed_at is not None)


def _next(
    family: Sequence[Any], meeting_id: int, meeting: Any, held_on: date, last_day: date | None
) -> NextMeeting | None:
    """The family's meeting of the same kind that follows already: opened by an adjournment, or arranged in time."""
    for row in family:
        if row.meeting_type_id != meeting.meeting_type_id or row.scheduled_on <= held_on:
            continue
        was_opened = row.follows_id == meeting_id and meeting.status is MeetingStatus.INQUORATE
        if was_opened or (last_day is not None and row.scheduled_on <= last_day):
            return NextMeeting(row.id, row.scheduled_on)
    return None

"""When a meeting that is being planned is due, by the rules of its day, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.deadlines import EarlierMeeting, due_by
from portal.domain.due_reasons import Trigger, due_instant, due_sentence
from portal.domain.slots import Slot
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.services.rule_sets import KnownType, RuleBook


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day, the instant where the rule counts hours (UTC), and the rule in words."""

    on: date | None
    sentence: str
    at: datetime | None = None

    def is_late(self, slot: Slot) -> bool:
        """Whether a meeting then would come too late."""
        if self.at is not None and slot.at is not None:
            return slot.span()[0] > self.at
        return self.on is not None and slot.on > self.on


def due_day(
    session: Session,
    book: RuleBook,
    known: KnownType,
    *,
    case_id: int | None,
    meeting_on: date,
    trigger: Trigger,
    today: date,
    but: int | None = None,
) -> DueDay:
    """The due day of a meeting of a case, planned for a day; `but` is the meeting itself where it is there already.

    Meetings of the family that are planned for before it count as if they will be held: whoever plans a series plans
    each from the one before. A new family has no other meetings.
    """
    rule_set = book.on(meeting_on)
    rule = rule_set.rule_for(known.code).due
    due = due_by(
        rule,
        meeting_on=meeting_on,
        trigger_on=trigger.on,
        earlier=[] if case_id is None else _others(session, book, case_id, but),
    )
    after = book.meeting_type(due.after) if due is not None and due.after else None
    sentence = due_sentence(
        rule,
        due,
        trigger=trigger,
        after_name=after.name if after else "",
        edition=rule_set.guidance_edition,
        today=today,
    )
    at = due_instant(rule, trigger) if due is not None and not due.after else None
    return DueDay(due.on if due else None, sentence, at)


def _others(session: Session, book: RuleBook, case_id: int, but: int | None) -> list[EarlierMeeting]:
    rows = session.execute(
        select(Meeting.meeting_type_id, Meeting.scheduled_on, Meeting.held_on, Meeting.status).where(
            Meeting.case_id == case_id,
            Meeting.id != (but or 0),
            Meeting.status.in_((MeetingStatus.HELD, MeetingStatus.SCHEDULED)),
        )
    )
    return [EarlierMeeting(book.with_id(row.meeting_type_id).code, row.held_on or row.scheduled_on) for row in rows]

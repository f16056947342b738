"""What a new meeting begins with: nothing, a family, or all of the meeting before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session, joinedload

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.closures import Closure
from portal.domain.errors import NotVisible
from portal.domain.meeting_vocabulary import MeetingFamily, TriggerKind
from portal.domain.slots import Slot, free_slots, slot_starts
from portal.domain.vocabulary import MeetingFormat, MeetingStatus
from portal.domain.working_days import add_working_days
from portal.models.cases import Case
from portal.models.meetings import Meeting
from portal.services.notices.timing import office_day
from portal.services.rule_sets import KnownType, RuleBook
from portal.services.scheduling.due import DueDay
from portal.services.scheduling.engagements import Diary

LOOKED_AT = 20
"""Working days ahead in which slots are looked for, where no day is due."""

MOST_SLOTS = 6

_WHAT_IT_ASKS_FOR = {
    MeetingFamily.CONFERENCE: TriggerKind.PREVIOUS_CONFERENCE,
    MeetingFamily.STRATEGY: TriggerKind.STRATEGY_DISCUSSION,
}
"""What a meeting that was held is to the one that follows from it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known before anybody has typed; `follows_id` and `case_id` are empty for a meeting from nothing."""

    follows_id: int | None = None
    case_id: int | None = None
    reference: str = ""
    kind: str = ""
    trigger_kind: TriggerKind | None = None
    trigger_on: date | None = None
    chair_membership_id: int | None = None
    duration_minutes: int | None = None
    format: MeetingFormat | None = None
    place: str = ""
    link: str = ""
    after: str = ""
    """The code of the kind of meeting that it goes on from, and what pages call it."""
    title: str = ""


def begun_after(viewer: Viewer, book: RuleBook, meeting_id: int) -> Begun:
    """What the next meeting has from the one before it. Raises NotVisible."""
    meeting = db.session.scalars(
        meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.case))
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    known = book.with_id(meeting.meeting_type_id)
    following = next_kind(book, known, viewer.today)
    asks = _WHAT_IT_ASKS_FOR.get(known.family) if meeting.status is MeetingStatus.HELD else None
    return Begun(
        follows_id=meeting.id,
        case_id=meeting.case_id,
        reference=meeting.case.reference,
        kind=following.code if following else "",
        trigger_kind=asks or meeting.trigger_kind,
        trigger_on=meeting.held_on if asks else meeting.trigger_on,
        chair_membership_id=meeting.chair_membership_id,
        duration_minutes=meeting.duration_minutes,
        format=meeting.format,
        place=meeting.place or "",
        link=meeting.link or "",
        after=known.code,
        title=known.name,
    )


def begun_for_case(viewer: Viewer, case_id: int) -> Begun:
    """What a meeting about a family begins with. Raises NotVisible."""
    reference = db.session.scalar(
        cases_access.visible_to(viewer).where(Case.id == case_id).with_only_columns(Case.reference)
    )
    if reference is None:
        raise NotVisible("No such case.")
    return Begun(case_id=case_id, reference=reference)


def case_with_reference(viewer: Viewer, reference: str) -> int | None:
    """The case of this reference that the viewer sees; None where there is none."""
    if not reference.strip():
        return None
    found = cases_access.visible_to(viewer).where(Case.reference == reference.strip())
    case_id: int | None = db.session.scalar(found.with_only_columns(Case.id))
    return case_id


def next_kind(book: RuleBook, known: KnownType, today: date) -> KnownType | None:
    """The kind that goes on from another of its family by the rules: a review after an initial conference."""
    rules = book.on(today)
    of_family = [
        one
        for one in book.meeting_types
        if not one.is_retired
        and one.family is known.family
        and any(step.meeting_type == known.code for step in rules.rule_for(one.code).due.after)
    ]
    # Where a kind goes on from itself and from others, it is the one that is held again and again.
    return next((one for one in of_family if one.code != known.code), of_family[0] if of_family else None)


def kinds_to_repeat(book: RuleBook, begun: Begun, today: date) -> list[KnownType]:
    """The kinds that the rules have held in a row after the meeting before, or after themselves: core groups."""
    rules = book.on(today)
    found = []
    for one in book.meeting_types:
        steps = {step.meeting_type for step in rules.rule_for(one.code).due.after}
        if not one.is_retired and one.family is not MeetingFamily.CONFERENCE and {begun.after, one.code} <= steps:
            found.append(one)
    return found


def slots_to_propose(
    viewer: Viewer, diary: Diary, due: DueDay, minutes: int, *, until: date | None = None
) -> list[Slot]:
    """Free slots before the due day (or `until`, if that is sooner), the latest of them: as much notice as there is."""
    session: Session = db.session()
    assert viewer.partnership_id is not None  # noqa: S101 - whoever plans wears a hat
    office = office_day(session, viewer.partnership_id, viewer.today).office
    first, last = days_to_look_at(viewer.today, due.on if until is None else min(until, due.on or until))
    starts = slot_starts(office.opens, office.closes, minutes)
    closures: list[Closure] = diary.closed
    return free_slots(first, last, starts, minutes, taken=diary.slots, closures=closures, most=MOST_SLOTS)


def days_to_look_at(today: date, last: date | None) -> tuple[date, date]:
    """The first and the last day on which slots are looked for: from tomorrow, up to a month or the due day."""
    first = today + timedelta(days=1)
    furthest = add_working_days(today, LOOKED_AT)
    return first, max(first, furthest if last is None else min(furthest, last))

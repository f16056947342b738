"""The viewer's partnership's rule book, and when a meeting that nobody has opened yet is due by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.due_reasons import Trigger
from portal.domain.errors import NotPermitted
from portal.models.meetings import Invitation, Meeting
from portal.services.meetings.children import children_of_case
from portal.services.meetings.outlook import HAS_PART
from portal.services.rule_sets import KnownType, RuleBook, rule_book
from portal.services.scheduling.due import DueDay, due_day
from portal.services.scheduling.engagements import Diary, diary_of
from portal.services.scheduling.proposing import Proposal, propose_agencies


def own_book(viewer: Viewer) -> RuleBook:
    """The rules and kinds of the viewer's partnership. Raises NotPermitted for somebody who opens no meetings."""
    if viewer.partnership_id is None or not access.may_open(viewer):
        raise NotPermitted("Meetings are opened by the coordinator.")
    session: Session = db.session()
    return rule_book(session, viewer.partnership_id)


def planned_due(
    viewer: Viewer, book: RuleBook, known: KnownType, case_id: int | None, trigger: Trigger, on: date
) -> DueDay:
    """When a meeting is due if it is planned for a day."""
    session: Session = db.session()
    return due_day(session, book, known, case_id=case_id, meeting_on=on, trigger=trigger, today=viewer.today)


def proposal_for(
    viewer: Viewer, book: RuleBook, known: KnownType, case_id: int | None, follows_id: int | None
) -> Proposal:
    """Which agencies should be asked to a meeting of a kind."""
    session: Session = db.session()
    rule = book.on(viewer.today).rule_for(known.code)
    return propose_agencies(session, viewer, rule, case_id=case_id, follows_id=follows_id, today=viewer.today)


def diary_for(
    viewer: Viewer,
    chair_membership_id: int | None,
    agency_ids: list[int],
    first: date,
    last: date,
    *,
    but: tuple[int, ...] = (),
) -> Diary:
    """What is known of chair and agencies on some days."""
    session: Session = db.session()
    return diary_of(
        session,
        viewer,
        chair_membership_id=chair_membership_id,
        agency_ids=agency_ids,
        first=first,
        last=last,
        but=but,
    )


def diary_for_meeting(
    viewer: Viewer, meeting: Meeting, first: date, last: date, *, chair_membership_id: int | None = None
) -> Diary:
    """The same for a meeting that is there already, which does not clash with itself, under its chair or another."""
    session: Session = db.session()
    asked = session.scalars(
        select(Invitation.agency_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.meeting_id == meeting.id, HAS_PART)
    ).all()
    chair = chair_membership_id or meeting.chair_membership_id
    return diary_for(viewer, chair, list(asked), first, last, but=(meeting.id,))


def diary_for_chair(viewer: Viewer, meeting: Meeting, chair_membership_id: int | None) -> Diary:
    """What is known of whoever is to chair a meeting, on its day."""
    on = meeting.scheduled_on
    return diary_for(viewer, chair_membership_id, [], on, on, but=(meeting.id,))


def expected_birth(viewer: Viewer, case_id: int | None, typed: Iterable[date | None] = ()) -> date | None:
    """The day on which the first child who is not born yet is expected; the reading of a case is logged.

    Of a family that is not known yet, by the birth days that were `typed`.
    """
    days = [child.born for child in children_of_case(viewer, case_id)] if case_id is not None else [*typed]
    return min((day for day in days if day is not None and day > viewer.today), default=None)

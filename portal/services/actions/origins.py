"""The meeting that an action came from, and what its viewer has to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access.actions import NO_MEETING, MeetingPart
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.actions import Action
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingType
from portal.services import activity


@dataclass(frozen=True, slots=True)
class MeetingOrigin:
    """The meeting: its kind and day, its address where the viewer sees it, and the child that it is for, if one."""

    kind: str
    on: date
    meeting_id: int | None
    child: str
    part: MeetingPart


def part_in(session: Session, viewer: Viewer, action: Action) -> MeetingPart:
    """What the viewer, who sees the action, has to do with its meeting; `has_part` is not asked any more."""
    if action.meeting_id is None:
        return NO_MEETING
    row = session.execute(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == action.meeting_id)
        .with_only_columns(Meeting.chair_membership_id)
    ).one_or_none()
    return MeetingPart() if row is None else MeetingPart(sees=True, chair_membership_id=row.chair_membership_id)


def meeting_origin(viewer: Viewer, action: Action) -> MeetingOrigin | None:
    """Where the action came from; none of an audit's. That a child's name was read is logged."""
    if action.meeting_id is None:
        return None
    session: Session = db.session()
    sees = exists().where(Meeting.id == action.meeting_id, meetings_access.visible_where(viewer))
    row = session.execute(
        select(
            MeetingType.name,
            Meeting.scheduled_on,
            Meeting.held_on,
            Meeting.chair_membership_id,
            sees.correlate(None).label("sees"),
        )
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Meeting.id == action.meeting_id)
    ).one()
    return MeetingOrigin(
        kind=row.name,
        on=row.held_on or row.scheduled_on,
        meeting_id=action.meeting_id if row.sees else None,
        child=_child(session, viewer, action) if row.sees else "",
        part=MeetingPart(bool(row.sees), chair_membership_id=row.chair_membership_id),
    )


def _child(session: Session, viewer: Viewer, action: Action) -> str:
    if action.child_id is None:
        return ""
    row = session.execute(
        cases_access.children_visible_to(viewer)
        .where(Child.id == action.child_id)
        .with_only_columns(Child.given_name, Child.surname, Child.case_id)
    ).one_or_none()
    if row is None:
        return ""
    activity.record_reading(viewer, "case.read", "case", [row.case_id])
    return f"{row.given_name} {row.surname}"

"""A meeting whose record has a part for the family, and the children whom it is about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.access import cases as cases_access
from portal.access import families as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import RecordSection
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.services import activity
from portal.services.changes import Change


@dataclass(frozen=True, slots=True)
class MeetingChild:
    """One of the children whom a meeting is about."""

    id: int
    case_id: int
    name: str


def family_meeting(viewer: Viewer, meeting_id: int) -> Meeting:
    """A meeting that the viewer sees, with its kind. Raises NotVisible, also where its record has no family."""
    return _with_family(db.session.scalars(_query(viewer, meeting_id)).one_or_none())


def meeting_to_keep(change: Change, meeting_id: int) -> Meeting:
    """The same within a change, locked, for whoever keeps it. Raises NotVisible, NotPermitted."""
    seen = meetings_access.visible_to(change.viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    change.session.execute(seen.with_for_update(of=Meeting, key_share=True))
    query = _query(change.viewer, meeting_id).execution_options(populate_existing=True)
    meeting = _with_family(change.session.scalars(query).one_or_none())
    if not access.may_keep(change.viewer, meeting):
        raise NotPermitted("The chair and the coordinator keep this part of the record, unless it was cancelled.")
    return meeting


def children_of(viewer: Viewer, meeting: Meeting) -> tuple[MeetingChild, ...]:
    """The children of every family that a meeting is about, found visible by the caller; the reading is logged."""
    rows = db.session.execute(
        cases_access.children_of_meeting(meeting.id)
        .order_by(Child.id)
        .with_only_columns(Child.id, Child.case_id, Child.given_name, Child.surname)
    ).all()
    activity.record_reading(viewer, "case.read", "case", sorted({meeting.case_id, *(row.case_id for row in rows)}))
    return tuple(MeetingChild(row.id, row.case_id, f"{row.given_name} {row.surname}") for row in rows)


def _query(viewer: Viewer, meeting_id: int) -> Select[Meeting]:
    return meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.meeting_type))


def _with_family(meeting: Meeting | None) -> Meeting:
    if meeting is None or RecordSection.FAMILY.value not in meeting.meeting_type.sections:
        raise NotVisible("No such meeting, or none whose record has a part for the family.")
    return meeting

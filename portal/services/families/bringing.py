"""Bringing the family of the meeting before along: as they were known then, each to be confirmed now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import families as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.family_vocabulary import FamilyRelation
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Meeting
from portal.services.changes import changing
from portal.services.families.found import meeting_to_keep


def bring_along(viewer: Viewer, meeting_id: int) -> int:
    """Bring the family of the last meeting along, of which the viewer sees the record; returns how many came.

    What holds of one meeting alone (invited, met, excluded, came, who may read) is asked anew. Whoever is here already
    is not brought a second time. Raises NotVisible, NotPermitted, and Invalid where there is nobody to bring.
    """
    with changing(viewer) as change:
        meeting = meeting_to_keep(change, meeting_id)
        brought = 0
        for person in to_bring(change.session, viewer, meeting):
            row = FamilyAttendance(
                partnership_id=meeting.partnership_id,
                meeting_id=meeting_id,
                relation=person.relation,
                name=person.name,
                child_id=person.child_id,
                needs_interpreter=person.needs_interpreter,
                language=person.language,
                needs_advocate=person.needs_advocate,
                # Nobody who was kept from the agencies then is shown to them now before somebody has thought of it.
                for_chair_only=person.for_chair_only,
                brought_from_id=person.id,
                created_at=viewer.now,
                created_by_id=viewer.user_id,
            )
            change.session.add(row)
            change.session.flush()
            change.log("family.brought_along", "family_attendance", row.id)
            brought += 1
        if not brought:
            raise Invalid("There is nobody to bring along.")
        return brought


def to_bring(session: Session, viewer: Viewer, meeting: Meeting) -> Sequence[FamilyAttendance]:
    """Those of the last meeting of the family who are not here yet."""
    last = last_with_family(session, viewer, meeting)
    if last is None:
        return []
    here = session.execute(
        select(FamilyAttendance.relation, FamilyAttendance.name, FamilyAttendance.child_id).where(
            FamilyAttendance.meeting_id == meeting.id
        )
    ).all()
    children = set(session.scalars(cases_access.children_of_meeting(meeting.id).with_only_columns(Child.id)))
    known = {_who(row) for row in here}
    return [
        person
        for person in _people(session, viewer, last)
        if _who(person) not in known and (person.child_id is None or person.child_id in children)
    ]


def last_with_family(session: Session, viewer: Viewer, meeting: Meeting) -> int | None:
    """The last meeting of the same family before this one, seen by the viewer, at whose record people stand."""
    there = access.visible_to(viewer).where(
        FamilyAttendance.meeting_id == Meeting.id,
        FamilyAttendance.removed_at.is_(None),
        FamilyAttendance.confirmed_at.is_not(None),
    )
    earlier = or_(
        Meeting.scheduled_on < meeting.scheduled_on,
        and_(Meeting.scheduled_on == meeting.scheduled_on, Meeting.id < meeting.id),
    )
    return session.scalar(
        meetings_access.visible_to(viewer)
        .where(cases_access.is_about(meeting.case_id), Meeting.id != meeting.id, earlier)
        .where(there.correlate(Meeting).exists())
        .order_by(Meeting.scheduled_on.desc(), Meeting.id.desc())
        .limit(1)
        .with_only_columns(Meeting.id)
    )


def _people(session: Session, viewer: Viewer, meeting_id: int) -> Iterable[FamilyAttendance]:
    return session.scalars(
        access.visible_to(viewer)
        .where(
            FamilyAttendance.meeting_id == meeting_id,
            FamilyAttendance.removed_at.is_(None),
            FamilyAttendance.confirmed_at.is_not(None),
        )
        .order_by(FamilyAttendance.id)
    ).all()


def _who(person: Any) -> tuple[FamilyRelation, str, int | None]:
    """What tells somebody from the others; whoever was taken out of this record is not brought back unasked."""
    return person.relation, (person.name or "").casefold(), person.child_id

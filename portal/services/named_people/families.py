"""The further families that a meeting is about, beside the one under which it stands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access import named_people as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.models.cases import Case
from portal.models.meetings import Meeting
from portal.models.named_people import MeetingCase
from portal.models.rule_sets import MeetingType
from portal.services import case_facts
from portal.services.cases import open_case_with_children
from portal.services.changes import Change, changing


@dataclass(frozen=True, slots=True)
class Family:
    """One of a meeting's families, by its reference."""

    case_id: int
    reference: str
    is_first: bool
    """Whether the meeting stands under it, and figures and due days follow from it."""


@dataclass(frozen=True, slots=True)
class Families:
    """A meeting's families, the one under which it stands first."""

    meeting: Meeting
    type_name: str
    families: tuple[Family, ...]


def families_of(viewer: Viewer, meeting_id: int) -> Families:
    """The families of a meeting, for whoever says which they are. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    meeting, type_name = _found(session, viewer, meeting_id)
    about = Case.id.in_(cases_access.families_of_meeting(meeting_id))
    rows = session.execute(select(Case.id, Case.reference).where(about).order_by(Case.reference))
    families = [Family(row.id, row.reference, row.id == meeting.case_id) for row in rows]
    return Families(meeting, type_name, tuple(sorted(families, key=lambda one: not one.is_first)))


def add_family(viewer: Viewer, meeting_id: int, reference: str) -> None:
    """Say that a meeting is about a further family; one that nobody knows yet is opened without names.

    Whoever sees the meeting sees its children from then on. Raises NotVisible, NotPermitted, and Invalid for a
    reference under which the viewer sees no case although there is one.
    """
    with changing(viewer) as change:
        meeting, _ = _found(change.session, viewer, meeting_id)
        visible = cases_access.visible_to(viewer).where(Case.reference == reference.strip())
        case_id = change.session.scalar(visible.with_only_columns(Case.id))
        if case_id is None:
            case_id = open_case_with_children(change, reference, ())
        _lock(change, meeting, case_id)
        known = select(MeetingCase.case_id).where(MeetingCase.meeting_id == meeting_id)
        if case_id == meeting.case_id or case_id in set(change.session.scalars(known)):
            raise Invalid("Twice.", errors={"reference": ["The meeting is about this family already"]})
        change.session.add(
            MeetingCase(
                meeting_id=meeting_id,
                case_id=case_id,
                partnership_id=meeting.partnership_id,
                added_at=viewer.now,
                added_by_id=viewer.user_id,
            )
        )
        change.log("meeting.family_added", "meeting", meeting_id)


def remove_family(viewer: Viewer, meeting_id: int, case_id: int) -> None:
    """Say that a meeting is not about a further family after all; once more changes nothing.

    Raises NotVisible, NotPermitted.
    """
    with changing(viewer) as change:
        meeting, _ = _found(change.session, viewer, meeting_id)
        _lock(change, meeting, case_id)
        change.session.execute(
            delete(MeetingCase)
            .where(MeetingCase.meeting_id == meeting_id, MeetingCase.case_id == case_id)
            .execution_options(synchronize_session=False)
        )
        change.log("meeting.family_removed", "meeting", meeting_id)


def _lock(change: Change, meeting: Meeting, case_id: int) -> None:
    case_facts.hold(change.session, meeting.partnership_id, [meeting.case_id, case_id])


def _found(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Meeting, str]:
    row = session.execute(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .add_columns(MeetingType.name, MeetingType.several_families)
    ).one_or_none()
    if row is None:
        raise NotVisible("No such meeting.")
    if not access.may_set_families(viewer, row.Meeting, takes_several=row.several_families):
        raise NotPermitted("Meetings of this kind are about one family, or it is the coordinator’s to say.")
    return row.Meeting, row.name

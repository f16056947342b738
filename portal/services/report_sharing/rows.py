"""The rows that recording asks for: an agency's part in a meeting, its report, and the people of the family."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import families as families_access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.report_sharing import FamilyReader
from portal.domain.sharing_vocabulary import FAMILY_READERS
from portal.domain.vocabulary import ReportStatus
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report
from portal.services.changes import Change


def part_of(session: Session, viewer: Viewer, meeting_id: int, invitation_id: int) -> Invitation:
    """One agency's invitation with its agency, its meeting and the meeting's kind. Raises NotVisible."""
    found = session.scalars(
        meetings_access.invitations_visible_to(viewer)
        .where(Invitation.id == invitation_id, Invitation.meeting_id == meeting_id)
        .options(joinedload(Invitation.agency), joinedload(Invitation.meeting).joinedload(Meeting.meeting_type))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or viewer.link is not None:
        raise NotVisible("No such invitation.")
    return found


def part_to_change(change: Change, meeting_id: int, invitation_id: int) -> Invitation:
    """The same within a change: meeting, then invitation, locked in the order of case_facts."""
    part_of(change.session, change.viewer, meeting_id, invitation_id)
    meeting = select(Meeting.id).where(Meeting.id == meeting_id)
    change.session.execute(meeting.with_for_update(of=Meeting, key_share=True))
    invitation = select(Invitation.id).where(Invitation.id == invitation_id)
    change.session.execute(invitation.with_for_update(of=Invitation))
    return part_of(change.session, change.viewer, meeting_id, invitation_id)


def report_that_stands(session: Session, invitation: Invitation) -> Report | None:
    """The report that an agency has sent and not withdrawn; none of its text."""
    return session.scalars(
        select(Report).where(
            Report.invitation_id == invitation.id,
            Report.status == ReportStatus.SUBMITTED,
            Report.withdrawn_at.is_(None),
        )
    ).one_or_none()


def named_readers(session: Session, viewer: Viewer, meeting_id: int) -> tuple[FamilyReader, ...]:
    """The parents, carers, children and others that the meeting's record names, as far as the viewer reads it."""
    rows = session.execute(
        families_access.visible_to(viewer)
        .outerjoin(Child, Child.id == FamilyAttendance.child_id)
        .where(
            FamilyAttendance.meeting_id == meeting_id,
            FamilyAttendance.removed_at.is_(None),
            FamilyAttendance.relation.in_(FAMILY_READERS),
        )
        .order_by(FamilyAttendance.id)
        .with_only_columns(
            FamilyAttendance.id, FamilyAttendance.relation, FamilyAttendance.name, Child.given_name, Child.surname
        )
    )
    found = [FamilyReader(row.relation, row.id, row.name or f"{row.given_name} {row.surname}") for row in rows]
    return tuple(sorted(found, key=lambda one: (FAMILY_READERS.index(one.relation), one.attendance_id or 0)))

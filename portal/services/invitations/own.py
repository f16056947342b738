"""An agency's own invitation to a meeting: read for a page, or read again to be changed."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.meetings import Invitation, Meeting
from portal.services.changes import Change


def own_invitation(viewer: Viewer, meeting_id: int) -> Invitation:
    """The invitation of the viewer's agency, with its meeting and the meeting's type. Raises NotVisible."""
    seen = access.invitations_visible_to(viewer).where(Invitation.meeting_id == meeting_id)
    invitation = db.session.scalars(_own(viewer, seen)).one_or_none()
    if invitation is None:
        raise NotVisible("No such meeting.")
    return invitation


def own_to_change(change: Change, meeting_id: int) -> Invitation:
    """The same within a change: meeting, then invitation, locked where the database locks rows.

    So the second of two people at one agency sees what the first did, and nobody answers while the register is
    being closed. The order is that of case_facts. Raises NotVisible.
    """
    # By the invitation, because a link opens that and no meeting.
    seen = access.invitations_visible_to(change.viewer).where(Invitation.meeting_id == meeting_id)
    meeting = select(Meeting.id).where(Meeting.id.in_(seen.with_only_columns(Invitation.meeting_id)))
    change.session.execute(meeting.with_for_update(of=Meeting, key_share=True))
    query = _own(change.viewer, seen).with_for_update(of=Invitation)
    invitation = change.session.scalars(query).one_or_none()
    if invitation is None:
        raise NotVisible("No such meeting.")
    return invitation


def _own(viewer: Viewer, seen: Select[Invitation]) -> Select[Invitation]:
    """Of the invitations to a meeting that the viewer sees, their agency's."""
    if viewer.role not in AGENCY_ROLES:
        raise NotVisible("Only agencies have an invitation of their own.")
    return (
        seen.join(Invitation.meeting)
        .join(Meeting.meeting_type)
        .where(Invitation.agency_id == viewer.agency_id)
        .options(contains_eager(Invitation.meeting).contains_eager(Meeting.meeting_type))
    )

"""Who reads what was decided and what agencies think of it, and who writes, signs and amends it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from portal.access import meetings
from portal.access.kept import kept_for_hat
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, Answer, Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.outcomes import AgencyView, Outcome

NEVER_DECIDED = frozenset({MeetingStatus.CANCELLED, MeetingStatus.INQUORATE})
"""Nothing is decided at a meeting that did not take place."""


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Outcome]:
    """Whoever sees the meeting reads what was signed; drafts are for those who keep its record alone."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(Outcome).where(false())
    sees = exists().where(Meeting.id == Outcome.meeting_id, meetings.visible_where(viewer)).correlate(Outcome)
    reads_drafts = true() if viewer.may(Permission.MEETINGS_RECORD) else Outcome.signed_at.is_not(None)
    return select(Outcome).where(Outcome.partnership_id == viewer.partnership_id, sees, reads_drafts)


def may_view(viewer: Viewer, outcome: Outcome, meeting: Meeting, own: Invitation | None) -> bool:
    """Whether the viewer reads this version; `own` is their agency's invitation to the meeting, if there is one."""
    if outcome.meeting_id != meeting.id or not meetings.may_view(viewer, meeting, own):
        return False
    return outcome.signed_at is not None or viewer.may(Permission.MEETINGS_RECORD)


def may_draft(viewer: Viewer, meeting: Meeting) -> bool:
    """The chair, and the coordinator for them, write down what is decided, from the meeting's day on."""
    return (
        viewer.may(Permission.MEETINGS_RECORD)
        and not viewer.is_system
        and meetings.may_view(viewer, meeting, None)
        and meeting.status not in NEVER_DECIDED
        and meeting.day <= viewer.today
    )


def is_decided(meeting: Meeting) -> bool:
    """Whether decisions of the meeting can stand: its register is closed, and it was held."""
    return meeting.status is MeetingStatus.HELD and meeting.register_closed_at is not None


def may_decide(viewer: Viewer, meeting: Meeting) -> bool:
    """The meeting's chair signs what was decided and amends it, once the register is closed as held."""
    return viewer.may(Permission.OUTCOMES_DECIDE) and may_draft(viewer, meeting) and is_decided(meeting)


@kept_for_hat
def views_visible_to(viewer: Viewer) -> Select[AgencyView]:
    """Of the meetings that the viewer sees: an agency its own views at once, everybody's when the register is closed.

    So nobody writes down what the others think before they have met; and dissent is in the record for all.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(AgencyView).where(false())
    shown: ColumnElement[bool] = true()
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        shown = or_(Meeting.register_closed_at.is_not(None), Invitation.agency_id == viewer.agency_id)
    return (
        select(AgencyView)
        .join(Invitation, Invitation.id == AgencyView.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(AgencyView.partnership_id == viewer.partnership_id, meetings.visible_where(viewer), shown)
    )


def may_view_view(
    viewer: Viewer, view: AgencyView, invitation: Invitation, meeting: Meeting, own: Invitation | None
) -> bool:
    """Whether the viewer reads what this invitation's agency said; `own` is that of the viewer's agency."""
    if view.invitation_id != invitation.id or invitation.meeting_id != meeting.id:
        return False
    if not meetings.may_view(viewer, meeting, own):
        return False
    if viewer.is_system or viewer.role not in AGENCY_ROLES:
        return True
    return invitation.agency_id == viewer.agency_id or meeting.register_closed_at is not None


def may_give_view(viewer: Viewer, meeting: Meeting, invitation: Invitation, closes_on: date | None) -> bool:
    """An agency gives its own view, and the chair writes one down for an agency that has a part.

    Before and at the meeting, and up to `closes_on` after it; not where the meeting did not take place.
    """
    if invitation.meeting_id != meeting.id or not has_part(invitation) or viewer.is_system:
        return False
    if meeting.status in NEVER_DECIDED or (closes_on is not None and viewer.today > closes_on):
        return False
    if viewer.may(Permission.OUTCOMES_DECIDE):
        return meetings.may_view(viewer, meeting, None) and meeting.day <= viewer.today
    return viewer.may(Permission.VIEWS_GIVE) and meetings.may_view_invitation(viewer, invitation, meeting)


def has_part(invitation: Invitation) -> bool:
    """Whether the agency has a part in the meeting, by its own word and the coordinator's."""
    return invitation.expectation is not Expectation.NOT_RELEVANT and invitation.answer is not Answer.NOT_OURS

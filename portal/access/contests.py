"""Who sees what an agency contests, who contests, takes back and decides."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from portal.access import meetings
from portal.access.closed_records import open_at_where
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.vocabulary import AGENCY_ROLES, ANSWERING_ROLES, MeetingStatus, Role
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting


def visible_to(viewer: Viewer) -> Select[Contest]:
    """Contests with their texts: an agency's own while it sees the meeting, the meeting's keepers all of them."""
    return select(Contest).where(visible_where(viewer))


def visible_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visible_to` as a condition; nothing of it comes with a link to an invitation."""
    if viewer.link is not None:
        return false()
    return and_(Contest.partnership_id == viewer.partnership_id, meetings.at_seen_invitation(viewer, Contest))


def outcomes_visible_to(viewer: Viewer) -> Select[Contest]:
    """Contests of which the viewer may know that they were and what became of them, without case, child or text.

    Beside those that they see: for the agency's lead and whoever raised it, also one that was upheld by finding the
    agency not relevant, which ends its sight of the meeting.
    """
    if viewer.role not in ANSWERING_ROLES or not viewer.may(Permission.EXPECTATIONS_CONTEST):
        return visible_to(viewer)
    own_agency = (
        select(Invitation.id)
        .where(
            Invitation.id == Contest.invitation_id,
            Invitation.partnership_id == viewer.partnership_id,
            Invitation.agency_id == viewer.agency_id,
            open_at_where(viewer, Invitation.meeting_id),
        )
        .correlate(Contest)
        .exists()
    )
    theirs = (
        Contest.partnership_id == viewer.partnership_id
        if viewer.role is Role.AGENCY_LEAD
        else Contest.raised_by_membership_id == viewer.membership_id
    )
    mine = false() if viewer.agency_id is None else and_(theirs, own_agency)
    return select(Contest).where(Contest.partnership_id == viewer.partnership_id, or_(visible_where(viewer), mine))


def may_view(viewer: Viewer, contest: Contest, invitation: Invitation, meeting: Meeting) -> bool:
    """Whether the viewer reads this contest, which is of this invitation to this meeting."""
    if viewer.link is not None or contest.invitation_id != invitation.id:
        return False
    return meetings.may_view_invitation(viewer, invitation, meeting)


def may_contest(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """People of the invited agency who see the invitation contest it, before the meeting and after.

    Until the meeting's month is frozen: that is asked where months are known.
    """
    return (
        viewer.may(Permission.EXPECTATIONS_CONTEST)
        and viewer.role in AGENCY_ROLES
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
    )


def may_withdraw(viewer: Viewer, contest: Contest, invitation: Invitation, meeting: Meeting) -> bool:
    """Whoever at the agency sees it takes it back, until it is decided."""
    return (
        viewer.may(Permission.EXPECTATIONS_CONTEST)
        and viewer.role in AGENCY_ROLES
        and may_view(viewer, contest, invitation, meeting)
        and contest.status is ContestStatus.OPEN
    )


def may_decide(viewer: Viewer, contest: Contest, invitation: Invitation, meeting: Meeting) -> bool:
    """The coordinator decides, also once the register is closed."""
    return (
        viewer.may(Permission.EXPECTATIONS_SET)
        and may_view(viewer, contest, invitation, meeting)
        and contest.status is ContestStatus.OPEN
    )

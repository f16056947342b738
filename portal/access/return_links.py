"""Who keeps the people whom links may be sent to, who makes links, and who sees what became of them."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access import meetings
from portal.access.roles import WHOLE_PARTNERSHIP, Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import MeetingStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.models.return_links import AgencyContact, ReturnLink


def contacts_visible_to(viewer: Viewer) -> Select[AgencyContact]:
    """People of agencies who need no account: a lead's own agency's, for the coordinator the whole partnership's."""
    if viewer.partnership_id is None or not viewer.may(Permission.RETURN_LINKS):
        return select(AgencyContact).where(false())
    rows = select(AgencyContact).where(AgencyContact.partnership_id == viewer.partnership_id)
    return rows if _is_keeper(viewer) else rows.where(AgencyContact.agency_id == viewer.agency_id)


def may_view_contact(viewer: Viewer, contact: AgencyContact) -> bool:
    """Whether this person is the viewer's to see among those whom links may be sent to."""
    if contact.partnership_id != viewer.partnership_id or not viewer.may(Permission.RETURN_LINKS):
        return False
    return _is_keeper(viewer) or contact.agency_id == viewer.agency_id


def may_keep_contacts(viewer: Viewer, listed: PartnershipAgency) -> bool:
    """Whether the viewer names people of this agency: its lead, and the coordinator; nobody for one that has left."""
    if listed.partnership_id != viewer.partnership_id or not viewer.may(Permission.RETURN_LINKS):
        return False
    return listed.left_at is None and (_is_keeper(viewer) or listed.agency_id == viewer.agency_id)


def may_switch(viewer: Viewer, listed: PartnershipAgency) -> bool:
    """Whether the viewer says if links may answer for this agency at all: its lead alone."""
    return may_keep_contacts(viewer, listed) and viewer.role is Role.AGENCY_LEAD


def visible_to(viewer: Viewer) -> Select[ReturnLink]:
    """Links and what became of them: an agency's lead those to its own invitations, the coordinator all."""
    if viewer.partnership_id is None or not viewer.may(Permission.RETURN_LINKS):
        return select(ReturnLink).where(false())
    return select(ReturnLink).where(meetings.at_seen_invitation(viewer, ReturnLink))


def may_view(
    viewer: Viewer, link: ReturnLink, invitation: Invitation, meeting: Meeting, *, is_named: bool = True
) -> bool:
    """Whether the viewer sees this link, which is to this invitation; `is_named` as for the meeting itself."""
    if link.invitation_id != invitation.id or not viewer.may(Permission.RETURN_LINKS):
        return False
    return meetings.may_view_invitation(viewer, invitation, meeting, is_named=is_named)


def may_make(viewer: Viewer, invitation: Invitation, meeting: Meeting, listed: PartnershipAgency) -> bool:
    """The coordinator and the agency's lead, until the register is closed, where the lead has not switched it off.

    Never to a meeting for named people only: who sees that is said by name, and a link's holder has none there.
    """
    return (
        viewer.may(Permission.RETURN_LINKS)
        and not viewer.is_system
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and listed.agency_id == invitation.agency_id
        and listed.left_at is None
        and listed.link_returns
        and not meeting.named_people_only
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.register_closed_at is None
    )


def may_withdraw(viewer: Viewer, link: ReturnLink, invitation: Invitation, meeting: Meeting) -> bool:
    """Whoever may see it ends it, for as long as it could be used at all."""
    return may_view(viewer, link, invitation, meeting) and link.withdrawn_at is None and link.used_at is None


def may_read_out(viewer: Viewer, link: ReturnLink, invitation: Invitation, meeting: Meeting) -> bool:
    """Whether the viewer reads out a code for this link, which can still be used."""
    return reads_out(viewer) and may_withdraw(viewer, link, invitation, meeting)


def reads_out(viewer: Viewer) -> bool:
    """The coordinator reads codes out, to whom they have rung up themselves."""
    return viewer.role is Role.COORDINATOR


def _is_keeper(viewer: Viewer) -> bool:
    return viewer.is_system or viewer.role in WHOLE_PARTNERSHIP

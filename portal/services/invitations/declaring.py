"""An agency says who came, from the meeting's day until the chair has confirmed it."""

from __future__ import annotations

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, NotPermitted
from portal.domain.labels import label
from portal.domain.vocabulary import Attendance
from portal.services.case_facts import recount_meeting
from portal.services.changes import changing
from portal.services.invitations.own import own_to_change
from portal.services.invitations.seen import AlreadySo, seen_declaration


def declare_attendance(viewer: Viewer, meeting_id: int, attendance: Attendance, seen: int) -> bool:
    """Say for the viewer's agency whether and how it was there; it counts until the chair confirms otherwise.

    Gives False where the same was declared already. Raises NotVisible, NotPermitted (too early, or confirmed by
    now), or Conflict where what was declared is no longer what the page showed (`seen`: seen_declaration).
    """
    try:
        with changing(viewer) as change:
            invitation = own_to_change(change, meeting_id)
            if invitation.declared_attendance is attendance:
                raise AlreadySo
            if not access.may_declare(viewer, invitation, invitation.meeting):
                raise NotPermitted(
                    "Attendance is declared from the meeting's day on, until the chair has confirmed it."
                )
            if seen_declaration(invitation) != seen:
                theirs = invitation.declared_attendance
                raise Conflict(
                    "Somebody else at your agency declared this a moment ago.",
                    mine={"Attendance": label(attendance)},
                    theirs={"Attendance": label(theirs) if theirs else "Not declared"},
                )
            invitation.declared_attendance = attendance
            invitation.declared_at = viewer.now
            invitation.declared_by_id = viewer.user_id
            change.session.flush()
            recount_meeting(change.session, meeting_id)
            change.log("attendance.declared", "invitation", invitation.id)
    except AlreadySo:
        return False
    return True

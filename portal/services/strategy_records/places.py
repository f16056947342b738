"""Who comes to which question of a strategy record."""

from __future__ import annotations

from sqlalchemy import Select, false
from sqlalchemy.orm import Session

from portal.access import meetings as meetings_access
from portal.access import strategy_records as access
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.strategy_vocabulary import OF_EACH_AGENCY, StrategyQuestion
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.meetings import Invitation
from portal.services.strategy_records.stored import Place, Stored

KEPT_BY = "The record is kept by the meeting’s chair and the coordinator."


def own_invitation_of(viewer: Viewer, meeting_id: int) -> Select[Invitation]:
    """The invitation of the viewer's agency to a meeting; none for those who run it."""
    rows = meetings_access.invitations_visible_to(viewer).where(Invitation.meeting_id == meeting_id)
    return rows if viewer.role in AGENCY_ROLES else rows.where(false())


def check_place(session: Session, viewer: Viewer, stored: Stored, place: Place) -> Invitation | None:
    """Whether the viewer comes to a question at all; gives an agency's own invitation. Raises NotVisible, NotPermitted.

    Whoever keeps the record comes to all of them; an agency to what it shares itself, and no other agency's part is
    there for it.
    """
    if (place.question in OF_EACH_AGENCY) is (place.invitation_id is None):
        raise NotVisible("No such question.")
    if viewer.role in AGENCY_ROLES:
        if place.invitation_id is None:
            raise NotPermitted(KEPT_BY)
        own = session.scalar(own_invitation_of(viewer, stored.meeting.id))
        if place.question is not StrategyQuestion.INFORMATION or own is None or own.id != place.invitation_id:
            raise NotVisible("No such agency.")
        return own
    if place.invitation_id is not None and str(place.invitation_id) not in stored.agency_names:
        raise NotVisible("No such agency.")
    if not access.may_keep(viewer, stored.meeting):
        raise NotPermitted(KEPT_BY)
    return None

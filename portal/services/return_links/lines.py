"""What a meeting's page says of its links, in one line."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import return_links as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.return_links import LinkEnd
from portal.models.meetings import Invitation
from portal.models.return_links import ReturnLink
from portal.services.return_links.ending import find_links


def links_line(viewer: Viewer, meeting_id: int) -> str | None:
    """How the links of a meeting stand, for whoever makes them; None for everybody else. One query."""
    if not viewer.may(Permission.RETURN_LINKS):
        return None
    session: Session = db.session()
    of_meeting = select(Invitation.id).where(Invitation.meeting_id == meeting_id)
    seen = access.visible_to(viewer).where(ReturnLink.invitation_id.in_(of_meeting)).with_only_columns(ReturnLink.id)
    links = find_links(session, ReturnLink.id.in_(seen), viewer.now)
    counted = {
        "out": sum(link.end is None for link in links),
        "used": sum(link.end is LinkEnd.USED for link in links),
        "not delivered": sum(link.end is None and link.is_mail_lost for link in links),
    }
    said = [f"{number} {words}" for words, number in counted.items() if number]
    return ", ".join(said) if said else "None sent"

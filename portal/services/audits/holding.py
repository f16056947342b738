"""A return of the viewer's own agency, and keeping others from it while several of its answers change together."""

from __future__ import annotations

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.models.audits import AuditReturn
from portal.services.audits.returns_page import ReturnFacts, return_facts
from portal.services.changes import Change


def own_return(viewer: Viewer, return_id: int) -> ReturnFacts:
    """A return of the viewer's own agency. Raises NotVisible, and NotPermitted for one of another agency."""
    facts = return_facts(db.session(), viewer, return_id)
    if not access.is_own(viewer, facts.row):
        raise NotPermitted("This is the return of another agency.")
    return facts


def hold_return(change: Change, return_id: int) -> None:
    """Keep everybody else from this return until the change is done. Raises NotVisible."""
    query = access.visible_to(change.viewer).where(AuditReturn.id == return_id).with_for_update(of=AuditReturn)
    if change.session.scalars(query).one_or_none() is None:
        raise NotVisible("No such return.")

"""Who sees which partnerships, and who makes new ones."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.access.viewer import Viewer
from portal.models.partnerships import Partnership


def visible_to(viewer: Viewer) -> Select[Partnership]:
    """A person's own partnerships; a command's one, or all of them where it runs for the system itself."""
    if viewer.is_system and viewer.system_partnership_id is None:
        return select(Partnership)
    own = {hat.partnership_id for hat in viewer.hats}
    if viewer.partnership_id is not None:
        own.add(viewer.partnership_id)
    return select(Partnership).where(Partnership.id.in_(own))


def may_view(viewer: Viewer, partnership: Partnership) -> bool:
    """Whether this partnership is one that the viewer works in, or that a command runs for."""
    if viewer.is_system and viewer.system_partnership_id is None:
        return True
    return partnership.id == viewer.partnership_id or any(hat.partnership_id == partnership.id for hat in viewer.hats)


def may_create(viewer: Viewer) -> bool:
    """Only whoever runs the portal opens it to a new area."""
    return viewer.is_system

"""Who reads the system's own trail: it holds ids and verbs, no content."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.activity import Activity


def visible_to(viewer: Viewer) -> Select[Activity]:
    """An administrator's own partnership's trail."""
    if viewer.partnership_id is None or not viewer.may(Permission.ACTIVITY_VIEW):
        return select(Activity).where(false())
    return select(Activity).where(Activity.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, row: Activity) -> bool:
    """Whether this entry is the viewer's to see."""
    return (
        viewer.may(Permission.ACTIVITY_VIEW)
        and viewer.partnership_id is not None
        and row.partnership_id == viewer.partnership_id
    )

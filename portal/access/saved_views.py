"""Whose saved views of the figures these are: everybody's own, under the membership with which they were saved."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.saved_views import SavedView


def visible_to(viewer: Viewer) -> Select[SavedView]:
    """The viewer's own views, under the hat that they wear; nobody reads another's."""
    if viewer.membership_id is None or not viewer.may(Permission.VIEWS_SAVE):
        return select(SavedView).where(false())
    return select(SavedView).where(
        SavedView.partnership_id == viewer.partnership_id, SavedView.membership_id == viewer.membership_id
    )


def may_view(viewer: Viewer, view: SavedView) -> bool:
    """Whether it is the viewer's."""
    return (
        viewer.may(Permission.VIEWS_SAVE)
        and view.partnership_id == viewer.partnership_id
        and view.membership_id == viewer.membership_id
    )


def may_save(viewer: Viewer) -> bool:
    """Whether the viewer saves views at all."""
    return viewer.membership_id is not None and viewer.may(Permission.VIEWS_SAVE)


def may_change(viewer: Viewer, view: SavedView) -> bool:
    """Whether the viewer renames, sends or removes this view."""
    return may_view(viewer, view)

"""Who brings files of records into a partnership."""

from __future__ import annotations

from portal.access.viewer import Viewer


def may_import(viewer: Viewer) -> bool:
    """Whoever runs the portal, by a command for one partnership; no role does so in a page."""
    return viewer.is_system and viewer.partnership_id is not None

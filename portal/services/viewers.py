"""Named system viewers: what a command or the worker is, when it asks a service for something."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Unusable
from portal.models.partnerships import Partnership


def system_viewer(name: str, now: datetime, partnership: str | None = None) -> Viewer:
    """The system user `name` at `now` (UTC), for the partnership of that exact name or for the system itself.

    Raises Unusable where there is no such partnership.
    """
    if partnership is None:
        return Viewer.of_system(name, now)
    partnership_id = db.session.scalar(select(Partnership.id).where(Partnership.name == partnership))
    if partnership_id is None:
        raise Unusable([f"no partnership is called {partnership!r}: see flask partnerships list"])
    return Viewer.of_system(name, now, partnership_id)

"""An anchor of the finished demonstration, so that its administrators see one and a rebuilt one begins anew."""

from __future__ import annotations

from datetime import datetime

from portal.services import activity_keeping
from portal.services.viewers import system_viewer


def anchor(now: datetime) -> None:
    """Keep an anchor of what was built, once it is committed; those of an earlier demonstration count no more."""
    activity_keeping.keep(system_viewer("demo", now), reason="The demonstration was built")

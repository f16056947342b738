"""Who is shown the agencies beside each other."""

from __future__ import annotations

from portal.access.roles import Permission
from portal.access.viewer import Viewer


def may_compare(viewer: Viewer) -> bool:
    """The board's roles and the safeguarding manager compare the partnership's agencies, a sector lead the sector's.

    A lead reads the figures of the own agency, a chair those of the own conferences: neither compares agencies.
    """
    return viewer.may(Permission.FIGURES_COMPARE) and viewer.may(Permission.FIGURES_VIEW)

"""Whose figures a viewer sees, and whether small counts are hidden from them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access.roles import CASE_ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.vocabulary import AgencyType, Role


@dataclass(frozen=True, slots=True)
class FigureScope:
    """The part of a partnership's figures that a viewer may read."""

    partnership_id: int
    agency_id: int | None
    """A lead's own agency; empty for wider scopes."""
    agency_type: AgencyType | None
    """A sector lead's sector; empty for the whole partnership."""
    hides_small: bool
    """Whether counts of 1 to the rule set's limit are replaced by "too few"."""


def scope(viewer: Viewer) -> FigureScope:
    """Board, business manager, scrutineer, manager: the partnership; sector lead: the sector; lead: the agency.

    Raises NotPermitted. Only roles that work with the children themselves see small counts.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.FIGURES_VIEW):
        raise NotPermitted("Figures are not part of this role.")
    sector = viewer.hat.sector if viewer.hat else None
    if viewer.role is Role.SECTOR_LEAD and sector is None:
        raise NotPermitted("This sector lead has no sector yet.")
    return FigureScope(
        partnership_id=viewer.partnership_id,
        agency_id=viewer.agency_id if viewer.role is Role.AGENCY_LEAD else None,
        agency_type=sector if viewer.role is Role.SECTOR_LEAD else None,
        hides_small=not viewer.is_system and viewer.role not in CASE_ROLES,
    )

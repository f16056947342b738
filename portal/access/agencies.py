"""Who sees which agencies of a partnership, and who keeps the list."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.partnerships import Agency, PartnershipAgency


def visible_to(viewer: Viewer) -> Select[PartnershipAgency]:
    """A lead's own agency, a sector lead's sector, and for everybody else with the page the whole partnership."""
    if viewer.partnership_id is None or not viewer.may(Permission.AGENCIES_VIEW):
        return select(PartnershipAgency).where(false())
    rows = (
        select(PartnershipAgency)
        .join(Agency, Agency.id == PartnershipAgency.agency_id)
        .where(PartnershipAgency.partnership_id == viewer.partnership_id)
    )
    if viewer.role is Role.AGENCY_LEAD:
        return rows.where(PartnershipAgency.agency_id == viewer.agency_id)
    if viewer.role is Role.SECTOR_LEAD:
        sector = viewer.hat.sector if viewer.hat else None
        return rows.where(Agency.agency_type == sector)
    return rows


def may_view(viewer: Viewer, listed: PartnershipAgency, agency: Agency) -> bool:
    """Whether this agency's entry is the viewer's to see."""
    if listed.partnership_id != viewer.partnership_id or not viewer.may(Permission.AGENCIES_VIEW):
        return False
    if viewer.role is Role.AGENCY_LEAD:
        return listed.agency_id == viewer.agency_id
    if viewer.role is Role.SECTOR_LEAD:
        return viewer.hat is not None and agency.agency_type == viewer.hat.sector
    return True


def may_manage(viewer: Viewer) -> bool:
    """Whether the viewer adds and changes agencies of their partnership."""
    return viewer.partnership_id is not None and viewer.may(Permission.AGENCIES_MANAGE)

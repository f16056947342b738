"""Who chases the agencies of a sector, and who reads what was said to one of them. No case content in any of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true

from portal.access import agencies
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AgencyType, Role
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.sector_remarks import SectorRemark, SectorReminder


def agencies_visible_to(viewer: Viewer) -> Select[PartnershipAgency]:
    """The agencies of which remarks are read: a lead's own, the sector's, and for the business manager all."""
    rows = agencies.visible_to(viewer)
    return rows if _reads(viewer) else rows.where(false())


def visible_to(viewer: Viewer) -> Select[SectorRemark]:
    """The remarks to those agencies."""
    return select(SectorRemark).where(
        SectorRemark.partnership_id == viewer.partnership_id, _of_agencies(viewer, SectorRemark.agency_id)
    )


def reminders_visible_to(viewer: Viewer) -> Select[SectorReminder]:
    """The days on which those agencies were reminded."""
    return select(SectorReminder).where(
        SectorReminder.partnership_id == viewer.partnership_id, _of_agencies(viewer, SectorReminder.agency_id)
    )


def may_view(viewer: Viewer, remark: SectorRemark, agency_type: AgencyType) -> bool:
    """Whether this remark is the viewer's to read; `agency_type` is that of the agency it is to."""
    if remark.partnership_id != viewer.partnership_id or not _reads(viewer):
        return False
    if viewer.role is Role.AGENCY_LEAD:
        return remark.agency_id == viewer.agency_id
    return viewer.role is Role.BUSINESS_MANAGER or viewer.sector is agency_type


def may_chase(viewer: Viewer, agency_type: AgencyType) -> bool:
    """Whether the viewer reminds this agency and writes to it: the lead of its sector."""
    return viewer.hat is not None and viewer.may(Permission.SECTOR_CHASE) and viewer.sector is agency_type


def may_change(viewer: Viewer, remark: SectorRemark, agency_type: AgencyType) -> bool:
    """Whether the viewer words a remark anew: whoever wrote it, while the sector is theirs."""
    return may_chase(viewer, agency_type) and remark.written_by_membership_id == viewer.membership_id


def _reads(viewer: Viewer) -> bool:
    return viewer.partnership_id is not None and viewer.role in (
        Role.AGENCY_LEAD,
        Role.SECTOR_LEAD,
        Role.BUSINESS_MANAGER,
    )


def _of_agencies(viewer: Viewer, agency_id: Any) -> ColumnElement[bool]:
    if not _reads(viewer):
        return false()
    if viewer.role is Role.AGENCY_LEAD:
        own: ColumnElement[bool] = agency_id == viewer.agency_id
        return own
    if viewer.role is Role.SECTOR_LEAD:
        of_sector: ColumnElement[bool] = agency_id.in_(select(Agency.id).where(Agency.agency_type == viewer.sector))
        return of_sector
    return true()

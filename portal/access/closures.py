"""Who sees when agencies are closed, and who keeps that."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.closures import ClosurePeriod
from portal.models.partnerships import Agency


def may_list(viewer: Viewer) -> bool:
    """Whether closures are anything to the viewer: to those who answer audits as leads, and those who chase them."""
    return viewer.may(Permission.AUDITS_LEAD) or viewer.may(Permission.AUDITS_RUN) or viewer.role is Role.SECTOR_LEAD


def visible_to(viewer: Viewer) -> Select[ClosurePeriod]:
    """A lead's own agency's; for the business manager the whole partnership's, for a sector lead their sector's."""
    if viewer.partnership_id is None or not may_list(viewer):
        return select(ClosurePeriod).where(false())
    rows = select(ClosurePeriod).where(ClosurePeriod.partnership_id == viewer.partnership_id)
    if viewer.is_system or viewer.may(Permission.AUDITS_RUN):
        return rows
    if viewer.role is Role.SECTOR_LEAD:
        of_sector = select(Agency.id).where(Agency.agency_type == viewer.sector)
        return rows.where(ClosurePeriod.agency_id.in_(of_sector))
    return rows.where(ClosurePeriod.agency_id == viewer.agency_id)


def may_view(viewer: Viewer, closure: ClosurePeriod, *, agency_type: str) -> bool:
    """Whether this closure is the viewer's to see."""
    if closure.partnership_id != viewer.partnership_id or not may_list(viewer):
        return False
    if viewer.is_system or viewer.may(Permission.AUDITS_RUN):
        return True
    if viewer.role is Role.SECTOR_LEAD:
        return agency_type == viewer.sector
    return closure.agency_id == viewer.agency_id


def may_add(viewer: Viewer) -> bool:
    """Whether the viewer says when their agency is closed."""
    return viewer.may(Permission.AUDITS_LEAD) and viewer.agency_id is not None


def may_change(viewer: Viewer, closure: ClosurePeriod) -> bool:
    """Whether the viewer changes or takes away this closure: their agency's, until it is over.

    One that is over stays, for it explains why a return was due when it was.
    """
    return (
        may_add(viewer)
        and closure.partnership_id == viewer.partnership_id
        and closure.agency_id == viewer.agency_id
        and closure.ends_on >= viewer.today
    )

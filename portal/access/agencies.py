"""Who sees which agencies of a partnership, and who keeps the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.partnerships import Agency, PartnershipAgency


def visible_to(viewer: Viewer) -> Select[PartnershipAgency]:
    """A lead's own agency, a sector lead's sector, and for everybody else with the page the whole partnership."""
    rows = select(PartnershipAgency).join(Agency, Agency.id == PartnershipAgency.agency_id)
    if viewer.partnership_id is None or not viewer.may(Permission.AGENCIES_VIEW):
        return rows.where(false())
    rows = rows.where(PartnershipAgency.partnership_id == viewer.partnership_id)
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


def may_describe(viewer: Viewer, shared_by: Collection[int]) -> bool:
    """Whether the viewer may change an agency's name, type and codes, given every partnership that lists it.

    They are the same in all of them, so the viewer must keep the list in each: one area does not rename
    another's police force.
    """
    return may_manage(viewer) and set(shared_by) <= _partnerships_with(viewer, Permission.AGENCIES_MANAGE)


def may_adopt(viewer: Viewer, agency: Agency, listed: Collection[PartnershipAgency]) -> bool:
    """Whether the viewer may bring an agency into their partnership, given its entries in others.

    It must be one that they see there, under another of their hats; a command may bring any.
    """
    if not may_manage(viewer):
        return False
    return viewer.is_system or any(
        may_view(other, entry, agency) for other in under_each_hat(viewer) for entry in listed
    )


def under_each_hat(viewer: Viewer) -> list[Viewer]:
    """The same person under each of their memberships."""
    return [replace(viewer, hat=hat) for hat in viewer.hats]


def _partnerships_with(viewer: Viewer, permission: Permission) -> set[int]:
    hats = {hat.partnership_id for hat in viewer.hats if permission in hat.permissions}
    return hats | ({viewer.partnership_id} if viewer.partnership_id is not None and viewer.may(permission) else set())

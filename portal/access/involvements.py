"""Who sees which agency knows which child, and who writes it down."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.access import cases
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.cases import Case, Child
from portal.models.involvements import Involvement


def visible_to(viewer: Viewer) -> Select[Involvement]:
    """Of the children whom the viewer sees: an agency's people their own agency's part, those who run meetings all."""
    children = cases.children_visible_to(viewer).with_only_columns(Child.id)
    rows = select(Involvement).where(
        Involvement.partnership_id == viewer.partnership_id, Involvement.child_id.in_(children)
    )
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return rows.where(Involvement.agency_id == viewer.agency_id)
    return rows


def may_view(viewer: Viewer, involvement: Involvement, *, sees_child: bool) -> bool:
    """Whether the viewer sees this involvement, given whether they see a meeting about the child."""
    if involvement.partnership_id != viewer.partnership_id or not sees_child:
        return False
    return viewer.is_system or viewer.role not in AGENCY_ROLES or involvement.agency_id == viewer.agency_id


def may_keep(viewer: Viewer, case: Case) -> bool:
    """The coordinator adds and ends the involvements of a case's children."""
    return cases.may_manage(viewer, case)


def may_end(viewer: Viewer, involvement: Involvement) -> bool:
    """The coordinator ends one that has not ended; its day stands from then on."""
    return (
        viewer.may(Permission.CASES_MANAGE)
        and involvement.partnership_id == viewer.partnership_id
        and involvement.until is None
    )

"""Who reads the improvement plan, who writes it, and who says how an action goes. It holds no child."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from portal.access.kept import kept_for_hat
from portal.access.roles import ROLES, Permission
from portal.access.viewer import Viewer
from portal.domain.improvement_vocabulary import ImprovementStatus
from portal.domain.vocabulary import Role
from portal.models.improvement import ImprovementAction, ImprovementArea, ImprovementLead
from portal.models.improvement_history import ImprovementMonth

CAN_LEAD = frozenset(
    role
    for role, permissions in ROLES.items()
    if Permission.IMPROVEMENT_UPDATE in permissions and role is not Role.SCRUTINEER
)
"""Roles whose holders can be named as leads. The scrutineer looks on, and answers for no action."""


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[ImprovementAction]:
    """The whole plan for the board's roles and the managers; whoever leads an action sees the ones that they lead."""
    if viewer.partnership_id is None or not _comes_here(viewer):
        return select(ImprovementAction).where(false())
    here = select(ImprovementAction).where(ImprovementAction.partnership_id == viewer.partnership_id)
    return here if viewer.may(Permission.IMPROVEMENT_VIEW) else here.where(led_where(viewer))


@kept_for_hat
def areas_visible_to(viewer: Viewer) -> Select[ImprovementArea]:
    """The plan's areas, for whoever reads the whole plan; the others read the name of their action's area beside it."""
    if viewer.partnership_id is None or not viewer.may(Permission.IMPROVEMENT_VIEW):
        return select(ImprovementArea).where(false())
    return select(ImprovementArea).where(ImprovementArea.partnership_id == viewer.partnership_id)


def months_visible_to(viewer: Viewer) -> Select[ImprovementMonth]:
    """The views of months that were closed, for whoever reads the whole plan."""
    if viewer.partnership_id is None or not viewer.may(Permission.IMPROVEMENT_VIEW):
        return select(ImprovementMonth).where(false())
    return select(ImprovementMonth).where(ImprovementMonth.partnership_id == viewer.partnership_id)


@kept_for_hat
def led_where(viewer: Viewer) -> ColumnElement[bool]:
    """Actions that the viewer leads: as the person, or by the role that they have."""
    if viewer.membership_id is None or viewer.role not in CAN_LEAD:
        return false()
    leads = or_(
        ImprovementLead.membership_id == viewer.membership_id,
        and_(ImprovementLead.role == viewer.role, ImprovementLead.partnership_id == viewer.partnership_id),
    )
    return exists().where(ImprovementLead.action_id == ImprovementAction.id, leads).correlate(ImprovementAction)


def leads(viewer: Viewer, named: Iterable[ImprovementLead]) -> bool:
    """Whether the viewer is among an action's leads."""
    if viewer.membership_id is None or viewer.role not in CAN_LEAD:
        return False
    return any(one.membership_id == viewer.membership_id or one.role == viewer.role for one in named)


def may_view(viewer: Viewer, action: ImprovementAction, named: Iterable[ImprovementLead]) -> bool:
    """Whether this action is the viewer's to see; `named` are its leads."""
    if action.partnership_id != viewer.partnership_id or not _comes_here(viewer):
        return False
    return viewer.may(Permission.IMPROVEMENT_VIEW) or leads(viewer, named)


def may_view_area(viewer: Viewer, area: ImprovementArea) -> bool:
    """Whether the viewer reads this area."""
    return area.partnership_id == viewer.partnership_id and viewer.may(Permission.IMPROVEMENT_VIEW)


def may_add(viewer: Viewer) -> bool:
    """Whether the viewer writes the plan: areas, actions, files of them."""
    return viewer.partnership_id is not None and viewer.may(Permission.IMPROVEMENT_KEEP)


def may_recommend(viewer: Viewer) -> bool:
    """Whether the viewer adds to the plan what a sample of practice recommends: who keeps it, and who draws samples."""
    return may_add(viewer) or (viewer.partnership_id is not None and viewer.may(Permission.SAMPLES_DRAW))


def may_keep(viewer: Viewer, row: ImprovementAction | ImprovementArea) -> bool:
    """Whether the viewer changes this action or area in its wording, its leads, by when it is to be done."""
    return may_add(viewer) and row.partnership_id == viewer.partnership_id


def may_change(viewer: Viewer, action: ImprovementAction) -> bool:
    """Whether the viewer changes an action, or stops it: while it is open."""
    return may_keep(viewer, action) and action.status is ImprovementStatus.OPEN


def may_reopen(viewer: Viewer, action: ImprovementAction) -> bool:
    """Whether the viewer opens an action again that was complete or stopped."""
    return may_keep(viewer, action) and action.status is not ImprovementStatus.OPEN


def may_update(viewer: Viewer, action: ImprovementAction, named: Iterable[ImprovementLead]) -> bool:
    """Whether the viewer says how an open action goes: its leads, and whoever keeps the plan."""
    if action.partnership_id != viewer.partnership_id or action.status is not ImprovementStatus.OPEN:
        return False
    if not viewer.may(Permission.IMPROVEMENT_UPDATE):
        return False
    return may_keep(viewer, action) or leads(viewer, named)


def may_close(viewer: Viewer) -> bool:
    """Whether the viewer closes the view of a month."""
    return may_add(viewer) and not viewer.is_system


def _comes_here(viewer: Viewer) -> bool:
    return viewer.may(Permission.IMPROVEMENT_VIEW) or viewer.may(Permission.IMPROVEMENT_UPDATE)

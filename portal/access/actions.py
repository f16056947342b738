"""Who sees which actions, who reads what is said about them, and who takes which step."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, select

from portal.access.audits import OPEN_STATUSES, is_own
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.action_rules import may_check_word_of
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ActionStatus
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, Role
from portal.models.actions import Action
from portal.models.audits import AuditReturn
from portal.models.partnerships import Agency

READS_HISTORY = frozenset({Role.BUSINESS_MANAGER, Role.SCRUTINEER})
"""Roles outside the agency that read how an action goes and what shows that it was done."""


def visible_to(viewer: Viewer) -> Select[Action]:
    """What is to be done, by whom, by when, and how it stands; no action holds a child.

    An agency's lead: their agency's. A practitioner: those they own. A sector lead: their sector's. The rest of the
    board's world: all of the partnership.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.ACTIONS_VIEW):
        return select(Action).where(false())
    return select(Action).where(Action.partnership_id == viewer.partnership_id, _own_where(viewer))


def _own_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_system or viewer.role is None:
        return Action.partnership_id == viewer.system_partnership_id
    if viewer.role is Role.PRACTITIONER:
        return and_(Action.agency_id == viewer.agency_id, Action.owner_membership_id == viewer.membership_id)
    if viewer.role in AGENCY_ROLES:
        return Action.agency_id == viewer.agency_id
    if viewer.role is Role.SECTOR_LEAD:
        return Action.agency_id.in_(select(Agency.id).where(Agency.agency_type == viewer.sector))
    return Action.partnership_id == viewer.partnership_id


def may_view(viewer: Viewer, action: Action, agency_type: AgencyType) -> bool:
    """Whether the viewer sees this action; `agency_type` is that of the agency whose it is."""
    if action.partnership_id != viewer.partnership_id or not viewer.may(Permission.ACTIONS_VIEW):
        return False
    if viewer.is_system:
        return True
    if viewer.role is Role.SECTOR_LEAD:
        return agency_type == viewer.sector
    if viewer.role not in AGENCY_ROLES:
        return True
    is_owner = viewer.membership_id is not None and action.owner_membership_id == viewer.membership_id
    return action.agency_id == viewer.agency_id and (is_owner or viewer.role is not Role.PRACTITIONER)


def may_read_history(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer, who sees the action, reads its updates and its evidence: the agency, and who checks it."""
    return (
        action.partnership_id == viewer.partnership_id
        and viewer.may(Permission.ACTIONS_VIEW)
        and (viewer.is_system or viewer.role in AGENCY_ROLES or viewer.role in READS_HISTORY)
    )


def may_work_on(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer says how it goes and that it is done: its owner and the agency's lead, while it is open."""
    if not viewer.may(Permission.ACTIONS_OWN) or action.partnership_id != viewer.partnership_id:
        return False
    is_owner = viewer.membership_id is not None and action.owner_membership_id == viewer.membership_id
    leads = viewer.role is Role.AGENCY_LEAD and action.agency_id == viewer.agency_id
    return (is_owner or leads) and action.status is ActionStatus.OPEN


def may_check(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer closes it or sends it back: never whoever said that it was done."""
    return (
        viewer.may(Permission.ACTIONS_CHECK)
        and action.partnership_id == viewer.partnership_id
        and action.status is ActionStatus.DONE
        and may_check_word_of(viewer.user_id, action.done_by_id)
    )


def may_add(viewer: Viewer, audit_return: AuditReturn, *, given: bool, on_panel: bool) -> bool:
    """Whether the viewer adds an action to an answer that they may read.

    The agency's lead at any time, a colleague in a section that they were given while it is being answered; the
    business manager and the round's panel once the return is signed.
    """
    if not viewer.may(Permission.ACTIONS_VIEW) or audit_return.partnership_id != viewer.partnership_id:
        return False
    if viewer.role in AGENCY_ROLES:
        if not viewer.may(Permission.ACTIONS_OWN) or not is_own(viewer, audit_return):
            return False
        return viewer.may(Permission.AUDITS_LEAD) or (given and audit_return.status in OPEN_STATUSES)
    return (
        viewer.may(Permission.AUDITS_MODERATE)
        and (on_panel or viewer.may(Permission.AUDITS_RUN))
        and audit_return.status in SIGNED_STATUSES
    )

"""Who sees which people, and who gives them roles."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.people import Membership


def visible_to(viewer: Viewer) -> Select[Membership]:
    """A lead's own agency's people in agency roles; an administrator's whole partnership."""
    if viewer.partnership_id is None or not viewer.may(Permission.PEOPLE_VIEW):
        return select(Membership).where(false())
    rows = select(Membership).where(Membership.partnership_id == viewer.partnership_id)
    if viewer.role is Role.AGENCY_LEAD:
        return rows.where(Membership.agency_id == viewer.agency_id, Membership.role.in_(AGENCY_ROLES))
    return rows


def may_view(viewer: Viewer, membership: Membership) -> bool:
    """Whether this membership is the viewer's to see on the people pages."""
    return viewer.may(Permission.PEOPLE_VIEW) and _reaches(viewer, membership)


def may_manage(viewer: Viewer, membership: Membership) -> bool:
    """Whether the viewer may change or end this membership: never one of their own."""
    return may_hand_over(viewer, membership) and membership.ended_at is None


def may_hand_over(viewer: Viewer, membership: Membership) -> bool:
    """Whether the viewer gives somebody's open work to others: whoever may manage them, and after they left too."""
    return (
        viewer.may(Permission.PEOPLE_MANAGE)
        and _reaches(viewer, membership)
        and (viewer.user_id is None or membership.user_id != viewer.user_id)
    )


def may_confirm(viewer: Viewer) -> bool:
    """Whether the viewer says each quarter who still works in an agency: its lead."""
    return viewer.may(Permission.PEOPLE_MANAGE) and viewer.role is Role.AGENCY_LEAD and viewer.agency_id is not None


def may_reissue(viewer: Viewer, memberships: Collection[Membership]) -> bool:
    """Whether the viewer may give a person a new password link or a fresh authenticator.

    The link opens everything the person may do, so the viewer must reach every current membership of
    theirs: a lead cannot take over a chair's account, nor one partnership's administrator another's.
    """
    current = [membership for membership in memberships if membership.ended_at is None]
    return bool(current) and all(may_manage(viewer, membership) for membership in current)


def roles_to_give(viewer: Viewer) -> tuple[Role, ...]:
    """The roles the viewer may give: a lead those of an agency, an administrator (and the system) all."""
    if not viewer.may(Permission.PEOPLE_MANAGE):
        return ()
    if viewer.role is Role.AGENCY_LEAD:
        return tuple(role for role in Role if role in AGENCY_ROLES)
    return tuple(Role)


def may_give(viewer: Viewer, role: Role, agency_id: int | None) -> bool:
    """Whether the viewer may make somebody this, for this agency."""
    if role not in roles_to_give(viewer):
        return False
    return viewer.role is not Role.AGENCY_LEAD or (agency_id is not None and agency_id == viewer.agency_id)


def may_give_to(viewer: Viewer, user_id: int) -> bool:
    """Nobody gives a role to themselves, not even a lesser one beside the one they have."""
    return viewer.user_id is None or viewer.user_id != user_id


def may_hand_link(viewer: Viewer, memberships: Collection[Membership]) -> bool:
    """Whether the viewer gets the joining link of somebody who has no password yet and holds these memberships.

    Whoever holds the link becomes that person: a lead who adds somebody whom an administrator has invited as
    chair must not be handed the chair's account. Whoever runs the portal may, as with everything.
    """
    return viewer.is_system or may_reissue(viewer, memberships)


def _reaches(viewer: Viewer, membership: Membership) -> bool:
    if viewer.partnership_id is None or membership.partnership_id != viewer.partnership_id:
        return False
    if viewer.role is Role.AGENCY_LEAD:
        return membership.agency_id == viewer.agency_id and membership.role in AGENCY_ROLES
    return True

"""Who sees which teams, and who keeps them."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.partnerships import Team


def visible_to(viewer: Viewer) -> Select[Team]:
    """A lead's own agency's teams; for an administrator, who gives people their team, the whole partnership's."""
    if viewer.partnership_id is None or not viewer.may(Permission.PEOPLE_VIEW):
        return select(Team).where(false())
    rows = select(Team).where(Team.partnership_id == viewer.partnership_id)
    if viewer.role is Role.AGENCY_LEAD:
        return rows.where(Team.agency_id == viewer.agency_id)
    return rows


def may_view(viewer: Viewer, team: Team) -> bool:
    """Whether this team is the viewer's to see."""
    if team.partnership_id != viewer.partnership_id or not viewer.may(Permission.PEOPLE_VIEW):
        return False
    return viewer.role is not Role.AGENCY_LEAD or team.agency_id == viewer.agency_id


def may_add(viewer: Viewer) -> bool:
    """A lead forms the teams of their own agency."""
    return viewer.may(Permission.TEAMS_ASSIGN) and viewer.agency_id is not None


def may_rename(viewer: Viewer, team: Team) -> bool:
    """A lead names the teams of their own agency."""
    return may_add(viewer) and may_view(viewer, team) and team.agency_id == viewer.agency_id

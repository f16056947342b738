"""An agency's lead gives a meeting to one of its teams, whose practitioners then see it."""

from __future__ import annotations

from portal.access import meetings as access
from portal.access import teams as teams_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.models.partnerships import Team
from portal.services.changes import changing
from portal.services.invitations.own import own_to_change
from portal.services.invitations.seen import AlreadySo, seen_team
from portal.services.notices.meetings import tell_team

NO_TEAM = "Nobody in particular"


def teams_of(viewer: Viewer) -> list[Team]:
    """The teams of the viewer's own agency in this partnership, by name."""
    query = teams_access.visible_to(viewer).where(Team.agency_id == viewer.agency_id)
    return list(db.session.scalars(query.order_by(Team.name)))


def give_to_team(viewer: Viewer, meeting_id: int, team_id: int | None, seen: int) -> bool:
    """Give the agency's part in a meeting to a team, or (None) to those who belong to no team.

    Gives False where it was theirs already. Raises NotVisible, NotPermitted, Invalid for a team of another
    agency, or Conflict where the team is no longer the one `seen` (seen_team) on the page.
    """
    names = {team.id: team.name for team in teams_of(viewer)}
    try:
        with changing(viewer) as change:
            invitation = own_to_change(change, meeting_id)
            if not access.may_give_to_team(viewer, invitation):
                raise NotPermitted("Only the agency's lead gives meetings to teams.")
            if team_id is not None and team_id not in names:
                raise Invalid("No such team.", errors={"team": ["Choose one of the teams shown"]})
            if invitation.team_id == team_id:
                raise AlreadySo
            if seen_team(invitation) != seen:
                raise Conflict(
                    "Somebody else at your agency changed this a moment ago.",
                    mine={"Team": names.get(team_id or 0, NO_TEAM)},
                    theirs={"Team": names.get(invitation.team_id or 0, NO_TEAM)},
                )
            invitation.team_id = team_id
            change.session.flush()
            tell_team(change, invitation.partnership_id, invitation.id)
            change.log("invitation.given_to_team", "invitation", invitation.id)
    except AlreadySo:
        return False
    return True

"""Teams of a large agency: its lead forms and names them; whoever keeps its people puts them in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import teams as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.partnerships import Team
from portal.models.people import Membership
from portal.services.changes import changing

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One line of an agency's teams, with how many people are in it now."""

    id: int
    name: str
    people: int


def list_teams(viewer: Viewer) -> list[TeamRow]:
    """The teams of the viewer's own agency, by name."""
    rows = (
        access.visible_to(viewer)
        .with_only_columns(Team.id, Team.name, func.count(Membership.user_id.distinct()))
        .outerjoin(Membership, and_(Membership.team_id == Team.id, Membership.ended_at.is_(None)))
        .where(Team.agency_id == viewer.agency_id)
        .group_by(Team.id, Team.name)
        .order_by(Team.name)
    )
    return [TeamRow(*row) for row in db.session.execute(rows)]


def team_choices(viewer: Viewer, agency_id: int | None) -> list[tuple[int, str]]:
    """(id, name) of an agency's teams that the viewer sees, by name, to choose one from."""
    rows = access.visible_to(viewer).with_only_columns(Team.id, Team.name).where(Team.agency_id == agency_id)
    return [(row.id, row.name) for row in db.session.execute(rows.order_by(Team.name))]


def find_team(viewer: Viewer, team_id: int) -> Team:
    """One team; raises NotVisible."""
    team = db.session.scalar(access.visible_to(viewer).where(Team.id == team_id))
    if team is None:
        raise NotVisible("There is no such team.")
    return team


def add_team(viewer: Viewer, name: str) -> int:
    """Form a team in the viewer's own agency; raises Invalid for a name that will not do or is taken."""
    words = _checked(name)
    if not access.may_add(viewer):
        raise NotPermitted("This role forms no teams.")
    with changing(viewer) as change:
        _refuse_taken(change.session, viewer.partnership_id, viewer.agency_id, words)
        team = Team(partnership_id=viewer.partnership_id, agency_id=viewer.agency_id, name=words)
        change.session.add(team)
        _flush(change.session)
        change.log("team.added", "team", team.id)
        return team.id


def rename_team(viewer: Viewer, team_id: int, name: str, *, version: int) -> bool:
    """Give a team another name; says whether it is another.

    Raises Conflict where somebody else renamed it since the page was drawn.
    """
    words = _checked(name)
    if find_team(viewer, team_id).name == words:
        return False
    with changing(viewer) as change:
        team = find_team(viewer, team_id)
        if not access.may_rename(viewer, team):
            raise NotPermitted("This team is another agency’s.")
        if team.version != version:
            raise Conflict(
                "Somebody else renamed this team a moment ago. Nothing was overwritten.",
                mine={"Name": words},
                theirs={"Name": team.name},
            )
        _refuse_taken(change.session, team.partnership_id, team.agency_id, words)
        team.name = words
        _flush(change.session)
        change.log("team.renamed", "team", team.id)
        return True


def _checked(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        raise Invalid("The name will not do.", errors={"name": [f"Enter a name, {LONGEST_NAME} characters or fewer"]})
    return words


def _refuse_taken(session: Session, partnership_id: int | None, agency_id: int | None, name: str) -> None:
    same = select(Team.id).where(
        Team.partnership_id == partnership_id, Team.agency_id == agency_id, func.lower(Team.name) == name.lower()
    )
    if session.scalar(same.limit(1)) is not None:
        raise _taken()


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise _taken() from None


def _taken() -> Invalid:
    return Invalid("The name is taken.", errors={"name": ["Another team of this agency has this name"]})

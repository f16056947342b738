"""Closing a family of the world to somebody, straight into the tables, and looking with what is then closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from portal.access.viewer import Hat, Viewer
from portal.database.session import db, writing
from portal.domain.restriction_vocabulary import HoldReason, Reach
from portal.models.restrictions import CaseRestriction, EmergencyOpening, ReportHold, RestrictedPerson
from portal.services import known_people
from tests.world import NOW, TODAY, Person, World


def close(
    world: World,
    case: str,
    people: Iterable[str],
    *,
    reach: Reach = Reach.NAMED,
    begins_on: date = TODAY,
    until: date | None = None,
    by: str = "manager",
) -> int:
    """Close a family ("a.1") to these people, or to all others; gives the restriction's id."""
    letter = case[0]
    maker = world.person(f"{letter}.{by}").user_id
    with writing() as session:
        row = CaseRestriction(
            partnership_id=world.partnerships[letter],
            case_id=world.cases[case],
            reach=reach,
            reason="Her sister’s family.",
            begins_on=begins_on,
            until=until,
            made_at=NOW,
            made_by_id=maker,
        )
        session.add(row)
        session.flush()
        session.add_all(
            RestrictedPerson(
                partnership_id=row.partnership_id,
                restriction_id=row.id,
                user_id=world.person(key).user_id,
                added_at=NOW,
                added_by_id=maker,
            )
            for key in people
        )
        return row.id


def hold(world: World, meeting: str, of: str, from_agency: str) -> int:
    """Hold what an agency gives to a meeting back from another; gives the hold's id."""
    letter = meeting[0]
    with writing() as session:
        row = ReportHold(
            partnership_id=world.partnerships[letter],
            invitation_id=world.meeting(meeting).invitations[of].id,
            agency_id=world.agencies[f"{letter}.{from_agency}"],
            because=HoldReason.RELATIVE,
            reason="The head is the father’s brother.",
            held_at=NOW,
            held_by_id=world.person(f"{letter}.chair").user_id,
        )
        session.add(row)
        session.flush()
        return row.id


def break_glass(world: World, case: str, person: str, at: datetime = NOW) -> int:
    """Open a closed record in an emergency; gives the opening's id."""
    somebody = world.person(person)
    with writing() as session:
        row = EmergencyOpening(
            partnership_id=world.partnerships[case[0]],
            case_id=world.cases[case],
            membership_id=somebody.hat.membership_id,
            user_id=somebody.user_id,
            reason="The child is not safe tonight.",
            opened_at=at,
        )
        session.add(row)
        session.flush()
        return row.id


def worn(person: Person, hat: Hat | None = None, now: datetime = NOW) -> Viewer:
    """The viewer that a signed-in person is, with what is closed to them at a time."""
    db.session.rollback()
    known = known_people.find_by_id(person.user_id)
    assert known is not None
    viewer = known.at(now).wearing((hat or person.hat).membership_id)
    assert viewer is not None
    return viewer

"""Families at meetings, as tests of every floor add to them and look at them."""

from __future__ import annotations

from datetime import date

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db, writing
from portal.domain.family_vocabulary import FamilyRelation
from portal.models.cases import Child
from portal.models.families import FamilyAttendance, InvitationChild
from portal.services.families.answers import Who
from portal.services.families.keeping import add_person
from tests.services.rows import stored
from tests.world import NOW, World


def added(viewer: Viewer, meeting_id: int, relation: FamilyRelation = FamilyRelation.MOTHER, name: str = "Ann") -> int:
    """Somebody is added to the record."""
    return add_person(viewer, meeting_id, Who(relation, name))


def person(attendee_id: int) -> FamilyAttendance:
    """Somebody as the database has them now."""
    return stored(FamilyAttendance, attendee_id)


def sibling(world: World, key: str = "a.1", name: str = "Sister") -> int:
    """One more child of a case; gives the id."""
    with writing() as session:
        child = Child(
            partnership_id=world.partnerships[key[0]],
            case_id=world.cases[key],
            given_name=name,
            surname="Younger",
            date_of_birth=date(2020, 3, 4).isoformat(),
            surname_index=keyring.blind_index("Younger", "children.surname"),
            created_at=NOW,
        )
        session.add(child)
        session.flush()
        return child.id


def said_of(invitation_id: int, child_id: int) -> InvitationChild | None:
    """What an agency says of a child, as it is stored."""
    db.session.rollback()
    found = db.session.query(InvitationChild).filter_by(invitation_id=invitation_id, child_id=child_id)
    return found.populate_existing().one_or_none()

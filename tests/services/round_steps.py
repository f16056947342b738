"""What tests of rounds arrange: many agencies with their leads, closures, and a day on which everything is late."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.vocabulary import AgencyType, Role
from portal.models.activity import Activity
from portal.models.audits import AuditReturn
from portal.models.closures import ClosurePeriod
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from tests.world import World

MONDAY_AFTER = datetime(2026, 7, 13, 9, tzinfo=UTC)
"""The world's rounds were due on the Friday before."""


def keep(*rows: object) -> None:
    """Store rows."""
    with writing() as session:
        session.add_all(rows)


def many_agencies(world: World, number: int) -> list[int]:
    """Further voluntary organisations in A, each with a lead and a closure in winter."""
    ids = []
    with writing() as session:
        for position in range(number):
            agency = Agency(name=f"Group {position:03}", agency_type=AgencyType.VOLUNTARY, created_at=world.now)
            person = User(email=f"group{position}@example.org", name=f"Lead {position}", created_at=world.now)
            session.add_all([agency, person])
            session.flush()
            partnership_id = world.partnerships["a"]
            session.add(PartnershipAgency(partnership_id=partnership_id, agency_id=agency.id, code=f"GROUP-{position}"))
            session.flush()
            session.add_all(
                [
                    Membership(
                        partnership_id=partnership_id,
                        user_id=person.id,
                        agency_id=agency.id,
                        role=Role.AGENCY_LEAD,
                        created_at=world.now,
                    ),
                    closure(world, agency.id, date(2026, 12, 21), date(2026, 12, 31)),
                ]
            )
            ids.append(agency.id)
    return ids


def closure(world: World, agency_id: int, begins_on: date, ends_on: date) -> ClosurePeriod:
    """A closure in A whose cover a spreadsheet would take for a formula."""
    return ClosurePeriod(
        partnership_id=world.partnerships["a"],
        agency_id=agency_id,
        name="Closed",
        begins_on=begins_on,
        ends_on=ends_on,
        cover_name="=Cover",
        cover_contact="+44 20 7946 0018",
    )


def due_days(round_id: int) -> dict[int, date]:
    """The agencies that a round asks, and when each is due."""
    db.session.rollback()
    rows = select(AuditReturn.agency_id, AuditReturn.due_on).where(AuditReturn.round_id == round_id)
    return dict(db.session.execute(rows).all())


def round_verbs() -> list[tuple[str, int | None]]:
    """What the trail says of rounds, in order, and of which."""
    rows = select(Activity.verb, Activity.subject_id).where(Activity.subject == "audit_round")
    return [tuple(found) for found in db.session.execute(rows.order_by(Activity.chain_id, Activity.sequence))]

"""What goes together and what stays: mails of several matters, meetings of two families, holds that come in between."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.retention import HoldScope, RecordClass
from portal.models.cases import Case
from portal.models.messages import Mail
from portal.models.named_people import MeetingCase
from portal.models.plans import Plan
from portal.services.records import erasing, holds
from portal.services.records.due import due
from tests.services.notice_steps import give, mail_to
from tests.services.record_steps import LONG_AFTER, nobody_works_on, operator
from tests.services.rows import change, stored
from tests.services.test_erasing import keep_all_but, lift_everything, manager
from tests.world import NOW

LATER = date(2100, 1, 1)


def families_due(world, day=LATER):
    """The families of A that are due and not held."""
    found = due(db.session(), world.partnerships["a"], day)
    return {one.unit.root_id for one in found if one.unit.children and not one.is_held}


def test_a_mail_that_told_of_something_else_too_stays(world):
    """One of this family alone goes with it; one that told of two families goes with the second."""
    nobody_works_on(world)
    lift_everything(world)
    person = world.person("a.gp.lead")
    alone, both = mail_to(person.user_id), mail_to(person.user_id)
    first, second = world.meeting("a.initial").id, world.meeting("a.review").id
    for mail, meeting in ((alone, first), (both, first), (both, second)):
        give(person.hat, person.user_id, subject="meeting", subject_id=meeting, mail_id=mail)
    keep_all_but(world, "a.1")
    erasing.run(operator(world), LATER)
    db.session.rollback()
    assert db.session.get(Mail, alone) is None
    assert db.session.get(Mail, both) is not None


def test_families_that_share_a_meeting_go_together_or_not_at_all(world):
    """A meeting's record names both: it stays for the one that stays."""
    nobody_works_on(world)
    lift_everything(world)
    first, second = world.cases["a.1"], world.cases["a.2"]
    assert {first, second} <= families_due(world)
    with writing() as session:
        session.add(
            MeetingCase(
                partnership_id=world.partnerships["a"],
                meeting_id=world.meeting("a.initial").id,
                case_id=second,
                added_at=NOW,
            )
        )
    assert {first, second} <= families_due(world)
    reference = stored(Case, second).reference
    number = holds.place_hold(manager(world), HoldScope.CASE, "A claim.", reference=reference)
    assert not {first, second} & families_due(world)
    holds.lift_hold(manager(world), number, "It is settled.", seen=1)
    plan = db.session.scalars(select(Plan.id).where(Plan.case_id == first)).first()
    change(Plan, plan, ended_on=None, end_reason=None)
    assert not {first, second} & families_due(world)


def test_a_hold_that_comes_before_the_commands_turn_keeps_what_was_due(world, monkeypatch):
    """What is due is asked again inside the transaction in which it goes."""
    nobody_works_on(world)
    lift_everything(world)
    asked = erasing.due
    placed = []

    def hold_then(session, partnership_id, day):
        found = asked(session, partnership_id, day)
        if not placed:
            session.rollback()
            placed.append(holds.place_hold(manager(world), HoldScope.EVERYTHING, "An inquiry."))
        return found

    monkeypatch.setattr(erasing, "due", hold_then)
    found, done = erasing.run(operator(world), LONG_AFTER)
    assert {one.unit.record_class for one in found if not one.is_held} >= {RecordClass.CONFERENCE}
    assert done == []
    assert stored(Case, world.cases["a.1"])

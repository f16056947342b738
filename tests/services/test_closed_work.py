"""A closed record in lists that nobody would look for it in: handing over, packs, small counts, holds and erasures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import escalation_figures, feedback, indicators, packs, plans, records, samples
from portal.database.session import db, writing
from portal.domain.absences import WorkKind
from portal.domain.errors import Invalid, NotVisible
from portal.domain.packs import OFFERS, PackKind
from portal.domain.retention import Cause, ErasureState, HoldScope, RecordClass
from portal.models.absences import Absence
from portal.models.meetings import Meeting
from portal.models.packs import Pack
from portal.models.records import Erasure, LegalHold
from portal.services import handover
from portal.services.audits import own_figures
from portal.services.packs import listing
from portal.services.records import holds
from portal.services.records import listing as erasures
from portal.services.subject_access import requests, reviewing
from tests.closed_records import close, worn
from tests.services.pack_steps import everything, make
from tests.world import NOW, TODAY

# Handing over


def absence_of(world, person, deputy) -> int:
    with writing() as session:
        row = Absence(
            partnership_id=world.partnerships["a"],
            membership_id=person.hat.membership_id,
            deputy_membership_id=deputy.hat.membership_id,
            begins_on=TODAY,
            ends_on=TODAY + timedelta(days=90),
            made_at=NOW,
        )
        session.add(row)
        session.flush()
        return row.id


def numbers(page: handover.HandOver) -> dict[WorkKind, int]:
    return {one.kind: one.number for one in page.work}


def test_a_chair_who_goes_away_is_not_told_by_a_number_that_there_is_one_more(world):
    chair, second = world.person("a.chair"), world.person("a.second_chair")
    absence_id, place = absence_of(world, chair, second), world.meeting("a.initial")
    before = numbers(handover.work_in_absence(worn(chair), absence_id))[WorkKind.MEETINGS]
    close(world, "a.1", [chair.key])
    after = numbers(handover.work_in_absence(worn(chair), absence_id))
    of_family = select(Meeting.id).where(
        Meeting.case_id == world.cases["a.1"], Meeting.chair_membership_id == chair.hat.membership_id
    )
    assert db.session.scalars(of_family).all(), "the chair has meetings of this family"
    assert after.get(WorkKind.MEETINGS, 0) == before - 1
    if after.get(WorkKind.MEETINGS):
        handover.hand_over_absence(worn(chair), absence_id, {WorkKind.MEETINGS: second.hat.membership_id})
    db.session.rollback()
    assert db.session.get_one(Meeting, place.id).chair_membership_id == chair.hat.membership_id


def test_what_a_leaver_had_goes_over_whole(world):
    """Whoever looks after people hands over numbers of things, and none may be left with somebody who has gone."""
    chair, administrator = world.person("a.chair"), world.person("a.administrator")
    before = numbers(handover.work_of(worn(administrator), chair.hat.membership_id))
    close(world, "a.1", [chair.key])
    assert numbers(handover.work_of(worn(administrator), chair.hat.membership_id)) == before


# Packs

LISTS = OFFERS[PackKind.CHILD_LISTS].formats[0]


def test_lists_that_were_made_before_are_opened_no_more_and_new_ones_are_without_it(world):
    """The child of a.1 stands in the world's lists, which the manager had made."""
    number, manager = world.packs["a.child_lists"], world.person("a.manager")
    pack = db.session.get_one(Pack, number)
    assert listing.pack_page(worn(manager), number).may_open
    assert b"".join(listing.open_pack(worn(manager), number, LISTS)[1])
    close(world, "a.1", [manager.key], by="coordinator")
    shut = worn(manager)
    assert not listing.pack_page(shut, number).may_open
    assert not packs.may_open(shut, pack, lists_closed=True)
    with pytest.raises(NotVisible):
        listing.open_pack(shut, number, LISTS)
    new = make(shut, PackKind.CHILD_LISTS)
    assert "ZQ-A-CASE-1-QZ" not in everything(worn(manager), new)
    assert "ZQ-A-CHILD-1-QZ" not in everything(worn(manager), new)


def test_lists_without_the_family_stay_theirs(world):
    manager = world.person("a.manager")
    close(world, "a.3", [manager.key], by="coordinator")
    assert listing.open_pack(worn(manager), world.packs["a.child_lists"], LISTS)


def test_whole_numbers_are_not_for_whoever_is_shut_out(world):
    """One more or one less would tell."""
    manager = world.person("a.manager")
    whole = db.session.get_one(Pack, world.packs["a.dataset"])
    assert whole.is_whole
    assert packs.may_open(worn(manager), whole)
    close(world, "a.1", [manager.key], by="coordinator")
    shut = worn(manager)
    assert not packs.may_view(shut, whole)
    assert db.session.scalars(packs.visible_to(shut).where(Pack.id == whole.id)).all() == []
    assert not packs.makes_whole(shut, PackKind.DATASET)
    new = make(shut, PackKind.DATASET)
    assert not db.session.get_one(Pack, new).is_whole


@pytest.mark.parametrize(
    ("key", "hides"),
    [
        ("a.manager", lambda viewer: indicators.scope(viewer).hides_small),
        ("a.manager", lambda viewer: escalation_figures.scope(viewer).hides_small),
        ("a.business_manager", lambda viewer: escalation_figures.scope(viewer).hides_small),
        ("a.manager", plans.hides_small),
        ("a.coordinator", plans.hides_small),
        ("a.manager", samples.hides_small),
        ("a.manager", feedback.hides_small),
        ("a.gp.lead", lambda viewer: indicators.scope(viewer).hides_small),
        ("a.gp.lead", own_figures.hides_small),
    ],
)
def test_small_counts_are_hidden_from_whoever_is_shut_out_of_anything(key, hides, world):
    person = world.person(key)
    assert not hides(worn(person))
    close(world, "a.1", [key])
    assert hides(worn(person))
    colleague = "a.police.lead" if key == "a.gp.lead" else None
    assert colleague is None or not hides(worn(world.person(colleague)))


# Records law


@pytest.fixture
def held(world) -> tuple[int, int]:
    """A hold on this family, and one on its child."""
    manager = world.person("a.manager")
    with writing() as session:
        facts = {
            "partnership_id": world.partnerships["a"],
            "reason": "ZQ-HELD-QZ",
            "placed_at": NOW,
            "placed_by_id": manager.user_id,
        }
        rows = [
            LegalHold(scope=HoldScope.CASE, case_id=world.cases["a.1"], **facts),
            LegalHold(scope=HoldScope.CHILD, child_id=world.children["a.1"], **facts),
        ]
        session.add_all(rows)
        session.flush()
        return rows[0].id, rows[1].id


def test_a_manager_who_is_shut_out_finds_no_hold_on_the_family(world, held):
    manager = world.person("a.manager")
    assert set(held) <= {one.id for one in holds.list_holds(worn(manager))}
    others = {one.id for one in holds.list_holds(worn(manager))} - set(held)
    close(world, "a.1", [manager.key], by="coordinator")
    shut = worn(manager)
    assert {one.id for one in holds.list_holds(shut)} == others
    rows = {row.id: row for row in db.session.scalars(select(LegalHold)) if row.id in held}
    assert not records.may_view(shut, rows[held[0]])
    assert not records.may_view(shut, rows[held[1]], child_case_id=world.cases["a.1"])
    for number in held:
        with pytest.raises(NotVisible):
            holds.find_hold(shut, number)
        with pytest.raises(NotVisible):
            holds.lift_hold(shut, number, "No need.", seen=1)


def test_a_manager_who_is_shut_out_is_not_asked_to_erase_it(world):
    manager = world.person("a.manager")
    with writing() as session:
        rows = [
            Erasure(
                partnership_id=world.partnerships["a"],
                cause=Cause.RETENTION,
                record_class=RecordClass.CONFERENCE,
                root_id=world.cases[case],
                state=ErasureState.PROPOSED,
                due_on=TODAY,
                rule="25 years",
                proposed_at=NOW,
            )
            for case in ("a.1", "a.2")
        ]
        session.add_all(rows)
        session.flush()
        ours, other = (row.id for row in rows)
    assert {ours, other} <= {one.id for one in erasures.list_proposals(worn(manager))}
    close(world, "a.1", [manager.key], by="coordinator")
    found = {one.id for one in erasures.list_proposals(worn(manager))}
    assert other in found
    assert ours not in found
    assert not records.may_view(worn(manager), db.session.get_one(Erasure, ours))


def test_a_manager_who_is_shut_out_answers_no_request_about_the_child(world):
    manager, request = world.person("a.manager"), world.subject_exports["a.child_1"]
    assert reviewing.review(worn(manager), request)
    close(world, "a.1", [manager.key], by="coordinator")
    shut = worn(manager)
    assert request not in {one.export.id for one in requests.list_requests(shut)}
    with pytest.raises(NotVisible):
        reviewing.review(shut, request)
    with pytest.raises(Invalid):
        requests.begin(shut, "ZQ-A-CASE-1-QZ", "The mother, by her passport.")

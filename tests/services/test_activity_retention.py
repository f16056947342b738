"""Letting the oldest of the trail go: the rest still verifies, and nobody can do it by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted, Unusable
from portal.domain.retention import HoldScope
from portal.models.activity import Activity, ActivityCheckpoint
from portal.services import activity_anchors, activity_checks, activity_retention
from portal.services.activity_chains import Falsified
from portal.services.activity_retention import let_go
from portal.services.changes import changing
from portal.services.records import holds
from tests.services.activity_steps import OPERATOR, ROWS, chain_of, faults, mend_head, only_fault, raw, seals
from tests.services.record_steps import lift_all
from tests.world import NOW

LATER = replace(OPERATOR, now=NOW + timedelta(days=3 * 365))
NEXT_DAY = NOW.date() + timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_held(world):
    """The world's holds are lifted."""
    lift_all(world)


@pytest.fixture
def long_chain(chain, world, viewer_of) -> int:
    """A's twelve entries, and five more two years later."""
    for number in range(5):
        with changing(viewer_of(world.person("a.gp.lead"), now=NOW + timedelta(days=730 + number))) as change:
            change.log("invitation.answered", "invitation", number)
    return chain


def sequences(chain: int) -> list[int]:
    """The rows that a chain has."""
    db.session.rollback()
    return list(
        db.session.scalars(select(Activity.sequence).where(Activity.chain_id == chain).order_by(Activity.sequence))
    )


def test_the_beginning_goes_and_the_rest_still_verifies(long_chain):
    gone = let_go(LATER, NEXT_DAY)
    assert (long_chain, 12) in [(one.chain, one.rows) for one in gone]
    # What was let go is itself an entry, the newest.
    assert sequences(long_chain) == [13, 14, 15, 16, 17, 18]
    newest = db.session.get(Activity, (long_chain, 18))
    assert (newest.verb, newest.subject_id) == ("activity.let_go", 12)
    assert faults() == []
    assert activity_checks.verify(OPERATOR).rows == activity_checks.count_rows(OPERATOR)


def test_it_goes_on_from_checkpoint_to_checkpoint(long_chain, monkeypatch, world, viewer_of):
    monkeypatch.setattr(activity_retention, "ROWS_AT_ONCE", 5)
    let_go(LATER, NEXT_DAY)
    marks = select(ActivityCheckpoint.sequence).where(ActivityCheckpoint.chain_id == long_chain)
    assert db.session.scalars(marks.order_by(ActivityCheckpoint.sequence)).all() == [5, 10, 12]
    assert faults() == []
    with changing(viewer_of(world.person("a.gp.lead"), now=LATER.now)) as change:
        change.log("invitation.answered", "invitation", 1)
    later = replace(LATER, now=LATER.now + timedelta(days=730))
    let_go(later, (LATER.now + timedelta(days=1)).date())
    assert db.session.scalar(select(func.max(marks.subquery().c.sequence))) > 17
    assert faults() == []


def test_looking_lets_nothing_go(long_chain):
    before = sequences(long_chain)
    assert (long_chain, 12) in [(one.chain, one.rows) for one in let_go(LATER, NEXT_DAY, only_look=True)]
    assert sequences(long_chain) == before
    assert db.session.scalars(select(ActivityCheckpoint)).all() == []


def test_nothing_to_let_go_leaves_no_trace(long_chain):
    before = sequences(long_chain)
    assert let_go(LATER, date(2020, 1, 1)) == []
    assert sequences(long_chain) == before


def test_a_whole_chain_may_go_and_life_goes_on(chain, world, viewer_of):
    let_go(LATER, NEXT_DAY)
    let_go(LATER, NEXT_DAY)
    assert sequences(chain) == [ROWS + 1]
    assert faults() == []
    with changing(viewer_of(world.person("a.gp.lead"))) as change:
        change.log("invitation.answered", "invitation", 1)
    assert sequences(chain) == [ROWS + 1, ROWS + 2]
    assert faults() == []


def test_what_follows_a_younger_entry_stays_whatever_its_day(chain, world, viewer_of):
    """A clock that was ahead for a while: its entries, and what came after them, are not let go."""
    with changing(viewer_of(world.person("a.gp.lead"), now=NOW + timedelta(days=900))) as change:
        change.log("invitation.answered", "invitation", 1)
    with changing(viewer_of(world.person("a.gp.lead"), now=NOW)) as change:
        change.log("invitation.answered", "invitation", 2)
    let_go(LATER, NEXT_DAY)
    assert sequences(chain) == [ROWS + 1, ROWS + 2, ROWS + 3]


def test_anchors_of_before_and_of_after_still_hold(long_chain, world, viewer_of):
    early = activity_anchors.anchor_now(OPERATOR)
    let_go(LATER, NEXT_DAY)
    assert faults(early) == []
    late = activity_anchors.anchor_now(OPERATOR)
    assert faults([*early, *late]) == []


def test_an_anchor_made_at_the_checkpoint_itself_knows_its_row(chain, world, viewer_of):
    at_checkpoint = activity_anchors.anchor_now(OPERATOR)
    let_go(LATER, NEXT_DAY)
    assert faults(at_checkpoint) == []
    forged = [replace(link, seal=bytes(32)) if link.chain == chain else link for link in at_checkpoint]
    assert (only_fault(forged).chain, "was let go" in only_fault(forged).reason) == (chain, True)


class TestByHand:
    """What somebody with the database alone tries."""

    def test_a_beginning_cut_off_without_a_checkpoint(self, long_chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence <= 4", c=long_chain)
        assert (only_fault().sequence, only_fault().reason) == (1, "is missing")

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("sequence", 13),
            ("sequence", 11),
            ("seal", bytes(32)),
            ("last_at", "2026-01-01 00:00:00.000000"),
            ("made_at", "2026-01-01 00:00:00.000000"),
            ("key_id", "t2"),
            ("mark", bytes(32)),
            ("chain_id", None),
        ],
    )
    def test_a_checkpoint_that_was_changed(self, long_chain, world, column, value):
        let_go(LATER, NEXT_DAY)
        other = chain_of(world.partnerships["b"])
        raw("DELETE FROM activity_checkpoints WHERE chain_id = :c", c=other)
        value = other if column == "chain_id" else value
        raw(f"UPDATE activity_checkpoints SET {column} = :v WHERE chain_id = :c", v=value, c=long_chain)
        assert long_chain in {fault.chain for fault in faults()}

    def test_a_checkpoint_moved_on_to_cover_more(self, long_chain):
        let_go(LATER, NEXT_DAY)
        seal = seals(long_chain)[15]
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence <= 15", c=long_chain)
        raw("UPDATE activity_checkpoints SET sequence = 15, seal = :s WHERE chain_id = :c", s=seal, c=long_chain)
        assert "checkpoint" in only_fault().reason

    @pytest.mark.parametrize("changed", ["place", "seal", "chain"])
    def test_a_chain_emptied_down_to_a_checkpoint_that_was_changed(self, long_chain, world, changed):
        """No row is left that would contradict it: its mark alone does, which covers all of it."""
        let_go(LATER, NEXT_DAY)
        stands = select(ActivityCheckpoint.seal).where(ActivityCheckpoint.chain_id == long_chain)
        seal = db.session.scalars(stands).one()
        other = chain_of(world.partnerships["b"])
        target = other if changed == "chain" else long_chain
        place, seal = 40 if changed == "place" else 12, bytes(32) if changed == "seal" else seal
        raw("DELETE FROM activity WHERE chain_id = :c", c=target)
        raw("DELETE FROM activity_checkpoints WHERE chain_id = :c", c=other)
        raw(
            "UPDATE activity_checkpoints SET chain_id = :t, sequence = :p, seal = :s WHERE chain_id = :c",
            t=target,
            p=place,
            s=seal,
            c=long_chain,
        )
        mend_head(target, place, seal)
        assert (target, place) in {(fault.chain, fault.sequence) for fault in faults()}

    def test_a_checkpoint_that_was_taken_away(self, long_chain):
        let_go(LATER, NEXT_DAY)
        raw("DELETE FROM activity_checkpoints WHERE chain_id = :c", c=long_chain)
        assert (only_fault().chain, only_fault().sequence) == (long_chain, 1)

    def test_the_newer_of_two_checkpoints_taken_away(self, long_chain, monkeypatch):
        monkeypatch.setattr(activity_retention, "ROWS_AT_ONCE", 5)
        let_go(LATER, NEXT_DAY)
        raw("DELETE FROM activity_checkpoints WHERE chain_id = :c AND sequence = 12", c=long_chain)
        assert (only_fault().chain, only_fault().sequence) == (long_chain, 11)

    def test_an_entry_that_was_let_go_put_back(self, long_chain):
        let_go(LATER, NEXT_DAY)
        raw("UPDATE activity SET sequence = 12 WHERE chain_id = :c AND sequence = 13", c=long_chain)
        assert "before the chain's first row" in only_fault().reason


class TestRefused:
    """When nothing is let go."""

    def test_what_was_falsified_cannot_be_made_to_vanish(self, long_chain):
        raw("UPDATE activity SET user_id = 99 WHERE chain_id = :c AND sequence = 5", c=long_chain)
        before = sequences(long_chain)
        with pytest.raises(Falsified, match="row 5"):
            let_go(LATER, NEXT_DAY)
        assert sequences(long_chain) == before

    @pytest.mark.parametrize("days", [0, 365, 366])
    def test_the_last_year_is_kept_whatever_the_day(self, long_chain, days):
        day = (LATER.now - timedelta(days=days)).date()
        if days == 366:
            let_go(LATER, day)
            return
        with pytest.raises(Unusable):
            let_go(LATER, day)

    def test_a_legal_hold_keeps_the_activity_too(self, long_chain, world, viewer_of):
        """Of its partnership, and the system's own; another partnership's goes."""
        others = chain_of(world.partnerships["b"])
        with changing(viewer_of(world.person("b.gp.lead"))) as change:
            change.log("invitation.answered", "invitation", 1)
        manager = viewer_of(world.person("a.manager"), now=LATER.now)
        number = holds.place_hold(manager, HoldScope.EVERYTHING, "An inquiry.")
        before, system = sequences(long_chain), sequences(chain_of(None))
        found = {one.chain: one.is_held for one in let_go(LATER, NEXT_DAY)}
        assert (found[long_chain], found[others]) == (True, False)
        assert sequences(long_chain) == before
        assert 1 not in sequences(others)
        assert set(system) <= set(sequences(chain_of(None)))
        holds.lift_hold(manager, number, "It is over.", seen=1)
        let_go(LATER, NEXT_DAY)
        assert 1 not in sequences(long_chain)
        assert faults() == []

    def test_a_hold_that_was_placed_meanwhile_keeps_it_too(self, long_chain, world, viewer_of, monkeypatch):
        """Between looking and letting go."""
        looked = iter([False] * len(let_go(LATER, NEXT_DAY, only_look=True)))
        holds.place_hold(viewer_of(world.person("a.manager"), now=LATER.now), HoldScope.EVERYTHING, "An inquiry.")
        asked = activity_retention._is_held
        monkeypatch.setattr(activity_retention, "_is_held", lambda *those: next(looked, True) and asked(*those))
        before = sequences(long_chain)
        with pytest.raises(Conflict, match="legal hold"):
            let_go(LATER, NEXT_DAY)
        assert sequences(long_chain) == before

    def test_people_let_nothing_go(self, long_chain, administrator):
        with pytest.raises(NotPermitted):
            let_go(administrator, NEXT_DAY)

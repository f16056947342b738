"""Anchors that are kept by themselves: one a day, old ones stay, and what no longer fits is found without anybody
looking.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.gateways.anchor_store import FolderAnchors
from portal.models.activity import Activity, ActivityAnchor
from portal.services import activity_checks, worker
from portal.services.activity_chains import Falsified
from portal.services.activity_keeping import OLD_AFTER, WORK, anchor_state, keep, keep_due, kept_anchors
from portal.services.activity_store import anchor_store, install_anchor_store
from portal.services.changes import changing
from portal.services.worker import Work, run_due
from tests.services.activity_steps import OPERATOR, ROWS, mend_head, raw, seals
from tests.world import NOW

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def place(database, tmp_path):
    """A place for anchors of this test's own."""
    own = anchor_store()
    install_anchor_store(FolderAnchors(tmp_path / "anchors"))
    yield anchor_store()
    install_anchor_store(own)


def answer(viewer_of, world) -> None:
    """One more entry in A's trail."""
    db.session.rollback()
    with changing(viewer_of(world.person("a.gp.lead"))) as change:
        change.log("invitation.answered", "invitation", 1)


def kept_links():
    """Everything that the anchors that count know."""
    db.session.rollback()
    return [link for one in kept_anchors(OPERATOR) for link in one.anchor.links]


def cut(chain: int, to: int) -> None:
    """Cut the end off and mend the head."""
    seal = seals(chain)[to]
    raw("DELETE FROM activity WHERE chain_id = :c AND sequence > :s", c=chain, s=to)
    mend_head(chain, to, seal)


class TestDaily:
    """What the worker does."""

    def test_one_is_kept_a_day_and_old_ones_stay(self, chain, place, viewer_of, world):
        assert keep_due(NOW) == 1
        assert keep_due(NOW + timedelta(hours=23)) == 0
        answer(viewer_of, world)
        assert keep_due(NOW + DAY) == 1
        answer(viewer_of, world)
        assert keep_due(NOW + 2 * DAY) == 1
        names = place.listed()
        assert [name.split("-")[1] for name in names] == ["000001", "000002", "000003"]
        rows = db.session.scalars(select(ActivityAnchor).order_by(ActivityAnchor.id)).all()
        assert [row.name for row in rows] == names
        assert [row.made_at for row in rows] == [NOW, NOW + DAY, NOW + 2 * DAY]
        found = kept_anchors(OPERATOR)
        assert [one.name for one in found] == names[::-1]
        assert [one.anchor.before and one.anchor.before[0] for one in found] == [names[1], names[0], None]
        assert [one.digest for one in found] == [row.digest for row in reversed(rows)]
        assert activity_checks.verify(OPERATOR, kept_links()).faults == []

    def test_that_it_was_kept_is_in_the_systems_own_chain(self, chain):
        keep_due(NOW)
        entry = db.session.scalars(select(Activity).where(Activity.verb == "activity.anchored")).one()
        assert (entry.partnership_id, entry.subject) == (None, "activity_anchor")

    def test_a_clock_that_was_ahead_for_a_while_keeps_none_from_being_kept(self, chain, place):
        keep_due(NOW + 30 * DAY)
        assert keep_due(NOW) == 1
        assert keep_due(NOW) == 0
        assert keep_due(NOW + DAY) == 1
        assert len(kept_anchors(OPERATOR)) == 3

    @pytest.mark.parametrize("to", [1, ROWS - 1])
    def test_a_cut_tail_with_a_mended_head_is_found_the_next_day(self, chain, place, to):
        keep_due(NOW)
        cut(chain, to)
        assert activity_checks.verify(OPERATOR).faults == []
        with pytest.raises(Falsified, match=f"row {ROWS}: is missing"):
            keep_due(NOW + DAY)
        assert len(place.listed()) == 1
        found = activity_checks.verify(OPERATOR, kept_links()).faults
        assert [(fault.chain, fault.sequence) for fault in found] == [(chain, to + 1)]

    def test_a_tail_that_grew_again_after_the_cut_is_found_the_next_day(self, chain, viewer_of, world):
        keep_due(NOW)
        cut(chain, ROWS - 3)
        for _ in range(5):
            answer(viewer_of, world)
        with pytest.raises(Falsified, match=f"row {ROWS}: is another one"):
            keep_due(NOW + DAY)

    def test_the_worker_says_so_and_does_its_other_works(self, chain, monkeypatch, administrator):
        done = []
        works = (Work(WORK, 0, keep_due), Work("other", 0, lambda _now: done.append(True) or 1))
        monkeypatch.setattr(worker, "WORKS", works)
        assert [one.fault for one in run_due(NOW, whatever_the_time=True)] == [None, None]
        cut(chain, 3)
        assert [one.fault for one in run_due(NOW + DAY, whatever_the_time=True)] == ["Falsified", None]
        assert len(done) == 2
        state = anchor_state(replace(administrator, now=NOW + DAY))
        assert (state.is_falsified, state.is_failing) == (True, False)


class TestWhatIsKept:
    """Anchors that were taken away, altered or exchanged."""

    def test_one_that_is_gone_is_missed(self, chain, place, viewer_of, world):
        for day in range(3):
            keep_due(NOW + day * DAY)
        for name in place.listed():
            path = place.folder / name
            content = path.read_bytes()
            path.unlink()
            with pytest.raises(Falsified, match=f"{name} is gone"):
                keep_due(NOW + 3 * DAY)
            with pytest.raises(Falsified, match=f"{name} is gone"):
                kept_anchors(OPERATOR)
            path.write_bytes(content)
        assert keep_due(NOW + 3 * DAY) == 1

    def test_one_that_was_altered_is_found(self, chain, place):
        keep_due(NOW)
        keep_due(NOW + DAY)
        for name in place.listed():
            path = place.folder / name
            content = path.read_bytes()
            path.chmod(0o600)
            path.write_bytes(content.replace(b'"sequence": 12', b'"sequence": 11'))
            with pytest.raises(Falsified, match=f"{name} is not"):
                kept_anchors(OPERATOR)
            path.write_bytes(content)
        assert len(kept_anchors(OPERATOR)) == 2

    def test_an_older_one_laid_in_the_place_of_a_newer_one_is_found(self, chain, place):
        for day in range(3):
            keep_due(NOW + day * DAY)
        first, second, _third = place.listed()
        path = place.folder / second
        path.chmod(0o600)
        path.write_bytes((place.folder / first).read_bytes())
        with pytest.raises(Falsified, match="not the one that the next one knows"):
            kept_anchors(OPERATOR)

    def test_a_name_that_leads_elsewhere_leads_nowhere(self, chain, place):
        keep_due(NOW)
        raw("UPDATE activity_anchors SET name = '../../secret.json'")
        with pytest.raises(Falsified, match="is gone"):
            keep_due(NOW + DAY)

    def test_a_place_that_is_away_is_no_falsification(self, chain, place, monkeypatch, administrator):
        keep_due(NOW)
        install_anchor_store(FolderAnchors(place.folder / place.listed()[0]))  # a file, and no folder
        monkeypatch.setattr(worker, "WORKS", (Work(WORK, 0, keep_due),))
        (done,) = run_due(NOW + DAY, whatever_the_time=True)
        assert done.fault == "NotADirectoryError"
        state = anchor_state(replace(administrator, now=NOW + DAY))
        assert (state.is_failing, state.is_falsified) == (True, False)
        install_anchor_store(place)
        (done,) = run_due(NOW + DAY + timedelta(hours=1), whatever_the_time=True)
        assert done.fault is None
        assert not anchor_state(replace(administrator, now=NOW + DAY)).is_failing


class TestAnew:
    """After a restore."""

    def test_whoever_has_restored_a_copy_begins_anew_with_a_reason(self, chain, place, viewer_of, world):
        keep_due(NOW)
        cut(chain, 4)
        with pytest.raises(Falsified):
            keep(OPERATOR)
        name = keep(OPERATOR, reason="Restored the copy of 9 June")
        assert [one.name for one in kept_anchors(OPERATOR)] == [name]
        assert json.loads(place.get(name))["reason"] == "Restored the copy of 9 June"
        assert len(place.listed()) == 2
        answer(viewer_of, world)
        assert keep_due(NOW + DAY) == 1
        assert len(kept_anchors(OPERATOR)) == 2
        assert activity_checks.verify(OPERATOR, kept_links()).faults == []
        verbs = db.session.scalars(select(Activity.verb).where(Activity.subject == "activity_anchor")).all()
        assert verbs.count("activity.anchored_anew") == 1

    def test_what_is_cut_afterwards_is_found_all_the_same(self, chain, viewer_of, world):
        keep(OPERATOR, reason="Restored the copy of 9 June")
        cut(chain, 4)
        with pytest.raises(Falsified):
            keep_due(NOW + DAY)

    def test_nothing_is_anchored_anew_to_a_chain_that_does_not_fit_itself(self, chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence = :s", c=chain, s=ROWS)
        with pytest.raises(Falsified):
            keep(OPERATOR, reason="Restored the copy of 9 June")


class TestState:
    """What an administrator is told."""

    def test_it_says_when_the_last_one_was_kept_and_that_it_grows_old(self, chain, administrator, place):
        before = anchor_state(administrator)
        assert (before.name, before.made_at, before.is_old) == (None, None, True)
        keep_due(NOW)
        fresh = anchor_state(replace(administrator, now=NOW + timedelta(hours=5, minutes=59)))
        assert (fresh.name, fresh.made_at, fresh.hours_old) == (place.listed()[0], NOW, 5)
        assert (fresh.is_old, fresh.is_falsified, fresh.is_failing) == (False, False, False)
        assert not anchor_state(replace(administrator, now=NOW + OLD_AFTER)).is_old
        assert anchor_state(replace(administrator, now=NOW + OLD_AFTER + timedelta(seconds=1))).is_old

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.manager", "a.coordinator", "a.business_manager"])
    def test_nobody_else_is(self, world, viewer_of, key):
        with pytest.raises(NotPermitted):
            anchor_state(viewer_of(world.person(key)))

    def test_only_whoever_runs_the_portal_keeps_and_reads_them(self, administrator):
        for call in (keep, kept_anchors):
            with pytest.raises(NotPermitted):
                call(administrator)

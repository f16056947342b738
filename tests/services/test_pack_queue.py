"""The queue of packs: one worker at a time, steps that show, workers that die, stores away, people who left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted, NotVisible
from portal.domain.packs import PackKind, PackState
from portal.models.files import StoredFile
from portal.models.packs import Pack, PackFile
from portal.models.people import Membership
from portal.services.filing import filing
from portal.services.packs import asking, listing, making, queue
from portal.services.packs.making import NOT_THEIRS, STORE_AWAY, make_packs
from portal.services.packs.queue import LEASE, NEVER_FINISHED, TRIES, Lost, claim, note_step
from tests.services.pack_steps import QUARTER
from tests.services.rows import change, stored, trail
from tests.world import NOW

LATER = NOW + LEASE


@pytest.fixture
def waiting(manager):
    """A board pack that waits for the worker."""
    return asking.ask_for_pack(manager, PackKind.BOARD, QUARTER)


def _files(pack_id):
    return db.session.scalars(select(PackFile).where(PackFile.pack_id == pack_id)).all()


def test_one_worker_takes_a_pack_and_the_next_finds_none(waiting):
    mine = claim(NOW)
    assert mine is not None
    assert (mine.pack_id, mine.attempts) == (waiting, 1)
    assert claim(NOW) is None
    assert stored(Pack, waiting).state is PackState.MAKING


def test_the_pack_that_has_waited_longest_is_made_first(manager, viewer, waiting):
    asking.ask_for_pack(viewer("a.manager", now=NOW - timedelta(hours=1)), PackKind.ANNUAL, QUARTER)
    mine = claim(NOW)
    assert mine is not None
    assert mine.kind is PackKind.ANNUAL


def test_each_step_is_noted_and_shown(waiting, manager):
    mine = claim(NOW)
    note_step(mine, 3, 11, NOW)
    line = listing.pack_page(manager, waiting).line
    assert (line.state, line.step, line.steps) == (PackState.MAKING, 3, 11)


def test_a_worker_that_is_killed_leaves_its_pack_to_the_next(waiting, monkeypatch):
    def killed(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setitem(making.WRITERS, making.OFFERS[PackKind.BOARD].formats[1], killed)
        with pytest.raises(KeyboardInterrupt):
            make_packs(NOW)
    assert stored(Pack, waiting).state is PackState.MAKING
    assert make_packs(NOW + timedelta(seconds=30)) == 0
    assert make_packs(LATER + timedelta(minutes=1)) == 1
    assert stored(Pack, waiting).state is PackState.READY
    assert (len(_files(waiting)), stored(Pack, waiting).attempts) == (3, 2)


def test_whoever_lost_a_pack_to_another_worker_keeps_nothing(waiting):
    slow = claim(NOW)
    quick = claim(LATER)
    assert quick.attempts == 2
    with pytest.raises(Lost):
        note_step(slow, 1, 9, LATER)
    assert make_packs(LATER + LEASE) == 1
    queue.fail(slow, "Too late.", LATER)
    assert stored(Pack, waiting).state is PackState.READY
    assert trail("pack.failed", waiting) == 0


def test_one_that_is_lost_at_its_last_step_leaves_no_bytes(waiting, monkeypatch):
    def loses(*_args, **_more):
        change(Pack, waiting, attempts=7)
        raise Lost

    before = dict(filing().store.names())
    monkeypatch.setattr(making, "finish", loses)
    assert make_packs(NOW) == 0
    assert dict(filing().store.names()) == before
    assert _files(waiting) == []


def test_one_that_is_never_finished_says_so_and_can_be_asked_for_again(waiting, manager):
    change(Pack, waiting, attempts=TRIES, state=PackState.MAKING)
    assert make_packs(NOW) == 0
    page = listing.pack_page(manager, waiting)
    assert (page.line.state, page.why_failed) == (PackState.FAILED, NEVER_FINISHED)
    asking.ask_again(manager, waiting, page.version)
    assert make_packs(NOW) == 1
    assert stored(Pack, waiting).state is PackState.READY


def test_a_store_that_is_away_is_said_and_the_pack_can_be_made_later(waiting, manager, monkeypatch):
    def away(*_args, **_more):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(type(filing().store), "write", away)
        assert make_packs(NOW) == 0
    page = listing.pack_page(manager, waiting)
    assert (page.line.state, page.why_failed) == (PackState.FAILED, STORE_AWAY)
    asking.ask_again(manager, waiting, page.version)
    assert make_packs(NOW) == 1


def test_a_fault_of_ours_is_told_without_its_words_and_does_not_stop_the_next(waiting, manager, monkeypatch):
    def faulty(_source):
        raise ValueError("ZQ-SECRET-QZ")

    other = asking.ask_for_pack(manager, PackKind.DATASET, QUARTER)
    with monkeypatch.context() as patched:
        patched.setitem(making.PARTS, PackKind.BOARD, (faulty,))
        with pytest.raises(ValueError, match="ZQ-SECRET-QZ"):
            make_packs(NOW)
    page = listing.pack_page(manager, waiting)
    assert page.line.state is PackState.FAILED
    assert "ZQ-SECRET-QZ" not in page.why_failed
    assert stored(Pack, other).state is PackState.READY


def test_child_lists_of_a_manager_who_has_left_are_not_made(viewer, world):
    overseer = viewer("a.manager")
    pack_id = asking.ask_for_pack(overseer, PackKind.CHILD_LISTS, QUARTER)
    change(Membership, overseer.membership_id, ended_at=NOW)
    assert make_packs(NOW) == 0
    assert (stored(Pack, pack_id).state, stored(Pack, pack_id).why_failed) == (PackState.FAILED, NOT_THEIRS)
    assert _files(pack_id) == []


def test_a_pack_is_asked_for_again_only_where_it_failed_and_by_who_makes_such(world, manager, viewer, foreign_manager):
    failed, made = world.packs["a.failed"], world.packs["a.board"]
    with pytest.raises(Conflict):
        asking.ask_again(manager, made, 1)
    with pytest.raises(Conflict):
        asking.ask_again(manager, failed, 7)
    with pytest.raises(NotPermitted):
        asking.ask_again(viewer("a.board"), failed, 1)
    with pytest.raises(NotVisible):
        asking.ask_again(foreign_manager, failed, 1)
    asking.ask_again(manager, failed, 1)
    with pytest.raises(Conflict):
        asking.ask_again(viewer("a.manager"), failed, 1)


def test_the_worker_makes_packs_of_every_partnership(manager, foreign_manager):
    own = asking.ask_for_pack(manager, PackKind.ANNUAL, QUARTER)
    other = asking.ask_for_pack(foreign_manager, PackKind.ANNUAL, QUARTER)
    assert make_packs(NOW) == 2
    for pack_id in (own, other):
        kept = select(StoredFile.partnership_id).join(PackFile, PackFile.file_id == StoredFile.id)
        found = db.session.scalars(kept.where(PackFile.pack_id == pack_id)).all()
        assert set(found) == {stored(Pack, pack_id).partnership_id}
    assert stored(Pack, own).partnership_id != stored(Pack, other).partnership_id

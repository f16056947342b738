"""The eight ways to falsify the trail, each by somebody who can write to the database as they like: all are found.

Where the chain alone cannot know, the anchors that the worker has kept do. What is legitimate is found to be whole:
the same rows in another database, and a trail whose oldest part was let go.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from portal.database.encryption import keyring
from portal.database.session import db, writing
from portal.gateways.anchor_store import FolderAnchors
from portal.models.activity import Activity, ActivityChain
from portal.services import activity, activity_checks
from portal.services.activity_chains import Falsified
from portal.services.activity_keeping import keep, keep_due, kept_anchors
from portal.services.activity_store import anchor_store, install_anchor_store
from portal.services.changes import changing
from tests.services.activity_steps import OPERATOR, ROWS, mend_head, raw, seals
from tests.world import NOW

COPIED = "partnership_id, at, user_id, membership_id, agency_id, verb, subject, subject_id, outcome, key_id, seal"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def anchored(chain, tmp_path):
    """A's trail of twelve entries, anchored this morning in a place that its falsifier does not reach."""
    own = anchor_store()
    install_anchor_store(FolderAnchors(tmp_path / "anchors"))
    keep_due(NOW)
    yield
    install_anchor_store(own)


def found() -> list[tuple[int, int | None]]:
    """What `flask activity verify --kept` finds: chains, and the row of each."""
    db.session.rollback()
    links = [link for one in kept_anchors(OPERATOR) for link in one.anchor.links]
    return [(fault.chain, fault.sequence) for fault in activity_checks.verify(OPERATOR, links).faults]


def test_nothing_is_found_where_nothing_was_falsified(chain):
    assert found() == []


def test_way_1_an_entry_is_edited(chain):
    raw("UPDATE activity SET user_id = 99 WHERE chain_id = :c AND sequence = 5", c=chain)
    assert found() == [(chain, 5)]


def test_way_2_an_entry_is_taken_out_of_the_middle(chain):
    raw("DELETE FROM activity WHERE chain_id = :c AND sequence = 5", c=chain)
    assert found() == [(chain, 5)]


def test_way_3_the_tail_is_cut_off_and_the_head_mended(chain):
    seal = seals(chain)[8]
    raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
    mend_head(chain, 8, seal)
    assert found() == [(chain, 9)]


def test_way_4_the_beginning_is_cut_off_with_a_checkpoint_made_by_hand(chain):
    seal = seals(chain)[4]
    raw("DELETE FROM activity WHERE chain_id = :c AND sequence <= 4", c=chain)
    assert found() == [(chain, 1)]
    raw(
        "INSERT INTO activity_checkpoints (chain_id, sequence, seal, last_at, made_at, key_id, mark) "
        "VALUES (:c, 4, :seal, '2026-06-10 10:00:00', '2026-06-10 10:00:00', 't1', :mark)",
        c=chain,
        seal=seal,
        mark=bytes(32),
    )
    assert found() == [(chain, 4)]


def test_way_5_entries_change_places(chain):
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        raw("UPDATE activity SET sequence = :new WHERE chain_id = :c AND sequence = :old", c=chain, old=old, new=new)
    assert found() == [(chain, 3)]


def test_way_6_an_entry_is_put_in_and_the_head_mended(chain):
    raw(
        f"INSERT INTO activity (chain_id, sequence, {COPIED}) "
        f"SELECT chain_id, {ROWS + 1}, {COPIED} FROM activity WHERE chain_id = :c AND sequence = 6",
        c=chain,
    )
    mend_head(chain, ROWS + 1, seals(chain)[ROWS + 1])
    assert found() == [(chain, ROWS + 1)]


def test_way_6_an_entry_of_another_history_is_put_in_its_place(chain, world, viewer_of):
    """The portal sealed it for this very place, before an old copy was put back and written on: what is there before it
    is not what was.
    """
    rows = db.session.execute(select(*Activity.__table__.columns).where(Activity.chain_id == chain)).mappings()
    (kept,) = [dict(row) for row in rows if row["sequence"] == ROWS - 2]
    seal = seals(chain)[8]
    raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
    mend_head(chain, 8, seal)
    for number in range(4):
        with changing(viewer_of(world.person("a.gp.lead"), now=NOW + timedelta(hours=1))) as change:
            change.log("invitation.answered", "invitation", 100 + number)
    raw("DELETE FROM activity WHERE chain_id = :c AND sequence = :s", c=chain, s=ROWS - 2)
    with writing() as session:
        session.execute(insert(Activity), [kept])
    faults = activity_checks.verify(OPERATOR).faults
    assert [(fault.chain, fault.sequence) for fault in faults] == [(chain, ROWS - 2)]


def test_way_7_the_chain_is_written_anew_with_the_keys(chain):
    columns = Activity.__table__.columns
    rows = db.session.execute(select(*columns).where(Activity.chain_id == chain).order_by(Activity.sequence)).mappings()
    before, forged = activity.NO_SEAL, []
    for row in [dict(row) | {"user_id": 1} for row in rows]:
        before = keyring.seal(activity.content(row, before), row["key_id"])
        forged.append(row | {"seal": before})
    raw("DELETE FROM activity WHERE chain_id = :c", c=chain)
    with writing() as session:
        session.execute(insert(Activity), forged)
    mend_head(chain, ROWS, before)
    assert activity_checks.verify(OPERATOR).faults == []
    assert found() == [(chain, ROWS)]


def test_way_8_an_old_copy_of_the_whole_database_is_put_back(chain, database, world, viewer_of):
    db.session.remove()
    db.engine.dispose()
    database.copy("portal", "aside")
    for _ in range(4):
        with changing(viewer_of(world.person("a.gp.lead"))) as change:
            change.log("invitation.answered", "invitation", 1)
    keep_due(NOW + DAY)
    db.session.remove()
    db.engine.dispose()
    database.copy("aside", "portal")
    # By itself it is whole, and so is its list of anchors: what has come since is known to the anchors alone.
    assert activity_checks.verify(OPERATOR).faults == []
    assert (chain, ROWS + 1) in found()
    with pytest.raises(Falsified):
        keep_due(NOW + 2 * DAY)


def test_a_copy_that_was_taken_just_now_is_whole_and_goes_on(chain, database, world, viewer_of):
    db.session.remove()
    db.engine.dispose()
    database.copy("portal", "aside")
    database.copy("aside", "portal")
    assert found() == []
    with changing(viewer_of(world.person("a.gp.lead"))) as change:
        change.log("invitation.answered", "invitation", 1)
    assert keep_due(NOW + DAY) == 1
    assert found() == []


def test_the_same_rows_in_another_order_of_writing_are_the_same_trail(chain):
    """A restore writes rows as it finds them: nothing rests on the order in which they lie."""
    rows = [dict(row) for row in db.session.execute(select(*Activity.__table__.columns)).mappings()]
    heads = [dict(row) for row in db.session.execute(select(*ActivityChain.__table__.columns)).mappings()]
    raw("DELETE FROM activity")
    with writing() as session:
        session.execute(insert(Activity), rows[::-1])
    assert len(heads) == 3
    assert found() == []


def test_a_restored_copy_says_which_entries_were_lost_with_it_and_goes_on_anew(chain, database, world, viewer_of):
    test_way_8_an_old_copy_of_the_whole_database_is_put_back(chain, database, world, viewer_of)
    keep(OPERATOR, reason="Restored this morning’s copy")
    assert found() == []
    assert keep_due(NOW + 2 * DAY) == 1

"""The trail verified: every way to falsify it by hand is found, and the row is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db, writing
from portal.domain.errors import NotPermitted
from portal.models.activity import Activity
from portal.services import activity, activity_anchors, activity_checks
from portal.services.changes import changing
from tests.harness import FIELD_KEY
from tests.services.activity_steps import OPERATOR, ROWS, chain_of, faults, mend_head, only_fault, raw, seals


class TestVerify:
    """Every way to falsify the trail by hand, and the row that is named."""

    def test_what_the_portal_wrote_is_whole(self, chain):
        report = activity_checks.verify(OPERATOR)
        assert report.faults == []
        assert report.chains == 3
        assert report.rows == activity_checks.count_rows(OPERATOR) == ROWS + 1  # and one entry in B

    def test_a_long_transaction_that_reads_its_own_trail_leaves_it_whole(self, chain):
        mine = select(func.count()).select_from(Activity).where(Activity.subject_id == 99)
        with writing() as session:
            with changing(OPERATOR) as change:
                change.log("partnership.created", "partnership", 99)
            assert session.scalar(mine) == 0
            activity.chain_now(session)
            assert session.scalar(mine) == 1
            with changing(OPERATOR) as change:
                change.log("partnership.created", "partnership", 99)
        assert db.session.scalar(mine) == 2
        assert activity_checks.verify(OPERATOR).faults == []

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("at", "2020-01-01 00:00:00.000000"),
            ("user_id", 99),
            ("user_id", None),
            ("membership_id", 99),
            ("membership_id", None),
            ("agency_id", 99),
            ("agency_id", None),
            ("verb", "invitation.read"),
            ("subject", "report"),
            ("subject_id", 1),
            ("subject_id", None),
            ("outcome", "refused"),
            ("partnership_id", None),
            ("partnership_id", 2),
            ("seal", bytes(32)),
            ("seal", b""),
            ("key_id", "t2"),
        ],
    )
    @pytest.mark.parametrize("sequence", [1, 5, ROWS])
    def test_an_edit_of_any_column(self, chain, column, value, sequence):
        raw(
            f"UPDATE activity SET {column} = :value WHERE chain_id = :c AND sequence = :s",
            value=value,
            c=chain,
            s=sequence,
        )
        fault = only_fault()
        assert (fault.chain, fault.sequence) == (chain, sequence)

    def test_the_edits_above_are_of_every_column_there_is(self, database):
        edited = {"at", "user_id", "membership_id", "agency_id", "verb", "subject", "subject_id", "outcome"}
        edited |= {"partnership_id", "seal", "key_id"}
        moved = {"chain_id", "sequence"}  # test_a_row_with_another_place
        assert {column.key for column in Activity.__table__.columns} == edited | moved
        assert {column["name"] for column in inspect(db.engine).get_columns("activity")} == edited | moved

    @pytest.mark.parametrize("sequence", [3, ROWS])
    def test_a_row_with_another_place(self, chain, sequence):
        raw("UPDATE activity SET sequence = 900 WHERE chain_id = :c AND sequence = :s", c=chain, s=sequence)
        fault = only_fault()
        assert (fault.sequence, "is missing" in fault.reason) == (sequence, True)

    def test_a_row_in_another_chain(self, chain, world):
        other = chain_of(world.partnerships["b"])
        raw(
            "UPDATE activity SET chain_id = :other, sequence = 2 WHERE chain_id = :c AND sequence = 5",
            other=other,
            c=chain,
        )
        assert [(fault.chain, fault.sequence) for fault in faults()] == [(chain, 5), (other, 2)]

    @pytest.mark.parametrize("column", ["at", "user_id", "seal", "sequence", "outcome", "key_id"])
    @pytest.mark.parametrize("value", ["nonsense", b"\xff", 1.5, ""])
    def test_a_value_of_a_kind_that_the_column_never_holds(self, chain, backend, column, value):
        try:
            raw(f"UPDATE activity SET {column} = :v WHERE chain_id = :c AND sequence = 7", v=value, c=chain)
        except DBAPIError:
            assert backend == "postgresql"  # which takes no value of another kind
            assert faults() == []
            return
        # A row that was moved to place 1.5 stands where row 2 should.
        assert (only_fault().chain, only_fault().sequence) == (chain, 2 if (column, value) == ("sequence", 1.5) else 7)

    @pytest.mark.parametrize("column", ["last_sequence", "last_seal"])
    def test_a_head_of_a_kind_that_the_column_never_holds(self, chain, backend, column):
        try:
            raw(f"UPDATE activity_chains SET {column} = 'nonsense' WHERE id = :c", c=chain)
        except DBAPIError:
            assert backend == "postgresql"
            return
        assert only_fault().chain == chain

    @pytest.mark.parametrize("sequence", [1, 2, 7, ROWS - 1])
    def test_a_deletion_in_the_middle(self, chain, sequence):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence = :s", c=chain, s=sequence)
        assert (only_fault().sequence, only_fault().reason) == (sequence, "is missing")

    def test_a_deletion_with_the_rest_moved_up(self, chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence = 4", c=chain)
        raw("UPDATE activity SET sequence = -sequence WHERE chain_id = :c AND sequence > 4", c=chain)
        raw("UPDATE activity SET sequence = -sequence - 1 WHERE chain_id = :c AND sequence < 0", c=chain)
        assert only_fault().sequence == 4

    def test_a_cut_tail(self, chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
        assert (only_fault().sequence, "cut off" in only_fault().reason) == (9, True)

    def test_a_cut_tail_with_a_mended_head_is_seen_by_the_anchor_alone(self, chain):
        anchor = activity_anchors.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
        mend_head(chain, 8, seals(chain)[8])
        assert faults() == []
        assert (only_fault(anchor).sequence, "the anchor" in only_fault(anchor).reason) == (9, True)

    def test_an_emptied_chain_with_a_mended_head_is_seen_by_the_anchor_alone(self, chain):
        anchor = activity_anchors.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c", c=chain)
        mend_head(chain, 0, activity.NO_SEAL)
        assert faults() == []
        assert only_fault(anchor).sequence == 1

    def test_a_cut_tail_that_grew_again_is_seen_by_the_anchor_alone(self, chain, world, viewer_of):
        anchor = activity_anchors.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
        mend_head(chain, 8, seals(chain)[8])
        for _ in range(6):
            with changing(viewer_of(world.person("a.gp.lead"))) as change:
                change.log("invitation.answered", "invitation", 1)
        assert faults() == []
        fault = only_fault(anchor)
        assert (fault.sequence, "written anew" in fault.reason) == (ROWS, True)

    def test_a_chain_written_anew_with_the_keys_is_seen_by_the_anchor_alone(self, chain):
        anchor = activity_anchors.anchor_now(OPERATOR)
        rows = db.session.execute(
            select(*Activity.__table__.columns).where(Activity.chain_id == chain).order_by(Activity.sequence)
        ).mappings()
        before, forged = activity.NO_SEAL, []
        for row in [dict(row) | {"user_id": 1} for row in rows]:
            before = keyring.seal(activity.content(row, before), row["key_id"])
            forged.append(row | {"seal": before})
        raw("DELETE FROM activity WHERE chain_id = :c", c=chain)
        with writing() as session:
            session.execute(insert(Activity), forged)
        mend_head(chain, ROWS, before)
        assert faults() == []
        assert only_fault(anchor).sequence == ROWS

    def test_two_rows_exchanged(self, chain):
        for old, new in ((3, -1), (4, 3), (-1, 4)):
            raw(
                "UPDATE activity SET sequence = :new WHERE chain_id = :c AND sequence = :old", c=chain, old=old, new=new
            )
        assert only_fault().sequence == 3

    @pytest.mark.parametrize("sequence", [0, -5, ROWS + 1, ROWS + 2])
    def test_an_insert_by_hand(self, chain, sequence):
        copied = (
            "partnership_id, at, user_id, membership_id, agency_id, verb, subject, subject_id, outcome, key_id, seal"
        )
        raw(
            f"INSERT INTO activity (chain_id, sequence, {copied}) "
            f"SELECT chain_id, :new, {copied} FROM activity WHERE chain_id = :c AND sequence = 6",
            c=chain,
            new=sequence,
        )
        fault = only_fault()
        assert fault.chain == chain
        assert fault.sequence == (min(sequence, ROWS + 1))

    def test_an_insert_by_hand_with_a_mended_head(self, chain):
        copied = (
            "partnership_id, at, user_id, membership_id, agency_id, verb, subject, subject_id, outcome, key_id, seal"
        )
        raw(
            f"INSERT INTO activity (chain_id, sequence, {copied}) "
            f"SELECT chain_id, {ROWS + 1}, {copied} FROM activity WHERE chain_id = :c AND sequence = {ROWS}",
            c=chain,
        )
        mend_head(chain, ROWS + 1, seals(chain)[ROWS + 1])
        assert only_fault().sequence == ROWS + 1

    @pytest.mark.parametrize(("sequence", "seal"), [(ROWS, bytes(32)), (ROWS - 1, None), (ROWS + 3, None)])
    def test_a_head_that_says_something_else(self, chain, sequence, seal):
        mend_head(chain, sequence, seal if seal is not None else seals(chain)[ROWS])
        assert only_fault().chain == chain

    def test_two_chains_whose_partnerships_were_exchanged(self, chain, world):
        other = chain_of(world.partnerships["b"])
        for chain_id, partnership in (
            (chain, None),
            (other, world.partnerships["a"]),
            (chain, world.partnerships["b"]),
        ):
            raw("UPDATE activity_chains SET partnership_id = :p WHERE id = :c", p=partnership, c=chain_id)
        assert {fault.chain for fault in faults()} == {chain, other}

    def test_a_chain_that_is_gone(self, chain, world):
        anchor = activity_anchors.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c", c=chain)
        raw("DELETE FROM activity_chains WHERE id = :c", c=chain)
        assert [fault.reason for fault in faults()] == ["this partnership has no chain"]
        assert [fault.chain for fault in faults(anchor)] == [chain, 0]

    def test_the_systems_chain_gone_or_doubled(self, chain):
        raw(
            "INSERT INTO activity_chains (partnership_id, last_sequence, last_seal) VALUES (NULL, 0, :seal)",
            seal=bytes(32),
        )
        assert "one chain for the system" in only_fault().reason
        raw("DELETE FROM activity_chains WHERE partnership_id IS NULL")
        assert "one chain for the system" in only_fault().reason

    def test_rows_of_a_chain_that_never_was(self, chain, backend):
        if backend == "postgresql":
            raw("UPDATE activity SET chain_id = 999 WHERE chain_id = :c", c=chain)
        else:
            db.session.rollback()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql(f"UPDATE activity SET chain_id = 999 WHERE chain_id = {chain}")
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
                connection.exec_driver_sql("BEGIN")
        assert [(fault.chain, fault.sequence) for fault in faults()] == [(chain, 1), (999, 1)]

    def test_several_chains_name_their_first_fault_each(self, chain, world):
        raw("UPDATE activity SET verb = 'x' WHERE sequence = 1")
        assert [fault.sequence for fault in faults()] == [1, 1]

    def test_a_fault_is_one_line_that_names_the_row(self, chain):
        raw("UPDATE activity SET verb = 'x' WHERE chain_id = :c AND sequence = 5", c=chain)
        assert str(only_fault()) == (
            f"activity chain {chain} (ZQ-A-PARTNERSHIP-QZ), row 5: was changed or moved, or the portal did not write it"
        )

    def test_rows_sealed_under_an_older_key_still_hold(self, chain, world, viewer_of):
        newer = bytes(range(100, 132))
        try:
            keyring.install([("t2", newer), ("t1", FIELD_KEY)])
            with changing(viewer_of(world.person("a.gp.lead"))) as change:
                change.log("invitation.answered", "invitation", 1)
            assert faults() == []
            assert db.session.scalars(select(Activity.key_id).distinct().order_by(Activity.key_id)).all() == [
                "t1",
                "t2",
            ]
            keyring.install([("t2", newer)])
            assert "'t1'" in faults()[0].reason
        finally:
            keyring.install([("t1", FIELD_KEY)])

    def test_it_reads_as_of_one_moment_while_the_portal_writes(self, chain, world, viewer_of):
        viewer = viewer_of(world.person("a.gp.lead"))
        wrote = []

        def write_in_between(connection: Connection, _cursor, statement: str, *_rest) -> None:
            if "FROM activity " in statement.replace("\n", " ") and not wrote:
                wrote.append(True)
                activity.record_refusal(viewer, "tests", None)

        event.listen(db.engine, "before_cursor_execute", write_in_between)
        try:
            report = activity_checks.verify(OPERATOR)
        finally:
            event.remove(db.engine, "before_cursor_execute", write_in_between)
        assert wrote
        assert report.faults == []
        assert report.rows == ROWS + 1

    def test_a_long_chain_is_read_in_parts(self, world, viewer_of):
        viewer = viewer_of(world.person("a.gp.lead"))
        with writing() as session:
            for number in range(2500):
                activity.append_later(session, activity.entry(viewer, "case.read", "case", number))
        steps: list[int] = []
        report = activity_checks.verify(OPERATOR, progress=steps.append)
        assert report.faults == []
        assert sum(steps) == report.rows == 2502
        assert max(steps) <= activity_checks.ROWS_AT_ONCE

    def test_only_whoever_runs_the_portal_verifies(self, world, viewer_of):
        viewer = viewer_of(world.person("a.administrator"))
        calls: tuple[Callable[[Viewer], object], ...] = (
            activity_checks.verify,
            activity_anchors.anchor_now,
            activity_checks.count_rows,
        )
        for call in calls:
            with pytest.raises(NotPermitted):
                call(viewer)

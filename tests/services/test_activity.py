"""The trail: every way to falsify it is found, an anchor shows what a chain alone cannot, and who reads it how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, event, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.engines import writing_options
from portal.database.session import db, writing
from portal.domain.activity_words import VERBS, did, record
from portal.domain.errors import NotPermitted, Unusable
from portal.models.activity import Activity, ActivityChain
from portal.services import activity, activity_checks, activity_log
from portal.services.activity_checks import Falsified, Fault, Link
from portal.services.activity_log import Wanted
from portal.services.changes import changing
from tests.harness import FIELD_KEY
from tests.world import NOW

OPERATOR = Viewer.of_system("activity verify", NOW)
ROWS = 12
"""How many entries `chain` has."""


@pytest.fixture
def chain(world, viewer_of) -> int:
    """Partnership A's chain with twelve entries: what its people did, with what was refused among it."""
    chain_id = chain_of(world.partnerships["a"])
    for number in range(ROWS - 1):
        viewer = viewer_of(world.person("a.gp.lead"), now=NOW + timedelta(hours=number))
        with changing(viewer) as change:
            change.log("invitation.answered", "invitation", 100 + number)
    return chain_id


def chain_of(partnership_id: int | None) -> int:
    return db.session.scalars(select(ActivityChain.id).where(ActivityChain.partnership_id == partnership_id)).one()


def raw(statement: str, **values: object) -> None:
    """Change the database as somebody with its password could, past everything the portal does."""
    db.session.rollback()
    with db.engine.connect().execution_options(**writing_options(db.engine)) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), values)
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA ignore_check_constraints = OFF"))


def faults(anchor: Sequence[Link] | None = None) -> list[Fault]:
    db.session.rollback()
    return activity_checks.verify(OPERATOR, list(anchor) if anchor is not None else None).faults


def only_fault(anchor: Sequence[Link] | None = None) -> Fault:
    found = faults(anchor)
    assert len(found) == 1, [str(fault) for fault in found]
    return found[0]


def seals(chain_id: int) -> dict[int, bytes]:
    db.session.rollback()
    rows = db.session.execute(select(Activity.sequence, Activity.seal).where(Activity.chain_id == chain_id))
    return {row.sequence: row.seal for row in rows}


def mend_head(chain_id: int, sequence: int, seal: bytes) -> None:
    """What a careful forger does after cutting: the head is a row like any other."""
    raw(
        "UPDATE activity_chains SET last_sequence = :sequence, last_seal = :seal WHERE id = :chain",
        sequence=sequence,
        seal=seal,
        chain=chain_id,
    )


class TestVerify:
    """Every way to falsify the trail by hand, and the row that is named."""

    def test_what_the_portal_wrote_is_whole(self, chain):
        report = activity_checks.verify(OPERATOR)
        assert report.faults == []
        assert report.chains == 3
        assert report.rows == activity_checks.count_rows(OPERATOR) == ROWS + 1  # and one entry in B

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
        anchor = activity_checks.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
        mend_head(chain, 8, seals(chain)[8])
        assert faults() == []
        assert (only_fault(anchor).sequence, "the anchor" in only_fault(anchor).reason) == (9, True)

    def test_an_emptied_chain_with_a_mended_head_is_seen_by_the_anchor_alone(self, chain):
        anchor = activity_checks.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c", c=chain)
        mend_head(chain, 0, activity.NO_SEAL)
        assert faults() == []
        assert only_fault(anchor).sequence == 1

    def test_a_cut_tail_that_grew_again_is_seen_by_the_anchor_alone(self, chain, world, viewer_of):
        anchor = activity_checks.anchor_now(OPERATOR)
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence > 8", c=chain)
        mend_head(chain, 8, seals(chain)[8])
        for _ in range(6):
            with changing(viewer_of(world.person("a.gp.lead"))) as change:
                change.log("invitation.answered", "invitation", 1)
        assert faults() == []
        fault = only_fault(anchor)
        assert (fault.sequence, "written anew" in fault.reason) == (ROWS, True)

    def test_a_chain_written_anew_with_the_keys_is_seen_by_the_anchor_alone(self, chain):
        anchor = activity_checks.anchor_now(OPERATOR)
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
        anchor = activity_checks.anchor_now(OPERATOR)
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
            activity_checks.anchor_now,
            activity_checks.count_rows,
        )
        for call in calls:
            with pytest.raises(NotPermitted):
                call(viewer)


class TestAnchors:
    """What is kept elsewhere."""

    def test_an_anchor_knows_each_chains_end_and_survives_its_file(self, chain):
        links = activity_checks.anchor_now(OPERATOR)
        assert [link.sequence for link in links if link.chain == chain] == [ROWS]
        stored = activity_checks.to_json(links, NOW)
        assert activity_checks.from_json(stored) == links
        assert faults(links) == []

    def test_a_chain_may_grow_after_its_anchor(self, chain, world, viewer_of):
        links = activity_checks.anchor_now(OPERATOR)
        with changing(viewer_of(world.person("a.gp.lead"))) as change:
            change.log("invitation.answered", "invitation", 1)
        assert faults(links) == []

    def test_nothing_is_anchored_to_a_chain_that_does_not_end_as_its_head_says(self, chain):
        raw("DELETE FROM activity WHERE chain_id = :c AND sequence = :s", c=chain, s=ROWS)
        db.session.rollback()
        with pytest.raises(Falsified):
            activity_checks.anchor_now(OPERATOR)

    @pytest.mark.parametrize(
        "stored",
        [
            None,
            [],
            {},
            {"made_at": "yesterday", "chains": []},
            {"made_at": "2026-06-10T10:00:00+00:00", "chains": [{"chain": 1}]},
            {
                "made_at": "2026-06-10T10:00:00+00:00",
                "chains": [{"chain": 1, "partnership": None, "sequence": 1, "seal": "?"}],
            },
        ],
    )
    def test_what_is_no_anchor_is_refused(self, stored):
        with pytest.raises(Unusable):
            activity_checks.from_json(stored)


class TestTheLog:
    """What an administrator reads."""

    @pytest.fixture
    def administrator(self, world, viewer_of) -> Viewer:
        """A's administrator."""
        return viewer_of(world.person("a.administrator"))

    def test_it_says_who_did_what_to_which_record_the_newest_first(self, chain, administrator, world):
        entries = activity_log.list_activity(administrator, Wanted()).entries
        assert [entry.number for entry in entries] == list(range(ROWS, 0, -1))
        newest = entries[0]
        assert (newest.who, newest.what, newest.record, newest.at, newest.is_refusal) == (
            world.person("a.gp.lead").name,
            "Answered an invitation",
            f"invitation {100 + ROWS - 2}",
            NOW + timedelta(hours=ROWS - 2),
            False,
        )

    def test_another_partnerships_trail_and_the_systems_are_not_in_it(self, chain, administrator, world, viewer_of):
        with changing(OPERATOR) as change:
            change.log("partnership.created", "partnership", 99)
        assert len(activity_log.list_activity(administrator, Wanted()).entries) == ROWS
        foreign = activity_log.list_activity(viewer_of(world.person("b.administrator")), Wanted())
        assert [entry.who for entry in foreign.entries] == [world.person("b.police.practitioner").name]

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.business_manager", "a.scrutineer", "a.manager"])
    def test_nobody_else_reads_it(self, chain, world, viewer_of, key):
        assert activity_log.list_activity(viewer_of(world.person(key)), Wanted()).entries == []

    def test_it_is_narrowed_by_person_verb_day_and_refusal(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair"), now=NOW + timedelta(days=2)), "people.index", None)

        def numbers(**wanted: object) -> list[int]:
            return [entry.number for entry in activity_log.list_activity(administrator, Wanted(**wanted)).entries]

        assert numbers(person="zq-a-chair-qz") == [ROWS + 1]
        assert numbers(person="zq-a-chair-qz@EXAMPLE") == [ROWS + 1]
        assert numbers(person="zq-b-chair") == []
        assert numbers(refused_only=True) == [ROWS + 1]
        assert numbers(verb="refused") == [ROWS + 1]
        assert numbers(verb="invitation.answered") == list(range(ROWS, 0, -1))
        # Ten in the morning in London is where the entries begin, an hour apart: thirteen hours fit into the day.
        assert numbers(from_day=date(2026, 6, 11)) == [ROWS + 1]
        assert numbers(to_day=date(2026, 6, 10)) == list(range(ROWS, 0, -1))
        assert numbers(from_day=date(2026, 6, 12), to_day=date(2026, 6, 12)) == [ROWS + 1]
        assert numbers(to_day=date(2026, 6, 9)) == []

    def test_a_day_is_londons(self, administrator, world, viewer_of):
        late = viewer_of(world.person("a.chair"), now=NOW.replace(hour=23, minute=30))  # half past midnight in London
        activity.record_refusal(late, "people.index", None)
        on = [
            [
                entry.number
                for entry in activity_log.list_activity(administrator, Wanted(from_day=day, to_day=day)).entries
            ]
            for day in (date(2026, 6, 10), date(2026, 6, 11))
        ]
        assert on == [[1], [2]]

    def test_pages_follow_one_another_whatever_is_written_meanwhile(self, administrator, world, viewer_of):
        viewer = viewer_of(world.person("a.gp.lead"))
        with writing() as session:
            for number in range(119):
                activity.append_later(session, activity.entry(viewer, "case.read", "case", number))
        seen: list[int] = []
        before: int | None = None
        for expected in (50, 50, 20):
            stretch = activity_log.list_activity(administrator, Wanted(), before=before)
            assert len(stretch.entries) == expected
            seen += [entry.number for entry in stretch.entries]
            before = stretch.older_than
            activity.record_refusal(viewer, "tests", None)
            db.session.rollback()
        assert before is None
        assert seen == list(range(120, 0, -1))

    def test_numbers_out_of_range_show_an_end(self, chain, administrator):
        assert len(activity_log.list_activity(administrator, Wanted(), before=10**30).entries) == ROWS
        assert activity_log.list_activity(administrator, Wanted(), before=-(10**30)).entries == []

    def test_the_systems_and_unknown_people_are_named_too(self, administrator, world):
        system = Viewer.of_system("import", NOW, world.partnerships["a"])
        with changing(system) as change:
            change.log("agency.added", "agency", 7)
        with changing(replace(administrator, user_id=10**6)) as change:
            change.log("agency.added", "agency", 8)
        who = [entry.who for entry in activity_log.list_activity(administrator, Wanted()).entries]
        assert who[:2] == ["Person 1000000", "The portal itself"]

    def test_names_take_one_query_however_many_people(self, chain, administrator, world, viewer_of, count_queries):
        with count_queries() as few:
            activity_log.list_activity(administrator, Wanted())
        for person in list(world.people.values())[:20]:
            activity.record_refusal(replace(viewer_of(person), hat=administrator.hat), "tests", None)
        with count_queries() as many:
            activity_log.list_activity(administrator, Wanted())
        assert len(few) == len(many) == 2

    def test_words_for_what_is_not_listed_are_still_readable(self):
        assert did("minutes.sent_out") == "Minutes sent out"
        assert did("case.read") == VERBS["case.read"]
        assert record("rule_set", 4) == "rule set 4"
        assert record("people.show", 3) == "people page, show: 3"
        assert record("people.index", None) == "people page, index"

    def test_every_refusal_counted_here_is_one_in_the_table(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair")), "people.index", None)
        stored = db.session.scalar(select(func.count()).where(Activity.outcome == "refused"))
        assert stored == len(activity_log.list_activity(administrator, Wanted(refused_only=True)).entries) == 1

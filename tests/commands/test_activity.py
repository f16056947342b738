"""`flask activity`: what operators and scripts get to see of a falsified trail."""

from __future__ import annotations

import json
import stat
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from portal.database.session import db
from portal.gateways.anchor_store import FolderAnchors
from portal.services.activity_store import anchor_store, install_anchor_store
from portal.services.changes import changing
from tests.services.record_steps import lift_all
from tests.world import NOW


def raw(statement: str) -> None:
    """Change the database past everything the portal does."""
    db.session.rollback()
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        connection.execute(text(statement))


@pytest.fixture
def chain(world, viewer_of) -> str:
    """A condition for partnership A's rows, of which there are five now."""
    for number in range(4):
        with changing(viewer_of(world.person("a.gp.lead"))) as change:
            change.log("invitation.answered", "invitation", number)
    return f"chain_id = (SELECT id FROM activity_chains WHERE partnership_id = {world.partnerships['a']})"


def head_to(sequence: int, chain: str, partnership_id: int) -> None:
    raw(
        f"UPDATE activity_chains SET last_sequence = {sequence}, "
        f"last_seal = (SELECT seal FROM activity WHERE {chain} AND sequence = {sequence}) "
        f"WHERE partnership_id = {partnership_id}"
    )


def test_a_whole_trail_is_ok(command, chain):
    done = command("activity", "verify")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "ok: 3 chains, 6 rows\n", "")


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE activity SET subject_id = 99 WHERE {chain} AND sequence = 3", 3),
        ("DELETE FROM activity WHERE {chain} AND sequence = 2", 2),
        ("DELETE FROM activity WHERE {chain} AND sequence = 5", 5),
        (
            "INSERT INTO activity (chain_id, sequence, partnership_id, at, verb, subject, outcome, key_id, seal) "
            "SELECT chain_id, 6, partnership_id, at, verb, subject, outcome, key_id, seal "
            "FROM activity WHERE {chain} AND sequence = 5",
            6,
        ),
    ],
)
def test_the_first_bad_row_is_named_in_one_line(command, chain, statement, row):
    raw(statement.format(chain=chain))
    done = command("activity", "verify")
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"(ZQ-A-PARTNERSHIP-QZ), row {row}:" in done.stderr


def test_faults_in_several_chains_are_still_one_line(command, chain):
    raw("UPDATE activity SET verb = 'x' WHERE sequence = 1")
    done = command("activity", "verify")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "and 1 more chain has a fault" in done.stderr


def test_an_anchor_shows_a_cut_tail_whose_head_was_mended(command, chain, world, tmp_path):
    file = tmp_path / "anchor.json"
    assert command("activity", "anchor", file).exit_code == 0
    assert command("activity", "verify", "--anchor", file).stdout == "ok: 3 chains, 6 rows, as the anchor knows them\n"
    raw(f"DELETE FROM activity WHERE {chain} AND sequence > 3")
    head_to(3, chain, world.partnerships["a"])
    assert command("activity", "verify").exit_code == 0
    done = command("activity", "verify", "--anchor", file)
    assert done.exit_code == 1
    assert "row 4: is missing: the anchor knows rows up to 5" in done.stderr


def test_an_anchor_holds_each_chains_end(command, chain, world, tmp_path):
    file = tmp_path / "anchor.json"
    done = command("activity", "anchor", file)
    assert (done.exit_code, done.stdout) == (0, "")
    stored = json.loads(file.read_text())
    assert set(stored) == {"made_at", "chains", "before", "reason", "key_id", "public_key", "signature"}
    of_a = next(row for row in stored["chains"] if row["partnership"] == "ZQ-A-PARTNERSHIP-QZ")
    assert set(of_a) == {"chain", "partnership", "sequence", "seal"}
    assert (of_a["sequence"], len(bytes.fromhex(of_a["seal"]))) == (5, 32)
    assert [row["partnership"] for row in stored["chains"]].count(None) == 1


def test_an_anchor_replaces_the_one_before_all_at_once(command, chain, tmp_path):
    file = tmp_path / "anchor.json"
    file.write_text("older")
    assert command("activity", "anchor", file).exit_code == 0
    assert json.loads(file.read_text())["chains"]
    assert [path.name for path in tmp_path.iterdir()] == ["anchor.json"]
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_nothing_is_anchored_to_a_cut_chain(command, chain, tmp_path):
    raw(f"DELETE FROM activity WHERE {chain} AND sequence = 5")
    file = tmp_path / "anchor.json"
    file.write_text("older")
    done = command("activity", "anchor", file)
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert file.read_text() == "older"


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff\xfe", b'{"made_at": 1, "chains": 2}'])
def test_an_anchor_that_is_none_exits_2(command, tmp_path, content):
    file = tmp_path / "anchor.json"
    if content is not None:
        file.write_bytes(content)
    done = command("activity", "verify", "--anchor", file)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "extra"),
        ("verify", "--fast"),
        ("anchor",),
        ("rewrite",),
        ("keep", "--anew"),
        ("keep", "--anew", " "),
        ("keep", "--anew", "x" * 201),
        ("let-go",),
        ("let-go", "--before", "yesterday"),
        ("let-go", "--before", "2999-01-01"),
    ],
)
def test_bad_use_is_one_line_and_exits_2(command, arguments):
    done = command("activity", *arguments)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_an_anchor_that_cannot_be_written_exits_2_and_leaves_nothing(command, tmp_path):
    done = command("activity", "anchor", tmp_path / "nowhere" / "anchor.json")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    done = command("activity", "anchor", tmp_path)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_an_anchor_whose_signature_does_not_fit_is_a_check_that_failed(command, chain, tmp_path):
    file = tmp_path / "anchor.json"
    command("activity", "anchor", file)
    stored = json.loads(file.read_text())
    stored["chains"][0]["sequence"] += 1
    file.write_text(json.dumps(stored))
    done = command("activity", "verify", "--anchor", file)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "its signature does not fit" in done.stderr


def test_anchors_are_kept_and_the_trail_is_held_against_all_of_them(command, chain, world):
    first = command("activity", "keep")
    assert (first.exit_code, first.stdout.startswith("kept: activity-000001-")) == (0, True)
    assert command("activity", "keep").stdout.startswith("kept: activity-000002-")
    whole = command("activity", "verify", "--kept")
    assert (whole.exit_code, whole.stdout) == (0, "ok: 3 chains, 8 rows, as 2 kept anchors know them\n")
    raw(f"DELETE FROM activity WHERE {chain} AND sequence > 3")
    head_to(3, chain, world.partnerships["a"])
    assert command("activity", "verify").exit_code == 0
    for arguments in (("verify", "--kept"), ("keep",)):
        done = command("activity", *arguments)
        assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert command("activity", "keep", "--anew", "Restored the copy of 9 June").exit_code == 0
    assert command("activity", "verify", "--kept").exit_code == 0


def test_a_place_for_anchors_that_does_not_answer_exits_2(command, chain, tmp_path):
    own = anchor_store()
    (tmp_path / "file").touch()
    install_anchor_store(FolderAnchors(tmp_path / "file"))
    try:
        done = command("activity", "keep")
        assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
        assert done.stderr.startswith("ANCHOR_URL: ")
        checked = command("config", "check")
        assert "not ok: ANCHOR_URL: nothing can be written there" in checked.stdout
    finally:
        install_anchor_store(own)


def test_where_anchors_lie_is_said_when_settings_are_checked(command):
    checked = command("config", "check")
    assert "warning: ANCHOR_URL not set: anchors lie at file:///" in checked.stdout


def test_the_oldest_is_let_go_and_the_rest_verifies(command, chain, world):
    with time_machine.travel(NOW + timedelta(days=800)):
        held = command("activity", "let-go", "--before", "2027-01-01")
        assert "(ZQ-A-PARTNERSHIP-QZ): 5 rows up to row 5, kept by a legal hold" in held.stdout
        assert held.stdout.splitlines()[-1] == "let go: 0 rows"
        lift_all(world)
        dry = command("activity", "let-go", "--before", "2027-01-01", "--dry-run")
        assert (dry.exit_code, dry.stdout.splitlines()[-1]) == (0, "would let go: 6 rows")
        done = command("activity", "let-go", "--before", "2027-01-01")
        assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "let go: 6 rows")
        assert "(ZQ-A-PARTNERSHIP-QZ): 5 rows up to row 5" in done.stdout
        assert command("activity", "let-go", "--before", "2027-01-01").stdout == "let go: 0 rows\n"
    assert command("activity", "verify").stdout == "ok: 3 chains, 2 rows\n"

"""`flask partnerships`."""

from __future__ import annotations

import json

import pytest

from portal.database.session import db
from portal.services import rule_sets
from tests.databases import Database


def test_create_opens_a_partnership_that_list_shows(command):
    made = command("partnerships", "create", "Northmoor Valley")
    assert made.exit_code == 0, made.output
    listed = command("partnerships", "list", "--json")
    assert listed.exit_code == 0
    rows = json.loads(listed.stdout)
    assert [row["name"] for row in rows] == ["Northmoor Valley", "ZQ-A-PARTNERSHIP-QZ", "ZQ-B-PARTNERSHIP-QZ"]
    assert {name: rows[0][name] for name in ("agencies", "people")} == {"agencies": 0, "people": 0}
    assert (rows[1]["agencies"], rows[1]["people"]) == (5, 26)
    assert listed.stderr == ""


def test_what_it_creates_has_rules_from_any_day_on(command, database: Database):
    command("partnerships", "create", "Northmoor")
    made = next(
        row for row in json.loads(command("partnerships", "list", "--json").stdout) if row["name"] == "Northmoor"
    )
    assert rule_sets.rule_book(db.session(), made["id"]).rule_sets


def test_list_in_words(command):
    listed = command("partnerships", "list")
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == 2
    assert "ZQ-A-PARTNERSHIP-QZ" in listed.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "ZQ-A-PARTNERSHIP-QZ"),
        ("create", ""),
        ("create", "x" * 121),
        ("create",),
        ("create", "two", "names"),
        ("list", "--yaml"),
        ("destroy",),
    ],
)
def test_bad_use_is_one_line_and_exits_2(command, arguments):
    done = command("partnerships", *arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1

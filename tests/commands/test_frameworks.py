"""`flask frameworks`."""

from __future__ import annotations

import pytest

from portal.gateways.framework_files import SHIPPED

AREA = "ZQ-A-PARTNERSHIP-QZ"


def test_check_says_what_each_file_holds(command):
    checked = command("frameworks", "check", "section-11", SHIPPED["section-175-157"])
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.splitlines() == [
        "section-11: Section 11 audit of agencies: 12 standards, 65 questions",
        f"{SHIPPED['section-175-157']}: Safeguarding audit of schools and colleges: 23 standards, 75 questions",
    ]
    assert checked.stderr == ""


def test_check_lists_every_fault_of_every_file(command, tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("framework: x y\n", encoding="utf-8")
    checked = command("frameworks", "check", tmp_path / "one.yaml", "section-11", tmp_path / "two.yaml")
    assert checked.exit_code == 2
    assert checked.stdout == ""
    lines = checked.stderr.splitlines()
    assert lines[0] == f"{tmp_path / 'one.yaml'}: file: 'title' is missing"
    assert f'{tmp_path / "two.yaml"}: framework: "x y" cannot be used. Small letters, digits and single hyphens.' in (
        lines
    )
    assert len(lines) == 18


def test_load_publishes_once(command):
    first = command("frameworks", "load", "section-11", "--partnership", AREA)
    assert first.exit_code == 0, first.output
    # The world has an edition and a draft of its own.
    assert first.stdout == "section-11: Section 11 audit of agencies, edition 3: published\n"
    again = command("frameworks", "load", "section-11", "--partnership", AREA)
    assert again.stdout == "section-11: Section 11 audit of agencies, edition 3: as before\n"


def test_load_leaves_a_draft_to_be_read(command):
    loaded = command("frameworks", "load", SHIPPED["section-175-157"], "--partnership", AREA, "--draft")
    assert loaded.stdout.endswith("Safeguarding audit of schools and colleges, edition 2: a draft\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "Missing argument"),
        (["check", "nowhere.yaml"], "nowhere.yaml: file: there is no such file"),
        (["load", "section-11"], "Missing option '--partnership'"),
        (["load", "section-11", "--partnership", "Nowhere"], "no partnership is called 'Nowhere'"),
        (["load", "nowhere.yaml", "--partnership", AREA], "nowhere.yaml: file: there is no such file"),
    ],
)
def test_bad_use_is_one_line_and_2(command, arguments, words):
    done = command("frameworks", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_new_partnership_has_both(command):
    command("partnerships", "create", "Northmoor")
    for name in SHIPPED:
        loaded = command("frameworks", "load", name, "--partnership", "Northmoor")
        assert loaded.stdout.endswith("edition 1: as before\n")

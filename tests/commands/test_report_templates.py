"""`flask report-templates`."""

from __future__ import annotations

import pytest

from portal.gateways.report_template_files import SHIPPED

AREA = "ZQ-A-PARTNERSHIP-QZ"


def test_check_says_what_each_file_holds(command):
    checked = command("report-templates", "check", "gp", SHIPPED["other-meetings"])
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.splitlines() == [
        "gp: GP’s conference report: 4 sections, 20 questions",
        f"{SHIPPED['other-meetings']}: Report for a meeting: 2 sections, 9 questions",
    ]
    assert checked.stderr == ""


def test_check_lists_every_fault_of_every_file(command, tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("template: x y\n", encoding="utf-8")
    checked = command("report-templates", "check", tmp_path / "one.yaml", "gp", tmp_path / "two.yaml")
    assert checked.exit_code == 2
    assert checked.stdout == ""
    lines = checked.stderr.splitlines()
    assert f'{tmp_path / "two.yaml"}: template: "x y" cannot be used. Small letters, digits and single hyphens.' in (
        lines
    )
    assert len(lines) == 12


def test_load_publishes_once(command):
    first = command("report-templates", "load", "gp", "school", "--partnership", AREA)
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines() == [
        "gp: GP’s conference report, version 1: published",
        "school: School’s conference report, version 1: published",
    ]
    again = command("report-templates", "load", "gp", "--partnership", AREA)
    assert again.stdout == "gp: GP’s conference report, version 1: as before\n"


def test_load_leaves_a_draft_to_be_read(command):
    loaded = command("report-templates", "load", SHIPPED["police"], "--partnership", AREA, "--draft")
    assert loaded.stdout.endswith("Police conference report, version 1: a draft\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "Missing argument"),
        (["check", "nowhere.yaml"], "nowhere.yaml: file: there is no such file"),
        (["load", "gp"], "Missing option '--partnership'"),
        (["load", "gp", "--partnership", "Nowhere"], "no partnership is called 'Nowhere'"),
        (["load", "gp", "nowhere.yaml", "--partnership", AREA], "nowhere.yaml: file: there is no such file"),
    ],
)
def test_bad_use_is_one_line_and_2(command, arguments, words):
    done = command("report-templates", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_new_partnership_has_them_all(command):
    command("partnerships", "create", "Northmoor")
    loaded = command("report-templates", "load", "shipped", "--partnership", "Northmoor")
    assert len(loaded.stdout.splitlines()) == len(SHIPPED)
    assert all(line.endswith("version 1: as before") for line in loaded.stdout.splitlines())

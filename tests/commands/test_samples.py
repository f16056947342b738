"""`flask samples`: tools of practice audits from files."""

from __future__ import annotations

from portal.gateways.practice_tool_files import SHIPPED

AREA = "ZQ-A-PARTNERSHIP-QZ"


def test_check_says_what_each_file_holds(command):
    checked = command("samples", "check", "strategy-meeting", SHIPPED["multi-agency"])
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.splitlines() == [
        "strategy-meeting: Strategy meetings: 7 questions",
        f"{SHIPPED['multi-agency']}: Multi-agency audit: 7 questions",
    ]
    assert checked.stderr == ""


def test_check_lists_every_fault_of_every_file(command, tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("tool: x y\n", encoding="utf-8")
    checked = command("samples", "check", tmp_path / "one.yaml", "multi-agency", tmp_path / "two.yaml")
    assert checked.exit_code == 2
    assert checked.stdout == ""
    assert sum("cannot be used" in line for line in checked.stderr.splitlines()) == 2


def test_load_takes_a_file_once(command):
    loaded = command("samples", "load", "strategy-meeting", "--partnership", AREA)
    assert loaded.exit_code == 0, loaded.output
    assert loaded.stdout == "strategy-meeting: Strategy meetings, version 1: loaded\n"
    again = command("samples", "load", "strategy-meeting", "--partnership", AREA)
    assert again.stdout == "strategy-meeting: Strategy meetings, version 1: as before\n"


def test_load_into_no_partnership(command):
    loaded = command("samples", "load", "strategy-meeting", "--partnership", "Nowhere")
    assert loaded.exit_code == 2
    assert loaded.stdout == ""

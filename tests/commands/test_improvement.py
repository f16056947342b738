"""`flask import improvement`: the whole plan or nothing of it, and the same file again changes nothing."""

from __future__ import annotations

from pathlib import Path

from tests.areas import Area

SAMPLE = Path(__file__).parents[1] / "data" / "improvement-plan.csv"


def test_a_real_sized_plan_comes_in_once(database, command):
    area = Area.new()
    first = command("import", "improvement", SAMPLE, "--partnership", area.name)
    assert (first.exit_code, first.stdout, first.stderr) == (0, f"{SAMPLE}: 68 new, 0 changed, 0 as before\n", "")
    again = command("import", "improvement", SAMPLE, "--partnership", area.name)
    assert (again.exit_code, again.stdout, again.stderr) == (0, f"{SAMPLE}: 0 new, 0 changed, 68 as before\n", "")


def test_every_fault_is_a_line_and_nothing_is_taken(database, command, tmp_path):
    area = Area.new()
    path = tmp_path / "plan.csv"
    path.write_bytes(SAMPLE.read_bytes().replace(b",weekly,", b",often,", 2))
    refused = command("import", "improvement", path, "--partnership", area.name)
    assert (refused.exit_code, refused.stdout) == (2, "")
    lines = refused.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{path}:3: by_when: is not a day like 2026-09-30")
    mended = command("import", "improvement", SAMPLE, "--partnership", area.name)
    assert mended.stdout == f"{SAMPLE}: 68 new, 0 changed, 0 as before\n"
    missing = command("import", "improvement", tmp_path / "none.csv", "--partnership", area.name)
    assert missing.exit_code == 2

"""Whether tests took enough branches of the rooms that decide: `python -m tests.branch_coverage` after pytest --cov."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from coverage import Coverage

LEAST = 95.0
DECIDING = ("domain", "access")
"""The rooms whose tests are measured (tests/uncounted.py); of others only what these happen to use would be known."""


def room_of(file: str) -> str:
    """The room of a file: `access` for portal/access/roles.py, `portal` for portal/factory.py."""
    parts = PurePath(file).parts
    inside = parts[parts.index("portal") + 1 :]
    return inside[0] if len(inside) > 1 else "portal"


def shares(files: Mapping[str, Any]) -> dict[str, float]:
    """Branches taken in each room, in percent; a room without a branch is wholly taken."""
    taken: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for file, found in files.items():
        taken[room_of(file)] += found["summary"]["covered_branches"]
        there[room_of(file)] += found["summary"]["num_branches"]
    return {room: 100 * taken[room] / there[room] if there[room] else 100.0 for room in there}


def main() -> int:
    """Print the share of each room that is measured; 1 where one is below the least."""
    measured = Coverage()
    measured.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report))
        found = shares(json.loads(report.read_text(encoding="utf-8"))["files"])
    for room in DECIDING:
        print(f"branches taken in portal/{room}: {found.get(room, 0.0):.1f} %")
    poor = [room for room in DECIDING if found.get(room, 0.0) < LEAST]
    for room in poor:
        print(f"portal/{room} must have {LEAST:.0f} % of its branches taken by tests", file=sys.stderr)
    return 1 if poor else 0


if __name__ == "__main__":
    sys.exit(main())

"""The restore drill: a demonstration is backed up and restored on an empty machine, by the commands that operators use.

    .venv/bin/python -m benchmarks.restoring --scale 10

The database is SQLite in a folder of its own, or whatever the addresses say: --database for the portal's role and
--owner for the tables' owner of a database to back up, --empty-database and --empty-owner of one without a table.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

from portal.config import ROOT

MOST_SECONDS = 600
SAME = (("activity", "verify"), ("indicators", "check"), ("files", "orphans"), ("config", "check"))


def run(environment: dict[str, str], *words: str) -> tuple[float, str]:
    """Run a `flask` command as an operator does; gives the seconds that it took and what it said."""
    begun = monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "flask", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"flask {' '.join(words)} ended with {done.returncode}: {done.stderr or done.stdout}")
    return monotonic() - begun, done.stdout


def main() -> int:
    """Build, back up, restore, check; exits 1 where the way back took longer than ten minutes."""
    asked = argparse.ArgumentParser(description="Restore a demonstration on an empty machine.")
    asked.add_argument("--scale", default="10")
    for name in ("database", "owner", "empty-database", "empty-owner"):
        asked.add_argument(f"--{name}", default="")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as name:
        folder = Path(name)
        here = _machine(folder / "here", wanted.database, wanted.owner)
        there = _machine(folder / "there", wanted.empty_database, wanted.empty_owner)
        run(here, "db", "upgrade")
        built, _ = run(here, "demo", "build", "--scale", wanted.scale)
        backup = folder / "one.backup"
        made, said = run(here, "backup", "create", str(backup))
        # The keys come from where an operator keeps them: never from the backup.
        keys = folder / "here" / "demo-keys.env"
        (folder / "there").mkdir(exist_ok=True)
        (folder / "there" / keys.name).write_bytes(keys.read_bytes())
        restored, _ = run(there, "backup", "restore", str(backup))
        upgraded, _ = run(there, "db", "upgrade")
        checked = sum(run(there, *words)[0] for words in SAME)
        size = backup.stat().st_size / 1024 / 1024
    total = restored + upgraded + checked
    sys.stdout.write(f"{said.strip().partition(': ')[2]}; {size:,.1f} MB\n")
    sys.stdout.write(f"built in {built:.0f} s, backed up in {made:.1f} s, restored in {restored:.1f} s, ")
    sys.stdout.write(f"upgraded and checked in {upgraded + checked:.1f} s: {total:.1f} of {MOST_SECONDS} s\n")
    return 0 if total <= MOST_SECONDS else 1


def _machine(folder: Path, database: str, owner: str) -> dict[str, str]:
    settings = {"PORTAL_MODE": "demo", "INSTANCE_PATH": str(folder)}
    return settings | ({"DATABASE_URL": database, "DATABASE_OWNER_URL": owner or database} if database else {})


if __name__ == "__main__":
    raise SystemExit(main())

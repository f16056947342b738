"""`make mutants`: portal/access broken in small ways, one at a time; says how many of them its own tests find.

All of them take a night on two cores, so a sample is drawn by a seed: the same seed draws the same ones as long as the
rules stay as they are. The first run measures which test reaches which rule, and keeps that under mutants/, with the
tests' world, so that not each of them builds it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from portal.config import ROOT
from tests.kept_world import VARIABLE

LEAST_KILLED = 95.0
"""Per cent of what was drawn that the tests have to find."""

MADE = ROOT / "mutants" / "portal" / "access"
_KILLED = {1, 3, -24, 24, 36, 152, 255}
"""mutmut's exit codes for a mutant that a test found, or that never came to an end."""
_SURVIVED = 0
_UNTESTED = {33, 5}


def main() -> int:
    """Draw, run, print; 1 where fewer than LEAST_KILLED were found."""
    asked = _arguments()
    if not any(MADE.rglob("*.meta")):
        _mutmut("run", "portal.access.kept.*")
    names = drawn(asked.seed, asked.sample, asked.files)
    if not names:
        print("there is nothing to break in these files", file=sys.stderr)
        return 2
    _mutmut("run", *names)
    return told({name: code for name, code in results().items() if name in set(names)})


def drawn(seed: int, number: int, files: list[str]) -> list[str]:
    """So many of the mutants there are, of these files or of all, the same ones for the same seed."""
    known = sorted(name for name in results() if not files or name.split(".")[2] in files)
    return sorted(random.Random(seed).sample(known, min(number, len(known)))) if number else known


def results() -> dict[str, int | None]:
    """Every mutant by its name, with what became of it the last time; None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted(MADE.rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def told(codes: dict[str, int | None]) -> int:
    """Print a line for each file, and those that no test found."""
    killed: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for name, code in codes.items():
        every[name.split(".")[2]] += 1
        killed[name.split(".")[2]] += code in _KILLED
    print("| file | killed | of | per cent |\n| --- | --- | --- | --- |")
    for name in sorted(every):
        print(f"| {name} | {killed[name]} | {every[name]} | {100 * killed[name] / every[name]:.1f} |")
    share = 100 * killed.total() / every.total()
    print(f"| all | {killed.total()} | {every.total()} | {share:.1f} |\n")
    for name, code in sorted(codes.items()):
        if code not in _KILLED:
            why = "survived" if code == _SURVIVED else "no test reaches it" if code in _UNTESTED else f"code {code}"
            print(f"- {name}: {why} (.venv/bin/mutmut show {name})")
    return int(share < LEAST_KILLED)


def _mutmut(*words: str) -> None:
    # It exits 1 where something survived, which is what this is to count.
    environment = {**os.environ, VARIABLE: str(ROOT / "mutants" / f"kept-{_made_of()}")}
    subprocess.run([str(Path(sys.executable).with_name("mutmut")), *words], cwd=ROOT, env=environment, check=False)


def _made_of() -> str:
    """What the tests' world is made of, as a digest: one that is kept is good for as long as that stays as it is."""
    made = [*sorted((ROOT / "tests").glob("world*.py")), *sorted((ROOT / "migrations" / "versions").glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in made)).hexdigest()[:16]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, help="how many; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--files", type=lambda text: text.split(","), default=[], help="such as meetings,cases")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

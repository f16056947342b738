"""`make mutants`: portal/access broken in small ways, one at a time; says how many of them its own tests find.

All of them take a night on two cores, so a sample is drawn by a seed: the same seed draws the same ones as long as the
rules stay as they are. The first run measures which test reaches which rule, and keeps that under mutants/, with the
tests' world, so that not each of them builds it. What SQLAlchemy takes for the same is no fault, and is left out of the
count, but listed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
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
_ALIKE = (
    # No row is one for which a condition is false, and none for which it is NULL.
    (re.compile(r"\bfalse\(\)"), "None"),
    # Told no columns, it joins by the foreign key; where there are two, it refuses, which tests find.
    (re.compile(r"(\.(?:outer)?join\(\w+), (?:\w+\.\w+_id == \w+\.id|\w+\.id == \w+\.\w+_id|None)?\)"), r"\1)"),
)
"""What SQLAlchemy takes for the same, and how to write both sides alike."""


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
    """Print a line for each file, those that no test found, and those that change nothing."""
    left = [name for name, code in sorted(codes.items()) if code not in _KILLED]
    same = [name for name in left if changes_nothing(_shown(name))]
    killed: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for name in codes.keys() - set(same):
        every[name.split(".")[2]] += 1
        killed[name.split(".")[2]] += name not in left
    print("| file | killed | of | per cent |\n| --- | --- | --- | --- |")
    for name in sorted(every):
        print(f"| {name} | {killed[name]} | {every[name]} | {100 * killed[name] / every[name]:.1f} |")
    share = 100 * killed.total() / every.total()
    print(f"| all | {killed.total()} | {every.total()} | {share:.1f} |\n")
    for name in left:
        code = codes[name]
        why = "survived" if code == _SURVIVED else "no test reaches it" if code in _UNTESTED else f"code {code}"
        why = "left out, it changes nothing" if name in same else why
        print(f"- {name}: {why} (.venv/bin/mutmut show {name})")
    return int(share < LEAST_KILLED)


def changes_nothing(difference: str) -> bool:
    """Whether what a mutant takes away and what it puts there, as a unified diff, are the same to SQLAlchemy."""
    sides = []
    for sign in "-+":
        lines = [line[1:] for line in difference.splitlines() if line[:1] == sign and line[:3] != sign * 3]
        text = " ".join(" ".join(lines).split())
        for pattern, alike in _ALIKE:
            text = pattern.sub(alike, text)
        sides.append(text)
    return bool(sides[0]) and sides[0] == sides[1]


def _shown(name: str) -> str:
    program = str(Path(sys.executable).with_name("mutmut"))
    return subprocess.run([program, "show", name], cwd=ROOT, capture_output=True, text=True, check=True).stdout


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

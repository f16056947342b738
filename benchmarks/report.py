"""What was measured, on the screen and in results.md: every row with its limit, spread, samples, rows and commit."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.databases import Database
from benchmarks.measuring import Result
from portal.config import ROOT

RESULTS = Path(__file__).with_name("results.md")
_HEADINGS = (
    "Measured",
    "Database",
    "How",
    "Median",
    "Spread",
    "Limit",
    "",
    "Samples",
    "Rows",
    "Commit",
    "For information",
)


def line(result: Result) -> str:
    """One result for the screen."""
    where = f"{result.database}, {result.how}"
    figures = f"{_value(result)} [{_spread(result)}], limit {result.limit}; {result.aside}"
    return f"{verdict(result):6} {result.what} ({where}): {figures}"


def verdict(result: Result) -> str:
    """Whether the limit is kept, in a word that stands out where it is not."""
    if not result.is_measured:
        return "not measured"
    return "kept" if result.is_kept else "MISSED"


def summary(results: Sequence[Result]) -> str:
    """All of it in one line."""
    missed = [result for result in results if result.is_measured and not result.is_kept]
    unmeasured = [result for result in results if not result.is_measured]
    if not missed and not unmeasured:
        return f"All {len(results)} limits are kept."
    said = [f"{len(missed)} of {len(results)} limits MISSED: {_named(missed)}."] if missed else []
    if unmeasured:
        said.append(f"{len(unmeasured)} of {len(results)} NOT MEASURED: {_named(unmeasured)}.")
    return " ".join(said)


def _named(results: Iterable[Result]) -> str:
    return "; ".join(f"{result.what} ({result.database}, {result.how})" for result in results)


def write(results: Sequence[Result], databases: Iterable[Database], seconds: float, path: Path = RESULTS) -> None:
    """Write the table; the file is generated, so that nobody keeps it by hand."""
    stood_at = commit()
    versions = ", ".join(f"{database.kind} {database.version}" for database in databases)
    machine = f"Python {platform.python_version()}, {versions}, {os.cpu_count()} cores"
    lines = [
        "# Benchmark results",
        "",
        "Written by `make bench`; [README.md](README.md) says how each is measured. A figure is a ratio unless it",
        "counts something: the median of its rounds, with the lowest and the highest. Milliseconds are information",
        "only, because they say as much about the machine as about the portal.",
        "",
        f"**{summary(results)}**",
        "",
        f"{datetime.now(UTC):%d %B %Y}, {machine}, {seconds / 60:.1f} minutes.",
        "",
        _row(_HEADINGS),
        _row(["---"] * len(_HEADINGS)),
        *(_row(_cells(result, stood_at)) for result in results),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def commit() -> str:
    """The commit that was measured; it says so where the files differ from it."""
    found = _git("rev-parse", "--short", "HEAD")
    if not found:
        return "unknown"
    return (
        f"{found} with changes" if _git("status", "--porcelain", "--", "portal", "templates", "migrations") else found
    )


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _cells(result: Result, stood_at: str) -> list[str]:
    return [
        result.what,
        result.database,
        result.how,
        _value(result),
        _spread(result),
        str(result.limit),
        "kept" if result.is_kept else f"**{verdict(result)}**",
        result.samples,
        result.rows,
        stood_at,
        result.aside,
    ]


def _figure(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3g}"


def _value(result: Result) -> str:
    return _figure(result.value) if result.is_measured else "–"


def _spread(result: Result) -> str:
    if not result.is_measured:
        return "–"
    if len(result.values) == 1:
        return "one count"
    return f"{_figure(min(result.values))} to {_figure(max(result.values))}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""`flask activity`: whether the trail still is what the portal wrote, its anchors, and letting its oldest part go."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, raise_unusable
from portal.services import activity_anchors, activity_checks, activity_keeping, activity_retention
from portal.services.activity_anchors import Anchor, Link
from portal.services.activity_chains import Falsified
from portal.services.viewers import system_viewer

LONGEST_REASON = 200

group = PlainGroup("activity", help="The system's own trail.")


@group.command()
@click.option("--anchor", metavar="FILE", help="What flask activity anchor wrote; it shows a cut or rewritten chain.")
@click.option("--kept", is_flag=True, help="Hold it against every anchor that the worker has kept (ANCHOR_URL).")
def verify(anchor: str | None, kept: bool) -> None:
    """Check every chain; names the first bad row and exits 1 where there is one."""
    viewer = system_viewer("activity verify", now())
    links: list[Link] = []
    with _ending_plainly():
        if anchor is not None:
            links += _read(Path(anchor)).links
        anchors = activity_keeping.kept_anchors(viewer) if kept else []
        links += [link for one in anchors for link in one.anchor.links]
        rows = activity_checks.count_rows(viewer)
        # Where nobody watches, the outcome's line stands alone on standard error.
        with click.progressbar(length=rows, label="Rows", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            report = activity_checks.verify(viewer, links, bar.update)
    if report.faults:
        others = len(report.faults) - 1
        more = f"; and {others} more {'chain has' if others == 1 else 'chains have'} a fault" if others else ""
        click.echo(f"{report.faults[0]}{more}", err=True)
        raise SystemExit(1)
    against = "" if anchor is None else ", as the anchor knows them"
    if kept:
        against += f", as {len(anchors)} kept {'anchor knows' if len(anchors) == 1 else 'anchors know'} them"
    click.echo(f"ok: {report.chains} chains, {report.rows:,} rows{against}")


@group.command("anchor")
@click.argument("file")
def anchor_command(file: str) -> None:
    """Write to FILE how far each chain goes now; keep it where whoever can write to the database cannot."""
    at = now()
    with _ending_plainly():
        links = activity_anchors.anchor_now(system_viewer("activity anchor", at))
        content = activity_anchors.to_bytes(activity_anchors.to_json(links, at))
    _write(Path(file), content)
    click.echo(f"{file}: {len(links)} chains", err=True)


@group.command("keep")
@click.option("--anew", metavar="REASON", help="After a restore: without regard to the anchors before, and why.")
def keep(anew: str | None) -> None:
    """Keep an anchor now, as the worker does each day."""
    if anew is not None and not 0 < len(anew.strip()) <= LONGEST_REASON:
        raise_unusable([f"--anew needs a reason of {LONGEST_REASON} characters at most"])
    with _ending_plainly():
        name = activity_keeping.keep(system_viewer("activity keep", now()), reason=anew.strip() if anew else None)
    click.echo(f"kept: {name}")


@group.command("let-go")
@click.option("--before", metavar="D", required=True, help="What was written before this day may go.")
@click.option("--dry-run", is_flag=True, help="Only say how much that would be.")
def let_go(before: str, dry_run: bool) -> None:
    """Let the oldest rows of each chain go, up to a sealed checkpoint; verified first. Legal holds beat it."""
    try:
        day = date.fromisoformat(before)
    except ValueError:
        raise_unusable([f"{before}: a day is written like 2026-11-24"])
    with _ending_plainly():
        gone = activity_retention.let_go(system_viewer("activity let-go", now()), day, only_look=dry_run)
    for one in gone:
        whose = one.partnership or "the system's"
        held = ", kept by a legal hold" if one.is_held else ""
        click.echo(f"activity chain {one.chain} ({whose}): {one.rows:,} rows up to row {one.up_to:,}{held}")
    rows = sum(one.rows for one in gone if not one.is_held)
    click.echo(f"{'would let go' if dry_run else 'let go'}: {rows:,} rows")


@contextmanager
def _ending_plainly() -> Iterator[None]:
    """A trail or an anchor that is not what it was is a check that failed; a place that is away, bad input."""
    try:
        with plain_refusals():
            try:
                yield
            except Falsified as fault:
                click.echo(str(fault), err=True)
                raise SystemExit(1) from None
    except OSError as fault:
        raise_unusable([f"ANCHOR_URL: {fault.strerror or fault}"])


def _read(path: Path) -> Anchor:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise_unusable([f"{path}: cannot be read: {fault.strerror}"])
    except ValueError:
        raise_unusable([f"{path}: this is not an anchor that flask activity anchor wrote"])
    try:
        return activity_anchors.from_json(stored)
    except Falsified as fault:
        raise Falsified(f"{path}: {fault}") from None


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: an anchor cut short by a full disk must not take the place of the last good one."""
    draft: str | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            draft = file.name
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
        draft = None
    except OSError as fault:
        raise_unusable([f"{path}: cannot be written: {fault.strerror}"])
    finally:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)

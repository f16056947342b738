"""`flask activity`: whether the trail still is what the portal wrote."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, raise_unusable
from portal.services import activity_checks
from portal.services.activity_checks import Falsified, Link
from portal.services.viewers import system_viewer

group = PlainGroup("activity", help="The system's own trail.")


@group.command()
@click.option("--anchor", metavar="FILE", help="What flask activity anchor wrote; it shows a cut or rewritten chain.")
def verify(anchor: str | None) -> None:
    """Check every chain; names the first bad row and exits 1 where there is one."""
    viewer = system_viewer("activity verify", now())
    with plain_refusals():
        links = None if anchor is None else _read(Path(anchor))
        rows = activity_checks.count_rows(viewer)
        # Where nobody watches, the outcome's line stands alone on standard error.
        with click.progressbar(length=rows, label="Rows", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            report = activity_checks.verify(viewer, links, bar.update)
    if report.faults:
        others = len(report.faults) - 1
        more = f"; and {others} more {'chain has' if others == 1 else 'chains have'} a fault" if others else ""
        click.echo(f"{report.faults[0]}{more}", err=True)
        raise SystemExit(1)
    against = "" if links is None else ", as the anchor knows them"
    click.echo(f"ok: {report.chains} chains, {report.rows:,} rows{against}")


@group.command("anchor")
@click.argument("file")
def anchor_command(file: str) -> None:
    """Write to FILE how far each chain goes now; keep it where whoever can write to the database cannot."""
    at = now()
    with plain_refusals():
        try:
            links = activity_checks.anchor_now(system_viewer("activity anchor", at))
        except Falsified as fault:
            click.echo(str(fault), err=True)
            raise SystemExit(1) from None
    _write(Path(file), json.dumps(activity_checks.to_json(links, at), ensure_ascii=False, indent=2) + "\n")
    click.echo(f"{file}: {len(links)} chains", err=True)


def _read(path: Path) -> list[Link]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise_unusable([f"{path}: cannot be read: {fault.strerror}"])
    except ValueError:
        raise_unusable([f"{path}: this is not an anchor that flask activity anchor wrote"])
    return activity_checks.from_json(stored)


def _write(path: Path, text: str) -> None:
    """All of it or nothing: an anchor cut short by a full disk must not take the place of the last good one."""
    draft: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
        ) as file:
            draft = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
        draft = None
    except OSError as fault:
        raise_unusable([f"{path}: cannot be written: {fault.strerror}"])
    finally:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)

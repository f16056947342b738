"""`flask indicators`: the figures of a period, whole, for scripts and spreadsheets, and what is kept of them."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, print_json, raise_unusable
from portal.domain.indicators import check_by, columns
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType
from portal.domain.working_days import add_months
from portal.services.indicators import indicators, recounts
from portal.services.plans import figures as plan_figures
from portal.services.viewers import system_viewer

Rows = Sequence[dict[str, str | int | Decimal | None]]

group = PlainGroup("indicators", help="Figures.")

MOST_TOLD = 20
"""Differences that the check names; the rest it counts."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@group.command()
@click.option("--partnership", required=True, metavar="NAME", help="Whose figures.")
@click.option("--from", "first", required=True, metavar="YYYY-MM-DD", help="The first day that counts.")
@click.option("--to", "last", required=True, metavar="YYYY-MM-DD", help="The last day that counts.")
@click.option("--by", default="", metavar="COLUMNS", help="Any of agency_type,meeting_type,month, in any order.")
@click.option("--meeting-type", "meeting_types", default="", metavar="T,…", help="Only meetings of these types.")
@click.option("--agency-type", "agency_types", default="", metavar="T,…", help="Only invitations of these types.")
@click.option("--format", "written_as", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(
    partnership: str, first: str, last: str, by: str, meeting_types: str, agency_types: str, written_as: str
) -> None:
    """Print the figures of meetings held from one day to another, both included."""
    start, end = _day("--from", first), _day("--to", last)
    wanted = _by(by)
    types = _agency_types(agency_types)
    with plain_refusals():
        rows = indicators(
            system_viewer("indicators", now(), partnership),
            start=start,
            end=end,
            by=wanted,
            meeting_types=_words(meeting_types) or None,
            agency_types=types or None,
        )
    if written_as == "json":
        print_json([{name: _number(value) for name, value in row.items()} for row in rows])
    else:
        click.echo(_csv(columns(wanted), rows), nl=False)


@group.command()
@click.option("--partnership", required=True, metavar="NAME", help="Whose figures.")
@click.option("--as-of", "as_of", required=True, metavar="YYYY-MM-DD", help="The day at whose end plans are counted.")
@click.option(
    "--from",
    "first",
    metavar="YYYY-MM-DD",
    help="The first day on which a plan that started or ended counts; without it, the 12 months to that day.",
)
@click.option("--format", "written_as", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def plans(partnership: str, as_of: str, first: str | None, written_as: str) -> None:
    """Print the figures of child protection plans as at a day."""
    last = _day("--as-of", as_of)
    start = _day("--from", first) if first else add_months(last, -12) + timedelta(days=1)
    if start > last:
        raise_unusable(["--from is after --as-of"])
    with plain_refusals():
        figures = plan_figures.plan_figures(system_viewer("indicators", now(), partnership), Days(start, last))
    row = plan_figures.as_row(figures)
    if written_as == "json":
        print_json({name: _number(row[name]) for name in plan_figures.COLUMNS})
    else:
        click.echo(_csv(plan_figures.COLUMNS, [row]), nl=False)


@group.command()
def check() -> None:
    """Hold the kept figures against the records they count; says which differ, and exits 1 where any do."""
    viewer = system_viewer("indicators check", now())
    with plain_refusals():
        faults = recounts.faults(viewer)
        number = 0
        with _bar(recounts.count_steps(viewer)) as bar:
            for partnership, found in recounts.check(viewer, bar.update):
                number += 1
                faults += [f"{partnership}, {difference}" for difference in found]
    for fault in faults[:MOST_TOLD]:
        click.echo(fault, err=True)
    if faults:
        more = f"{len(faults) - MOST_TOLD:,} more differ; " if len(faults) > MOST_TOLD else ""
        click.echo(f"{more}flask indicators rebuild counts them anew", err=True)
        raise SystemExit(1)
    click.echo(f"ok: the kept figures of {number} partnerships are what their records say")


@group.command()
def rebuild() -> None:
    """Count the kept figures anew; people may go on working meanwhile. Exits 1 where changes are not noted."""
    viewer = system_viewer("indicators rebuild", now())
    with plain_refusals():
        faults = recounts.faults(viewer)
        with _bar(recounts.count_steps(viewer)) as bar:
            number = recounts.rebuild(viewer, bar.update)
    click.echo(f"{number:,} kept figures differed and were counted anew")
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)


def _bar(steps: int) -> Any:
    """Where nobody watches, the outcome's line stands alone on standard error."""
    return click.progressbar(length=steps, label="Figures", file=sys.stderr, hidden=not sys.stderr.isatty())


def _day(option: str, given: str) -> date:
    try:
        if not _DAY.fullmatch(given):
            raise ValueError(given)
        return date.fromisoformat(given)
    except ValueError:
        raise_unusable([f"{option} is not a day like 2026-01-31: {given!r}"])


def _words(given: str) -> list[str]:
    return [word.strip() for word in given.split(",")] if given.strip() else []


def _by(given: str) -> list[str]:
    wanted = _words(given)
    try:
        check_by(wanted)
    except ValueError as fault:
        raise_unusable([f"--by: {fault}"])
    return wanted


def _agency_types(given: str) -> list[AgencyType]:
    words = _words(given)
    unknown = sorted(set(words) - set(AgencyType))
    if unknown:
        raise_unusable([f"--agency-type: there is no {', '.join(unknown)}: choose from {', '.join(AgencyType)}"])
    return [AgencyType(word) for word in words]


def _number(value: str | int | Decimal | None) -> str | int | float | None:
    """JSON knows no decimals; one place after the point survives the way through a binary number."""
    return float(value) if isinstance(value, Decimal) else value


def _csv(names: Sequence[str], rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    return text.getvalue()

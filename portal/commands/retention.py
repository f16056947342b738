"""`flask retention`: erasing what has been kept for long enough."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, print_json
from portal.domain.retention import CLASS_WORDS
from portal.services.partnerships import list_partnerships
from portal.services.records.certificates import rows_erased
from portal.services.records.erasing import run
from portal.services.viewers import system_viewer

group = PlainGroup("retention", help="Erasing what has been kept for long enough; legal holds beat it.")


@group.command("run")
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day by which it is due.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and erase nothing.")
@click.option("--partnership", metavar="NAME", help="One partnership alone; without it, all of them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def run_command(as_of: datetime, dry_run: bool, partnership: str | None, as_json: bool) -> None:
    """Erase everything that is due by a day and not held, each with a certificate."""
    day: date = as_of.date()
    at = now()
    listed: list[dict[str, Any]] = []
    with plain_refusals():
        names = (
            [partnership] if partnership else [row.name for row in list_partnerships(system_viewer("retention", at))]
        )
        for name in names:
            found, done = run(system_viewer("retention", at, name), day, dry_run=dry_run)
            certificates = {(row.record_class, row.root_id): row for row in done}
            for one in found:
                row = certificates.get((one.unit.record_class, one.unit.root_id))
                listed.append(
                    {
                        "partnership": name,
                        "class": one.unit.record_class.value,
                        "number": one.unit.root_id,
                        "due_on": one.due_on.isoformat(),
                        "rule": one.rule,
                        "holds": [hold.hold_id for hold in one.holds],
                        "erased": row is not None,
                        "certificate": row.id if row else None,
                        "rows": rows_erased(row) if row else 0,
                    }
                )
    if as_json:
        print_json(listed)
        return
    for line in listed:
        click.echo(_in_words(line, dry_run))
    held = sum(1 for line in listed if line["holds"])
    gone = sum(1 for line in listed if line["erased"])
    free = len(listed) - held
    click.echo(f"{free} due and not held, {held} held, {gone} erased.")


def _in_words(line: dict[str, Any], dry_run: bool) -> str:
    what = next(words for kind, words in CLASS_WORDS.items() if kind.value == line["class"])
    begun = f"{line['partnership']}: {what} {line['number']}, due since {line['due_on']}"
    if line["holds"]:
        return f"{begun}: kept by hold {', '.join(map(str, line['holds']))}"
    if dry_run or not line["erased"]:
        return f"{begun}: would be erased"
    return f"{begun}: erased, {line['rows']} rows, certificate {line['certificate']}"

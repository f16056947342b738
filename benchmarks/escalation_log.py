"""A page of an escalation's log, of one with ten thousand entries and of one with a hundred."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import insert

from benchmarks.databases import settle
from benchmarks.doors import fetch
from benchmarks.measuring import Limit, Result, by_turns, milliseconds
from benchmarks.run import Run
from portal.database.session import db, writing
from portal.domain.escalation_vocabulary import Category, EntryKind, EscalationStatus, LadderKind, Side, Turn
from portal.models.escalations import Escalation, EscalationEntry
from portal.services.batches import in_batches
from portal.services.paging import PER_PAGE

PAGE = Limit(1.3)
LONG, SHORT = 10_000, 100
CALLS = 30
_TEXT = "We spoke on the telephone: the report is being written, and will be with the chair on Thursday. Entry {}, end."
_PAGES = {"first": (1, 1), "last": (LONG // PER_PAGE, SHORT // PER_PAGE)}
"""Which page of the long log is set against which of the short one."""


def measure(run: Run) -> Iterator[Result]:
    """The page as the agency that is asked reads it, its text decrypted, and its reading in the trail."""
    with run.app.app_context():
        long, short = (_escalation(run, f"E-{entries}", entries) for entries in (LONG, SHORT))
        settle(db.engine)
        db.session.remove()
    door = run.inside(run.area.people["school"])
    for name, numbers in _PAGES.items():
        paths = [f"/escalations/{number}?page={page}" for number, page in zip((long, short), numbers, strict=True)]
        for path in paths:
            # A page that shows less than it should would be quick.
            shown = fetch(door, path).count(b", end.")
            if shown < PER_PAGE:
                raise RuntimeError(f"{path} shows {shown} of {PER_PAGE} entries")
        times = by_turns(
            lambda path=paths[0]: fetch(door, path),
            lambda path=paths[1]: fetch(door, path),
            rounds=run.rounds,
            first_calls=CALLS,
            second_calls=CALLS,
        )
        yield Result(
            what=f"The {name} page of a log of {LONG:,} entries, against one of {SHORT}",
            database=run.database.kind,
            how="in process",
            values=times.ratios,
            limit=PAGE,
            samples=f"{run.rounds} × {CALLS} to {CALLS}",
            rows=f"{LONG:,} and {SHORT} entries, {run.area.rows}",
            aside=f"long {milliseconds(times.first)}, short {milliseconds(times.second)}",
        )


def _escalation(run: Run, reference: str, entries: int) -> int:
    """One that a chair raised with the school, whose lead has not replied yet."""
    area, chair = run.area, run.area.people["chair"]
    opened = area.now - timedelta(days=1)
    with writing() as session:
        row = Escalation(
            partnership_id=area.partnership_id,
            reference=reference,
            kind=LadderKind.DISAGREEMENT,
            category=Category.INACTION,
            is_positive=False,
            raised_by_membership_id=chair.hat.membership_id,
            raised_with_agency_id=area.people["school"].hat.agency_id,
            summary="Nobody has written the report.",
            wanted="Please write it.",
            is_urgent=False,
            stage=1,
            turn=Turn.RAISED_WITH,
            status=EscalationStatus.OPEN,
            opened_at=opened,
            stage_entered_at=opened,
            due_at=area.now + timedelta(days=1),
            formal_at=opened,
            extended_days=0,
            is_noted=False,
        )
        session.add(row)
        session.flush()
        escalation_id = row.id
        own = {
            "partnership_id": area.partnership_id,
            "escalation_id": escalation_id,
            "kind": EntryKind.CONTACT,
            "side": Side.RAISED_BY,
            "at": opened,
            "by_membership_id": chair.hat.membership_id,
            "by_user_id": chair.user_id,
            "told": [],
        }
        written = ({**own, "number": number, "text": _TEXT.format(number)} for number in range(1, entries + 1))
        for batch in in_batches(written, 10_000):
            session.execute(insert(EscalationEntry.__table__), batch)
    return escalation_id

"""Bundles of reports: cut each morning as the worker does, and opened by some of those for whom they are."""

from __future__ import annotations

from datetime import time

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.working_days import add_working_days, is_working_day, london_instant
from portal.services.demo.diary import THE_WORKER
from portal.services.demo.reports.parts import Casework, Part
from portal.services.reports.bundle_clock import due_on
from portal.services.reports.bundle_page import open_bundle
from portal.services.reports.bundling import cut_bundle

EARLIEST = -9
"""Working days to the first morning on which a bundle may be due: nobody wrote a report before."""
NIGHT = time(5)
READERS = 2
"""How many agencies open a bundle, of those whose report stands in it, besides the chair."""


def plan(work: Casework) -> None:
    """Have bundles cut, and what stands on the last day before the demonstration's opened."""
    cast = work.cast
    for days in range(EARLIEST, 1):
        on = add_working_days(cast.today, days)
        if is_working_day(on):
            cast.diary.add(london_instant(on, NIGHT), THE_WORKER, _cut)
    work.at(-1, lambda viewer: _read(work, viewer), 12)


def _cut(worker: Viewer) -> None:
    # One by one, because the worker's own round begins and ends transactions, and a demonstration is one.
    for row in db.session.execute(due_on(worker.today)).all():
        if row.partnership_id == worker.partnership_id:
            cut_bundle(worker, row.id)


def _read(work: Casework, worker: Viewer) -> None:
    printed: dict[int, list[Part]] = {}
    for part in work.parts():
        if part.bundle is not None:
            printed.setdefault(part.meeting_id, []).append(part)
    for meeting_id, found in printed.items():
        for reader in (found[0].chair, *(work.cast.lead(part.code) for part in found[:READERS])):
            open_bundle(work.acting(reader, worker.now), meeting_id, found[0].bundle or 0)
        work.opened.update(part.report_id for part in found if part.report_id is not None)

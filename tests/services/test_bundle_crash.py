"""Bundles cut by three at once while reports are added to, and all of them killed: what was acknowledged is there."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict
from portal.domain.report_answers import seen
from portal.domain.vocabulary import ReportStatus
from portal.models.report_bundles import BundledReport
from portal.models.reports import ReportAddendum
from portal.services.activity_checks import verify
from portal.services.reports import bundling
from portal.services.reports.bundle_clock import cut_due
from portal.services.reports.bundle_documents import plain
from portal.services.reports.bundling import cut_bundle
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import Typed, save_draft
from portal.services.viewers import system_viewer
from tests.services.bundle_steps import bundle_bytes, bundles_of
from tests.services.crash_steps import orphans_swept
from tests.services.file_steps import TellingScanner
from tests.services.report_steps import WHOLE, answers_of, reports_of, write
from tests.world import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")

ENOUGH, PAUSE = 4, 0.1
"""Bundles and addenda that each is to acknowledge before they are killed; and what it is that lets bundles be cut."""


@pytest.fixture(autouse=True)
def plain_documents(monkeypatch, use_filing, world) -> None:
    """Bundles that say what they say in plain letters: setting them as PDF is no matter here, and takes a while."""
    monkeypatch.setattr(bundling, "as_pdf", lambda *facts: json.dumps(plain(*facts)).encode())
    use_filing(scanner=TellingScanner())
    orphans_swept()


def cutting(viewer: Viewer, meeting_id: int) -> Iterator[str]:
    """Cut bundles without end."""
    for step in range(1_000_000):
        with suppress(Conflict):
            yield f"cut {cut_bundle(replace(viewer, now=NOW + timedelta(seconds=step)), meeting_id)}"


def clock() -> Iterator[str]:
    """What the worker does, every minute."""
    for step in range(1_000_000):
        cut_due(NOW + timedelta(minutes=step))
        yield "looked 0"


def adding(viewer: Viewer, place) -> Iterator[str]:
    """Add to what was sent, and send that, without end."""
    before = WHOLE["worries"]
    for step in range(1, 1_000_000):
        later, text = replace(viewer, now=NOW + timedelta(seconds=step)), f"Worry {step}."
        saved = save_draft(later, place.id, {"worries": Typed(text, seen(before))}, adding=True)
        submit_report(later, place.id, saved.version, adding=True)
        before = text
        yield f"added {step}"
        # Whoever cuts starts anew when something came meanwhile, and gives up after a few times.
        time.sleep(PAUSE)


def fork(work: Callable[[], Iterator[str]]) -> tuple[int, int]:
    """A process that tells through a pipe what was acknowledged to it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in five processes.
        try:
            os.close(reading)
            for line in work():
                os.write(writing, f"{line}\n".encode())
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def test_one_bundle_stands_that_opens_and_no_addendum_is_lost(place, chair, coordinator, teacher):
    submit_report(teacher, place.id, write(teacher, place, WHOLE).version)
    db.session.remove()
    db.engine.dispose()
    works = [
        lambda: cutting(chair, place.id),
        lambda: cutting(coordinator, place.id),
        clock,
        lambda: adding(teacher, place),
    ]
    forked = [fork(work) for work in works]
    pipes = [os.fdopen(reading) for _child, reading in forked]
    told = [[pipe.readline() for _ in range(ENOUGH)] for pipe in pipes]
    for child, _reading in forked:
        os.kill(child, signal.SIGKILL)
    outcomes = [os.waitpid(child, 0)[1] for child, _reading in forked]
    for lines, pipe in zip(told, pipes, strict=True):
        # A line that was cut off in the middle was never told.
        lines += [line for line in pipe.read().splitlines(keepends=True) if line.endswith("\n")]
        pipe.close()
    assert [os.WTERMSIG(outcome) for outcome in outcomes] == [signal.SIGKILL] * len(works)
    acknowledged = [line.split() for lines in told for line in lines]
    cut = [int(number) for what, number in acknowledged if what == "cut"]
    added = [int(number) for what, number in acknowledged if what == "added"]
    assert len(cut) == len(set(cut)), "no two were told the same number"
    orphans_swept()
    assert_one_stands(place, chair, max(cut))
    assert_added(place, max(added))
    # And life goes on: the next one has what the last addendum says.
    number = cut_bundle(chair, place.id)
    assert answers_of(place, addendum=max(added))["worries"] in bundle_bytes(chair, place, number).decode()
    db.session.remove()
    assert verify(system_viewer("tests", NOW)).faults == []


def assert_one_stands(place, reader: Viewer, last: int) -> None:
    """Every number once, the last of them open, whole, and with the addenda that its row says."""
    bundles = bundles_of(place)
    assert [one.number for one in bundles] == list(range(1, len(bundles) + 1))
    assert len(bundles) >= last
    (standing,) = [one for one in bundles if one.closed_at is None]
    assert standing.number == len(bundles)
    assert [one.number for one in bundles if one.file_id is not None] == [standing.number]
    said = bundle_bytes(reader, place, standing.number).decode()
    (report,) = reports_of(place, "school")
    addenda = db.session.scalars(
        select(BundledReport.addenda).where(
            BundledReport.bundle_id == standing.id, BundledReport.report_id == report.id
        )
    ).one()
    assert said.count("Worry ") >= addenda


def assert_added(place, last: int) -> None:
    """Each addendum that was told is sent, and says what it said."""
    (report,) = reports_of(place, "school")
    sent = db.session.scalars(
        select(ReportAddendum.number).where(
            ReportAddendum.report_id == report.id, ReportAddendum.status == ReportStatus.SUBMITTED
        )
    ).all()
    assert set(sent) >= set(range(1, last + 1))
    assert [answers_of(place, addendum=step) for step in range(1, last + 1)] == [
        {"worries": f"Worry {step}."} for step in range(1, last + 1)
    ]

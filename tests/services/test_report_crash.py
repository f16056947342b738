"""Eight processes write reports and give files, and are killed in the middle of it: what was acknowledged is there."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict
from portal.domain.files import Upload
from portal.models.files import ReportFile
from portal.services.activity_checks import verify
from portal.services.orphans import find_orphans
from portal.services.quarantine import scan_quarantined
from portal.services.report_files import attach_files, remove_attachment
from portal.services.reports.writing import save_answer, seen
from portal.services.viewers import system_viewer
from tests.services.file_steps import TellingScanner, in_store, read, row
from tests.services.report_steps import answers_of
from tests.world import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")

AGENCIES = ("school", "social_care")
FIELDS = ("involvement", "strengths", "worries", "threshold_reason")
WRITERS, ENOUGH, MOST_EACH = len(AGENCIES) * len(FIELDS), 160, 3


@pytest.fixture(params=["folder", "s3"])
def store(request, use_filing, s3_server):
    """Both stores."""
    if request.param == "s3":
        use_filing(store=s3_server.store())
    return use_filing(scanner=TellingScanner())


def content_of(number: int, step: int) -> bytes:
    """A file's content, as long as takes several chunks."""
    return f"{number}.{step} ".encode() * 12_000


def write_on(pipe: int, number: int, viewer: Viewer, meeting_id: int, code: str) -> None:
    """Save an answer, give a file, take an older one off, without end; each is told once it is acknowledged."""
    before, files = "", list[int]()
    for step in range(1_000_000):
        text = f"{number}.{step}"
        with suppress(Conflict):
            save_answer(viewer, meeting_id, code, seen(before), text)
            before = text
            os.write(pipe, f"saved {step} 0\n".encode())
        (stored,) = attach_files(viewer, meeting_id, [Upload(f"{text}.txt", BytesIO(content_of(number, step)))])
        os.write(pipe, f"given {step} {stored.id}\n".encode())
        files.append(stored.id)
        if len(files) > MOST_EACH:
            gone = files.pop(0)
            os.write(pipe, f"going {step} {gone}\n".encode())
            remove_attachment(viewer, meeting_id, gone)


def fork_writer(number: int, viewer: Viewer, meeting_id: int, code: str) -> tuple[int, int]:
    """A process that writes; gives it and the end of the pipe at which it tells what was acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in nine processes.
        try:
            os.close(reading)
            write_on(writing, number, viewer, meeting_id, code)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


@pytest.mark.usefixtures("store")
def test_nothing_acknowledged_is_lost_and_no_file_is_left_without_its_other_half(viewer, place):
    people = {agency: viewer(f"a.{agency}.lead") for agency in AGENCIES}
    before = in_store()
    # In the bucket there is nothing of the world's own files.
    lost = find_orphans(Viewer.of_system("files orphans", NOW)).without_bytes
    db.session.remove()
    db.engine.dispose()
    places = [(agency, code) for agency in AGENCIES for code in FIELDS]
    forked = [fork_writer(n, people[agency], place.id, code) for n, (agency, code) in enumerate(places)]
    pipes = [os.fdopen(reading) for _child, reading in forked]
    told = [[pipe.readline() for _ in range(ENOUGH // WRITERS)] for pipe in pipes]
    for child, _reading in forked:
        os.kill(child, signal.SIGKILL)
    outcomes = [os.waitpid(child, 0)[1] for child, _reading in forked]
    assert [os.WTERMSIG(outcome) for outcome in outcomes] == [signal.SIGKILL] * WRITERS
    for lines, pipe in zip(told, pipes, strict=True):
        # A line that was cut off in the middle was never told.
        lines += [line for line in pipe.read().splitlines(keepends=True) if line.endswith("\n")]
        pipe.close()
    for number, (lines, (agency, code)) in enumerate(zip(told, places, strict=True)):
        assert_all_is_there(number, [line.split() for line in lines], people[agency], answers_of(place, agency)[code])
    assert_no_orphans(before, lost)
    # And life goes on: the next one is saved, and the trail's chains hold.
    assert save_answer(people["school"], place.id, "strengths", seen(answers_of(place)["strengths"]), "After it.")
    db.session.remove()
    assert verify(system_viewer("test", NOW)).faults == []


def assert_all_is_there(number: int, told: list[list[str]], viewer: Viewer, kept: str) -> None:
    """The last answer told, or one after it; every file that was given and not on its way out again."""
    saved = [int(step) for what, step, _ in told if what == "saved"]
    assert saved
    writer, _, step = kept.partition(".")
    assert int(writer) == number
    assert saved[-1] <= int(step) <= saved[-1] + 1
    going = {file_id for what, _, file_id in told if what == "going"}
    given = {file_id: int(step) for what, step, file_id in told if what == "given" and file_id not in going}
    assert given
    for file_id, step_given in given.items():
        assert read(viewer, int(file_id)) == content_of(number, step_given)


def assert_no_orphans(before: set[str], lost: list[int]) -> None:
    """No row has lost its bytes; bytes that were on their way are found, at most one to a writer, and swept."""
    now = datetime.now(UTC)
    found = find_orphans(Viewer.of_system("files orphans", now))
    assert (found.without_row, found.without_bytes, found.belonging_to_nothing) == ([], lost, [])
    # One being given and one being taken off by each, and the two of the world that are infected by their rows alone.
    assert found.arriving <= WRITERS * 2 + 2
    tomorrow = Viewer.of_system("files orphans", now + timedelta(days=2))
    found = find_orphans(tomorrow)
    assert (found.without_bytes, found.belonging_to_nothing) == (lost, [])
    assert scan_quarantined(replace(tomorrow, name="files scan")).swept == len(found.without_row)
    assert find_orphans(tomorrow).without_row == []
    db.session.rollback()
    rows = {row(file_id).store_name for file_id in db.session.scalars(select(ReportFile.file_id))}
    assert in_store() - before <= rows

"""`flask import`: exit codes, one line for each fault, standard output and standard error kept apart."""

from __future__ import annotations

import os
import pty
import selectors
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.commands.imports import Bar
from portal.database.session import db
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.models.meetings import Meeting
from tests.areas import AGENCY_COLUMNS, ATTENDANCE_COLUMNS, MEETING_COLUMNS, Area, meeting, part, sheet

REVIEW = "review_conference"


@pytest.fixture
def area(database) -> Area:
    area = Area.new()
    db.session.remove()
    return area


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_the_three_files_in_their_order(area, command, write):
    agencies = write(
        "agencies.csv",
        sheet(AGENCY_COLUMNS, [{"agency_code": "surgery", "name": "Marsh Lane Surgery", "agency_type": "gp"}]),
    )
    meetings = write("meetings.csv", sheet(MEETING_COLUMNS, [meeting("M", REVIEW, "2026-05-05")]))
    attendance = write("attendance.csv", sheet(ATTENDANCE_COLUMNS, [part("M", "surgery", "video")]))
    for kind, path in (("agencies", agencies), ("meetings", meetings), ("attendance", attendance)):
        first = command("import", kind, path, "--partnership", area.name)
        assert (first.exit_code, first.stdout, first.stderr) == (0, f"{path}: 1 new, 0 changed, 0 as before\n", "")
        again = command("import", kind, path, "--partnership", area.name)
        assert (again.exit_code, again.stdout, again.stderr) == (0, f"{path}: 0 new, 0 changed, 1 as before\n", "")
    assert area.invitation("M", "surgery").attendance == "video"


def test_every_fault_is_a_line_on_standard_error(area, command, write):
    rows = [
        meeting("A", REVIEW, "2026-05-05"),
        meeting("B", "tea_party", "soon"),
        meeting("C", REVIEW, "2026-05-05", held_on=""),
    ]
    path = write("meetings.csv", sheet(MEETING_COLUMNS, rows))
    result = command("import", "meetings", path, "--partnership", area.name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{path}:3: meeting_type: is not one of this partnership's: " + ", ".join(kind.code for kind in DEFAULT_KINDS),
        f"{path}:3: scheduled_for: is not a date like 2026-01-05 or 2026-01-05T10:00",
        f"{path}:3: held_on: is not a date like 2026-01-05 or 2026-01-05T10:00",
        f"{path}:4: held_on: is empty, and the meeting is held",
    ]
    count = select(func.count()).select_from(Meeting).where(Meeting.partnership_id == area.partnership_id)
    assert db.session.scalar(count) == 0


def test_what_was_kept_of_a_shared_agency_is_said(area, command, write, world):
    row = {"agency_code": "academy", "name": "Another name", "agency_type": "school", "urn": "100001"}
    path = write("agencies.csv", sheet(AGENCY_COLUMNS, [row]))
    result = command("import", "agencies", path, "--partnership", area.name)
    assert result.exit_code == 0
    assert result.stderr == f"{path}:2: The name stays ZQ-A-AGENCY-SCHOOL-QZ: another partnership shares this agency\n"


def test_files_that_are_none(area, command, tmp_path):
    missing = tmp_path / "missing.csv"
    for path, reason in (
        (missing, "there is no such file"),
        (tmp_path, "this is a folder, not a file"),
        (f"{missing}/x", "there is no such file"),
        ("nul\0name", "cannot be read: not a file name"),
    ):
        result = command("import", "attendance", path, "--partnership", area.name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"{path}: {reason}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "agencies", "FILE"], "Missing option '--partnership'."),
        (["import", "agencies", "--partnership", "Newmarsh"], "Missing argument 'FILE'."),
        (["import", "agencies", "FILE", "--partnership", "Nowhere"], "no partnership is called 'Nowhere'"),
        (["import", "cats", "FILE"], "No such command 'cats'."),
        (["import", "agencies", "FILE", "--colour", "red"], "No such option"),
    ],
)
def test_bad_use_is_one_line_and_2(area, command, write, arguments, words):
    path = write("agencies.csv", sheet(AGENCY_COLUMNS, []))
    result = command(*(path if word == "FILE" else word for word in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert words in line


def test_a_long_file_tells_a_log_each_tenth(capsys):
    bar = Bar()
    for done in range(0, 20_001, 500):
        bar("Saving", done, 20_000)
    bar.end()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"Saving: {done:,} of 20,000" for done in range(2_000, 20_001, 2_000)]


def test_somebody_who_watches_sees_a_bar_for_each_step(monkeypatch):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        bar = Bar()
        for what in ("Reading", "Saving"):
            for done in range(0, 41, 10):
                bar(what, done, 40)
        bar.end()
        terminal.flush()
        shown = ""
        with selectors.DefaultSelector() as waiting:
            waiting.register(ours, selectors.EVENT_READ)
            # A terminal hands over what it has so far, which on a busy machine is not yet all.
            while waiting.select(timeout=1):
                shown += os.read(ours, 100_000).decode()
    os.close(ours)
    assert "Reading" in shown
    assert "Saving" in shown
    assert shown.count("100%") >= 2

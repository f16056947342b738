"""What is the same for all files: how they are read, all or nothing, nothing twice, in one partnership alone."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.vocabulary import MeetingFormat
from portal.models.meetings import Invitation, Meeting
from portal.services.imports import Imported, import_agencies, import_attendance, import_meetings
from tests.areas import ATTENDANCE_COLUMNS, MEETING_COLUMNS, NOW, chair, dump, faults_of, meeting, part, sheet
from tests.harness import apart

REVIEW, STRATEGY = "review_conference", "strategy_meeting"
MEETING_HEADER = ",".join(MEETING_COLUMNS)
ATTENDANCE_HEADER = ",".join(ATTENDANCE_COLUMNS)
NOT_UTF_8 = "is not UTF-8: save the file as CSV in UTF-8"


def test_the_same_file_again_changes_nothing_at_all(area):
    chair(area, "chair@area.example")
    agencies = [{"agency_code": "academy", "name": "Academy", "agency_type": "school", "urn": "200002"}]
    meetings = [
        meeting(
            "A", "initial_conference", "2026-05-05T10:00", trigger_on="2026-05-01", chair_email="chair@area.example"
        ),
        meeting("B", STRATEGY, "2026-05-05", held_on="2026-05-06T09:00", interim_safety_plan="no", case_ref="CASE-A"),
        meeting("C", "core_group", "2026-07-01", status="scheduled", held_on=""),
    ]
    attendance = [part(ref, agency, "partial") for ref in "ABC" for agency in ("gp", "academy")]
    area.agencies(agencies)
    area.meetings(*meetings)
    area.attendance(*attendance)
    before = dump()
    later = area.at(NOW + timedelta(days=3))
    assert later.agencies(agencies) == Imported(unchanged=1)
    assert later.meetings(*meetings, meetings[0]) == Imported(unchanged=3)
    assert later.attendance(*attendance, attendance[2]) == Imported(unchanged=6)
    assert dump() == before


def test_rows_that_repeat_word_for_word_are_one_row(area):
    row = meeting("M", REVIEW, "2026-05-05")
    assert area.meetings(row, row) == Imported(created=1)
    assert area.attendance(part("M", "gp"), part("M", " gp ")) == Imported(created=1)


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{MEETING_HEADER}\r\nM,{REVIEW},C,,2026-05-05,2026-05-05,held,video,,\r\n".encode(),
        f"{MEETING_HEADER}\n\nM,{REVIEW},C,,2026-05-05,2026-05-05,held,video,,".encode(),
        f'{MEETING_HEADER}\r"M","{REVIEW}",C,,2026-05-05,2026-05-05,held,video,,\r'.encode(),
        (
            "case_ref,meeting_ref,meeting_type,trigger_on,scheduled_for,held_on,chair_email,status,format,"
            f"interim_safety_plan\nC,M,{REVIEW},,2026-05-05,2026-05-05,,held,video,\n"
        ).encode(),
    ],
    ids=["bom and crlf", "blank line, no last line break", "old line breaks and quotes", "columns in another order"],
)
def test_files_as_programs_write_them(area, content):
    assert import_meetings(area.viewer, content, "m.csv") == Imported(created=1)
    assert area.stored("M").format is MeetingFormat.VIDEO


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"", [f"f.csv:1: header: is missing: the first line must be {ATTENDANCE_HEADER}"]),
        (b"\n\n", [f"f.csv:1: header: is missing: the first line must be {ATTENDANCE_HEADER}"]),
        (
            b"meeting_ref,agency_code,colour,meeting_ref,\n",
            [
                "f.csv:1: expectation: this column is missing",
                "f.csv:1: attendance: this column is missing",
                "f.csv:1: report_due_on: this column is missing",
                "f.csv:1: report_received_on: this column is missing",
                "f.csv:1: report_shared_with_family_on: this column is missing",
                "f.csv:1: meeting_ref: this column stands twice",
                f"f.csv:1: colour: is not a column of this file, which has {', '.join(ATTENDANCE_COLUMNS)}",
                f"f.csv:1: (without a name): is not a column of this file, which has {', '.join(ATTENDANCE_COLUMNS)}",
            ],
        ),
        (f"{ATTENDANCE_HEADER}\nM,caf\u00e9".encode("latin-1"), [f"f.csv:2: row: {NOT_UTF_8}"]),
        (ATTENDANCE_HEADER.encode("utf-16"), [f"f.csv:1: row: {NOT_UTF_8}"]),
        (
            f"{ATTENDANCE_HEADER}\nM,gp,expected,,,\nM,gp,expected,,,,,,\nM,gp\x00,expected,,,,,\n".encode(),
            [
                "f.csv:2: row: has 6 values, and the header names 8 columns",
                "f.csv:3: row: has 9 values, and the header names 8 columns",
                "f.csv:4: agency_code: holds a character that cannot be seen",
            ],
        ),
        (
            f'{ATTENDANCE_HEADER}\nM,"g"p,expected,,,,,\nM,"gp,expected\n\n'.encode(),
            [
                "f.csv:2: row: quotation marks inside a value must be doubled",
                "f.csv:3: row: a value begins with a quotation mark that is never closed",
            ],
        ),
        (
            f"{ATTENDANCE_HEADER}\nM,{'x' * 200_000},expected,,,,,\nM,{'x' * 2_000},expected,,,,,\n".encode(),
            ["f.csv:2: row: a value is too long", "f.csv:3: agency_code: is too long"],
        ),
    ],
    ids=["empty", "blank", "wrong columns", "latin-1", "utf-16", "wrong number, NUL", "quotes", "endless"],
)  # fmt: skip
def test_files_that_cannot_be_read(planned, content, reasons):
    assert faults_of(import_attendance, planned.viewer, content, "f.csv") == reasons


def test_a_line_is_that_on_which_the_record_begins(planned):
    text = (
        f'{ATTENDANCE_HEADER}\n"M","gp","expected","",\n"","","",""\n'
        '"M",\n"po\nlice","expected",,,,,\nM,school,perhaps,,,,,\n'
    )
    # The first record has 7 values on lines 2 and 3 less one, so each fault says where its own record begins.
    lines = [
        int(reason.split(":")[1]) for reason in faults_of(import_attendance, planned.viewer, text.encode(), "f.csv")
    ]
    assert lines == [2, 3, 4, 5, 7]


def test_quoted_line_breaks_do_not_shift_the_lines_that_follow(area):
    header = "agency_code,name,agency_type,urn,ods_code,email"
    text = f'{header}\r\nA,"Marsh\r\nLane\nSurgery",gp,,,\r\nB,"Two\r\nlines",dentist,,,\r\nC,,gp,,,\r\n'
    reasons = faults_of(import_agencies, area.viewer, text.encode(), "f.csv")
    assert [reason.split(": ")[0] for reason in reasons] == ["f.csv:5", "f.csv:7"]


def test_a_file_with_a_header_alone_is_an_empty_file(area):
    before = dump()
    assert area.meetings() == Imported()
    assert area.attendance() == Imported()
    assert dump() == before


def test_only_whoever_runs_the_portal_imports(area, people, viewer_of):
    content = sheet(MEETING_COLUMNS, [])
    for key in ("a.administrator", "a.coordinator", "a.business_manager", "a.gp.lead"):
        with pytest.raises(NotPermitted):
            import_meetings(viewer_of(people[key]), content, "m.csv")
    with pytest.raises(NotPermitted):
        import_meetings(Viewer.of_system("tests", NOW), content, "m.csv")


def test_a_file_goes_into_its_own_partnership_alone(area, world):
    ours = meeting("SHARED", REVIEW, "2026-05-05", case_ref="SAME")
    area.meetings(ours)
    other = Viewer.of_system("tests", NOW, world.partnerships["a"])
    import_meetings(other, sheet(MEETING_COLUMNS, [ours | {"format": "video"}]), "m.csv")
    assert area.stored("SHARED").format is MeetingFormat.IN_PERSON
    both = db.session.scalars(select(Meeting.case_id).where(Meeting.reference == "SHARED")).all()
    assert len(set(both)) == 2


def test_the_number_of_statements_does_not_grow_with_the_rows(area, count_queries):
    numbers = []
    for count in (5, 60):
        meetings = [meeting(f"{count}-{number}", REVIEW, "2026-05-05") for number in range(count)]
        with count_queries() as statements:
            area.meetings(*meetings)
            area.attendance(
                *(part(row["meeting_ref"], agency, "video") for row in meetings for agency in ("gp", "police"))
            )
        numbers.append(len([statement for statement in statements if not statement.startswith("INSERT INTO cases")]))
    assert numbers[0] == numbers[1]


def test_progress_is_told_for_each_step(planned):
    told: list[tuple[str, int, int]] = []
    content = sheet(ATTENDANCE_COLUMNS, [part("M", "gp", "video")])
    import_attendance(planned.viewer, content, "a.csv", lambda *said: told.append(said))
    finished = [what for what, done, of in told if done == of]
    assert finished == [
        "Reading attendance",
        "Comparing attendance",
        "Saving attendance",
        "Working out due days and quorum",
        "Writing the trail",
    ]


def test_two_imports_at_once_open_each_meeting_once(area, app):
    content = sheet(MEETING_COLUMNS, [meeting(f"M{number}", REVIEW, "2026-05-05") for number in range(40)])
    db.session.rollback()
    gate, done, faults = threading.Barrier(2), [], []

    def run() -> None:
        def inside() -> None:
            with app.app_context():
                gate.wait()
                done.append(import_meetings(area.viewer, content, "m.csv"))

        try:
            apart(inside)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sorted((one.created, one.unchanged) for one in done) == [(0, 40), (40, 0)]
    count = select(func.count()).select_from(Meeting).where(Meeting.partnership_id == area.partnership_id)
    assert db.session.scalar(count) == 40


def test_the_case_of_a_meeting_is_found_again(planned):
    before = planned.stored("M").case_id
    planned.meetings(meeting("N", REVIEW, "2026-05-05", case_ref="CASE-M"))
    assert planned.stored("N").case_id == before
    assert db.session.scalar(select(func.count()).where(Invitation.meeting_id == planned.stored("N").id)) == 0


def test_the_moment_of_import_is_the_viewers(planned):
    planned.attendance(part("M", "gp", "video"))
    created: datetime = planned.invitation("M", "gp").created_at
    assert created == planned.viewer.now

"""The file of meetings: what is stored, what is refused, what was closed in a page and stays."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.vocabulary import MeetingFormat, MeetingStatus, Role
from portal.models.cases import Case, Child
from portal.models.people import Membership
from portal.models.rule_sets import MeetingType
from portal.services.imports import Imported, import_meetings
from portal.services.imports.cells import read_moment
from tests.areas import MEETING_COLUMNS, NOW, chair, dump, faults_of, meeting, part, sheet

REVIEW, STRATEGY = "review_conference", "strategy_meeting"


def test_a_meeting_is_stored_as_the_file_says(area):
    membership = chair(area, "chair@area.example")
    done = area.meetings(
        meeting(
            "M-1",
            STRATEGY,
            "2026-05-05T14:30",
            trigger_on="2026-05-04T09:15:30",
            held_on="2026-05-06T10:00",
            format="hybrid",
            interim_safety_plan="yes",
            chair_email=" Chair@Area.Example ",
            case_ref="F 12/3",
        )
    )
    assert done == Imported(created=1)
    found = area.stored("M-1")
    assert (found.trigger_on, found.trigger_time) == (date(2026, 5, 4), time(9, 15, 30))
    assert (found.scheduled_on, found.start_time) == (date(2026, 5, 5), time(14, 30))
    assert (found.held_on, found.held_time) == (date(2026, 5, 6), time(10))
    assert (found.status, found.format) == (MeetingStatus.HELD, MeetingFormat.HYBRID)
    assert (found.interim_safety_plan, found.chair_membership_id) == (True, membership)
    case = db.session.get_one(Case, found.case_id)
    assert case.reference == "F 12/3"
    assert db.session.scalar(select(func.count()).where(Child.case_id == case.id)) == 0
    assert area.trail()[-2:] == ["case.opened", "meeting.imported"]


@pytest.mark.parametrize(
    ("written", "day", "at"),
    [
        ("2026-01-05", date(2026, 1, 5), None),
        ("2026-01-05T10:00", date(2026, 1, 5), time(10)),
        ("2026-01-05T00:00", date(2026, 1, 5), time(0)),
        ("2026-07-05T23:30Z", date(2026, 7, 6), time(0, 30)),
        ("2026-07-05T10:00+01:00", date(2026, 7, 5), time(10)),
        ("2024-02-29", date(2024, 2, 29), None),
    ],
)
def test_days_are_londons(written, day, at):
    assert read_moment(written) == (day, at)


@pytest.mark.parametrize(
    "written",
    ["05/01/2026", "2026-1-5", "20260105", "2026-W01-1", "2026-02-30", "2026-01-05 10:00", "2026-01-05T25:00",
     "2026-01-05T10", "0001-01-01", "9999-12-31", "٢٠٢٦-01-05"],
)  # fmt: skip
def test_what_is_no_day(written):
    with pytest.raises(ValueError, match=r"^(is not|has a year)"):
        read_moment(written)


def test_a_changed_meeting_is_updated_and_its_version_raised(area):
    membership = chair(area, "chair@area.example")
    area.meetings(
        meeting("M", REVIEW, "2026-05-05", status="scheduled", held_on=""), meeting("N", REVIEW, "2026-05-05")
    )
    before = area.stored("M").version
    moved = meeting(
        "M", STRATEGY, "2026-05-06", case_ref="OTHER", chair_email="chair@area.example", trigger_on="2026-05-01"
    )
    assert area.meetings(moved, meeting("N", REVIEW, "2026-05-05")) == Imported(changed=1, unchanged=1)
    after = area.stored("M")
    assert (after.status, after.held_on, after.chair_membership_id) == (
        MeetingStatus.HELD,
        date(2026, 5, 6),
        membership,
    )
    assert after.version == before + 1
    assert area.stored("N").version == 1
    assert area.trail()[-2:] == ["case.opened", "meeting.changed_by_import"]
    area.meetings(meeting("M", STRATEGY, "2026-05-06", case_ref="OTHER"))
    assert area.stored("M").chair_membership_id is None


def test_a_day_held_of_a_meeting_that_was_not_held_says_nothing(area):
    rows = [
        meeting("OFF", REVIEW, "2026-05-05", status="cancelled", held_on="2026-05-07T10:00"),
        meeting("PLANNED", REVIEW, "2026-07-05", status="scheduled", held_on="2026-07-05"),
    ]
    area.meetings(*rows)
    assert (area.stored("OFF").held_on, area.stored("OFF").held_time, area.stored("PLANNED").held_on) == (
        None,
        None,
        None,
    )
    assert area.meetings(*rows) == Imported(unchanged=2)


def test_a_partnerships_own_meeting_types_are_known(area):
    row = meeting("M", "mapping_meeting", "2026-05-05")
    [fault] = faults_of(import_meetings, area.viewer, sheet(MEETING_COLUMNS, [row]))
    assert fault == (
        "file.csv:2: meeting_type: is not one of this partnership's: " + ", ".join(kind.code for kind in DEFAULT_KINDS)
    )
    own = MeetingType(
        partnership_id=area.partnership_id,
        code="mapping_meeting",
        name="Mapping meeting",
        position=9,
        family=MeetingFamily.PANEL,
        sections=[],
    )
    db.session.add(own)
    db.session.commit()
    area.meetings(row)
    area.attendance(part("M", "gp", "video"))
    assert area.stored("M").quorate is None
    assert area.invitation("M", "gp").report_due_on is None


def test_the_chair_is_somebody_who_chairs_here_now(area, world, people):
    ended = chair(area, "gone@area.example", ended=True)
    chair(area, "manager@area.example", role=Role.SAFEGUARDING_MANAGER)
    rows = [
        meeting("A", REVIEW, "2026-05-05", chair_email="gone@area.example"),
        meeting("B", REVIEW, "2026-05-05", chair_email="manager@area.example"),
        meeting("C", REVIEW, "2026-05-05", chair_email=people["a.chair"].email),
        meeting("D", REVIEW, "2026-05-05", chair_email="nobody"),
    ]
    reasons = faults_of(import_meetings, area.viewer, sheet(MEETING_COLUMNS, rows))
    assert [reason.split(": ", 1)[1] for reason in reasons] == [
        *["chair_email: is nobody who chairs in this partnership"] * 3,
        "chair_email: Enter an email address in the usual form, like name@example.org",
    ]
    back = chair(area, "gone@area.example")
    area.meetings(rows[0])
    assert area.stored("A").chair_membership_id == back != ended


def test_a_meeting_keeps_a_chair_who_has_left_since(area):
    chair(area, "leaving@area.example")
    row = meeting("M", REVIEW, "2026-05-05", chair_email="leaving@area.example")
    area.meetings(row)
    before = area.stored("M").chair_membership_id
    for membership in db.session.scalars(select(Membership).where(Membership.id == before)):
        membership.ended_at = NOW
    db.session.commit()
    assert area.meetings(row) == Imported(unchanged=1)
    assert area.stored("M").chair_membership_id == before


def test_every_bad_meeting_is_listed_and_none_imported(area):
    before = dump()
    rows = [
        meeting("FINE", REVIEW, "2026-05-05"),
        meeting("", "", "", case_ref="", status="", format=""),
        meeting("x" * 41, REVIEW, "2026-05-05", case_ref="y" * 41, format="skype", status="postponed"),
        meeting("NOT-HELD", REVIEW, "2026-05-05", held_on=""),
        meeting("INQ", REVIEW, "2026-05-05", held_on="", status="inquorate", interim_safety_plan="maybe"),
        meeting("DAYS", REVIEW, "5 May", trigger_on="2026-13-01", held_on="tomorrow"),
        meeting("FINE", REVIEW, "2026-05-06"),
        meeting("SIGN\u200bS", REVIEW, "2026-05-06", case_ref="C"),
    ]
    reasons = faults_of(import_meetings, area.viewer, sheet(MEETING_COLUMNS, rows), "m.csv")
    assert {tuple(reason.split(": ")[:2]) for reason in reasons} == {
        *(
            ("m.csv:3", name)
            for name in ("meeting_ref", "meeting_type", "case_ref", "scheduled_for", "status", "format")
        ),
        *(("m.csv:4", name) for name in ("meeting_ref", "case_ref", "format", "status")),
        ("m.csv:5", "held_on"),
        *(("m.csv:6", name) for name in ("held_on", "interim_safety_plan")),
        *(("m.csv:7", name) for name in ("scheduled_for", "trigger_on", "held_on")),
        ("m.csv:8", "meeting_ref"),
        ("m.csv:9", "meeting_ref"),
    }
    assert "m.csv:5: held_on: is empty, and the meeting is held" in reasons
    assert "m.csv:4: format: is not one of in_person, video, hybrid, telephone" in reasons
    assert [int(reason.split(":")[1]) for reason in reasons] == sorted(int(reason.split(":")[1]) for reason in reasons)
    assert dump() == before


def test_what_was_said_when_the_register_was_closed_in_a_page_stays(area, world, people):
    row = meeting("M", STRATEGY, "2026-05-05", status="scheduled", held_on="")
    area.meetings(row)
    found = area.stored("M")
    found.status, found.held_on, found.held_time = MeetingStatus.INQUORATE, date(2026, 5, 6), time(11)
    found.interim_safety_plan = True
    found.register_closed_at, found.register_closed_by_id = NOW, people["a.chair"].user_id
    db.session.commit()
    assert area.meetings(row) == Imported(unchanged=1)
    again = meeting("M", STRATEGY, "2026-05-07T09:00", interim_safety_plan="no", format="video")
    assert area.meetings(again) == Imported(changed=1)
    kept = area.stored("M")
    assert (kept.status, kept.held_on, kept.held_time) == (MeetingStatus.INQUORATE, date(2026, 5, 6), time(11))
    assert kept.interim_safety_plan is True
    assert (kept.scheduled_on, kept.format) == (date(2026, 5, 7), MeetingFormat.VIDEO)

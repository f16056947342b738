"""`flask indicators export`: the columns, their order, the formats and the refusals of the contract."""

from __future__ import annotations

import csv
import io
import json

import pytest

from portal.database.session import db
from tests.areas import Area, meeting, part

INITIAL, REVIEW, STRATEGY = "initial_conference", "review_conference", "strategy_meeting"
OF_INVITATIONS = (
    "expected,attended,attendance_rate,reports_due,reports_received,report_rate,reports_on_time,on_time_rate,"
    "reports_before_meeting,before_meeting_rate,absent,absent_with_report,absent_with_report_rate,consulted,"
    "reports_shared_with_family"
)
OF_MEETINGS = (
    "meetings,quorate,quorate_rate,in_time,in_time_rate,all_core_agencies,all_core_agencies_rate,"
    "all_expected_agencies,all_expected_agencies_rate,group_meetings,group_meetings_rate,telephone_only,"
    "telephone_only_rate,interim_safety_plan,interim_safety_plan_rate"
)
PERIOD = ("--from", "2026-01-01", "--to", "2026-12-31")


@pytest.fixture
def area(database) -> Area:
    area = Area.new()
    area.meetings(
        meeting("I", INITIAL, "2026-05-05", trigger_on="2026-05-01"),
        meeting("R", REVIEW, "2026-06-05"),
        meeting("S", STRATEGY, "2026-06-05", interim_safety_plan="yes"),
    )
    area.attendance(
        part("I", "police", "in_person", report_received_on="2026-04-01"),
        part("I", "gp", ""),
        part("R", "police", "apologies", report_received_on="2026-06-05"),
        part("S", "police", "telephone"),
    )
    db.session.remove()
    return area


@pytest.fixture
def export(command, area):
    def export(*arguments: str, period: tuple[str, ...] = PERIOD):
        return command("indicators", "export", "--partnership", area.name, *period, *arguments)

    return export


def test_without_a_breakdown_one_row_over_all(export):
    result = export()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{OF_INVITATIONS}\n4,2,50.0,3,2,66.7,1,33.3,2,66.7,2,1,50.0,0,0\n"


def test_by_meeting_type_the_meetings_have_figures_of_their_own(export):
    lines = export("--by", "meeting_type").stdout.splitlines()
    assert lines == [
        f"meeting_type,{OF_INVITATIONS},{OF_MEETINGS}",
        "initial_conference,2,1,50.0,2,1,50.0,1,50.0,1,50.0,1,0,0.0,0,0,1,0,0.0,1,100.0,,,,,,,,,,",
        "review_conference,1,0,0.0,1,1,100.0,0,0.0,1,100.0,1,1,100.0,0,0,1,0,0.0,0,,,,,,,,,,,",
        "strategy_meeting,1,1,100.0,0,0,,0,,0,,0,0,,0,0,1,0,0.0,0,,0,0.0,1,100.0,0,0.0,0,0.0,1,100.0",
    ]


@pytest.mark.parametrize(
    ("by", "has_meetings", "keys"),
    [
        ("agency_type", False, [["gp"], ["police"]]),
        ("month", False, [["2026-05"], ["2026-06"]]),
        ("month,meeting_type", True, [["2026-05", INITIAL], ["2026-06", REVIEW], ["2026-06", STRATEGY]]),
        ("meeting_type,month", True, [[INITIAL, "2026-05"], [REVIEW, "2026-06"], [STRATEGY, "2026-06"]]),
        ("agency_type,month", False, [["gp", "2026-05"], ["police", "2026-05"], ["police", "2026-06"]]),
        (
            "month, agency_type ,meeting_type",
            False,
            [["2026-05", kind, INITIAL] for kind in ("gp", "police")]
            + [["2026-06", "police", kind] for kind in (REVIEW, STRATEGY)],
        ),
    ],
)
def test_any_breakdown_in_any_order(export, by, has_meetings, keys):
    header, *rows = csv.reader(io.StringIO(export("--by", by).stdout))
    names = [name.strip() for name in by.split(",")]
    assert header == [*names, *OF_INVITATIONS.split(","), *(OF_MEETINGS.split(",") if has_meetings else [])]
    assert [row[: len(names)] for row in rows] == keys
    assert rows == sorted(rows, key=lambda row: row[: len(names)])


def test_json_has_numbers_as_numbers_and_null_for_empty(export):
    result = export("--by", "meeting_type", "--format", "json", "--meeting-type", STRATEGY)
    assert (result.exit_code, result.stderr) == (0, "")
    [row] = json.loads(result.stdout)
    assert list(row) == ["meeting_type", *OF_INVITATIONS.split(","), *OF_MEETINGS.split(",")]
    assert row["meeting_type"] == STRATEGY
    assert (row["expected"], row["attendance_rate"], row["report_rate"]) == (1, 100.0, None)
    assert isinstance(row["attendance_rate"], float)


def test_types_narrow(export):
    assert export("--meeting-type", f"{REVIEW},{STRATEGY}").stdout.splitlines()[1].startswith("2,1,50.0,")
    assert export("--agency-type", "gp,school").stdout.splitlines()[1].startswith("1,0,0.0,")
    narrowed = export("--by", "agency_type", "--agency-type", "police", "--meeting-type", INITIAL).stdout
    assert [line.split(",")[:2] for line in narrowed.splitlines()[1:]] == [["police", "1"]]


def test_nothing_that_counts_is_a_header_alone_or_an_empty_list(export):
    before = ("--from", "2020-01-01", "--to", "2020-12-31")
    assert export(period=before).stdout == f"{OF_INVITATIONS}\n"
    assert json.loads(export("--format", "json", period=before).stdout) == []


@pytest.mark.parametrize(
    ("arguments", "period", "words"),
    [
        ((), ("--from", "2026-02-30", "--to", "2026-12-31"), "--from is not a day like 2026-01-31: '2026-02-30'"),
        ((), ("--from", "20260101", "--to", "2026-12-31"), "--from is not a day"),
        ((), ("--from", "2026-01-01", "--to", "31/12/2026"), "--to is not a day"),
        ((), ("--from", "2026-01-01", "--to", "2025-12-31"), "The last day is before the first."),
        ((), ("--from", "2026-01-01"), "Missing option '--to'."),
        (("--by", "colour"), PERIOD, "--by: Figures cannot be broken down by colour"),
        (("--by", "month,month"), PERIOD, "--by: Name month only once."),
        (("--by", "month,"), PERIOD, "--by: Figures cannot be broken down by"),
        (("--meeting-type", "panel"), PERIOD, "There is no meeting type panel"),
        (
            ("--agency-type", "gp,dentist"),
            PERIOD,
            "--agency-type: there is no dentist: choose from social_care, police",
        ),
        (("--format", "xml"), PERIOD, "'xml' is not one of 'csv', 'json'."),
    ],
)
def test_bad_use_is_one_line_and_2(export, arguments, period, words):
    result = export(*arguments, period=period)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert words in line


def test_an_unknown_partnership_is_2(command, area):
    result = command("indicators", "export", "--partnership", "Nowhere", *PERIOD)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "no partnership is called 'Nowhere': see flask partnerships list\n"


def test_figures_of_one_partnership_hold_nothing_of_another(command, area, world):
    ours = command("indicators", "export", "--partnership", "ZQ-B-PARTNERSHIP-QZ", *PERIOD).stdout.splitlines()
    assert ours[1].startswith("7,")

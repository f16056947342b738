"""The figures, worked by hand from the contract: each column, each rule, and whose figures a viewer gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.vocabulary import AgencyType, Role
from portal.models.rule_sets import MeetingType
from portal.services.indicators import indicators
from tests.areas import Area, meeting, part

INITIAL, REVIEW, STRATEGY, CORE = "initial_conference", "review_conference", "strategy_meeting", "core_group"
YEAR = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}


def one(area: Area, **asked: Any) -> dict[str, Any]:
    """The only row that an export has."""
    [row] = indicators(area.viewer, **{**YEAR, **asked})
    return row


def keys(area: Area, *by: str, **asked: Any) -> list[tuple[Any, ...]]:
    """What an export's rows stand for."""
    return [tuple(row[name] for name in by) for row in indicators(area.viewer, **{**YEAR, **asked}, by=by)]


def test_every_column_over_invitations(area):
    area.meetings(meeting("M", REVIEW, "2026-05-12"))
    # The day held counts as day 0, so reports are due on Tuesday 5 May.
    area.attendance(
        part(
            "M", "social_care", "in_person", report_received_on="2026-05-05", report_shared_with_family_on="2026-05-06"
        ),
        part("M", "police", "deputy", report_received_on="2026-05-06"),
        part("M", "gp", "apologies", report_received_on="2026-05-12", consulted_on="2026-05-11"),
        part("M", "school", "no_response", report_received_on="2026-05-13", report_shared_with_family_on="2026-05-14"),
        part("M", "housing", ""),
        part("M", "probation", "in_person", "report_only", report_received_on="2026-05-01"),
        part("M", "voluntary", "in_person", "optional", report_received_on="2026-05-01", consulted_on="2026-05-01"),
        part("M", "early_help", "apologies", "not_relevant", report_received_on="2026-05-01"),
    )
    assert one(area) == {
        "expected": 5,
        "attended": 2,
        "attendance_rate": Decimal("40.0"),
        "reports_due": 6,
        "reports_received": 5,
        "report_rate": Decimal("83.3"),
        "reports_on_time": 2,
        "on_time_rate": Decimal("33.3"),
        "reports_before_meeting": 4,
        "before_meeting_rate": Decimal("66.7"),
        "absent": 3,
        "absent_with_report": 2,
        "absent_with_report_rate": Decimal("66.7"),
        "consulted": 1,
        "reports_shared_with_family": 2,
    }


def test_every_column_over_meetings(area):
    area.meetings(
        meeting("A", STRATEGY, "2026-05-03", trigger_on="2026-05-01", interim_safety_plan="yes"),
        meeting("B", STRATEGY, "2026-05-06", trigger_on="2026-05-01", format="telephone", interim_safety_plan="no"),
        meeting("C", STRATEGY, "2026-05-06", status="inquorate", format="video"),
    )
    area.attendance(
        *(part("A", agency, "in_person") for agency in ("social_care", "police", "gp")),
        *(part("B", agency, "telephone") for agency in ("social_care", "police", "hospital")),
        part("B", "school", "apologies"),
        *(part("C", agency, "video") for agency in ("social_care", "police", "gp")),
    )
    row = one(area, by=("meeting_type",))
    assert {name: row[name] for name in list(row)[16:]} == {
        "meetings": 3,
        "quorate": 2,
        "quorate_rate": Decimal("66.7"),
        "in_time": 1,
        "in_time_rate": Decimal("50.0"),
        "all_core_agencies": 3,
        "all_core_agencies_rate": Decimal("100.0"),
        "all_expected_agencies": 2,
        "all_expected_agencies_rate": Decimal("66.7"),
        "group_meetings": 2,
        "group_meetings_rate": Decimal("66.7"),
        "telephone_only": 1,
        "telephone_only_rate": Decimal("33.3"),
        "interim_safety_plan": 1,
        "interim_safety_plan_rate": Decimal("33.3"),
    }


def test_the_last_ten_columns_are_empty_for_other_meetings_and_a_quorum_where_no_rule_asks(area):
    area.meetings(meeting("M", CORE, "2026-05-05"), meeting("R", REVIEW, "2026-05-05"))
    core, review = indicators(area.viewer, **YEAR, by=("meeting_type",))
    assert list(core.values())[16:] == [1, None, None, 0, None, *[None] * 10]
    assert list(review.values())[16:] == [1, 0, Decimal("0.0"), 0, None, *[None] * 10]


def test_a_meeting_counts_from_the_first_day_to_the_last(area):
    area.meetings(*(meeting(day, REVIEW, day) for day in ("2026-04-01", "2026-04-30", "2026-05-01")))
    assert one(area, by=("meeting_type",), start=date(2026, 4, 1), end=date(2026, 4, 30))["meetings"] == 2
    assert one(area, by=("meeting_type",), start=date(2026, 5, 1), end=date(2026, 5, 1))["meetings"] == 1


def test_the_day_held_counts_not_the_day_planned(area):
    area.meetings(meeting("M", REVIEW, "2026-04-30", held_on="2026-05-01"))
    assert keys(area, "month") == [("2026-05",)]


def test_only_held_and_inquorate_meetings_count(area):
    area.meetings(
        meeting("A", REVIEW, "2026-05-01", status="inquorate"),
        meeting("B", REVIEW, "2026-05-01", status="cancelled", held_on=""),
        meeting("C", REVIEW, "2026-05-01", status="scheduled", held_on=""),
    )
    area.attendance(*(part(ref, "gp", "video", report_received_on="2026-04-01") for ref in "ABC"))
    row = one(area, by=("meeting_type",))
    assert (row["meetings"], row["expected"], row["reports_received"]) == (1, 1, 1)


def test_no_row_where_no_meeting_counts(area):
    area.meetings(meeting("M", REVIEW, "2026-05-01", status="cancelled", held_on=""))
    area.attendance(part("M", "gp"))
    for by in ((), ("agency_type",), ("meeting_type", "month")):
        assert indicators(area.viewer, **YEAR, by=by) == []


def test_a_meeting_with_nobody_invited_counts_once_and_has_no_rates(area):
    area.meetings(meeting("M", REVIEW, "2026-05-01"))
    row = one(area)
    assert (row["expected"], row["attendance_rate"], row["report_rate"]) == (0, None, None)
    assert one(area, by=("meeting_type",))["meetings"] == 1
    assert indicators(area.viewer, **YEAR, by=("agency_type",)) == []


def test_an_agency_type_has_a_row_where_one_was_invited_also_if_nobody_was_expected(area):
    area.meetings(
        meeting("M", REVIEW, "2026-05-01"), meeting("OFF", REVIEW, "2026-05-01", status="cancelled", held_on="")
    )
    area.attendance(part("M", "gp", "", "not_relevant"), part("OFF", "police"))
    row = one(area, by=("agency_type",))
    assert (row["agency_type"], row["expected"], row["attendance_rate"]) == ("gp", 0, None)


def test_rows_are_sorted_by_the_columns_asked_for_in_their_order(area):
    area.meetings(
        meeting("A", REVIEW, "2026-05-01"), meeting("B", INITIAL, "2026-04-01"), meeting("C", REVIEW, "2026-03-01")
    )
    area.attendance(*(part(ref, agency) for ref in "ABC" for agency in ("school", "gp")))
    assert keys(area, "month", "agency_type") == [
        (month, agency) for month in ("2026-03", "2026-04", "2026-05") for agency in ("gp", "school")
    ]
    assert keys(area, "agency_type", "meeting_type") == [
        (agency, kind) for agency in ("gp", "school") for kind in (INITIAL, REVIEW)
    ]
    assert list(one(area, by=("month", "meeting_type"), meeting_types=[INITIAL]))[:3] == [
        "month",
        "meeting_type",
        "expected",
    ]


def test_meeting_types_and_agency_types_narrow(area):
    area.meetings(meeting("A", REVIEW, "2026-05-01"), meeting("B", INITIAL, "2026-05-01"))
    area.attendance(part("A", "gp"), part("A", "school"), part("B", "gp"), part("B", "police", "video"))
    assert one(area, meeting_types=[REVIEW])["expected"] == 2
    assert one(area, agency_types=[AgencyType.GP, AgencyType.POLICE])["expected"] == 3
    assert keys(area, "agency_type", agency_types=[AgencyType.GP]) == [("gp",)]
    assert indicators(area.viewer, **YEAR, agency_types=[AgencyType.HOUSING]) == []
    # Agency types narrow the invitations, never the figures of the meetings themselves.
    narrowed = indicators(area.viewer, **YEAR, by=("meeting_type",), agency_types=[AgencyType.POLICE])
    assert [(row["meeting_type"], row["meetings"], row["expected"]) for row in narrowed] == [
        (INITIAL, 1, 1),
        (REVIEW, 1, 0),
    ]


def test_a_rate_is_rounded_half_up_to_one_decimal(area):
    refs = [f"M{number}" for number in range(16)]
    area.meetings(*(meeting(ref, REVIEW, "2026-05-01") for ref in refs))
    area.attendance(*(part(ref, "gp", "video" if ref == "M0" else "apologies") for ref in refs))
    assert one(area)["attendance_rate"] == Decimal("6.3")  # 6.25


def test_a_partnerships_own_meeting_type_is_counted(area):
    db.session.add(
        MeetingType(
            partnership_id=area.partnership_id,
            code="panel",
            name="Panel",
            position=9,
            family=MeetingFamily.PANEL,
            sections=[],
        )
    )
    db.session.commit()
    area.meetings(meeting("M", "panel", "2026-05-01"))
    area.attendance(part("M", "gp", "video"))
    row = one(area, by=("meeting_type",), meeting_types=["panel"])
    assert (row["meeting_type"], row["attended"], row["reports_due"], row["quorate"]) == ("panel", 1, 0, None)


def test_what_cannot_be_asked(area):
    with pytest.raises(Invalid, match="before the first"):
        indicators(area.viewer, start=date(2026, 5, 2), end=date(2026, 5, 1))
    with pytest.raises(Invalid, match="broken down by colour"):
        indicators(area.viewer, **YEAR, by=("colour",))
    with pytest.raises(Invalid, match="month only once"):
        indicators(area.viewer, **YEAR, by=("month", "month"))
    with pytest.raises(Invalid, match="no meeting type panel: choose from initial_conference, "):
        indicators(area.viewer, **YEAR, meeting_types=["panel", REVIEW])


def test_two_queries_at_most_whatever_the_size(area, count_queries):
    numbers = []
    for count in (2, 40):
        refs = [f"{count}-{number}" for number in range(count)]
        area.meetings(*(meeting(ref, REVIEW, "2026-05-01") for ref in refs))
        area.attendance(*(part(ref, agency, "video") for ref in refs for agency in ("gp", "police", "school")))
        with count_queries() as statements:
            indicators(area.viewer, **YEAR, by=("meeting_type", "month"))
        numbers.append(len(statements))
    assert numbers == [2, 2]


# Whose figures


def wearing(area: Area, role: Role, **hat: Any) -> Viewer:
    """Somebody in the area in a role."""
    worn = Hat(1, area.partnership_id, area.name, role, **hat)
    return replace(area.viewer, system=None, system_partnership_id=None, user_id=1, hat=worn, hats=(worn,))


@pytest.fixture
def scoped(area: Area) -> Area:
    area.agencies([{"agency_code": "gp-2", "name": "Other surgery", "agency_type": "gp"}])
    area.meetings(
        meeting("A", REVIEW, "2026-05-01"), meeting("B", REVIEW, "2026-05-01"), meeting("C", INITIAL, "2026-05-01")
    )
    area.attendance(
        part("A", "gp", "video"),
        part("A", "gp-2"),
        part("B", "gp-2"),
        part("B", "police", "video"),
        part("C", "police"),
    )
    return area


@pytest.mark.parametrize("role", [Role.BOARD_MEMBER, Role.BUSINESS_MANAGER, Role.SCRUTINEER, Role.SAFEGUARDING_MANAGER])
def test_those_who_look_at_the_partnership_get_all_of_it(scoped, role):
    assert indicators(wearing(scoped, role), **YEAR) == indicators(scoped.viewer, **YEAR)


def test_a_lead_gets_their_own_agencys_and_a_sector_lead_the_sectors(scoped):
    gp = scoped.invitation("A", "gp").agency_id
    lead = wearing(scoped, Role.AGENCY_LEAD, agency_id=gp, agency_name="Surgery", agency_type=AgencyType.GP)
    [row] = indicators(lead, **YEAR)
    assert (row["expected"], row["attended"]) == (1, 1)
    [row] = indicators(lead, **YEAR, by=("meeting_type",))
    assert (row["meeting_type"], row["meetings"]) == (REVIEW, 1)
    assert indicators(lead, **YEAR, by=("agency_type",), agency_types=[AgencyType.POLICE]) == []
    sector = wearing(scoped, Role.SECTOR_LEAD, sector=AgencyType.GP)
    [row] = indicators(sector, **YEAR, by=("agency_type", "meeting_type"))
    assert (row["agency_type"], row["expected"], row["attended"]) == ("gp", 3, 1)
    [row] = indicators(sector, **YEAR, by=("meeting_type",))
    assert (row["meeting_type"], row["meetings"]) == (REVIEW, 2)


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.CHAIR, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_other_roles_have_no_figures(scoped, role):
    with pytest.raises(NotPermitted):
        indicators(wearing(scoped, role), **YEAR)


def test_another_partnerships_meetings_never_count(scoped, world):
    other = Viewer.of_system("tests", scoped.viewer.now, world.partnerships["a"])
    [ours], [theirs] = indicators(scoped.viewer, **YEAR), indicators(other, **YEAR)
    assert (ours["expected"], theirs["expected"]) == (5, 7)

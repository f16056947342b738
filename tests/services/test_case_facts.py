"""Due days, in time, quorate and what else follows, as the database keeps it: examples worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from tests.areas import meeting, part
from tests.services.fact_steps import attend, presence, timing
from tests.services.test_rule_sets import add_rule_set

INITIAL, REVIEW, STRATEGY, CORE = "initial_conference", "review_conference", "strategy_meeting", "core_group"


# In time


@pytest.mark.parametrize(
    ("held_on", "in_time"),
    [("2026-01-23", True), ("2026-01-26", False)],
)
def test_an_initial_conference_has_15_working_days(area, held_on, in_time):
    # Friday 2 January is day 0; the weeks of the 5th, the 12th and the 19th have days 1 to 15.
    area.meetings(meeting("M", INITIAL, held_on, trigger_on="2026-01-02"))
    assert timing(area, "M") == (date(2026, 1, 23), in_time)


def test_a_strategy_meeting_has_three_calendar_days(area):
    area.meetings(
        meeting("ON", STRATEGY, "2026-05-04", trigger_on="2026-05-01"),
        meeting("LATE", STRATEGY, "2026-05-05", trigger_on="2026-05-01"),
        meeting("UNKNOWN", STRATEGY, "2026-05-05"),
    )
    assert timing(area, "ON") == (date(2026, 5, 4), True)
    assert timing(area, "LATE") == (date(2026, 5, 4), False)
    assert timing(area, "UNKNOWN") == (None, None)


@pytest.mark.parametrize(
    ("trigger", "held", "in_time"),
    [
        # In the spring the clocks go forward on 29 March 2026: 72 hours after Friday 10:00 London shows 11:00.
        ("2026-03-27T10:00", "2026-03-30T11:00", True),
        ("2026-03-27T10:00", "2026-03-30T11:01", False),
        # In the autumn they go back on 25 October: 72 hours after Friday 10:00 London shows 09:00.
        ("2026-10-23T10:00", "2026-10-26T09:00", True),
        ("2026-10-23T10:00", "2026-10-26T09:01", False),
        # One time alone does not make hours of it: the days count.
        ("2026-10-23", "2026-10-26T23:59", True),
        ("2026-10-23T00:01", "2026-10-26", True),
    ],
)
def test_where_both_times_are_known_72_real_hours_count(area, trigger, held, in_time):
    area.meetings(meeting("M", STRATEGY, held, trigger_on=trigger))
    assert area.stored("M").in_time is in_time


def test_a_review_comes_three_months_after_an_initial_and_six_after_a_review(area):
    area.meetings(
        meeting("I", INITIAL, "2025-11-30", case_ref="C"),
        meeting("R1", REVIEW, "2026-02-28", case_ref="C"),
        meeting("R2", REVIEW, "2026-08-28", case_ref="C"),
        meeting("R3", REVIEW, "2027-03-01", case_ref="C"),
    )
    # Three months on from 30 November is the last day of February.
    assert timing(area, "R1") == (date(2026, 2, 28), True)
    assert timing(area, "R2") == (date(2026, 8, 28), True)
    assert timing(area, "R3") == (date(2027, 2, 28), False)


def test_a_review_without_an_earlier_conference_is_due_from_its_trigger(area):
    area.meetings(meeting("R", REVIEW, "2026-04-30", trigger_on="2026-01-31"))
    assert timing(area, "R") == (date(2026, 4, 30), True)


def test_only_held_conferences_of_an_earlier_day_count_as_earlier(area):
    area.meetings(
        meeting("OLD", INITIAL, "2026-01-05", case_ref="C"),
        meeting("NOT-QUORATE", REVIEW, "2026-03-02", case_ref="C", status="inquorate"),
        meeting("CANCELLED", REVIEW, "2026-03-03", case_ref="C", status="cancelled", held_on=""),
        meeting("SAME-DAY", INITIAL, "2026-04-02", case_ref="C"),
        meeting("LATER", REVIEW, "2026-05-01", case_ref="C"),
        meeting("OTHER-CASE", REVIEW, "2026-04-01", case_ref="D"),
        meeting("R", REVIEW, "2026-04-02", case_ref="C"),
    )
    assert timing(area, "R") == (date(2026, 4, 5), True)


def test_a_core_group_is_due_after_whichever_came_last(area):
    area.meetings(
        meeting("I", INITIAL, "2026-01-05", case_ref="C"),
        meeting("G1", CORE, "2026-01-19", case_ref="C"),
        meeting("G2", CORE, "2026-03-02", case_ref="C"),
        meeting("I2", INITIAL, "2026-03-09", case_ref="C"),
        meeting("G3", CORE, "2026-03-24", case_ref="C"),
        meeting("ALONE", CORE, "2026-03-24", case_ref="D", trigger_on="2026-03-01"),
    )
    assert timing(area, "G1") == (date(2026, 1, 19), True)  # 10 working days after 5 January
    assert timing(area, "G2") == (date(2026, 3, 2), True)  # 6 weeks after the core group of 19 January
    assert timing(area, "G3") == (date(2026, 3, 23), False)  # 10 working days after the second initial
    assert timing(area, "ALONE") == (None, None)


def test_a_meeting_that_was_not_held_has_a_due_day_and_nothing_else(area):
    area.meetings(
        meeting("PLANNED", INITIAL, "2026-07-01", trigger_on="2026-06-22", status="scheduled", held_on=""),
        meeting("OFF", INITIAL, "2026-05-01", trigger_on="2026-06-22", status="cancelled", held_on=""),
    )
    attend(area, "OFF", "social_care", "police", "gp")
    for ref in ("PLANNED", "OFF"):
        assert timing(area, ref) == (date(2026, 7, 13), None)
        assert presence(area, ref) == (None, None, None, None)


def test_an_inquorate_meeting_can_be_in_time(area):
    area.meetings(meeting("M", INITIAL, "2026-05-05", trigger_on="2026-05-01", status="inquorate"))
    assert area.stored("M").in_time is True


def test_a_meeting_moved_to_another_case_leaves_both_cases_right(area):
    area.meetings(
        meeting("I", INITIAL, "2026-01-05", case_ref="C"),
        meeting("R", REVIEW, "2026-04-01", case_ref="C"),
        meeting("OTHER", REVIEW, "2026-04-01", case_ref="D"),
    )
    area.meetings(meeting("I", INITIAL, "2026-01-05", case_ref="D"))
    assert timing(area, "R") == (None, None)
    assert timing(area, "OTHER") == (date(2026, 4, 5), True)


# Quorate and who was there


@pytest.mark.parametrize(
    ("kind", "present", "quorate"),
    [
        (INITIAL, ["social_care", "police", "school"], True),
        (INITIAL, ["social_care", "police"], False),
        (REVIEW, ["police", "school", "gp", "housing"], False),
        (REVIEW, ["social_care", "gp", "health_visiting"], True),
        (STRATEGY, ["social_care", "police", "hospital"], True),
        (STRATEGY, ["social_care", "police", "school"], False),
        (CORE, ["social_care", "police", "gp"], None),
    ],
)
def test_who_makes_a_meeting_quorate(area, kind, present, quorate):
    area.meetings(meeting("M", kind, "2026-05-05"))
    attend(area, "M", *present)
    assert area.stored("M").quorate is quorate


@pytest.mark.parametrize(
    ("attendance", "counts"),
    [
        *((word, True) for word in ("in_person", "video", "telephone", "partial", "deputy")),
        *((word, False) for word in ("apologies", "no_response", "")),
    ],
)
def test_what_counts_as_present(area, attendance, counts):
    area.meetings(meeting("M", STRATEGY, "2026-05-05"))
    attend(area, "M", "social_care", "police")
    attend(area, "M", "gp", by=attendance)
    assert presence(area, "M") == (counts, counts, counts, counts)


def test_whoever_was_present_counts_expected_or_not(area):
    area.meetings(meeting("M", REVIEW, "2026-05-05"))
    area.attendance(
        part("M", "social_care", "in_person"),
        part("M", "police", "video", "optional"),
        part("M", "housing", "in_person", "not_relevant"),
        part("M", "school", "apologies", "report_only"),
    )
    assert presence(area, "M") == (True, False, True, True)


def test_a_meeting_that_its_chair_found_inquorate_never_is_quorate(area):
    area.meetings(meeting("M", STRATEGY, "2026-05-05", status="inquorate"))
    attend(area, "M", "social_care", "police", "gp")
    assert presence(area, "M") == (False, True, True, True)


def test_with_nobody_expected_not_all_expected_came(area):
    area.meetings(meeting("M", STRATEGY, "2026-05-05"))
    area.attendance(part("M", "social_care", "in_person", "optional"))
    assert area.stored("M").all_expected_agencies is False


def test_a_telephone_call_is_no_group_meeting(area):
    area.meetings(meeting("M", STRATEGY, "2026-05-05", format="telephone"))
    attend(area, "M", "social_care", "police", "gp", "school", by="telephone")
    assert presence(area, "M") == (True, True, True, False)


def test_two_agencies_of_a_type_are_one_type(area):
    area.agencies([{"agency_code": "gp-2", "name": "Other surgery", "agency_type": "gp"}])
    area.meetings(meeting("M", REVIEW, "2026-05-05"))
    attend(area, "M", "social_care", "gp", "gp-2")
    assert area.stored("M").quorate is False


def test_each_meeting_is_held_to_the_rules_of_its_own_day(area):
    add_rule_set(area, date(2026, 5, 5), types=[STRATEGY])
    area.meetings(
        meeting("BEFORE", REVIEW, "2026-05-04", trigger_on="2026-04-01"),
        meeting("AFTER", REVIEW, "2026-05-05", trigger_on="2026-04-01"),
    )
    for ref in ("BEFORE", "AFTER"):
        attend(area, ref, "social_care", "police", "gp")
    assert (area.stored("BEFORE").quorate, area.stored("BEFORE").in_time) == (True, True)
    assert (area.stored("AFTER").quorate, area.stored("AFTER").in_time) == (None, None)
    assert area.stored("AFTER").all_core_agencies is True
    assert area.invitation("BEFORE", "gp").report_due_on is not None
    assert area.invitation("AFTER", "gp").report_due_on is None


# Reports


def test_reports_are_due_working_days_before_the_day_held_else_scheduled(area):
    area.meetings(
        meeting("I", INITIAL, "2026-05-12", held_on="2026-05-13"),
        meeting("R", REVIEW, "2026-05-11", status="scheduled", held_on=""),
        meeting("OFF", REVIEW, "2026-05-11", status="cancelled", held_on="2026-05-20"),
        meeting("S", STRATEGY, "2026-05-12"),
    )
    area.attendance(
        part("I", "gp"),
        part("R", "gp"),
        part("OFF", "gp"),
        part("S", "gp"),
        part("S", "police", report_due_on="2026-05-11"),
    )
    assert area.invitation("I", "gp").report_due_on == date(2026, 5, 8)  # Wednesday 13 back to Friday 8
    assert area.invitation("R", "gp").report_due_on == date(2026, 5, 1)  # over Monday 4 May, a bank holiday
    assert area.invitation("OFF", "gp").report_due_on == date(2026, 5, 1)
    assert area.invitation("S", "gp").report_due_on is None
    assert area.invitation("S", "police").report_due_on == date(2026, 5, 11)


def test_a_given_due_day_stays_and_a_worked_out_one_follows_the_meeting(area):
    area.meetings(meeting("I", INITIAL, "2026-05-13", status="scheduled", held_on=""))
    area.attendance(part("I", "gp"), part("I", "police", report_due_on="2026-05-01"))
    area.meetings(meeting("I", INITIAL, "2026-05-13", held_on="2026-05-14"))
    assert area.invitation("I", "gp").report_due_on == date(2026, 5, 11)
    assert area.invitation("I", "police").report_due_on == date(2026, 5, 1)


def test_an_invitation_keeps_the_day_that_its_meeting_is_planned_for(area):
    area.meetings(meeting("I", INITIAL, "2026-05-13", status="scheduled", held_on=""))
    area.attendance(part("I", "gp"))
    assert area.invitation("I", "gp").meeting_on == date(2026, 5, 13)
    area.meetings(meeting("I", INITIAL, "2026-05-20", held_on="2026-05-21"))
    assert area.invitation("I", "gp").meeting_on == date(2026, 5, 20)

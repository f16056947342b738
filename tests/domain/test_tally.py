"""The reference count: the contract's sentences on figures, each by an example counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.default_rules import default_rule_set
from portal.domain.indicators import columns
from portal.domain.rules import CORE_AGENCIES
from portal.domain.tally import Figure, InvitationFacts, MeetingFacts, count_invitations, count_meetings, tally
from portal.domain.vocabulary import (
    COUNTED_STATUSES,
    AgencyType,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingStatus,
)

SOCIAL_CARE, POLICE, GP, SCHOOL = AgencyType.SOCIAL_CARE, AgencyType.POLICE, AgencyType.GP, AgencyType.SCHOOL
EXPECTED, REPORT_ONLY, OPTIONAL, NOT_RELEVANT = Expectation
HELD, INQUORATE = MeetingStatus.HELD, MeetingStatus.INQUORATE
CAME, AWAY = Attendance.IN_PERSON, Attendance.APOLOGIES
RULES = default_rule_set()

FIRST, DAY, LAST = date(2026, 4, 1), date(2026, 5, 20), date(2026, 6, 30)
DUE, LATE, AFTER = date(2026, 5, 15), date(2026, 5, 18), date(2026, 5, 25)


def _invited(
    agency_type: AgencyType,
    attendance: Attendance | None = CAME,
    received: date | None = None,
    expectation: Expectation = EXPECTED,
) -> InvitationFacts:
    return InvitationFacts(agency_type, expectation, attendance, DUE, received)


def _conference(*invitations: InvitationFacts, **changes: object) -> MeetingFacts:
    facts = MeetingFacts(
        "initial_conference",
        HELD,
        DAY,
        quorum=RULES.rule_for("initial_conference").quorum,
        invitations=invitations,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def _strategy(*there: AgencyType, **changes: object) -> MeetingFacts:
    facts = MeetingFacts(
        "strategy_meeting",
        HELD,
        DAY,
        quorum=CORE_AGENCIES,
        invitations=tuple(InvitationFacts(agency_type, EXPECTED, CAME) for agency_type in there),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def _one(*meetings: MeetingFacts, by: tuple[str, ...] = ()) -> dict[str, Figure]:
    (row,) = tally(meetings, first=FIRST, last=LAST, by=by)
    return row


def test_attendance_is_counted_of_those_expected() -> None:
    row = _one(
        _conference(
            *(_invited(POLICE, attendance) for attendance in Attendance),
            _invited(GP, None),
            _invited(SCHOOL, CAME, expectation=OPTIONAL),
            _invited(SCHOOL, CAME, expectation=REPORT_ONLY),
            _invited(SCHOOL, CAME, expectation=NOT_RELEVANT),
        )
    )
    assert (row["expected"], row["attended"], row["absent"]) == (8, 5, 3)
    assert row["attendance_rate"] == Decimal("62.5")


def test_reports_are_counted_of_those_expected_to_report_with_a_due_day() -> None:
    row = _one(
        _conference(
            _invited(SOCIAL_CARE, received=DUE),
            _invited(POLICE, received=LATE),
            _invited(GP, received=DAY, expectation=REPORT_ONLY),
            _invited(SCHOOL, received=AFTER),
            _invited(SCHOOL),
            _invited(SCHOOL, received=DUE, expectation=OPTIONAL),
            _invited(SCHOOL, received=DUE, expectation=NOT_RELEVANT),
            replace(_invited(SCHOOL, received=DUE), report_due_on=None),
        )
    )
    assert row["reports_due"] == 5
    assert (row["reports_received"], row["report_rate"]) == (4, Decimal("80.0"))
    assert (row["reports_on_time"], row["on_time_rate"]) == (1, Decimal("20.0"))
    assert (row["reports_before_meeting"], row["before_meeting_rate"]) == (3, Decimal("60.0"))


def test_a_report_is_shared_only_if_it_came_and_the_day_is_known() -> None:
    shared = replace(_invited(POLICE, received=DUE), report_shared_on=AFTER)
    row = _one(
        _conference(
            shared,
            *[_invited(POLICE, received=DUE)] * 3,
            replace(shared, report_received_on=None),
            replace(shared, expectation=OPTIONAL),
            replace(shared, report_due_on=None),
        )
    )
    assert row["reports_shared_with_family"] == 1


def test_the_absent_are_counted_with_their_reports_and_consultations() -> None:
    row = _one(
        _conference(
            _invited(POLICE, AWAY, received=AFTER),  # on any day, also after the meeting
            replace(_invited(POLICE, None, received=DUE), report_due_on=None),  # and without a due day
            replace(_invited(GP, AWAY), consulted_on=DUE),
            *[_invited(GP, Attendance.NO_RESPONSE)] * 5,
            replace(_invited(SCHOOL, CAME, received=DUE), consulted_on=DUE),
            replace(_invited(SCHOOL, AWAY, received=DUE, expectation=REPORT_ONLY), consulted_on=DUE),
        )
    )
    assert (row["absent"], row["absent_with_report"], row["consulted"]) == (8, 2, 1)
    assert row["absent_with_report_rate"] == Decimal("25.0")


def test_only_meetings_that_took_place_in_the_period_count() -> None:
    meetings = [
        _conference(_invited(POLICE), held_on=FIRST),
        _conference(_invited(POLICE), held_on=LAST, status=INQUORATE),
        _conference(_invited(POLICE), held_on=date(2026, 3, 31)),
        _conference(_invited(POLICE), held_on=date(2026, 7, 1)),
        _conference(_invited(POLICE), held_on=None),
        _conference(_invited(POLICE), status=MeetingStatus.SCHEDULED),
        _conference(_invited(POLICE), status=MeetingStatus.CANCELLED),
    ]
    assert _one(*meetings)["expected"] == 2
    assert _one(*meetings, by=("meeting_type",))["meetings"] == 2


def test_a_meeting_counts_once_also_with_nobody_expected() -> None:
    row = _one(_conference(), _conference(_invited(POLICE), _invited(GP)), by=("meeting_type",))
    assert (row["meetings"], row["expected"]) == (2, 2)


def test_whoever_came_counts_for_the_quorum_expected_or_not() -> None:
    optional = [_invited(one, CAME, expectation=OPTIONAL) for one in (SOCIAL_CARE, POLICE)]
    ignored = _invited(GP, CAME, expectation=NOT_RELEVANT)
    row = _one(
        _conference(*optional, ignored),
        _conference(*optional),
        _conference(*optional, ignored, status=INQUORATE),
        by=("meeting_type",),
    )
    assert (row["meetings"], row["quorate"], row["quorate_rate"]) == (3, 1, Decimal("33.3"))


def test_a_type_without_a_quorum_has_none() -> None:
    core_group = MeetingFacts("core_group", HELD, DAY, invitations=(_invited(SOCIAL_CARE),))
    row = _one(core_group, replace(core_group, status=INQUORATE), by=("meeting_type",))
    assert (row["meetings"], row["quorate"], row["quorate_rate"]) == (2, None, None)


def test_meetings_before_a_partnership_asked_for_a_quorum_leave_the_later_ones_counted() -> None:
    row = _one(
        _conference(*map(_invited, (SOCIAL_CARE, POLICE, GP))),
        _conference(*map(_invited, (SOCIAL_CARE, POLICE, GP)), quorum=None),
        by=("meeting_type",),
    )
    assert (row["meetings"], row["quorate"], row["quorate_rate"]) == (2, 1, Decimal("50.0"))


def test_in_time_is_a_rate_of_the_meetings_whose_due_day_is_known() -> None:
    row = _one(*(_conference(in_time=in_time) for in_time in (True, True, False, None, None)), by=("meeting_type",))
    assert (row["meetings"], row["in_time"], row["in_time_rate"]) == (5, 2, Decimal("66.7"))
    assert "due_day_known" not in row
    unknown = _one(_conference(), by=("meeting_type",))
    assert (unknown["in_time"], unknown["in_time_rate"]) == (0, None)


def test_strategy_meetings_have_figures_of_their_own() -> None:
    away = InvitationFacts(SCHOOL, EXPECTED, AWAY)
    full = _strategy(SOCIAL_CARE, POLICE, GP, interim_safety_plan=True)
    row = _one(
        full,
        _strategy(SOCIAL_CARE, POLICE, GP, format=MeetingFormat.TELEPHONE, interim_safety_plan=False),
        _strategy(SOCIAL_CARE, POLICE),
        replace(full, invitations=(*full.invitations, away), format=MeetingFormat.VIDEO, quorum=None),
        _strategy(),
        by=("meeting_type",),
    )
    assert row["meetings"] == 5
    assert (row["all_core_agencies"], row["all_core_agencies_rate"]) == (3, Decimal("60.0"))
    assert (row["all_expected_agencies"], row["all_expected_agencies_rate"]) == (3, Decimal("60.0"))
    assert (row["group_meetings"], row["group_meetings_rate"]) == (2, Decimal("40.0"))
    assert (row["telephone_only"], row["telephone_only_rate"]) == (1, Decimal("20.0"))
    assert (row["interim_safety_plan"], row["interim_safety_plan_rate"]) == (2, Decimal("40.0"))


def test_other_meetings_leave_them_empty() -> None:
    row = _one(_conference(_invited(SOCIAL_CARE), interim_safety_plan=True), by=("meeting_type",))
    strategy_columns = columns(("meeting_type",))[-10:]
    assert {row[column] for column in strategy_columns} == {None}


def test_meetings_of_several_types_have_no_figures_of_strategy_meetings() -> None:
    counts = count_meetings([_strategy(SOCIAL_CARE, POLICE, GP), _conference()])
    assert counts["meetings"] == 2
    assert counts["all_core_agencies"] is None


def _history() -> list[MeetingFacts]:
    return [
        _conference(_invited(SOCIAL_CARE), _invited(POLICE), _invited(GP, AWAY)),
        _conference(_invited(SOCIAL_CARE), _invited(GP), held_on=date(2026, 4, 9)),
        _strategy(SOCIAL_CARE, POLICE, GP),
        _conference(_invited(AgencyType.HOUSING), held_on=date(2026, 8, 1)),
    ]


def test_rows_stand_where_a_meeting_counts_in_the_order_of_the_columns() -> None:
    rows = tally(_history(), first=FIRST, last=LAST, by=("agency_type", "month"))
    assert [(row["agency_type"], row["month"], row["expected"], row["attended"]) for row in rows] == [
        ("gp", "2026-04", 1, 1),
        ("gp", "2026-05", 2, 1),
        ("police", "2026-05", 2, 2),
        ("social_care", "2026-04", 1, 1),
        ("social_care", "2026-05", 2, 2),
    ]
    rows = tally(_history(), first=FIRST, last=LAST, by=("month", "meeting_type"))
    assert [(row["month"], row["meeting_type"], row["meetings"]) for row in rows] == [
        ("2026-04", "initial_conference", 1),
        ("2026-05", "initial_conference", 1),
        ("2026-05", "strategy_meeting", 1),
    ]
    assert tally(_history(), first=date(2020, 1, 1), last=date(2020, 12, 31)) == []


def test_the_figures_can_be_narrowed() -> None:
    everything = {"first": FIRST, "last": LAST}
    (row,) = tally(_history(), **everything, meeting_types=frozenset({"strategy_meeting"}))
    assert row["expected"] == 3
    (row,) = tally(_history(), **everything, agency_types=frozenset({GP, POLICE}))
    assert row["expected"] == 5
    # The meetings themselves stay whole: a quorum is not the police's alone.
    rows = tally(_history(), **everything, by=("meeting_type",), agency_types=frozenset({POLICE}))
    assert [(row["meetings"], row["quorate"], row["expected"]) for row in rows] == [(2, 0, 1), (1, 1, 1)]
    # Without figures of its own, a meeting counts only where such an agency was invited.
    rows = tally(_history(), **everything, by=("month",), agency_types=frozenset({POLICE}))
    assert [row["month"] for row in rows] == ["2026-05"]


def test_an_unknown_breakdown_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be broken down by chair"):
        tally([], first=FIRST, last=LAST, by=("chair",))


some_days = st.sampled_from([None, date(2026, 4, 1), DUE, LATE, DAY, AFTER])
invitations = st.builds(
    InvitationFacts,
    st.sampled_from([SOCIAL_CARE, POLICE, GP, SCHOOL]),
    st.sampled_from(Expectation),
    st.none() | st.sampled_from(Attendance),
    some_days,
    some_days,
    some_days,
    some_days,
)
meeting_facts = st.builds(
    MeetingFacts,
    st.sampled_from(["initial_conference", "strategy_meeting", "core_group"]),
    st.sampled_from(MeetingStatus),
    st.sampled_from([None, date(2026, 3, 31), FIRST, DAY, LAST, date(2026, 7, 1)]),
    st.sampled_from(MeetingFormat),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, CORE_AGENCIES]),
    st.sampled_from([None, True, False]),
    st.lists(invitations, max_size=4).map(tuple),
)
histories = st.lists(meeting_facts, max_size=6)
breakdowns = st.lists(st.sampled_from(["agency_type", "meeting_type", "month"]), unique=True).map(tuple)

PARTS = (
    ("attended", "expected"),
    ("absent", "expected"),
    ("reports_received", "reports_due"),
    ("reports_on_time", "reports_received"),
    ("reports_before_meeting", "reports_received"),
    ("reports_shared_with_family", "reports_received"),
    ("absent_with_report", "absent"),
    ("consulted", "absent"),
)


@given(histories, breakdowns)
def test_every_row_has_the_columns_and_no_part_exceeds_its_whole(
    history: list[MeetingFacts], by: tuple[str, ...]
) -> None:
    rows = tally(history, first=FIRST, last=LAST, by=by)
    keys = [tuple(str(row[column]) for column in by) for row in rows]
    assert keys == sorted(set(keys))
    for row in rows:
        assert tuple(row) == columns(by)
        assert all(_number(row[part]) <= _number(row[whole]) for part, whole in PARTS)
        assert _number(row["attended"]) + _number(row["absent"]) == row["expected"]


@given(histories, breakdowns)
def test_the_rows_of_a_breakdown_add_up_to_the_whole(history: list[MeetingFacts], by: tuple[str, ...]) -> None:
    counted = [
        meeting
        for meeting in history
        if meeting.status in COUNTED_STATUSES and meeting.held_on is not None and FIRST <= meeting.held_on <= LAST
    ]
    whole = count_invitations((meeting, facts) for meeting in counted for facts in meeting.invitations)
    rows = tally(history, first=FIRST, last=LAST, by=by)
    for name, count in whole.items():
        assert sum(_number(row[name]) for row in rows) == count
    if "meeting_type" in by and "agency_type" not in by:
        assert sum(_number(row["meetings"]) for row in rows) == len(counted)


@given(histories, breakdowns)
def test_the_order_of_meetings_changes_nothing(history: list[MeetingFacts], by: tuple[str, ...]) -> None:
    assert tally(history[::-1], first=FIRST, last=LAST, by=by) == tally(history, first=FIRST, last=LAST, by=by)


def _number(figure: Figure) -> int:
    assert isinstance(figure, int)
    return figure

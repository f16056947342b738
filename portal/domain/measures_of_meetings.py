"""The measures that are counted from meetings and invitations, defined once."""

from __future__ import annotations

from collections.abc import Collection

from portal.domain.measures import Breakdown, Direction, Measure, Source
from portal.domain.vocabulary import CONFERENCES, MeetingKind

_GUIDANCE = "Working Together, 2023 edition, kept by the 2026 edition as far as its summaries say"
_RULES = "the partnership’s own rule set of the meeting’s day (Rules of the area)"
_CONFERENCES = frozenset(kind.value for kind in CONFERENCES)
_SINCE = "The first meeting that the portal holds"


def _of_invitations(
    id_: str,
    title: str,
    numerator: str,
    denominator: str,
    counts: tuple[str, str],
    rule: str,
    meeting_types: Collection[str] = (),
) -> Measure:
    return Measure(
        id=id_,
        title=title,
        numerator=numerator,
        denominator=denominator,
        direction=Direction.HIGHER,
        source=Source.INVITATIONS,
        rule=rule,
        since=_SINCE,
        breakdowns=frozenset({Breakdown.AGENCY_TYPE, Breakdown.MEETING_TYPE, Breakdown.AGENCY, Breakdown.CHAIR}),
        meeting_types=frozenset(meeting_types),
        part=counts[0],
        whole=counts[1],
    )


_DUE = "Reports that were due by a day, of agencies expected to come or to report"

OF_INVITATIONS = (
    _of_invitations(
        "attendance",
        "Attendance",
        "Invitations at which the agency was there: in person, by video, by telephone, by a deputy, or for a part",
        "Invitations of agencies that were expected to come to a meeting that took place",
        ("attended", "expected"),
        "Who is expected follows from " + _RULES,
    ),
    _of_invitations(
        "reports",
        "Reports received",
        "Of these, the reports that came at all",
        _DUE,
        ("reports_received", "reports_due"),
        "When a report is due follows from " + _RULES,
    ),
    _of_invitations(
        "reports_on_time",
        "Reports on time",
        "Of these, the reports that came on or before their due day",
        _DUE,
        ("reports_on_time", "reports_due"),
        "When a report is due follows from " + _RULES,
    ),
    _of_invitations(
        "reports_before_meeting",
        "Reports before the meeting",
        "Of these, the reports that came on or before the day on which the meeting was held",
        _DUE,
        ("reports_before_meeting", "reports_due"),
        "Every invited agency reports whether or not it comes (local procedures that follow " + _GUIDANCE + ")",
    ),
    _of_invitations(
        "reports_shared",
        "Reports shared with the family",
        "Of these, the reports that came and were shared with the family on a known day",
        _DUE,
        ("reports_shared_with_family", "reports_due"),
        "Families see reports before a conference (" + _GUIDANCE + ")",
    ),
    _of_invitations(
        "absent_with_report",
        "Absent with a report",
        "Of these, those that sent a report on any day",
        "Invitations of agencies that were expected and not there",
        ("absent_with_report", "absent"),
        "An agency that cannot come sends its report (local procedures that follow " + _GUIDANCE + ")",
    ),
)


def _of_meetings(
    id_: str,
    title: str,
    numerator: str,
    counts: tuple[str, str],
    rule: str,
    meeting_types: Collection[str],
    *,
    of: str = "",
    direction: Direction = Direction.HIGHER,
) -> Measure:
    several = len(meeting_types) != 1
    return Measure(
        id=id_,
        title=title,
        numerator=numerator,
        denominator=of or "Meetings that took place, with those that opened and could not go ahead",
        direction=direction,
        source=Source.MEETINGS,
        rule=rule,
        since=_SINCE,
        breakdowns=frozenset({Breakdown.CHAIR, Breakdown.MEETING_TYPE} if several else {Breakdown.CHAIR}),
        meeting_types=frozenset(meeting_types),
        part=counts[0],
        whole=counts[1],
    )


_INITIAL = (MeetingKind.INITIAL_CONFERENCE.value,)
_REVIEW = (MeetingKind.REVIEW_CONFERENCE.value,)
_STRATEGY = (MeetingKind.STRATEGY_MEETING.value,)
_CORE = (MeetingKind.CORE_GROUP.value,)
_KNOWN = "meetings whose due day is known, and that took place"

OF_MEETINGS = (
    _of_meetings(
        "quorate",
        "Quorate conferences",
        "Of these, those at which the agencies that were there satisfied the quorum",
        ("quorate", "meetings"),
        "The quorum is that of " + _RULES,
        sorted(_CONFERENCES),
    ),
    _of_meetings(
        "initial_in_time",
        "Initial conferences in time, from the strategy meeting",
        "Of these, those held within 15 working days of the strategy meeting that led to the enquiry",
        ("in_time", "due_day_known"),
        f"15 working days from the strategy discussion that began the section 47 enquiry ({_GUIDANCE}); the number is "
        "that of " + _RULES,
        _INITIAL,
        of="Initial conferences: " + _KNOWN,
    ),
    _of_meetings(
        "initial_in_time_section_47",
        "Initial conferences in time, from the section 47 start",
        "Of these, those held within 15 working days of the day on which the section 47 enquiry began",
        ("in_time_section_47", "section_47_known"),
        "The clock of the national statistics (DfE, Characteristics of children in need, table C4), which begins with "
        "the enquiry, not with the strategy discussion",
        _INITIAL,
        of="Initial conferences that took place, of which the day the section 47 enquiry began is recorded",
    ),
    _of_meetings(
        "reviews_in_time",
        "Review conferences in time",
        "Of these, those held within 3 months of the initial, or 6 months of the last review conference",
        ("in_time", "due_day_known"),
        f"3 months, then 6 ({_GUIDANCE}); the numbers are those of " + _RULES,
        _REVIEW,
        of="Review conferences: " + _KNOWN,
    ),
    _of_meetings(
        "core_groups_in_time",
        "Core groups in time",
        "Of these, those held within 10 working days of the conference, or 6 weeks of the last core group",
        ("in_time", "due_day_known"),
        f"10 working days ({_GUIDANCE}), then 6 weeks; the numbers are those of " + _RULES,
        _CORE,
        of="Core groups: " + _KNOWN,
    ),
    _of_meetings(
        "strategy_in_time",
        "Strategy meetings within 72 hours",
        "Of these, those held within 72 hours of what led to them; within 3 days where no time is known",
        ("in_time", "due_day_known"),
        "72 hours or 3 days; the number is that of " + _RULES,
        _STRATEGY,
        of="Strategy meetings: " + _KNOWN,
    ),
    _of_meetings(
        "strategy_all_core",
        "Strategy meetings with all core agencies",
        "Of these, those with children’s social care, the police and a health agency there",
        ("all_core_agencies", "meetings"),
        f"The least that a strategy discussion needs ({_GUIDANCE})",
        _STRATEGY,
    ),
    _of_meetings(
        "strategy_all_expected",
        "Strategy meetings with all expected agencies",
        "Of these, those to which somebody was expected, and at which every expected agency was there",
        ("all_expected_agencies", "meetings"),
        "Who is expected follows from " + _RULES,
        _STRATEGY,
    ),
    _of_meetings(
        "strategy_group",
        "Group strategy meetings",
        "Of these, those of three or more kinds of agency, held otherwise than by telephone",
        ("group_meetings", "meetings"),
        "As published self-evaluations count it",
        _STRATEGY,
    ),
    _of_meetings(
        "strategy_telephone",
        "Strategy meetings by telephone only",
        "Of these, those held by telephone",
        ("telephone_only", "meetings"),
        "As published self-evaluations count it; a meeting by telephone is meant for emergencies",
        _STRATEGY,
        direction=Direction.LOWER,
    ),
    _of_meetings(
        "strategy_safety_plan",
        "Strategy meetings with an interim safety plan",
        "Of these, those that recorded a clear interim safety plan",
        ("interim_safety_plan", "meetings"),
        "As published self-evaluations count it",
        _STRATEGY,
    ),
)

"""The indicators counted one invitation at a time: slow, plain, and what the database's figures must equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.indicators import check_by, counts_meetings, shown, with_rates
from portal.domain.quoracy import all_core, all_expected, is_group_meeting, is_quorate, present_types
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import (
    COUNTED_STATUSES,
    PRESENT,
    AgencyType,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingKind,
    MeetingStatus,
)

Figure = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """What figures count of one agency's part in one meeting; `report_due_on` is given or worked out."""

    agency_type: AgencyType
    expectation: Expectation
    attendance: Attendance | None = None
    report_due_on: date | None = None
    report_received_on: date | None = None
    report_shared_on: date | None = None
    consulted_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What figures count of one meeting; `in_time` is None where its due day is unknown."""

    meeting_type: str
    status: MeetingStatus
    held_on: date | None
    format: MeetingFormat = MeetingFormat.IN_PERSON
    in_time: bool | None = None
    quorum: QuorumRule | None = None
    interim_safety_plan: bool | None = None
    invitations: tuple[InvitationFacts, ...] = ()


def tally(
    meetings: Iterable[MeetingFacts],
    *,
    first: date,
    last: date,
    by: Sequence[str] = (),
    meeting_types: frozenset[str] | None = None,
    agency_types: frozenset[AgencyType] | None = None,
) -> list[dict[str, Figure]]:
    """Return the rows of an export, in the order of the columns asked for; no row where no meeting counts.

    `agency_types` narrows the invitations, never the meetings that have figures of their own. A breakdown
    without those figures has a row where a counted meeting invited an agency of such a type.
    """
    check_by(by)
    groups: dict[tuple[str, ...], tuple[list[MeetingFacts], list[tuple[MeetingFacts, InvitationFacts]]]] = {}
    for meeting in meetings:
        if not _counts(meeting, first, last, meeting_types):
            continue
        invited = [
            invitation
            for invitation in meeting.invitations
            if agency_types is None or invitation.agency_type in agency_types
        ]
        keys = {_key(by, meeting, invitation) for invitation in invited}
        if "agency_type" not in by and (agency_types is None or counts_meetings(by)):
            keys.add(_key(by, meeting, None))
        for key in keys:
            grouped_meetings, grouped_invitations = groups.setdefault(key, ([], []))
            grouped_meetings.append(meeting)
            grouped_invitations.extend(
                (meeting, invitation) for invitation in invited if _key(by, meeting, invitation) == key
            )
    return [
        _row(by, key, grouped_meetings, grouped_invitations)
        for key, (grouped_meetings, grouped_invitations) in sorted(groups.items())
    ]


def _counts(meeting: MeetingFacts, first: date, last: date, meeting_types: frozenset[str] | None) -> bool:
    """Say whether a meeting took place, or was tried, in the period and is of a type asked for."""
    return (
        meeting.status in COUNTED_STATUSES
        and meeting.held_on is not None
        and first <= meeting.held_on <= last
        and (meeting_types is None or meeting.meeting_type in meeting_types)
    )


def _key(by: Sequence[str], meeting: MeetingFacts, invitation: InvitationFacts | None) -> tuple[str, ...]:
    """Return the values by which a row is told from the others."""
    values = {
        "agency_type": str(invitation.agency_type) if invitation else "",
        "meeting_type": str(meeting.meeting_type),
        "month": f"{meeting.held_on:%Y-%m}",
    }
    return tuple(values[column] for column in by)


def _row(
    by: Sequence[str],
    key: tuple[str, ...],
    meetings: Sequence[MeetingFacts],
    invitations: Sequence[tuple[MeetingFacts, InvitationFacts]],
) -> dict[str, Figure]:
    """Return one row: what it stands for, then its figures."""
    counts: dict[str, int | None] = dict(count_invitations(invitations))
    if counts_meetings(by):
        counts |= count_meetings(meetings)
    figures = with_rates(counts)
    row: dict[str, Figure] = dict(zip(by, key, strict=True))
    return row | {indicator.id: figures[indicator.id] for indicator in shown(by)}


def count_invitations(invitations: Iterable[tuple[MeetingFacts, InvitationFacts]]) -> dict[str, int]:
    """Count invitations, each with its meeting, that all count."""
    pairs = list(invitations)
    expected = [facts for _, facts in pairs if facts.expectation == Expectation.EXPECTED]
    absent = [facts for facts in expected if facts.attendance not in PRESENT]
    due = [
        (meeting.held_on, facts.report_due_on, facts.report_received_on, facts.report_shared_on)
        for meeting, facts in pairs
        if facts.expectation in ASKED_TO_REPORT and facts.report_due_on is not None
    ]
    received = [
        (held_on, due_on, received_on, shared_on)
        for held_on, due_on, received_on, shared_on in due
        if received_on is not None
    ]
    return {
        "expected": len(expected),
        "attended": len(expected) - len(absent),
        "reports_due": len(due),
        "reports_received": len(received),
        "reports_on_time": sum(due_on is not None and on <= due_on for _, due_on, on, _ in received),
        "reports_before_meeting": sum(held_on is not None and on <= held_on for held_on, _, on, _ in received),
        "absent": len(absent),
        "absent_with_report": sum(facts.report_received_on is not None for facts in absent),
        "consulted": sum(facts.consulted_on is not None for facts in absent),
        "reports_shared_with_family": sum(shared_on is not None for *_, shared_on in received),
    }


def count_meetings(meetings: Iterable[MeetingFacts]) -> dict[str, int | None]:
    """Count meetings of one type that all count; None stands where a count does not apply to that type."""
    counted = list(meetings)
    present = [
        present_types((facts.agency_type, facts.attendance) for facts in meeting.invitations) for meeting in counted
    ]
    quorate = [
        is_quorate(meeting.quorum, there, meeting.status) for meeting, there in zip(counted, present, strict=True)
    ]
    strategy = all(meeting.meeting_type == MeetingKind.STRATEGY_MEETING for meeting in counted)
    group_meetings = [is_group_meeting(meeting.format, there) for meeting, there in zip(counted, present, strict=True)]
    strategy_counts = {
        "all_core_agencies": sum(map(all_core, present)),
        "all_expected_agencies": sum(
            all_expected((facts.expectation, facts.attendance) for facts in meeting.invitations) for meeting in counted
        ),
        "group_meetings": sum(group_meetings),
        "telephone_only": sum(meeting.format == MeetingFormat.TELEPHONE for meeting in counted),
        "interim_safety_plan": sum(meeting.interim_safety_plan is True for meeting in counted),
    }
    return {
        "meetings": len(counted),
        "quorate": None if all(is_so is None for is_so in quorate) else sum(map(bool, quorate)),
        "due_day_known": sum(meeting.in_time is not None for meeting in counted),
        "in_time": sum(meeting.in_time is True for meeting in counted),
        **{name: count if strategy else None for name, count in strategy_counts.items()},
    }

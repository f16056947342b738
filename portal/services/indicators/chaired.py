"""What the monthly rollup does not keep: one chair's meetings, and the clock that begins with a section 47 enquiry.

A chair holds a few hundred meetings a year, found by their index; initial conferences are as few. Both are counted from
the rows, under the same conditions as everything else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.vocabulary import MeetingKind
from portal.domain.working_days import working_days_between
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.indicators.conditions import OF_INVITATIONS, OF_MEETINGS, counting_from

SECTION_47_WORKING_DAYS = 15
"""By when the national statistics ask for the initial conference (DfE table C4): theirs, and no rule of an area."""


def chaired_invitations(
    session: Session, partnership_id: int, chair_membership_id: int, days: Days
) -> Iterator[tuple[str, str, Month, Mapping[str, int]]]:
    """Count the invitations to one chair's meetings by agency type, meeting type and month; by one query."""
    keys = (
        Agency.agency_type.expression,
        MeetingType.code.expression,
        extract("year", Meeting.held_on),
        extract("month", Meeting.held_on),
    )
    rows = session.execute(
        select(*keys, *(func.count().filter(condition).label(name) for name, condition in OF_INVITATIONS.items()))
        .select_from(Meeting)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(
            Meeting.partnership_id == partnership_id,
            Meeting.chair_membership_id == chair_membership_id,
            *counting_from(days.first, days.last),
        )
        .group_by(*keys)
    )
    for row in rows:
        counts = dict(zip(OF_INVITATIONS, row[4:], strict=True))
        counts["absent"] = counts["expected"] - counts["attended"]
        yield str(row[0]), row[1], Month(int(row[2]), int(row[3])), counts


def chaired_meetings(
    session: Session, partnership_id: int, chair_membership_id: int, days: Days
) -> Iterator[tuple[str, Month, Mapping[str, int]]]:
    """Count one chair's meetings by type and month; by one query."""
    keys = (MeetingType.code.expression, extract("year", Meeting.held_on), extract("month", Meeting.held_on))
    rows = session.execute(
        select(*keys, *(func.count().filter(condition).label(name) for name, condition in OF_MEETINGS.items()))
        .select_from(Meeting)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.partnership_id == partnership_id,
            Meeting.chair_membership_id == chair_membership_id,
            *counting_from(days.first, days.last),
        )
        .group_by(*keys)
    )
    for row in rows:
        yield row[0], Month(int(row[1]), int(row[2])), dict(zip(OF_MEETINGS, row[3:], strict=True))


def by_section_47(
    session: Session, partnership_id: int, days: Days, chair_membership_id: int | None = None
) -> dict[Month, dict[str, int]]:
    """Count by month the initial conferences whose enquiry's first day is known, and those held in time; by one query.

    Day 0 is the day on which the enquiry began.
    """
    query = (
        select(Meeting.section_47_on, Meeting.held_on)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.partnership_id == partnership_id,
            MeetingType.code == MeetingKind.INITIAL_CONFERENCE,
            Meeting.section_47_on.is_not(None),
            *counting_from(days.first, days.last),
        )
    )
    if chair_membership_id is not None:
        query = query.where(Meeting.chair_membership_id == chair_membership_id)
    found: dict[Month, dict[str, int]] = defaultdict(lambda: {"section_47_known": 0, "in_time_section_47": 0})
    for began, held in session.execute(query):
        if began is None or held is None:
            continue
        counts = found[Month.of(held)]
        counts["section_47_known"] += 1
        counts["in_time_section_47"] += working_days_between(began, held) <= SECTION_47_WORKING_DAYS
    return dict(found)

"""The rows behind a number: the invitations or meetings that it counts, for those who may see them.

Rows begin with the meetings that the viewer sees. They are the records as they are: where a month is frozen, the number
is that of its revision, and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, select
from sqlalchemy.orm import Session

from portal.access import indicators as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.measures import Measure, Of, Source
from portal.domain.months import Month
from portal.domain.vocabulary import CONFERENCES
from portal.domain.working_days import working_days_between
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.indicators.chaired import SECTION_47_WORKING_DAYS
from portal.services.indicators.conditions import OF_INVITATIONS, OF_MEETINGS, counting_from
from portal.services.measures.counts import BY_SECTION_47
from portal.services.measures.reading import measure_of
from portal.services.paging import PER_PAGE, Page, count, page_number


@dataclass(frozen=True, slots=True)
class RowBehind:
    """One meeting, or one invitation to it, that a measure is a share of. It names no child."""

    meeting_id: int
    reference: str
    kind: str
    held_on: date
    agency: str
    is_counted: bool
    """Whether it is one of the part, and not of the whole alone."""


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """A page of them."""

    measure: Measure
    page: Page[RowBehind]

    @property
    def has_agencies(self) -> bool:
        """Whether each row is one agency's invitation, and not a meeting of all of them."""
        return self.measure.source is Source.INVITATIONS


def may_open(viewer: Viewer, measure: Measure) -> bool:
    """Whether the viewer's role opens the rows behind a measure at all."""
    return access.may_open_rows(viewer) and measure.source in {Source.INVITATIONS, Source.MEETINGS}


def rows_behind(viewer: Viewer, measure_id: str, months: Sequence[Month], of: Of, number: int) -> RowsBehind:
    """Return a page of the rows behind a measure over whole months, the newest first; by two queries.

    Raises NotPermitted for roles without case access and for measures that no meeting stands behind, Invalid for a
    measure that does not exist.
    """
    measure = measure_of(measure_id)
    allowed = access.narrowed(viewer, of, [measure])
    if not may_open(viewer, measure):
        raise NotPermitted("The rows behind a number are for those who work with the children.")
    query = _query(viewer, measure, months, allowed)
    total = count(query)
    number = page_number(number, total)
    session: Session = db.session()
    found = session.execute(
        query.order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    )
    return RowsBehind(measure, Page([_row(measure, row) for row in found], number, total))


def _query(viewer: Viewer, measure: Measure, months: Sequence[Month], of: Of) -> Select[Any]:
    of_invitations = measure.source is Source.INVITATIONS
    conditions: list[ColumnElement[bool]] = [
        meetings_access.visible_where(viewer),
        *counting_from(months[0].first, months[-1].last),
        MeetingType.code.in_(_codes(measure, of)),
    ]
    if of.chair_membership_id is not None:
        conditions.append(Meeting.chair_membership_id == of.chair_membership_id)
    columns: list[Any] = [Meeting.id, Meeting.reference, MeetingType.name, Meeting.held_on, Meeting.section_47_on]
    if of_invitations:
        if of.agency_id is not None:
            conditions.append(Invitation.agency_id == of.agency_id)
        if of.agency_type is not None:
            conditions.append(Agency.agency_type == of.agency_type)
        query: Any = (
            select(*columns, Agency.name.label("agency"), OF_INVITATIONS[measure.part].label("counted"))
            .select_from(Meeting)
            .join(Invitation, Invitation.meeting_id == Meeting.id)
            .join(Agency, Agency.id == Invitation.agency_id)
            .where(_whole_of_invitations(measure))
        )
    else:
        known = Meeting.section_47_on.is_not(None)
        is_by_47 = measure.part == BY_SECTION_47
        counted = known if is_by_47 else OF_MEETINGS[measure.part]
        query = (
            select(*columns, counted.label("counted"))
            .select_from(Meeting)
            .where(known if is_by_47 else OF_MEETINGS[measure.whole])
        )
    narrowed: Select[Any] = query.join(MeetingType, MeetingType.id == Meeting.meeting_type_id).where(*conditions)
    return narrowed


def _codes(measure: Measure, of: Of) -> list[str]:
    if of.meeting_type is not None:
        return [of.meeting_type]
    return sorted(measure.meeting_types or {kind.value for kind in CONFERENCES})


def _whole_of_invitations(measure: Measure) -> ColumnElement[bool]:
    if measure.whole == "absent":
        return and_(OF_INVITATIONS["expected"], not_(OF_INVITATIONS["attended"]))
    return OF_INVITATIONS[measure.whole]


def _row(measure: Measure, row: Any) -> RowBehind:
    is_counted = bool(row.counted)
    if measure.part == BY_SECTION_47 and row.section_47_on is not None:
        is_counted = working_days_between(row.section_47_on, row.held_on) <= SECTION_47_WORKING_DAYS
    agency = row.agency if measure.source is Source.INVITATIONS else ""
    return RowBehind(row.id, row.reference, row.name, row.held_on, agency, is_counted)

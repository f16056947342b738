"""The list of meetings: found, filtered and paged without opening anything that names a child.

Each role's meetings are read in their order along an index of their own: the partnership's, a chair's, or an agency's
invitations, which know their meeting's day. A page costs the same among a hundred thousand meetings as among fifty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, false, func, select

from portal.access import meetings as access
from portal.access.alike import built_for_alike
from portal.access.cases import is_about
from portal.access.viewer import Viewer
from portal.database.found_otherwise import only_checked
from portal.database.plain_rows import PLAIN_ROWS, word
from portal.database.planned_once import PLANNED_ONCE
from portal.database.session import db
from portal.database.trips import ask_together
from portal.domain.deadlines import ReportState, report_state
from portal.domain.quoracy import Foresight
from portal.domain.vocabulary import AGENCY_ROLES, Answer, Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingType
from portal.services.meetings.kinds import Kind, kinds_asked, kinds_of
from portal.services.meetings.outlook import HAS_PART, REPORT_ASKED, Standing, standings

COUNTED_AT_MOST = 500
PER_PAGE = 50
MOST_PER_PAGE = 100


class Period(StrEnum):
    """Which side of today."""

    COMING = "coming"
    PAST = "past"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody asks of the list; days are both included."""

    period: Period = Period.COMING
    meeting_type: str = ""
    status: MeetingStatus | None = None
    from_day: date | None = None
    to_day: date | None = None
    needs_answer: bool = False
    report_missing: bool = False
    case_ids: tuple[int, ...] = ()
    meeting_ids: tuple[int, ...] = ()
    is_search: bool = False
    """Whether families and meetings were looked for, so that finding none means an empty list."""


class ListedMeeting(NamedTuple):
    """One line. Agencies get their own part, those who run the meeting how far all are; the other is empty."""

    id: int
    reference: str
    type_name: str
    on: date
    at: time | None
    status: MeetingStatus
    quorate: bool | None
    expectation: Expectation | None = None
    answer: Answer | None = None
    report: ReportState | None = None
    report_due_on: date | None = None
    standing: Standing | None = None
    foresight: Foresight | None = None


@dataclass(frozen=True, slots=True)
class MeetingList:
    """One page; `total` stops at COUNTED_AT_MOST + 1, which means "more than"."""

    rows: list[ListedMeeting]
    page: int
    per_page: int
    total: int
    has_next: bool
    kinds: tuple[Kind, ...]
    """Those that the filters offer."""


_SHOWN = (
    Meeting.id,
    Meeting.reference,
    Meeting.meeting_type_id,
    Meeting.scheduled_on,
    Meeting.start_time,
    word(Meeting.status),
    Meeting.quorate,
)
_OWN_PART = (
    word(Invitation.expectation),
    word(Invitation.answer),
    Invitation.report_due_on,
    Invitation.report_received_on,
)

_Rows = Sequence[Row[*tuple[Any, ...]]]
_Query = Select[*tuple[Any, ...]]


def list_meetings(viewer: Viewer, filters: Filters, *, page: int = 1, per_page: int = PER_PAGE) -> MeetingList:
    """The meetings that the viewer sees and asks for: coming ones soonest first, others latest first."""
    connection = db.session.connection()
    per_page = min(max(1, per_page), MOST_PER_PAGE)
    page = max(1, page)
    is_agency = viewer.role in AGENCY_ROLES
    (found, total), ids = (_of_agency if is_agency else _of_keeper)(viewer, viewer.today, filters)
    counted = {**ids, "looked_at": COUNTED_AT_MOST + 1}
    paged = {**counted, "rows": per_page + 1, "after": (page - 1) * per_page}
    kind_rows, found_rows = ask_together(connection, kinds_asked([viewer.partnership_id or 0]), (found, paged))
    known, rows = kinds_of(kind_rows.all()), found_rows.all()
    number = rows[0][-1] if rows else 0 if page == 1 else connection.scalar(total, counted) or 0
    has_next = len(rows) > per_page
    rows = rows[:per_page]
    listed = _with_own_part(viewer, rows, known) if is_agency else _with_standing(connection, rows, known)
    offered = tuple(kind for kind in known.values() if _is_offered(kind, filters))
    return MeetingList(listed, page, per_page, number, has_next, offered)


def _is_offered(kind: Kind, filters: Filters) -> bool:
    """Whether the filters offer a kind: a retired one in the past, and where it is asked for already."""
    return not kind.is_retired or filters.period is not Period.COMING or kind.code == filters.meeting_type


def _queries(found: _Query, counted: _Query) -> tuple[_Query, _Query]:
    """The rows of a page, each of which brings along how many there are; and that number for a page without rows.

    It is looked at up to one more than are counted.
    """
    number = select(func.count()).select_from(counted.limit(bindparam("looked_at")).subquery())
    shown = found.add_columns(number.scalar_subquery()).limit(bindparam("rows")).offset(bindparam("after"))
    return shown.execution_options(**PLAIN_ROWS, **PLANNED_ONCE), number


@built_for_alike
def _of_agency(viewer: Viewer, today: date, filters: Filters) -> tuple[_Query, _Query]:
    """The meetings of an agency with its own part in each, in their order, and what is to be counted for them."""
    own = access.invitations_visible_to(viewer)
    if filters.is_search:
        own = only_checked(own, Invitation.partnership_id, Meeting.partnership_id)
    own = own.where(*_days(today, filters, Invitation.meeting_on), *_lacking(filters))
    of_meeting = _of_meeting(viewer, filters)
    joined = own.join(Meeting, Meeting.id == Invitation.meeting_id).where(*of_meeting)
    found = joined.with_only_columns(*_SHOWN, *_OWN_PART)
    ordered = found.order_by(*_order(filters, Invitation.meeting_on, Meeting.start_time, Invitation.meeting_id))
    return _queries(ordered, (joined if of_meeting else own).with_only_columns(Invitation.id))


@built_for_alike
def _of_keeper(viewer: Viewer, today: date, filters: Filters) -> tuple[_Query, _Query]:
    """The meetings that a chair, coordinator or manager sees, in their order, and what is to be counted for them."""
    seen = access.visible_to(viewer)
    if filters.is_search:
        seen = only_checked(seen, Meeting.partnership_id)
    found = seen.where(*_days(today, filters, Meeting.scheduled_on), *_of_meeting(viewer, filters))
    lacking = _lacking(filters)
    if lacking:
        found = found.where(exists().where(Invitation.meeting_id == Meeting.id, HAS_PART, *lacking))
    ordered = found.order_by(*_order(filters, Meeting.scheduled_on, Meeting.start_time, Meeting.id))
    return _queries(ordered.with_only_columns(*_SHOWN), found.with_only_columns(Meeting.id))


def _order(filters: Filters, *along: Any) -> list[ColumnElement[Any]]:
    return list(along) if filters.period is Period.COMING else [column.desc() for column in along]


def _days(today: date, filters: Filters, day: Any) -> list[ColumnElement[bool]]:
    """What is asked of the meeting's day, which stands in `day`."""
    found: list[ColumnElement[bool]] = []
    if filters.period is Period.COMING:
        found.append(day >= today)
    elif filters.period is Period.PAST:
        found.append(day < today)
    if filters.from_day is not None:
        found.append(day >= filters.from_day)
    if filters.to_day is not None:
        found.append(day <= filters.to_day)
    return found


def _lacking(filters: Filters) -> list[ColumnElement[bool]]:
    """What is asked of an invitation: the agency's own, or for those who run the meeting anybody's."""
    found: list[ColumnElement[bool]] = []
    if filters.needs_answer:
        found.append(Invitation.answer.is_(None))
    if filters.report_missing:
        found += [REPORT_ASKED, Invitation.report_received_on.is_(None)]
    return found


def _of_meeting(viewer: Viewer, filters: Filters) -> list[ColumnElement[bool]]:
    """What is asked of the meeting's other facts."""
    found: list[ColumnElement[bool]] = []
    if not filters.meeting_type.isprintable():
        # No code has such characters, and PostgreSQL takes no text with a NUL.
        found.append(false())
    elif filters.meeting_type:
        of_code = MeetingType.code == filters.meeting_type
        asked = select(MeetingType.id).where(MeetingType.partnership_id == viewer.partnership_id, of_code)
        found.append(Meeting.meeting_type_id == asked.scalar_subquery())
    if filters.status is not None:
        found.append(Meeting.status == filters.status)
    if filters.needs_answer:
        found += [Meeting.status == MeetingStatus.SCHEDULED, Meeting.register_closed_at.is_(None)]
    if filters.report_missing:
        found.append(Meeting.status != MeetingStatus.CANCELLED)
    if filters.is_search:
        found.append(is_about(*filters.case_ids, or_one_of=filters.meeting_ids))
    return found


def _with_own_part(viewer: Viewer, rows: _Rows, known: Mapping[int, Kind]) -> list[ListedMeeting]:
    today = viewer.today
    listed = []
    for number, reference, type_id, on, at, status, quorate, expectation, answer, due, received, _ in rows:
        report = report_state(expectation=expectation, status=status, due=due, received_on=received, today=today)
        name = known[type_id].name
        listed.append(ListedMeeting(number, reference, name, on, at, status, quorate, expectation, answer, report, due))
    return listed


def _with_standing(connection: Connection, rows: _Rows, known: Mapping[int, Kind]) -> list[ListedMeeting]:
    by_meeting = standings(connection, [row[0] for row in rows])
    nobody = Standing()
    listed = []
    for number, reference, type_id, on, at, status, quorate, _ in rows:
        kind, standing, foresight = known[type_id], by_meeting.get(number, nobody), None
        if status is MeetingStatus.SCHEDULED:
            foresight = standing.foresight(kind.quorum_on(on))
        # By place, not by name, which takes three times as long for each of a hundred.
        own_part = (None, None, None, None)
        listed.append(
            ListedMeeting(number, reference, kind.name, on, at, status, quorate, *own_part, standing, foresight)
        )
    return listed

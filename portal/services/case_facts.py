"""The facts that follow from others (due days, in time, quorate, counted attendance), worked out and stored.

Everything is held to the rule set of each meeting's own day: the day it was held, else the day it is planned for.

A fact follows from what people enter, so nobody edits one: storing it leaves the row's `version` alone, and
somebody who has the meeting or the invitation open keeps their page. Rows already loaded in the session are
given the new facts, so that a page drawn next shows them.

On PostgreSQL, whoever changes these rows locks them in one order, and so never deadlocks: case, then meeting,
then invitation. `hold` takes the first two; saving one invitation reads its meeting FOR NO KEY UPDATE before it
writes, as `recount_meeting` does again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, case, exists, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from portal.domain import deadlines, quoracy
from portal.domain.rules import MeetingRule, QuorumRule
from portal.domain.vocabulary import COUNTED_STATUSES, Attendance, MeetingStatus
from portal.domain.working_days import london_instant
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.report_waivers import ReportWaiver
from portal.models.rule_sets import MeetingRule as StoredRule
from portal.models.rule_sets import RuleSet
from portal.services.batches import in_batches
from portal.services.rule_sets import RuleBook, rule_book

CASES_AT_ONCE = 500

_OF_PRESENCE = ("quorate", "all_core_agencies", "all_expected_agencies", "group_meeting")
_OF_MEETING = ("due_on", "in_time", *_OF_PRESENCE)
_OF_INVITATION = ("attendance", "report_due_on", "meeting_on")


def counted_attendance(confirmed: Attendance | None, declared: Attendance | None) -> Attendance | None:
    """What figures count: what the chair confirmed, and until then what the agency declared."""
    return confirmed if confirmed is not None else declared


def hold(session: Session, partnership_id: int, case_ids: Iterable[int]) -> None:
    """Lock these cases and then their meetings until the transaction ends, before changing any of them.

    SQLite has one writer at a time and needs nothing.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for some in in_batches(sorted(set(case_ids)), CASES_AT_ONCE):
        cases = select(Case.id).where(Case.partnership_id == partnership_id, Case.id.in_(some)).order_by(Case.id)
        session.execute(cases.with_for_update(key_share=True)).all()
        meetings = select(Meeting.id).where(Meeting.case_id.in_(some)).order_by(Meeting.id)
        session.execute(meetings.with_for_update(key_share=True)).all()


def recount(session: Session, partnership_id: int, case_ids: Iterable[int], book: RuleBook | None = None) -> None:
    """Work out anew every fact of every meeting of these cases; only rows that differ are written."""
    book = book or rule_book(session, partnership_id)
    for some in in_batches(sorted(set(case_ids)), CASES_AT_ONCE):
        hold(session, partnership_id, some)
        _recount(session, partnership_id, some, book)


def _recount(session: Session, partnership_id: int, case_ids: list[int], book: RuleBook) -> None:
    of_these = (Meeting.partnership_id == partnership_id, Meeting.case_id.in_(case_ids))
    meetings = session.execute(select(*_MEETING_COLUMNS).where(*of_these)).all()
    invitations: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(
        select(*_INVITATION_COLUMNS)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(*of_these)
    ):
        invitations[row.meeting_id].append(row)
    earlier = _Earlier(meetings, book)
    meeting_changes: list[dict[str, Any]] = []
    invitation_changes: list[dict[str, Any]] = []
    for meeting in meetings:
        rule = book.rule(meeting.meeting_type_id, counted_day(meeting))
        facts = _of_days(meeting, rule, earlier) | _of_those_present(
            rule.quorum, meeting, [(row.agency_type, row.expectation, _counted(row)) for row in invitations[meeting.id]]
        )
        _note(meeting_changes, meeting, facts)
        for row in invitations[meeting.id]:
            due = None if row.is_waived else report_due_on(rule, meeting, given=row.report_due_given)
            facts = {"attendance": _counted(row), "report_due_on": due, "meeting_on": meeting.scheduled_on}
            _note(invitation_changes, row, facts)
    _store(session, Meeting, _OF_MEETING, meeting_changes)
    _store(session, Invitation, _OF_INVITATION, invitation_changes)


def recount_meeting(session: Session, meeting_id: int) -> None:
    """Work out anew what follows from one meeting's attendance, by three statements at most.

    Enough where only attendance changed; a changed day, status, type or case asks for `recount`. Raises
    NoResultFound where there is no such meeting.
    """
    day = case((Meeting.status.in_(COUNTED_STATUSES), Meeting.held_on)).label("counted_day")
    begun = func.coalesce(day, Meeting.scheduled_on)
    of_partnership = RuleSet.partnership_id == Meeting.partnership_id
    newest = select(func.max(RuleSet.effective_from)).where(of_partnership, RuleSet.effective_from <= begun)
    first = select(func.min(RuleSet.effective_from)).where(of_partnership)
    in_force = func.coalesce(newest.correlate(Meeting).scalar_subquery(), first.correlate(Meeting).scalar_subquery())
    meeting = session.execute(
        select(Meeting.id, Meeting.status, Meeting.format, *_columns(Meeting, _OF_PRESENCE), StoredRule.quorum)
        .join(RuleSet, (RuleSet.partnership_id == Meeting.partnership_id) & (RuleSet.effective_from == in_force))
        .outerjoin(
            StoredRule,
            (StoredRule.rule_set_id == RuleSet.id) & (StoredRule.meeting_type_id == Meeting.meeting_type_id),
        )
        .where(Meeting.id == meeting_id)
        .with_for_update(of=Meeting, key_share=True)
    ).one()
    quorum = None if meeting.quorum is None else QuorumRule.from_json(meeting.quorum)
    rows = session.execute(
        select(*_INVITATION_COLUMNS)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id)
    ).all()
    invited = [(row.agency_type, row.expectation, _counted(row)) for row in rows]
    changes: list[dict[str, Any]] = []
    _note(changes, meeting, _of_those_present(quorum, meeting, invited))
    _store(session, Meeting, _OF_PRESENCE, changes)
    stale: list[dict[str, Any]] = []
    for row in rows:
        _note(stale, row, {"attendance": _counted(row)})
    _store(session, Invitation, ("attendance",), stale)


def report_due_on(rule: MeetingRule, meeting: Any, *, given: date | None) -> date | None:
    """The day by which an agency's report to `meeting` must come; a day on which it was not held does not count."""
    held_on = meeting.held_on if meeting.status in COUNTED_STATUSES else None
    return deadlines.report_due_on(rule, given=given, held_on=held_on, scheduled_on=meeting.scheduled_on)


class _Earlier:
    """The days on which each case's meetings of each type were held, for finding the last one before a day.

    The domain's rule would look through every meeting of the case for each of them; here it is handed the one
    of each type that can decide, so that a case with very many meetings takes no longer for each.
    """

    def __init__(self, meetings: Iterable[Any], book: RuleBook) -> None:
        self._days: dict[tuple[int, str], list[date]] = defaultdict(list)
        for meeting in meetings:
            if meeting.status == MeetingStatus.HELD and meeting.held_on is not None:
                self._days[meeting.case_id, book.with_id(meeting.meeting_type_id).code].append(meeting.held_on)
        for days in self._days.values():
            days.sort()

    def last_before(self, case_id: int, day: date, meeting_types: Iterable[str]) -> Iterable[deadlines.EarlierMeeting]:
        """The last meeting of each of these types that the case had before a day."""
        for meeting_type in meeting_types:
            days = self._days.get((case_id, meeting_type), [])
            place = bisect_left(days, day)
            if place:
                yield deadlines.EarlierMeeting(meeting_type, days[place - 1])


def counted_day(meeting: Any) -> date:
    """The day whose rules a meeting is held to."""
    day: date = meeting.held_on if meeting.status in COUNTED_STATUSES and meeting.held_on else meeting.scheduled_on
    return day


def _instant(day: date | None, at: time | None) -> datetime | None:
    return None if day is None or at is None else london_instant(day, at)


def _of_days(meeting: Any, rule: MeetingRule, earlier: _Earlier) -> dict[str, Any]:
    due = deadlines.due_on(
        rule.due,
        meeting_on=counted_day(meeting),
        trigger_on=meeting.trigger_on,
        earlier=earlier.last_before(
            meeting.case_id, counted_day(meeting), [step.meeting_type for step in rule.due.after]
        ),
    )
    counts = meeting.status in COUNTED_STATUSES
    in_time = deadlines.is_in_time(
        rule.due,
        due=due,
        held_on=meeting.held_on if counts else None,
        triggered_at=_instant(meeting.trigger_on, meeting.trigger_time),
        held_at=_instant(meeting.held_on, meeting.held_time),
    )
    return {"due_on": due, "in_time": in_time}


def _of_those_present(
    quorum: QuorumRule | None, meeting: Any, invited: Sequence[tuple[Any, Any, Attendance | None]]
) -> dict[str, Any]:
    """What depends on who came; nothing is said of a meeting that was not even opened."""
    if meeting.status not in COUNTED_STATUSES:
        return dict.fromkeys(_OF_PRESENCE)
    present = quoracy.present_types((agency_type, attendance) for agency_type, _, attendance in invited)
    return {
        "quorate": quoracy.is_quorate(quorum, present, meeting.status),
        "all_core_agencies": quoracy.all_core(present),
        "all_expected_agencies": quoracy.all_expected((expectation, there) for _, expectation, there in invited),
        "group_meeting": quoracy.is_group_meeting(meeting.format, present),
    }


def _counted(row: Any) -> Attendance | None:
    return counted_attendance(row.confirmed_attendance, row.declared_attendance)


def _note(changes: list[dict[str, Any]], row: Any, facts: Mapping[str, Any]) -> None:
    if any(getattr(row, name) != value for name, value in facts.items()):
        changes.append({"row_id": row.id, **facts})


def _store(
    session: Session, model: type[Meeting] | type[Invitation], names: Sequence[str], changes: list[dict[str, Any]]
) -> None:
    """Write facts by the table itself: an ORM flush would raise the version and refuse somebody's edit."""
    if not changes:
        return
    table = cast(Table, model.__table__)
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    session.execute(
        update(table).where(table.c.id == bindparam("row_id")).values(values),
        [{"row_id": change["row_id"], **{f"new_{name}": change[name] for name in names}} for change in changes],
    )
    for change in changes:
        loaded = session.identity_map.get(identity_key(model, change["row_id"]))
        if loaded is not None:
            for name in names:
                set_committed_value(loaded, name, change[name])


def _columns(model: type[Meeting] | type[Invitation], names: Iterable[str]) -> list[Any]:
    return [getattr(model, name) for name in names]


_MEETING_COLUMNS = _columns(
    Meeting,
    (
        "id",
        "case_id",
        "meeting_type_id",
        "status",
        "format",
        "trigger_on",
        "trigger_time",
        "scheduled_on",
        "held_on",
        "held_time",
        *_OF_MEETING,
    ),
)
_INVITATION_COLUMNS = [
    *_columns(
        Invitation,
        (
            "id",
            "meeting_id",
            "expectation",
            "declared_attendance",
            "confirmed_attendance",
            "report_due_given",
            *_OF_INVITATION,
        ),
    ),
    Agency.agency_type,
    # A report that is not needed is due on no day, whatever the rules say.
    exists()
    .where(ReportWaiver.invitation_id == Invitation.id, ReportWaiver.ended_at.is_(None))
    .correlate(Invitation)
    .label("is_waived"),
]

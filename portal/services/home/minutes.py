"""What follows a meeting, on Home, by one query: records and decisions to sign, a decision sheet to send, minutes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.minutes_rules import NOTHING_DUE, MinutesRule
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.domain.working_days import london_day, working_days_between
from portal.models.meetings import Meeting
from portal.models.minutes import SentPaper
from portal.models.outcomes import Outcome
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet
from portal.models.strategy_records import StrategyRecord
from portal.services.home.tasks import Task, TaskKind
from portal.services.meetings.rules_then import HELD_UNDER

LOOKED_BACK = timedelta(days=90)
"""What is owed to an older meeting is no longer among the few things of today: the meeting's page has it."""

SHOWN_BEFORE = 3
"""Working days before they are due at which minutes come to Home; overdue ones stand there until they are sent."""

READ_AT_MOST = 200

LISTED_EACH = 3
"""Where more than so many meetings wait for the same, Home has one line for all of them, which leads to their list."""

_TOGETHER = {
    TaskKind.STRATEGY_TO_SIGN: TaskKind.STRATEGY_WAIT,
    TaskKind.STRATEGY_TO_WRITE: TaskKind.STRATEGY_WAIT,
    TaskKind.OUTCOMES_TO_SIGN: TaskKind.OUTCOMES_WAIT,
    TaskKind.DECISIONS_TO_SEND: TaskKind.DECISIONS_WAIT,
    TaskKind.MINUTES_TO_SEND: TaskKind.MINUTES_WAIT,
}

_minutes_sent = (
    select(SentPaper.id)
    .where(SentPaper.meeting_id == Meeting.id, SentPaper.kind == PaperKind.MINUTES, SentPaper.number == 1)
    .correlate(Meeting)
    .scalar_subquery()
)
_sheet_sent = (
    select(func.max(SentPaper.sent_at))
    .where(SentPaper.meeting_id == Meeting.id, SentPaper.kind == PaperKind.DECISIONS)
    .correlate(Meeting)
    .scalar_subquery()
)
_decided = (
    select(func.max(Outcome.signed_at))
    .where(Outcome.meeting_id == Meeting.id, Outcome.signed_at.is_not(None))
    .correlate(Meeting)
    .scalar_subquery()
)
_record_state = (
    select(StrategyRecord.state).where(StrategyRecord.meeting_id == Meeting.id).correlate(Meeting).scalar_subquery()
)


def written_after(session: Session, viewer: Viewer) -> list[Task]:
    """What the person’s memberships as chair or coordinator have to sign and send, many of a kind in one line."""
    tasks, has_more = _waiting(session, viewer, viewer.hats)
    by_kind: dict[tuple[TaskKind, Hat], list[Task]] = defaultdict(list)
    for task in tasks:
        by_kind[task.kind, task.hat].append(task)
    return [task for tasks in by_kind.values() for task in _gathered(viewer.today, tasks, has_more=has_more)]


def papers_waiting(viewer: Viewer) -> tuple[list[Task], bool]:
    """What waits to be signed and sent under the viewer's active membership, one by one, the soonest due first; and
    whether there is more than was read.
    """
    tasks, has_more = _waiting(db.session(), viewer, () if viewer.hat is None else (viewer.hat,))
    return sorted(tasks, key=lambda task: task.place), has_more


def _waiting(session: Session, viewer: Viewer, asked: tuple[Hat, ...]) -> tuple[list[Task], bool]:
    """Each meeting under one of the memberships, and whether one of these has more than were read."""
    hats = {hat.membership_id: hat for hat in asked if Permission.MEETINGS_RECORD in hat.permissions}
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    if not worn:
        return [], False
    rows = session.execute(union_all(*(select(_owed(one).subquery()) for one in worn))).all()
    tasks: dict[tuple[TaskKind, int], Task] = {}
    for row in sorted(rows, key=lambda row: row.membership_id != viewer.membership_id):
        for task in _tasks(viewer.today, hats[row.membership_id], row):
            tasks.setdefault((task.kind, row.id), task)
    most = max(Counter(row.membership_id for row in rows).values(), default=0)
    return list(tasks.values()), most == READ_AT_MOST


def _gathered(today: date, tasks: list[Task], *, has_more: bool) -> list[Task]:
    """Tasks of one kind under one membership: those whose day has passed in one line where they are many."""
    late = [task for task in tasks if task.due is None or task.due < today]
    if len(late) <= LISTED_EACH:
        return tasks
    first = min(late, key=lambda task: task.place)
    number = f"{len(late)} or more" if has_more else str(len(late))
    together = Task(_TOGETHER[first.kind], first.hat, first.due, subject=number)
    return [together, *(task for task in tasks if task.due is not None and task.due >= today)]


def _owed(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """One membership's meetings of the last months of which something is not sent, or not signed."""
    was_held = Meeting.status == MeetingStatus.HELD
    minutes_wait = and_(_has(RecordSection.MINUTES), _minutes_sent.is_(None))
    sheet_waits = or_(_decided.is_(None), _sheet_sent.is_(None), _sheet_sent < _decided)
    record_waits = _record_state.is_distinct_from(StrategyRecordState.SIGNED)
    return (
        access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(RuleSet, HELD_UNDER)
        .outerjoin(
            MeetingRule,
            and_(MeetingRule.rule_set_id == RuleSet.id, MeetingRule.meeting_type_id == Meeting.meeting_type_id),
        )
        .where(
            Meeting.status.in_(COUNTED_STATUSES),
            Meeting.register_closed_at.is_not(None),
            Meeting.held_on >= viewer.today - LOOKED_BACK,
            or_(
                minutes_wait,
                and_(was_held, _has(RecordSection.OUTCOMES), sheet_waits),
                and_(was_held, _has(RecordSection.STRATEGY), record_waits),
            ),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            Meeting.id,
            Meeting.reference,
            Meeting.status,
            Meeting.held_on,
            Meeting.held_time,
            MeetingType.name,
            MeetingType.sections,
            MeetingRule.minutes,
            _minutes_sent.label("minutes_sent"),
            _sheet_sent.label("sheet_sent"),
            _decided.label("decided"),
            _record_state.label("record_state"),
        )
        .order_by(Meeting.held_on, Meeting.id)
        .limit(READ_AT_MOST)
    )


def _has(section: RecordSection) -> ColumnElement[bool]:
    """Meetings whose kind has a part of the record; asked of the text that both databases make of a list."""
    return cast(MeetingType.sections, String).contains(f'"{section.value}"', autoescape=True)


def _tasks(today: date, hat: Hat, row: Row[*tuple[Any, ...]]) -> Iterator[Task]:
    rule = NOTHING_DUE if row.minutes is None else MinutesRule.from_json(row.minutes)
    if RecordSection.STRATEGY.value in row.sections and row.status is MeetingStatus.HELD:
        yield from _of_strategy_record(hat, row, rule)
    if RecordSection.OUTCOMES.value in row.sections and row.status is MeetingStatus.HELD:
        if row.decided is None:
            if Permission.OUTCOMES_DECIDE in hat.permissions:
                yield _task(TaskKind.OUTCOMES_TO_SIGN, hat, row, rule.decisions_due(row.held_on))
        elif row.sheet_sent is None:
            yield _task(TaskKind.DECISIONS_TO_SEND, hat, row, rule.decisions_due(row.held_on))
        elif row.sheet_sent < row.decided:
            yield _task(TaskKind.DECISIONS_TO_SEND, hat, row, rule.decisions_due(london_day(row.decided)))
    if RecordSection.MINUTES.value in row.sections and row.minutes_sent is None:
        due = rule.minutes_due(row.held_on)
        if due is not None and working_days_between(today, due) <= SHOWN_BEFORE:
            yield _task(TaskKind.MINUTES_TO_SEND, hat, row, due)


def _of_strategy_record(hat: Hat, row: Row[*tuple[Any, ...]], rule: MinutesRule) -> Iterator[Task]:
    """The chair signs it, also anew where it was opened to be amended; what nobody has begun is the coordinator's too.

    It is due with the decisions where the kind's rules say when these are, and at the latest with the minutes.
    """
    if row.record_state is StrategyRecordState.SIGNED:
        return
    due = None
    if row.record_state is not StrategyRecordState.AMENDING:
        due = rule.decisions_due(row.held_on) or rule.minutes_due(row.held_on)
    if Permission.OUTCOMES_DECIDE in hat.permissions:
        yield _task(TaskKind.STRATEGY_TO_SIGN, hat, row, due)
    elif row.record_state is None:
        yield _task(TaskKind.STRATEGY_TO_WRITE, hat, row, due)


def _task(kind: TaskKind, hat: Hat, row: Row[*tuple[Any, ...]], due: date | None) -> Task:
    return Task(kind, hat, due, row.id, row.name, row.held_on, row.held_time, reference=row.reference)

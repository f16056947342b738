"""Changing a partnership's rules from a day on: a new rule set that carries along all that is not changed.

A rule set is never changed under meetings that were counted by it. Whoever changes rules takes `lock_rules` first, so
that two who begin a rule set on one day do not each begin their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from portal.domain import rules
from portal.domain.vocabulary import COUNTED_STATUSES
from portal.models.ladders import EscalationLimits, LadderStage, LadderTrigger
from portal.models.meetings import Meeting
from portal.models.partnerships import Partnership
from portal.models.rule_sets import MeetingRule, RuleSet
from portal.services import case_facts
from portal.services.changes import Change
from portal.services.rule_sets import rule_book

CARRIED_ALONG: tuple[type[Any], ...] = (MeetingRule, LadderStage, LadderTrigger, EscalationLimits)
"""Every table whose rows belong to a rule set; tests/services/test_rule_set_changes.py holds it against the tables."""

_ITS_OWN = frozenset({"id", "version"})

Value = TypeVar("Value")


def lock_rules(change: Change, partnership_id: int) -> None:
    """Let one transaction at a time change a partnership's rules; SQLite has one writer anyway."""
    if change.session.get_bind().dialect.name != "sqlite":
        partnership = select(Partnership.id).where(Partnership.id == partnership_id)
        change.session.execute(partnership.with_for_update(key_share=True)).all()


def earliest_day(session: Session, partnership_id: int, meeting_type_id: int) -> date:
    """The first day from which a rule of this kind may be changed: the day after the last that was counted by it.

    What was counted stays as it was counted. A kind of which no meeting was held yet may be put right from the very
    beginning, and one that was last held in May from any day of June on, also when June is over.
    """
    last = session.scalar(
        select(func.max(Meeting.held_on)).where(
            Meeting.partnership_id == partnership_id,
            Meeting.meeting_type_id == meeting_type_id,
            Meeting.status.in_(COUNTED_STATUSES),
        )
    )
    return rules.EVER if last is None else last + timedelta(days=1)


def rule_set_from(change: Change, partnership_id: int, day: date) -> RuleSet:
    """The rule set that begins on a day: the one that is there, else a copy of the one in force then.

    The copy has the meeting rules, ladders, triggers and limits of the other, and its numbers.
    """
    session = change.session
    own = select(RuleSet).where(RuleSet.partnership_id == partnership_id)
    begun = own.where(RuleSet.effective_from <= day).order_by(RuleSet.effective_from.desc())
    before = session.scalars(begun.limit(1)).first()
    if before is None:
        before = session.scalars(own.order_by(RuleSet.effective_from).limit(1)).one()
    if before.effective_from == day:
        return before
    table = cast(Table, RuleSet.__table__)
    numbers = {column.key: getattr(before, column.key) for column in table.c if column.key not in _ITS_OWN}
    begins = RuleSet(**{**numbers, "effective_from": day, "created_at": change.viewer.now})
    session.add(begins)
    session.flush()
    for model in CARRIED_ALONG:
        _copy(session, cast(Table, model.__table__), before.id, begins.id)
    change.log("rule_set.begun", "rule_set", begins.id)
    return begins


def set_meeting_rule(
    change: Change, partnership_id: int, meeting_type_id: int, rule: rules.MeetingRule, day: date
) -> bool:
    """Hold meetings of a kind to a rule from a day on; says whether it differs from what held then.

    A rule set that begins later and only carried the old rule along takes over the new one; where the kind's rule had
    been changed from a later day on, that stays.
    """
    session = change.session
    book = rule_book(session, partnership_id)

    def store(rule_set_id: int) -> None:
        store_rule(session, partnership_id, rule_set_id, meeting_type_id, rule)

    return hold_from(change, partnership_id, day, lambda on: book.rule(meeting_type_id, on), rule, store)


def hold_from(
    change: Change,
    partnership_id: int,
    day: date,
    said: Callable[[date], Value],
    new: Value,
    store: Callable[[int], None],
) -> bool:
    """Let one thing that rule sets say be another from a day on; says whether it differs from what held then.

    `said` is what is said of it on a day, as it was before this change, and `store` writes the new into a rule set. One
    that begins later and only carried the old along takes over the new; one that says something of its own keeps that,
    and so do those after it.
    """
    before = said(day)
    if before == new:
        return False
    rule_set_from(change, partnership_id, day)
    for rule_set_id, begins in _sets_from(change.session, partnership_id, day):
        if said(begins) != before:
            break
        store(rule_set_id)
    return True


def set_rule_for_ever(change: Change, partnership_id: int, meeting_type_id: int, rule: rules.MeetingRule) -> None:
    """Give a kind that has no meetings yet its rule in every rule set, so that it holds for whatever is brought in."""
    for rule_set_id, _begins in _sets_from(change.session, partnership_id, date.min):
        store_rule(change.session, partnership_id, rule_set_id, meeting_type_id, rule)


def recount_coming(change: Change, partnership_id: int, meeting_type_id: int, day: date) -> int:
    """Work out anew the facts of a kind's meetings from a day on that were not counted yet; gives their number."""
    session = change.session
    rows = session.execute(
        select(Meeting.id, Meeting.case_id).where(
            Meeting.partnership_id == partnership_id,
            Meeting.meeting_type_id == meeting_type_id,
            Meeting.status.not_in(COUNTED_STATUSES),
            Meeting.scheduled_on >= day,
        )
    ).all()
    case_facts.recount(session, partnership_id, {row.case_id for row in rows})
    return len(rows)


def store_rule(
    session: Session, partnership_id: int, rule_set_id: int, meeting_type_id: int, rule: rules.MeetingRule
) -> None:
    """Write what one rule set asks of one kind of meeting, in place of what it asked."""
    stored = rule.to_json()
    del stored["meeting_type"]
    row = session.scalars(
        select(MeetingRule).where(
            MeetingRule.rule_set_id == rule_set_id, MeetingRule.meeting_type_id == meeting_type_id
        )
    ).one_or_none()
    if row is None:
        session.add(
            MeetingRule(
                partnership_id=partnership_id, rule_set_id=rule_set_id, meeting_type_id=meeting_type_id, **stored
            )
        )
    else:
        for name, value in stored.items():
            setattr(row, name, value)
    session.flush()


def _sets_from(session: Session, partnership_id: int, day: date) -> Sequence[tuple[int, date]]:
    rows = session.execute(
        select(RuleSet.id, RuleSet.effective_from)
        .where(RuleSet.partnership_id == partnership_id, RuleSet.effective_from >= day)
        .order_by(RuleSet.effective_from)
    )
    return [(row.id, row.effective_from) for row in rows]


def _copy(session: Session, table: Table, from_id: int, to_id: int) -> None:
    """Copy the rows of one rule set to another, each as a new row."""
    kept = [column for column in table.c if column.key not in _ITS_OWN and column.key != "rule_set_id"]
    rows = session.execute(select(*kept).where(table.c.rule_set_id == from_id).order_by(table.c.id)).mappings()
    copies = [{**row, "rule_set_id": to_id, "version": 1} for row in rows]
    if copies:
        session.execute(insert(table), copies)

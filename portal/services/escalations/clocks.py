"""What happens when a clock ends: the worker moves the matter up by itself, or writes down that its time ran out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, text

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain import ladders
from portal.domain.escalation_vocabulary import EntryKind, Turn, Until
from portal.domain.ladder_rules import EscalationRules
from portal.domain.ladders import Standing
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.working_days import london_day
from portal.models.escalations import CLOCK_RUNS, Escalation
from portal.services.changes import changing
from portal.services.escalation_rules import rules_on
from portal.services.escalations.announcing import both_sides, enter_stage
from portal.services.escalations.keeping import (
    Saying,
    add_entry,
    managers,
    standing_of,
    store,
    tell_people,
)

WORKER = "worker"
_RUNS = text(CLOCK_RUNS)
"""Written as the index has it, so that both databases look only among the clocks that run."""


def end_clocks(now: datetime) -> int:
    """Deal with every clock that has ended by `now` (UTC), in all partnerships; returns how many this call dealt with.

    Each has a short transaction of its own, and any number of workers may do this at once: one that another is at is
    left to it. A fault in one does not keep the others waiting; the first is raised when all the rest are done.
    """
    waiting = db.session.execute(ended_by(now)).all()
    db.session.rollback()
    dealt_with, faults = 0, list[Exception]()
    for escalation_id, partnership_id in waiting:
        try:
            dealt_with += end_clock(Viewer.of_system(WORKER, now, partnership_id), escalation_id)
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return dealt_with


def ended_by(now: datetime) -> Select[int, int]:
    """The escalations whose clock has ended and was not dealt with, and their partnerships, the longest ended first."""
    return (
        select(Escalation.id, Escalation.partnership_id)
        .where(_RUNS, Escalation.due_at <= now)
        .order_by(Escalation.due_at, Escalation.id)
    )


def end_clock(viewer: Viewer, escalation_id: int) -> bool:
    """Deal with one clock that has ended by `viewer.now`; False where somebody else is at it, or has been."""
    with writing() as session:
        escalation = session.scalar(
            select(Escalation)
            .where(Escalation.id == escalation_id, _RUNS, Escalation.due_at <= viewer.now)
            .with_for_update(key_share=True, skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if escalation is None:
            return False
        rules = rules_on(session, escalation.partnership_id, viewer.today)
        before = standing_of(escalation)
        after = ladders.time_out(rules, escalation.kind, before, viewer.now)
        if after is None:
            return False
        with changing(viewer) as change:
            store(escalation, after)
            why = _why(rules, escalation, before)
            if after.stage > before.stage:
                enter_stage(change, escalation, rules, before.stage, why)
                change.log("escalation.moved_by_clock", "escalation", escalation.id)
                return True
            entry = add_entry(change, escalation, EntryKind.CLOCK_ENDED, Saying(why))
            told = both_sides(session, escalation)
            if after.stage >= rules.ladder(escalation.kind).last:
                told |= managers(session, escalation.partnership_id)
            again = str(entry.number)
            tell_people(change, escalation, told, NoticeKind.ESCALATION_DUE, place=escalation.stage, again=again)
            change.log("escalation.clock_ended", "escalation", escalation.id)
            return True


def _why(rules: EscalationRules, escalation: Escalation, before: Standing) -> str:
    """What the log says of an ended clock."""
    stage = rules.ladder(escalation.kind).stage(before.stage)
    by = "" if before.due_at is None else _day(before.due_at)
    if stage.until is Until.RESOLUTION:
        return f"Not resolved by the end of {by}."
    if before.turn is Turn.RAISED_WITH:
        return f"No reply by the end of {by}."
    return f"Those who raised it had not said by the end of {by} whether the reply is enough."


def _day(instant: datetime) -> str:
    day = london_day(instant)
    return f"{day:%A} {day.day} {day:%B %Y}"

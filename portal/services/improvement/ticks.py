"""What comes again, ticked week by week, month by month, quarter by quarter; worked out when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.improvement_rules import WORDS_LIMIT
from portal.domain.improvement_timing import Occurrence, is_late, occurrence_at, occurrences
from portal.domain.improvement_vocabulary import ImprovementStatus, ImprovementStep
from portal.domain.months import Month
from portal.domain.working_days import london_day
from portal.models.improvement import ImprovementAction
from portal.models.improvement_history import ImprovementTick
from portal.models.people import User
from portal.services.changes import Change, changing
from portal.services.improvement.actions import refresh_due, timing_of
from portal.services.improvement.history import write_entry
from portal.services.improvement.leads import rows_of
from portal.services.improvement.updates import held_action

MOST_DONE = 13
"""So many that were done stand on an action's page, the latest: a quarter of weeks, a year of months."""

MOST_OPEN = 26
"""So many that were not done, the earliest first; the page says how many more there are."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One week, month or quarter of an action; `at` is empty until it is ticked."""

    first: date
    words: str
    due_on: date
    is_late: bool
    at: datetime | None = None
    who: str = ""
    evidence: str = ""

    @property
    def is_after(self) -> bool:
        """Whether it was ticked after its day."""
        return self.at is not None and london_day(self.at) > self.due_on


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of an action: those to do, the earliest first, and those that were done, the latest first."""

    to_do: tuple[Turn, ...] = ()
    done: tuple[Turn, ...] = ()
    further: int = 0
    """How many more are to do than are listed."""
    late: int = 0
    """How many of all that are to do are late."""


def turns_of(session: Session, action: ImprovementAction, today: date) -> Turns:
    """The turns of an action up to today, by one query; none where it does not come again."""
    timing = timing_of(action)
    if not timing.repeats:
        return Turns()
    ticks = {
        row.ImprovementTick.begins_on: (row.ImprovementTick, row.name)
        for row in session.execute(
            select(ImprovementTick, User.name)
            .join(User, User.id == ImprovementTick.ticked_by_id)
            .where(ImprovementTick.action_id == action.id, ImprovementTick.by_when == action.by_when)
        )
    }
    begun = occurrences(timing, today)
    is_open = action.status is ImprovementStatus.OPEN
    to_do = [
        Turn(one.first, one.words, one.due_on, is_late(one.due_on, today))
        for one in begun
        if is_open and one.first not in ticks
    ]
    done = [_done(one, *ticks[one.first]) for one in reversed(begun) if one.first in ticks]
    late = sum(turn.is_late for turn in to_do)
    return Turns(tuple(to_do[:MOST_OPEN]), tuple(done[:MOST_DONE]), max(len(to_do) - MOST_OPEN, 0), late)


def find_turn(viewer: Viewer, action_id: int, first: date) -> Turn:
    """The week, month or quarter of an action that begins on a day, as it stands. Raises NotVisible."""
    session = db.session()
    action: ImprovementAction | None = session.scalar(
        access.visible_to(viewer).where(ImprovementAction.id == action_id)
    )
    one = None if action is None else occurrence_at(timing_of(action), first)
    if action is None or one is None or one.first > viewer.today:
        raise NotVisible("There is no such turn.")
    kept = _tick_of(session, action, first)
    if kept is None:
        return Turn(one.first, one.words, one.due_on, is_late(one.due_on, viewer.today))
    return _done(one, kept, "")


def tick(viewer: Viewer, action_id: int, first: date, evidence: str) -> str:
    """Say that an action was done in the week, month or quarter that begins on a day; gives its words.

    Ticked twice, it was done once: whoever comes second is told so. Raises NotVisible, NotPermitted, Invalid.
    """
    with changing(viewer) as change:
        return put_tick(change, action_id, first, evidence)


def put_tick(change: Change, action_id: int, first: date, evidence: str) -> str:
    """Tick within a change; raises as `tick`."""
    viewer, session = change.viewer, change.session
    action, month, one = _turn(change, action_id, first)
    if one.first > viewer.today:
        raise Invalid("It has not begun.", errors={"evidence": [f"{one.words} has not begun yet"]})
    if not evidence.strip():
        raise Invalid("Say what shows it.", errors={"evidence": [f"Say what shows that it was done: {one.words}"]})
    if len(evidence) > WORDS_LIMIT:
        raise Invalid("Too long.", errors={"evidence": [f"Use {WORDS_LIMIT:,} characters or fewer"]})
    before = _tick_of(session, action, first)
    if before is not None:
        raise Invalid("It is ticked already.", errors={"evidence": [f"{one.words} is ticked already"]})
    session.add(
        ImprovementTick(
            partnership_id=action.partnership_id,
            action_id=action.id,
            by_when=action.by_when,
            begins_on=first,
            ticked_at=viewer.now,
            ticked_by_id=viewer.user_id or 0,
            evidence=evidence.strip(),
        )
    )
    _keep(change, action, ImprovementStep.TICKED, month, one, after=evidence.strip())
    return one.words


def untick(viewer: Viewer, action_id: int, first: date) -> str:
    """Take a tick back that was a slip; gives the words of its turn. Raises as `tick`."""
    with changing(viewer) as change:
        action, month, one = _turn(change, action_id, first)
        before = _tick_of(change.session, action, first)
        if before is None:
            raise Invalid("It is not ticked.", errors={"evidence": [f"{one.words} is not ticked any more"]})
        said = before.evidence
        change.session.delete(before)
        _keep(change, action, ImprovementStep.UNTICKED, month, one, before=said)
        return one.words


def _turn(change: Change, action_id: int, first: date) -> tuple[ImprovementAction, Month, Occurrence]:
    viewer = change.viewer
    action, month = held_action(change, action_id)
    one = occurrence_at(timing_of(action), first)
    if one is None:
        raise NotVisible("There is no such turn.")
    if viewer.user_id is None or not access.may_update(viewer, action, rows_of(change.session, action.id)):
        raise NotPermitted("This action is not the viewer's to tick, or not open.")
    return action, month, one


def _keep(
    change: Change,
    action: ImprovementAction,
    step: ImprovementStep,
    month: Month,
    one: Occurrence,
    *,
    before: str = "",
    after: str = "",
) -> None:
    refresh_due(change.session, action)
    write_entry(
        change, action, step, month, words=one.words, before={"What shows it": before}, after={"What shows it": after}
    )
    verb = "improvement_action.ticked" if step is ImprovementStep.TICKED else "improvement_action.unticked"
    change.log(verb, "improvement_action", action.id)


def _tick_of(session: Session, action: ImprovementAction, first: date) -> ImprovementTick | None:
    rows = select(ImprovementTick).where(
        ImprovementTick.action_id == action.id,
        ImprovementTick.by_when == action.by_when,
        ImprovementTick.begins_on == first,
    )
    return session.scalar(rows)


def _done(one: Occurrence, kept: ImprovementTick, name: str) -> Turn:
    return Turn(one.first, one.words, one.due_on, False, kept.ticked_at, name, kept.evidence)

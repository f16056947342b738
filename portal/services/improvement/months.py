"""The board's view of the plan month by month, its closing at the month's end, and the views that were closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_actions import in_order
from portal.domain.improvement_months import Line, MonthView
from portal.domain.improvement_rules import WORDS_LIMIT, month_to_close
from portal.domain.improvement_vocabulary import SAYS_HOW_IT_GOES, ImprovementStatus, ImprovementStep
from portal.domain.months import Month
from portal.domain.working_days import london_day
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.models.improvement_history import ImprovementChange, ImprovementMonth
from portal.models.people import User
from portal.services.changes import Change, changing
from portal.services.improvement.actions import timing_of
from portal.services.improvement.history import last_closed
from portal.services.improvement.leads import leads_of
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month's view; one that was closed stands as it was then."""

    view: MonthView
    first: Month
    closed_at: datetime | None
    closed_by: str
    note: str
    to_close: Month | None
    """The month that is to be closed next, for whoever closes it."""
    last: Month
    """The month that it is now."""

    @property
    def before(self) -> Month | None:
        """The month before, where there was a plan."""
        return self.view.month.plus(-1) if self.view.month > self.first else None

    @property
    def after(self) -> Month | None:
        """The month after, once it has begun."""
        return self.view.month.plus(1) if self.view.month < self.last else None


def month_page(viewer: Viewer, month: Month | None) -> MonthPage:
    """The view of a month, or of the current one, by seven queries at most. Raises NotVisible.

    Not visible is a month before the plan, or one to come.
    """
    session, now = db.session(), Month.of(viewer.today)
    first = _first_month(session, viewer)
    asked = month or now
    if asked > now or asked < (first or now):
        raise NotVisible("There is no such month.")
    found = session.execute(
        access.months_visible_to(viewer)
        .join(User, User.id == ImprovementMonth.closed_by_id)
        .where(ImprovementMonth.begins_on == asked.first)
        .with_only_columns(
            ImprovementMonth.closed_at, ImprovementMonth.note, ImprovementMonth.kept, User.name.label("who")
        )
    ).one_or_none()
    may_close = access.may_close(viewer)
    to_close = month_to_close(first, last_closed(session, viewer.partnership_id or 0), viewer.today)
    return MonthPage(
        view=_view(session, viewer, asked) if found is None else MonthView.of_json(asked, found.kept),
        first=first or now,
        closed_at=None if found is None else found.closed_at,
        closed_by="" if found is None else found.who,
        note="" if found is None else found.note,
        to_close=to_close if may_close else None,
        last=now,
    )


def month_end(viewer: Viewer) -> MonthPage | None:
    """The month that is to be closed next; None where none is. Raises NotPermitted."""
    if not access.may_close(viewer):
        raise NotPermitted("Closing a month of the improvement plan is not part of this role.")
    session = db.session()
    first = _first_month(session, viewer)
    month = month_to_close(first, last_closed(session, viewer.partnership_id or 0), viewer.today)
    if month is None:
        return None
    return MonthPage(_view(session, viewer, month), first or month, None, "", "", month, Month.of(viewer.today))


def close_month(viewer: Viewer, month: Month, note: str) -> None:
    """Close the view of a month for good, with what has been said until now. Raises NotPermitted, Invalid, Conflict.

    Nothing has to be finished for that: what nobody has spoken of stands in the view as such.
    """
    with changing(viewer) as change:
        once(change)
        put_closing(change, month, note)


def put_closing(change: Change, month: Month, note: str) -> None:
    """Close a month within a change; raises as `close_month`."""
    viewer, session = change.viewer, change.session
    if not access.may_close(viewer) or viewer.partnership_id is None or viewer.user_id is None:
        raise NotPermitted("Closing a month of the improvement plan is not part of this role.")
    if len(note) > WORDS_LIMIT:
        raise Invalid("Too long.", errors={"note": [f"Use {WORDS_LIMIT:,} characters or fewer"]})
    # Whoever says something of an action holds a share of its area: the view waits for them, and they for it.
    areas = select(ImprovementArea.id).where(ImprovementArea.partnership_id == viewer.partnership_id)
    session.execute(areas.order_by(ImprovementArea.id).with_for_update()).all()
    closed = last_closed(session, viewer.partnership_id)
    if closed is not None and month <= closed:
        raise Conflict(f"Somebody else closed {month.words} a moment ago.")
    if month != month_to_close(_first_month(session, viewer), closed, viewer.today):
        raise Invalid(f"{month.words} cannot be closed yet.")
    kept = ImprovementMonth(
        partnership_id=viewer.partnership_id,
        begins_on=month.first,
        closed_at=viewer.now,
        closed_by_id=viewer.user_id,
        note=note.strip(),
        kept=_view(session, viewer, month).to_json(),
    )
    session.add(kept)
    session.flush()
    change.log("improvement_month.closed", "improvement_month", kept.id)


def _first_month(session: Session, viewer: Viewer) -> Month | None:
    """The month in which the plan began."""
    first = session.scalar(
        select(func.min(ImprovementChange.counts_for)).where(ImprovementChange.partnership_id == viewer.partnership_id)
    )
    return None if first is None else Month.of(first)


@dataclass(slots=True)
class _State:
    rag: ActionRag
    status: ImprovementStatus
    said_on: date | None = None
    words: str = ""
    is_reworded: bool = False


def _view(session: Session, viewer: Viewer, month: Month) -> MonthView:
    """The month as its entries tell it, by four queries."""
    rows = session.execute(
        access.visible_to(viewer)
        .join(ImprovementArea, ImprovementArea.id == ImprovementAction.area_id)
        .add_columns(ImprovementArea.number, ImprovementArea.title)
    ).all()
    leads = leads_of(session, [row.ImprovementAction.id for row in rows])
    before = _before(session, viewer, month)
    then = _in_month(session, viewer, month)
    is_now = month == Month.of(viewer.today)
    lines = []
    for row in sorted(rows, key=lambda row: (row.number, in_order(row.ImprovementAction.reference))):
        action: ImprovementAction = row.ImprovementAction
        state, was = then.get(action.id, before.get(action.id)), before.get(action.id)
        if state is None:
            # It came into the plan after this month.
            continue
        if is_now:
            # What was said for the month before, after something was said for this one, is the newest all the same.
            state = replace(state, rag=action.rag, status=action.status)
        lines.append(
            Line(
                id=action.id,
                reference=action.reference,
                area=f"{row.number}. {row.title}",
                what=action.what,
                leads="; ".join(one.in_full for one in leads.get(action.id, ())),
                by_when=timing_of(action).words,
                due_on=action.next_due_on,
                rag=state.rag,
                status=state.status,
                rag_before=None if was is None else was.rag,
                status_before=None if was is None else was.status,
                said_on=state.said_on,
                words=state.words,
                is_reworded=state.is_reworded,
                version=action.version,
            )
        )
    return MonthView(month, min(viewer.today, month.last), tuple(lines))


def _before(session: Session, viewer: Viewer, month: Month) -> Mapping[int, _State]:
    """How every action stood at the end of the month before."""
    last = (
        select(func.max(ImprovementChange.id).label("id"))
        .where(
            ImprovementChange.partnership_id == viewer.partnership_id,
            ImprovementChange.action_id.is_not(None),
            ImprovementChange.counts_for < month.first,
        )
        .group_by(ImprovementChange.action_id)
        .subquery()
    )
    rows = session.execute(
        select(ImprovementChange.action_id, ImprovementChange.rag, ImprovementChange.status).join(
            last, last.c.id == ImprovementChange.id
        )
    )
    return {row.action_id: _State(row.rag, row.status) for row in rows}


def _in_month(session: Session, viewer: Viewer, month: Month) -> Mapping[int, _State]:
    """How every action that something happened to stood at the end of the month, and what was last said of it."""
    rows = session.execute(
        select(
            ImprovementChange.action_id,
            ImprovementChange.step,
            ImprovementChange.rag,
            ImprovementChange.status,
            ImprovementChange.words,
            ImprovementChange.made_at,
        )
        .where(
            ImprovementChange.partnership_id == viewer.partnership_id,
            ImprovementChange.counts_for == month.first,
            ImprovementChange.action_id.is_not(None),
        )
        .order_by(ImprovementChange.id)
    )
    found: dict[int, _State] = {}
    for row in rows:
        state = found.setdefault(row.action_id, _State(row.rag, row.status))
        state.rag, state.status = row.rag, row.status
        if row.step in SAYS_HOW_IT_GOES:
            state.said_on, state.words = london_day(row.made_at), row.words
        state.is_reworded = state.is_reworded or row.step is ImprovementStep.CHANGED
    return found

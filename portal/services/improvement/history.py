"""The history of the plan: an entry for every change, with who, when, what before and what after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_rules import counting_month
from portal.domain.improvement_vocabulary import ImprovementStatus, ImprovementStep
from portal.domain.months import Month
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.models.improvement_history import ImprovementChange, ImprovementEvidence, ImprovementMonth
from portal.models.partnerships import Partnership
from portal.models.people import User
from portal.services.changes import Change

MOST_ENTRIES = 200
"""So many entries stand on an action's page, the newest; a weekly one has fifty a year."""

BY_FILE = "A file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `changed` holds name, text before and text after."""

    step: ImprovementStep
    at: datetime
    who: str
    words: str
    rag: ActionRag | None
    status: ImprovementStatus | None
    month: Month
    changed: tuple[tuple[str, str, str], ...]
    links: tuple[tuple[str, str], ...]


def last_closed(session: Session, partnership_id: int) -> Month | None:
    """The last month whose view was closed."""
    newest = session.scalar(
        select(func.max(ImprovementMonth.begins_on)).where(ImprovementMonth.partnership_id == partnership_id)
    )
    return None if newest is None else Month.of(newest)


def hold_plan(session: Session, partnership_id: int) -> None:
    """Have whoever else writes the plan, or imports into it, wait: numbers are given once.

    It comes before any area's lock.
    """
    row = select(Partnership.id).where(Partnership.id == partnership_id)
    session.execute(row.with_for_update(key_share=True)).one()


def month_for(change: Change, area_id: int, asked: Month | None = None) -> Month:
    """The month for which a change counts, held open until the change is kept.

    Whoever closes a month waits for it, and what comes after the closing counts for the next month.
    """
    session = change.session
    # A share of the area's lock is all that is needed; closing takes the whole of every area's.
    session.execute(select(ImprovementArea.id).where(ImprovementArea.id == area_id).with_for_update(read=True))
    closed = last_closed(session, change.viewer.partnership_id or 0)
    return counting_month(closed, change.viewer.today, asked)


def write_entry(
    change: Change,
    row: ImprovementAction | ImprovementArea,
    step: ImprovementStep,
    month: Month,
    *,
    words: str = "",
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> ImprovementChange:
    """Add an entry about an action or an area, as it is after the change; of before and after what differs."""
    is_action = isinstance(row, ImprovementAction)
    was, now = _differing(before or {}, after or {})
    entry = ImprovementChange(
        partnership_id=row.partnership_id,
        action_id=row.id if is_action else None,
        area_id=None if is_action else row.id,
        step=step,
        made_at=change.viewer.now,
        made_by_id=change.viewer.user_id,
        counts_for=month.first,
        rag=row.rag if isinstance(row, ImprovementAction) else None,
        status=row.status if isinstance(row, ImprovementAction) else None,
        words=words.strip(),
        before=_as_json(was),
        after=_as_json(now),
    )
    change.session.add(entry)
    return entry


def entries_of(session: Session, *, action_id: int | None = None, area_id: int | None = None) -> list[Entry]:
    """The history of an action or of an area, the newest first, by two queries (one where no link was given)."""
    about = ImprovementChange.action_id == action_id if area_id is None else ImprovementChange.area_id == area_id
    rows = session.execute(
        select(ImprovementChange, User.name)
        .outerjoin(User, User.id == ImprovementChange.made_by_id)
        .where(about)
        .order_by(ImprovementChange.id.desc())
        .limit(MOST_ENTRIES)
    ).all()
    links: dict[int, list[tuple[str, str]]] = {}
    if action_id is not None:
        for given in links_of(session, action_id):
            links.setdefault(given.change_id, []).append((given.title, given.url))
    return [_entry(row.ImprovementChange, row.name, links.get(row.ImprovementChange.id, [])) for row in rows]


def links_of(session: Session, action_id: int) -> Sequence[ImprovementEvidence]:
    """The links that were given as evidence, the newest first."""
    rows = select(ImprovementEvidence).where(ImprovementEvidence.action_id == action_id)
    return session.scalars(rows.order_by(ImprovementEvidence.id.desc())).all()


def _entry(row: ImprovementChange, who: str | None, links: Sequence[tuple[str, str]]) -> Entry:
    before: dict[str, str] = json.loads(row.before) if row.before else {}
    after: dict[str, str] = json.loads(row.after) if row.after else {}
    names = list(dict.fromkeys([*before, *after]))
    return Entry(
        step=row.step,
        at=row.made_at,
        who=who or BY_FILE,
        words=row.words,
        rag=row.rag,
        status=row.status,
        month=Month.of(row.counts_for),
        changed=tuple((name, before.get(name, ""), after.get(name, "")) for name in names),
        links=tuple(links),
    )


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name, "") != after.get(name, "")]
    return {name: before[name] for name in names if name in before}, {
        name: after[name] for name in names if name in after
    }


def _as_json(words: Mapping[str, str]) -> str | None:
    return json.dumps(words, ensure_ascii=False) if words else None

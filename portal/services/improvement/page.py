"""An action's own page: what is to be done, who leads it, how it goes and what shows that, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import NotVisible
from portal.domain.improvement_timing import Timing, is_late
from portal.domain.improvement_vocabulary import SAYS_HOW_IT_GOES, ImprovementStatus
from portal.domain.months import Month
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.services.improvement.actions import timing_of
from portal.services.improvement.history import Entry, entries_of
from portal.services.improvement.leads import NamedLead, leads_of, rows_of
from portal.services.improvement.measures import MeasureLink, Trend, links_of, trends
from portal.services.improvement.origins import Origin, origin_of
from portal.services.improvement.ticks import Turns, turns_of


@dataclass(frozen=True, slots=True)
class ActionPage:
    """An action as the viewer sees it, and the steps that are theirs."""

    id: int
    reference: str
    area: str
    what: str
    outcome: str
    measure_words: str
    timing: Timing
    due_on: date | None
    is_late: bool
    rag: ActionRag
    status: ImprovementStatus
    evidence: str
    version: int
    leads: tuple[NamedLead, ...]
    origin: Origin
    turns: Turns
    trends: tuple[Trend, ...]
    history: tuple[Entry, ...]
    is_updated: bool
    """Whether somebody has said in this month how it goes."""
    may_update: bool
    may_change: bool
    may_reopen: bool

    @property
    def links(self) -> list[tuple[str, str]]:
        """All links that were given as evidence, the newest first."""
        return list(dict.fromkeys(link for entry in self.history for link in entry.links))


@dataclass(frozen=True, slots=True)
class Brief:
    """What the forms about an action say above themselves."""

    id: int
    reference: str
    what: str
    rag: ActionRag
    status: ImprovementStatus
    evidence: str
    version: int
    measures: tuple[MeasureLink, ...]
    may_update: bool
    may_change: bool
    may_reopen: bool


def find_action(viewer: Viewer, action_id: int) -> ActionPage:
    """An action with all that became of it. Raises NotVisible."""
    session = db.session()
    row = session.execute(
        access.visible_to(viewer)
        .join(ImprovementArea, ImprovementArea.id == ImprovementAction.area_id)
        .where(ImprovementAction.id == action_id)
        .add_columns(ImprovementArea.number, ImprovementArea.title)
    ).one_or_none()
    if row is None:
        raise NotVisible("There is no such action.")
    action: ImprovementAction = row.ImprovementAction
    leads = leads_of(session, [action.id]).get(action.id, ())
    history = tuple(entries_of(session, action_id=action.id))
    now = Month.of(viewer.today)
    return ActionPage(
        id=action.id,
        reference=action.reference,
        area=f"{row.number}. {row.title}",
        what=action.what,
        outcome=action.outcome or "",
        measure_words=action.measure_words or "",
        timing=timing_of(action),
        due_on=action.next_due_on,
        is_late=is_late(action.next_due_on, viewer.today),
        rag=action.rag,
        status=action.status,
        evidence=action.evidence,
        version=action.version,
        leads=tuple(leads),
        origin=origin_of(viewer, action),
        turns=turns_of(session, action, viewer.today),
        trends=tuple(trends(viewer, links_of(session, action.id))),
        history=history,
        is_updated=any(entry.month >= now and entry.step in SAYS_HOW_IT_GOES for entry in history),
        may_update=access.may_update(viewer, action, [one.row for one in leads]),
        may_change=access.may_change(viewer, action),
        may_reopen=access.may_reopen(viewer, action),
    )


def brief(viewer: Viewer, action_id: int) -> Brief:
    """What a form about an action needs, by three queries. Raises NotVisible."""
    session = db.session()
    action: ImprovementAction | None = session.scalar(
        access.visible_to(viewer).where(ImprovementAction.id == action_id)
    )
    if action is None:
        raise NotVisible("There is no such action.")
    return Brief(
        id=action.id,
        reference=action.reference,
        what=action.what,
        rag=action.rag,
        status=action.status,
        evidence=action.evidence,
        version=action.version,
        measures=tuple(links_of(session, action.id)),
        may_update=access.may_update(viewer, action, rows_of(session, action.id)),
        may_change=access.may_change(viewer, action),
        may_reopen=access.may_reopen(viewer, action),
    )

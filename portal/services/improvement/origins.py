"""What an action came from, on both sides: the audit or sample behind it, and what an audit or sample put in the plan.

Agencies' own actions from audits stay theirs (services/actions): they are counted and linked, never copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import actions as actions_access
from portal.access import audits as audits_access
from portal.access import improvement as access
from portal.access import samples as samples_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag, ActionStatus
from portal.domain.errors import Invalid
from portal.domain.improvement_actions import ActionDetails
from portal.domain.improvement_vocabulary import SAMPLED, ImprovementSource, ImprovementStatus
from portal.domain.sample_vocabulary import SampleKind
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound
from portal.models.improvement import ImprovementAction
from portal.models.samples import PracticeSample
from portal.services.actions.listing import overdue_where

_SAMPLED_AS = {
    SampleKind.DIP: ImprovementSource.DIP_SAMPLE,
    SampleKind.THEMATIC: ImprovementSource.MULTI_AGENCY_AUDIT,
}


@dataclass(frozen=True, slots=True)
class OwnActions:
    """How many actions agencies have of their own, which are not closed; of those, how many are late."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """What an action came from; the round's or the sample's id where the viewer may open it."""

    source: ImprovementSource
    name: str
    round_id: int | None = None
    sample_id: int | None = None
    own_actions: OwnActions | None = None
    """What agencies promised in the same audit themselves."""


@dataclass(frozen=True, slots=True)
class AddedRow:
    """An action of the plan, as the page of what it came from lists it."""

    id: int
    reference: str
    what: str
    rag: ActionRag
    status: ImprovementStatus


def origin_of(viewer: Viewer, action: ImprovementAction) -> Origin:
    """What an action came from; an audit round with its title and agencies' own actions, by two queries."""
    name = action.source_name or ""
    if action.round_id is None:
        sees = action.source in SAMPLED and viewer.may(Permission.SAMPLES_VIEW)
        return Origin(action.source, name, sample_id=action.sample_id if sees else None)
    session = db.session()
    title = session.scalar(
        audits_access.rounds_visible_to(viewer)
        .where(AuditRound.id == action.round_id)
        .with_only_columns(AuditRound.title)
    )
    if title is None or not viewer.may(Permission.AUDITS_OVERSEE):
        return Origin(action.source, name or title or "")
    return Origin(action.source, title, action.round_id, own_actions=own_actions(viewer, action.round_id))


def own_actions(viewer: Viewer, round_id: int | None = None) -> OwnActions:
    """How many actions from audits agencies have that the viewer sees, of one round or of all; by one query."""
    rows = actions_access.visible_to(viewer).where(~actions_access.FROM_MEETING)
    if round_id is not None:
        returns = select(AuditReturn.id).where(AuditReturn.round_id == round_id)
        rows = rows.where(Action.return_id.in_(returns))
    counted = db.session.execute(
        rows.with_only_columns(
            func.count().filter(Action.status != ActionStatus.CLOSED), func.count().filter(overdue_where(viewer.today))
        )
    ).one()
    return OwnActions(*counted)


def rounds_to_choose(viewer: Viewer) -> list[tuple[int, str]]:
    """The audit rounds from which a recommendation can come, the newest first."""
    rows = audits_access.rounds_visible_to(viewer).with_only_columns(AuditRound.id, AuditRound.title)
    return [(row.id, row.title) for row in db.session.execute(rows.order_by(AuditRound.id.desc()))]


def sample_to_choose(viewer: Viewer, sample_id: int) -> tuple[ImprovementSource, str] | None:
    """What kind of sample of practice this is and what it is called; None where the viewer does not see it."""
    row = db.session.execute(
        samples_access.visible_to(viewer)
        .where(PracticeSample.id == sample_id)
        .with_only_columns(PracticeSample.kind, PracticeSample.title)
    ).one_or_none()
    return None if row is None else (_SAMPLED_AS[row.kind], row.title)


def added_from(viewer: Viewer, source: ImprovementSource, source_id: int) -> Sequence[AddedRow]:
    """What an audit round or a sample of practice has put into the plan, as far as the viewer sees it; one query."""
    column = ImprovementAction.sample_id if source in SAMPLED else ImprovementAction.round_id
    rows = db.session.scalars(access.visible_to(viewer).where(column == source_id).order_by(ImprovementAction.id))
    return [AddedRow(row.id, row.reference, row.what, row.rag, row.status) for row in rows]


def check_origin(session: Session, viewer: Viewer, details: ActionDetails, kept_sample: int | None = None) -> None:
    """Refuse an audit round, or a sample of practice, that the viewer does not see; one that stood there may stay."""
    if details.sample_id not in (None, kept_sample):
        rows = samples_access.visible_to(viewer).where(PracticeSample.id == details.sample_id)
        if session.scalar(rows.with_only_columns(PracticeSample.id)) is None:
            raise Invalid("No such sample.", errors={"source": ["Choose a sample of practice that there is"]})
    if details.round_id is None:
        return
    known = session.scalar(
        audits_access.rounds_visible_to(viewer)
        .where(AuditRound.id == details.round_id)
        .with_only_columns(AuditRound.id)
    )
    if known is None:
        raise Invalid("No such audit.", errors={"round_id": ["Choose an audit from those on offer"]})

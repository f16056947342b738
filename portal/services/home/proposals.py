"""What a chair has not decided yet of all that the rules proposed when registers were closed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import escalations as access
from portal.access.viewer import Viewer
from portal.domain.escalation_vocabulary import ProposalStatus
from portal.domain.vocabulary import Role
from portal.models.ladders import EscalationProposal
from portal.services.home.tasks import Task, TaskKind


def proposals_to_decide(session: Session, viewer: Viewer) -> list[Task]:
    """For the person's memberships as chair, one task each, by one query; managers look at the list themselves."""
    hats = {hat.membership_id: hat for hat in viewer.hats if hat.role is Role.CHAIR}
    worn = [one for number in hats if (one := viewer.wearing(number)) is not None]
    if not worn:
        return []
    rows = session.execute(union_all(*(select(_open(one).subquery()) for one in worn)))
    return [Task(TaskKind.PROPOSALS, hats[row.membership_id], of=row.open) for row in rows if row.open]


def _open(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        access.proposals_visible_to(viewer)
        .where(EscalationProposal.status == ProposalStatus.OPEN)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"), func.count(EscalationProposal.id).label("open")
        )
    )

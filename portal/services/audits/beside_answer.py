"""What stands beside one answer: the actions that came of it, and what its agency answered in another partnership."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import actions as access
from portal.access.viewer import Viewer
from portal.domain.action_rules import is_overdue
from portal.domain.audit_vocabulary import ActionRag, ActionStatus
from portal.domain.ratings import Scale
from portal.domain.text_changes import Piece, word_differences
from portal.models.actions import Action
from portal.models.audits import Response
from portal.models.frameworks import Question
from portal.models.portable_returns import TravelledAnswer


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action: what, who, by when, and how it stands."""

    id: int
    what: str
    owner: str
    due_on: date
    rag: ActionRag
    status: ActionStatus
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What was answered elsewhere to a question with the same code, to be taken here."""

    issuer: str
    taken_at: datetime
    """When its return was brought along."""
    rating: str | None
    """As it may be stored here; none where this question's scale has no such point."""
    label: str
    colour: str
    narrative: str
    evidence: tuple[str, ...]
    """The names and days of what backed it there, which did not come along."""
    is_same: bool
    pieces: tuple[Piece, ...]
    """Where the question reads otherwise here, with what does."""
    is_taken: bool
    """Whether it is the answer that stands here."""


def actions_of(session: Session, viewer: Viewer, return_id: int, question_id: int) -> tuple[ActionLine, ...]:
    """The actions from one answer that the viewer sees, what is open first, each by its day."""
    rows = session.execute(
        access.visible_to(viewer)
        .where(Action.return_id == return_id, Action.question_id == question_id)
        .with_only_columns(Action.id, Action.what, Action.owner_name, Action.due_on, Action.rag, Action.status)
        .order_by(Action.status == ActionStatus.CLOSED, Action.due_on, Action.id)
    )
    return tuple(ActionLine(*row, is_overdue(row.status, row.due_on, viewer.today)) for row in rows)


def offer_of(brought: TravelledAnswer, response: Response, question: Question, scale: Scale) -> Offer:
    """What came along to this question, held against what stands here."""
    rating = brought.rating if brought.rating in scale.codes else None
    return Offer(
        issuer=brought.issuer,
        taken_at=brought.taken_at,
        rating=rating,
        label=brought.label,
        colour=scale.colour(rating).value,
        narrative=brought.narrative,
        evidence=tuple(filter(None, brought.evidence.split("\n"))),
        is_same=brought.is_same,
        pieces=() if brought.is_same else word_differences(brought.question, question.text),
        is_taken=(response.rating, response.narrative) == (brought.rating, brought.narrative),
    )

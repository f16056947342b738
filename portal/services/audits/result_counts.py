"""What the database counts for the results of a round. Ratings of returns that are not signed never come into it.

Each statement reads the newest version of one round's returns along an index (models/audits.py), so that it costs what
that round costs, however many others there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import Session

from portal.access import audit_results as access
from portal.access.viewer import Viewer
from portal.domain.audit_results import POINTS, RED_RATINGS, WHOLE, Tally
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ActionStatus, ReturnStatus, SchoolPhase
from portal.domain.vocabulary import AgencyType
from portal.models.actions import Action
from portal.models.audits import AuditReturn, Response
from portal.models.frameworks import Question, Standard
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency

Cells = dict[int, dict[int, Tally]]
"""By return and standard."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An agency that was asked, how far its return is, and whether the viewer reads its own scores."""

    return_id: int
    agency: str
    agency_type: AgencyType
    phase: SchoolPhase | None
    status: ReturnStatus
    is_named: bool

    @property
    def is_signed(self) -> bool:
        """Whether its answers count."""
        return self.status in SIGNED_STATUSES


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question of an edition, where it stands, and what tells whether it was altered."""

    id: int
    edition_id: int
    code: str
    text: str
    scale: str
    weight: int
    digest: str
    standard_id: int
    standard_code: str
    standard_title: str


@dataclass(frozen=True, slots=True)
class Given:
    """How many agencies of a type gave a question the same ratings."""

    round_id: int
    question_id: int
    agency_type: AgencyType
    own: str
    panel: str | None
    """What counts where the panel rated it: the agreed rating, else the panel's."""
    count: int

    @property
    def rating(self) -> str:
        """The rating that counts."""
        return self.panel or self.own


def tallies(session: Session, counted: Select[AuditReturn], round_id: int) -> Cells:
    """Add up the answers of each signed return by standard, in one statement; `counted` are the returns that count."""
    rating = func.coalesce(Moderation.agreed_rating, Moderation.rating, Response.rating)
    points = case(POINTS, value=rating)
    is_red = case(dict.fromkeys(sorted(RED_RATINGS), 1), value=rating)
    rows = session.execute(
        _answers(counted, [round_id])
        .join(Question, Question.id == Response.question_id)
        .group_by(AuditReturn.id, Response.standard_id)
        .with_only_columns(
            AuditReturn.id,
            Response.standard_id,
            func.sum(points * Question.weight).label("points"),
            func.sum(case((points.is_not(None), Question.weight * WHOLE))).label("possible"),
            func.count(points).label("rated"),
            func.count(is_red).label("red"),
            maintain_column_froms=True,
        )
    )
    found: Cells = defaultdict(dict)
    for return_id, standard_id, reached, possible, rated, red in rows:
        found[return_id][standard_id] = Tally(int(reached or 0), int(possible or 0), rated, red)
    return dict(found)


def given(session: Session, counted: Select[AuditReturn], round_ids: Collection[int]) -> list[Given]:
    """Count the agencies by question, type and ratings, of one round or of two that are held against each other."""
    panel: ColumnElement[str | None] = func.coalesce(Moderation.agreed_rating, Moderation.rating)
    keys: tuple[ColumnElement[Any], ...] = (
        AuditReturn.round_id.expression,
        Response.question_id.expression,
        Agency.agency_type.expression,
        Response.rating.expression,
        panel,
    )
    rows = _answers(counted, round_ids).join(Agency, Agency.id == AuditReturn.agency_id)
    statement = (
        rows.where(Response.rating.is_not(None))
        .group_by(*keys)
        .with_only_columns(*keys, func.count(), maintain_column_froms=True)
    )
    return [Given(*tuple(row)) for row in session.execute(statement)]


def asked_of(session: Session, viewer: Viewer, round_id: int) -> list[Asked]:
    """Every agency that the round asks, by name."""
    named = access.named_for(viewer).with_only_columns(AuditReturn.id)
    rows = session.execute(
        access.counted_for(viewer)
        .where(AuditReturn.round_id == round_id)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .order_by(Agency.name, AuditReturn.id)
        .with_only_columns(
            AuditReturn.id,
            Agency.name,
            Agency.agency_type,
            Agency.phase,
            AuditReturn.status,
            AuditReturn.id.in_(named),
            maintain_column_froms=True,
        )
    )
    return [Asked(*row[:5], bool(row[5])) for row in rows]


def questions_of(session: Session, edition_ids: Collection[int]) -> list[AskedQuestion]:
    """The questions of the editions in the order in which they are asked."""
    rows = session.execute(
        select(
            Question.id,
            Question.edition_id,
            Question.code,
            Question.text,
            Question.scale,
            Question.weight,
            Question.digest,
            Standard.id,
            Standard.code,
            Standard.title,
        )
        .join(Standard, Standard.id == Question.standard_id)
        .where(Question.edition_id.in_(edition_ids))
        .order_by(Standard.position, Question.position)
    )
    return [AskedQuestion(*tuple(row)) for row in rows]


def actions_of(
    session: Session, counted: Select[AuditReturn], round_id: int, today: date
) -> Mapping[tuple[int, str], int]:
    """Count the actions that came from the round's answers, by standard and by how they stand."""
    state = case(
        (Action.status == ActionStatus.CLOSED, literal("closed")),
        (Action.status == ActionStatus.DONE, literal("done")),
        (Action.due_on < today, literal("overdue")),
        else_=literal("open"),
    )
    rows = session.execute(
        counted.where(AuditReturn.round_id == round_id)
        .join(Action, Action.return_id == AuditReturn.id)
        .join(Question, Question.id == Action.question_id)
        .group_by(Question.standard_id, state)
        .with_only_columns(Question.standard_id, state, func.count(), maintain_column_froms=True)
    )
    return {(standard_id, found): count for standard_id, found, count in rows}


def _answers(counted: Select[AuditReturn], round_ids: Collection[int]) -> Select[Any]:
    """The answers that count, each beside what the panel made of it."""
    return (
        counted.where(AuditReturn.round_id.in_(round_ids), AuditReturn.status.in_(SIGNED_STATUSES))
        .join(Response, and_(Response.return_id == AuditReturn.id, Response.number == AuditReturn.number))
        .outerjoin(Moderation, Moderation.response_id == Response.id)
    )

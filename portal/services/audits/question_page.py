"""One question of a return with all that stands around it, and the whole return to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, literal
from sqlalchemy.orm import Session, joinedload

from portal.access import actions as actions_access
from portal.access import answers as answers_access
from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.ratings import Scale, scales_from_plain
from portal.domain.returns import AnswerState, answer_state, missing
from portal.models.audits import AuditReturn, AuditRound, PanelMember, Response, ResponseComment
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.moderation import Moderation
from portal.models.people import User
from portal.models.portable_returns import TravelledAnswer
from portal.services.audits.beside_answer import ActionLine, Offer, actions_of, offer_of
from portal.services.audits.comments import comments_on
from portal.services.audits.evidence import evidence_of
from portal.services.audits.last_time import LastTime, last_time
from portal.services.audits.outline import Outline, outline_of
from portal.services.audits.returns_page import ReturnFacts, return_facts

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The panel's rating of an answer, once the agency may see it."""

    rating: str
    colour: str
    reason: str
    agreed: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer."""

    response: Response
    question: Question
    standard_title: str
    scale: Scale
    answered_by: str
    evidence: tuple[Evidence, ...] = ()
    verdict: Verdict | None = None

    @property
    def state(self) -> AnswerState:
        """How far it is."""
        response = self.response
        return answer_state(
            rating=response.rating,
            is_confirmed=response.is_confirmed,
            is_of_this_time=response.answered_at is not None,
        )

    @property
    def lacks(self) -> Mapping[str, str]:
        """What is missing, by field."""
        return missing(
            self.question,
            rating=self.response.rating,
            narrative=self.response.narrative,
            evidence=len(self.evidence),
        )

    @property
    def rating(self) -> str:
        """The rating in words; empty where there is none."""
        return self.scale.label(self.response.rating)

    @property
    def colour(self) -> str:
        """What it is shown in."""
        return self.scale.colour(self.response.rating).value


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """All that the page of one question shows."""

    facts: ReturnFacts
    answer: Answered
    outline: Outline
    last_time: LastTime | None
    offer: Offer | None
    """What the agency brought along from another partnership; its own people see it."""
    actions: tuple[ActionLine, ...]
    comments: tuple[ResponseComment, ...]
    is_own: bool
    may_answer: bool
    may_comment: bool
    may_add_action: bool

    @property
    def waits(self) -> bool:
        """Whether an answer of last time, or of elsewhere, stands there to be confirmed."""
        begun = self.last_time is not None or (self.offer is not None and self.offer.is_taken)
        return begun and self.answer.state is AnswerState.TO_CONFIRM


@dataclass(frozen=True, slots=True)
class PrintedReturn:
    """A whole return."""

    facts: ReturnFacts
    outline: Outline
    answers: Mapping[int, Answered]


def question_page(viewer: Viewer, return_id: int, question_id: int) -> QuestionPage:
    """One question of a return's newest version, for whoever may read its answer. Raises NotVisible."""
    session: Session = db.session()
    facts = return_facts(session, viewer, return_id)
    row = session.execute(
        _answers(viewer, return_id)
        .outerjoin(TravelledAnswer, TravelledAnswer.response_id == Response.id)
        .where(Response.question_id == question_id)
        .add_columns(TravelledAnswer, _on_panel(viewer))
    ).one_or_none()
    if row is None:
        raise NotVisible("No such question.")
    response = row.Response
    evidence = tuple(evidence_of(session, viewer, response.id))
    is_own = access.is_own(viewer, facts.row)
    return QuestionPage(
        facts,
        _answered(row, evidence),
        outline_of(session, viewer, return_id),
        last_time(session, viewer, response, row.Question, _scale(row))
        if response.carried_from_id is not None
        else None,
        offer_of(row.TravelledAnswer, response, row.Question, _scale(row)) if is_own and row.TravelledAnswer else None,
        actions_of(session, viewer, return_id, question_id),
        tuple(comments_on(session, viewer, return_id, question_id)) if is_own else (),
        is_own=is_own,
        may_answer=access.may_answer(viewer, facts.row, facts.row, given=True),
        may_comment=answers_access.may_comment(viewer, facts.row),
        # Of their agency's answers, colleagues see those of the sections that they were given.
        may_add_action=actions_access.may_add(viewer, facts.row, given=True, on_panel=row.on_panel),
    )


def printed_return(viewer: Viewer, return_id: int) -> PrintedReturn:
    """All of a return that the viewer may read. Raises NotVisible, also where that is nothing."""
    session: Session = db.session()
    facts = return_facts(session, viewer, return_id)
    rows = session.execute(_answers(viewer, return_id)).all()
    if not rows:
        raise NotVisible("Nothing of this return can be read.")
    backing: dict[int, list[Evidence]] = {}
    pieces = (
        answers_access.evidence_visible_to(viewer)
        .join(Response, Response.id == Evidence.response_id)
        .where(Response.return_id == return_id, Response.number == facts.number)
        .options(joinedload(Evidence.file))
        .order_by(Evidence.id)
    )
    for piece in session.scalars(pieces):
        backing.setdefault(piece.response_id, []).append(piece)
    answers = {row.Response.question_id: _answered(row, tuple(backing.get(row.Response.id, ()))) for row in rows}
    return PrintedReturn(facts, outline_of(session, viewer, return_id), answers)


def _on_panel(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.agency_id is not None or viewer.membership_id is None:
        return literal(False).label("on_panel")
    on_panel = exists().where(
        PanelMember.round_id == AuditReturn.round_id, PanelMember.membership_id == viewer.membership_id
    )
    return on_panel.correlate(AuditReturn).label("on_panel")


def _answers(viewer: Viewer, return_id: int) -> Query:
    """The answers that the viewer may read, each with what the panel made of it where they may read that too."""
    seen = access.moderations_visible_to(viewer).where(Moderation.return_id == return_id)
    is_seen = Moderation.id.in_(seen.with_only_columns(Moderation.id).correlate(None))
    return (
        access.answers_visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Response.standard_id)
        .outerjoin(User, User.id == Response.answered_by_id)
        .outerjoin(Moderation, and_(Moderation.response_id == Response.id, is_seen))
        .where(Response.return_id == return_id, Response.number == AuditReturn.number)
        .with_only_columns(
            Response,
            Question,
            Standard.title.label("standard_title"),
            FrameworkEdition.scales,
            User.name.label("answered_by"),
            Moderation,
        )
    )


def _answered(row: Row[*tuple[Any, ...]], evidence: tuple[Evidence, ...]) -> Answered:
    scale, panel = _scale(row), row.Moderation
    verdict = None
    if panel is not None:
        rating, agreed = panel.rating, panel.agreed_rating
        verdict = Verdict(scale.label(rating), scale.colour(rating).value, panel.reason, scale.label(agreed))
    return Answered(row.Response, row.Question, row.standard_title, scale, row.answered_by or "", evidence, verdict)


def _scale(row: Row[*tuple[Any, ...]]) -> Scale:
    return scales_from_plain(row.scales)[row.Question.scale]

"""One question of a return with all that stands around it, and the whole return to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.access import answers as answers_access
from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.framework_changes import Piece, word_differences
from portal.domain.ratings import Scale, scales_from_plain
from portal.domain.returns import AnswerState, answer_state, missing
from portal.models.audits import AuditReturn, AuditRound, Response, ResponseComment
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.moderation import Moderation
from portal.models.people import User
from portal.services.audits.comments import comments_on
from portal.services.audits.evidence import evidence_of
from portal.services.audits.outline import Outline, outline_of
from portal.services.audits.returns_page import ReturnFacts, return_facts

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Altered:
    """A part of a question that says something else than last time."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LastTime:
    """What was answered last time, and what was altered in the question since."""

    round_title: str
    signed_at: datetime | None
    rating: str
    colour: str
    narrative: str
    is_altered: bool
    altered: tuple[Altered, ...]
    """Where only its scale was altered, nothing."""
    rating_is_gone: bool
    """Its rating is no longer one that can be given."""


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
    comments: tuple[ResponseComment, ...]
    is_own: bool
    may_answer: bool
    may_comment: bool


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
    row = session.execute(_answers(viewer, return_id).where(Response.question_id == question_id)).one_or_none()
    if row is None:
        raise NotVisible("No such question.")
    response = row.Response
    evidence = tuple(evidence_of(session, viewer, response.id))
    verdicts = _verdicts(session, viewer, return_id, {response.id: _scale(row)}, response.id)
    is_own = access.is_own(viewer, facts.row)
    return QuestionPage(
        facts,
        _answered(row, evidence, verdicts.get(response.id)),
        outline_of(session, viewer, return_id),
        _last_time(session, viewer, row) if response.carried_from_id is not None else None,
        tuple(comments_on(session, viewer, return_id, question_id)) if is_own else (),
        is_own=is_own,
        may_answer=access.may_answer(viewer, facts.row, facts.row, given=True),
        may_comment=answers_access.may_comment(viewer, facts.row),
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
    verdicts = _verdicts(session, viewer, return_id, {row.Response.id: _scale(row) for row in rows})
    answers = {
        row.Response.question_id: _answered(row, tuple(backing.get(row.Response.id, ())), verdicts.get(row.Response.id))
        for row in rows
    }
    return PrintedReturn(facts, outline_of(session, viewer, return_id), answers)


def _answers(viewer: Viewer, return_id: int) -> Query:
    return (
        access.answers_visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Response.standard_id)
        .outerjoin(User, User.id == Response.answered_by_id)
        .where(Response.return_id == return_id, Response.number == AuditReturn.number)
        .with_only_columns(
            Response,
            Question,
            Standard.title.label("standard_title"),
            FrameworkEdition.scales,
            User.name.label("answered_by"),
        )
    )


def _answered(row: Row[*tuple[Any, ...]], evidence: tuple[Evidence, ...], verdict: Verdict | None) -> Answered:
    return Answered(
        row.Response, row.Question, row.standard_title, _scale(row), row.answered_by or "", evidence, verdict
    )


def _scale(row: Row[*tuple[Any, ...]]) -> Scale:
    return scales_from_plain(row.scales)[row.Question.scale]


def _last_time(session: Session, viewer: Viewer, row: Row[*tuple[Any, ...]]) -> LastTime | None:
    """What this answer began as: whoever may read the answer may read that too."""
    then, asked_then, returned = aliased(Response), aliased(Question), aliased(AuditReturn)
    found = session.execute(
        access.answers_visible_to(viewer)
        .where(Response.id == row.Response.id)
        .join(then, then.id == Response.carried_from_id)
        .join(asked_then, asked_then.id == then.question_id)
        .join(FrameworkEdition, FrameworkEdition.id == asked_then.edition_id)
        .join(returned, returned.id == then.return_id)
        .join(AuditRound, AuditRound.id == returned.round_id)
        .with_only_columns(
            then.rating,
            then.narrative,
            asked_then.text,
            asked_then.help,
            asked_then.good,
            asked_then.scale,
            asked_then.digest,
            FrameworkEdition.scales,
            AuditRound.title,
            returned.signed_at,
        )
    ).one_or_none()
    if found is None:
        return None
    scale = scales_from_plain(found.scales)[found.scale]
    now = row.Question
    parts = (("Question", found.text, now.text), ("Help", found.help, now.help), ("Good", found.good, now.good))
    return LastTime(
        found.title,
        found.signed_at,
        scale.label(found.rating),
        scale.colour(found.rating).value,
        found.narrative,
        found.digest != now.digest,
        tuple(
            Altered(name, word_differences(before, after))
            for name, before, after in parts
            if found.digest != now.digest and before.split() != after.split()
        ),
        rating_is_gone=found.rating not in _scale(row).codes,
    )


def _verdicts(
    session: Session,
    viewer: Viewer,
    return_id: int,
    scales: Mapping[int, Scale],
    response_id: int | None = None,
) -> dict[int, Verdict]:
    query = access.moderations_visible_to(viewer).where(Moderation.return_id == return_id)
    if response_id is not None:
        query = query.where(Moderation.response_id == response_id)
    return {
        one.response_id: Verdict(
            scales[one.response_id].label(one.rating),
            scales[one.response_id].colour(one.rating).value,
            one.reason,
            scales[one.response_id].label(one.agreed_rating),
        )
        for one in session.scalars(query)
        if one.response_id in scales
    }

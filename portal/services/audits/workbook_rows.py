"""All of a return that one person sees, question by question, as it stands in the rows of a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.access import actions as actions_access
from portal.access import answers as answers_access
from portal.access import audits as access
from portal.access.viewer import LONDON, Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Invalid
from portal.domain.labels import label
from portal.domain.ratings import scales_from_plain
from portal.domain.return_sheets import SheetQuestion
from portal.domain.sheet_cells import IN_PORTAL, comment_line, day_words, evidence_line, lines_of
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, Response, ResponseComment
from portal.models.frameworks import FrameworkEdition, Question
from portal.models.portable_returns import TravelledAnswer
from portal.services.audits.holding import own_return
from portal.services.audits.question_page import Answered, printed_return
from portal.services.audits.returns_page import ReturnFacts

_then, _asked_then = aliased(Response), aliased(Question)


@dataclass(frozen=True, slots=True)
class Section:
    """One standard with the questions that the viewer sees."""

    title: str
    questions: tuple[SheetQuestion, ...]


@dataclass(frozen=True)
class SheetState:
    """A return as the viewer sees it now."""

    facts: ReturnFacts
    edition_digest: str
    sections: tuple[Section, ...]

    @property
    def questions(self) -> dict[str, SheetQuestion]:
        """Every question by its code."""
        return {question.code: question for section in self.sections for question in section.questions}


def sheet_state(viewer: Viewer, return_id: int) -> SheetState:
    """What the workbook says of the viewer's own agency's return.

    Raises NotVisible, NotPermitted, and Invalid where the return has not been started.
    """
    if own_return(viewer, return_id).status is ReturnStatus.NOT_STARTED:
        raise Invalid("Start the return first: until then there is nothing to fill in.")
    session: Session = db.session()
    printed = printed_return(viewer, return_id)
    then = _last_time(session, viewer, return_id)
    comments, actions = _comments(session, viewer, return_id), _actions(session, viewer, return_id)
    sections = [
        Section(
            f"{theme.code} {theme.title}",
            tuple(
                _question(
                    printed.answers[entry.question_id],
                    entry.number,
                    then.get(entry.question_id, ("", "")),
                    comments.get(entry.question_id, ""),
                    actions.get(entry.question_id, ""),
                )
                for entry in theme.entries
            ),
        )
        for theme in printed.outline.themes
    ]
    digest = session.scalar(
        select(FrameworkEdition.digest)
        .join(AuditRound, AuditRound.edition_id == FrameworkEdition.id)
        .join(AuditReturn, AuditReturn.round_id == AuditRound.id)
        .where(AuditReturn.id == printed.facts.id)
    )
    return SheetState(printed.facts, digest or "", tuple(sections))


def _question(answered: Answered, number: str, then: tuple[str, str], comments: str, actions: str) -> SheetQuestion:
    question, response = answered.question, answered.response
    return SheetQuestion(
        question_id=question.id,
        code=question.code,
        number=number,
        text=question.text,
        good=question.good,
        scale=answered.scale,
        version=response.version,
        rating=response.rating,
        narrative=response.narrative,
        is_confirmed=response.is_confirmed,
        then_rating=then[0],
        then_narrative=then[1],
        evidence=lines_of(
            evidence_line(piece.title, piece.url or IN_PORTAL, piece.dated_on) for piece in answered.evidence
        ),
        comments=comments,
        actions=actions,
    )


def _last_time(session: Session, viewer: Viewer, return_id: int) -> dict[int, tuple[str, str]]:
    """What each question was answered last time, here or in the partnership that the answers came from."""
    newest = access.answers_visible_to(viewer).where(
        Response.return_id == return_id, Response.number == AuditReturn.number
    )
    found = {
        row.question_id: (row.label, row.narrative)
        for row in session.execute(
            newest.join(TravelledAnswer, TravelledAnswer.response_id == Response.id).with_only_columns(
                Response.question_id, TravelledAnswer.label, TravelledAnswer.narrative
            )
        )
    }
    here = session.execute(
        newest.join(_then, _then.id == Response.carried_from_id)
        .join(_asked_then, _asked_then.id == _then.question_id)
        .join(FrameworkEdition, FrameworkEdition.id == _asked_then.edition_id)
        .with_only_columns(
            Response.question_id, _then.rating, _then.narrative, _asked_then.scale, FrameworkEdition.scales
        )
    )
    for row in here:
        found[row.question_id] = (scales_from_plain(row.scales)[row.scale].label(row.rating), row.narrative)
    return found


def _comments(session: Session, viewer: Viewer, return_id: int) -> Mapping[int, str]:
    query = answers_access.comments_visible_to(viewer).where(ResponseComment.return_id == return_id)
    said: dict[int, list[str]] = {}
    for comment in session.scalars(query.options(joinedload(ResponseComment.said_by)).order_by(ResponseComment.id)):
        on = comment.said_at.astimezone(LONDON).date()
        said.setdefault(comment.question_id, []).append(comment_line(comment.said_by.name, on, comment.text))
    return {question_id: lines_of(texts) for question_id, texts in said.items()}


def _actions(session: Session, viewer: Viewer, return_id: int) -> Mapping[int, str]:
    query = actions_access.visible_to(viewer).where(Action.return_id == return_id).order_by(Action.id)
    promised: dict[int, list[str]] = {}
    for action in session.scalars(query):
        if action.question_id is not None:
            words = f"{action.what} ({action.owner_name}, by {day_words(action.due_on)}, {label(action.status)})"
            promised.setdefault(action.question_id, []).append(words)
    return {question_id: lines_of(texts) for question_id, texts in promised.items()}

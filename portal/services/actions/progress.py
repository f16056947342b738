"""One action with its history, and the steps that it takes: progress, done, checked, sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, defer

from portal.access import actions as access
from portal.access import audits as audits_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.action_rules import CHECKING, WORDS_LIMIT, is_overdue, refusal
from portal.domain.audit_vocabulary import ActionRag, ActionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.models.actions import Action, ActionUpdate
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.frameworks import Question
from portal.models.partnerships import Agency
from portal.models.people import User
from portal.services.actions.origins import MeetingOrigin, meeting_origin, part_in
from portal.services.changes import Change, changing
from portal.services.notices.actions import tell_sent_back


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of an action's history."""

    at: datetime
    who: str
    status: ActionStatus
    rag: ActionRag
    text: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an action came from; the answer's address where the viewer may read it."""

    question: str
    round_title: str
    return_id: int | None


@dataclass(frozen=True, slots=True)
class ActionPage:
    """An action as the viewer sees it, and the steps that are theirs."""

    action: Action
    agency: str
    origin: Origin | None
    meeting: MeetingOrigin | None
    is_overdue: bool
    evidence: str
    history: list[Said]
    reads_history: bool
    may_work_on: bool
    may_check: bool


def find_action(viewer: Viewer, action_id: int) -> ActionPage:
    """One action. Raises NotVisible."""
    # What the board's world is not told is not decrypted either.
    action = db.session.scalar(
        access.visible_to(viewer)
        .join(Agency, Agency.id == Action.agency_id)
        .where(Action.id == action_id)
        .options(contains_eager(Action.agency), defer(Action.evidence, raiseload=True))
    )
    if action is None:
        raise NotVisible("There is no such action.")
    reads = access.may_read_history(viewer, action)
    evidence = db.session.scalar(select(Action.evidence).where(Action.id == action.id)) if reads else ""
    meeting = meeting_origin(viewer, action)
    return ActionPage(
        action,
        action.agency.name,
        _origin(viewer, action),
        meeting,
        is_overdue(action.status, action.due_on, viewer.today),
        evidence or "",
        _history(db.session(), action) if reads else [],
        reads_history=reads,
        may_work_on=access.may_work_on(viewer, action),
        may_check=access.may_check(viewer, action, meeting.part if meeting else access.NO_MEETING),
    )


def say_progress(viewer: Viewer, action_id: int, *, rag: ActionRag, text: str, version: int) -> None:
    """Say how an open action goes. Raises NotVisible, NotPermitted, Invalid by field, Conflict."""
    with changing(viewer) as change:
        action = _found(viewer, change, action_id)
        _step(change, action, ActionStatus.OPEN, text=text, rag=rag, version=version)
        change.log("action.progressed", "action", action.id)


def say_done(viewer: Viewer, action_id: int, *, evidence: str, version: int) -> None:
    """Say that an action was done, and what shows it. Raises as `say_progress` does."""
    with changing(viewer) as change:
        action = _found(viewer, change, action_id)
        _step(change, action, ActionStatus.DONE, text=evidence, rag=ActionRag.GREEN, version=version)
        action.evidence = evidence.strip()
        action.done_at, action.done_by_id = viewer.now, viewer.user_id
        change.log("action.done", "action", action.id)


def close_action(viewer: Viewer, action_id: int, *, checked: str, version: int) -> None:
    """Close an action after a check, in the checker's words. Raises as `say_progress` does."""
    with changing(viewer) as change:
        action = _found(viewer, change, action_id)
        _step(change, action, ActionStatus.CLOSED, text=checked, rag=action.rag, version=version)
        action.closed_at, action.closed_by_id = viewer.now, viewer.user_id
        change.log("action.closed", "action", action.id)


def send_back(viewer: Viewer, action_id: int, *, reason: str, version: int) -> None:
    """Open an action again that was said to be done, with the reason. Raises as `say_progress` does."""
    with changing(viewer) as change:
        action = _found(viewer, change, action_id)
        _step(change, action, ActionStatus.OPEN, text=reason, rag=ActionRag.AMBER, version=version)
        action.done_at = action.done_by_id = None
        tell_sent_back(change, action)
        change.log("action.sent_back", "action", action.id)


def _found(viewer: Viewer, change: Change, action_id: int) -> Action:
    rows = access.visible_to(viewer).where(Action.id == action_id)
    action: Action | None = change.session.scalar(
        rows.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if action is None:
        raise NotVisible("There is no such action.")
    return action


def _step(change: Change, action: Action, after: ActionStatus, *, text: str, rag: ActionRag, version: int) -> None:
    """Take one step and keep what was said with it."""
    viewer, before = change.viewer, action.status
    checks = (before, after) in CHECKING or after is ActionStatus.CLOSED
    if viewer.user_id is None:
        raise NotPermitted("Only a person can say how an action goes.")
    if action.version != version:
        theirs = {"Status": label(action.status), "How it goes": label(action.rag), "Due": _day(action.due_on)}
        raise Conflict("Somebody else changed this action a moment ago.", mine={"Yours": text.strip()}, theirs=theirs)
    is_theirs = (
        access.may_check(viewer, action, part_in(change.session, viewer, action))
        if checks
        else access.may_work_on(viewer, action)
    )
    if not is_theirs:
        raise NotPermitted("This step is not the viewer's to take.")
    refused = refusal(before, after, text)
    if refused is not None:
        raise Invalid(refused, errors={"text": [refused]})
    if len(text) > WORDS_LIMIT:
        raise Invalid("Too long.", errors={"text": [f"Use {WORDS_LIMIT:,} characters or fewer"]})
    action.status, action.rag = after, rag
    change.session.add(
        ActionUpdate(
            partnership_id=action.partnership_id,
            action_id=action.id,
            rag=rag,
            status=after,
            text=text.strip(),
            said_at=viewer.now,
            said_by_id=viewer.user_id,
        )
    )
    if before is after:
        # Two who said something at once are told of each other, also where neither changed a column.
        action.version += 1


def _history(session: Session, action: Action) -> list[Said]:
    rows = session.execute(
        select(ActionUpdate.said_at, User.name, ActionUpdate.status, ActionUpdate.rag, ActionUpdate.text)
        .join(User, User.id == ActionUpdate.said_by_id)
        .where(ActionUpdate.action_id == action.id)
        .order_by(ActionUpdate.said_at.desc(), ActionUpdate.id.desc())
    )
    return [Said(row.said_at, row.name, row.status, row.rag, row.text) for row in rows]


def _origin(viewer: Viewer, action: Action) -> Origin | None:
    """The question, and the round where the viewer sees the return; the answer's address where they may read it."""
    if action.return_id is None:
        return None
    question = db.session.scalar(select(Question.text).where(Question.id == action.question_id))
    title = db.session.scalar(
        audits_access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(AuditReturn.id == action.return_id)
        .with_only_columns(AuditRound.title)
    )
    reads = db.session.scalar(
        audits_access.answers_visible_to(viewer)
        .where(
            Response.return_id == action.return_id,
            Response.question_id == action.question_id,
            Response.number == AuditReturn.number,
        )
        .with_only_columns(Response.id)
    )
    return Origin(question or "", title or "", action.return_id if reads is not None else None)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

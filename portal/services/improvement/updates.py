"""Saying how an action goes: an update with its evidence, no change, complete, stopped, open again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.evidence import TITLE_LIMIT, link_fault
from portal.domain.improvement_rules import AFTER, WORDS_LIMIT, may_be_taken, missing
from portal.domain.improvement_vocabulary import ImprovementStatus, ImprovementStep
from portal.domain.labels import label
from portal.domain.months import Month
from portal.models.improvement import ImprovementAction
from portal.models.improvement_history import ImprovementEvidence
from portal.services.changes import LOST, Change, changing
from portal.services.improvement.actions import refresh_due
from portal.services.improvement.history import month_for, write_entry
from portal.services.improvement.leads import rows_of

_KEEPERS = frozenset({ImprovementStep.STOPPED, ImprovementStep.REOPENED})
"""Steps that whoever keeps the plan takes; the others are also its leads'."""

_VERBS = {
    ImprovementStep.UPDATED: "improvement_action.updated",
    ImprovementStep.NO_CHANGE: "improvement_action.unchanged",
    ImprovementStep.COMPLETED: "improvement_action.completed",
    ImprovementStep.STOPPED: "improvement_action.stopped",
    ImprovementStep.REOPENED: "improvement_action.reopened",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of an action; without a colour, or without evidence, both stay as they are."""

    step: ImprovementStep
    text: str
    rag: ActionRag | None = None
    evidence: str = ""
    link_title: str = ""
    link_url: str = ""
    month: Month | None = None
    """The month for which it is said, while that is not closed; else that of the day."""


def say(viewer: Viewer, action_id: int, said: Said, *, version: int) -> None:
    """Take one step with an action. Raises NotVisible, NotPermitted, Invalid by field, Conflict."""
    with changing(viewer) as change:
        put_word(change, action_id, said, version=version)


def put_word(change: Change, action_id: int, said: Said, *, version: int) -> None:
    """Take one step within a change; raises as `say`."""
    action, month = held_action(change, action_id, asked=said.month)
    viewer, session = change.viewer, change.session
    if action.version != version:
        raise Conflict(LOST, mine={"Yours": said.text.strip()}, theirs=in_words(action))
    _check_may(viewer, session, action, said.step)
    if not may_be_taken(said.step, action.status):
        raise Invalid(f"The action is {label(action.status).lower()} already.")
    _check_words(said, action)
    before = in_words(action)
    if said.rag is not None and said.step is ImprovementStep.UPDATED:
        action.rag = said.rag
    if said.step is ImprovementStep.COMPLETED:
        action.rag = ActionRag.GREEN
    if said.evidence.strip():
        action.evidence = said.evidence.strip()
    action.status = AFTER.get(said.step, action.status)
    refresh_due(session, action)
    # Two who say something at once are told of each other, also where neither changes a column.
    action.version += 1
    entry = write_entry(change, action, said.step, month, words=said.text, before=before, after=in_words(action))
    if said.link_url:
        session.flush()
        session.add(
            ImprovementEvidence(
                partnership_id=action.partnership_id,
                action_id=action.id,
                change_id=entry.id,
                title=said.link_title.strip() or said.link_url,
                url=said.link_url,
            )
        )
    change.log(_VERBS[said.step], "improvement_action", action.id)


def held_action(change: Change, action_id: int, *, asked: Month | None = None) -> tuple[ImprovementAction, Month]:
    """An action as it is now, locked, and the month for which a change of it counts; raises NotVisible."""
    viewer, session = change.viewer, change.session
    rows = access.visible_to(viewer).where(ImprovementAction.id == action_id)
    area_id = session.scalar(rows.with_only_columns(ImprovementAction.area_id))
    if area_id is None:
        raise NotVisible("There is no such action.")
    # Areas before actions, as whoever closes a month takes them.
    month = month_for(change, area_id, asked)
    locked = rows.with_for_update(key_share=True, of=ImprovementAction).execution_options(populate_existing=True)
    action: ImprovementAction | None = session.scalar(locked)
    if action is None:
        raise NotVisible("There is no such action.")
    return action, month


def check_visible(viewer: Viewer, action_id: int) -> None:
    """Answer for an action that is not the viewer's to see like for one that is not there; raises NotVisible."""
    rows = access.visible_to(viewer).where(ImprovementAction.id == action_id)
    if db.session.scalar(rows.with_only_columns(ImprovementAction.id)) is None:
        raise NotVisible("There is no such action.")


def in_words(action: ImprovementAction) -> dict[str, str]:
    """How an action stands, by what pages call it."""
    return {"State": label(action.status), "How it goes": label(action.rag), "What shows it": action.evidence}


def _check_may(viewer: Viewer, session: Session, action: ImprovementAction, step: ImprovementStep) -> None:
    if viewer.user_id is None:
        raise NotPermitted("Only a person can say how an action goes.")
    if step in _KEEPERS:
        allowed = access.may_keep(viewer, action)
    elif action.status is not ImprovementStatus.OPEN:
        # Whoever was at it when somebody else completed it is told so, rather than that it is not theirs.
        allowed = access.may_keep(viewer, action) or access.leads(viewer, rows_of(session, action.id))
    else:
        allowed = access.may_update(viewer, action, rows_of(session, action.id))
    if not allowed:
        raise NotPermitted("This step is not the viewer's to take.")


def _check_words(said: Said, action: ImprovementAction) -> None:
    errors = dict(missing(said.step, said.rag or action.rag, said.text, said.evidence, has_link=bool(said.link_url)))
    if said.link_url and (fault := link_fault(said.link_url)) is not None:
        errors["link_url"] = fault
    elif said.link_title and not said.link_url:
        errors["link_url"] = "Enter the link, or delete its name"
    if len(said.link_title) > TITLE_LIMIT:
        errors["link_title"] = f"Use {TITLE_LIMIT} characters or fewer"
    for name, text in (("text", said.text), ("evidence", said.evidence)):
        if len(text) > WORDS_LIMIT:
            errors[name] = f"Use {WORDS_LIMIT:,} characters or fewer"
    if errors:
        raise Invalid("Something is missing.", errors={name: [words] for name, words in errors.items()})

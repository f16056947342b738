"""What invented agencies promise after an audit, and how far they are with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.vocabulary import Role
from portal.domain.working_days import add_working_days
from portal.models.actions import Action
from portal.services.actions.adding import Promise, add_action, possible_owners, source_of
from portal.services.actions.progress import close_action, say_done, say_progress
from portal.services.demo.audits.cast import Cast
from portal.services.demo.audits.returns import question
from portal.services.demo.audits.texts import CHECKED


class Ends(Enum):
    """How far an action comes by the demonstration's day."""

    BEGUN = auto()
    SAID_DONE = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Planned:
    """An action: to which answer, what, from when to when (working days from the demonstration's day), how far."""

    question: str
    what: str
    added: int
    due: int
    ends: Ends = Ends.BEGUN
    said_on: int = 0
    said: str = ""
    """What its owner said of it on a day, or as it was done; empty where nobody has said anything."""
    by_manager: bool = False


def carry_out(cast: Cast, code: str, return_id: int, planned: Planned) -> None:
    """Plan an action's life."""
    lead, manager = cast.lead(code), cast.wide(Role.BUSINESS_MANAGER)

    def add(viewer: Viewer) -> None:
        question_id = question(return_id, planned.question).id
        owners = dict(possible_owners(source_of(viewer, return_id, question_id)))
        owner_id = cast.membership(lead, viewer.now)
        due_on = add_working_days(cast.today, planned.due)
        promise = Promise(planned.what, owner_id, owners[owner_id], due_on, ActionRag.AMBER)
        _follow(add_action(viewer, return_id, question_id, promise))

    def _follow(action_id: int) -> None:
        if not planned.said:
            return
        if planned.ends is Ends.BEGUN:
            cast.at(planned.said_on, lambda viewer: _say(viewer, action_id), lead, hour=12)
            return
        cast.at(planned.said_on, lambda viewer: _done(viewer, action_id), lead, hour=12)
        if planned.ends is Ends.CLOSED:
            cast.at(planned.said_on + 1, lambda viewer: _close(viewer, action_id), manager, hour=12)

    def _say(viewer: Viewer, action_id: int) -> None:
        say_progress(viewer, action_id, rag=ActionRag.AMBER, text=planned.said, version=_version(action_id))

    def _done(viewer: Viewer, action_id: int) -> None:
        say_done(viewer, action_id, evidence=planned.said, version=_version(action_id))

    def _close(viewer: Viewer, action_id: int) -> None:
        close_action(viewer, action_id, checked=CHECKED, version=_version(action_id))

    cast.at(planned.added, add, manager if planned.by_manager else lead, hour=17)


def _version(action_id: int) -> int:
    return db.session.scalars(select(Action.version).where(Action.id == action_id)).one()

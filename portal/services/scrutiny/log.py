"""Reading the log of challenges: the list, and one challenge with every step since it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case
from sqlalchemy.orm import joinedload

from portal.access import scrutiny as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.scrutiny_vocabulary import ScrutinyState, ScrutinyStep
from portal.models.people import User
from portal.models.scrutiny import ScrutinyChallenge, ScrutinyDraft, ScrutinyEntry
from portal.services.changes import Change
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.scrutiny.whom import names_of


@dataclass(frozen=True, slots=True)
class LogRow:
    """One challenge in the list."""

    id: int
    number: int
    title: str
    asked: str
    """Of whom, in words."""
    due_on: date
    state: ScrutinyState
    is_late: bool
    waits_for_me: bool
    """Whether the viewer is to reply."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of its history."""

    step: ScrutinyStep
    text: str
    due_on: date | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ChallengePage:
    """A challenge as the viewer may read it."""

    id: int
    version: int
    number: int
    title: str
    question: str
    asked: str
    due_on: date
    state: ScrutinyState
    round: int
    steps: tuple[Step, ...]
    """The newest first."""
    draft_saved_at: datetime | None
    """When a reply was begun, for those who were asked."""
    may_reply: bool
    may_change: bool
    may_ask_again: bool
    may_close: bool
    sees_log: bool

    def is_late(self, today: date) -> bool:
        """Whether a reply is overdue."""
        return self.state is ScrutinyState.OPEN and self.due_on < today


def list_challenges(viewer: Viewer, *, state: ScrutinyState | None = None, page: int = 1) -> Page[LogRow]:
    """The challenges that the viewer reads: those that wait first, the soonest due; by at most four queries."""
    rows = access.visible_to(viewer)
    if state is not None:
        rows = rows.where(ScrutinyChallenge.state == state)
    total = count(rows)
    number = page_number(page, total)
    order = case({ScrutinyState.OPEN: 0, ScrutinyState.REPLIED: 1}, value=ScrutinyChallenge.state, else_=2)
    found = db.session.scalars(
        rows.order_by(order, ScrutinyChallenge.due_on, ScrutinyChallenge.number)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()
    names = names_of(db.session(), found)
    listed = [
        LogRow(
            one.id,
            one.number,
            one.title,
            names[one.id],
            one.due_on,
            one.state,
            one.state is ScrutinyState.OPEN and one.due_on < viewer.today,
            access.may_reply(viewer, one),
        )
        for one in found
    ]
    return Page(listed, number, total)


def find_challenge(viewer: Viewer, challenge_id: int) -> ChallengePage:
    """One challenge with its history, by at most five queries. Raises NotVisible."""
    challenge = own_challenge(viewer, challenge_id)
    steps = db.session.scalars(
        access.entries_visible_to(viewer)
        .where(ScrutinyEntry.challenge_id == challenge_id)
        .options(joinedload(ScrutinyEntry.made_by).load_only(User.name))
        .order_by(ScrutinyEntry.id.desc())
    ).all()
    draft = None
    if access.is_asked(viewer, challenge):
        draft = db.session.scalar(access.drafts_visible_to(viewer).where(ScrutinyDraft.challenge_id == challenge_id))
    return ChallengePage(
        id=challenge.id,
        version=challenge.version,
        number=challenge.number,
        title=challenge.title,
        question=challenge.question,
        asked=names_of(db.session(), [challenge])[challenge.id],
        due_on=challenge.due_on,
        state=challenge.state,
        round=challenge.round,
        steps=tuple(
            Step(one.step, one.text, one.due_on, one.made_at, one.made_by.name if one.made_by else "") for one in steps
        ),
        draft_saved_at=draft.saved_at if draft else None,
        may_reply=access.may_reply(viewer, challenge),
        may_change=access.may_change(viewer, challenge),
        may_ask_again=access.may_ask_again(viewer, challenge),
        may_close=access.may_close(viewer, challenge),
        sees_log=access.sees_whole_log(viewer),
    )


def own_challenge(viewer: Viewer, challenge_id: int) -> ScrutinyChallenge:
    """A challenge's row; raises NotVisible."""
    found = db.session.scalar(access.visible_to(viewer).where(ScrutinyChallenge.id == challenge_id))
    if found is None:
        raise NotVisible("There is no such challenge.")
    return found


def challenge_to_change(change: Change, challenge_id: int) -> ScrutinyChallenge:
    """The same within a change, locked: whatever hangs on it is written by one at a time. Raises NotVisible."""
    found = change.session.scalar(
        access.visible_to(change.viewer)
        .where(ScrutinyChallenge.id == challenge_id)
        .with_for_update(of=ScrutinyChallenge)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotVisible("There is no such challenge.")
    return found

"""All of one person's Home, by at most sixteen queries however many memberships they have."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.services.home.audits import returns_to_answer
from portal.services.home.counted import counted
from portal.services.home.done import Done, done_by_agency
from portal.services.home.escalations import escalated
from portal.services.home.keepers import ComingMeeting, kept_by
from portal.services.home.midway import midway_checks
from portal.services.home.minutes import written_after
from portal.services.home.objections import objected
from portal.services.home.owed import next_meeting, owed_by_agencies
from portal.services.home.promised import promised
from portal.services.home.rounds import rounds_at_work
from portal.services.home.signing import returns_to_sign
from portal.services.home.tasks import Task, TaskKind
from portal.services.home.upkeep import looked_after
from portal.services.paging import PER_PAGE, page_number

MOST_TASKS = 10


@dataclass(frozen=True, slots=True)
class Home:
    """What stands on it: the tasks in their order, the next meetings, and what has been done."""

    tasks: tuple[Task, ...]
    """The most urgent, or one page of all of them."""
    page: int
    """The number of that page; 0 where these are the most urgent."""
    total: int
    """How many there are on all pages."""
    is_cut: bool
    """Whether an agency owes its meetings more than is read of them: the list of meetings has the rest."""
    answers_open: int
    """How many invitations wait for an answer: several can be answered on one page."""
    coming: tuple[ComingMeeting, ...]
    next: Task | None
    done: Done | None

    @property
    def has_more(self) -> bool:
        """Whether there is more to do than is listed."""
        return self.is_cut or self.total > len(self.tasks)


def home(viewer: Viewer, page: int | None = None) -> Home:
    """What the person must do under all their memberships: registers to close, then what is due soonest.

    The most urgent of it, or all of it where a page is asked for.
    """
    session: Session = db.session()
    owed = owed_by_agencies(session, viewer)
    kept = kept_by(session, viewer)
    tasks = sorted(
        [
            *owed.tasks,
            *kept.tasks,
            *objected(session, viewer),
            *written_after(session, viewer),
            *midway_checks(session, viewer),
            *counted(session, viewer),
            *looked_after(session, viewer),
            *promised(session, viewer),
            *escalated(session, viewer),
            *returns_to_answer(session, viewer),
            *returns_to_sign(session, viewer),
            *rounds_at_work(session, viewer),
        ],
        key=lambda task: task.place,
    )
    number = 0 if page is None else page_number(page, len(tasks))
    shown = tasks[:MOST_TASKS] if number == 0 else tasks[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Home(
        tasks=tuple(shown),
        page=number,
        total=len(tasks),
        is_cut=owed.has_more,
        answers_open=sum(task.kind is TaskKind.ANSWER for task in tasks),
        coming=tuple(kept.coming),
        next=None if tasks or kept.coming else next_meeting(session, viewer),
        done=done_by_agency(session, viewer),
    )

"""The page of a meeting that is not sure of its quorum, and asking again whoever it still needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.working_days import london_instant
from portal.models.meetings import Meeting
from portal.services.changes import changing
from portal.services.meetings.foreseen import Foreseen, Invited, foreseen_for
from portal.services.notices.quoracy import asking, told_since, whom_to_ask
from portal.services.notices.telling import Addressed, tell_all
from portal.services.notices.timing import office_day
from portal.services.quoracy.people import PersonToCall, people_to_call


@dataclass(frozen=True, slots=True)
class NeededAgency:
    """An agency that could still make a meeting quorate: whom to call there, and when it was last asked today."""

    invited: Invited
    people: tuple[PersonToCall, ...]
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuoracyPage:
    """What a meeting lacks and whom to call; `foreseen` is empty where nothing can be foreseen of it (any more)."""

    meeting_id: int
    foreseen: Foreseen | None
    needed: tuple[NeededAgency, ...]

    @property
    def can_ask(self) -> bool:
        """Whether somebody can be asked who was not asked today."""
        return any(one.asked_at is None and one.people for one in self.needed)


def quoracy_page(viewer: Viewer, meeting_id: int) -> QuoracyPage:
    """Whom a meeting that the viewer keeps still needs. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    _check(session, viewer, meeting_id)
    foreseen = foreseen_for(viewer, [meeting_id]).get(meeting_id)
    if foreseen is None:
        return QuoracyPage(meeting_id, None, ())
    asked = _asked_today(session, viewer, foreseen.needed)
    people = people_to_call(session, foreseen.partnership_id, foreseen.needed, viewer.today)
    needed = tuple(
        NeededAgency(part, people.get(part.invitation_id, ()), asked.get(part.invitation_id))
        for part in foreseen.needed
    )
    return QuoracyPage(meeting_id, foreseen, needed)


def ask_again(viewer: Viewer, meeting_id: int) -> int:
    """Ask the agencies that a meeting still needs, each once a day; returns how many agencies were asked.

    Raises NotVisible, NotPermitted.
    """
    session: Session = db.session()
    _check(session, viewer, meeting_id)
    foreseen = foreseen_for(viewer, [meeting_id]).get(meeting_id)
    if foreseen is None or not foreseen.needed:
        return 0
    asked = _asked_today(session, viewer, foreseen.needed)
    needed = [part for part in foreseen.needed if part.invitation_id not in asked]
    whom = whom_to_ask(session, foreseen.partnership_id, needed)
    day = office_day(session, foreseen.partnership_id, viewer.today)
    addressed: list[Addressed] = [
        (whom[part.invitation_id], asking(day, foreseen, part.invitation_id, again=viewer.today.isoformat()))
        for part in needed
        if whom[part.invitation_id]
    ]
    if not addressed:
        return 0
    with changing(viewer) as change:
        tell_all(change, foreseen.partnership_id, addressed)
        change.log("quoracy.asked", "meeting", meeting_id)
    return len(addressed)


def _check(session: Session, viewer: Viewer, meeting_id: int) -> None:
    if not viewer.may(Permission.REGISTER_KEEP):
        raise NotPermitted("Calling agencies to a meeting is not part of this role.")
    found = access.visible_to(viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    if session.scalar(found) is None:
        raise NotVisible("No such meeting.")


def _asked_today(session: Session, viewer: Viewer, needed: Collection[Invited]) -> Mapping[int, datetime]:
    """When each invitation's agency was last asked today, by hand or by a reminder."""
    since = london_instant(viewer.today, time.min)
    invitations = [part.invitation_id for part in needed]
    return told_since(session, since, NoticeKind.QUORACY_ASKED, "invitation", invitations)

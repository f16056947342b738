"""The worker's upkeep of people: leads are asked each quarter who still works there, unused accounts go to sleep."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from portal.access.viewer import LONDON, Viewer
from portal.database.session import db
from portal.domain.absences import confirmation_opens_on
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.periods import quarter_began
from portal.domain.vocabulary import AGENCY_ROLES, Role
from portal.models.absences import PeopleConfirmation
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services.changes import changing
from portal.services.invitations.seen import AlreadySo
from portal.services.notices.telling import Telling, tell
from portal.services.sleeping import WORKER, sleep_unused


def remind_and_sleep(now: datetime) -> int:
    """Do what is due at `now` (UTC), any number of workers at once; says how many things were done."""
    return _ask_leads(now) + sleep_unused(now)


def _ask_leads(now: datetime) -> int:
    today = now.astimezone(LONDON).date()
    if today < confirmation_opens_on(today):
        return 0
    session: Session = db.session()
    return sum(_ask(*row, now) for row in _not_asked(session, today))


def _place(today: date) -> int:
    """Which quarter, so that each is asked for once: the day on which it began."""
    return quarter_began(today).toordinal()


def _not_asked(session: Session, today: date) -> list[tuple[int, int, int]]:
    """Leads of agencies with other people, whom nobody has confirmed this quarter and who were not asked yet."""
    other = aliased(Membership)
    confirmed = exists().where(
        PeopleConfirmation.partnership_id == Membership.partnership_id,
        PeopleConfirmation.agency_id == Membership.agency_id,
        PeopleConfirmation.quarter_begins_on == quarter_began(today),
    )
    has_people = exists().where(
        other.partnership_id == Membership.partnership_id,
        other.agency_id == Membership.agency_id,
        other.role.in_(AGENCY_ROLES),
        other.ended_at.is_(None),
        other.user_id != Membership.user_id,
    )
    asked = exists().where(
        Notice.subject == "agency",
        Notice.subject_id == Membership.agency_id,
        Notice.membership_id == Membership.id,
        Notice.kind == NoticeKind.PEOPLE_TO_CONFIRM,
        Notice.place == _place(today),
    )
    rows = (
        select(Membership.partnership_id, Membership.agency_id, Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.role == Role.AGENCY_LEAD,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
            has_people.correlate(Membership),
            ~confirmed.correlate(Membership),
            ~asked.correlate(Membership),
        )
        .order_by(Membership.partnership_id, Membership.id)
    )
    return [(row.partnership_id, row.agency_id or 0, row.id) for row in session.execute(rows)]


def _ask(partnership_id: int, agency_id: int, lead_id: int, now: datetime) -> bool:
    viewer = Viewer.of_system(WORKER, now, partnership_id)
    told = Telling(NoticeKind.PEOPLE_TO_CONFIRM, "agency", agency_id, place=_place(viewer.today))
    try:
        with changing(viewer) as change:
            if not tell(change, partnership_id, [lead_id], told):
                raise AlreadySo
            change.log("people.asked_to_confirm", "membership", lead_id)
    except AlreadySo:
        return False
    return True

"""What does not wait for the day's mail: soon and due within a working day in office hours, urgent at any hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import or_, select

from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailKind, MailPlace, Urgency
from portal.domain.messages import at_once_until, goes_at_once, may_go_now
from portal.domain.working_days import london_day, london_instant
from portal.models.messages import Notice
from portal.models.people import User
from portal.services.batches import in_batches
from portal.services.changes import Change
from portal.services.mailing import mailing
from portal.services.mails.gathering import AT_A_TIME, hold, mail_change, put_into_mail, take
from portal.services.mails.offices import Offices, offices_on


def mail_at_once(now: datetime) -> int:
    """Make the mails that do not wait at `now` (UTC), for each person one with all of it; says how many."""
    if mailing() is None:
        return 0
    db.session.rollback()
    offices = offices_on(db.session(), london_day(now))
    made = 0
    for people in in_batches(_in_a_hurry(now, offices), AT_A_TIME):
        with writing() as session:
            made += _make(mail_change(session, now), people, offices)
    return made


def _in_a_hurry(now: datetime, offices: Offices) -> list[int]:
    """People who are to be told something at once, and may be disturbed for it now."""
    ends = london_instant(at_once_until(now) + timedelta(days=1), time.min)
    rows = db.session.execute(
        select(Notice.user_id, Notice.partnership_id, Notice.urgency)
        .join(User, User.id == Notice.user_id)
        .where(
            Notice.mail_place == MailPlace.WAITING,
            or_(Notice.urgency != Urgency.ROUTINE, Notice.due_at < ends),
            User.deactivated_at.is_(None),
            User.asleep_at.is_(None),
        )
        .distinct()
    )
    return sorted({row.user_id for row in rows if may_go_now(row.urgency, offices[row.partnership_id], now)})


def _make(change: Change, people: list[int], offices: Offices) -> int:
    session, now = change.session, change.viewer.now
    made = 0
    for user_id, waiting in take(change, hold(session, people), london_day(now)).items():
        hurried = [
            one
            for one in waiting
            if goes_at_once(one.urgency, one.due_at, now) and may_go_now(one.urgency, offices[one.partnership_id], now)
        ]
        if hurried:
            put_into_mail(session, user_id, f"at_once:{hurried[0].id}", MailKind.AT_ONCE, hurried, now)
            made += 1
    return made

"""The day's mail: one for each person, on a working day, from the hour they chose, with all that waits for them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailKind, MailPlace, MailState
from portal.domain.messages import digest_day, shared_office
from portal.domain.working_days import london_day, london_instant
from portal.models.messages import Mail, MessageChoice, Notice
from portal.models.people import User
from portal.services.batches import in_batches
from portal.services.changes import Change
from portal.services.mailing import mailing
from portal.services.mails.gathering import (
    AT_A_TIME,
    hold,
    mail_change,
    put_aside,
    put_into_mail,
    take,
    unmail,
    wish_of,
)
from portal.services.mails.offices import offices_on

_NOTICES = cast(Table, Notice.__table__)
_MAILS = cast(Table, Mail.__table__)


def make_digests(now: datetime) -> int:
    """Make the day's mails that are due at `now` (UTC); says how many.

    Where nobody sends mails, what waits is left to the inbox, so that the first day with a mail server does not tell
    people all that has been since the portal began.
    """
    with writing() as session:
        if mailing() is None:
            _leave_to_inbox(session)
            return 0
        put_aside(session)
    made = 0
    for people in in_batches(_due(now), AT_A_TIME):
        with writing() as session:
            made += _make(mail_change(session, now), people)
    return made


def digest_key(user_id: int, day: date) -> str:
    """What makes it one a day for each person; the day is London's."""
    return f"digest:{user_id}:{day.isoformat()}"


def _due(now: datetime) -> list[int]:
    """People for whom something waits, whose hour has come, and who have had none today."""
    session = db.session()
    session.rollback()
    offices = offices_on(session, london_day(now))
    rows = session.execute(
        select(Notice.user_id, Notice.partnership_id, MessageChoice.digest_hour)
        .join(User, User.id == Notice.user_id)
        .outerjoin(MessageChoice, MessageChoice.user_id == Notice.user_id)
        .where(
            Notice.mail_place == MailPlace.WAITING,
            User.deactivated_at.is_(None),
            User.asleep_at.is_(None),
            ~exists().where(Mail.user_id == Notice.user_id, _is_todays(london_day(now))),
        )
        .distinct()
    ).all()
    hours: dict[int, int] = {}
    places: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        hours[row.user_id] = wish_of(row.digest_hour, None, None).digest_hour
        places[row.user_id].append(row.partnership_id)
    return [
        user_id
        for user_id, hour in sorted(hours.items())
        if digest_day(now, hour, shared_office(offices[place] for place in sorted(places[user_id])))
    ]


def _make(change: Change, people: list[int]) -> int:
    session, now = change.session, change.viewer.now
    today = london_day(now)
    held = hold(session, people)
    had_one = set(session.scalars(select(Mail.user_id).where(Mail.user_id.in_(held), _is_todays(today))))
    tried = _give_up_older(session, [user_id for user_id in held if user_id not in had_one], now)
    made = 0
    for user_id, waiting in take(change, sorted(tried), today).items():
        if waiting:
            key = digest_key(user_id, today)
            put_into_mail(session, user_id, key, MailKind.DIGEST, waiting, now, tried=tried[user_id])
            made += 1
    return made


def _give_up_older(session: Session, held: list[int], now: datetime) -> dict[int, int]:
    """Drop digests of earlier days that have not gone, whose notices then go with today's.

    Gives how often they were tried, for today's to go on counting from; whose older one is on its way at this moment
    is left out, and gets what waits tomorrow.
    """
    tried = dict.fromkeys(held, 0)
    older = session.execute(
        select(Mail.id, Mail.user_id, Mail.attempts, Mail.claimed_until)
        .where(Mail.user_id.in_(held), Mail.kind == MailKind.DIGEST, Mail.state == MailState.QUEUED)
        .with_for_update()
    ).all()
    for row in older:
        if row.claimed_until is not None and row.claimed_until > now:
            tried.pop(row.user_id, None)
    given_up = [row for row in older if row.user_id in tried]
    if given_up:
        ids = [row.id for row in given_up]
        unmail(session, ids)
        session.execute(update(_MAILS).where(_MAILS.c.id.in_(ids)).values(state=MailState.DROPPED, claimed_until=None))
        tried |= {row.user_id: row.attempts for row in given_up}
    return tried


def _is_todays(today: date) -> ColumnElement[Any]:
    """Whether a mail is a digest that was made or sent on this London day."""
    midnight = london_instant(today, time.min)
    return (Mail.kind == MailKind.DIGEST) & or_(Mail.made_at >= midnight, Mail.sent_at >= midnight)


def _leave_to_inbox(session: Session) -> None:
    session.execute(
        update(_NOTICES).where(_NOTICES.c.mail_place == MailPlace.WAITING).values(mail_place=MailPlace.INBOX_ONLY)
    )

"""Steps of the tests of mails: telling people something, mails as rows, and moments of London's week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import delete, select

from portal.access.viewer import Hat
from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailPlace, NoticeKind, Urgency
from portal.domain.working_days import london_instant
from portal.models.messages import Mail, MessageChoice, Notice
from tests.world import NOW, Person

NEVER_DONE = "nothing"
"""A subject that no rule calls done."""

_numbers = count(1)


def forget_all() -> None:
    """Let nobody have been told anything."""
    with writing() as session:
        session.execute(delete(Notice))
        session.execute(delete(Mail))


def at(day: date, clock: str = "10:00") -> datetime:
    """An instant by London's clocks."""
    return london_instant(day, time.fromisoformat(clock))


def notify_of(
    person: Person, kind: NoticeKind = NoticeKind.ACTION_GIVEN, *, hat: Hat | None = None, **more: Any
) -> int:
    """Tell somebody something; gives the notice's id."""
    hat = hat or person.hat
    number = next(_numbers)
    facts: dict[str, Any] = {
        "partnership_id": hat.partnership_id,
        "membership_id": hat.membership_id,
        "user_id": person.user_id,
        "key": f"tests:{number}",
        "kind": kind,
        "subject": NEVER_DONE,
        "subject_id": number,
        "place": 0,
        "what": "ZQ-NEVER-IN-A-MAIL-QZ",
        "urgency": Urgency.ROUTINE,
        "made_at": NOW,
        "mail_place": MailPlace.WAITING,
        **more,
    }
    with writing() as session:
        notice = Notice(**facts)
        session.add(notice)
        session.flush()
        return notice.id


def choose(person: Person, *, hour: int = 8, wants: bool = True, muted: Sequence[NoticeKind] = ()) -> None:
    """Choose for somebody how they get their mails."""
    with writing() as session:
        row = MessageChoice(
            user_id=person.user_id, digest_hour=hour, wants_digest=wants, muted=[kind.value for kind in muted]
        )
        session.add(row)


def place_of(notice_id: int) -> MailPlace:
    """Where a notice is now."""
    db.session.rollback()
    return db.session.scalars(select(Notice.mail_place).where(Notice.id == notice_id)).one()


def mails(person: Person | None = None) -> list[Mail]:
    """The mails there are, the oldest first."""
    db.session.rollback()
    db.session.expire_all()
    rows = select(Mail).order_by(Mail.id)
    return list(db.session.scalars(rows if person is None else rows.where(Mail.user_id == person.user_id)))

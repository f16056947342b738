"""Notices and mails as the portal would have made them, for the tests of what people see of them."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy import delete

from portal.access.viewer import Hat
from portal.database.session import writing
from portal.domain.message_vocabulary import MailKind, MailPlace, MailState, NoticeKind, Urgency
from portal.models.messages import Mail, Notice, WorkerBeat
from tests.world import NOW

_numbers = count(1)


def tell_nobody_anything() -> None:
    """Take away what the world's people were told already, for tests that count."""
    with writing() as session:
        for model in (Notice, Mail, WorkerBeat):
            session.execute(delete(model))


def give(hat: Hat, user_id: int, **facts: Any) -> int:
    """Tell somebody something under one of their memberships; gives back the notice's id."""
    number = next(_numbers)
    values = {
        "kind": NoticeKind.INVITATION,
        "subject": "invitation",
        "subject_id": number,
        "place": 0,
        "what": "",
        "urgency": Urgency.ROUTINE,
        "made_at": NOW,
        "mail_place": MailPlace.WAITING,
        **facts,
    }
    with writing() as session:
        notice = Notice(
            partnership_id=hat.partnership_id,
            membership_id=hat.membership_id,
            user_id=user_id,
            key=f"given:{number}",
            **values,
        )
        session.add(notice)
        session.flush()
        return notice.id


def mail_to(user_id: int, **facts: Any) -> int:
    """Put a mail to somebody into the queue; gives back its id."""
    values = {
        "kind": MailKind.DIGEST,
        "state": MailState.QUEUED,
        "attempts": 0,
        "made_at": NOW,
        "next_attempt_at": NOW,
        **facts,
    }
    with writing() as session:
        mail = Mail(user_id=user_id, key=f"mailed:{next(_numbers)}", **values)
        session.add(mail)
        session.flush()
        return mail.id


def beat(work: str, **facts: Any) -> None:
    """Say when some work was last done."""
    with writing() as session:
        session.add(WorkerBeat(work=work, **{"last_run_at": NOW, "last_done": 0, **facts}))

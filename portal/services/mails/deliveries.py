"""Asking what became of mails that were handed on: one that came back counts as failed, however gladly it was taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, select, update

from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailState
from portal.gateways.mail import AnswersLater, Delivery, TryAgain
from portal.models.messages import Mail
from portal.services.mailing import mailing
from portal.services.mails.failures import fail
from portal.services.mails.gathering import mail_change
from portal.services.mails.letters import MailFacts
from portal.services.mails.sending import put_off

ASKED_FOR = timedelta(days=4)
"""GOV.UK Notify gives a mailbox that is full three days."""

_ASKED_AGAIN = timedelta(hours=1)
_AT_A_TIME = 50
_MAILS = cast(Table, Mail.__table__)
BOUNCED = "the mail came back"
LOST = "the mail was lost on its way"


def ask_deliveries(now: datetime) -> int:
    """Ask after mails that were handed on some time before `now` (UTC); says how many are settled."""
    sending = mailing()
    if sending is None or not isinstance(sending.sender, AnswersLater):
        return 0
    db.session.rollback()
    rows = db.session.execute(
        select(
            *(_MAILS.c.id, _MAILS.c.key, _MAILS.c.kind, _MAILS.c.user_id, _MAILS.c.joining_link_id, _MAILS.c.made_at),
            *(_MAILS.c.attempts, _MAILS.c.sent_at, _MAILS.c.delivery_reference),
        )
        .where(_MAILS.c.delivery_reference.is_not(None), _MAILS.c.next_attempt_at <= now)
        .order_by(_MAILS.c.next_attempt_at)
        .limit(_AT_A_TIME)
    ).all()
    db.session.rollback()
    settled = 0
    for *facts, attempts, sent_at, reference in rows:
        try:
            delivery = sending.sender.delivery(reference)
        except TryAgain:
            # It is not answering anybody: the rest is asked after in the next run.
            break
        settled += _settle(MailFacts(*facts), attempts, sent_at, reference, delivery, now)
    return settled


def _settle(
    mail: MailFacts, attempts: int, sent_at: datetime, reference: str, delivery: Delivery, now: datetime
) -> bool:
    still = (_MAILS.c.state == MailState.SENT) & (_MAILS.c.delivery_reference == reference)
    with writing() as session:
        change = mail_change(session, now)
        if delivery is Delivery.BOUNCED:
            return fail(change, mail.id, mail.user_id, BOUNCED, still)
        if delivery is Delivery.LOST:
            put_off(change, mail, attempts, LOST, still)
            return True
        is_over = delivery is Delivery.DELIVERED or sent_at < now - ASKED_FOR
        session.execute(
            update(_MAILS)
            .where(_MAILS.c.id == mail.id, still)
            .values(delivery_reference=None if is_over else reference, next_attempt_at=now + _ASKED_AGAIN)
        )
        return is_over

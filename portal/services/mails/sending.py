"""Mails that wait are claimed, sent outside every transaction, and marked: at least once, and in effect once.

A worker that dies while it sends leaves its claim behind, which ends by itself; the mail then goes again under the
same Message-ID, so that mail programs show it once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from time import monotonic
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, or_, select, update

from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailKind, MailState
from portal.domain.messages import next_attempt
from portal.gateways.mail import AnswersLater, ForGood, Letter, TryAgain, Undelivered
from portal.models.messages import Mail
from portal.services.changes import Change
from portal.services.mailing import Mailing, mailing
from portal.services.mails.failures import LONGEST_FAULT, fail
from portal.services.mails.gathering import freshen, mail_change
from portal.services.mails.letters import MailFacts, NotYet, letter_of

LEASE = timedelta(minutes=2)
"""How long a worker has a mail that it took: longer than any conversation with a mail server."""

FRESH = timedelta(minutes=5)
"""A mail older than this is looked through again: what it asks for may have been done."""

ASKED_AFTER = timedelta(minutes=10)
_RUN = timedelta(minutes=1)
_IN_A_ROW = 3
"""Failures after which a run ends: a server that is away should not cost every mail one of its attempts."""

_MAILS = cast(Table, Mail.__table__)
Clock = Callable[[], datetime]


class Outcome(Enum):
    """What came of one attempt; OVER is for what was settled without a mail, or will be later."""

    SENT = auto()
    NOT_NOW = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this worker has, and which attempt at it this is."""

    facts: MailFacts
    attempts: int


def send_mails(now: datetime) -> int:
    """Send what is due from `now` (UTC) on, for about a minute; says how many were taken by the mail server."""
    sending = mailing()
    if sending is None:
        return 0
    clock = _ticking(now)
    sent = failed = 0
    while failed < _IN_A_ROW and clock() < now + _RUN and (mail := claim(clock())) is not None:
        try:
            outcome = _attempt(sending, mail, clock)
        except Exception as fault:
            # A fault of ours in one mail must not keep it at the head of the queue.
            _not_taken(mail, TryAgain(f"it could not be written ({type(fault).__name__})"), clock())
            raise
        sent += outcome is Outcome.SENT
        failed = failed + 1 if outcome is Outcome.NOT_NOW else 0
    return sent


def claim(now: datetime) -> Claimed | None:
    """Take the mail that has been due longest, for LEASE; None where none is due that nobody has."""
    due = (_MAILS.c.state == MailState.QUEUED) & (_MAILS.c.next_attempt_at <= now)
    free = due & or_(_MAILS.c.claimed_until.is_(None), _MAILS.c.claimed_until <= now)
    db.session.rollback()
    # Without a turn at writing where there is nothing to do, which is most of the time.
    if db.session.scalar(select(_MAILS.c.id).where(free).limit(1)) is None:
        return None
    with writing() as session:
        row = session.execute(
            select(
                *(_MAILS.c.id, _MAILS.c.key, _MAILS.c.kind, _MAILS.c.user_id, _MAILS.c.joining_link_id),
                *(_MAILS.c.made_at, _MAILS.c.attempts),
            )
            .where(free)
            .order_by(_MAILS.c.next_attempt_at, _MAILS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        session.execute(
            update(_MAILS).where(_MAILS.c.id == row.id).values(claimed_until=now + LEASE, attempts=row.attempts + 1)
        )
    *facts, attempts = row
    return Claimed(MailFacts(*facts), attempts + 1)


def _attempt(sending: Mailing, mail: Claimed, clock: Clock) -> Outcome:
    now, facts = clock(), mail.facts
    if facts.kind not in (MailKind.ACCOUNT, MailKind.RETURN_LINK, MailKind.FEEDBACK) and now - facts.made_at > FRESH:
        with writing() as session:
            freshen(mail_change(session, now), facts.user_id, facts.id)
    letter = letter_of(sending, facts, now)
    if letter is None:
        _mark(mail, state=MailState.DROPPED, claimed_until=None)
        return Outcome.OVER
    if isinstance(letter, NotYet):
        _mark(mail, next_attempt_at=letter.until, claimed_until=None, attempts=mail.attempts - 1)
        return Outcome.OVER
    return _hand_on(sending, mail, letter, clock)


def _hand_on(sending: Mailing, mail: Claimed, letter: Letter, clock: Clock) -> Outcome:
    # So that no transaction is open while the mail server takes its time.
    db.session.rollback()
    try:
        reference = sending.sender.send(letter, is_repeat=mail.attempts > 1)
    except Undelivered as fault:
        _not_taken(mail, fault, clock())
        return Outcome.OVER if isinstance(fault, ForGood) else Outcome.NOT_NOW
    now = clock()
    asks = reference is not None and isinstance(sending.sender, AnswersLater)
    with writing() as session:
        session.execute(
            update(_MAILS)
            .where(_MAILS.c.id == mail.facts.id, _MAILS.c.state == MailState.QUEUED)
            .values(
                state=MailState.SENT,
                sent_at=now,
                claimed_until=None,
                fault=None,
                delivery_reference=reference if asks else None,
                next_attempt_at=now + ASKED_AFTER,
            )
        )
    return Outcome.SENT


def _not_taken(mail: Claimed, fault: Undelivered, now: datetime) -> None:
    with writing() as session:
        change = mail_change(session, now)
        if isinstance(fault, ForGood):
            fail(change, mail.facts.id, mail.facts.user_id, fault.detail, _still_mine(mail))
        else:
            put_off(change, mail.facts, mail.attempts, fault.detail, _still_mine(mail))


def put_off(change: Change, mail: MailFacts, attempts: int, fault: str, *still: ColumnElement[bool]) -> None:
    """Have a mail tried again later, and not at all after its last attempt."""
    later = next_attempt(attempts, change.viewer.now)
    if later is None:
        fail(change, mail.id, mail.user_id, fault, *still)
        return
    change.session.execute(
        update(_MAILS)
        .where(_MAILS.c.id == mail.id, *still)
        .values(
            state=MailState.QUEUED,
            next_attempt_at=later,
            claimed_until=None,
            delivery_reference=None,
            fault=fault[:LONGEST_FAULT],
        )
    )


def _mark(mail: Claimed, **values: Any) -> None:
    with writing() as session:
        session.execute(update(_MAILS).where(_still_mine(mail)).values(**values))


def _still_mine(mail: Claimed) -> ColumnElement[bool]:
    """Whether no other worker has taken it since: each claim counts one attempt more."""
    return and_(_MAILS.c.id == mail.facts.id, _MAILS.c.state == MailState.QUEUED, _MAILS.c.attempts == mail.attempts)


def _ticking(now: datetime) -> Clock:
    """A clock that began at `now` and goes on: mail servers take their time, and claims are by the clock."""
    begun = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - begun)

"""Four workers that are killed at random points: every mail arrives, and none twice in effect."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.message_vocabulary import MailPlace, MailState, NoticeKind, Urgency
from portal.models.messages import Mail, Notice
from portal.services.mails.sending import LEASE, send_mails
from portal.services.worker import WORKS, run_due
from tests.mail_server import MailServer
from tests.services.mail_steps import forget_all, notify_of
from tests.world import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")

WORKERS, KILLS, PATIENCE = 4, 10, 60.0
ROUND = LEASE + timedelta(seconds=1)
"""Each worker of a later round lives in a later time, when the claims of those before have ended."""

MAILING = tuple(work for work in WORKS if work.name in ("digests", "at_once", "sending"))


@pytest.fixture
def told(world, mail_server: MailServer) -> dict[int, int]:
    """Fourteen people of A are told two routine things and one urgent one; gives each notice's person."""
    forget_all()
    people = [person for key, person in world.people.items() if key.startswith("a.") and person.active][:14]
    found = {}
    for person in people:
        for urgency in (Urgency.ROUTINE, Urgency.ROUTINE, Urgency.URGENT):
            found[notify_of(person, NoticeKind.ESCALATION_CLOSED, urgency=urgency)] = person.user_id
    return found


def work_on(number: int) -> None:
    """Do what is due without end, each time a little later."""
    for step in range(1_000_000):
        run_due(NOW + number * ROUND + timedelta(milliseconds=step), MAILING, whatever_the_time=True)


def begin(number: int) -> int:
    """Fork a worker."""
    child = os.fork()
    if child == 0:
        # Whatever happens here, pytest must not go on in five processes.
        try:
            work_on(number)
        finally:
            os._exit(1)
    return child


def kill(child: int) -> None:
    """End a worker as the system does when it has no memory left."""
    os.kill(child, signal.SIGKILL)
    _child, outcome = os.waitpid(child, 0)
    assert os.WTERMSIG(outcome) == signal.SIGKILL


def test_no_mail_is_lost_and_none_comes_twice(app, told, mail_server: MailServer):
    chance = Random(4)
    db.session.remove()
    db.engine.dispose()
    workers = [begin(number) for number in range(WORKERS)]
    try:
        for number in range(WORKERS, WORKERS + KILLS):
            mail_server.arrived.wait(PATIENCE)
            mail_server.arrived.clear()
            # At whatever point of its work the next few milliseconds bring it to.
            time.sleep(chance.random() / 50)
            kill(workers.pop(0))
            workers.append(begin(number))
    finally:
        for child in workers:
            kill(child)
    # What the dead had taken is free again by then; one worker more does what is left.
    later = NOW + (WORKERS + KILLS) * ROUND + LEASE
    for hours in range(3):
        run_due(later + timedelta(hours=hours), MAILING, whatever_the_time=True)
        send_mails(later + timedelta(hours=hours, minutes=1))
    db.session.rollback()
    made = {mail.id: mail for mail in db.session.scalars(select(Mail))}
    assert {mail.state for mail in made.values()} == {MailState.SENT}
    notices = list(db.session.scalars(select(Notice).where(Notice.id.in_(told))))
    assert {notice.mail_place for notice in notices} == {MailPlace.MAILED}
    assert all(made[notice.mail_id].user_id == told[notice.id] for notice in notices)
    digests = Counter(mail.user_id for mail in made.values() if mail.kind == "digest")
    assert set(digests.values()) == {1}
    # Each mail that was made has arrived, and what arrived more than once is the same mail to whoever reads it.
    arrived = {letter.message_id for letter in mail_server.letters}
    assert len(arrived) == len(made)
    texts = {(letter.message_id, letter.to, letter.text) for letter in mail_server.letters}
    assert len(texts) == len(arrived)

"""Weeks of mails in fast time, over Christmas and both changes of the clocks: one routine a day, in office hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from portal.domain.ladder_rules import OfficeHours
from portal.domain.message_vocabulary import MailKind, MailState, NoticeKind, Urgency
from portal.domain.working_days import is_working_day, london_day
from portal.gateways.mail import Letter, TryAgain
from portal.services.worker import WORKS, run_due
from tests.services.mail_steps import at, choose, forget_all, mails, notify_of
from tests.world import NOW

DAYS = 9
MAILING = tuple(work for work in WORKS if work.name in ("digests", "at_once", "sending"))


@dataclass
class Moody:
    """A sender that is away one time in five, and notes what it takes and when."""

    chance: Random
    taken: list[Letter] = field(default_factory=list)
    name: str = "tests"

    def send(self, letter: Letter, *, is_repeat: bool) -> None:
        """Take a letter, or not."""
        if self.chance.random() < 0.2:
            raise TryAgain("not now")
        self.taken.append(letter)

    def fault(self) -> None:
        """It says of itself that it is well."""


def work(now: datetime) -> None:
    """Do all that is due, without a fault."""
    assert [one.fault for one in run_due(now, MAILING, whatever_the_time=True)] == [None] * len(MAILING)


@pytest.mark.parametrize("first", [datetime(2026, 12, 23), datetime(2027, 3, 24), datetime(2026, 10, 21)])  # noqa: DTZ001
def test_nobody_gets_two_digests_a_day_or_anything_routine_out_of_hours(world, use_mailing, first):
    forget_all()
    chance = Random(first.month)
    sender = Moody(chance)
    use_mailing(sender)
    people = [world.person(key) for key in ("a.gp.practitioner", "a.gp.lead", "both")]
    choose(people[0], hour=11)
    choose(people[1], hour=23)
    now = at(first.date(), "00:30")
    while london_day(now) < (first + timedelta(days=DAYS)).date():
        for person in people:
            if chance.random() < 0.4:
                urgency = chance.choices(list(Urgency), [8, 2, 1])[0]
                due = chance.choice([None, now + timedelta(days=chance.randrange(9))])
                notify_of(person, NoticeKind.ESCALATION_CLOSED, urgency=urgency, due_at=due, made_at=now)
        work(now)
        now += timedelta(minutes=chance.choice([50, 180, 300, 400]))
    sent = [mail for mail in mails() if mail.state is MailState.SENT]
    assert len(sent) == len(sender.taken) == len({letter.message_id for letter in sender.taken})
    digests = [mail for mail in sent if mail.kind is MailKind.DIGEST]
    days = Counter((mail.user_id, london_day(mail.sent_at)) for mail in digests)
    assert set(days.values()) == {1}
    office = OfficeHours()
    assert all(office.is_open(mail.sent_at) for mail in digests)
    working = [day for day in (first.date() + timedelta(days=n) for n in range(DAYS)) if is_working_day(day)]
    assert {day for _person, day in days} <= set(working)
    assert len({day for _person, day in days}) > len(working) / 2
    for letter in sender.taken:
        assert office.is_open(letter.at) or ": urgent, " in letter.subject
    assert any(not office.is_open(letter.at) for letter in sender.taken), "what is urgent went out of hours"
    assert {mail.state for mail in mails()} <= {MailState.SENT, MailState.DROPPED, MailState.QUEUED}


def test_a_month_without_a_worker_ends_in_one_mail(world, use_mailing):
    forget_all()
    sender = Moody(Random(99))
    use_mailing(sender)
    person = world.person("a.chair")
    for day in range(28):
        notify_of(person, NoticeKind.ESCALATION_CLOSED, made_at=NOW + timedelta(days=day))
    for minutes in range(0, 60, 5):
        work(NOW + timedelta(days=28, minutes=minutes))
    [mail] = mails(person)
    assert (mail.kind, mail.state) == (MailKind.DIGEST, MailState.SENT)
    [letter] = sender.taken
    assert "28 things to know" in letter.subject

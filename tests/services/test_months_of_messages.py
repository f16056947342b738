"""Three months of life in fast time, with a real mail server: what reaches people, when, and what never does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.escalation_vocabulary import EscalationStatus, ProposalStatus, Turn
from portal.domain.message_vocabulary import MailKind, MailPlace, NoticeKind, Urgency
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import MeetingStatus
from portal.domain.working_days import add_working_days, is_working_day, london_day, london_instant, london_time
from portal.models.cases import Case, Child
from portal.models.consultations import Consultation
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Mail, Notice
from portal.services.mailing import mailing
from portal.services.worker import run_due
from tests.mail_server import MailServer, Received
from tests.services.months_of_life import Life, days
from tests.world import TODAY, World

THREE_MONTHS, A_FORTNIGHT = 92, 14
"""A fortnight on the second database: its clocks and locks are met by then, and the rest is the same code."""
SEED = 4
OPENS, CLOSES = time(8), time(17)
AT_WORK = (time(8, 5), time(13))
EARLY, EVENING = time(7, 30), time(19, 30)
DAY_OFF = (time(10),)
A_FEW, MANY = 100, 300
MAY_STAND = ("agency", "partnership", "person", "person's address")
"""Markers of a mail's own agency and addressee; other people's names are looked for apart."""
STAGES = {
    NoticeKind.ESCALATION_RAISED,
    NoticeKind.ESCALATION_STAGE,
    NoticeKind.ALERT_RAISED,
    NoticeKind.ALERT_STAGE,
}


@dataclass(frozen=True)
class Arrived:
    """A mail as it came in, when, and what of the database it was made of."""

    at: datetime
    letter: Received
    kind: MailKind
    notices: tuple[tuple[NoticeKind, Urgency, datetime | None], ...]

    @property
    def is_urgent(self) -> bool:
        """Whether anything in it may disturb people at night."""
        return any(urgency is Urgency.URGENT for _kind, urgency, _due in self.notices)


@dataclass
class Months:
    """What was received, and what was asked of people who had done it already."""

    life: Life
    server: MailServer
    arrived: list[Arrived] = field(default_factory=list)
    asked_in_vain: list[str] = field(default_factory=list)
    _mails: dict[str, tuple[int, MailKind]] = field(default_factory=dict)

    def live(self, first: date, number: int) -> None:
        """Day after day, with the worker's rounds between what people do."""
        for day in days(first, number):
            is_working = is_working_day(day)
            for clock in moments_of(day):
                now = london_instant(day, clock)
                if is_working and day.weekday() == 0 and clock == AT_WORK[0]:
                    self.life.monday(now)
                if is_working and clock in AT_WORK:
                    self.life.working_hour(now)
                elif clock == EVENING:
                    self.life.evening(now)
                self.work(now)

    def work(self, now: datetime) -> None:
        """One round of the worker, and what came of it."""
        before = len(self.server.letters)
        faults = [done for done in run_due(now, whatever_the_time=True) if done.fault]
        assert faults == [], f"{now}: {faults}"
        for letter in self.server.letters[before:]:
            self._keep(letter, now)
        db.session.rollback()

    def _keep(self, letter: Received, now: datetime) -> None:
        if letter.message_id not in self._mails:
            sending = mailing()
            assert sending is not None
            for mail_id, key, kind in db.session.execute(select(Mail.id, Mail.key, Mail.kind)):
                self._mails[sending.message_id(key)] = (mail_id, kind)
        mail_id, kind = self._mails[letter.message_id]
        notices = db.session.scalars(
            select(Notice).where(
                Notice.mail_id == mail_id, Notice.mail_place == MailPlace.MAILED, Notice.settled_at.is_(None)
            )
        ).all()
        self.arrived.append(Arrived(now, letter, kind, tuple((one.kind, one.urgency, one.due_at) for one in notices)))
        self.asked_in_vain += [
            f"{now:%d %B %H:%M} {', '.join(letter.to)}: {one.kind} of {one.subject} {one.subject_id}"
            for one in notices
            if is_done(one)
        ]


def moments_of(day: date) -> tuple[time, ...]:
    """When the worker looks: before the office opens or after it closes, in turn, and within; on days off once."""
    if not is_working_day(day):
        return DAY_OFF
    return (EARLY, AT_WORK[0]) if day.toordinal() % 2 else (*AT_WORK, EVENING)


def is_done(notice: Notice) -> bool:
    """Whether what a notice asks for has been done, looked up by hand and not as the portal does."""
    kind, subject_id = notice.kind, notice.subject_id
    if kind is NoticeKind.PROPOSALS and notice.subject == "meeting":
        states = db.session.scalars(
            select(EscalationProposal.status).where(EscalationProposal.meeting_id == subject_id)
        ).all()
        return ProposalStatus.OPEN not in states
    if kind in STAGES:
        matter = db.session.get_one(Escalation, subject_id)
        stands = matter.status is EscalationStatus.OPEN and matter.stage == notice.place
        return not (stands and matter.turn is Turn.RAISED_WITH)
    if kind is NoticeKind.ESCALATION_DUE:
        return db.session.get_one(Escalation, subject_id).status is not EscalationStatus.OPEN
    if kind is NoticeKind.REGISTER_TO_CLOSE:
        return db.session.get_one(Meeting, subject_id).register_closed_at is not None
    if kind is NoticeKind.CONSULTATION_RECORDED:
        return db.session.get_one(Consultation, notice.place).state is not ConsultationState.WAITING
    if notice.subject != "invitation":
        return False
    one = db.session.get_one(Invitation, subject_id)
    if db.session.get_one(Meeting, one.meeting_id).status is MeetingStatus.CANCELLED:
        return True
    return {
        NoticeKind.INVITATION: one.answer is not None,
        NoticeKind.REPORT_DUE: one.report_received_on is not None,
        NoticeKind.ATTENDANCE_TO_SAY: (one.declared_attendance or one.confirmed_attendance) is not None,
    }.get(kind, False)


@pytest.fixture
def months(world: World, mail_server: MailServer) -> Callable[[int], Months]:
    """Live so many days from the world's day on."""

    def live(number: int) -> Months:
        found = Months(Life(world, SEED), mail_server)
        found.live(TODAY, number)
        return found

    return live


def test_months_of_messages(world: World, months: Callable[[int], Months], databases) -> None:
    is_long = databases.backend == "sqlite"
    lived = months(THREE_MONTHS if is_long else A_FORTNIGHT)
    if is_long:
        assert_it_was_a_life(lived)
    assert len(lived.arrived) > A_FEW
    assert_one_routine_mail_a_day(lived)
    assert_nothing_routine_out_of_hours(lived)
    assert lived.asked_in_vain == []
    assert_nothing_leaks(world, lived)
    repeated = [one for one, times in Counter(each.letter.message_id for each in lived.arrived).items() if times > 1]
    assert repeated == []


def assert_it_was_a_life(lived: Months) -> None:
    """Enough has happened for the rest to mean something."""
    kinds = {kind for one in lived.arrived for kind, _urgency, _due in one.notices}
    assert kinds >= {
        *(NoticeKind.INVITATION, NoticeKind.REPORT_DUE, NoticeKind.ATTENDANCE_TO_SAY, NoticeKind.REGISTER_TO_CLOSE),
        *(NoticeKind.ESCALATION_RAISED, NoticeKind.ESCALATION_STAGE, NoticeKind.ESCALATION_REPLY),
        *(NoticeKind.ESCALATION_DUE, NoticeKind.ESCALATION_CLOSED),
        *(NoticeKind.BUNDLE_CUT, NoticeKind.CONSULTATION_RECORDED),
        *(NoticeKind.REPORT_WITHDRAWN, NoticeKind.WITHDRAWAL_LISTED),
    }
    assert {one.kind for one in lived.arrived} >= {MailKind.DIGEST, MailKind.AT_ONCE, MailKind.RETURN_LINK}
    assert len({one.letter.to for one in lived.arrived}) > 20
    assert any(not is_open(one.at) for one in lived.arrived), "nothing urgent came in the evening"


def is_open(at: datetime) -> bool:
    """Whether people are at work, by London's clocks."""
    here = london_time(at)
    return is_working_day(here.date()) and OPENS <= here.time() < CLOSES


def assert_one_routine_mail_a_day(lived: Months) -> None:
    """One digest a London day; and what came beside it could not wait until the next."""
    digests = Counter((one.letter.to, london_day(one.at)) for one in lived.arrived if one.kind is MailKind.DIGEST)
    assert {who: times for who, times in digests.items() if times > 1} == {}
    for one in lived.arrived:
        if one.kind is MailKind.AT_ONCE:
            soon = add_working_days(london_day(one.at), 1)
            assert all(
                urgency is not Urgency.ROUTINE or (due_at is not None and london_day(due_at) <= soon)
                for _kind, urgency, due_at in one.notices
            ), one


def assert_nothing_routine_out_of_hours(lived: Months) -> None:
    """In the evening, at weekends and on bank holidays only what is urgent."""
    wrong = [(one.at, one.letter.to, one.notices) for one in lived.arrived if not (is_open(one.at) or one.is_urgent)]
    assert wrong == []
    assert not [one for one in lived.arrived if one.kind is MailKind.DIGEST and not is_open(one.at)]


def assert_nothing_leaks(world: World, lived: Months) -> None:
    """No mail, neither as it came nor decoded, says anything of a child, a family, a meeting or a narrative."""
    never = {form for marker in world.markers if marker.kind not in MAY_STAND for form in marker.forms}
    never |= set(lived.life.planted)
    children = db.session.execute(select(Child.given_name, Child.surname))
    never |= {name for row in children for name in row} | set(db.session.scalars(select(Case.reference)))
    never |= set(db.session.scalars(select(Meeting.reference))) | set(db.session.scalars(select(Escalation.reference)))
    never |= {what for what in db.session.scalars(select(Notice.what)) if what}
    assert len(never) > MANY
    anything = re.compile("|".join(map(re.escape, sorted(never))))
    people = {person.name: person.email for person in world.people.values()}
    for one in lived.arrived:
        said = one.letter.everything
        assert anything.findall(said) == [], one.letter.subject
        assert [name for name, email in people.items() if name in said and email not in one.letter.to] == []

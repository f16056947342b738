"""A month of the demonstration's life with a real mail server: all mail is scanned for what must never stand in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.escalation_vocabulary import EscalationStatus, Turn
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus, Role
from portal.domain.working_days import is_working_day, london_instant
from portal.gateways.mail import SmtpSender
from portal.models.cases import Case, Child
from portal.models.escalations import Escalation
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.partnerships import Partnership
from portal.models.people import Membership, User
from portal.services import imports
from portal.services.demo import accounts
from portal.services.escalations.acting import reply
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.mailing import Mailing, install_mailing
from portal.services.worker import run_due
from tests.commands.demo_visits import markers_of
from tests.databases import Database
from tests.demonstration import TODAY, Demonstration, copied_demonstration
from tests.mail_server import MailServer, running_mail_server
from tests.uncounted import uncounted

A_MONTH = 31
ROUNDS = (time(8, 5), time(13), time(17, 5))
ANSWERS_A_DAY, REPLIES_A_DAY = 6, 1
MAILS, TEXTS = 300, 500
"""Fewer would be no month, and fewer texts to look for no demonstration."""


@pytest.fixture
def living(databases: Database, tmp_path: Path, run_folder: Path) -> Iterator[tuple[Demonstration, MailServer]]:
    """A demonstration of one's own, which sends its mails to a real server."""
    if databases.backend == "postgresql":
        pytest.skip("what stands in a mail does not depend on the database")
    demo = copied_demonstration(databases, "demo_mails", tmp_path / "instance", run_folder)
    with running_mail_server() as server, demo.app.app_context(), uncounted():
        install_mailing(
            Mailing(
                SmtpSender.at(server.url, "no-reply@portal.example"),
                "https://portal.example",
                "no-reply@portal.example",
            )
        )
        yield demo, server
        install_mailing(None)
        db.session.remove()


class Life:
    """What people write meanwhile: each text is found nowhere else."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def day(self, now: datetime) -> None:
        """Some answer an invitation, somebody replies to an escalation, and each Monday a meeting is arranged."""
        for partnership_id in db.session.scalars(select(Partnership.id)).all():
            self._answer(partnership_id, now)
            self._reply(partnership_id, now)
            if now.weekday() == 0:
                self._arrange(partnership_id, now)
        db.session.rollback()

    def _text(self, kind: str) -> str:
        self.planted.append(f"ZQ-MONTH-{kind}-{len(self.planted)}-QZ")
        return self.planted[-1]

    def _lead(self, partnership_id: int, agency_id: int, now: datetime) -> Viewer:
        email = db.session.scalars(
            select(User.email)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.partnership_id == partnership_id,
                Membership.agency_id == agency_id,
                Membership.role == Role.AGENCY_LEAD,
            )
            .order_by(Membership.id)
            .limit(1)
        ).one()
        return accounts.viewer_of(email, partnership_id, now, agency_id)

    def _answer(self, partnership_id: int, now: datetime) -> None:
        waiting = db.session.execute(
            select(Invitation, Meeting.id)
            .join(Meeting, Meeting.id == Invitation.meeting_id)
            .where(
                Invitation.partnership_id == partnership_id,
                Invitation.answer.is_(None),
                Invitation.expectation == Expectation.EXPECTED,
                Meeting.status == MeetingStatus.SCHEDULED,
                Meeting.scheduled_on > now.date(),
            )
            .order_by(Invitation.id)
            .limit(ANSWERS_A_DAY)
        ).all()
        for invitation, meeting_id in waiting:
            lead = self._lead(partnership_id, invitation.agency_id, now)
            answer_invitation(lead, meeting_id, Answer.APOLOGIES, self._text("NOTE"), seen_answer(invitation))

    def _reply(self, partnership_id: int, now: datetime) -> None:
        asked = db.session.scalars(
            select(Escalation)
            .where(
                Escalation.partnership_id == partnership_id,
                Escalation.status == EscalationStatus.OPEN,
                Escalation.turn == Turn.RAISED_WITH,
            )
            .order_by(Escalation.id)
            .limit(REPLIES_A_DAY)
        ).all()
        for one in asked:
            reply(self._lead(partnership_id, one.raised_with_agency_id, now), one.id, self._text("REPLY"), one.version)

    def _arrange(self, partnership_id: int, now: datetime) -> None:
        operator = Viewer.of_system("tests", now, partnership_id)
        reference, family, day = self._text("MEETING"), self._text("CASE"), operator.today + timedelta(days=9)
        meeting = f"{reference},strategy_meeting,{family},{operator.today},{day},,scheduled,video,,"
        columns = "meeting_ref,meeting_type,case_ref,trigger_on,scheduled_for,held_on,status,format"
        file = f"{columns},interim_safety_plan,chair_email\n{meeting}\n"
        imports.import_meetings(operator, file.encode(), "meetings.csv")


def never_said(demo: Demonstration, life: Life) -> set[str]:
    """Everything that names or tells of a child, a family, a meeting or a matter, in either partnership."""
    session = db.session
    never = {marker["marker"] for marker in markers_of(demo)} | set(life.planted)
    for given_name, surname in session.execute(select(Child.given_name, Child.surname)):
        never.add(f"{given_name} {surname}")
    for column in (Case.reference, Meeting.reference, Escalation.reference, Notice.what):
        never |= {text for text in session.scalars(select(column)) if text}
    return never


def test_no_mail_of_a_month_says_anything_of_a_child(living: tuple[Demonstration, MailServer]) -> None:
    demo, server = living
    life = Life()
    for number in range(A_MONTH):
        day = TODAY + timedelta(days=number)
        for clock in ROUNDS:
            now = london_instant(day, clock)
            if is_working_day(day) and clock == ROUNDS[0]:
                life.day(now)
            assert [done for done in run_due(now, whatever_the_time=True) if done.fault] == []
    never = never_said(demo, life)
    assert len(server.letters) > MAILS
    assert len(never) > TEXTS
    assert len({to for letter in server.letters for to in letter.to}) > 40
    anything = re.compile("|".join(map(re.escape, sorted(never))))
    for letter in server.letters:
        assert anything.findall(letter.everything) == [], letter.subject

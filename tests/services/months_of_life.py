"""Invented people who answer, report, forget, close registers, raise and reply, month after month, by a seeded chance.

They act in both partnerships of the tests' world, through the services as pages do. Whatever they write, and every
reference of theirs, carries a text that is found nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import or_, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.adjourning import first_new_day
from portal.domain.escalation_vocabulary import (
    Category,
    ChildSafe,
    EscalationStatus,
    LadderKind,
    Learning,
    Resolution,
    Turn,
    WaiverReason,
)
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.registers import Mark
from portal.domain.vocabulary import (
    CONFERENCES,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingKind,
    MeetingStatus,
)
from portal.domain.working_days import add_working_days, london_day
from portal.models.escalations import Escalation
from portal.models.meetings import Invitation, Meeting
from portal.models.people import User
from portal.models.reports import Report
from portal.services import imports
from portal.services.demo import texts
from portal.services.escalations.acting import ask_again, reply
from portal.services.escalations.deciding import raise_proposal, waive_proposal
from portal.services.escalations.ending import resolve
from portal.services.escalations.proposals import open_proposals
from portal.services.escalations.raising import Raised, raise_escalation
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.seen import seen_answer, seen_declaration
from portal.services.registers.closing import Closing, close_register
from portal.services.registers.marking import Entry, record
from portal.services.registers.sheet import Register, read_register
from portal.services.reports.desk import template_to_write
from portal.services.reports.sending import submit_report
from portal.services.reports.writing import NOTHING_SEEN, Typed, save_draft
from tests.services.months_of_reports import LifeOfReports
from tests.world import AGENCIES, PARTNERSHIPS, World, viewer_of

INVITED = tuple(AGENCIES)
A_WEEK = {"a": 2, "b": 0}
"""Conferences that a partnership arranges each week; B has what stands in the world, and its disagreements."""
ASKED = (Expectation.EXPECTED, Expectation.REPORT_ONLY)


class Life:
    """What people do at a moment; `planted` are the texts that must never stand in a mail."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = Random(seed)
        self.planted: list[str] = []
        self.reports = LifeOfReports(self, seed)
        self._numbers = count(1)
        self._hats = {hat.membership_id: (person, hat) for person, hat in world.wearers()}
        self._agencies = {
            (letter, world.agencies[f"{letter}.{name}"]): name for letter in PARTNERSHIPS for name in INVITED
        }

    def monday(self, now: datetime) -> None:
        """Somebody imports what was arranged for the coming weeks; everybody has signed in."""
        with writing() as session:
            session.execute(update(User).values(last_signed_in_at=now))
        for letter in PARTNERSHIPS:
            if A_WEEK[letter]:
                self._arrange(letter, now)
                self.reports.monday(letter, now)

    def working_hour(self, now: datetime) -> None:
        """Some do what is theirs, and some forget."""
        for letter in PARTNERSHIPS:
            self._answer(letter, now)
            self._report(letter, now)
            self.reports.working_hour(letter, now)
            self._declare(letter, now)
            self._close(letter, now)
            self._decide(letter, now)
            self._argue(letter, now)
            if self.chance.random() < 0.15:
                self._disagree(letter, now, is_urgent=False)

    def evening(self, now: datetime) -> None:
        """What cannot wait until the morning."""
        for letter in PARTNERSHIPS:
            if self.chance.random() < 0.3:
                self._disagree(letter, now, is_urgent=True)

    def text(self, kind: str) -> str:
        """A text that is found nowhere else."""
        planted = f"ZQ-LIFE-{kind}-{next(self._numbers)}-QZ"
        self.planted.append(planted)
        return planted

    def viewer(self, name: str, now: datetime) -> Viewer:
        """Somebody of the world at that moment."""
        return viewer_of(self.world.person(name), now)

    def wearing(self, membership_id: int | None, now: datetime) -> Viewer:
        """Whoever has a membership, under it."""
        person, hat = self._hats[membership_id or 0]
        return viewer_of(person, now, hat)

    def lead(self, letter: str, agency_id: int, now: datetime) -> Viewer:
        """The lead of an agency, by its id."""
        return self.viewer(f"{letter}.{self._agencies[letter, agency_id]}.lead", now)

    def _arrange(self, letter: str, now: datetime) -> None:
        system = Viewer.of_system("tests", now, self.world.partnerships[letter])
        meetings = [
            "meeting_ref,meeting_type,case_ref,trigger_on,scheduled_for,held_on,status,format,interim_safety_plan,chair_email"
        ]
        invited = [
            "meeting_ref,agency_code,expectation,attendance,report_due_on,report_received_on,report_shared_with_family_on"
        ]
        for _ in range(A_WEEK[letter]):
            reference, day = self.text("MEETING"), add_working_days(system.today, self.chance.randint(4, 14))
            kind = self.chance.choice((MeetingKind.INITIAL_CONFERENCE, MeetingKind.REVIEW_CONFERENCE))
            chair = self.world.person(f"{letter}.{self.chance.choice(('chair', 'second_chair'))}")
            trigger = add_working_days(system.today, -1)
            meetings.append(f"{reference},{kind},{self.text('CASE')},{trigger},{day},,scheduled,video,,{chair.email}")
            invited += [
                f"{reference},{self.world.agency_codes[f'{letter}.{name}']},expected,,,,"
                for name in INVITED
                if self.chance.random() < 0.8
            ]
        # A strategy meeting of the same day is told at once.
        today = f"{self.text('MEETING')},strategy_meeting,{self.text('CASE')},{system.today},{system.today}"
        meetings.append(f"{today},,scheduled,video,,{self.world.person(f'{letter}.chair').email}")
        reference = today.split(",")[0]
        invited += [f"{reference},{self.world.agency_codes[f'{letter}.{name}']},expected,,,," for name in INVITED[:3]]
        imports.import_meetings(system, "\n".join(meetings).encode(), "meetings.csv")
        imports.import_attendance(system, "\n".join(invited).encode(), "attendance.csv")

    def parts(self, letter: str, *where: object) -> Sequence[tuple[Invitation, Meeting]]:
        """Parts of agencies that are asked for something, in meetings that are open."""
        rows = db.session.execute(
            select(Invitation, Meeting)
            .join(Meeting, Meeting.id == Invitation.meeting_id)
            .where(
                Invitation.partnership_id == self.world.partnerships[letter],
                Invitation.expectation.in_(ASKED),
                or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
                Meeting.status == MeetingStatus.SCHEDULED,
                *where,
            )
            .order_by(Invitation.id)
        )
        return [(row[0], row[1]) for row in rows]

    def _some(self, letter: str, share: float, *where: object) -> list[tuple[Invitation, Meeting]]:
        return [one for one in self.parts(letter, *where) if self.chance.random() < share]

    def _answer(self, letter: str, now: datetime) -> None:
        today = london_day(now)
        for one, meeting in self._some(letter, 0.15, Invitation.answer.is_(None), Meeting.scheduled_on > today):
            viewer = self.lead(letter, one.agency_id, now)
            answer, note = (Answer.APOLOGIES, self.text("NOTE")) if self.chance.random() < 0.2 else (Answer.ATTEND, "")
            answer_invitation(viewer, meeting.id, answer, note, seen_answer(one))

    def _report(self, letter: str, now: datetime) -> None:
        begun = select(Report.invitation_id)
        waiting = (
            Invitation.report_due_on.is_not(None),
            Invitation.report_received_on.is_(None),
            Invitation.id.not_in(begun),
            Meeting.scheduled_on > london_day(now),
        )
        for one, meeting in self._some(letter, 0.12, *waiting):
            viewer = self.lead(letter, one.agency_id, now)
            kind = AGENCIES[self._agencies[letter, one.agency_id]]
            template, _is_limited = template_to_write(viewer, meeting.id)
            answers = texts.report(template, kind, viewer.today, self.chance, self.text("REPORT"))
            saved = save_draft(viewer, meeting.id, {code: Typed(text, NOTHING_SEEN) for code, text in answers.items()})
            if self.chance.random() < 0.9:
                submit_report(viewer, meeting.id, saved.version)

    def _declare(self, letter: str, now: datetime) -> None:
        over = (Invitation.declared_attendance.is_(None), Invitation.confirmed_attendance.is_(None))
        for one, meeting in self._some(letter, 0.3, *over, Meeting.scheduled_on < london_day(now)):
            viewer = self.lead(letter, one.agency_id, now)
            declare_attendance(viewer, meeting.id, Attendance.VIDEO, seen_declaration(one))

    def _close(self, letter: str, now: datetime) -> None:
        over = {meeting.id: meeting for _part, meeting in self.parts(letter, Meeting.scheduled_on < london_day(now))}
        for meeting_id, meeting in over.items():
            if meeting.chair_membership_id is None or self.chance.random() > 0.4:
                continue
            chair, day, start = (
                self.wearing(meeting.chair_membership_id, now),
                meeting.scheduled_on,
                meeting.start_time,
            )
            sheet = read_register(chair, meeting_id)
            marks = {row.invitation_id: Entry(row.seen, Mark(self._seen(row.agency_type))) for row in sheet.unset}
            record(chair, meeting_id, marks)
            sheet = read_register(chair, meeting_id)
            status = MeetingStatus.INQUORATE if sheet.line.quorate is False else MeetingStatus.HELD
            note = self.text("NOTE")
            said = Closing(sheet.version, sheet.seen, day, start, status, True, note)
            if status is MeetingStatus.INQUORATE and sheet.type_code in CONFERENCES:
                said = replace(said, **self._without_quorum(chair, sheet))
            close_register(chair, meeting_id, said)

    def _without_quorum(self, chair: Viewer, sheet: Register) -> dict[str, Any]:
        """Half of the conferences without a quorum are adjourned to the next working day, the others go on."""
        if self.chance.random() < 0.5:
            return {"interim_plan": self.text("PLAN"), "new_on": first_new_day(chair.today)}
        return {
            "status": MeetingStatus.HELD,
            "inquorate_reason": InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD,
            "inquorate_note": self.text("GOESON"),
        }

    def _seen(self, kind: AgencyType) -> Attendance:
        comes = 0.3 if kind is AgencyType.GP else 0.8
        return Attendance.VIDEO if self.chance.random() < comes else Attendance.NO_RESPONSE

    def _decide(self, letter: str, now: datetime) -> None:
        for name in ("chair", "second_chair"):
            chair = self.viewer(f"{letter}.{name}", now)
            for one in open_proposals(chair).rows:
                draw = self.chance.random()
                if draw < 0.2:
                    said = self.text("SUMMARY")
                    raise_proposal(chair, one.id, one.version, summary=said, wanted=self.text("WANTED"))
                elif draw < 0.4:
                    waive_proposal(chair, one.id, one.version, reason=WaiverReason.OTHER, note=self.text("WAIVED"))

    def _argue(self, letter: str, now: datetime) -> None:
        """Some are replied to, some closed, some asked again; the rest is left to the clock."""
        waiting = db.session.scalars(
            select(Escalation)
            .where(
                Escalation.partnership_id == self.world.partnerships[letter],
                Escalation.status == EscalationStatus.OPEN,
            )
            .order_by(Escalation.id)
        ).all()
        for one in waiting:
            draw, said = self.chance.random(), ""
            if one.turn is Turn.RAISED_WITH and draw < 0.12:
                reply(self.lead(letter, one.raised_with_agency_id, now), one.id, self.text("REPLY"), one.version)
            elif one.turn is Turn.RAISED_BY and draw < 0.25:
                said = self.text("ENDED")
                raiser = self.wearing(one.raised_by_membership_id, now)
                resolve(raiser, one.id, Resolution.DONE, said, ChildSafe.SAFE, Learning.CAPACITY, one.version)
            elif one.turn is Turn.RAISED_BY and draw < 0.35 and one.kind is not LadderKind.PRACTICE_ALERT:
                ask_again(self.wearing(one.raised_by_membership_id, now), one.id, self.text("AGAIN"), one.version)

    def _disagree(self, letter: str, now: datetime, *, is_urgent: bool) -> None:
        raiser, asked = self.chance.sample(INVITED, 2)
        raised = Raised(
            kind=LadderKind.DISAGREEMENT,
            category=Category.THRESHOLD,
            raised_with_agency_id=self.world.agencies[f"{letter}.{asked}"],
            meeting_id=None,
            summary=self.text("SUMMARY"),
            wanted=self.text("WANTED"),
            is_urgent=is_urgent,
            urgent_reason=self.text("URGENT") if is_urgent else "",
        )
        raise_escalation(self.viewer(f"{letter}.{raiser}.lead", now), raised)


def days(first: date, number: int) -> list[date]:
    """So many days, one after the other."""
    return [first + timedelta(days=each) for each in range(number)]

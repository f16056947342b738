"""What becomes of reports in months of invented life: talks, bundles that are opened, withdrawals, links by mail."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from portal.database.session import db
from portal.domain.sharing_vocabulary import ConsultationState
from portal.domain.vocabulary import Answer, Expectation, ReportStatus
from portal.domain.withdrawal_vocabulary import WithdrawalReason
from portal.domain.working_days import london_day
from portal.models.consultations import Consultation
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import ReportBundle
from portal.models.reports import Report
from portal.services.consultations.talking import record_talk, settle_talk
from portal.services.reports.bundle_page import open_bundle
from portal.services.return_links.contacts import name_contact
from portal.services.return_links.making import make_link
from portal.services.withdrawals.withdrawing import withdraw

if TYPE_CHECKING:
    from tests.services.months_of_life import Life

FOR_ALL = Meeting.named_people_only.is_(False)


class LifeOfReports:
    """People who act under `life`, by a chance of their own, so that the rest of it stays as it is."""

    def __init__(self, life: Life, seed: int) -> None:
        self.life = life
        self.chance = Random(f"{seed} reports")
        self._contacts: dict[int, int] = {}

    def monday(self, letter: str, now: datetime) -> None:
        """A coordinator sends a link to somebody whom an agency has named."""
        silent = (Invitation.answer.is_(None), Invitation.report_due_on.is_not(None), FOR_ALL)
        for one, meeting in self._waiting(letter, now, *silent)[:1]:
            lead = self.life.lead(letter, one.agency_id, now)
            if one.agency_id not in self._contacts:
                name = f"Robin Link {one.agency_id}"
                email = f"robin{one.agency_id}@practice.example"
                self._contacts[one.agency_id] = name_contact(
                    lead, one.agency_id, name=name, email=email, telephone="07700 900777"
                )
            coordinator = self.life.viewer(f"{letter}.coordinator", now)
            make_link(coordinator, meeting.id, one.id, self._contacts[one.agency_id])

    def working_hour(self, letter: str, now: datetime) -> None:
        """Chairs open bundles and talk with agencies, which confirm it; some reports went to the wrong place."""
        self._open(letter, now)
        self._talk(letter, now)
        self._settle(letter, now)
        self._withdraw(letter, now)

    def _waiting(self, letter: str, now: datetime, *where: object) -> list[tuple[Invitation, Meeting]]:
        ahead = Meeting.scheduled_on > london_day(now)
        return list(self.life.parts(letter, ahead, Invitation.report_received_on.is_(None), *where))

    def _open(self, letter: str, now: datetime) -> None:
        rows = db.session.execute(
            select(ReportBundle.meeting_id, ReportBundle.number, Meeting.chair_membership_id)
            .join(Meeting, Meeting.id == ReportBundle.meeting_id)
            .where(
                ReportBundle.partnership_id == self.life.world.partnerships[letter],
                ReportBundle.closed_at.is_(None),
                Meeting.chair_membership_id.is_not(None),
                FOR_ALL,
            )
            .order_by(ReportBundle.id)
        )
        for row in rows.all():
            if self.chance.random() < 0.1:
                open_bundle(self.life.wearing(row.chair_membership_id, now), row.meeting_id, row.number)

    def _talk(self, letter: str, now: datetime) -> None:
        for one, meeting in self._waiting(letter, now, Meeting.chair_membership_id.is_not(None), FOR_ALL):
            if self.chance.random() < 0.03:
                chair = self.life.wearing(meeting.chair_membership_id, now)
                whom, said = self.life.text("WITH"), self.life.text("TALK")
                record_talk(chair, meeting.id, one.id, talked_on=chair.today, talked_with=whom, said=said)

    def _settle(self, letter: str, now: datetime) -> None:
        waits = select(Consultation.invitation_id).where(Consultation.state == ConsultationState.WAITING)
        for one, meeting in self.life.parts(letter, Invitation.id.in_(waits)):
            for talk in db.session.scalars(select(Consultation).where(Consultation.invitation_id == one.id)).all():
                if talk.state is ConsultationState.WAITING and self.chance.random() < 0.3:
                    words = self.life.text("CORRECTED") if self.chance.random() < 0.5 else ""
                    lead = self.life.lead(letter, one.agency_id, now)
                    settle_talk(lead, meeting.id, talk.id, talk.version, words)

    def _withdraw(self, letter: str, now: datetime) -> None:
        rows = db.session.execute(
            select(Invitation.id, Invitation.meeting_id, Invitation.agency_id)
            .join(Report, Report.invitation_id == Invitation.id)
            .join(Meeting, Meeting.id == Invitation.meeting_id)
            .where(
                Invitation.partnership_id == self.life.world.partnerships[letter],
                Invitation.expectation != Expectation.NOT_RELEVANT,
                or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
                Report.status == ReportStatus.SUBMITTED,
                Report.withdrawn_at.is_(None),
                FOR_ALL,
            )
            .order_by(Invitation.id)
        )
        for row in rows.all():
            if self.chance.random() < 0.01:
                lead = self.life.lead(letter, row.agency_id, now)
                withdraw(lead, row.meeting_id, row.id, WithdrawalReason.WRONG_CHILD, self.life.text("WRONG"))

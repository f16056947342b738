"""The area that is measured: its agencies and people, a hundred thousand meetings, and today's registers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pyotp
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.databases import settle
from benchmarks.families import children
from benchmarks.papers import add_papers, conference_template
from portal.access.viewer import LONDON, Hat, Viewer
from portal.database.declarative import Base
from portal.database.session import db, writing
from portal.domain.vocabulary import (
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingStatus,
    ReportStatus,
    Role,
)
from portal.models.cases import Case, Child
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services import passwords
from portal.services.batches import in_batches
from portal.services.indicators.recounts import fold_noted
from portal.services.partnerships import create_partnership
from tests.report_forms import add_report
from tests.world import PASSWORD, Person

AREA = "Eastmarsh"
MEETINGS = 100_000
PARTNERS = 32
ROWS_OF_REGISTER = 20
_BATCH = 10_000
_PAST_DAYS, _COMING_DAYS = 5 * 365, 90
_SHEETS = "AB"
"""Of each partner: one for each server that is tried."""
LEAST_COMING_DAYS = 7
_SURGERIES, _SCHOOLS, _CASES, _CHAIRS = 80, 60, 20_000, 10


@dataclass(frozen=True)
class Sheet:
    """One open register of today: its meeting's id and its invitations'."""

    meeting_id: int
    invitation_ids: tuple[int, ...]


@dataclass
class Area:
    """Where everything is."""

    partnership_id: int
    now: datetime
    meetings: int = 0
    invitations: int = 0
    people: dict[str, Person] = field(default_factory=dict)
    sheet: Sheet = field(default_factory=lambda: Sheet(0, ()))
    """A chair's register of 20 agencies."""
    partners: list[tuple[Person, tuple[Sheet, ...]]] = field(default_factory=list)
    """People who save at once, each with registers of their own."""
    spare: Sheet = field(default_factory=lambda: Sheet(0, ()))
    """Rows that no page is asked for: for what is done to the tables directly."""

    @property
    def rows(self) -> str:
        """How much there is, for the results."""
        return f"{self.meetings:,} meetings, {self.invitations:,} invitations"

    @property
    def today(self) -> date:
        """London's date."""
        return self.now.astimezone(LONDON).date()


def build_area(app: Flask, meetings: int = MEETINGS, *, one_in: int = 1) -> Area:
    """Fill an empty database: what is few through services and tables, the meetings in bulk.

    One in so many of the meetings and families, over so much shorter a time that a day has as many as it had.
    """
    now = datetime.now(UTC)
    with app.app_context():
        partnership = create_partnership(Viewer.of_system("benchmarks", now), AREA)
        area = Area(partnership.id, now)
        with writing() as session:
            _Builder(session, area, one_in).build(meetings // one_in)
        # As the worker does every few seconds, whatever is loaded.
        fold_noted(now)
        settle(db.engine)
        db.session.remove()
    return area


class _Builder:
    def __init__(self, session: Session, area: Area, one_in: int) -> None:
        self.session = session
        self.area = area
        self.one_in = one_in
        self.chance = Random(7)
        self.before = area.now - timedelta(days=2000)
        self.own = {"partnership_id": area.partnership_id, "created_at": self.before, "version": 1}
        self.agencies: dict[AgencyType, list[int]] = {}
        self.password_hash = passwords.hash_password(PASSWORD)

    def build(self, meetings: int) -> None:
        self._agencies()
        area = self.area
        area.people["coordinator"] = self._person("coordinator", Role.COORDINATOR)
        area.people["police"] = self._person("police", Role.PRACTITIONER, self.agencies[AgencyType.POLICE][0])
        area.people["surgery"] = self._person("surgery", Role.PRACTITIONER, self.agencies[AgencyType.GP][0])
        area.people["school"] = self._person("school", Role.AGENCY_LEAD, self.agencies[AgencyType.SCHOOL][0])
        chairs = [self._person(f"chair{number}", Role.CHAIR) for number in range(_CHAIRS)]
        area.people["chair"] = chairs[0]
        self._bulk(meetings, [chair.hat.membership_id for chair in chairs])
        area.sheet = self._register("REGISTER", chairs[0])
        area.spare = self._register("SPARE", chairs[0])
        for number in range(PARTNERS):
            person = self._person(f"partner{number}", Role.CHAIR)
            sheets = tuple(self._register(f"PARTNER-{number}-{letter}", person) for letter in _SHEETS)
            area.partners.append((person, sheets))

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _agencies(self) -> None:
        counts = {AgencyType.GP: _SURGERIES, AgencyType.SCHOOL: _SCHOOLS}
        for kind in AgencyType:
            self.agencies[kind] = []
            for number in range(1, counts.get(kind, 1) + 1):
                name = f"{kind.replace('_', ' ').capitalize()} {number}, Marsh Lane"
                agency = self._add(Agency(name=name, agency_type=kind, created_at=self.before))
                self._add(
                    PartnershipAgency(partnership_id=self.area.partnership_id, agency_id=agency.id, code=name[:40])
                )
                self.agencies[kind].append(agency.id)

    def _person(self, key: str, role: Role, agency_id: int | None = None) -> Person:
        person = Person(key, 0, f"{key.capitalize()} Okafor", f"{key}@example.org", totp_secret=pyotp.random_base32())
        user = self._add(
            User(
                email=person.email,
                name=person.name,
                password_hash=self.password_hash,
                totp_secret=person.totp_secret,
                totp_confirmed_at=self.before,
                # They work here: whoever has not been seen for long is put to sleep by a server that starts.
                last_signed_in_at=self.area.now,
                created_at=self.before,
            )
        )
        person.user_id, place = user.id, self.area.partnership_id
        membership = self._add(
            Membership(partnership_id=place, user_id=user.id, role=role, agency_id=agency_id, created_at=self.before)
        )
        person.hats.append(Hat(membership.id, place, AREA, role, agency_id))
        return person

    def _bulk(self, wanted: int, chairs: list[int]) -> None:
        """Five years of meetings and three months of coming ones, four agencies in each; a child in each family."""
        types = list(self.session.scalars(select(MeetingType.id).order_by(MeetingType.position)))
        numbers = range(_CASES // self.one_in)
        self._insert(Case, ({**self.own, "reference": f"C-{number:06}"} for number in numbers))
        cases = list(self.session.scalars(select(Case.id).order_by(Case.reference)))
        self._insert(Child, children(self.own, cases))
        coming = max(_COMING_DAYS // self.one_in, LEAST_COMING_DAYS)
        length = (_PAST_DAYS + _COMING_DAYS) // self.one_in
        first = self.area.today - timedelta(days=length - coming)
        days = length / wanted
        self._insert(
            Meeting,
            (
                self._meeting(
                    reference=f"M-{number:06}",
                    day=first + timedelta(days=int(number * days)),
                    meeting_type_id=self.chance.choice(types),
                    case_id=cases[number % len(cases)],
                    chair_membership_id=self.chance.choice(chairs),
                )
                for number in range(wanted)
            ),
        )
        meetings = self.session.execute(select(Meeting.id, Meeting.scheduled_on, Meeting.held_on)).all()
        self._insert(
            Invitation,
            (
                self._invitation(meeting_id, agency_id, scheduled_on, is_held=held_on is not None)
                for meeting_id, scheduled_on, held_on in meetings
                for agency_id in self._four_agencies()
            ),
        )
        self.area.meetings, self.area.invitations = len(meetings), 4 * len(meetings)
        add_papers(self.session, self.own, self.area.people["coordinator"].user_id, self.area.today)

    def _four_agencies(self) -> tuple[int, ...]:
        agencies = self.agencies
        return (
            agencies[AgencyType.SOCIAL_CARE][0],
            agencies[AgencyType.POLICE][0],
            self.chance.choice(agencies[AgencyType.GP]),
            self.chance.choice(agencies[AgencyType.SCHOOL]),
        )

    def _meeting(self, *, reference: str, day: date, **more: Any) -> dict[str, Any]:
        is_held = day < self.area.today
        return {
            **self.own,
            "reference": reference,
            "scheduled_on": day,
            "start_time": time(9 + self.chance.randrange(7)),
            "held_on": day if is_held else None,
            "status": MeetingStatus.HELD if is_held else MeetingStatus.SCHEDULED,
            "format": MeetingFormat.HYBRID,
            "quorate": True if is_held else None,
            "register_closed_at": self.before if is_held else None,
            **more,
        }

    def _invitation(self, meeting_id: int, agency_id: int, day: date, *, is_held: bool) -> dict[str, Any]:
        came = Attendance.VIDEO if is_held else None
        return {
            **self.own,
            "meeting_id": meeting_id,
            "meeting_on": day,
            "agency_id": agency_id,
            "expectation": Expectation.EXPECTED,
            "answer": Answer.ATTEND if self.chance.random() < 0.6 else None,
            "attendance": came,
            "confirmed_attendance": came,
            "present_by": came,
            "is_deputy": False,
            "left_early": False,
            "report_due_on": day - timedelta(days=5),
            "report_received_on": day - timedelta(days=6) if self.chance.random() < 0.5 else None,
        }

    def _insert(self, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
        for batch in in_batches(rows, _BATCH):
            self.session.execute(insert(model.__table__), batch)

    def _register(self, reference: str, chair: Person) -> Sheet:
        """A conference of today with 20 agencies; half have answered and sent their report."""
        case = self._add(Case(**_unversioned(self.own), reference=f"CASE-{reference}"))
        kind = self.session.scalars(select(MeetingType.id).order_by(MeetingType.position).limit(1)).one()
        facts = self._meeting(reference=reference, day=self.area.today, meeting_type_id=kind, case_id=case.id)
        meeting = self._add(Meeting(**_unversioned(facts), chair_membership_id=chair.hat.membership_id))
        kinds = self.agencies
        agencies = [found[0] for found in kinds.values()] + kinds[AgencyType.GP][1:4] + kinds[AgencyType.SCHOOL][1:4]
        invitations = []
        for agency_id in agencies[:ROWS_OF_REGISTER]:
            row = self._invitation(meeting.id, agency_id, self.area.today, is_held=False)
            invitation = self._add(Invitation(**_unversioned(row)))
            invitations.append(invitation.id)
            if invitation.report_received_on is not None:
                self._report(invitation.id, chair.user_id)
        self.area.meetings += 1
        self.area.invitations += len(invitations)
        return Sheet(meeting.id, tuple(invitations))

    def _report(self, invitation_id: int, writer_id: int) -> None:
        template = conference_template(self.area.partnership_id)
        add_report(
            self.session,
            partnership_id=self.area.partnership_id,
            invitation_id=invitation_id,
            template_id=self.session.scalars(template).one(),
            status=ReportStatus.SUBMITTED,
            answers=dict.fromkeys(("involvement", "strengths", "worries"), "They come to school every day."),
            at=self.before,
            by_id=writer_id,
        )


def _unversioned(row: dict[str, Any]) -> dict[str, Any]:
    """Without the version, which objects count by themselves."""
    return {name: value for name, value in row.items() if name != "version"}

"""A meeting for named people only, about two families, with a text found nowhere else in all that belongs to it.

meeting = ClosedMeeting.write(world, "a")      # its chair, the coordinator and the surgery's lead are named
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.encryption import keyring
from portal.database.session import writing
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.domain.vocabulary import Attendance, Expectation, MeetingFormat, MeetingStatus, ReportStatus
from portal.models.cases import Case, Child
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import MeetingCase, NamedPerson
from portal.models.rule_sets import MeetingType
from portal.models.strategy_records import StrategyAnswer, StrategyRecord
from tests.report_forms import add_report
from tests.world import BEFORE, World

NAMED = ("chair", "coordinator", "gp.lead")
KIND = "complex_strategy"


@dataclass(frozen=True)
class ClosedMeeting:
    """Where it is."""

    id: int
    letter: str
    case_ids: tuple[int, int]
    child_ids: tuple[int, int]
    invitations: dict[str, int]
    report_id: int

    @property
    def marker(self) -> str:
        """What stands in every text of it."""
        return f"CLOSED-{self.letter.upper()}-"

    def text(self, name: str) -> str:
        """One of these texts."""
        return f"{self.marker}{name}"

    @property
    def link(self) -> str:
        """How a page leads to it."""
        return f'href="/meetings/{self.id}"'

    @classmethod
    def write(cls, world: World, letter: str, *, held: bool = False, on: date | None = None) -> ClosedMeeting:
        """Straight into the tables, past every rule; `held` for one that is over and whose register is closed."""
        with writing() as session:
            return cls._write(session, world, letter, held=held, on=on)

    @classmethod
    def _write(cls, session: Session, world: World, letter: str, *, held: bool, on: date | None) -> ClosedMeeting:
        partnership_id = world.partnerships[letter]

        def text(name: str) -> str:
            return f"CLOSED-{letter.upper()}-{name}"

        def add(row):
            session.add(row)
            session.flush()
            return row

        cases, children = [], []
        for number in (1, 2):
            case = add(Case(partnership_id=partnership_id, reference=text(f"CASE-{number}"), created_at=BEFORE))
            surname = text(f"SURNAME-{number}")
            child = add(
                Child(
                    partnership_id=partnership_id,
                    case_id=case.id,
                    given_name=text(f"CHILD-{number}"),
                    surname=surname,
                    surname_index=keyring.blind_index(surname, "children.surname"),
                    created_at=BEFORE,
                )
            )
            cases.append(case.id)
            children.append(child.id)
        kind = session.scalars(
            select(MeetingType).where(MeetingType.partnership_id == partnership_id, MeetingType.code == KIND)
        ).one()
        day = on or (date(2026, 5, 13) if held else date(2026, 6, 12))
        chair = world.person(f"{letter}.chair").hat.membership_id
        meeting = add(
            Meeting(
                partnership_id=partnership_id,
                reference=text("MEETING"),
                meeting_type_id=kind.id,
                case_id=cases[0],
                chair_membership_id=chair,
                named_people_only=True,
                trigger_on=date(2026, 5, 12),
                scheduled_on=day,
                start_time=time(9),
                held_on=day if held else None,
                status=MeetingStatus.HELD if held else MeetingStatus.SCHEDULED,
                format=MeetingFormat.IN_PERSON,
                place=text("PLACE"),
                link=f"https://{text('LINK')}.example",
                note=text("NOTE") if held else None,
                quorate=True if held else None,
                register_closed_at=BEFORE if held else None,
                created_at=BEFORE,
            )
        )
        add(MeetingCase(meeting_id=meeting.id, case_id=cases[1], partnership_id=partnership_id, added_at=BEFORE))
        for name in NAMED:
            add(
                NamedPerson(
                    partnership_id=partnership_id,
                    meeting_id=meeting.id,
                    membership_id=world.person(f"{letter}.{name}").hat.membership_id,
                    named_at=BEFORE,
                )
            )
        invitations = {}
        for name in ("social_care", "police", "gp"):
            row = add(
                Invitation(
                    partnership_id=partnership_id,
                    meeting_id=meeting.id,
                    meeting_on=day,
                    agency_id=world.agencies[f"{letter}.{name}"],
                    expectation=Expectation.EXPECTED,
                    report_due_on=date(2026, 6, 11),
                    report_due_given=date(2026, 6, 11),
                    attendance=Attendance.VIDEO if held else None,
                    confirmed_attendance=Attendance.VIDEO if held else None,
                    created_at=BEFORE,
                )
            )
            invitations[name] = row.id
        author = world.person(f"{letter}.police.lead").user_id
        report = add_report(
            session,
            partnership_id=partnership_id,
            invitation_id=invitations["police"],
            template_id=world.report_forms[letter],
            status=ReportStatus.SUBMITTED,
            answers={"involvement": text("REPORT")},
            at=BEFORE,
            by_id=author,
        )
        record = add(
            StrategyRecord(
                partnership_id=partnership_id,
                meeting_id=meeting.id,
                state=StrategyRecordState.DRAFT,
                opened_at=BEFORE,
                opened_by_id=author,
            )
        )
        add(
            StrategyAnswer(
                partnership_id=partnership_id,
                record_id=record.id,
                question=StrategyQuestion.INFORMATION,
                invitation_id=invitations["gp"],
                content=json.dumps({"text": text("RECORD")}),
                saved_at=BEFORE,
                saved_by_id=author,
            )
        )
        return cls(meeting.id, letter, (cases[0], cases[1]), (children[0], children[1]), invitations, report.id)
